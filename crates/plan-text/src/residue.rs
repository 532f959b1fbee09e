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
    // one … prints six dots
    let dots: usize = words[leader.len()..].chars().take(4).map(|c| if c == '…' || c == '⋯' { 3 } else { 1 }).sum();
    (1..=3).contains(&page) && !leader.is_empty() && dots >= 3
}

/// Reads what follows a line `目录` as its entries: those with a page number, and those that stand in the text again.
#[derive(Default)]
pub(super) struct Contents {
    listing: bool,
    /// Entries without a page number: each is looked for in the whole text.
    looked_for: usize,
}

impl Contents {
    /// Whether the line is an entry. `again` says whether the same words stand further down, asked only of entries
    /// without a page.
    pub(super) fn takes(&mut self, text: &str, again: impl FnOnce() -> bool) -> bool {
        const LONGEST: usize = 200;
        const MOST: usize = 60;
        if self.listing && text.len() <= LONGEST {
            let words = text.trim_end_matches(|c: char| digit(c).is_some());
            let page = words.len() < text.len() && words.ends_with(char::is_whitespace);
            if page && text.len() - words.len() <= 3 {
                return true;
            }
            self.looked_for += 1;
            if self.looked_for <= MOST && again() {
                return true;
            }
        }
        self.listing = text.chars().filter(|c| !c.is_whitespace()).take(3).eq("目录".chars());
        false
    }
}

/// The tags and entities of a web page in a line: `<p>`, `</span>`, `&nbsp;`. Each is dropped; where a paragraph ended, the
/// line is broken.
pub(super) fn without_tags(text: &str, dropped: &mut String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&', '>']) {
        out.push_str(&rest[..at]);
        let here = &rest[at..];
        let quoted = here.starts_with("> ") && out.trim().is_empty();
        let (length, breaks) =
            if quoted { (1, false) } else { tag(here).or_else(|| entity(here)).unwrap_or((0, false)) };
        if length == 0 {
            out.push_str(&here[..1]);
        } else {
            dropped.push_str(&here[..length]);
        }
        if breaks {
            out.push('\n');
        }
        rest = &here[length.max(1)..];
    }
    out.push_str(rest);
    out
}

/// The length of a tag that HTML knows, and whether it ends a line.
fn tag(text: &str) -> Option<(usize, bool)> {
    const LONGEST: usize = 400;
    const BLOCKS: [&str; 14] =
        ["p", "br", "div", "tr", "table", "tbody", "h1", "h2", "h3", "h4", "li", "ul", "ol", "section"];
    const OTHERS: [&str; 14] =
        ["span", "b", "strong", "a", "td", "th", "font", "em", "i", "u", "img", "center", "o:p", "sup"];
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let name_end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':')).unwrap_or(inner.len());
    let name = inner[..name_end].to_ascii_lowercase();
    let block = BLOCKS.contains(&name.as_str());
    let attributes = inner[name_end..].starts_with([' ', '>', '/']);
    if !(attributes && (block || OTHERS.contains(&name.as_str()))) {
        return None;
    }
    let close = text.char_indices().take(LONGEST).find(|&(_, c)| c == '>')?.0;
    Some((close + 1, block))
}

/// The length of an entity that prints a space.
fn entity(text: &str) -> Option<(usize, bool)> {
    let found = ["&nbsp;", "&ensp;", "&emsp;", "&#160;", "&#12288;", "&#8203;"].iter().find(|e| text.starts_with(**e));
    found.map(|entity| (entity.len(), false))
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

/// `2 0 2 5 年 工 作 要 点`: a line whose characters stand apart, as scanners write it, without the gaps between them. Cells of a
/// table stay apart.
pub(super) fn without_gaps(text: String) -> String {
    const FEWEST: usize = 6;
    let blank = |c: char| matches!(c, ' ' | '\u{3000}' | '\u{a0}');
    if text.contains('\t') || !text.contains(blank) {
        return text;
    }
    let words = || text.split(blank).filter(|word| !word.is_empty());
    let (all, single) =
        words().fold((0, 0), |(all, single), word| (all + 1, single + usize::from(word.chars().nth(1).is_none())));
    // a mark stands with the character before it
    if all < FEWEST || single * 10 < all * 8 {
        return text;
    }
    text.chars().filter(|&c| !blank(c)).collect()
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
