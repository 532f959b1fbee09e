//! Source text to clean lines: residue of Word and Markdown is dropped here, and only here, and named in a warning.

use std::ops::Range;

use super::{Warning, headings, residue};
use crate::work::looked_at;

/// A line that holds something after cleaning.
#[derive(Debug)]
pub(super) struct Line {
    /// Number in the source, from 1.
    pub(super) no: usize,
    /// Text without residue, white space at the ends cut off.
    pub(super) text: String,
    /// An empty line stands before it.
    pub(super) after_blank: bool,
    /// Tabs before the text: empty cells, when it is a row of a table.
    pub(super) indent: usize,
    /// The row of a table that it was.
    pub(super) row: Option<Row>,
    /// The `#` before it: the file shows it as a heading of this level; 0 when it does not.
    pub(super) outline: u8,
}

/// A line that was a row of a table. Its text is number, task, and behind a line feed the cells of the owner note.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: String,
    pub(super) mark: String,
    /// Byte of the line where the task begins.
    pub(super) rest: usize,
    /// Bytes of the line that are the owner note; empty when no cell names an owner or a term.
    pub(super) note: Range<usize>,
    /// The note with the names of its columns, as it would stand in running text: for reading only.
    pub(super) reading: String,
    /// It stands over the rows below it and is no clause.
    pub(super) section: bool,
}

impl Row {
    /// A row that stands over those below it.
    pub(super) fn section(text: &str) -> Row {
        let heading = headings::read(text);
        let (number, mark, rest) = heading.map_or_else(Default::default, |h| (h.number, h.mark, h.rest));
        Row { number, mark, rest, note: text.len()..text.len(), reading: String::new(), section: true }
    }
}

/// Splits the source into lines (LF, CRLF, CR and Word's soft breaks) and drops residue.
pub(super) fn read(source: &str, warnings: &mut Vec<Warning>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut markdown = Warning::at(0, "");
    let mut tags = Warning::at(0, "");
    let mut contents = residue::Contents::default();
    let mut blank = false;
    let mut no = 0;
    let matter = residue::front_matter(source);
    let mut rest = source;
    while !rest.is_empty() {
        no += 1;
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        looked_at(end + 1);
        let (physical, after) = rest.split_at(end);
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or("");
        let untagged;
        let physical = if physical.contains(['<', '&', '>']) {
            untagged = residue::without_tags(physical, &mut tags.dropped);
            tags.line = if tags.line == 0 && !tags.dropped.is_empty() { no } else { tags.line };
            untagged.as_str()
        } else {
            physical
        };
        for part in physical.split(['\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
            let text = clean(part, no, warnings);
            let (text, outline) = strip_markdown(text, no, &mut markdown);
            let text = if residue::line(&text).is_some() { text } else { residue::without_gaps(text) };
            if text.is_empty() {
                blank = true;
                continue;
            }
            if no <= matter {
                residue::drop_line(&text, no, "文件开头的属性", warnings);
                continue;
            }
            let entry = contents.takes(&text, || stands_again(rest, &text));
            if let Some(what) = residue::line(&text).or(entry.then_some("目录行")) {
                residue::drop_line(&text, no, what, warnings);
                continue;
            }
            let text = residue::without_star(text, no, warnings);
            let indent = part.chars().take_while(|c| c.is_whitespace()).filter(|&c| c == '\t').count();
            lines.push(Line { no, text, after_blank: std::mem::take(&mut blank), indent, row: None, outline });
        }
    }
    if !tags.dropped.is_empty() {
        let some: String = tags.dropped.chars().take(60).collect();
        tags.message = format!("已去掉网页标记“{some}”，从本行开始，正文不受影响。");
        warnings.push(tags);
    }
    if !markdown.dropped.is_empty() {
        let some: String = markdown.dropped.chars().take(12).collect();
        let more = if some.len() < markdown.dropped.len() { "…" } else { "" };
        markdown.message = format!("已去掉标题和加粗的标记“{some}{more}”，从本行开始，正文不受影响。");
        warnings.push(markdown);
    }
    lines
}

/// Whether a numbered line stands in the text behind it again.
fn stands_again(rest: &str, line: &str) -> bool {
    looked_at(rest.len());
    // the page may stand behind the words without a gap
    let words = line.trim_end_matches(|c: char| c.is_ascii_digit());
    headings::read(line).is_some() && rest.lines().any(|other| [line, words].contains(&other.trim()))
}

/// Characters that print nothing: controls, zero-width and direction marks, soft hyphen, object placeholder.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}')
        || (c.is_control() && !c.is_whitespace())
}

