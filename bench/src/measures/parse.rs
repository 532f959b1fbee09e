//! `gongkai plan parse` of the work points as a whole process, against a process that does nothing.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    figures::{Report, Row, Times},
    program::Program,
    settings::Settings,
};

const RUNS: usize = 50;

/// The document that the project serves, where it is at hand; else the demonstration's plan.
fn source(settings: &Settings) -> PathBuf {
    let shared = std::env::var_os("GONGKAI_SHARED").map_or_else(|| settings.root.join("../shared"), PathBuf::from);
    let real = shared.join("work-points-2019.txt");
    if real.is_file() { real } else { settings.root.join("demo/plan-current.txt") }
}

fn once(command: &mut Command) -> Result<Duration> {
    let begun = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let taken = begun.elapsed();
    ensure!(status.success(), "{} ended with {status}", command.get_program().display());
    Ok(taken)
}

/// Fifty runs of each, taken in turn.
///
/// # Errors
/// When the file cannot be parsed.
pub(crate) fn measure(settings: &Settings, program: &Program, report: &mut Report) -> Result<()> {
    let file = source(settings);
    let (mut parse, mut nothing) = (Vec::new(), Vec::new());
    for round in 0..RUNS + 3 {
        let mut command = program.command(["plan", "parse", "--json"]);
        let times = (once(command.arg(&file))?, once(&mut Command::new("/bin/true"))?);
        // The first three only warm the page cache.
        if round >= 3 {
            parse.push(times.0);
            nothing.push(times.1);
        }
    }
    let (parse, nothing) = (Times::of(parse), Times::of(nothing));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    for (label, percent) in [("median", 50), ("p99", 99)] {
        let figure = format!("{name}, whole process, {label} of {}", parse.count());
        let row = Row::new("parse", figure, parse.percentile(percent), "ms")
            .against("/bin/true", nothing.percentile(percent));
        report.add(row.at_most(50.0));
    }
    Ok(())
}
