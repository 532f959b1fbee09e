//! A text as units that are held against each other: headings, paragraphs, items of lists, pictures, tables. What no rule knows
//! is the words in it.

use super::{
    table::{self, Table},
    words::{Lexicon, Mark, Word},
};
use crate::html::pieces::{Piece, plain};

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A heading, 2 to 4.
    Heading(u8),
    /// A paragraph, or whatever else is a line of words.
    Paragraph,
    /// An item of a list.
    Item,
    /// A table, as one.
    Table,
    /// A picture with its description and caption, as one.
    Picture,
}

impl What {
    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Heading(_) => "小标题",
            Self::Paragraph => "段落",
            Self::Item => "列表项",
            Self::Table => "表格",
            Self::Picture => "图片",
        }
    }

    /// Units of different classes are never two states of one.
    pub(super) fn class(self) -> u8 {
        match self {
            Self::Table => 1,
            Self::Picture => 2,
            _ => 0,
        }
    }
}

/// A unit of a text.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) what: What,
    /// All its words; of a table those of its cells, one after another.
    pub(super) words: Vec<Word>,
    /// How many of them are its number: 第三条, 一、, （二）, 3.
    pub(super) label: usize,
    pub(super) table: Option<Table>,
}

impl Unit {
    /// Its words without its number.
    pub(super) fn body(&self) -> &[Word] {
        &self.words[self.label..]
    }
}

/// Words under one mark.
type Run = (String, Mark);

struct Walk<'a> {
    pieces: &'a [Piece],
    lexicon: &'a mut Lexicon,
    units: Vec<Unit>,
    /// Words of the line that is being read.
    line: Vec<Run>,
    what: What,
    /// What stands before the words of the next line of an item: its number.
    number: String,
    link: Mark,
    /// The next number of each open list; `None` for lists without numbers.
    lists: Vec<Option<i64>>,
}

/// The units of a text.
pub(super) fn read(pieces: &[Piece], lexicon: &mut Lexicon) -> Vec<Unit> {
    let mut walk = Walk {
        pieces,
        lexicon,
        units: Vec::new(),
        line: Vec::new(),
        what: What::Paragraph,
        number: String::new(),
        link: Mark::None,
        lists: Vec::new(),
    };
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        at = walk.piece(at, piece);
    }
    walk.end_line();
    walk.units
}

fn attribute<'a>(attributes: &'a [(String, String)], wanted: &str) -> &'a str {
    attributes.iter().find(|(key, _)| key == wanted).map_or("", |(_, value)| value.as_str())
}

/// Elements within a line.
pub(super) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "b" | "code" | "del" | "em" | "i" | "img" | "ins" | "s" | "span" | "strong" | "sub" | "sup" | "u"
    )
}

