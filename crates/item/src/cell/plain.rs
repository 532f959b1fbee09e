//! The characters of a cell, before its type counts.

use crate::Problem;

/// Typed cells with one form for each character: half-width, one sort of dash, nothing unseen, no blanks around.
pub(crate) fn plain(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !fold::is_unseen(*c)).map(character).collect();
    plain.trim().to_owned()
}

fn character(c: char) -> char {
    match fold::character(c) {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' => '-',
        c => c,
    }
}

/// Words as they are written, without what prints nothing and without blanks around; one form of line ends.
pub(crate) fn words(text: &str) -> String {
    let unseen = |c: char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
            || c.is_control() && c != '\n' && c != '\t'
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let words: String = text.chars().filter(|c| !unseen(*c)).collect();
    words.trim().to_owned()
}

/// The cell without the apostrophe that exports put before what a spreadsheet would take for a formula.
pub(crate) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(text)
}

/// Whether a cell of a typed column says that there is nothing.
pub(crate) fn says_none(plain: &str) -> bool {
    let dashes = plain.len() <= 6 && plain.chars().all(|c| matches!(c, '-' | '/' | '\\' | ' '));
    dashes || matches!(plain, "无" | "暂无" | "没有" | "不适用" | "空" | "N/A" | "n/a" | "NA")
}

/// Tells of digits that were written full-width.
pub(crate) fn note_width(text: &str, notes: &mut Vec<String>) {
    if text.chars().any(|c| matches!(c, '\u{ff10}'..='\u{ff19}')) {
        notes.push("全角数字已按半角读入".to_owned());
    }
}

/// A cell as a message quotes it: whole, or its beginning.
pub(crate) fn quoted(text: &str) -> String {
    let line: String = text.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
    if line.chars().count() <= 40 {
        return format!("“{line}”");
    }
    format!("“{}……”", line.chars().take(38).collect::<String>())
}

/// A problem of a cell, quoted.
pub(crate) fn problem<T>(text: &str, what: &str) -> Result<T, Problem> {
    Err(Problem(format!("{}{what}", quoted(text))))
}
