//! `gongkai compare`: two regulations held against each other, article by article.

use std::{collections::BTreeMap, io::Write, path::Path, process::ExitCode};

use anyhow::{Result, ensure};
use document::compare::{
    Change,
    articles::{self, Around, ArticleChange, Regulation, Stretch},
};
use serde::Serialize;

/// The answer for programs.
#[derive(Debug, Serialize)]
struct Answer {
    old: Regulation,
    new: Regulation,
    changes: Vec<ArticleChange>,
    /// What changed outside of the articles.
    around: Vec<Around>,
    summary: BTreeMap<&'static str, usize>,
}

/// Compares two files; nothing is stored.
///
/// # Errors
/// When one cannot be read or holds no text, in words.
pub(super) fn run(old: &Path, new: &Path, as_json: bool) -> Result<ExitCode> {
    let (old, new) = (read(old)?, read(new)?);
    let (changes, around) = (articles::compare(&old, &new), articles::around(&old, &new));
    let mut summary = BTreeMap::new();
    for change in &changes {
        *summary.entry(change.kind).or_default() += 1;
    }
    let mut text = Vec::new();
    if as_json {
        serde_json::to_writer_pretty(&mut text, &Answer { old, new, changes, around, summary })?;
        writeln!(text)?;
    } else {
        show(&around, &changes, &summary, &mut text)?;
    }
    super::file::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<Regulation> {
    let found = super::file::read(file)?;
    ensure!(!found.text.trim().is_empty(), "{} 里没有文字。请检查是否选错了文件；扫描件请先转成文字。", file.display());
    for warning in &found.warnings {
        eprintln!("注意：{}：{warning}", file.display());
    }
    Ok(articles::read(&found.text))
}

/// What changed, for people: words that are gone in 〔－〕, words that came in 〔＋〕.
fn show(
    around: &[Around],
    changes: &[ArticleChange],
    summary: &BTreeMap<&'static str, usize>,
    out: &mut impl Write,
) -> Result<()> {
    let label = |code: &str| Change::ALL.into_iter().find(|one| one.code() == code).map_or("", Change::label);
    for one in around {
        writeln!(out, "{}　{}", label(one.kind), one.what)?;
        if one.kind != Change::Moved.code() {
            writeln!(out, "    {}", words(&one.spans))?;
        }
    }
    for change in changes.iter().filter(|change| change.kind != Change::Unchanged.code()) {
        let place = match (&change.old, &change.new) {
            (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
            (old, new) => new.as_ref().or(old.as_ref()).cloned().unwrap_or_default(),
        };
        let also =
            if change.also.is_empty() { String::new() } else { format!("（另有{}）", change.also.join("、")) };
        writeln!(out, "{}　{place}{also}", label(change.kind))?;
        if change.kind == Change::Moved.code() {
            continue;
        }
        writeln!(out, "    {}", words(&change.spans))?;
    }
    if !around.is_empty() {
        writeln!(out, "条文以外：{} 处", around.len())?;
    }
    let told: Vec<String> = summary.iter().map(|(code, count)| format!("{} {count} 条", label(code))).collect();
    writeln!(out, "共：{}", told.join("、"))?;
    Ok(())
}

/// The words of both sides in one line, those of further lines set in.
fn words(spans: &[Stretch]) -> String {
    let words = spans.iter().map(|span| match span.op {
        "insert" => format!("〔＋{}〕", span.text),
        "delete" => format!("〔－{}〕", span.text),
        _ => span.text.clone(),
    });
    words.collect::<String>().replace('\n', "\n    ")
}
