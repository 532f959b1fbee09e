//! Owner notes in a clause: which brackets and labelled lines name owners, and which are only brackets.

use std::ops::Range;

use super::{
    Owner,
    dates::Reckoning,
    owners::{self, Note},
    pairs::{Pairs, Span},
};
use crate::work::looked_at;

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
pub(super) fn find(text: &str, pairs: &Pairs, from: Reckoning) -> Vec<Found> {
    look(text, pairs, from).0
}

/// The owner notes of a text, and the brackets that read like one and were left in the text: byte and words.
pub(super) fn look(text: &str, pairs: &Pairs, from: Reckoning) -> (Vec<Found>, Vec<(usize, String)>) {
    let mut left = Vec::new();
    looked_at(text.len());
    let labelled = labelled(text, pairs);
    let mut found: Vec<Found> = Vec::new();
    for span in &pairs.outer {
        // a bracket inside a labelled line is part of that line
        let next = labelled.get(labelled.partition_point(|range| range.end <= span.start));
        if next.is_some_and(|range| range.start < span.end) {
            continue;
        }
        let behind_note = found.last().is_some_and(|last| text[last.range.end..span.start].trim().is_empty());
        match bracket(text, span, behind_note, from) {
            Bracket::Note(note) => {
                let end = span.end + trailing(text, span, behind_note);
                found.push(Found { range: span.start..end, note: *note });
            }
            Bracket::Doubtful => left.push((span.start, text[span.start..span.end].to_owned())),
            Bracket::Text => {}
        }
    }
    found.extend(labelled.into_iter().map(|range| {
        let note = owners::read(&text[range.clone()], from);
        Found { range, note }
    }));
    found.sort_by_key(|found| found.range.start);
    (found, left)
}

/// What a bracket is.
enum Bracket {
    Note(Box<Note>),
    /// Text that reads like a note and stands where none is expected, or names what is no organ.
    Doubtful,
    Text,
}

