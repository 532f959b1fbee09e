//! A text made ready for reading: headings and articles (第…条) get addresses, wide tables scroll inside themselves, links
//! that leave the site say so. The same walk takes the text apart at these addresses, so that a citation, a comparison or
//! a hit has an article to hold on to.

use std::collections::HashSet;

use super::{
    links, pictures,
    pieces::{Piece, escape, plain, write_open},
    tables::{self, Shape},
    words::Lines,
};

/// A part of a text that has an address: a heading with what stands under it, or an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Address within the page; empty for what stands before the first heading.
    pub anchor: String,
    /// 1 to 3 for headings, [`Article::LEVEL`] for articles, 0 for what stands before the first.
    pub level: u8,
    /// As printed: 第一章, 第三条, 第三条之一; empty for headings that have none.
    pub number: String,
    /// Words of the heading; empty for articles.
    pub title: String,
    /// The visible text up to the next address, without number and title.
    pub text: String,
}

impl Article {
    /// The level of an article (条) that stands as a paragraph.
    pub const LEVEL: u8 = 4;
}

/// What a walk gives.
pub(super) struct Read {
    /// The text with addresses.
    pub(super) html: String,
    /// Its parts, in order: together they are the whole visible text.
    pub(super) articles: Vec<Article>,
    /// The visible text.
    pub(super) text: String,
}

/// Spaces that may stand between a label and what it labels.
const BLANKS: [char; 5] = [' ', '\u{3000}', '\t', '\n', '\u{a0}'];

/// A part, and where in the visible text it and what stands under it begin.
struct Part {
    begin: usize,
    body: usize,
    article: Article,
}

struct Walk<'a> {
    pieces: &'a [Piece],
    own: &'a str,
    out: String,
    lines: Lines,
    used: HashSet<String>,
    parts: Vec<Part>,
    /// The heading that is open: its part, and the piece that closes it.
    heading: Option<(usize, usize)>,
    /// Headings that a table of contents shows; the next one without a number is named after how many there are.
    shown: usize,
    /// By how much heading levels are moved so that the highest is `h2`.
    shift: u8,
    /// Level of the heading before; 1 is the title of the page.
    level: u8,
    /// Levels under which the open headings are written; `None` for one without words, which is left out.
    written: Vec<Option<u8>>,
    /// Tables so far.
    tables: usize,
    /// The open tables, innermost last.
    nested: Vec<Shape>,
    /// For each open head cell whether it is written as a plain one, because it names nothing.
    plain_heads: Vec<bool>,
    leaving: bool,
}

/// Makes the pieces ready. `own` is the site's host name: links to it do not leave the site.
pub(super) fn read(pieces: &[Piece], own: &str) -> Read {
    let level_of = |piece: &Piece| match piece {
        Piece::Open { name, .. } => heading_level(name),
        _ => None,
    };
    let top = pieces.iter().filter_map(level_of).min().unwrap_or(2);
    let mut walk = Walk {
        pieces,
        own,
        out: String::new(),
        lines: Lines::default(),
        used: HashSet::new(),
        parts: Vec::new(),
        heading: None,
        shown: 0,
        shift: top - 2,
        level: 1,
        written: Vec::new(),
        tables: 0,
        nested: Vec::new(),
        plain_heads: Vec::new(),
        leaving: false,
    };
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        at = walk.piece(at, piece);
    }
    walk.finish()
}

fn heading_level(name: &str) -> Option<u8> {
    match name {
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        _ => None,
    }
}

