//! Brackets and quotation marks: which belong together, which are alone.

use crate::work::looked_at;

/// A bracketed or quoted stretch that lies in no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Byte of the opening mark.
    pub(super) start: usize,
    /// Byte after the closing mark.
    pub(super) end: usize,
    /// The opening mark.
    pub(super) open: char,
    /// Length of the closing mark in bytes.
    close_len: usize,
}

impl Span {
    /// The bytes between the marks.
    pub(super) fn inner(&self) -> std::ops::Range<usize> {
        self.start + self.open.len_utf8()..self.end - self.close_len
    }
}

/// All outermost spans of a text, in order, and the marks without a partner.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) outer: Vec<Span>,
    pub(super) stray: Vec<(usize, char)>,
}

/// A bracket may run over a line break of hard-wrapped text, but not over more than this many bytes.
const REACH_OVER_LINES: usize = 900;
const KINDS: usize = 12;
const STRAIGHT: usize = 11;

/// Kind of a mark and whether it opens (`Some(true)`), closes, or does either (`None`).
fn kind(c: char) -> Option<(usize, Option<bool>)> {
    let (kind, opens) = match c {
        '（' | '(' => (0, true),
        '）' | ')' => (0, false),
        '[' | '［' => (1, true),
        ']' | '］' => (1, false),
        '【' | '〖' => (2, true),
        '】' | '〗' => (2, false),
        '〔' => (3, true),
        '〕' => (3, false),
        '《' => (4, true),
        '》' => (4, false),
        '〈' => (5, true),
        '〉' => (5, false),
        '{' => (6, true),
        '}' => (6, false),
        '“' => (7, true),
        '”' => (7, false),
        '‘' => (8, true),
        '’' => (8, false),
        '「' => (9, true),
        '」' => (9, false),
        '『' => (10, true),
        '』' => (10, false),
        '"' => return Some((STRAIGHT, None)),
        _ => return None,
    };
    Some((kind, Some(opens)))
}

/// Matches brackets and quotes; a quotation ends with its line at the latest.
pub(super) fn find(text: &str) -> Pairs {
    looked_at(text.len());
    let mut stack: Vec<(usize, char, usize)> = Vec::new();
    let mut open = [0_usize; KINDS];
    let mut spans = Vec::new();
    let mut stray = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '\n' {
            looked_at(stack.len());
            stack.retain(|&(start, mark, kind)| {
                let keep = kind < 7 && at - start <= REACH_OVER_LINES;
                if !keep {
                    open[kind] -= 1;
                    stray.push((start, mark));
                }
                keep
            });
        } else if let Some((kind, opens)) = kind(c) {
            if opens.unwrap_or(open[kind] == 0) {
                stack.push((at, c, kind));
                open[kind] += 1;
            } else if open[kind] == 0 {
                // `1）` and `a)` are list numbers, an apostrophe is no quotation
                if !before.is_ascii_alphanumeric() && kind != 8 {
                    stray.push((at, c));
                }
            } else {
                while let Some((start, mark, found)) = stack.pop() {
                    open[found] -= 1;
                    if found == kind {
                        spans.push(Span { start, end: at + c.len_utf8(), open: mark, close_len: c.len_utf8() });
                        break;
                    }
                    stray.push((start, mark));
                }
            }
        }
        before = c;
    }
    stray.extend(stack.iter().map(|&(start, mark, _)| (start, mark)));
    stray.sort_unstable();
    spans.sort_unstable_by_key(|span| span.start);
    let mut outer: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        if outer.last().is_none_or(|last| last.end <= span.start) {
            outer.push(span);
        }
    }
    Pairs { outer, stray }
}
