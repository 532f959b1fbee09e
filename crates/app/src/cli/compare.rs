//! `gongkai compare`: two regulations held against each other, article by article; or an amending decision applied to
//! the old one.

use std::{collections::BTreeMap, io::Write, path::Path, process::ExitCode};

use anyhow::{Result, ensure};
use law_text::{
    Statute,
    amend::{self, Amended, Failed},
    compare::{self, Around, ArticleChange, PartSummary, Stretch},
    diff::Change,
};
use serde::Serialize;

/// One of the texts, for programs.
#[derive(Debug, Serialize)]
struct Told {
    title: String,
    preamble: String,
    headings: Vec<String>,
    articles: Vec<Numbered>,
}

#[derive(Debug, Serialize)]
struct Numbered {
    number: String,
    text: String,
}

impl From<&Statute> for Told {
    fn from(statute: &Statute) -> Self {
        let articles = statute.units().into_iter().map(|one| Numbered { number: one.number, text: one.text });
        let preamble = if statute.articles.is_empty() { "" } else { statute.preamble.as_str() };
        Self {
            title: statute.title.clone(),
            preamble: preamble.to_owned(),
            headings: statute.parts.iter().map(|part| part.line.clone()).collect(),
            articles: articles.collect(),
        }
    }
}

/// What an amending decision did, for programs.
#[derive(Debug, Serialize)]
struct Amendment {
    /// The new text.
    text: String,
    applied: Vec<String>,
    failed: Vec<Failed>,
    notes: Vec<String>,
}

/// The answer for programs.
#[derive(Debug, Serialize)]
struct Answer {
    old: Told,
    new: Told,
    changes: Vec<ArticleChange>,
    /// What changed outside of the articles.
    around: Vec<Around>,
    summary: BTreeMap<&'static str, usize>,
    /// The same by chapter.
    chapters: Vec<PartSummary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amendment: Option<Amendment>,
}

/// Compares two files, or a file with what a decision makes of it; nothing is stored.
///
/// # Errors
/// When one cannot be read or holds no text, in words; when nothing of a decision could be applied.
pub(super) fn run(old: &Path, new: Option<&Path>, decision: Option<&Path>, as_json: bool) -> Result<ExitCode> {
    let old = Statute::read(&text(old)?);
    let (new, amended) = match (new, decision) {
        (_, Some(decision)) => {
            let amended = amend::apply(&old, &amend::read(&text(decision)?));
            ensure!(!amended.applied.is_empty(), "决定里没有一句能应用到原文上。{}", reasons(&amended));
            (amended.statute.clone(), Some(amended))
        }
        (Some(new), None) => (Statute::read(&text(new)?), None),
        (None, None) => anyhow::bail!("请写出新文件，或用 --amend 写出修改决定。"),
    };
    let (changes, around) = (compare::compare(&old, &new), compare::around(&old, &new));
    let mut summary = BTreeMap::new();
    for change in &changes {
        *summary.entry(change.kind).or_default() += 1;
    }
    let chapters = compare::by_part(&changes);
    let mut out = Vec::new();
    if as_json {
        let amendment = amended.map(|done| Amendment {
            text: done.text,
            applied: done.applied,
            failed: done.failed,
            notes: done.notes,
        });
        let (old, new) = (Told::from(&old), Told::from(&new));
        let answer = Answer { old, new, changes, around, summary, chapters, amendment };
        serde_json::to_writer_pretty(&mut out, &answer)?;
        writeln!(out)?;
    } else if let Some(amended) = amended {
        applied(&amended, &mut out)?;
    } else {
        show(&around, &changes, &summary, &chapters, &mut out)?;
    }
    super::file::print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// As many sentences are told with their reasons where nothing could be done.
const MOST_REASONS: usize = 20;

/// Why nothing of a decision could be applied, sentence by sentence.
fn reasons(amended: &Amended) -> String {
    if amended.failed.is_empty() {
        return "请检查是否选错了文件。".to_owned();
    }
    let told = amended.failed.iter().take(MOST_REASONS);
    let mut told: Vec<String> = told.map(|failed| format!("“{}”：{}。", failed.sentence, failed.reason)).collect();
    if let Some(more) = amended.failed.len().checked_sub(MOST_REASONS).filter(|more| *more > 0) {
        told.push(format!("另有 {more} 句。"));
    }
    told.join("\n")
}

fn text(file: &Path) -> Result<String> {
    let found = super::file::read(file)?;
    ensure!(!found.text.trim().is_empty(), "{} 里没有文字。请检查是否选错了文件；扫描件请先转成文字。", file.display());
    for warning in &found.warnings {
        eprintln!("注意：{}：{warning}", file.display());
    }
    Ok(found.text)
}

/// The new text on standard output, and what a person has to do on standard error.
fn applied(amended: &Amended, out: &mut impl Write) -> Result<()> {
    write!(out, "{}", amended.text)?;
    eprintln!("决定中有 {} 处已应用，{} 处没有应用。", amended.applied.len(), amended.failed.len());
    for failed in &amended.failed {
        eprintln!("没有应用：{}\n    原因：{}", failed.sentence, failed.reason);
    }
    for note in &amended.notes {
        eprintln!("请核对：{note}");
    }
    Ok(())
}

fn label(code: &str) -> &'static str {
    Change::ALL.into_iter().find(|one| one.code() == code).map_or("", Change::label)
}

fn counted(summary: &BTreeMap<&'static str, usize>) -> String {
    let told: Vec<String> = summary.iter().map(|(code, count)| format!("{} {count} 条", label(code))).collect();
    told.join("、")
}

/// What changed, for people: words that are gone in 〔－〕, words that came in 〔＋〕.
fn show(
    around: &[Around],
    changes: &[ArticleChange],
    summary: &BTreeMap<&'static str, usize>,
    chapters: &[PartSummary],
    out: &mut impl Write,
) -> Result<()> {
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
    for chapter in chapters.iter().filter(|chapter| !chapter.part.is_empty()) {
        writeln!(out, "{}：{}", chapter.part, counted(&chapter.summary))?;
    }
    writeln!(out, "共：{}", counted(summary))?;
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