impl Walk<'_> {
    /// Takes the piece at `at`; gives the place of the next.
    fn piece(&mut self, at: usize, piece: &Piece) -> usize {
        match piece {
            Piece::Words(words) => {
                escape(words, &mut self.out);
                self.lines.piece(piece);
            }
            Piece::Open { name, attributes, end } => match name.as_str() {
                "h2" | "h3" | "h4" => self.heading(at, name, *end),
                "p" => return self.paragraph(at, attributes, *end),
                "table" => self.table(at, piece, attributes),
                "tr" | "td" | "th" | "tbody" => self.part_of_table(at, piece, name, attributes),
                "a" => self.link(piece, attributes),
                "img" => self.open(piece, "img", &pictures::ready(attributes)),
                _ => self.open(piece, name, attributes),
            },
            Piece::Close { name } => self.close(at, name),
        }
        at + 1
    }

    fn open(&mut self, piece: &Piece, name: &str, attributes: &[(String, String)]) {
        write_open(name, &local(attributes), &mut self.out);
        self.lines.piece(piece);
    }

    fn close(&mut self, at: usize, name: &str) {
        self.lines.piece(&self.pieces[at]);
        if name == "a" && std::mem::take(&mut self.leaving) {
            self.out.push_str("<span class=\"quiet noprint\">（将离开本网站）</span>");
        }
        match heading_level(name) {
            Some(_) => {
                if let Some(level) = self.written.pop().flatten() {
                    self.out.push_str(&format!("</h{level}>"));
                }
                if let Some((part, _)) = self.heading.take_if(|(_, end)| *end == at) {
                    self.parts[part].body = self.lines.place();
                }
            }
            None if name == "th" && self.plain_heads.pop().unwrap_or(false) => self.out.push_str("</td>"),
            None => self.out.push_str(&format!("</{name}>")),
        }
        match name {
            "table" => {
                self.nested.pop();
                if self.nested.is_empty() {
                    self.out.push_str("</div>");
                }
            }
            // The head ends here although the author's rows go on.
            "tr" if self.nested.last().and_then(|shape| shape.head).is_some_and(|(_, end)| end == at) => {
                self.out.push_str("</thead><tbody>");
            }
            _ => {}
        }
    }

    fn moved(&self, level: u8) -> u8 {
        level - self.shift.min(level - 2)
    }

    fn heading(&mut self, at: usize, name: &str, end: usize) {
        let inner = &self.pieces[at + 1..end];
        let title = plain(inner);
        let picture = inner.iter().any(|piece| matches!(piece, Piece::Open { name, .. } if name == "img"));
        if title.is_empty() && !picture {
            // Whoever listens to the headings would hear an empty one.
            self.written.push(None);
            self.lines.piece(&self.pieces[at]);
            return;
        }
        // No level is left out on the way down, whatever the author chose for its looks.
        let level = self.moved(heading_level(name).unwrap_or(2)).min(self.level + 1);
        self.level = level;
        self.written.push(Some(level));
        let number = label(&title, &["编", "章", "节", "条"]);
        let anchor = self.fresh(number.clone().unwrap_or_else(|| format!("s{}", self.shown + 1)));
        self.out.push_str(&format!("<h{level} id=\""));
        escape(&anchor, &mut self.out);
        self.out.push_str("\">");
        self.lines.piece(&self.pieces[at]);
        // A heading within a heading belongs to its words.
        if title.is_empty() || self.heading.is_some() {
            return;
        }
        self.shown += usize::from(level <= 3);
        let number = number.unwrap_or_default();
        let article = Article { anchor, level: level - 1, number, title, text: String::new() };
        let begin = self.lines.place();
        self.heading = Some((self.parts.len(), end));
        self.parts.push(Part { begin, body: begin, article });
    }

    /// A paragraph; gives the place of the next piece. «第三条规定的…» speaks of an article and is none: the label stands
    /// apart or is set bold.
    fn paragraph(&mut self, at: usize, attributes: &[(String, String)], end: usize) -> usize {
        let inner = &self.pieces[at + 1..end];
        let article = if self.heading.is_none() { labelled(inner) } else { None };
        let Some((number, taken, rest)) = article else {
            self.open(&self.pieces[at], "p", attributes);
            return at + 1;
        };
        let anchor = self.fresh(number.clone());
        self.out.push_str(&format!(
            "<p class=\"art\" id=\"{anchor}\"><a class=\"sign\" href=\"#{anchor}\" aria-label=\"{number}的链接\" \
             data-copy-link>§</a><b>{number}</b>"
        ));
        self.lines.piece(&self.pieces[at]);
        let begin = self.lines.place();
        // In the visible text the label stays, apart from what follows.
        self.lines.piece(&Piece::Words(format!("{number} ")));
        let body = self.lines.place();
        let article = Article { anchor, level: Article::LEVEL, number, title: String::new(), text: String::new() };
        self.parts.push(Part { begin, body, article });
        let rest = Piece::Words(rest.to_owned());
        self.lines.piece(&rest);
        if let Piece::Words(words) = &rest {
            escape(words, &mut self.out);
        }
        at + 1 + taken
    }

    fn table(&mut self, at: usize, piece: &Piece, attributes: &[(String, String)]) {
        let shape = tables::shape(self.pieces, at);
        if self.nested.is_empty() {
            self.tables += 1;
            // From here on a table runs beyond the column of text, and is printed across.
            let wide = match shape.columns {
                0..7 => "",
                7..10 => " wide",
                10..15 => " wide across",
                _ => " wide across many",
            };
            self.out.push_str(&format!(
                "<div class=\"scroll{wide}\" data-scroll role=\"region\" aria-label=\"表格 {}",
                self.tables
            ));
            if !shape.caption.is_empty() {
                self.out.push('：');
                escape(&shape.caption, &mut self.out);
            }
            self.out.push_str("\" tabindex=\"0\">");
        }
        self.nested.push(shape);
        self.open(piece, "table", attributes);
    }

    /// Marks what the shape of the table says of a row or cell; the words stay as they are.
    fn part_of_table(&mut self, at: usize, piece: &Piece, name: &str, attributes: &[(String, String)]) {
        let mut attributes = attributes.to_vec();
        let mut name = name;
        if let Some(shape) = self.nested.last() {
            let classes = shape.classes(at).join(" ");
            match attributes.iter_mut().find(|(key, _)| key == "class") {
                Some((_, value)) if !classes.is_empty() => *value = format!("{value} {classes}"),
                None if !classes.is_empty() => attributes.push(("class".to_owned(), classes)),
                _ => {}
            }
            if shape.empty.contains(&at) {
                attributes.retain(|(key, _)| key != "scope");
                name = "td";
            } else if shape.head.is_some_and(|(body, _)| body == at) {
                name = "thead";
            }
        }
        if matches!(piece, Piece::Open { name, .. } if name == "th") {
            self.plain_heads.push(name == "td");
        }
        write_open(name, &local(&attributes), &mut self.out);
        self.lines.piece(piece);
    }

    fn link(&mut self, piece: &Piece, attributes: &[(String, String)]) {
        let target = attributes.iter().find(|(key, _)| key == "href").map_or("", |(_, value)| value.as_str());
        self.leaving = links::leaves(target, self.own);
        self.open(piece, "a", attributes);
    }

    fn fresh(&mut self, wanted: String) -> String {
        let mut id = wanted.clone();
        let mut number = 2;
        while !self.used.insert(id.clone()) {
            id = format!("{wanted}-{number}");
            number += 1;
        }
        id
    }

    fn finish(self) -> Read {
        let text = self.lines.finish();
        let mut articles = Vec::with_capacity(self.parts.len() + 1);
        let slice = |from: usize, to: usize| text.get(from..to.min(text.len())).unwrap_or_default().trim().to_owned();
        let before = slice(0, self.parts.first().map_or(text.len(), |part| part.begin));
        if !before.is_empty() {
            let (anchor, number, title) = (String::new(), String::new(), String::new());
            articles.push(Article { anchor, level: 0, number, title, text: before });
        }
        let ends: Vec<usize> = self.parts.iter().skip(1).map(|part| part.begin).chain([text.len()]).collect();
        for (part, end) in self.parts.into_iter().zip(ends) {
            let mut article = Article { text: slice(part.body, end), ..part.article };
            if article.level != Article::LEVEL {
                // From the visible text, so that parts put together are the whole of it.
                let title = slice(part.begin, part.body);
                article.title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            articles.push(article);
        }
        Read { html: self.out, articles, text }
    }
}

