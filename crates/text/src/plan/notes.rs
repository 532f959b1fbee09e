//! Owner notes in a clause: which brackets and labelled lines name owners, and which are only brackets.

use std::ops::Range;

use super::{
    owners::{self, Note},
    pairs::{Pairs, Span},
};

/// An owner note in its place.
#[derive(Debug)]
pub(super) struct Found {
    /// Bytes of the note with its brackets, and with a full stop that ends nothing else.
    pub(super) range: Range<usize>,
    pub(super) note: Note,
}

/// A note is a list of names: a longer bracket is text.
const LONGEST: usize = 3000;

/// Marks that end a sentence.
pub(super) fn is_ender(c: char) -> bool {
    matches!(c, '。' | '；' | '！' | '？' | ';' | '!' | '?')
}

/// Finds the owner notes of a text, in order, never overlapping.
pub(super) fn find(text: &str, pairs: &Pairs, year: Option<i16>) -> Vec<Found> {
    let labelled = labelled(text, pairs);
    let mut found: Vec<Found> = Vec::new();
    for span in &pairs.outer {
        // a bracket inside a labelled line is part of that line
        let next = labelled.get(labelled.partition_point(|range| range.end <= span.start));
        if next.is_some_and(|range| range.start < span.end) {
            continue;
        }
        if let Some(note) = bracket(text, span, year) {
            let end = span.end + trailing(text, span);
            found.push(Found { range: span.start..end, note });
        }
    }
    found.extend(labelled.into_iter().map(|range| {
        let note = owners::read(&text[range.clone()], year);
        Found { range, note }
    }));
    found.sort_by_key(|found| found.range.start);
    found
}

/// Whether a line ends with an owner note.
pub(super) fn ends_with_note(line: &str, pairs: &Pairs, year: Option<i16>) -> bool {
    let end = line.trim_end_matches(|c: char| is_ender(c) || c.is_whitespace()).len();
    pairs.outer.last().is_some_and(|span| span.end >= end && bracket(line, span, year).is_some())
        || labelled(line, pairs).last().is_some_and(|range| range.end >= end)
}

fn before(text: &str, at: usize) -> Option<char> {
    text[..at].trim_end_matches([' ', '\u{3000}', '\t']).chars().next_back()
}

fn after(text: &str, at: usize) -> Option<char> {
    text[at..].trim_start_matches([' ', '\u{3000}', '\t']).chars().next()
}

fn starts_sentence(text: &str, at: usize) -> bool {
    before(text, at).is_none_or(|c| is_ender(c) || c == '\n')
}

/// The full stop behind a note whose sentence has already ended belongs to the note.
fn trailing(text: &str, span: &Span) -> usize {
    match text[span.end..].chars().next() {
        Some(c) if (is_ender(c) || c == '，') && starts_sentence(text, span.start) => c.len_utf8(),
        _ => 0,
    }
}

fn bracket(text: &str, span: &Span, year: Option<i16>) -> Option<Note> {
    let inner = text[span.inner()].trim();
    if !"（([［【〖〔".contains(span.open) || inner.len() > LONGEST || inner.is_empty() {
        return None;
    }
    let note = owners::read(inner, year);
    let begins = starts_sentence(text, span.start);
    let ends = after(text, span.end).is_none_or(|c| is_ender(c) || c == '\n');
    is_owner_note(inner, &note, begins, ends).then_some(note)
}

fn is_owner_note(inner: &str, note: &Note, begins: bool, ends: bool) -> bool {
    if note.labelled {
        return true;
    }
    if note.owners.is_empty() {
        // （分别牵头落实） names nobody but is meant as a note; （6月底前完成） is part of its sentence
        return note.has_role && note.due.is_none() && begins;
    }
    if note.has_role {
        let mostly_organs = note.unknown.len() * 2 <= note.owners.len();
        let names = || note.unknown.iter().all(|name| owners::could_be_name(name));
        return note.unknown.is_empty() || ((begins || ends) && (mostly_organs || names()));
    }
    // names alone: only where a note would stand, never the gloss of a name as in 各乡镇（中心）
    let gloss = ["含", "包括", "不含", "除", "即", "原", "如", "见"].iter().any(|word| inner.starts_with(word));
    if !note.unknown.is_empty() || gloss {
        return false;
    }
    if begins {
        return note.owners.iter().all(|owner| owner.name.chars().count() > 2);
    }
    let plain = |name: &str| {
        ["县", "市", "区", "省", "各"].iter().any(|start| name.starts_with(start)) && name.chars().count() > 2
    };
    ends && note.owners.len() > 1 && note.owners.iter().all(|owner| plain(&owner.name))
}

/// `责任单位：…` outside brackets, from a line or sentence start to the end of the line.
fn labelled(text: &str, pairs: &Pairs) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut spans = pairs.outer.iter().peekable();
    let mut at = 0;
    let mut fresh = true;
    while at < text.len() {
        while spans.next_if(|span| span.end <= at).is_some() {}
        if let Some(span) = spans.peek().filter(|span| span.start <= at) {
            at = span.end;
            fresh = false;
            continue;
        }
        if fresh && owners::starts_with_label(&text[at..]) {
            let end = label_end(text, at);
            found.push(at..end);
            at = end;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        fresh = is_ender(c) || c == '\n' || (fresh && c.is_whitespace());
        at += c.len_utf8();
    }
    found
}

/// A labelled note ends with its line, or with the full stop before other text; a line that ends in `、` goes on.
fn label_end(text: &str, start: usize) -> usize {
    let mut from = start;
    loop {
        let line_end = text[from..].find('\n').map_or(text.len(), |length| from + length);
        let mut at = from;
        while let Some(length) = text[at..line_end].find('。') {
            at += length + '。'.len_utf8();
            let rest = text[at..line_end].trim_start();
            if !rest.is_empty() && !owners::starts_with_label(rest) {
                return at;
            }
        }
        let goes_on = text[..line_end].trim_end().ends_with(['、', '，', ',', '：', ':']);
        if !goes_on || line_end == text.len() {
            return line_end;
        }
        from = line_end + 1;
    }
}
