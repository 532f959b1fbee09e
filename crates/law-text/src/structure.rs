//! A statute taken apart: title, notes of adoption, table of contents, parts (编、分编、章、节), articles with their paragraphs (款),
//! items (项) and sub-items (目), annexes. Nothing is lost: [`Statute::lines`] gives the text back line by line.

use std::{collections::HashMap, fmt};

use serde::Serialize;

use crate::number::{self, Label, label};

/// What a part of a statute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 编.
    Book,
    /// 分编.
    SubBook,
    /// 章, and what stands as one without a number: 序言, 附则.
    Chapter,
    /// 节.
    Section,
    /// 附件, 附录, 附表: all that follows is its text.
    Annex,
}

/// A part of a statute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is.
    pub level: Level,
    /// As written: 第二章; empty for 序言, 附则, 附件.
    pub number: String,
    /// Its name: 总则.
    pub heading: String,
    /// The heading as it is printed: 第二章　总则.
    pub line: String,
    /// The part in which it stands, as a place in [`Statute::parts`].
    pub parent: Option<usize>,
    /// How many articles stand before it.
    pub before: usize,
    /// Lines beneath it that belong to no article: of a 序言, of an annex.
    pub text: String,
}

/// An item (项) or a sub-item (目).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// As written: （二）, 3.
    pub number: String,
    /// Its words without the number.
    pub text: String,
    /// The sub-items beneath it.
    pub items: Vec<Item>,
}

/// A paragraph (款) of an article.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Paragraph {
    /// Its words before its items.
    pub text: String,
    /// 项, in the order of the text.
    pub items: Vec<Item>,
}

/// An article (条).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Article {
    /// As written: 第三条, 第三条之一.
    pub number: String,
    /// (3, 0) for 第三条, (3, 1) for 第三条之一; `None` for a paragraph of a text that has no articles.
    pub ordinal: Option<(u32, u32)>,
    /// Its words without the number, line by line.
    pub text: String,
    /// The same words as paragraphs and items.
    pub paragraphs: Vec<Paragraph>,
    /// The innermost part in which it stands, as a place in [`Statute::parts`].
    pub part: Option<usize>,
}

impl Article {
    /// An article of these words.
    pub fn new(number: &str, text: &str, part: Option<usize>) -> Self {
        Self {
            number: number.to_owned(),
            ordinal: number::ordinal(number),
            text: text.to_owned(),
            paragraphs: paragraphs(text),
            part,
        }
    }
}

/// A statute taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Statute {
    /// Its first line; empty where that is an article or a heading.
    pub title: String,
    /// Lines between the title and what comes next: when and by whom it was adopted.
    pub preamble: String,
    /// The lines of the table of contents with its own heading.
    pub contents: Vec<String>,
    /// Lines between the table of contents and the first part or article.
    pub lead: String,
    /// The articles in order; none in a text that has none.
    pub articles: Vec<Article>,
    /// Parts in the order in which they are printed.
    pub parts: Vec<Part>,
}

/// What a line is.
enum Line<'a> {
    Article(Label<'a>),
    Part(Part),
    Words,
}

/// The longest line that can be a heading, in characters.
const HEADING: usize = 60;

