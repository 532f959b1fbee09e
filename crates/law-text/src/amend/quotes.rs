//! The quoted words of a decision taken out of its sentences, and its sentences one by one.

use crate::number;

/// What stands for a quotation in a sentence: this character and the ones after it, by its number.
const FIRST: u32 = 0xE000;
/// As many quotations are told apart in a sentence.
const MOST: u32 = 0x1800;

/// The character that stands for a quotation.
fn mark(at: usize) -> Option<char> {
    u32::try_from(at).ok().filter(|at| *at < MOST).and_then(|at| char::from_u32(FIRST + at))
}

/// Which quotation a character stands for.
pub(super) fn quoted(c: char) -> Option<usize> {
    let at = u32::from(c).checked_sub(FIRST).filter(|at| *at < MOST)?;
    usize::try_from(at).ok()
}

/// A numbered part of a decision.
#[derive(Debug, Clone, Default)]
pub(super) struct Clause {
    /// Its words with line breaks.
    pub(super) text: String,
    /// What the clause around it says before its first sub-clause.
    pub(super) head: String,
}

/// Straight quotation marks as those of print, turn by turn, where a text has no others.
pub(super) fn printed(text: &str) -> String {
    if text.contains('“') || !text.contains('"') {
        return text.to_owned();
    }
    let mut open = false;
    let turned = text.chars().map(|c| {
        if c != '"' {
            return c;
        }
        open = !open;
        if open { '“' } else { '”' }
    });
    turned.collect()
}

/// How a line is numbered, and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// 一、
    Major,
    /// （一）
    Minor,
    /// 1.
    Digit,
}

fn numbered(line: &str) -> Option<(Style, u32, &str)> {
    if let Some((number, value, rest)) = number::item(line) {
        let style = if number.starts_with(['（', '(']) { Style::Minor } else { Style::Digit };
        return Some((style, value, rest));
    }
    let (number, rest) = line.split_once('、')?;
    number::value(number).map(|value| (Style::Major, value, rest))
}

/// Whether quoted words go on after a line.
fn stays_open(line: &str, open: bool) -> bool {
    line.chars().fold(open, |open, c| match c {
        '“' => true,
        '”' => false,
        _ => open,
    })
}

/// The decision clause by clause: 一、…, within a clause that quotes nothing （一）…; the whole where nothing is numbered.
pub(super) fn clauses(lines: &[&str]) -> Vec<Clause> {
    let mut found: Vec<Clause> = Vec::new();
    let (mut open, mut style, mut last, mut minor) = (false, None, 0, 0);
    let mut head = String::new();
    for line in lines {
        let label = if open { None } else { numbered(line) };
        open = stays_open(line, open);
        match label {
            Some((kind, value, rest))
                if kind != Style::Minor && value == last + 1 && style.is_none_or(|style| style == kind) =>
            {
                (style, last, minor) = (Some(kind), value, 0);
                head = rest.trim().to_owned();
                found.push(Clause { text: head.clone(), head: String::new() });
            }
            Some((Style::Minor, value, rest))
                if value == minor + 1
                    && (minor > 0 || found.last().is_none_or(|clause| !clause.text.contains('“'))) =>
            {
                minor = value;
                found.push(Clause { text: rest.trim().to_owned(), head: head.clone() });
            }
            _ => match found.last_mut() {
                Some(clause) => {
                    clause.text.push('\n');
                    clause.text.push_str(line);
                }
                None => found.push(Clause { text: (*line).to_owned(), head: String::new() }),
            },
        }
    }
    found
}

/// A clause without its quoted words: each quotation is one character ([`quoted`]), blanks are gone; and the quotations,
/// line by line.
/// A mark that opens a further line of a quotation opens nothing: official texts repeat it.
pub(super) fn lifted(sentence: &str) -> (String, Vec<String>) {
    let (mut plain, mut quotes): (String, Vec<String>) = (String::new(), Vec::new());
    let (mut depth, mut fresh, mut words) = (0_u32, true, String::new());
    // After a quotation a new line begins a new sentence, unless it quotes on.
    let mut ends = false;
    for c in sentence.chars() {
        if ends && depth == 0 && !c.is_whitespace() {
            if c != '“' {
                plain.push('。');
            }
            ends = false;
        }
        match c {
            '“' if depth > 0 && fresh => {}
            '“' => {
                if depth > 0 {
                    words.push(c);
                }
                depth += 1;
            }
            '”' if depth == 1 => {
                depth = 0;
                put(&mut plain, &mut quotes, std::mem::take(&mut words));
            }
            '”' if depth > 1 => {
                depth -= 1;
                words.push(c);
            }
            _ if depth > 0 => words.push(c),
            '\n' => ends = plain.chars().next_back().is_some_and(|last| quoted(last).is_some()),
            c if c.is_whitespace() => {}
            c => plain.push(c),
        }
        fresh = c == '\n' || (fresh && c.is_whitespace());
    }
    if depth > 0 {
        put(&mut plain, &mut quotes, words);
    }
    (plain, quotes)
}

fn put(plain: &mut String, quotes: &mut Vec<String>, words: String) {
    if let Some(mark) = mark(quotes.len()) {
        plain.push(mark);
        let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        quotes.push(lines.join("\n"));
    }
}

/// A sentence with its quotations again, as a reader knows it; long ones shortened.
pub(super) fn told(sentence: &str, quotes: &[String]) -> String {
    let mut out = String::new();
    for c in sentence.chars() {
        match quoted(c).and_then(|at| quotes.get(at)) {
            None => out.push(c),
            Some(words) => {
                let short: String = words.chars().take(40).map(|c| if c == '\n' { ' ' } else { c }).collect();
                let more = if words.chars().nth(40).is_some() { "……" } else { "" };
                out.push_str(&format!("“{short}{more}”"));
            }
        }
    }
    out
}
