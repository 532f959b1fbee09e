//! Numbers that only their neighbours tell from text: `A、`, `甲、`, `壹、`, `I.`, `❶`, `【一】`, `第一，`, `No.1`, `01　`, `一　`. One of
//! a form alone is no number; where 1 and 2 of the form stand at the front of lines, all of it are.

use super::{
    headings::{self, Heading, digit, is_numeral, numeral},
    lines::Line,
};
use crate::work::looked_at;

/// How such a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `A、` `(B)` `C)`.
    Upper,
    /// `a.` `（b）`.
    Lower,
    /// `甲、`.
    Stem,
    /// `壹、`.
    Formal,
    /// `I.` `II、`, in Latin letters.
    Roman,
    /// `i.` `ii)`.
    SmallRoman,
    /// `❶`.
    Filled,
    /// `【一】` `[二]` `〔三〕`.
    Framed,
    /// `（1.）`.
    Dotted,
    /// `第一，` `第一：`.
    Ordinal,
    /// `第1项`.
    Item,
    /// `No.1`, `№1`.
    Numero,
    /// `1#`.
    Hash,
    /// `01　`.
    Padded,
    /// `一　总则`: only where no `一、` is.
    Spaced,
}

const FORMS: usize = Form::Spaced as usize + 1;

impl Form {
    /// As the levels of [`Heading`].
    fn level(self) -> u8 {
        match self {
            Form::Formal | Form::Roman | Form::Spaced => 1,
            Form::Stem | Form::Framed => 3,
            Form::Item | Form::Numero | Form::Hash | Form::Padded => 4,
            Form::Upper | Form::Lower | Form::Dotted => 5,
            Form::Filled | Form::Ordinal | Form::SmallRoman => 6,
        }
    }
}

/// Which forms number a text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forms([bool; FORMS]);

/// Finds them: of each form a 1 with a 2 behind it.
pub(super) fn forms(lines: &[Line]) -> Forms {
    let mut ones = [false; FORMS];
    let mut forms = Forms::default();
    let mut sectioned = false;
    for line in lines.iter().filter(|line| line.row.is_none()) {
        sectioned |= headings::read(&line.text).is_some_and(|heading| heading.level == 1);
        for (form, value, _) in readings(&line.text) {
            ones[form as usize] |= value == 1;
            forms.0[form as usize] |= value == 2 && ones[form as usize];
        }
    }
    forms.0[Form::Spaced as usize] &= !sectioned;
    forms
}

/// The heading of a line by one of these forms.
pub(super) fn read(line: &str, forms: Forms) -> Option<Heading> {
    if forms == Forms::default() {
        return None;
    }
    readings(line).into_iter().find(|(form, ..)| forms.0[*form as usize]).map(|(_, _, heading)| heading)
}

const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";

/// What a line may begin with; `I.` is a letter and a Roman numeral.
fn readings(line: &str) -> Vec<(Form, u32, Heading)> {
    /// Longer numbers are none.
    const FRONT: usize = 12;
    let chars: Vec<(usize, char)> = line.char_indices().take(FRONT).collect();
    looked_at(chars.len());
    let Some(&(_, first)) = chars.first() else { return Vec::new() };
    let mut front = Front { line, chars, found: Vec::new() };
    match first {
        'A'..='Z' | 'a'..='z' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '№' => front.latin(first),
        '（' | '(' | '【' | '[' | '〔' | '［' => front.bracketed(first),
        c if digit(c).is_some() => front.digits(first),
        _ => front.han(first),
    }
    front.found
}

/// The front of a line, taken apart.
struct Front<'a> {
    line: &'a str,
    chars: Vec<(usize, char)>,
    found: Vec<(Form, u32, Heading)>,
}

