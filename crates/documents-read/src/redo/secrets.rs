//! What must stand nowhere in a masked copy: the numbers and short texts that were masked, wherever else in the package they are,
//! in an address, in the description of a picture, in the values that a chart keeps.

use std::collections::BTreeSet;

use documents::Change;

use super::markup::{Token, named, tokens, unescaped};

/// Digits from which on a run of them is a number of somebody.
const LEAST: usize = 7;
/// Characters of a text that is looked for as a whole: a name, an address, no sentence.
const SHORT: std::ops::RangeInclusive<usize> = 3..=24;

/// The numbers and texts.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// Each with what stands for it.
    numbers: Vec<(String, String)>,
    texts: Vec<String>,
}

/// Runs of digits, those that single blanks and hyphens group as one; the sign of a check behind 17 is one of them.
fn runs(text: &str) -> BTreeSet<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut all, mut run) = (BTreeSet::new(), String::new());
    for (at, c) in chars.iter().enumerate() {
        let next = chars.get(at + 1).is_some_and(char::is_ascii_digit);
        match c {
            c if c.is_ascii_digit() => run.push(*c),
            'x' | 'X' if run.len() == 17 => run.push(*c),
            ' ' | '-' if !run.is_empty() && next => {}
            _ => {
                all.insert(std::mem::take(&mut run));
            }
        }
    }
    all.insert(run);
    all.retain(|run| run.len() >= LEAST);
    all
}

fn masked(number: &str) -> String {
    let (head, tail) = match number.len() {
        18 => (6, 4),
        11 => (3, 4),
        15 => (6, 3),
        _ => (0, 4),
    };
    let shown = |at: usize| at < head || at + tail >= number.len();
    number.chars().enumerate().map(|(at, c)| if shown(at) { c } else { '*' }).collect()
}

impl Secrets {
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut secrets = Self::default();
        let mut numbers: BTreeSet<String> = BTreeSet::new();
        for change in changes {
            let kept = runs(&change.to);
            numbers.extend(runs(&change.from).into_iter().filter(|run| !kept.contains(run)));
            let bare = change.from.trim();
            if SHORT.contains(&bare.chars().count()) && !bare.chars().any(|c| c.is_ascii_digit()) {
                secrets.texts.push(bare.to_owned());
            }
        }
        secrets.numbers = numbers.into_iter().map(|number| (number.clone(), masked(&number))).collect();
        // The longest first: one may stand within another.
        secrets.numbers.sort_by_key(|(number, _)| std::cmp::Reverse(number.len()));
        secrets
    }

    /// A part with the numbers masked where they stand as one run, and how many places that were. Values of cells are masked as cells.
    pub(super) fn out_of(&self, name: &str, text: &str) -> (String, usize) {
        if !self.numbers.iter().any(|(number, _)| text.contains(number.as_str())) {
            return (text.to_owned(), 0);
        }
        let (sheet, chart) = (name.starts_with("xl/worksheets/"), name.contains("/charts/"));
        let (mut out, mut done, mut inside) = (String::with_capacity(text.len()), 0, String::new());
        for token in tokens(text) {
            let (Token::Tag(piece) | Token::Text(piece)) = token;
            let leaves = match token {
                // An address within the package is the name of another part.
                Token::Tag(tag) => name.ends_with(".rels") && !tag.contains("External"),
                Token::Text(_) => sheet && inside == "v",
            };
            let value = chart && inside == "v" && matches!(token, Token::Text(_));
            let (made, count) = if leaves { (piece.to_owned(), 0) } else { self.within(piece, value) };
            out.push_str(&made);
            done += count;
            if let Token::Tag(tag) = token {
                let (local, opens, closes) = named(tag);
                inside = if opens && !closes { local.to_owned() } else { String::new() };
            }
        }
        (out, done)
    }

    /// The numbers of a piece masked; `value`: what a chart draws is a number and becomes nought.
    fn within(&self, piece: &str, value: bool) -> (String, usize) {
        let (mut made, mut done) = (piece.to_owned(), 0);
        for (number, mask) in &self.numbers {
            let to = if value && made.trim() == number { "0" } else { mask.as_str() };
            let mut from = 0;
            while let Some(found) = made.get(from..).and_then(|rest| rest.find(number.as_str())) {
                let (start, end) = (from + found, from + found + number.len());
                let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
                if digit(made[..start].chars().next_back()) || digit(made[end..].chars().next()) {
                    from = end;
                    continue;
                }
                made.replace_range(start..end, to);
                done += 1;
                from = start + to.len();
            }
        }
        (made, done)
    }

    /// Whether something of it stands in a part still, in one piece or in several.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        let mut joined = String::with_capacity(text.len() / 2);
        let mut tags = String::new();
        for token in tokens(text) {
            match token {
                Token::Text(words) => joined.extend(unescaped(words).chars().filter(|c| !c.is_whitespace())),
                Token::Tag(tag) if tag.contains('=') => tags.push_str(&unescaped(tag)),
                Token::Tag(_) => {}
            }
        }
        let has = |what: &str| joined.contains(what) || tags.contains(what);
        self.numbers.iter().any(|(number, _)| has(number)) || self.texts.iter().any(|one| has(one))
    }
}