impl Statute {
    /// Takes a text apart. «第三条规定的…» at the beginning of a line speaks of an article: the label of one stands apart from what
    /// follows, or counts on from the one before. Signs of Markdown around a line (`##`, `**`, comments) are no part of the text.
    pub fn read(text: &str) -> Self {
        let lines: Vec<String> = text.lines().filter_map(bare).collect();
        let mut found = Self::default();
        let mut at = 0;
        if let Some(first) = lines.first().filter(|first| is_title(first)) {
            found.title = first.clone();
            at = 1;
        }
        let contents = contents(&lines, at);
        if let Some((from, to)) = contents {
            found.preamble = lines[at..from].join("\n");
            found.contents = lines[from..to].to_vec();
            at = to;
        }
        // The parts that are open, and those that were before an annex.
        let (mut open, mut outer): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        let (mut last, mut before): (u32, Vec<&str>) = (0, Vec::new());
        let mut texts: Vec<(String, Vec<&str>, Option<usize>)> = Vec::new();
        let mut below: HashMap<usize, Vec<&str>> = HashMap::new();
        // Whether words now belong to the part that was opened last and to no article.
        let mut in_part = false;
        for line in &lines[at..] {
            let annexed = open.last().is_some_and(|at| found.parts[*at].level == Level::Annex);
            match of(line, last, !texts.is_empty()) {
                // What counts on after 附表 ends it: it stood within the text.
                Line::Article(label) if !annexed || label.ordinal == (last + 1, 0) => {
                    if annexed {
                        open.clone_from(&outer);
                    }
                    last = label.ordinal.0;
                    in_part = false;
                    let rest = label.rest.trim_start_matches("**").trim();
                    let words = if rest.is_empty() { Vec::new() } else { vec![rest] };
                    texts.push((label.number.to_owned(), words, open.last().copied()));
                }
                Line::Part(mut part) if !annexed || part.level == Level::Annex => {
                    while open.last().is_some_and(|at| found.parts[*at].level >= part.level) {
                        open.pop();
                    }
                    if part.level == Level::Annex {
                        if !annexed {
                            outer.clone_from(&open);
                        }
                        open.clear();
                    }
                    part.parent = open.last().copied();
                    part.before = texts.len();
                    open.push(found.parts.len());
                    found.parts.push(part);
                    in_part = true;
                }
                _ => match (in_part, texts.last_mut(), found.parts.len().checked_sub(1)) {
                    (true, _, Some(part)) => below.entry(part).or_default().push(line),
                    (_, Some((_, words, _)), _) => words.push(line),
                    _ => before.push(line),
                },
            }
        }
        for (part, words) in below {
            found.parts[part].text = words.join("\n");
        }
        found.articles =
            texts.into_iter().map(|(number, words, part)| Article::new(&number, &words.join("\n"), part)).collect();
        let before = before.join("\n");
        if contents.is_some() {
            found.lead = before
        } else {
            found.preamble = before
        }
        found
    }

    /// The text line by line, as it was read: title, notes, contents, parts and articles in their order.
    pub fn lines(&self) -> Vec<String> {
        let mut out = Vec::new();
        let mut put = |text: &str| out.extend(text.lines().filter(|line| !line.is_empty()).map(str::to_owned));
        put(&self.title);
        put(&self.preamble);
        self.contents.iter().for_each(|line| put(line));
        put(&self.lead);
        let mut parts = self.parts.iter().peekable();
        for at in 0..=self.articles.len() {
            while let Some(part) = parts.next_if(|part| part.before <= at) {
                put(&part.line);
                put(&part.text);
            }
            if let Some(article) = self.articles.get(at) {
                put(&format!("{}　{}", article.number, article.text));
            }
        }
        out
    }

    /// What is held against another text: the articles, or the paragraphs of a text that has none (第 3 段).
    pub fn units(&self) -> Vec<Article> {
        if !self.articles.is_empty() {
            return self.articles.clone();
        }
        let parts = self.parts.iter().enumerate();
        let parts = parts.flat_map(|(at, part)| part.text.lines().map(move |line| (line, Some(at))));
        let front = self.preamble.lines().chain(self.lead.lines()).map(|line| (line, None));
        let told = front.chain(parts).filter(|(line, _)| !line.is_empty()).enumerate();
        told.map(|(at, (line, part))| Article::new(&format!("第 {} 段", at + 1), line, part)).collect()
    }

    /// The article of a number.
    pub fn article(&self, ordinal: (u32, u32)) -> Option<&Article> {
        self.articles.iter().find(|article| article.ordinal == Some(ordinal))
    }

