//! What the gates look for: right and wrong findings on the labelled texts, what a long list of words costs, and heavy files through
//! `gongkai check`. The first two by a program of their own, which is linked with the rules (`bench/checks`).

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::{
    figures::{Report, Row},
    program::Program,
    settings::Settings,
};

/// What `gongkai-bench-checks` tells; see there.
#[derive(Debug, Deserialize)]
struct Told {
    groups: Vec<Group>,
    wrong: Vec<String>,
    without: f64,
    with: f64,
    ready: f64,
    workbook: PathBuf,
    paper: PathBuf,
    child: Option<f64>,
    why: String,
}

/// Megabytes that the guarded child may hold.
const CHILD_MB: f64 = 512.0;

#[derive(Debug, Deserialize)]
struct Group {
    name: String,
    expected: usize,
    recall: f64,
    precision: f64,
}

/// Goes through the set, the long list and the heavy files.
///
/// # Errors
/// When the set cannot be read or a file cannot be checked.
pub(crate) fn measure(settings: &Settings, program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let checker = std::env::current_exe()?.with_file_name("gongkai-bench-checks");
    let output = Command::new(&checker)
        .arg(settings.root.join("bench/checks.tsv"))
        .arg(folder.join("checks"))
        .arg(program.file())
        .output()
        .with_context(|| format!("{}: start the measures with bench/run", checker.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "gongkai-bench-checks: {}", said.trim());
    let told: Told = serde_json::from_slice(&output.stdout).context("what gongkai-bench-checks found")?;
    for group in &told.groups {
        let (recall, precision) = if group.name == "numbers" { (0.99, 0.97) } else { (0.9, 0.9) };
        let figure = format!("{} ({}), recall", group.name, group.expected);
        report.add(Row::new("checks", figure, group.recall, "of 1").at_least(recall));
        let figure = format!("{} ({}), precision", group.name, group.expected);
        report.add(Row::new("checks", figure, group.precision, "of 1").at_least(precision));
    }
    if !told.wrong.is_empty() {
        report.note(format!("checks: judged otherwise than labelled: {}", told.wrong.join("; ")));
    }
    let row = Row::new("checks", "1 MB of text with a list of 20,000 words".to_owned(), told.with, "ms");
    report.add(row.against("without a list", told.without).at_most(2.0 * told.without));
    report.add(Row::new("checks", "making the list ready".to_owned(), told.ready, "ms"));
    for (name, file) in [("a workbook of 5 MB", &told.workbook), ("a PDF of 300 pages", &told.paper)] {
        let figure = format!("{name}, whole process");
        report.add(Row::new("checks", figure, checked(program, file)?, "ms").at_most(5_000.0));
    }
    let figure = "a workbook of 5 MB, memory of the guarded child at most";
    report.add(Row::new("checks", figure, told.child.unwrap_or(f64::NAN), "MB").at_most(CHILD_MB));
    if told.child.is_none() {
        report.note(format!("checks: the guarded child did not read the workbook: {}", told.why));
    }
    Ok(())
}

/// Milliseconds that `gongkai check` takes for a file.
fn checked(program: &Program, file: &Path) -> Result<f64> {
    let mut command = program.command(["check", "--json"]);
    let begun = Instant::now();
    let status = command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "gongkai check {} ended with {status}", file.display());
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}