impl Walk<'_> {
    /// Takes the piece at `at`; gives the place of the next.
    fn piece(&mut self, at: usize, piece: &Piece) -> usize {
        match piece {
            Piece::Words(words) => self.line.push((words.clone(), self.link.clone())),
            Piece::Open { name, attributes, end } => return self.open(at, name, attributes, *end),
            Piece::Close { name } => match name.as_str() {
                "a" => self.link = Mark::None,
                "ol" | "ul" => {
                    self.end_line();
                    self.lists.pop();
                }
                name if !is_inline(name) => {
                    self.end_line();
                    self.what = if self.lists.is_empty() { What::Paragraph } else { What::Item };
                }
                _ => {}
            },
        }
        at + 1
    }

    fn open(&mut self, at: usize, name: &str, attributes: &[(String, String)], end: usize) -> usize {
        match name {
            "a" => self.link = Mark::Link(attribute(attributes, "href").into()),
            "img" => self.line.push(picture(attributes)),
            "figure" => {
                self.end_line();
                return self.figure(at, end);
            }
            "table" => {
                self.end_line();
                return self.table(at, end);
            }
            name if is_inline(name) => {}
            name => {
                self.end_line();
                self.block(name, attributes);
            }
        }
        at + 1
    }

    fn block(&mut self, name: &str, attributes: &[(String, String)]) {
        match name {
            "h2" => self.what = What::Heading(2),
            "h3" => self.what = What::Heading(3),
            "h4" => self.what = What::Heading(4),
            "ol" => self.lists.push(Some(attribute(attributes, "start").trim().parse().unwrap_or(1))),
            "ul" => self.lists.push(None),
            "li" => {
                self.what = What::Item;
                if let Some(Some(number)) = self.lists.last_mut() {
                    self.number = format!("{number}. ");
                    *number = number.saturating_add(1);
                }
            }
            _ => {}
        }
    }

    /// The line as a unit, if there are words on it.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.iter().all(|(words, mark)| blank(words) && !matches!(mark, Mark::Picture(_))) {
            return;
        }
        let number = std::mem::take(&mut self.number);
        let mut words = self.lexicon.words(&number, &Mark::None);
        let numbered = words.len();
        words.extend(self.words(line));
        let label = if numbered > 0 { numbered } else { label(self.lexicon, &words) };
        let label = if label < words.len() { label } else { 0 };
        self.units.push(Unit { what: self.what, words, label, table: None });
    }

    /// Words of runs, white space joined, none at the ends.
    fn words(&mut self, runs: Vec<Run>) -> Vec<Word> {
        let mut joined: Vec<Run> = Vec::new();
        for (words, mark) in runs {
            match joined.last_mut() {
                // Bold or not, a number is one.
                Some((last, of)) if *of == mark && !matches!(mark, Mark::Picture(_)) => last.push_str(&words),
                _ => joined.push((words, mark)),
            }
        }
        let mut found: Vec<Word> = Vec::new();
        let blank_word = self.lexicon.word(" ", &Mark::None);
        for (text, mark) in joined {
            if let Mark::Picture(_) = mark {
                found.push(self.lexicon.word(&text, &mark));
                continue;
            }
            for word in super::words::split(&text) {
                if !blank(word) {
                    found.push(self.lexicon.word(word, &mark));
                } else if found.last().is_some_and(|last| *last != blank_word) {
                    found.push(blank_word);
                }
            }
        }
        while found.last() == Some(&blank_word) {
            found.pop();
        }
        found
    }

    /// A picture with what is written under it; gives the place after it.
    fn figure(&mut self, at: usize, end: usize) -> usize {
        let inner = &self.pieces[at + 1..end];
        let images = inner.iter().filter_map(|piece| match piece {
            Piece::Open { name, attributes, .. } if name == "img" => Some(picture(attributes)),
            _ => None,
        });
        let mut runs: Vec<Run> = images.collect();
        if runs.is_empty() {
            // What is called a figure and shows nothing is its words.
            return at + 1;
        }
        let caption = plain(inner);
        if !caption.is_empty() {
            runs.push((caption, Mark::None));
        }
        let words = self.words(runs);
        self.units.push(Unit { what: What::Picture, words, label: 0, table: None });
        end + 1
    }

    /// A table; one that is too large to be held in a grid is its words, cell by cell.
    fn table(&mut self, at: usize, end: usize) -> usize {
        let Some(table) = table::read(self.pieces, at, |runs| self.words(runs)) else { return at + 1 };
        let words = table.words();
        if words.is_empty() {
            return end + 1;
        }
        self.units.push(Unit { what: What::Table, words, label: 0, table: Some(table) });
        end + 1
    }
}

pub(super) fn blank(words: &str) -> bool {
    words.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{a0}'))
}

/// A picture as a word: what it shows, by its description.
pub(super) fn picture(attributes: &[(String, String)]) -> Run {
    let described = attribute(attributes, "alt").trim();
    let described = if described.is_empty() { "没有说明文字" } else { described };
    (format!("〔图片：{described}〕"), Mark::Picture(attribute(attributes, "src").to_owned()))
}

/// How many words at the beginning are the number of a paragraph: 第三条, 一、, （二）, 3.
fn label(lexicon: &Lexicon, words: &[Word]) -> usize {
    let text = |at: usize| words.get(at).map_or("", |word| lexicon.get(*word).0);
    let numeral = |text: &str| {
        !text.is_empty()
            && text.chars().count() <= 4
            && text.chars().all(|c| c.is_ascii_digit() || "一二三四五六七八九十百".contains(c))
    };
    let then_blank = |at: usize| at + usize::from(blank(text(at)) && !text(at).is_empty());
    if text(0).starts_with('第') && text(0).chars().count() > 2 {
        return then_blank(1);
    }
    if matches!(text(0), "（" | "(") && numeral(text(1)) && matches!(text(2), "）" | ")") {
        return then_blank(3);
    }
    if numeral(text(0)) && matches!(text(1), "、" | "." | "．") {
        return then_blank(2);
    }
    0
}