    /// The part and those around it, outermost first: 第一编, 第二章.
    pub fn within(&self, part: Option<usize>) -> Vec<&Part> {
        let mut found = Vec::new();
        let mut at = part;
        while let Some(part) = at.and_then(|at| self.parts.get(at)) {
            found.push(part);
            at = part.parent;
        }
        found.reverse();
        found
    }
}

impl fmt::Display for Statute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A line without blanks and signs of Markdown; `None` for one that says nothing.
fn bare(line: &str) -> Option<String> {
    let line = line.trim();
    if line.starts_with("<!--") && line.ends_with("-->") {
        return None;
    }
    let line = line.trim_start_matches('#').trim_start();
    let line = line.strip_prefix("**").unwrap_or(line).trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// A part of a statute may come without its title.
fn is_title(line: &str) -> bool {
    !is_contents(line)
        && label(line).is_none_or(|label| {
            !apart(label.rest) && (label.unit != '条' || label.ordinal != (1, 0) || speaks(label.rest))
        })
}

/// Whether the words after a label speak of the article: 第三条规定的, 第三条、第四条.
pub(crate) fn speaks(rest: &str) -> bool {
    rest.starts_with(['规', '的', '所', '、', '和', '或', '至', '第', '中', '，'])
}

fn apart(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| c.is_whitespace() || "【（(*:：".contains(c))
}

/// What a line is; `last` is the number of the article before, `begun` whether there was one.
fn of(line: &str, last: u32, begun: bool) -> Line<'_> {
    match label(line) {
        Some(label) if label.unit == '条' => {
            let next = label.ordinal.0 == last + 1 || (label.ordinal.0 == last && label.ordinal.1 > 0);
            if apart(label.rest) || (next && !speaks(label.rest)) { Line::Article(label) } else { Line::Words }
        }
        Some(label) => part(line, &label).map_or(Line::Words, Line::Part),
        None => named(line, begun).map_or(Line::Words, Line::Part),
    }
}

fn part(line: &str, label: &Label<'_>) -> Option<Part> {
    let level = match label.unit {
        '编' => Level::Book,
        '分' => Level::SubBook,
        '章' => Level::Chapter,
        '节' => Level::Section,
        _ => return None,
    };
    if !apart(label.rest) || line.chars().count() >= HEADING || line.ends_with(['。', '；']) {
        return None;
    }
    Some(opened(level, label.number, label.rest.trim_end_matches("**").trim(), line))
}

/// A heading without a number: 序言, 附则; 附件 and its kin where articles stand before.
fn named(line: &str, begun: bool) -> Option<Part> {
    let words: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    if matches!(words.as_str(), "序言" | "前言" | "总则" | "附则") {
        return Some(opened(Level::Chapter, "", line, line));
    }
    let rest = ["附件", "附录", "附表"].iter().find_map(|name| words.strip_prefix(name))?;
    let numbered: usize = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c))
        .map(char::len_utf8)
        .sum();
    let open = rest[numbered..].chars().next().is_none_or(|c| "：:.．、（(".contains(c));
    (begun && open && line.chars().count() < HEADING && !words.ends_with(['。', '；']))
        .then(|| opened(Level::Annex, "", line, line))
}

/// Whether a line is the heading of a 编, 分编 or 章, or stands as one: 附则.
pub fn is_chapter(line: &str) -> bool {
    let found = match label(line) {
        Some(label) => part(line, &label),
        None => named(line, false),
    };
    found.is_some_and(|part| part.level <= Level::Chapter)
}

fn opened(level: Level, number: &str, heading: &str, line: &str) -> Part {
    Part {
        level,
        number: number.to_owned(),
        heading: heading.to_owned(),
        line: line.to_owned(),
        parent: None,
        before: 0,
        text: String::new(),
    }
}

fn is_contents(line: &str) -> bool {
    line.chars().filter(|c| !c.is_whitespace()).eq("目录".chars())
}

