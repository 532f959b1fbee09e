//! What grows with the number of documents: the pages that list them, while somebody writes and many read.

use std::{
    path::Path,
    process::Command,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    figures::{Report, Row, Times, ms},
    http::{Browser, escape},
    measures,
    program::{Program, Server},
    seeding,
    settings::Settings,
    staff::{self, Team},
};

/// Requests of each page.
const ROUNDS: usize = 40;
/// Anonymous readers who ask for words at once, and how many questions each has.
const READERS: usize = 20;
const QUESTIONS: usize = 5;
/// Readers who open one list at the same moment after a change.
const CROWD: usize = 50;
/// What a list may take at most at the largest size, and against the size before it.
const MOST_MS: f64 = 20.0;
/// At this size the list of the office may take so long (milliseconds) at the server, whoever is unlucky.
const OFFICE_LIST: (usize, f64) = (10_000, 80.0);
const MOST_GROWTH: f64 = 1.5;

/// A page that is measured: its name, whose it is, before how many of its requests an event happens once (1 = before each), whether
/// a target holds, its address with a word that nobody has asked for.
struct Page {
    name: &'static str,
    office: bool,
    every: usize,
    judged: bool,
    path: fn(u64) -> String,
}

const fn page(name: &'static str, office: bool, path: fn(u64) -> String) -> Page {
    Page { name, office, every: 4, judged: true, path }
}

const PAGES: [Page; 6] = [
    page("public list, after an event", false, |_| "/documents".to_owned()),
    page("public list with a new word", false, |n| format!("/documents?q={}", escape(&word(n)))),
    page("office list", true, |_| "/documents".to_owned()),
    // The median of the row above is that of an answer that was kept; here each is made anew.
    Page { every: 1, judged: false, ..page("office list, an event before each", true, |_| "/documents".to_owned()) },
    page("office list with a new word", true, |n| format!("/documents?q={}", escape(&word(n)))),
    page("form for a new text", true, |_| "/documents/new".to_owned()),
];

/// Two characters that stand in some titles, in another pair each time.
fn word(number: u64) -> String {
    const FIRST: [&str; 12] = ["养", "补", "教", "低", "预", "供", "招", "财", "村", "监", "公", "政"];
    const SECOND: [&str; 12] = ["老", "助", "育", "保", "算", "水", "聘", "政", "务", "督", "开", "策"];
    let at = |number: u64| usize::try_from(number % 12).unwrap_or(0);
    format!("{}{}", FIRST[at(number)], SECOND[at(number / 12)])
}

/// Fills a directory for each size, reads its pages, and compares the sizes.
///
/// # Errors
/// When the program fails.
pub(crate) fn measure(settings: &Settings, program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let mut before: Option<Vec<f64>> = None;
    for (place, size) in settings.growth.iter().enumerate() {
        let data = folder.join(format!("growth-{size}"));
        let (filling, ()) = measures::timed(|| fill(settings, program, folder, &data, *size))?;
        let (indexing, _) = measures::timed(|| program.run(&data, &["reindex"]))?;
        report.note(format!(
            "growth: {size} documents put in {:.0} s, indexed in {:.0} s",
            filling.as_secs_f64(),
            indexing.as_secs_f64()
        ));
        let server = program.serve(&data)?;
        server.caught_up(Duration::from_secs(120))?;
        measures::rested(&server, "growth", *size, report)?;
        let last = place + 1 == settings.growth.len();
        before = Some(pages(&server, *size, before.as_deref(), last, report)?);
        crowd(&server, *size, report)?;
        flood(&server, *size, report)?;
        server.stop()?;
        let (verifying, _) = measures::timed(|| program.run(&data, &["verify"]))?;
        report.add(Row::new("growth", format!("{size}: verify"), ms(verifying), "ms"));
    }
    Ok(())
}

/// Puts as many documents into the directory; where `start` has put many in already, goes on from a copy of its directory.
fn fill(settings: &Settings, program: &Program, folder: &Path, data: &Path, size: usize) -> Result<()> {
    let many = seeding::many(folder);
    let before = if many.is_dir() && settings.documents < size { settings.documents } else { 0 };
    if before == 0 {
        program.run(data, &["demo"])?;
    } else {
        let copied = Command::new("cp").arg("-a").arg(&many).arg(data).status().context("cp")?;
        ensure!(copied.success(), "{} was not copied", many.display());
    }
    seeding::fill(program.file(), data, &settings.root, size - before, before)?;
    Ok(())
}

