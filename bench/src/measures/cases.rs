//! Requests for information in a register of many years: how soon one is received, that one form is one case however often it is
//! sent, how long the office's list takes, and the county's yearly report from all of them.

use std::{
    ffi::OsStr,
    path::Path,
    sync::Barrier,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use store::Reader;

use crate::{
    figures::{Report, Row, Times, ms},
    form::{self, Form},
    http::Browser,
    measures,
    program::{Program, Server},
    settings::Settings,
    staff::{self, Team},
};

/// Requests that are sent and timed.
const SUBMISSIONS: usize = 200;
/// Who sends one form at the same moment.
const CROWD: usize = 50;
/// Requests of each list.
const ROUNDS: usize = 60;
/// How often the county's report is counted.
const COUNTS: usize = 3;

/// Milliseconds at most: a request is received, a list is there, the county's report is counted and written, and is a PDF.
const RECEIVED: f64 = 150.0;
const LISTED: f64 = 80.0;
const REPORTED: f64 = 2_000.0;
const PRINTED: f64 = 3_000.0;

/// One visitor sends more than any network may: what limits them is not what is measured.
const UNLIMITED: [(&str, &str); 3] = [
    ("GONGKAI_PORTAL_FORMS__DRAFTS_PER_HOUR", "0"),
    ("GONGKAI_PORTAL_FORMS__UPLOADS_PER_HOUR", "0"),
    ("GONGKAI_PORTAL_FORMS__SENDS_PER_HOUR", "0"),
];

/// Whose number it is: nobody's, of no region.
const WHO: [(&str, &str); 5] = [
    ("applicant", "natural_person"),
    ("name", "演示申请人"),
    ("proof", "居民身份证"),
    ("proof_number", "000000199001010018"),
    ("phone", "13800000000"),
];

/// What was put into the register; see `bench/seed`.
#[derive(Debug, Deserialize)]
struct Seeded {
    cases: usize,
    running: usize,
    year: i16,
    received: usize,
}

/// Fills a register and asks it everything.
///
/// # Errors
/// When the program fails.
pub(crate) fn measure(settings: &Settings, program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let data = folder.join("cases");
    program.run(&data, &["demo"])?;
    let count = settings.cases.to_string();
    let arguments = [program.file().as_os_str(), data.as_os_str(), OsStr::new(&count)];
    let (filling, seeded) = measures::timed(|| measures::told::<Seeded>("gongkai-bench-cases", &arguments))?;
    report.note(format!(
        "cases: {} put in {:.0} s, {} of them running; SQLite with synchronous=FULL, as every installation has it",
        seeded.cases,
        filling.as_secs_f64(),
        seeded.running
    ));
    let server = program.serve_with(&data, &UNLIMITED)?;
    server.caught_up(Duration::from_secs(120))?;
    measures::rested(&server, "cases", seeded.cases, report)?;
    submissions(&server, report)?;
    crowd(&server, &data, report)?;
    lists(&server, seeded.cases, report)?;
    let counted = county(&server, &seeded, report)?;
    server.stop()?;
    printed(program, &data, &seeded, counted, report)
}

/// One step of the form; where the next one is.
fn step(reader: &mut Browser, page: &str, fields: &[(&str, &str)]) -> staff::Done<String> {
    let form = staff::form_on(reader, page, &[page])?;
    let form = fields.iter().fold(form, |form, (name, value)| form.with(name, value));
    staff::send(reader, page, &form)
}

/// Fills in all steps; the form of the check, ready to be sent.
fn filled(reader: &mut Browser, number: usize) -> staff::Done<Form> {
    let wanted = format!("老旧小区改造项目的验收报告（测量第{number}份，演示）");
    let organ = step(reader, "/foi/apply", &[("wanted", wanted.as_str())])?;
    let who = step(reader, &organ, &[("organ", "QH008")])?;
    let how = step(reader, &who, &WHO)?;
    let check = step(reader, &how, &[("carrier", "electronic"), ("delivery", "online")])?;
    staff::form_on(reader, &check, &["/send"])
}

/// From sending what was checked to the answer that leads to the receipt.
fn submissions(server: &Server, report: &mut Report) -> Result<()> {
    let reference = measures::healthz(&mut server.visitor(), 200)?;
    let mut times = Vec::with_capacity(SUBMISSIONS);
    for number in 0..SUBMISSIONS {
        let mut reader = server.visitor();
        let form = filled(&mut reader, number).context("a request")?;
        let (time, to) = measures::timed(|| staff::send(&mut reader, "send", &form)).context("sending a request")?;
        ensure!(to.starts_with("/foi/r/"), "a request leads to {to}");
        times.push(time);
    }
    let times = Times::of(times);
    for percent in [50, 99] {
        let figure = format!("a request is sent and received, p{percent} of {}", times.count());
        let row = Row::new("cases", figure, times.percentile(percent), "ms");
        let row = row.against(format!("GET /healthz p{percent}"), reference.percentile(percent));
        report.add(if percent == 99 { row.at_most(RECEIVED) } else { row });
    }
    Ok(())
}

/// Cases in the register, read past the program.
fn registered(data: &Path) -> Result<i64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let url = format!("sqlite:{}", data.join("gongkai.db").display());
    runtime.block_on(async {
        let reader = Reader::open(&url).await?;
        let count: i64 = store::query_scalar("SELECT COUNT(*) FROM case_entry").fetch_one(&reader).await?;
        Ok(count)
    })
}