/// A heading as it is the same in a table of contents and above its articles: without blanks, leaders and numbers of pages.
fn plain(heading: &str) -> String {
    let words: String = heading.chars().filter(|c| !c.is_whitespace()).collect();
    let leader = |c: char| c.is_ascii_digit() || "….·-—（）()".contains(c);
    words.trim_end_matches(leader).to_owned()
}

/// Where the table of contents stands: from its heading, or its first line, up to the line after it. It names the parts before
/// they come, so its first line comes again.
fn contents(lines: &[String], from: usize) -> Option<(usize, usize)> {
    let is_heading = |line: &str| match label(line) {
        Some(label) => part(line, &label).is_some(),
        None => named(line, false).is_some(),
    };
    let first = lines[from..].iter().position(|line| {
        label(line).is_some_and(|label| label.unit == '条' && (apart(label.rest) || label.ordinal == (1, 0)))
    });
    let end = first.map_or(lines.len(), |at| from + at);
    let told = (from..end).find(|at| is_contents(&lines[*at]));
    let begin = match told {
        Some(at) => at + 1,
        None => (from..end).find(|at| is_heading(&lines[*at]))?,
    };
    let head = plain(lines.get(begin)?);
    let again = (begin + 1..end).find(|at| is_heading(&lines[*at]) && plain(&lines[*at]) == head);
    match (again, told) {
        (Some(again), _) => Some((told.unwrap_or(begin), again)),
        // A table whose parts stand nowhere else ends with its last heading.
        (None, Some(told)) => {
            let count = lines[begin..end].iter().take_while(|line| is_heading(line)).count();
            Some((told, begin + count))
        }
        (None, None) => None,
    }
}