/// Each page after an event of its own, so that nothing that was kept answers.
fn pages(server: &Server, size: usize, before: Option<&[f64]>, last: bool, report: &mut Report) -> Result<Vec<f64>> {
    let reference = measures::healthz(&mut server.visitor(), 200)?.percentile(50);
    let mut team = Team::sign_in(server, "editor-mz").context("staff sign in")?;
    let (mut visitor, mut desk) = (server.visitor(), staff::sign_in(server.office, "editor-mz").context("sign-in")?);
    let mut medians = Vec::new();
    let mut number = 0;
    for (at, page) in PAGES.iter().enumerate() {
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..ROUNDS {
            number += 1;
            if round % page.every == 0 {
                team.create(&format!("增长测量{size}之{number}（演示）")).context("an event")?;
            }
            let who = if page.office { &mut desk } else { &mut visitor };
            let path = (page.path)(number);
            let (time, reply) = measures::timed(|| who.get(&path))?;
            ensure!(reply.status == 200, "{path} answers {}", reply.status);
            times.push(time);
        }
        let times = Times::of(times);
        let median = times.percentile(50);
        let row = Row::new("growth", format!("{size}: {}, p50 of {ROUNDS}", page.name), median, "ms");
        let row = row.against("GET /healthz p50", reference);
        report.add(if last && page.judged { row.at_most(MOST_MS) } else { row });
        report.add(Row::new("growth", format!("{size}: {}, max", page.name), times.longest(), "ms"));
        if size == OFFICE_LIST.0 && page.name == "office list" {
            let row = Row::new("growth", format!("{size}: {}, p99 of {ROUNDS}", page.name), times.percentile(99), "ms");
            report.add(row.at_most(OFFICE_LIST.1));
        }
        if let (true, Some(before)) = (last, before) {
            let row =
                Row::new("growth", format!("{}: {size} against the size before", page.name), median / before[at], "×");
            report.add(if page.judged { row.at_most(MOST_GROWTH) } else { row });
        }
        medians.push(median);
    }
    Ok(medians)
}

/// Many open the same list at one moment after a change: the answer is made once.
fn crowd(server: &Server, size: usize, report: &mut Report) -> Result<()> {
    let mut team = Team::sign_in(server, "editor-mz").context("staff sign in")?;
    team.create(&format!("增长测量{size}之齐读（演示）")).context("an event")?;
    let barrier = Barrier::new(CROWD);
    let times: Vec<Result<Duration>> = std::thread::scope(|scope| {
        let open = |_| {
            scope.spawn(|| {
                let mut visitor = server.visitor();
                barrier.wait();
                let (time, reply) = measures::timed(|| visitor.get("/documents"))?;
                ensure!(reply.status == 200, "a reader in the crowd got {}", reply.status);
                Ok(time)
            })
        };
        let readers: Vec<_> = (0..CROWD).map(open).collect();
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a reader died"))))
            .collect()
    });
    let times = Times::of(times.into_iter().collect::<Result<_>>()?);
    report.add(Row::new(
        "growth",
        format!("{size}: {CROWD} readers of a cold list, the slowest"),
        times.longest(),
        "ms",
    ));
    Ok(())
}

/// While many anonymous readers ask for words, the first page answers everybody else.
fn flood(server: &Server, size: usize, report: &mut Report) -> Result<()> {
    let done = AtomicBool::new(false);
    let (slowest, refused) = std::thread::scope(|scope| -> Result<(Duration, usize)> {
        let ask = |reader: usize| {
            scope.spawn(move || -> Result<usize> {
                let (mut visitor, mut refused): (Browser, usize) = (server.visitor(), 0);
                for question in 0..QUESTIONS {
                    let number = u64::try_from(reader * QUESTIONS + question)?;
                    let reply = visitor.get(&format!("/documents?q={}", escape(&word(number))))?;
                    refused += usize::from(reply.status != 200);
                }
                Ok(refused)
            })
        };
        let readers: Vec<_> = (0..READERS).map(ask).collect();
        let bystander = scope.spawn(|| -> Result<Duration> {
            let (mut visitor, mut slowest) = (server.visitor(), Duration::ZERO);
            while !done.load(Ordering::Relaxed) {
                let begun = Instant::now();
                visitor.get("/")?;
                slowest = slowest.max(begun.elapsed());
            }
            Ok(slowest)
        });
        let mut refused = 0;
        for reader in readers {
            refused += reader.join().map_err(|_| anyhow::anyhow!("a reader died"))??;
        }
        done.store(true, Ordering::Relaxed);
        Ok((bystander.join().map_err(|_| anyhow::anyhow!("the bystander died"))??, refused))
    })?;
    let figure = format!("{size}: first page while {READERS} readers ask for words, the slowest");
    report.add(Row::new("growth", figure, ms(slowest), "ms"));
    report.add(Row::new(
        "growth",
        format!("{size}: of {} questions, not answered with 200", READERS * QUESTIONS),
        refused as f64,
        "",
    ));
    Ok(())
}
