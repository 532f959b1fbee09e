//! The search over a library of laws: how good its order is beside plain BM25 over the same index, whether every word of two
//! characters finds its titles, and how long a question takes. Done by a program of its own, which is linked with the measured
//! one (`bench/rank`).

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::{
    figures::{Report, Row, Times},
    program::Program,
    settings::Settings,
};

/// What `gongkai-bench-rank` tells; see there.
#[derive(Debug, Deserialize)]
struct Told {
    laws: usize,
    entries: u64,
    questions: usize,
    ours: f64,
    plain: f64,
    groups: Vec<(String, usize, f64, f64)>,
    articles_asked: usize,
    articles_shown: usize,
    worst: Vec<(String, f64)>,
    pairs: usize,
    pairs_found: usize,
    words: usize,
    words_first: usize,
    lost: Vec<String>,
    took: Vec<f64>,
}

/// Where `CORPUS` names a library; else the report says that this was left out.
///
/// # Errors
/// When the library or the labelled questions cannot be read, or the search fails.
pub(crate) fn measure(settings: &Settings, program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let Some(corpus) = &settings.corpus else {
        report.note("search: left out; CORPUS=… names a folder of laws to search (bench/README.md)");
        return Ok(());
    };
    let ranker = std::env::current_exe()?.with_file_name("gongkai-bench-rank");
    let output = Command::new(&ranker)
        .arg(program.file())
        .arg(folder.join("library"))
        .arg(corpus)
        .arg(settings.root.join("bench/queries.tsv"))
        .arg(settings.seed.to_string())
        .output()
        .with_context(|| format!("{}: start the measures with bench/run", ranker.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "gongkai-bench-rank: {}", said.trim());
    let told: Told = serde_json::from_slice(&output.stdout).context("what gongkai-bench-rank found")?;
    order(&told, report);
    words(&told, report);
    let times = Times::of(told.took.iter().map(|ms| Duration::from_secs_f64(ms / 1000.0)).collect());
    for percent in [50, 99] {
        let figure = format!("{} entries, 2-4 words, facets, snippets: p{percent} of {}", told.entries, times.count());
        let row = Row::new("search", figure, times.percentile(percent), "ms");
        report.add(if percent == 99 { row.at_most(15.0) } else { row });
    }
    Ok(())
}

fn order(told: &Told, report: &mut Report) {
    let row = Row::new("search", format!("order of hits, nDCG@10 of {} questions", told.questions), told.ours, "of 1");
    report.add(row.against("plain BM25", told.plain).at_least(told.plain));
    for (name, many, ours, plain) in &told.groups {
        let row = Row::new("search", format!("  {name} ({many})"), *ours, "of 1");
        report.add(row.against("plain BM25", *plain));
    }
    let figure = format!("of {} answers in an article, the article is shown", told.articles_asked);
    report.add(Row::new("search", figure, share(told.articles_shown, told.articles_asked), "%"));
    let worst: Vec<String> = told.worst.iter().map(|(question, value)| format!("{question} {value:.2}")).collect();
    report.note(format!("search: {} laws; the order is worst for {}", told.laws, worst.join(", ")));
}

fn words(told: &Told, report: &mut Report) {
    let figure = format!("{} words of two characters find their {} titles", told.words, told.pairs);
    report.add(Row::new("search", figure, share(told.pairs_found, told.pairs), "%").at_least(100.0));
    let figure = format!("of {} such words, the first hit has it in its title", told.words);
    report.add(Row::new("search", figure, share(told.words_first, told.words), "%"));
    if !told.lost.is_empty() {
        report.note(format!("search: not found: {}", told.lost.join(", ")));
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 * 100.0 / whole as f64
}