/// The words of an article as paragraphs and items: a line is a paragraph, unless it is numbered.
pub(crate) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut found: Vec<Paragraph> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let Some((number, _, rest)) = number::item(line) else {
            found.push(Paragraph { text: line.to_owned(), items: Vec::new() });
            continue;
        };
        let one = Item { number: number.to_owned(), text: rest.trim_start().to_owned(), items: Vec::new() };
        if found.is_empty() {
            found.push(Paragraph::default());
        }
        let Some(paragraph) = found.last_mut() else { continue };
        let is_sub = number.starts_with(|c: char| c.is_ascii_digit());
        match paragraph.items.last_mut() {
            Some(last) if is_sub && !last.number.starts_with(|c: char| c.is_ascii_digit()) => last.items.push(one),
            _ => paragraph.items.push(one),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAW: &str = "# 青禾县河道管理办法\n\n2025年3月1日青禾县人民政府发布\n\n目　录\n第一章　总则……1\n第二章　保护……2\n附　则\n\
        第一章　总则\n第一条　为了加强河道管理，制定本办法。\n第二条　本办法所称河道，是指：\n（一）河流；\n（二）湖泊，包括：\n\
        1.天然湖泊；\n2.人工湖泊。\n前款规定以外的，从其规定。\n第二章　保护\n第一节　一般规定\n第三条　不得侵占河道。\n\
        第三条之一　确需占用的，应当报批。\n附　则\n第四条　本办法自2025年5月1日起施行。\n附件1：河道名录\n青河\n禾河";

    #[test]
    fn a_statute_is_taken_apart() {
        let law = Statute::read(LAW);
        assert_eq!(
            (law.title.as_str(), law.preamble.as_str()),
            ("青禾县河道管理办法", "2025年3月1日青禾县人民政府发布")
        );
        assert_eq!(law.contents, ["目　录", "第一章　总则……1", "第二章　保护……2", "附　则"]);
        let numbers: Vec<&str> = law.articles.iter().map(|one| one.number.as_str()).collect();
        assert_eq!(numbers, ["第一条", "第二条", "第三条", "第三条之一", "第四条"]);
        assert_eq!(law.articles[3].ordinal, Some((3, 1)));
        let parts: Vec<(Level, &str, usize)> =
            law.parts.iter().map(|part| (part.level, part.heading.as_str(), part.before)).collect();
        assert_eq!(
            parts,
            [
                (Level::Chapter, "总则", 0),
                (Level::Chapter, "保护", 2),
                (Level::Section, "一般规定", 2),
                (Level::Chapter, "附　则", 4),
                (Level::Annex, "附件1：河道名录", 5),
            ]
        );
        assert_eq!((law.parts[2].parent, law.articles[2].part, law.articles[4].part), (Some(1), Some(2), Some(3)));
        assert_eq!(law.parts[4].text, "青河\n禾河");
        let second = &law.articles[1].paragraphs;
        assert_eq!((second.len(), second[0].items.len(), second[0].items[1].items.len()), (2, 2, 2));
        assert_eq!(second[0].items[1].number, "（二）");
        assert_eq!(
            law.within(Some(2)).iter().map(|part| part.number.as_str()).collect::<Vec<_>>(),
            ["第二章", "第一节"]
        );
    }

    #[test]
    fn what_speaks_of_an_article_is_none() {
        let law =
            Statute::read("标题\n第一条 甲。\n第九条规定的情形除外。\n第二条乙。\n第三条、第四条不适用的，从其规定。");
        assert_eq!(law.articles.len(), 2);
        assert_eq!(law.articles[0].text, "甲。\n第九条规定的情形除外。");
        assert_eq!(law.articles[1].text, "乙。\n第三条、第四条不适用的，从其规定。");
    }

    #[test]
    fn a_part_without_its_title_and_a_text_without_articles() {
        for part in [
            "第一条 为了规范甲。\n第二条 乙。",
            "\n\n第一条　为了规范甲。\n第二条 乙。",
            "第一条为了规范甲。\n第二条乙。",
        ] {
            let read = Statute::read(part);
            assert_eq!((read.title.as_str(), read.articles.len()), ("", 2), "{part}");
        }
        assert_eq!(Statute::read("第一章 总则\n第一条 甲。").parts[0].line, "第一章 总则");
        let notice = Statute::read("通知\n甲段的文字\n乙段的文字");
        assert!(notice.articles.is_empty());
        assert_eq!(notice.units().iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), ["第 1 段", "第 2 段"]);
        assert_eq!(Statute::read(""), Statute::default());
    }

    #[test]
    fn a_table_of_contents_without_its_word_is_one() {
        let law = Statute::read("办法\n第一章 总则\n第二章 罚则\n第一章 总则\n第一条 甲。\n第二章 罚则\n第二条 乙。");
        assert_eq!((law.contents.len(), law.parts.len(), law.articles.len()), (2, 2, 2));
    }

    fn letters(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace()).collect()
    }

    #[test]
    fn nothing_of_a_statute_is_lost() {
        assert_eq!(letters(&Statute::read(LAW).to_string()), letters(LAW.trim_start_matches("# ")));
    }

    proptest! {
        #[test]
        fn nothing_of_any_text_is_lost(
            lines in prop::collection::vec(
                "(第[一二三四五十]{1,2}[编章节条](之[一二])?[ 　]?|目录|附件|附则|序言|（[一二]）|[12][.、])?[甲乙丙丁规的，。0-9 ]{0,12}",
                0..24,
            )
        ) {
            let text = lines.join("\n");
            let read = Statute::read(&text);
            prop_assert_eq!(letters(&read.to_string()), letters(&text));
            // The words of an article are those of its paragraphs.
            for article in &read.articles {
                let mut told = String::new();
                for paragraph in &article.paragraphs {
                    told.push_str(&paragraph.text);
                    for item in &paragraph.items {
                        told.push_str(&item.number);
                        told.push_str(&item.text);
                        for sub in &item.items {
                            told.push_str(&sub.number);
                            told.push_str(&sub.text);
                        }
                    }
                }
                prop_assert_eq!(letters(&told), letters(&article.text));
            }
        }
    }
}
