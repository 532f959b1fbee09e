//! A million records in one table of the catalogue, on SQLite and, where one is at hand, PostgreSQL: how soon sheets are in
//! with all checks, how soon readers are answered, and the same table under Datasette, where that is installed.

use std::{
    ffi::OsStr,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use store::Reader;

use crate::{
    figures::{Report, Row, Times},
    http::{Browser, escape},
    measures::{self, readers::free_port},
    program::{Program, Server},
    settings::Settings,
    staff,
};

/// Rounds of each question, straight and through the server.
const ROUNDS: usize = 300;
const SERVED: usize = 100;
/// Milliseconds at most: a filtered page with its count, the coverage map.
const ANSWERED: f64 = 50.0;
const MAPPED: f64 = 100.0;
/// How much slower the ten thousandth page may be than the first ones.
const DEEPER: f64 = 1.5;
/// Rows a second at least, with all checks.
const IMPORTED: f64 = 5_000.0;
/// Seconds at most for an export of 100,000 rows, and megabytes that it may take.
const EXPORTED: f64 = 5.0;
const HELD: f64 = 32.0;
/// Times the rate of Datasette, for a filtered page with its count and for a number.
const FILTERED_BY: f64 = 50.0;
const FOUND_BY: f64 = 20.0;
/// Longest wait for what was passed to become public.
const PUBLIC: Duration = Duration::from_secs(1_800);

#[derive(Debug, Deserialize)]
struct Filled {
    rows: usize,
    import_seconds: f64,
    review_seconds: f64,
}

#[derive(Debug, Deserialize)]
struct Asked {
    public: i64,
    filtered: Vec<f64>,
    looked_up: Vec<f64>,
    first_pages: Vec<f64>,
    deep_pages: Vec<f64>,
    exported: usize,
    export_seconds: f64,
    export_megabytes: f64,
    slots: Slots,
}

/// Columns of the table of records in which columns of the item lie.
#[derive(Debug, Deserialize)]
struct Slots {
    quality: String,
    ph: String,
    measured: String,
    name: String,
}

/// Which database.
struct Database<'d> {
    name: &'static str,
    /// None = the SQLite of the data directory.
    url: Option<&'d str>,
}

/// Fills a table and asks it everything, on each database.
///
/// # Errors
/// When the program fails.
pub(crate) fn measure(settings: &Settings, program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    on(settings, program, &folder.join("records"), &Database { name: "SQLite", url: None }, report)?;
    match &settings.postgres {
        Some(url) => {
            let database = Database { name: "PostgreSQL", url: Some(url) };
            on(settings, program, &folder.join("records-postgres"), &database, report)
        }
        None => {
            report.note("records: PostgreSQL is left out: scripts/with-postgres bench/run brings one");
            Ok(())
        }
    }
}

fn on(settings: &Settings, program: &Program, data: &Path, database: &Database<'_>, report: &mut Report) -> Result<()> {
    let named: Vec<&str> = database.url.iter().flat_map(|url| ["--database", *url]).collect();
    program.run(data, &[&["demo"][..], &named].concat())?;
    let count = settings.records.to_string();
    let arguments = |what: &'static str, count: &'static str| -> Vec<&OsStr> {
        let mut all = vec![program.file().as_os_str(), data.as_os_str(), OsStr::new(what), OsStr::new(count)];
        all.extend(database.url.map(OsStr::new));
        all
    };
    let mut fill = arguments("fill", "");
    fill[3] = OsStr::new(&count);
    let filled: Filled = measures::told("gongkai-bench-records", &fill)?;
    let name = database.name;
    let rate = filled.rows as f64 / filled.import_seconds.max(f64::MIN_POSITIVE);
    let figure = format!("{name}: {} rows from sheets of 200,000, with all checks", filled.rows);
    report.add(Row::new("records", figure, rate, "rows/s").at_least(IMPORTED));
    let figure = format!("{name}: {} rows looked through and passed by all gates", filled.rows);
    report.add(Row::new("records", figure, filled.review_seconds, "s"));
    let url = database.url.map_or_else(|| format!("sqlite:{}", data.join("gongkai.db").display()), str::to_owned);
    let set: Vec<(&str, &str)> = database.url.iter().map(|url| ("GONGKAI_DATABASE", *url)).collect();
    let server = program.serve_with(data, &set)?;
    let waited = published(&url)?;
    let figure = format!("{name}: {} rows made public by the server", filled.rows);
    report.add(Row::new("records", figure, waited.as_secs_f64(), "s"));
    measures::rested(&server, "records", filled.rows, report)?;
    server.stop()?;
    let asked: Asked = measures::told("gongkai-bench-records", &arguments("ask", "300"))?;
    answers(name, filled.rows, &asked, report);
    let server = program.serve_with(data, &set)?;
    through_the_server(&server, name, report)?;
    if database.url.is_none() {
        beside_datasette(&server, data, &asked.slots, report)?;
    }
    server.stop()
}

