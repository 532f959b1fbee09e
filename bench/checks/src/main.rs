//! `gongkai-bench-checks LABELS FOLDER PROGRAM`: goes through the labelled texts, looks through a long text without a list of words
//! and with a long one, writes a workbook and a PDF into `FOLDER` that others check by the clock, and has `PROGRAM` read the workbook
//! in its guarded child. Prints what came of it as JSON.

mod child;
mod files;
mod labels;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use check_text::{Answers, Book, Severity, Sort, Term, Terms, look_over};
use serde::Serialize;

/// Words of the long list.
const TERMS: usize = 20_000;
/// Bytes of the long text.
const LONG: usize = 1 << 20;
/// Looks at it; the fastest of each counts.
const ROUNDS: usize = 5;

/// What is printed.
#[derive(Debug, Serialize)]
struct Told {
    groups: Vec<labels::Group>,
    /// Labelled texts of which something else was found, with what.
    wrong: Vec<String>,
    /// Milliseconds for the long text, without a list and with the long one.
    without: f64,
    with: f64,
    /// Milliseconds to make the list ready.
    ready: f64,
    workbook: PathBuf,
    paper: PathBuf,
    /// Megabytes that the child held at most for the workbook; none = it could not be read, for the reason beside it.
    child: Option<f64>,
    why: String,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gongkai-bench-checks: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let labelled = arguments.next().context("the labelled texts")?;
    let folder = arguments.next().context("a folder")?;
    let program = arguments.next().context("the program")?;
    std::fs::create_dir_all(&folder)?;
    let text = std::fs::read_to_string(&labelled).with_context(|| labelled.display().to_string())?;
    let (groups, wrong) = labels::measure(&labels::read(&text));
    let long = long();
    let begun = Instant::now();
    let book = Book { terms: Terms::new(list()), ..Book::default() };
    let ready = begun.elapsed();
    let (workbook, paper) = (folder.join("list.xlsx"), folder.join("paper.pdf"));
    std::fs::write(&workbook, files::workbook()?)?;
    std::fs::write(&paper, files::paper())?;
    let (without, with) = (fastest(&long, &Book::default()), fastest(&long, &book));
    let (child, why) = match child::most_memory(&program, &workbook) {
        Ok(most) => (Some(most), String::new()),
        Err(why) => (None, format!("{why:#}")),
    };
    let (without, with, ready) = (ms(without), ms(with), ms(ready));
    let told = Told { groups, wrong, without, with, ready, workbook, paper, child, why };
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn fastest(text: &str, book: &Book) -> Duration {
    let once = || {
        let begun = Instant::now();
        std::hint::black_box(look_over("", text, book, &Answers::default()));
        begun.elapsed()
    };
    (0..ROUNDS).map(|_| once()).min().unwrap_or_default()
}

/// An official text, again and again with other figures.
fn long() -> String {
    let mut text = String::with_capacity(LONG + 1024);
    let mut count = 0;
    while text.len() < LONG {
        count += 1;
        text.push_str(&format!(
            "第{count}条　各乡镇人民政府、县政府各部门应当按照职责分工，做好第{count}项工作，于每年3月底前将情况报送县人民政府办公室，\
             由县人民政府办公室汇总后向社会公布。\n"
        ));
    }
    text
}

/// Words of four characters that are met now and then.
fn list() -> Vec<Term> {
    let letters: Vec<char> =
        "县乡镇村社区政府部门职责分工情况报送汇总公布办理审核监督检查落实推进完成".chars().collect();
    let at = |place: usize| letters[place % letters.len()];
    let term = |n: usize| Term {
        sort: Sort::Forbidden,
        form: [at(n), at(n / 7 + 3), at(n / 49 + 5), at(n / 343 + 11), at(n / 31 + 1), at(n / 1_000)].iter().collect(),
        right: String::new(),
        reason: String::new(),
        severity: Severity::Warn,
    };
    (0..TERMS).map(term).collect()
}
