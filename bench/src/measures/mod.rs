//! The measures of «Measured» in the issue that began the project; each adds its rows to the report.

pub(crate) mod build;
pub(crate) mod cases;
pub(crate) mod checks;
pub(crate) mod compare;
pub(crate) mod crash;
pub(crate) mod growth;
pub(crate) mod import;
pub(crate) mod keepalive;
pub(crate) mod lighthouse;
pub(crate) mod older;
pub(crate) mod parse;
pub(crate) mod publish;
pub(crate) mod readers;
pub(crate) mod records;
pub(crate) mod redaction;
pub(crate) mod search;
pub(crate) mod start;
pub(crate) mod subscriptions;
pub(crate) mod wagtail;
pub(crate) mod weight;

use std::{
    ffi::OsStr,
    io,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use serde::de::DeserializeOwned;

use crate::{
    figures::{Report, Row, Times},
    http::Browser,
    program::{Followed, Server},
};

/// Longest wait in seconds for those who follow the log to have read what was put in; for a small size less, so that one who stands
/// still does not hold up everything.
const FOLLOWED: u64 = 1_200;

fn patience(size: usize) -> Duration {
    Duration::from_secs((120 + size as u64 / 50).min(FOLLOWED))
}

/// Waits until a machine is not busy any more with what was put in, and says in the table how long that took.
///
/// # Errors
/// When the office does not tell how far its followers are. A wait that ended without them is a missed target, not an error.
pub(crate) fn rested(server: &Server, measure: &'static str, size: usize, report: &mut Report) -> anyhow::Result<()> {
    let patience = patience(size);
    let Followed { waited, late } = server.followed(patience)?;
    let figure = format!("{size}: waited until all followers had read the log");
    // A wait that ended without them misses it, whatever the clock says.
    let waited = if late.is_empty() { waited.as_secs_f64() } else { f64::NAN };
    report.add(Row::new(measure, figure, waited, "s").at_most(patience.as_secs_f64()));
    if !late.is_empty() {
        report.note(format!("{measure}: {size}: measured while followers still read: {}", late.join(", ")));
    }
    Ok(())
}

/// What a program beside this one tells, which is linked with the measured one.
///
/// # Errors
/// When it is not built, fails, or tells something else.
pub(crate) fn told<T: DeserializeOwned>(name: &str, arguments: &[&OsStr]) -> anyhow::Result<T> {
    let file = std::env::current_exe()?.with_file_name(name);
    let output = Command::new(&file).args(arguments).output();
    let output = output.with_context(|| format!("{}: start the measures with bench/run", file.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name}: {}", said.trim());
    serde_json::from_slice(&output.stdout).with_context(|| format!("what {name} told"))
}

/// Times of `count` requests of `/healthz`, which asks the database one question: the reference for pages.
pub(crate) fn healthz(browser: &mut Browser, count: usize) -> io::Result<Times> {
    browser.get("/healthz")?;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        times.push(timed(|| browser.get("/healthz"))?.0);
    }
    Ok(Times::of(times))
}

/// How long something took, and what came of it.
pub(crate) fn timed<T, E>(act: impl FnOnce() -> Result<T, E>) -> Result<(Duration, T), E> {
    let begun = Instant::now();
    let result = act()?;
    Ok((begun.elapsed(), result))
}

/// Links of a page that begin with `prefix` and have something after it, each once.
pub(crate) fn links(page: &str, prefix: &str) -> Vec<String> {
    let mut found: Vec<String> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split(['"', '?', '#']).next())
        .filter(|path| !path.ends_with("/feed.atom"))
        .filter(|path| path.len() > prefix.len() && path.starts_with(prefix) && !path[prefix.len()..].contains('/'))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}
