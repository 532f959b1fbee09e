//! A text as terms are looked for in it: look-alike characters made one, what prints nothing and single blanks between Chinese
//! characters left out, with the way back.

use crate::places::is_han;

/// Its characters, and where each of them stands in the text.
pub(crate) struct Dense {
    /// As one text.
    pub(crate) text: String,
    /// Byte of each character in it, in order.
    bytes: Vec<usize>,
    /// Place of each character in the text that was read.
    places: Vec<usize>,
}

/// Blanks between two characters that are passed over; more are a gap, not a slip of the hand.
const BLANKS: usize = 2;

/// How many characters from here on are passed over between `before` and what follows: blanks between Chinese characters, and the end of
/// one line with them. Cells and paragraphs that stand apart stay apart.
fn passed(chars: &[char], at: usize, before: char) -> usize {
    let (mut blanks, mut lines, mut end) = (0, 0, at);
    while let Some(c) = chars.get(end) {
        match fold::character(*c) {
            ' ' => blanks += 1,
            '\n' => lines += 1,
            c if c != '\t' && fold::is_unseen(c) => {}
            _ => break,
        }
        end += 1;
    }
    let next = chars.get(end).is_some_and(|c| is_han(fold::character(*c)));
    // Behind the end of a line stands its indent.
    let few = lines == 0 && (1..=BLANKS).contains(&blanks) || lines == 1 && blanks <= 2 * BLANKS;
    if few && next && is_han(before) { end - at } else { 0 }
}

impl Dense {
    pub(crate) fn of(chars: &[char]) -> Self {
        let mut dense = Self { text: String::with_capacity(chars.len() * 3), bytes: Vec::new(), places: Vec::new() };
        let (mut before, mut skip) = ('\n', 0);
        for (place, c) in chars.iter().enumerate() {
            if place < skip {
                continue;
            }
            let c = fold::character(*c);
            if matches!(c, ' ' | '\n') {
                skip = place + passed(chars, place, before);
                if place < skip {
                    continue;
                }
            }
            if fold::is_unseen(c) {
                continue;
            }
            dense.bytes.push(dense.text.len());
            dense.places.push(place);
            dense.text.push(c);
            before = c;
        }
        dense
    }

    /// Characters from one byte to before another, as places of the text that was read.
    pub(crate) fn place(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.bytes.partition_point(|byte| *byte < start);
        let behind = self.bytes.partition_point(|byte| *byte < end);
        let at = |index: usize| self.places.get(index).copied().unwrap_or(0);
        let last = behind.checked_sub(1).map_or(0, at);
        (at(first), last + 1)
    }
}

/// The same for a term.
pub(crate) fn folded(term: &str) -> String {
    Dense::of(&term.trim().chars().collect::<Vec<char>>()).text
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn blanks_between_chinese_characters_are_passed_over() {
        for (text, dense) in [
            ("甲 乙\u{3000}丙", "甲乙丙"),
            ("甲\n\u{3000}\u{3000}乙", "甲乙"),
            ("甲\n\n乙", "甲\n\n乙"),
            ("甲\t乙", "甲\t乙"),
            ("甲   乙", "甲   乙"),
            ("A B 甲", "A B 甲"),
            (" 甲\u{200b}乙 ", "甲乙"),
        ] {
            assert_eq!(folded(text), dense, "{text}");
        }
    }
}