/// Whether a line ends with an owner note.
pub(super) fn ends_with_note(line: &str, pairs: &Pairs, from: Reckoning) -> bool {
    let end = line.trim_end_matches(|c: char| is_ender(c) || c.is_whitespace()).len();
    find(line, pairs, from).last().is_some_and(|found| found.range.end >= end)
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
fn trailing(text: &str, span: &Span, behind_note: bool) -> usize {
    match text[span.end..].chars().next() {
        Some(c) if (is_ender(c) || c == '，') && (behind_note || starts_sentence(text, span.start)) => c.len_utf8(),
        _ => 0,
    }
}

fn bracket(text: &str, span: &Span, behind_note: bool, from: Reckoning) -> Bracket {
    let inner = text[span.inner()].trim();
    if !"（([［【〖〔".contains(span.open) || inner.len() > LONGEST || inner.is_empty() {
        return Bracket::Text;
    }
    let note = owners::read(inner, from);
    let next = after(text, span.end);
    let place = Place {
        begins: behind_note || starts_sentence(text, span.start),
        ends: next.is_none_or(|c| is_ender(c) || c == '\n'),
        pauses: matches!(next, Some('，' | '、')),
        behind_note,
        behind_name: ends_as_organ(&text[..span.start]),
    };
    if note.is_partial() && !note.labelled && !place.begins {
        return Bracket::Doubtful;
    }
    if is_owner_note(inner, &note, place) {
        Bracket::Note(Box::new(note))
    } else if place.begins && place.ends && names_somebody(&note) {
        Bracket::Doubtful
    } else if (place.ends || place.pauses) && !place.behind_name && note.due.is_none() && owners::only_organs(inner) {
        // 做好解读（各乡镇），: it stands where an owner may, and names nobody else
        Bracket::Doubtful
    } else {
        Bracket::Text
    }
}

/// Whether a list names an organ among others, or says that it is not complete: `县应急局、消防、公安`, `公安、交通等部门`.
fn names_somebody(note: &Note) -> bool {
    note.open_ended || (note.owners.len() > 1 && note.unknown.len() < note.owners.len())
}

/// Whether the words before a bracket end as organs' names do: then the bracket may explain that name.
fn ends_as_organ(text: &str) -> bool {
    let start = text.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    // 《办法》（县政府办） says who issued it
    text.ends_with('》') || owners::looks_like_organ(&text[start..])
}

/// Where a bracket stands.
#[derive(Clone, Copy)]
struct Place {
    /// No words of its sentence stand before it.
    begins: bool,
    /// None stand behind it.
    ends: bool,
    /// A comma or pause mark stands behind it.
    pauses: bool,
    /// Another owner note stands directly before it.
    behind_note: bool,
    /// An organ's name stands directly before it.
    behind_name: bool,
}

fn is_owner_note(inner: &str, note: &Note, place: Place) -> bool {
    if note.labelled {
        return true;
    }
    if note.owners.is_empty() {
        // （分别牵头落实） names nobody but is meant as a note; 做好培训（6月底前完成） is part of its sentence
        let term = note.due.as_ref().is_some_and(|due| {
            !note.loose && (note.has_role || place.behind_note || !due.words.trim_end().ends_with(['日', '号']))
        });
        return place.begins && (term || note.lead_rule.is_some() || (note.has_role && note.due.is_none()));
    }
    if note.has_role {
        // 建设网站（县政府主办），每季度更新: within a sentence only the usual words make a note
        const USUAL: [&str; 16] = [
            "牵头", "负责", "落实", "配合", "协助", "参与", "会同", "承办", "实施", "推进", "执行", "办理", "完成",
            "职责", "分工", "单位",
        ];
        if !(place.begins || place.ends || USUAL.iter().any(|word| inner.contains(word))) {
            return false;
        }
        let mostly_organs = note.unknown.len() * 2 <= note.owners.len();
        let names = || note.unknown.iter().all(|name| owners::could_be_name(name));
        // （参与：群众代表） is no owner note
        return note.unknown.is_empty()
            || (!note.short_label && (place.begins || place.ends) && (mostly_organs || names()));
    }
    // names alone: only where a note would stand, never the gloss of a name as in 各乡镇（中心）
    let gloss = ["含", "包括", "不含", "除", "即", "原", "如", "见"].iter().any(|word| inner.starts_with(word));
    let gloss = gloss && note.excepted.is_empty();
    if !note.unknown.is_empty() || gloss {
        return false;
    }
    let many = |owner: &Owner| {
        owner.group
            && owner.name.chars().count() > 2
            && (owner.name.contains('各') || owner.name.starts_with(['全', '县', '市', '区', '省', '有', '相', '其']))
    };
    // 长期坚持（各乡镇）。 says who; 报各单位（各部门） explains
    if place.ends
        && !place.begins
        && !place.behind_name
        && note.owners.iter().any(many)
        && note.owners.iter().all(|owner| owner.group || owner.name.chars().count() > 2)
    {
        return true;
    }
    if place.begins {
        let whole = |owner: &Owner| owner.name.chars().count() > 2 || owner.name.starts_with('各');
        // 各乡镇、街道
        return note.owners.iter().any(whole) && note.owners.iter().all(|owner| whole(owner) || owner.group);
    }
    let plain = |name: &str| {
        ["县", "市", "区", "省", "各"].iter().any(|start| name.starts_with(start)) && name.chars().count() > 2
    };
    // 做好解读（县司法局）。 names an owner, 报县政府办公室（县政务公开办）。 explains a name
    let office = |name: &str| name.ends_with(['局', '委', '办', '部', '厅', '府', '室', '会', '处']);
    let offices = || !place.behind_name && note.owners.iter().all(|owner| office(&owner.name));
    let stands = if place.ends { note.owners.len() > 1 || offices() } else { place.pauses && offices() };
    stands && note.owners.iter().all(|owner| plain(&owner.name))
}

/// `责任单位：…` outside brackets, from a line or sentence start to the end of the line. Bullets and dashes before the
/// label belong to it.
fn labelled(text: &str, pairs: &Pairs) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut spans = pairs.outer.iter().peekable();
    let mut at = 0;
    let mut fresh = true;
    let mut bullet: Option<usize> = None;
    while at < text.len() {
        while spans.next_if(|span| span.end <= at).is_some() {}
        let behind = || text[..at].ends_with(['，', ',', ' ', '\u{3000}']) && owners::names_owner(&text[at..]);
        if let Some(end) = trailed(text, at) {
            found.push(at..end);
            at = end;
            continue;
        }
        let label = (fresh || bullet.is_some()) && owners::starts_with_label(&text[at..]) || behind();
        // 开展培训。——县教体局、县财政局
        let dashed = bullet.is_some_and(|dash| is_dash(&text[dash..at]) && starts_sentence(text, dash))
            && owners::only_names(line_of(&text[at..]));
        if label || dashed {
            let end = label_end(text, at);
            found.push(bullet.take().unwrap_or(at)..end);
            at = end;
            continue;
        }
        if let Some(span) = spans.peek().filter(|span| span.start <= at) {
            at = span.end;
            fresh = false;
            bullet = None;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        bullet = match c {
            '—' => bullet.or(Some(at)),
            c if owners::is_bullet(c) || c == '-' => bullet.or(fresh.then_some(at)),
            c if c.is_whitespace() && c != '\n' => bullet,
            _ => None,
        };
        fresh = is_ender(c) || c == '\n' || (fresh && c.is_whitespace());
        at += c.len_utf8();
    }
    found
}

/// Where the names end that stand behind a sentence with a gap or a stroke, and nothing behind them: `完成。　县教体局`,
/// `做好公开。/县民政局`. A line that goes on below may be broken within a sentence.
fn trailed(text: &str, at: usize) -> Option<usize> {
    if !text[..at].ends_with(is_ender) || !text[at..].starts_with(owners::is_trailing_mark) {
        return None;
    }
    let line = line_of(&text[at..]);
    let end = at + line.len();
    // who signs stands there, too: 本方案自印发之日起施行。　青禾县人民政府办公室
    const LONGEST: usize = 80;
    let before = text[..at].char_indices().rev().take(LONGEST).take_while(|&(_, c)| c != '\n');
    let sentence = &text[before.last().map_or(at, |(start, _)| start)..at];
    const CLOSING: [&str; 7] = ["施行", "特此", "此件", "抓好落实", "贯彻落实", "贯彻执行", "停止执行"];
    if CLOSING.iter().any(|word| sentence.contains(word)) {
        return None;
    }
    let below = text[end..].strip_prefix('\n').map(|below| below.trim_start_matches(' '));
    let ends = match below {
        Some(below) => below.starts_with('\n') || super::headings::read(line_of(below)).is_some(),
        None => text[end..].is_empty(),
    };
    let names = line.trim_start_matches(owners::is_trailing_mark).trim_end().trim_end_matches('。');
    (ends && owners::only_organs(names)).then_some(end)
}

/// A dash of one em or more, or two hyphens: a single hyphen is the bullet of a list.
fn is_dash(text: &str) -> bool {
    let mark = text.trim();
    mark.chars().all(|c| matches!(c, '—' | '-' | '－')) && (mark.contains('—') || mark.chars().nth(1).is_some())
}

/// The line that stands at the front, to a length that no line of names exceeds.
fn line_of(text: &str) -> &str {
    const LONGEST: usize = 300;
    let end = text.char_indices().enumerate().find(|&(count, (_, c))| c == '\n' || count == LONGEST);
    end.map_or(text, |(_, (at, _))| &text[..at])
}

/// A labelled note ends with its line, or with the full stop before other text; a line that ends in `、` goes on.
fn label_end(text: &str, start: usize) -> usize {
    let mut from = start;
    let mut listing = false;
    loop {
        let mut at = from;
        // marks are looked for one by one: a search to the end of a long line for each label would be quadratic
        let line_end = loop {
            let Some(length) = text[at..].find(['\n', '。']) else {
                looked_at(text.len() - at);
                break text.len();
            };
            looked_at(length);
            at += length;
            if text[at..].starts_with('\n') {
                break at;
            }
            at += '。'.len_utf8();
            let rest = text[at..].trim_start_matches([' ', '\u{3000}', '\t']);
            let stops = rest.chars().next().is_some_and(|c| c != '\n');
            if stops && !owners::starts_with_label(rest) {
                return at;
            }
        };
        if line_end == text.len() {
            return line_end;
        }
        let line = text[..line_end].trim_end();
        // a label alone on its line: the names stand below it, one a line
        listing |= line.ends_with(['：', ':']);
        let goes_on = line.ends_with(['、', '，', ',', '：', ':'])
            || (listing && owners::only_names(line_of(&text[line_end + 1..])))
            || owners::breaks_name(&text[from..line_end], line_of(&text[line_end + 1..]));
        if !goes_on {
            return line_end;
        }
        from = line_end + 1;
    }
}