/// Languages that a text may say it is in; a reader's voice knows no other, and a wrong one makes it fall silent.
const LANGUAGES: [&str; 14] = ["bo", "de", "en", "es", "fr", "ii", "ja", "kk", "ko", "mn", "ru", "ug", "za", "zh"];

/// Addresses that the author gave get a prefix, so that none hides one of the page's own; languages that are none are left out.
fn local(attributes: &[(String, String)]) -> Vec<(String, String)> {
    let known = |(key, value): &&(String, String)| {
        let first = value.split('-').next().unwrap_or_default().to_ascii_lowercase();
        key != "lang" || LANGUAGES.contains(&first.as_str())
    };
    let renamed = |(key, value): &(String, String)| match key.as_str() {
        "id" => (key.clone(), format!("t-{value}")),
        "href" => (key.clone(), value.strip_prefix('#').map_or_else(|| value.clone(), |own| format!("#t-{own}"))),
        _ => (key.clone(), value.clone()),
    };
    attributes.iter().filter(known).map(renamed).collect()
}

/// The number of the article that begins with these pieces, how many of them it takes, and what is left of the last taken.
fn labelled(inner: &[Piece]) -> Option<(String, usize, &str)> {
    let number = label(&plain(inner), &["条"])?;
    let blank = |piece: &&Piece| matches!(piece, Piece::Words(words) if words.trim().is_empty());
    let lead = inner.iter().take_while(blank).count();
    match inner.get(lead..)? {
        [Piece::Words(words), rest @ ..] => {
            let after = words.trim_start().strip_prefix(number.as_str())?;
            let apart = if after.is_empty() { rest.is_empty() } else { after.starts_with(BLANKS) };
            apart.then(|| (number, lead + 1, after.trim_start_matches(BLANKS)))
        }
        [Piece::Open { name, attributes, .. }, Piece::Words(words), Piece::Close { .. }, rest @ ..]
            if matches!(name.as_str(), "strong" | "b") && attributes.is_empty() && *words == number =>
        {
            Some(match rest.first() {
                Some(Piece::Words(words)) => (number, lead + 4, words.trim_start_matches(BLANKS)),
                _ => (number, lead + 3, ""),
            })
        }
        _ => None,
    }
}

/// `第十二条`, `第一章` at the start of the text; also `第十二条之一`.
fn label(text: &str, units: &[&str]) -> Option<String> {
    const DIGITS: &str = "一二三四五六七八九十百千零〇两0123456789";
    let rest = text.strip_prefix('第')?;
    let digits: String = rest.chars().take_while(|c| DIGITS.contains(*c)).collect();
    let unit = units.iter().find(|unit| rest[digits.len()..].starts_with(**unit))?;
    if digits.is_empty() || digits.chars().count() > 8 {
        return None;
    }
    let mut found = format!("第{digits}{unit}");
    if let Some(more) = rest[digits.len() + unit.len()..].strip_prefix('之') {
        let number: String = more.chars().take_while(|c| DIGITS.contains(*c)).collect();
        if !number.is_empty() {
            found.push('之');
            found.push_str(&number);
        }
    }
    Some(found)
}