impl Front<'_> {
    fn at(&self, index: usize) -> Option<char> {
        self.chars.get(index).map(|&(_, c)| c)
    }

    fn byte(&self, index: usize) -> usize {
        self.chars.get(index).map_or(self.line.len(), |&(at, _)| at)
    }

    fn pause(&self, index: usize) -> Option<char> {
        self.at(index).filter(|c| matches!(c, '、' | '.' | '．' | '﹑'))
    }

    /// How many characters from a place on are of a sort.
    fn run(&self, from: usize, test: impl Fn(char) -> bool) -> usize {
        self.chars.iter().skip(from).take_while(|&&(_, c)| test(c)).count()
    }

    /// Keeps a number that ends at this byte, with the mark behind it; nothing where no words follow.
    fn add(&mut self, form: Form, value: Option<u32>, end: usize, mark: Option<char>) {
        let Some(value) = value.filter(|value| *value > 0) else { return };
        let line = self.line;
        let number: String = line[..end].chars().filter(|c| !c.is_whitespace()).collect();
        let rest = line[end + mark.map_or(0, char::len_utf8)..].trim_start();
        if rest.is_empty() {
            return;
        }
        let mark = mark.map(String::from).unwrap_or_default();
        self.found.push((form, value, Heading { level: form.level(), number, mark, rest: line.len() - rest.len() }));
    }

    fn latin(&mut self, first: char) {
        if let Some((form, value)) = letter(first) {
            if let Some(mark) = self.pause(1).filter(|_| !self.at(2).is_some_and(|c| c.is_ascii_alphanumeric())) {
                self.add(form, Some(value), self.byte(1), Some(mark));
            } else if matches!(self.at(1), Some(')' | '）')) {
                self.add(form, Some(value), self.byte(2), None);
            }
        }
        let length = self.run(0, |c| matches!(c, 'I' | 'V' | 'X'));
        let words = |at: Option<char>| at.is_some_and(|c| u32::from(c) > 0x2e80);
        if length > 0 {
            let value = roman(&self.line[..self.byte(length)]);
            let spaced = self.at(length) == Some(' ') && words(self.at(length + 1));
            match self.pause(length) {
                Some(mark) if self.at(length + 1).is_none_or(|c| c == ' ' || !c.is_ascii()) => {
                    self.add(Form::Roman, value, self.byte(length), Some(mark));
                }
                None if spaced => self.add(Form::Roman, value, self.byte(length), None),
                _ => {}
            }
        }
        let small = self.run(0, |c| matches!(c, 'i' | 'v' | 'x'));
        if small > 0 {
            let value = roman(&self.line[..self.byte(small)].to_uppercase());
            if let Some(mark) = self.pause(small) {
                self.add(Form::SmallRoman, value, self.byte(small), Some(mark));
            } else if matches!(self.at(small), Some(')' | '）')) {
                self.add(Form::SmallRoman, value, self.byte(small + 1), None);
            }
        }
        const NUMEROS: [&str; 5] = ["No.", "NO.", "no.", "№", "No"];
        if let Some(rest) = NUMEROS.iter().find_map(|word| self.line.strip_prefix(word)) {
            let rest = rest.trim_start();
            let (value, length) = figures(rest);
            self.add(Form::Numero, value, self.line.len() - rest.len() + length, None);
        }
    }

    fn bracketed(&mut self, first: char) {
        let closes = |at: Option<char>| matches!(at, Some('）' | ')' | '】' | ']' | '〕' | '］'));
        if !matches!(first, '（' | '(') {
            let length = self.run(1, is_numeral);
            if length > 0 && closes(self.at(length + 1)) {
                let value = numeral(&self.line[self.byte(1)..self.byte(length + 1)]);
                self.add(Form::Framed, value, self.byte(length + 2), self.pause(length + 2));
            }
            return;
        }
        let length = self.run(1, |c| digit(c).is_some());
        if length > 0 && self.pause(length + 1).is_some() && closes(self.at(length + 2)) {
            let value = figures(&self.line[self.byte(1)..]).0;
            self.add(Form::Dotted, value, self.byte(length + 3), None);
        }
        if let Some((form, value)) = self.at(1).and_then(letter).filter(|_| closes(self.at(2))) {
            self.add(form, Some(value), self.byte(3), self.pause(3));
        }
    }

    fn digits(&mut self, first: char) {
        let (value, length) = figures(self.line);
        let behind = &self.line[length..];
        let mark = behind.chars().next().filter(|c| matches!(c, '#' | '＃'));
        if let Some(mark) = mark {
            self.add(Form::Hash, value, length + mark.len_utf8(), None);
        } else if first == '0' && length == 2 && behind.starts_with(char::is_whitespace) {
            self.add(Form::Padded, value, length, None);
        }
    }

    fn han(&mut self, first: char) {
        let place = |c: char| STEMS.chars().position(|stem| stem == c);
        if let Some(stem) = place(first) {
            // 甲、乙双方 is a list
            if let Some(mark) = self.pause(1).filter(|_| self.at(2).is_none_or(|c| place(c).is_none())) {
                self.add(Form::Stem, u32::try_from(stem + 1).ok(), self.byte(1), Some(mark));
            }
        } else if formal(first).is_some() {
            let length = self.run(0, |c| formal(c).is_some());
            let plain: String = self.chars[..length].iter().filter_map(|&(_, c)| formal(c)).collect();
            if let Some(mark) = self.pause(length) {
                self.add(Form::Formal, numeral(&plain), self.byte(length), Some(mark));
            }
        } else if let Some(zero) = ['❶', '➀', '➊']
            .iter()
            .map(|c| u32::from(*c) - 1)
            .find(|zero| u32::from(first).checked_sub(*zero).is_some_and(|value| (1..=10).contains(&value)))
        {
            self.add(Form::Filled, Some(u32::from(first) - zero), self.byte(1), None);
        } else if first == '第' {
            self.ordinal();
        } else if is_numeral(first) {
            let length = self.run(0, is_numeral);
            // 十 月 in a text whose characters stand apart
            let gap = |at: Option<char>| at.is_some_and(char::is_whitespace);
            let words = self.line[self.byte(length)..].trim_start().chars().next();
            if gap(self.at(length)) && !gap(self.at(length + 2)) && words.is_some_and(|c| u32::from(c) > 0x2e80) {
                self.add(Form::Spaced, numeral(&self.line[..self.byte(length)]), self.byte(length), None);
            }
        }
    }

    fn ordinal(&mut self) {
        let length = self.run(1, |c| is_numeral(c) || digit(c).is_some());
        let inner = &self.line[self.byte(1)..self.byte(length + 1)];
        let value = figures(inner).0.or_else(|| numeral(inner));
        match self.at(length + 1) {
            Some('项') => {
                let mark = self.at(length + 2).filter(|c| matches!(c, '：' | ':' | '、'));
                self.add(Form::Item, value, self.byte(length + 2), mark);
            }
            Some(mark @ ('，' | '、' | '：' | ':' | ',')) => {
                self.add(Form::Ordinal, value, self.byte(length + 1), Some(mark));
            }
            _ => {}
        }
    }
}