/// Many send the same form at one moment: one case, and all are led to its receipt.
fn crowd(server: &Server, data: &Path, report: &mut Report) -> Result<()> {
    let form = filled(&mut server.visitor(), SUBMISSIONS).context("a request")?;
    let (before, barrier) = (registered(data)?, Barrier::new(CROWD));
    let sent: Vec<Result<(Duration, String)>> = std::thread::scope(|scope| {
        let send = |_| {
            scope.spawn(|| -> Result<(Duration, String)> {
                let mut reader = server.visitor();
                barrier.wait();
                let begun = Instant::now();
                let reply = reader.post(&form.action, &form.fields)?;
                Ok((begun.elapsed(), reply.location))
            })
        };
        let senders: Vec<_> = (0..CROWD).map(send).collect();
        let joined = senders.into_iter().map(|sender| sender.join());
        joined.map(|sent| sent.unwrap_or_else(|_| Err(anyhow::anyhow!("a sender died")))).collect()
    });
    let (times, receipts): (Vec<Duration>, Vec<String>) =
        sent.into_iter().collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let made = registered(data)? - before;
    // None would be as wrong as two.
    let made = if made == 0 { f64::NAN } else { made as f64 };
    report.add(Row::new("cases", format!("{CROWD} send one form at once: cases"), made, "").at_most(1.0));
    let receipt = receipts.iter().find(|to| to.starts_with("/foi/r/")).cloned().unwrap_or_default();
    let astray = receipts.iter().filter(|to| receipt.is_empty() || **to != receipt).count();
    let figure = format!("{CROWD} send one form at once: not led to its receipt");
    report.add(Row::new("cases", figure, astray as f64, "").at_most(0.0));
    let figure = format!("{CROWD} send one form at once: the slowest");
    report.add(Row::new("cases", figure, Times::of(times).longest(), "ms"));
    Ok(())
}

/// The office's lists of cases, each after an event of its own, so that nothing that was kept answers.
fn lists(server: &Server, size: usize, report: &mut Report) -> Result<()> {
    const LISTS: [(&str, &str, bool); 5] = [
        ("work list by the last day", "/cases", true),
        ("all by number", "/cases?phase=all&sort=number", true),
        ("ended, by receipt", "/cases?phase=ended&sort=received", true),
        ("one number", "/cases?phase=all&q=17", true),
        ("the clerk's first page", "/", false),
    ];
    let mut team = Team::sign_in(server, "editor-mz").context("staff sign in")?;
    let mut clerk = staff::sign_in(server.office, "clerk").context("the clerk signs in")?;
    let reference = measures::healthz(&mut server.visitor(), 200)?;
    let mut number = 0;
    for (name, path, judged) in LISTS {
        let mut times = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            number += 1;
            team.create(&format!("办件测量之{number}（演示）")).context("an event")?;
            let (time, reply) = measures::timed(|| clerk.get(path))?;
            ensure!(reply.status == 200, "{path} answers {}", reply.status);
            times.push(time);
        }
        let times = Times::of(times);
        for percent in [50, 99] {
            let figure = format!("{size}: {name}, p{percent} of {ROUNDS}");
            let row = Row::new("cases", figure, times.percentile(percent), "ms");
            let row = row.against(format!("GET /healthz p{percent}"), reference.percentile(percent));
            report.add(if judged && percent == 99 { row.at_most(LISTED) } else { row });
        }
    }
    Ok(())
}

