//! What must stand nowhere in a masked copy: the numbers and short texts that were masked, wherever else in the package they are,
//! in an address, in the description of a picture, in the values that a chart keeps.

use std::collections::{BTreeSet, HashMap};

use documents::Change;
use fold::markup::unescaped;

use super::{
    encoded,
    markup::{Token, named, tokens},
};

/// Digits from which on a run of them is a number of somebody.
const LEAST: usize = 7;
/// Characters of a text that is looked for as a whole: a name, an address, no sentence.
const SHORT: std::ops::RangeInclusive<usize> = 3..=24;

/// The numbers and texts.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    /// Each with what stands for it.
    numbers: HashMap<String, String>,
    /// How long they are.
    lengths: BTreeSet<usize>,
    /// By their first characters.
    texts: HashMap<char, Vec<String>>,
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

/// Bytes of the run of digits that begins a text, with the sign of a check behind seventeen.
fn run_of(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let check = digits == 17 && matches!(text.as_bytes().get(digits), Some(b'x' | b'X'));
    digits + usize::from(check)
}

impl Secrets {
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut secrets = Self::default();
        for change in changes {
            let kept = runs(&change.to);
            for number in runs(&change.from).into_iter().filter(|run| !kept.contains(run)) {
                secrets.lengths.insert(number.len());
                secrets.numbers.insert(number.clone(), masked(&number));
            }
            let bare = change.from.trim();
            let first = bare.chars().next().filter(|_| SHORT.contains(&bare.chars().count()));
            if let Some(first) = first.filter(|_| !bare.bytes().any(|byte| byte.is_ascii_digit())) {
                secrets.texts.entry(first).or_default().push(bare.to_owned());
            }
        }
        secrets
    }

    /// A part with the numbers masked where they stand as one run, and how many places that were. Values of cells are masked as cells.
    pub(super) fn out_of(&self, name: &str, text: &str) -> (String, usize) {
        if self.numbers.is_empty() {
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
            if leaves {
                out.push_str(piece);
            } else {
                done += self.within(piece, value, &mut out);
            }
            if let Token::Tag(tag) = token {
                let (local, opens, closes) = named(tag);
                inside.clear();
                inside.push_str(if opens && !closes { local } else { "" });
            }
        }
        (out, done)
    }

    /// Adds a piece with its numbers masked, and says how many. `value`: what a chart draws is a number and becomes nought.
    fn within(&self, piece: &str, value: bool, out: &mut String) -> usize {
        let (mut rest, mut done) = (piece, 0);
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            out.push_str(&rest[..at]);
            let end = at + run_of(&rest[at..]);
            let run = &rest[at..end];
            match self.numbers.get(run) {
                Some(mask) => {
                    out.push_str(if value && piece.trim() == run { "0" } else { mask.as_str() });
                    done += 1;
                }
                None => out.push_str(run),
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        done
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
        let encoded = |text: &str| encoded::readings(text).iter().any(|reading| self.are_in(reading));
        self.are_in(&joined) || self.are_in(&tags) || encoded(&joined) || encoded(&tags)
    }

    /// Whether something of it stands in a text without markup.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let mut behind = 0;
        for (at, c) in text.char_indices() {
            let named =
                self.texts.get(&c).is_some_and(|texts| texts.iter().any(|one| text[at..].starts_with(one.as_str())));
            if named {
                return true;
            }
            // Several numbers may stand together where their borders are gone.
            if !c.is_ascii_digit() || at < behind {
                continue;
            }
            behind = at + run_of(&text[at..]);
            let run = &text[at..behind];
            let holds =
                |length: &usize| (*length..=run.len()).any(|end| self.numbers.contains_key(&run[end - length..end]));
            if self.lengths.iter().any(holds) {
                return true;
            }
        }
        false
    }
}

/// What a part of a package is, for whoever opens the file and looks there.
pub(crate) fn place(name: &str) -> &'static str {
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
        assert!(secrets.stand_in("<Relationship Target=\"mailto:%E5%BC%A0%E7%A4%BA%E8%8C%83@a.example\"/>"));
        assert!(!secrets.stand_in("<w:t>张*范 138****8000 20260001</w:t>"));
        assert_eq!((place("word/header2.xml"), place("xl/worksheets/sheet1.xml")), ("页眉", "工作表"));
    }
}