/// The length of a Word mark that starts here: `[bookmark: _GoBack]`, `_GoBack`, `[]{#_GoBack .anchor}`,
/// `HYPERLINK "…"`.
fn word_mark(rest: &str) -> Option<usize> {
    const GO_BACK: &str = "_GoBack";
    if let Some(field) = rest.strip_prefix("HYPERLINK") {
        let address = field.trim_start_matches(' ').strip_prefix('"')?;
        let end = address.char_indices().take(500).find(|&(_, c)| c == '"')?.0;
        return Some(rest.len() - address.len() + end + 1);
    }
    if rest.starts_with(GO_BACK) {
        return Some(GO_BACK.len());
    }
    let close = if rest.get(..9).is_some_and(|s| s.eq_ignore_ascii_case("[bookmark")) {
        ']'
    } else if rest.starts_with("[]{#") {
        '}'
    } else {
        return None;
    };
    let end = rest.char_indices().take(100).find(|&(_, c)| c == close)?.0;
    Some(end + close.len_utf8())
}

fn clean(line: &str, no: usize, warnings: &mut Vec<Warning>) -> String {
    looked_at(line.len());
    let line = line.trim();
    let mut out = String::with_capacity(line.len());
    let mut unseen = String::new();
    let mut radicals = String::new();
    let mut skip = 0;
    for (at, c) in line.char_indices() {
        if at < skip {
            continue;
        }
        let mark = if matches!(c, '[' | '_' | 'H') { word_mark(&line[at..]) } else { None };
        if let Some(length) = mark {
            let dropped = &line[at..at + length];
            warnings.push(Warning {
                line: no,
                message: format!("已去掉 Word 残留标记“{dropped}”，正文不受影响。"),
                dropped: dropped.to_owned(),
            });
            skip = at + length;
        } else if is_invisible(c) {
            unseen.push(c);
        } else {
            let ideograph = fold::ideograph(c);
            if ideograph != c && !radicals.contains(ideograph) {
                radicals.push(ideograph);
            }
            out.push(ideograph);
        }
    }
    if !radicals.is_empty() {
        let message = format!("“{radicals}”在原文件中是看起来一样的部首字符，已按常用汉字读取，请核对。");
        warnings.push(Warning { line: no, message, dropped: String::new() });
    }
    if !unseen.is_empty() {
        let mut codes: Vec<String> = unseen.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
        let count = codes.len();
        codes.sort();
        codes.dedup();
        let message = format!("已去掉看不见的字符 {count} 个（{}），正文不受影响。", codes.join("、"));
        warnings.push(Warning { line: no, message, dropped: unseen });
    }
    if out.len() == line.len() && radicals.is_empty() { out } else { out.trim().to_owned() }
}

/// Drops `#` of a heading, which are counted, and `**` pairs.
fn strip_markdown(line: String, no: usize, dropped: &mut Warning) -> (String, u8) {
    let hashes = line.bytes().take_while(|&b| b == b'#').count();
    let heading = (1..=6).contains(&hashes) && line[hashes..].starts_with(char::is_whitespace);
    let outline = u8::try_from(hashes).ok().filter(|_| heading).unwrap_or(0);
    let bold = line.contains("**") && line.matches("**").count().is_multiple_of(2);
    if !heading && !bold {
        return (line, 0);
    }
    if dropped.line == 0 {
        dropped.line = no;
    }
    let mut text = line.as_str();
    if heading {
        dropped.dropped.push_str(&text[..hashes]);
        text = text[hashes..].trim_start();
    }
    if !bold {
        return (text.to_owned(), outline);
    }
    for _ in 0..text.matches("**").count() {
        dropped.dropped.push_str("**");
    }
    (text.replace("**", "").trim().to_owned(), outline)
}

/// Joins lines by line feeds, two where an empty line stood.
pub(super) fn join(lines: &[&Line]) -> String {
    let mut out = String::new();
    for line in lines {
        if !out.is_empty() {
            out.push_str(if line.after_blank { "\n\n" } else { "\n" });
        }
        out.push_str(&line.text);
    }
    out
}