/// Has the county's report of the year counted from the register; how long that took at most, in milliseconds.
fn county(server: &Server, seeded: &Seeded, report: &mut Report) -> Result<f64> {
    let mut clerk = staff::sign_in(server.office, "clerk").context("the clerk signs in")?;
    let list = format!("/annual-reports?year={}", seeded.year);
    let page = clerk.get(&list)?.text();
    let begin = form::find(&page, &["/annual-reports"]).with_context(|| format!("no report can be begun on {list}"))?;
    let begin = begin.with("scope", "county").with("organ", "");
    let page = staff::send(&mut clerk, "the county's report", &begin)?;
    let page = page.split(['?', '#']).next().unwrap_or_default().to_owned();
    let mut times = Vec::with_capacity(COUNTS);
    for _ in 0..COUNTS {
        let form = staff::form_on(&mut clerk, &page, &["/count"])?;
        times.push(measures::timed(|| staff::send(&mut clerk, "count", &form))?.0);
    }
    let longest = Times::of(times).longest();
    let figure = format!("{}: the county's report counted, slowest of {COUNTS}", seeded.cases);
    report.add(Row::new("cases", figure, longest, "ms"));
    Ok(longest)
}

/// How many requests of a year a report counts as received in it, 总计 of 本年新收.
fn received(told: &str) -> Option<f64> {
    let told: Value = serde_json::from_str(told).ok()?;
    let rows = told["tables"]["requests"]["rows"].as_array()?;
    let row = rows.iter().find(|row| row["key"] == "1")?;
    row["cells"].as_array()?.last()?.as_f64()
}

/// The report as others get it, by the command line.
fn printed(program: &Program, data: &Path, seeded: &Seeded, counted: f64, report: &mut Report) -> Result<()> {
    let (year, size) = (seeded.year.to_string(), seeded.cases);
    let wanted = ["report", "annual", "--year", year.as_str(), "--format"];
    let (time, told) = measures::timed(|| program.run(data, &[&wanted[..], &["json"]].concat()))?;
    let figure = format!("{size}: requests that the county's report counts as new");
    let row = Row::new("cases", figure, received(&told).unwrap_or(f64::NAN), "");
    report.add(row.at_least(seeded.received as f64));
    let figure = format!("{size}: the county's report counted and written as JSON");
    report.add(Row::new("cases", figure, counted + ms(time), "ms").at_most(REPORTED));
    let file = data.with_extension("pdf");
    let to = file.to_string_lossy().into_owned();
    let made = measures::timed(|| program.run(data, &[&wanted[..], &["pdf", "--output", to.as_str()]].concat()));
    let time = match made {
        Ok((time, _)) if std::fs::read(&file).is_ok_and(|bytes| bytes.starts_with(b"%PDF")) => ms(time),
        Ok(_) => f64::NAN,
        Err(why) if why.to_string().contains("目前只能输出") => {
            report.note("cases: the county's report as PDF is left out: this program does not write it yet");
            return Ok(());
        }
        Err(why) => {
            report.note(format!("cases: no PDF of the county's report: {why:#}"));
            f64::NAN
        }
    };
    let figure = format!("{size}: the county's report as PDF, whole process");
    report.add(Row::new("cases", figure, time, "ms").at_most(PRINTED));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_new_requests_is_read_from_a_report() {
        let told = r#"{"tables":{"requests":{"rows":[{"key":"2","cells":[1,0,0,0,0,0,1]},{"key":"1","cells":[3,2,0,0,0,0,5]}]}}}"#;
        assert_eq!(received(told), Some(5.0));
        assert_eq!(received("{}"), None);
    }
}
