//! What a text is compared by: characters of Chinese, words of other scripts, and whole whatever means nothing in part: a number,
//! a date, a document number (〔2026〕5号), the label of an article, an address.

use std::{collections::HashMap, sync::Arc};

/// What a word stands for besides its letters: a link with another address is another word, although it reads the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Mark {
    #[default]
    None,
    /// In a link to this address; one for all words under it, since it may be as long as a text.
    Link(Arc<str>),
    /// A picture from this address; the word is its description.
    Picture(String),
}

/// A word by its number in the [`Lexicon`].
pub type Word = u32;

/// The words of both texts, each with one number: texts are compared as lists of numbers.
#[derive(Debug, Default)]
pub struct Lexicon {
    numbers: HashMap<(String, usize), Word>,
    /// Letters, and the number of the mark.
    words: Vec<(String, usize)>,
    marks: Vec<Mark>,
    known: HashMap<Mark, usize>,
    /// The mark of the word before: most words have the same.
    last: Option<(Mark, usize)>,
}

impl Lexicon {
    /// The number of a word.
    pub fn word(&mut self, text: &str, mark: &Mark) -> Word {
        let key = (text.to_owned(), self.mark(mark));
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        let number = Word::try_from(self.words.len()).unwrap_or(Word::MAX);
        self.words.push(key.clone());
        self.numbers.insert(key, number);
        number
    }

    /// The number of a mark.
    fn mark(&mut self, mark: &Mark) -> usize {
        if let Some((last, number)) = &self.last
            && last == mark
        {
            return *number;
        }
        let number = match self.known.get(mark) {
            Some(number) => *number,
            None => {
                self.marks.push(mark.clone());
                self.known.insert(mark.clone(), self.marks.len() - 1);
                self.marks.len() - 1
            }
        };
        self.last = Some((mark.clone(), number));
        number
    }

    /// The words of a text, under one mark.
    pub fn words(&mut self, text: &str, mark: &Mark) -> Vec<Word> {
        split(text).into_iter().map(|word| self.word(word, mark)).collect()
    }

    /// Letters and mark of a word.
    pub fn get(&self, word: Word) -> (&str, &Mark) {
        let Some((text, mark)) = self.words.get(word as usize) else { return ("", &Mark::None) };
        (text.as_str(), self.marks.get(*mark).unwrap_or(&Mark::None))
    }

    /// Some words as they read.
    pub fn text(&self, words: &[Word]) -> String {
        words.iter().map(|word| self.get(*word).0).collect()
    }
}

/// A text as words; put together they are the text.
pub fn split(text: &str) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let (word, after) = rest.split_at(length(rest).unwrap_or(first.len_utf8()));
        found.push(word);
        rest = after;
    }
    found
}

/// How many bytes the word takes with which this begins, if it is more than a character.
fn length(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if first.is_whitespace() {
        return Some(run(rest, char::is_whitespace));
    }
    if first.is_ascii_alphabetic() {
        return Some(latin(rest));
    }
    if is_digit(first) {
        return Some(number(rest));
    }
    match first {
        '〔' | '[' | '［' | '(' | '（' | '【' => bracketed(rest),
        '第' => label(rest),
        _ if is_numeral(first) => numerals(rest),
        _ => None,
    }
}

