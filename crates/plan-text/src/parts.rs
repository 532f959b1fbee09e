//! Several documents in one file: a notice and its plan, a plan and its annexes. Each begins behind the signature or the
//! `附件` of the one before it, most with a title of its own.

use super::{
    frame::{self, Kind},
    head,
    headings::{self, Heading},
    lines::Line,
};

/// A title has at most so many lines.
const MOST_TITLE_LINES: usize = 4;

/// Says what each line is, and where a further document begins behind `first`; its title becomes a section without
/// number, its lines joined to one.
pub(super) fn classify(lines: &mut Vec<Line>) -> (Vec<Kind>, Vec<usize>) {
    let mut kinds = frame::classify(lines);
    let Some(first) = kinds.iter().position(|kind| kind.heading().is_some()) else { return (kinds, Vec::new()) };
    let mut parts = Vec::new();
    let mut at = first;
    while at < lines.len() {
        let titled = at > first && (is_titled_annex(lines, &kinds, at) || begins_another(lines, &kinds, first, at));
        if !titled && !ends_document(lines, &kinds, first, at) {
            at += 1;
            continue;
        }
        let start = if titled { at } else { behind_labels(lines, &kinds, at + 1) };
        let title = title_lines(lines, &kinds, start);
        // a document has headings of its own
        let Some(next) = kinds[start + title..].iter().position(|kind| kind.heading().is_some()) else { break };
        let next = start + title + next;
        if kinds[start + title..next].iter().any(|kind| *kind != Kind::Plain) {
            at = start.max(at + 1);
            continue;
        }
        if title > 0 {
            for line in lines.drain(start + 1..start + title).collect::<Vec<_>>() {
                kinds.remove(start + 1);
                lines[start].text.push_str(&line.text);
            }
            kinds[start] = Kind::Heading(Heading { level: 1, number: String::new(), mark: String::new(), rest: 0 });
        }
        let begin = if title > 0 { start } else { next };
        // A date and what stands below it may both end the document before.
        if parts.last().is_none_or(|last| *last < begin) {
            parts.push(begin);
        }
        at = start.max(at + 1);
    }
    (kinds, parts)
}

/// A date below a signature, or the label of an annex: what follows may be another document.
fn ends_document(lines: &[Line], kinds: &[Kind], first: usize, at: usize) -> bool {
    match kinds[at] {
        Kind::Date => {
            let signed = at > first
                && (frame::is_signature(&lines[at - 1].text) || lines[at].text.contains(char::is_whitespace));
            let headed = kinds.get(at + 1).is_some_and(|kind| kind.heading().is_some() || *kind == Kind::Attachment);
            signed || headed
        }
        // the label alone, no list of annexes behind it
        Kind::Attachment => head::is_attachment_label(&lines[at].text) && kinds.get(at + 1) != Some(&Kind::Attachment),
        _ => false,
    }
}

/// `附件1：任务清单` directly above a heading: label and title of an annex in one line.
fn is_titled_annex(lines: &[Line], kinds: &[Kind], at: usize) -> bool {
    kinds[at] == Kind::Attachment
        && !head::is_attachment_label(&lines[at].text)
        && head::ends_title(&lines[at].text)
        && kinds.get(at + 1).is_some_and(|kind| kind.heading().is_some())
}

/// The title of a second plan that follows the first without a signature between: a whole title of its own, an introduction at
/// most, and `一、` again.
fn begins_another(lines: &[Line], kinds: &[Kind], first: usize, at: usize) -> bool {
    const INTRODUCTION: usize = 6;
    if kinds[at] != Kind::Plain || !head::could_be_title(&lines[at].text) || !head::completes_title(&lines[at].text) {
        return false;
    }
    let named = || {
        let words = lines[at].text.trim();
        let issued = format!("《{words}》");
        let dated = words.chars().filter(char::is_ascii_digit).count() >= 4 && words.contains('年');
        dated || lines[..first].iter().any(|line| line.text.contains(&issued))
    };
    let next = kinds[at + 1..].iter().take(INTRODUCTION + 1).position(|kind| *kind != Kind::Plain);
    let anew = next
        .and_then(|next| kinds[at + 1 + next].heading())
        .is_some_and(|heading| heading.level == 1 && headings::value(&heading.number) == Some(1));
    let before = || kinds[first..at].iter().filter_map(Kind::heading).any(|heading| heading.level == 1);
    anew && before() && named()
}

/// The first line behind labels, dates, and remarks in brackets.
pub(super) fn behind_labels(lines: &[Line], kinds: &[Kind], from: usize) -> usize {
    let mut at = from;
    while at < lines.len() {
        let text = lines[at].text.as_str();
        let remark = text.starts_with(['（', '(']) && text.ends_with(['）', ')']);
        let copy = ["抄送", "抄报", "分送", "主送", "（共印", "共印", "印发", "校对："]
            .iter()
            .any(|word| text.starts_with(word));
        let label = kinds[at] == Kind::Attachment && head::is_attachment_label(text);
        let passed = label || kinds[at] == Kind::Date || (kinds[at] == Kind::Plain && (remark || copy));
        // whoever signs the imprint
        let imprint = kinds.get(at + 1) == Some(&Kind::Date) && frame::is_signature(text);
        if !passed && !imprint {
            break;
        }
        at += 1;
    }
    at
}

/// How many lines from here on are the title of a document: short, without a sentence, the last one ending as titles do
/// or standing over headings.
pub(super) fn title_lines(lines: &[Line], kinds: &[Kind], start: usize) -> usize {
    let mut title = String::new();
    for count in 0..MOST_TITLE_LINES {
        let Some(line) = lines.get(start + count) else { return 0 };
        if kinds[start + count].heading().is_some() {
            return count;
        }
        let labelled = count == 0 && kinds[start] == Kind::Attachment && head::ends_title(&line.text);
        if !(labelled || kinds[start + count] == Kind::Plain && head::could_be_title(&line.text)) {
            return 0;
        }
        title.push_str(&line.text);
        if head::completes_title(&title) {
            return count + 1;
        }
    }
    0
}