/// The form and place of a letter.
fn letter(c: char) -> Option<(Form, u32)> {
    match c {
        'A'..='Z' => Some((Form::Upper, u32::from(c) - u32::from('A') + 1)),
        'a'..='z' => Some((Form::Lower, u32::from(c) - u32::from('a') + 1)),
        'Ａ'..='Ｚ' => Some((Form::Upper, u32::from(c) - u32::from('Ａ') + 1)),
        'ａ'..='ｚ' => Some((Form::Lower, u32::from(c) - u32::from('ａ') + 1)),
        _ => None,
    }
}

/// The value of at most three digits at the front, and their bytes.
fn figures(text: &str) -> (Option<u32>, usize) {
    let end = text.char_indices().find(|&(_, c)| digit(c).is_none()).map_or(text.len(), |(at, _)| at);
    let digits = &text[..end];
    if digits.is_empty() || digits.chars().take(4).count() > 3 {
        return (None, 0);
    }
    (digits.chars().try_fold(0, |sum, c| Some(sum * 10 + digit(c)?)), end)
}

/// The plain numeral of 壹, 贰 and their like.
fn formal(c: char) -> Option<char> {
    Some(match c {
        '壹' => '一',
        '贰' | '貳' => '二',
        '叁' | '參' => '三',
        '肆' => '四',
        '伍' => '五',
        '陆' | '陸' => '六',
        '柒' => '七',
        '捌' => '八',
        '玖' => '九',
        '拾' => '十',
        _ => return None,
    })
}

/// I to XXXIX.
fn roman(letters: &str) -> Option<u32> {
    const TENS: [&str; 4] = ["", "X", "XX", "XXX"];
    const ONES: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    (1..40_usize)
        .find(|value| letters.strip_prefix(TENS[value / 10]) == Some(ONES[value % 10]))
        .and_then(|value| u32::try_from(value).ok())
}
