//! From the acknowledged last approval until everybody can see, list and find the document.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    figures::{Report, Row, Times},
    http::Browser,
    measures,
    program::{Program, Server},
    settings::Settings,
    staff::{COLUMN, Rank, Team},
    words,
};

/// After this a document counts as never visible.
const PATIENCE: Duration = Duration::from_secs(30);

/// On the demonstration county.
///
/// # Errors
/// When staff cannot publish.
pub(crate) fn measure(settings: &Settings, program: &Program, county: &Path, report: &mut Report) -> Result<()> {
    let server = program.serve(county)?;
    server.caught_up(PATIENCE)?;
    publish(&server, settings.publications, "demonstration", report)?;
    server.stop()
}

/// Publishes `count` documents through four gates and reports how soon the public has them.
///
/// # Errors
/// When staff cannot publish.
pub(crate) fn publish(server: &Server, count: u32, where_: &str, report: &mut Report) -> Result<()> {
    let reference = measures::healthz(&mut server.visitor(), 200)?;
    let mut team = Team::sign_in(server, "editor-mz")?;
    let mut visitor = server.visitor();
    let mut seen: [Vec<Duration>; 3] = Default::default();
    let mut answers = Vec::new();
    for number in 0..count {
        let word = format!("bench{number:04}x{}", server.portal.port());
        let mut draft = team.create(&format!("发布时效测量{word}（演示）"))?;
        team.save(&draft, &words::written("1"))?;
        while draft.rank != Rank(Rank::PUBLIC.0 - 1) {
            team.advance(&mut draft)?;
        }
        let last = team.next_step(&mut draft)?;
        let (answer, ()) = measures::timed(|| team.take(&mut draft, &last))?;
        answers.push(answer);
        for (times, time) in seen.iter_mut().zip(watch(&mut visitor, &draft.id, &word)?) {
            times.push(time);
        }
    }
    let all = (0..seen[0].len()).map(|at| seen.iter().map(|times| times[at]).max().unwrap_or_default()).collect();
    let [page, list, found] = seen.map(Times::of);
    for (what, times) in [("page", page), ("list", list), ("search", found), ("all three", Times::of(all))] {
        for (label, value) in [("p50", times.percentile(50)), ("p99", times.percentile(99)), ("max", times.longest())] {
            let row = Row::new("publish", format!("{where_}: to {what}, {label} of {}", times.count()), value, "ms");
            let row = row.against("GET /healthz p50", reference.percentile(50));
            report.add(if label == "p99" { row.at_most(1000.0) } else { row });
        }
    }
    let answers = Times::of(answers);
    let figure = format!("{where_}: answer to the last approval, p99 of {}", answers.count());
    report.add(
        Row::new("publish", figure, answers.percentile(99), "ms").against("GET /healthz p99", reference.percentile(99)),
    );
    Ok(())
}

/// When page, list and search show the document, counted from now.
fn watch(visitor: &mut Browser, id: &str, word: &str) -> Result<[Duration; 3]> {
    let begun = Instant::now();
    let asked = [format!("/documents/{id}"), format!("/columns/{COLUMN}"), format!("/api/v1/search?q={word}")];
    let shown = [word, id, id];
    let mut seen = [None; 3];
    while seen.contains(&None) && begun.elapsed() < PATIENCE {
        for ((path, sign), seen) in asked.iter().zip(shown).zip(&mut seen).filter(|(_, seen)| seen.is_none()) {
            let reply = visitor.get(path)?;
            if reply.status == 200 && reply.text().contains(sign) {
                *seen = Some(begun.elapsed());
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(seen.map(|time| time.unwrap_or(PATIENCE)))
}