/// Waits until nothing is being made public any more.
fn published(url: &str) -> Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let begun = Instant::now();
    runtime.block_on(async {
        let reader = Reader::open(url).await?;
        loop {
            let open: i64 = store::query_scalar("SELECT COUNT(*) FROM record_batch WHERE state = 'publishing'")
                .fetch_one(&reader)
                .await?;
            if open == 0 {
                return Ok(begun.elapsed());
            }
            ensure!(begun.elapsed() < PUBLIC, "{open} batches are still being made public");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
}

fn times(milliseconds: &[f64]) -> Times {
    Times::of(milliseconds.iter().map(|one| Duration::from_secs_f64(one / 1000.0)).collect())
}

/// What the library answered, without a page around it.
fn answers(name: &str, rows: usize, asked: &Asked, report: &mut Report) {
    let figure = format!("{name}: public rows, the demonstration's with them");
    report.add(Row::new("records", figure, asked.public as f64, "").at_least(rows as f64));
    for (what, all) in [("filtered by two columns", &asked.filtered), ("looked up by number", &asked.looked_up)] {
        let all = times(all);
        for percent in [50, 99] {
            let figure = format!("{name}: {what}, page with count, p{percent} of {}", all.count());
            let row = Row::new("records", figure, all.percentile(percent), "ms");
            report.add(if percent == 99 { row.at_most(ANSWERED) } else { row });
        }
    }
    let (first, deep) = (times(&asked.first_pages), times(&asked.deep_pages));
    let figure = format!("{name}: page 10,000, p50 of {}", deep.count());
    let row =
        Row::new("records", figure, deep.percentile(50), "ms").against("page 1 to 100, p50", first.percentile(50));
    report.add(row.at_most(DEEPER * first.percentile(50)));
    let figure = format!("{name}: {} rows exported", asked.exported);
    report.add(Row::new("records", figure, asked.export_seconds, "s").at_most(EXPORTED));
    let figure = format!("{name}: memory that the export took");
    report.add(Row::new("records", figure, asked.export_megabytes, "MB").at_most(HELD));
}

/// Pages of the portal and the office, whole.
fn through_the_server(server: &Server, name: &str, report: &mut Report) -> Result<()> {
    let reference = measures::healthz(&mut server.visitor(), SERVED)?;
    let mut reader = server.visitor();
    let mut all = Vec::with_capacity(SERVED);
    for number in 0..SERVED {
        let path = filtered(number);
        let (time, reply) = measures::timed(|| reader.get(&path))?;
        ensure!(reply.status == 200, "{path} answers {}", reply.status);
        all.push(time);
    }
    served(name, "a filtered page of the portal", &Times::of(all), &reference, None, report);
    let mut clerk = staff::sign_in(server.office, "clerk").context("the clerk signs in")?;
    let mut all = Vec::with_capacity(SERVED);
    for _ in 0..SERVED {
        let (time, reply) = measures::timed(|| clerk.get("/coverage"))?;
        ensure!(reply.status == 200, "/coverage answers {}", reply.status);
        all.push(time);
    }
    served(name, "the coverage map", &Times::of(all), &reference, Some(MAPPED), report);
    Ok(())
}

fn served(name: &str, what: &str, all: &Times, reference: &Times, most: Option<f64>, report: &mut Report) {
    for percent in [50, 99] {
        let figure = format!("{name}: {what}, p{percent} of {}", all.count());
        let row = Row::new("records", figure, all.percentile(percent), "ms");
        let row = row.against(format!("GET /healthz p{percent}"), reference.percentile(percent));
        report.add(match most {
            Some(most) if percent == 99 => row.at_most(most),
            _ => row,
        });
    }
}

/// The address of a filtered page.
fn filtered(number: usize) -> String {
    let least = 60 + number % 20;
    let (from, to) = (decimal(least), decimal(least + 5));
    format!("/records/water?quality={}&ph.from={from}&ph.to={to}", 1 + number % 6)
}

fn decimal(tenths: usize) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// What Datasette is asked.
const BASE: &str = "/gongkai/record.json?item=water&state=public&_size=30&_extra=count";

/// Datasette over the same file, in the same run.
struct Datasette {
    child: Child,
    address: SocketAddr,
}

impl Datasette {
    /// `None` = it is not installed.
    fn start(database: &Path) -> Result<Option<Self>> {
        let python = std::env::var("DATASETTE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let there = Command::new(&python)
            .args(["-c", "import datasette"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !there.is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        let port = free_port()?;
        let child = Command::new(&python)
            .args(["-m", "datasette", "serve", "--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--setting", "sql_time_limit_ms", "60000", "--setting", "facet_suggest_time_limit_ms", "1"])
            .arg(database)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("datasette cannot be started")?;
        let started = Self { child, address: ([127, 0, 0, 1], port).into() };
        let begun = Instant::now();
        while !Browser::new(started.address).get("/-/versions.json").is_ok_and(|reply| reply.status == 200) {
            ensure!(begun.elapsed() < Duration::from_secs(60), "datasette did not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(Some(started))
    }
}

impl Drop for Datasette {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers a second to these paths, one after the other.
fn rate(browser: &mut Browser, paths: &[String]) -> Result<f64> {
    let begun = Instant::now();
    for path in paths {
        let reply = browser.get(path)?;
        ensure!(reply.status == 200, "{path} answers {}", reply.status);
    }
    Ok(paths.len() as f64 / begun.elapsed().as_secs_f64().max(f64::MIN_POSITIVE))
}

fn beside_datasette(server: &Server, data: &Path, slots: &Slots, report: &mut Report) -> Result<()> {
    let Some(other) = Datasette::start(&data.join("gongkai.db"))? else {
        report.note(
            "records: Datasette is not installed and was not measured; DATASETTE_PYTHON names a python that has it",
        );
        return Ok(());
    };
    let theirs = |number: usize| {
        let least = 60 + number % 20;
        let (quality, ph) = (&slots.quality, &slots.ph);
        let (from, to) = (least * 100_000, (least + 5) * 100_000);
        format!("{BASE}&{quality}={}&{ph}__gte={from}&{ph}__lte={to}&_sort_desc=sort_on", 1 + number % 6)
    };
    let own = |number: usize| filtered(number).replace("/records/water?", "/api/v1/records/water?limit=30&");
    // What is slow is asked seldom: the rate is that of answers, not of rounds.
    let (few, many): (Vec<String>, Vec<String>) = ((0..10).map(theirs).collect(), (0..ROUNDS).map(own).collect());
    let reference = rate(&mut Browser::new(other.address), &few)?;
    let ours = rate(&mut server.visitor(), &many)?;
    let row = Row::new("records", "filtered page with count, answers a second", ours, "/s");
    report.add(row.against("Datasette", reference).at_least(FILTERED_BY * reference));
    let number = |number: usize| format!("2001-{:02}-{:02} 08:00", 1 + number % 12, 1 + number % 27);
    let theirs = |at: usize| {
        let (measured, name) = (&slots.measured, &slots.name);
        let (number, section) = (escape(&number(at).replace(' ', "")), escape("演示断面07"));
        format!("{BASE}&{measured}={number}&{name}={section}")
    };
    let own = |at: usize| {
        let (number, section) = (escape(&number(at)), escape("演示断面07"));
        format!("/api/v1/records/water?limit=30&measured={number}&name={section}")
    };
    let (few, many): (Vec<String>, Vec<String>) = ((0..10).map(theirs).collect(), (0..ROUNDS).map(own).collect());
    let reference = rate(&mut Browser::new(other.address), &few)?;
    let ours = rate(&mut server.visitor(), &many)?;
    let row = Row::new("records", "looked up by number, answers a second", ours, "/s");
    report.add(row.against("Datasette", reference).at_least(FOUND_BY * reference));
    exported(server, &other, report)
}

/// 100,000 rows as CSV, by both.
fn exported(server: &Server, other: &Datasette, report: &mut Report) -> Result<()> {
    let lines = |browser: &mut Browser, path: &str| -> Result<f64> {
        let (time, reply) = measures::timed(|| browser.get(path))?;
        ensure!(reply.status == 200, "{path} answers {}", reply.status);
        let lines = reply.body.iter().filter(|byte| **byte == b'\n').count();
        Ok(lines as f64 / time.as_secs_f64().max(f64::MIN_POSITIVE))
    };
    let ours = lines(&mut server.visitor(), "/records/water.csv?quality=2")?;
    let path = "/gongkai/record.csv?item=water&state=public&_stream=on&_size=max&number__lte=30000";
    let reference = lines(&mut Browser::new(other.address), path)?;
    let row = Row::new("records", "export as CSV, lines a second", ours, "/s");
    report.add(row.against("Datasette", reference).at_least(FOUND_BY * reference));
    Ok(())
}
