//! Lines that belong to the file and not to the plan: page numbers, tables of contents, front matter, stars.

use super::{
    Warning,
    headings::{self, digit},
};

/// What a line is when it is residue of printing.
pub(super) fn line(text: &str) -> Option<&'static str> {
    if text.len() > 400 {
        return None;
    }
    if is_page_number(text) {
        Some("页码")
    } else if is_contents(text) {
        Some("目录行")
    } else {
        None
    }
}

/// Names a dropped line in a warning.
pub(super) fn drop_line(text: &str, no: usize, what: &str, warnings: &mut Vec<Warning>) {
    let message = format!("已去掉{what}“{text}”，如是正文请补回。");
    warnings.push(Warning { line: no, message, dropped: text.to_owned() });
}

/// `— 1 —`, `- 2 -`, `第 3 页 共 5 页`, or a number of at most three digits alone on its line.
fn is_page_number(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).take(21).collect();
    let number = |text: &str| (1..=3).contains(&text.chars().count()) && text.chars().all(|c| digit(c).is_some());
    let dashes = |c: char| matches!(c, '—' | '–' | '-' | '－' | '―' | '─' | '·' | '~');
    if number(bare.trim_matches(dashes)) {
        return bare.starts_with(dashes) == bare.ends_with(dashes);
    }
    let Some((page, rest)) = bare.strip_prefix('第').and_then(|rest| rest.split_once('页')) else { return false };
    let rest = rest.trim_start_matches(['，', ',', '/', '|']);
    let total = rest.strip_prefix('共').and_then(|rest| rest.strip_suffix('页'));
    number(page) && (rest.is_empty() || total.is_some_and(number))
}

/// `一、任务……………1`: an entry of a table of contents; `目录` over it.
fn is_contents(text: &str) -> bool {
    let title: String = text.chars().filter(|c| !c.is_whitespace()).take(3).collect();
    if title == "目录" {
        return true;
    }
    let words = text.trim_end_matches(|c: char| digit(c).is_some() || c.is_whitespace());
    let leader = words.trim_end_matches(['…', '.', '·', '．', '⋯']);
    let page = text[words.len()..].trim().chars().take(4).count();
    (1..=3).contains(&page) && !leader.is_empty() && words[leader.len()..].chars().take(4).count() >= 3
}

/// The last line of `---` front matter at the start of a Markdown file; 0 without one.
pub(super) fn front_matter(source: &str) -> usize {
    const LONGEST: usize = 40;
    let mut lines = source.trim_start_matches('\u{feff}').lines().take(LONGEST);
    if lines.next().is_none_or(|line| line.trim_end() != "---") {
        return 0;
    }
    for (index, line) in lines.enumerate() {
        let line = line.trim_end();
        if line == "---" {
            return index + 2;
        }
        let field = line.is_empty() || line.contains(':') || line.starts_with([' ', '-', '#']);
        if !field {
            return 0;
        }
    }
    0
}

/// Drops the star before a heading: it marks the line, and would hide its number.
pub(super) fn without_star(text: String, no: usize, warnings: &mut Vec<Warning>) -> String {
    let stars = |c: char| matches!(c, '★' | '☆' | '▲' | '△' | '●' | '■' | '◆' | '◇' | '※' | '*');
    let rest = text.trim_start_matches(|c: char| stars(c) || c.is_whitespace());
    if rest.len() == text.len() || headings::read(rest).is_none() {
        return text;
    }
    let mark = text[..text.len() - rest.len()].trim();
    let message = format!("已去掉编号前的标记“{mark}”，如表示重点任务请另行注明。");
    warnings.push(Warning { line: no, message, dropped: mark.to_owned() });
    rest.to_owned()
}