/// What a part of a package is, for whoever opens the file and looks there.
pub(super) fn place(name: &str) -> &'static str {
    const PLACES: [(&str, &str); 14] = [
        ("word/document", "正文"),
        ("word/header", "页眉"),
        ("word/footer", "页脚"),
        ("word/footnotes", "脚注"),
        ("word/endnotes", "尾注"),
        ("word/settings", "文档设置"),
        ("xl/worksheets", "工作表"),
        ("xl/sharedStrings", "单元格"),
        ("xl/workbook", "工作簿中定义的名称"),
        ("xl/pivot", "透视表"),
        ("xl/tables", "表格的列名"),
        ("/charts/", "图表"),
        ("/drawings/", "图形"),
        (".rels", "链接地址"),
    ];
    PLACES.iter().find(|(part, _)| name.contains(*part)).map_or("文件内部的其他数据", |(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let change = |from: &str, to: &str| Change { from: from.into(), to: to.into() };
        Secrets::of(&[
            change("手机138 0013 8000，文号20260001号", "手机138****8000，文号20260001号"),
            change("张示范", "张*范"),
        ])
    }

    #[test]
    fn a_number_is_masked_wherever_it_stands() {
        let secrets = secrets();
        let said = |name: &str, text: &str| secrets.out_of(name, text);
        let link = "<Relationship Target=\"tel:13800138000\" TargetMode=\"External\"/>";
        assert_eq!(said("word/_rels/document.xml.rels", link), (link.replace("13800138000", "138****8000"), 1));
        let picture = "<wp:docPr descr=\"手机13800138000\"/><w:instrText>13800138000</w:instrText>";
        assert_eq!(said("word/document.xml", picture), (picture.replace("13800138000", "138****8000"), 2));
        let longer = "<w:t>9138001380001 20260001</w:t>";
        assert_eq!(said("word/document.xml", longer), (longer.to_owned(), 0));
        let value = "<c:v>13800138000</c:v>";
        assert_eq!(said("xl/charts/chart1.xml", value), ("<c:v>0</c:v>".to_owned(), 1));
        assert_eq!(said("xl/worksheets/sheet1.xml", "<v>13800138000</v>"), ("<v>13800138000</v>".to_owned(), 0));
    }

    #[test]
    fn what_still_stands_somewhere_is_told() {
        let secrets = secrets();
        assert!(secrets.stand_in("<w:t>1380013</w:t><w:t>8000</w:t>"));
        assert!(secrets.stand_in("<w:bookmarkStart w:name=\"张示范\"/>"));
        assert!(!secrets.stand_in("<w:t>张*范 138****8000 20260001</w:t>"));
        assert_eq!((place("word/header2.xml"), place("xl/worksheets/sheet1.xml")), ("页眉", "工作表"));
    }
}
