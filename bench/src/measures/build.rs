//! Clean builds of what `make run` and `make test` compile. They take minutes and heat the machine, so they are asked for.

use std::{path::Path, process::Command, time::Instant};

use anyhow::{Context, Result, ensure};

use crate::{
    figures::{Report, Row},
    settings::Settings,
};

/// Where the last times are kept, beside the sources: they are compared over months.
const FILE: &str = "bench/build-times.txt";

/// With `CLEAN=1` builds in an empty target directory; else says so and what was measured last.
///
/// # Errors
/// When a build fails.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    let file = settings.root.join(FILE);
    if !settings.clean {
        let last = std::fs::read_to_string(&file).unwrap_or_else(|_| "never".into());
        report.note(format!(
            "build: clean builds were skipped (CLEAN=1 measures them); last: {}",
            last.trim().replace('\n', "; ")
        ));
        return Ok(());
    }
    let target = tempfile::Builder::new().prefix("gongkai-build-").tempdir()?;
    let run = seconds(&settings.root, target.path(), &["build", "--locked", "--package", "gongkai-app"])?;
    report.add(Row::new("build", "cargo part of make run, empty target directory", run, "s"));
    let target = tempfile::Builder::new().prefix("gongkai-build-").tempdir()?;
    let test = seconds(&settings.root, target.path(), &["test", "--locked", "--workspace", "--no-run"])?;
    let row = Row::new("build", "cargo part of make test, empty target directory", test, "s");
    report.add(row.against("make run", run));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
    let text = format!("make run {run:.0} s\nmake test {test:.0} s\n{cores} cores, {day}, crates downloaded before\n");
    std::fs::write(&file, text).with_context(|| FILE.to_owned())
}

fn seconds(root: &Path, target: &Path, arguments: &[&str]) -> Result<f64> {
    let begun = Instant::now();
    let mut command = Command::new("cargo");
    let status = command.args(arguments).arg("--quiet").env("CARGO_TARGET_DIR", target).current_dir(root).status()?;
    ensure!(status.success(), "cargo {} ended with {status}", arguments.join(" "));
    Ok(begun.elapsed().as_secs_f64())
}
