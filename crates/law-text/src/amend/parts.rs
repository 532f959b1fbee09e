//! Chapters and sections that a decision adds or takes out.

use super::order::Work;
use crate::{
    number::{label, written},
    structure::{Level, Part, Statute},
};

/// The parts of a quotation, and its articles, whose parts are places among these.
pub(super) struct Quoted {
    parts: Vec<Part>,
    articles: Vec<Work>,
}

/// Reads the quoted words of a new chapter.
///
/// # Errors
/// In words, when they do not begin with its heading or hold something that is neither part nor article.
pub(super) fn quoted(words: &str) -> Result<Quoted, String> {
    let read = Statute::read(words);
    let whole = read.title.is_empty() && read.preamble.is_empty() && read.lead.is_empty() && read.contents.is_empty();
    if !whole || read.parts.first().is_none_or(|part| part.before > 0) {
        return Err("增加的章、节没有以标题（如 第四章　监督）开头，请由人处理".to_owned());
    }
    let articles = read.articles.iter().filter(|article| article.ordinal.is_some()).map(|article| Work {
        stated: article.ordinal,
        lines: article.text.lines().map(str::to_owned).collect(),
        part: article.part,
        rewritten: true,
        ..Work::default()
    });
    Ok(Quoted { articles: articles.collect(), parts: read.parts.clone() })
}

/// Puts the parts in before the one that bears the number of the first, else at the end before 附则 and annexes; those behind
/// count on.
pub(super) fn insert(statute: &mut Statute, all: &mut Vec<Work>, new: Quoted) {
    let Some(first) = new.parts.first().cloned() else { return };
    let level = first.level;
    let same = statute.parts.iter().position(|part| part.level == level && part.number == first.number);
    let at = same.unwrap_or_else(|| {
        let last = |part: &Part| part.level == Level::Annex || (part.number.is_empty() && part.before > 0);
        statute.parts.iter().position(last).unwrap_or(statute.parts.len())
    });
    let parent = match same.and_then(|at| statute.parts.get(at)) {
        Some(part) => part.parent,
        // What stands open there: the last part around that holds this level.
        None => statute.parts[..at].iter().rposition(|part| part.level < level),
    };
    let count = new.parts.len();
    if same.is_some() {
        shift(statute, at, (level, parent), 1);
    }
    let moved = |place: usize| if place >= at { place + count } else { place };
    for part in &mut statute.parts {
        part.parent = part.parent.map(moved);
    }
    for work in all.iter_mut() {
        work.part = work.part.map(moved);
    }
    let parts = new.parts.into_iter().map(|part| Part {
        // Its own parts are among the new ones.
        parent: part.parent.map(|own| own + at).or(parent.map(moved)),
        ..part
    });
    drop(statute.parts.splice(at..at, parts));
    all.extend(new.articles.into_iter().map(|work| Work { part: work.part.map(|own| own + at), ..work }));
    contents(statute);
}

/// Takes out a part with all that stands in it; those behind count down.
///
/// # Errors
/// In words, when there is no such part.
pub(super) fn remove(statute: &mut Statute, all: &mut [Work], number: &str) -> Result<(), String> {
    let at = statute.parts.iter().position(|part| part.number == number);
    let at = at.ok_or_else(|| format!("原文没有{number}"))?;
    let (level, parent) = (statute.parts[at].level, statute.parts[at].parent);
    let count =
        1 + statute.parts[at + 1..].iter().take_while(|part| part.level > level && part.level != Level::Annex).count();
    let end = at + count;
    for work in all.iter_mut() {
        match work.part {
            Some(part) if (at..end).contains(&part) => {
                work.gone = true;
                work.part = None;
            }
            Some(part) if part >= end => work.part = Some(part - count),
            _ => {}
        }
    }
    statute.parts.drain(at..end);
    for part in &mut statute.parts {
        part.parent = part.parent.map(|place| if place >= end { place - count } else { place });
    }
    shift(statute, at, (level, parent), -1);
    contents(statute);
    Ok(())
}

/// Writes the table of contents anew, as deep as it was.
fn contents(statute: &mut Statute) {
    let is_section = |line: &String| label(line).is_some_and(|label| label.unit == '节');
    let deepest = if statute.contents.iter().any(is_section) { Level::Section } else { Level::Chapter };
    let Some(first) = statute.contents.first().cloned() else { return };
    // Its own heading, where it has one.
    let head = label(&first).is_none().then_some(first);
    let lines = statute.parts.iter().filter(|part| part.level <= deepest).map(|part| part.line.clone());
    statute.contents = head.into_iter().chain(lines).collect();
}

/// Numbers the parts from a place on that stand at the same level of the same part otherwise by `by`.
fn shift(statute: &mut Statute, from: usize, (level, parent): (Level, Option<usize>), by: i64) {
    for part in statute.parts.iter_mut().skip(from).filter(|part| part.level == level && part.parent == parent) {
        let Some(found) = label(&part.number) else { continue };
        let unit = if level == Level::SubBook { "分编".to_owned() } else { found.unit.to_string() };
        let now = i64::from(found.ordinal.0) + by;
        let Some(now) = u32::try_from(now).ok().filter(|now| *now > 0) else { continue };
        part.number = format!("第{}{unit}", written(now));
        part.line = format!("{}　{}", part.number, part.heading);
    }
}
