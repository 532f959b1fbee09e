//! An older program beside this one: the same pages of the same county, in turn.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};

use crate::{
    figures::{Report, Row, Times},
    http::escape,
    measures::{self, links, readers},
    program::{Program, Server},
    settings::Settings,
};

/// Requests of each page, one after the other.
const ASKED: usize = 300;
/// Rounds of many readers, in turn; the middle counts.
const ROUNDS: usize = 3;

/// Where `BASE` names an older program; else the report says that this was left out. Each program fills a county of its own.
///
/// # Errors
/// When one of them fails.
pub(crate) fn measure(settings: &Settings, program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let Some(base) = &settings.base else {
        report.note("older: left out; BASE=… names an older program to compare with");
        return Ok(());
    };
    let older = Program::at(base.clone())?;
    let (own, other) = (folder.join("newer"), folder.join("older"));
    program.run(&own, &["demo"])?;
    older.run(&other, &["demo"])?;
    let (newer, older) = (program.serve(&own)?, older.serve(&other)?);
    newer.caught_up(Duration::from_secs(60))?;
    older.caught_up(Duration::from_secs(60))?;
    let pages = [
        ("home", "/".to_owned()),
        ("policies", "/policies".to_owned()),
        ("documents", "/documents".to_owned()),
        ("plans", "/plans".to_owned()),
        ("search", format!("/search?q={}", escape("养老 补助"))),
    ];
    for (name, path) in pages {
        one_by_one(name, [(&newer, path.clone()), (&older, path)], report)?;
    }
    // The identifiers differ: each program made its own.
    let policies = [policy(&newer)?, policy(&older)?];
    one_by_one("policy", [(&newer, policies[0].clone()), (&older, policies[1].clone())], report)?;
    for (name, paths) in [("home", ["/".to_owned(), "/".to_owned()]), ("policy", policies)] {
        let address = |server: &Server, path: &str| format!("http://{}{path}", server.portal);
        let (ours, theirs) = (address(&newer, &paths[0]), address(&older, &paths[1]));
        let (mut fast, mut slow) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            slow.push(readers::wrk(&theirs)?);
            fast.push(readers::wrk(&ours)?);
        }
        let (ours, theirs) = (readers::middle(fast), readers::middle(slow));
        let row = Row::new("older", format!("{name}, 64 connections: pages a second"), ours.rate, "/s");
        report.add(row.against("older", theirs.rate));
    }
    let row = Row::new("older", "resident memory after these", newer.memory()?.resident, "MB");
    report.add(row.against("older", older.memory()?.resident));
    newer.stop()?;
    older.stop()
}

/// The first policy of the list.
fn policy(server: &Server) -> Result<String> {
    let page = server.visitor().get("/policies")?.text();
    links(&page, "/policies/").into_iter().next().context("no policy")
}

/// A page of both, in turn, so that neither has the quieter minute.
fn one_by_one(name: &str, of: [(&Server, String); 2], report: &mut Report) -> Result<()> {
    let mut visitors = [of[0].0.visitor(), of[1].0.visitor()];
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..ASKED + 5 {
        for ((visitor, (_, path)), times) in visitors.iter_mut().zip(&of).zip(&mut times) {
            let (time, reply) = measures::timed(|| visitor.get(path))?;
            ensure!(reply.status == 200, "{path} answers {}", reply.status);
            // The first ones only warm up.
            if round >= 5 {
                times.push(time);
            }
        }
    }
    let [newer, older] = times.map(Times::of);
    for percent in [50, 99] {
        let row = Row::new("older", format!("{name}: p{percent} of {ASKED}"), newer.percentile(percent), "ms");
        report.add(row.against("older", older.percentile(percent)));
    }
    Ok(())
}