fn run(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.chars().take_while(|c| of(*c)).map(char::len_utf8).sum()
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn is_numeral(c: char) -> bool {
    "〇○零一二三四五六七八九十百千万亿两".contains(c)
}

/// A word of letters, an address, a code: letters and digits with single signs between them.
fn latin(text: &str) -> usize {
    if text.starts_with("http://") || text.starts_with("https://") {
        return run(text, |c| c.is_ascii_graphic());
    }
    joined(text, |c| c.is_ascii_alphanumeric(), |c| "-_.@'".contains(c))
}

/// Runs of `of`, with single `between` that stand between two of them.
fn joined(text: &str, of: impl Fn(char) -> bool + Copy, between: impl Fn(char) -> bool) -> usize {
    let mut at = run(text, of);
    loop {
        let Some(sign) = text[at..].chars().next().filter(|c| between(*c)) else { return at };
        let after = at + sign.len_utf8();
        match run(&text[after..], of) {
            0 => return at,
            more => at = after + more,
        }
    }
}

/// `2026年3月5日`, `1,200.50`, `12.5%`, `3万`, `8:30`, `0796-1234567`, `5号`.
fn number(text: &str) -> usize {
    let mut at = 0;
    loop {
        at += joined(&text[at..], is_digit, |c| ".,-/:：．".contains(c));
        let Some(unit) = text[at..].chars().next() else { return at };
        if !"年月日时分秒号%％‰℃万亿".contains(unit) {
            return at;
        }
        at += unit.len_utf8();
        if !text[at..].starts_with(is_digit) {
            return at;
        }
    }
}

/// `〔2026〕5号`, `[2026]第5号`.
fn bracketed(text: &str) -> Option<usize> {
    let open = text.chars().next()?;
    let close = match open {
        '〔' => '〕',
        '[' => ']',
        '［' => '］',
        '(' => ')',
        '（' => '）',
        _ => '】',
    };
    let mut at = open.len_utf8();
    let year = run(&text[at..], is_digit);
    if text[at..at + year].chars().count() != 4 {
        return None;
    }
    at += year;
    at += text[at..].strip_prefix(close).map(|_| close.len_utf8())?;
    if text[at..].starts_with('第') {
        at += '第'.len_utf8();
    }
    let number = run(&text[at..], is_digit);
    let end = at + number;
    (number > 0).then(|| end + if text[end..].starts_with('号') { '号'.len_utf8() } else { 0 })
}

/// `第十二条`, `第3款`, `第五条之一`.
fn label(text: &str) -> Option<usize> {
    let mut at = '第'.len_utf8();
    let digits = run(&text[at..], |c| is_numeral(c) || is_digit(c));
    if digits == 0 {
        return None;
    }
    at += digits;
    if let Some(unit) = text[at..].chars().next().filter(|c| "编章节条款项目批期届号".contains(*c)) {
        at += unit.len_utf8();
        if let Some(more) = text[at..].strip_prefix('之') {
            let digits = run(more, is_numeral);
            at += if digits > 0 { '之'.len_utf8() + digits } else { 0 };
        }
    }
    Some(at)
}

/// `二〇二六年三月五日`, `三十二`; a single numeral is a character like others.
fn numerals(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += run(&text[at..], is_numeral);
        let Some(unit) = text[at..].chars().next().filter(|c| "年月日".contains(*c)) else { break };
        at += unit.len_utf8();
        if !text[at..].starts_with(is_numeral) {
            break;
        }
    }
    (text[..at].chars().count() > 1).then_some(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_means_nothing_in_part_is_one_word() {
        for whole in [
            "2026年3月5日",
            "2026-03-05",
            "1,200.50",
            "12.5%",
            "3万",
            "〔2026〕5号",
            "[2026]第12号",
            "第十二条",
            "第五条之一",
            "二〇二六年三月五日",
            "三十二",
            "8:30",
            "0796-1234567",
            "https://qinghe.example/a?b=1",
            "office@qinghe.example",
            "GB",
            "２０２６年",
        ] {
            assert_eq!(split(&format!("自{whole}起")), ["自", whole, "起"], "{whole}");
        }
    }

    #[test]
    fn chinese_is_read_by_characters() {
        assert_eq!(split("每人每月100元"), ["每", "人", "每", "月", "100", "元"]);
        assert_eq!(split("甲 \u{3000}乙"), ["甲", " \u{3000}", "乙"]);
        assert_eq!(split("（一）总体"), ["（", "一", "）", "总", "体"]);
        assert_eq!(split("1.2."), ["1.2", "."]);
    }

    proptest! {
        #[test]
        fn words_together_are_the_text(text in "[第一二〇三条年月日〔〕\\[\\]0-9０a-z.,:/ 号%之甲乙-]{0,40}") {
            prop_assert_eq!(split(&text).concat(), text);
        }
    }
}
