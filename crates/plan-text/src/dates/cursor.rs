//! A place in a text from which words and numbers are read, spaces between them passed over.

use jiff::civil::Date;

use super::super::{
    Cadence,
    headings::{digit, numeral},
};
use super::{Due, Found};
use crate::work::looked_at;

#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a str {
        let rest = self.text[self.at..].trim_start_matches([' ', '\u{3000}']);
        looked_at(self.text.len() - self.at - rest.len() + 1);
        rest
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.starts_with(word);
        if found {
            self.at = self.text.len() - rest.len() + word.len();
        }
        found
    }

    pub(super) fn eat_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let rest = self.rest();
        let word = words.iter().copied().find(|word| rest.starts_with(*word))?;
        self.at = self.text.len() - rest.len() + word.len();
        Some(word)
    }

    /// A number in digits (at most four) or Chinese numerals.
    pub(super) fn number(&mut self) -> Option<u32> {
        let rest = self.rest();
        let end = |test: &dyn Fn(char) -> bool| {
            rest.char_indices().take(7).find(|&(_, c)| !test(c)).map_or(rest.len(), |(at, _)| at)
        };
        let arabic = end(&|c| digit(c).is_some());
        let (value, length) = if arabic > 0 {
            let digits = &rest[..arabic];
            if digits.chars().count() > 4 {
                return None;
            }
            (digits.chars().try_fold(0, |sum, c| Some(sum * 10 + digit(c)?))?, arabic)
        } else {
            let length = end(&|c| "〇零一二三四五六七八九十廿卅".contains(c));
            (numeral(&rest[..length])?, length)
        };
        self.at = self.text.len() - rest.len() + length;
        Some(value)
    }

    pub(super) fn finish(
        &self,
        start: usize,
        on: Option<Date>,
        cadence: Option<Cadence>,
        problem: Option<String>,
    ) -> Found {
        let words = self.text[start..self.at].to_owned();
        (self.at, Some(Due { range: start..self.at, words, on, cadence, problem }))
    }
}
