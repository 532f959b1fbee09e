//! Splits a clause's text into duties: sentences, enumerated points, numbered lines.

use super::{headings, notes::is_ender, pairs};
use crate::work::looked_at;

/// Bytes at which a duty begins; the first is 0. `forced` are places where a new duty begins in any case.
pub(super) fn starts(text: &str, forced: &[usize]) -> Vec<usize> {
    if text.is_empty() {
        return Vec::new();
    }
    looked_at(text.len());
    let pairs = pairs::find(text);
    let mut cuts = Cuts { starts: vec![0], words: false, heading: None };
    let mut spans = pairs.outer.iter().peekable();
    let mut forced = forced.iter().peekable();
    let mut last = '\n';
    let mut at = 0;
    while at < text.len() {
        while forced.next_if(|&&place| place <= at).is_some_and(|_| true) {
            cuts.at(at);
        }
        while spans.next_if(|span| span.end <= at).is_some() {}
        let line_start = at == 0 || text[..at].ends_with('\n');
        let numbered = (line_start || is_ender(last)) && headings::read(line_at(text, at)).is_some();
        let paragraph = line_start && text[..at].ends_with("\n\n");
        if numbered || paragraph || begins_point(text, at, last, cuts.words) {
            if !(numbered && line_start && cuts.is_lead_in(text, at)) {
                cuts.at(at);
            }
            cuts.heading = numbered.then_some(at);
        }
        if let Some(span) = spans.peek().filter(|span| span.start == at) {
            cuts.words |= text[span.start..span.end].contains(char::is_alphanumeric);
            at = span.end;
            last = ')';
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        if is_ender(c) {
            let rest = &text[at..];
            let more = |c: char| is_ender(c) || c.is_whitespace() || matches!(c, '”' | '’' | '）' | ')' | '」' | '』');
            let after = rest.trim_start_matches(more);
            looked_at(rest.len() - after.len());
            let same_line = !rest[..rest.len() - after.len()].contains('\n');
            at += rest.len() - after.len();
            let numbered = cuts.heading.take();
            let title = same_line && !after.is_empty() && numbered.is_some_and(|start| is_short(text, start, at));
            if !title {
                cuts.at(at);
            }
        }
        cuts.words |= c.is_alphanumeric();
        if !c.is_whitespace() {
            last = c;
        }
    }
    cuts.finish()
}

struct Cuts {
    starts: Vec<usize>,
    /// The duty that is being read holds a word.
    words: bool,
    /// Where its number stands, when its first sentence has not ended: `1.培训。开展培训。` is one duty.
    heading: Option<usize>,
}

/// The title of a numbered point in a clause is at most this long.
const POINT_TITLE: usize = 20;

fn is_short(text: &str, start: usize, end: usize) -> bool {
    text[start..end].chars().take(POINT_TITLE + 1).count() <= POINT_TITLE
}

impl Cuts {
    /// Whether what was read so far only says what follows: `工作任务：`, or `1.加强保护` above `（1）`.
    fn is_lead_in(&self, text: &str, end: usize) -> bool {
        let start = self.starts.last().copied().unwrap_or(0);
        let read = text[start..end].trim_end();
        if read.contains(is_ender) || read.chars().take(2 * POINT_TITLE + 1).count() > 2 * POINT_TITLE {
            return false;
        }
        let next = line_at(text, end);
        let sentence = next.contains(is_ender) || next.chars().take(POINT_TITLE + 1).count() > POINT_TITLE;
        read.lines().all(|line| {
            let label = line.trim().strip_suffix(['：', ':']);
            let named = label.is_some_and(|label| label.chars().take(7).count() <= 6);
            let level = |line: &str| headings::read(line).map(|heading| heading.level);
            let above = || level(line.trim()).zip(level(next)).is_some_and(|(above, below)| above < below);
            named || (sentence && above())
        })
    }

    fn at(&mut self, place: usize) {
        if self.words {
            self.starts.push(place);
            self.words = false;
        }
    }

    /// A last piece without words belongs to the duty before it.
    fn finish(mut self) -> Vec<usize> {
        if !self.words && self.starts.len() > 1 {
            self.starts.pop();
        }
        self.starts
    }
}

/// The beginning of the line from here on: a number and the marks around it are short. To look for the end of the line
/// at each sentence would be quadratic.
fn line_at(text: &str, at: usize) -> &str {
    const LONGEST: usize = 40;
    let rest = &text[at..];
    let end = rest.char_indices().enumerate().find(|&(count, (_, c))| c == '\n' || count == LONGEST);
    end.map_or(rest, |(_, (end, _))| &rest[..end])
}

/// `一是`, `二要` after a mark. The first one stays with a lead-in that announces it (`做好三项工作：一是`).
fn begins_point(text: &str, at: usize, last: char, words: bool) -> bool {
    let after_mark = is_ender(last) || matches!(last, '，' | '：' | '、' | ',' | ':' | '\n');
    if !after_mark {
        return false;
    }
    let rest = &text[at..];
    let count = rest.chars().take(3).take_while(|c| "一二三四五六七八九十".contains(*c)).count();
    if count == 0 || count > 2 {
        return false;
    }
    let mut chars = rest.chars().skip(count);
    let verb = chars.next();
    let points = match verb {
        Some('是') => true,
        Some('要') => !chars.next().is_some_and(|c| "求素点职务件领闻".contains(c)),
        _ => false,
    };
    let announced = words && matches!(last, '：' | '，' | ':' | ',') && rest.starts_with('一');
    points && !announced
}
