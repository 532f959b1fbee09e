//! An instruction as it was understood, in words for whoever answers for the new text, and what became of each.

use serde::Serialize;

use super::{Place, Step};
use crate::number;

/// What became of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Done.
    Applied,
    /// Understood, and not possible in this text.
    Failed,
    /// Said of another text.
    Elsewhere,
    /// It orders something that was not understood: a person does it by hand.
    Unread,
}

impl Outcome {
    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Applied => "已应用",
            Self::Failed => "没有应用",
            Self::Elsewhere => "说的是别的文件",
            Self::Unread => "没有读懂，要人工处理",
        }
    }
}

/// An instruction with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// As it stands in the decision.
    pub sentence: String,
    /// What it was understood as; empty where it was not.
    pub understood: String,
    pub outcome: Outcome,
    /// Why it was not done, and what to do; empty where it was.
    pub reason: String,
}

/// So many characters of new words are told; all of them stand in the text.
const SHORT: usize = 24;

/// 第三条、第五条第二款; the whole text where no place is named.
fn all(places: &[Place]) -> String {
    match places {
        [] => "全文".to_owned(),
        several => several.iter().map(Place::words).collect::<Vec<_>>().join("、"),
    }
}

fn articles(numbers: &[(u32, u32)]) -> String {
    numbers.iter().map(|one| number::article(*one)).collect::<Vec<_>>().join("、")
}

fn short(words: &str) -> String {
    let line: String = words.split_whitespace().collect();
    match line.chars().count() > SHORT {
        true => format!("“{}…”", line.chars().take(SHORT).collect::<String>()),
        false => format!("“{line}”"),
    }
}

/// “甲”换成“乙”, each pair.
fn exchanged(from: &[String], to: &[String]) -> String {
    let one = |(at, from): (usize, &String)| match to.get(at).map_or("", String::as_str) {
        "" => format!("删去{}", short(from)),
        to => format!("{}换成{}", short(from), short(to)),
    };
    from.iter().enumerate().map(one).collect::<Vec<_>>().join("，")
}

impl Step {
    /// What it does, in plain words: 把第三条换成“县水利局…”.
    pub fn told(&self) -> String {
        match self {
            Self::Replace { at, words } => format!("把{}换成{}", all(at), short(words)),
            Self::Insert { numbers, after, part, words } => {
                let as_number = match numbers.as_slice() {
                    [] => String::new(),
                    several => format!("，作为{}", articles(several)),
                };
                let place = match (after, part) {
                    (Some(after), _) => format!("在{}之后", number::article(*after)),
                    (None, Some(part)) => format!("在{part}里"),
                    (None, None) => String::new(),
                };
                format!("{place}增加条文{as_number}：{}", short(words))
            }
            Self::InsertParagraph { article, at, words } => {
                let place = at.map_or("放在最后".to_owned(), |at| format!("作为第{}款", number::written(at)));
                format!("给{}增加一款，{place}：{}", number::article(*article), short(words))
            }
            Self::InsertItem { of, at, words } => {
                let place = at.map_or("放在最后".to_owned(), |at| format!("作为第（{}）项", number::written(at)));
                format!("给{}增加一项，{place}：{}", of.words(), short(words))
            }
            Self::Delete { at } => format!("删去{}", all(at)),
            Self::Exchange { at, from, to } => format!("在{}里把{}", all(at), exchanged(from, to)),
            Self::Beside { at, beside, words, before } => {
                let side = if *before { "前面" } else { "后面" };
                format!("在{}的{}{side}加上{}", all(at), short(beside), short(words))
            }
            Self::Renumber { from, to } => format!("{}改为{}", number::article(*from), number::article(*to)),
            Self::Merge { from, to, words } => {
                let place = to.map(|to| format!("，作为{}", number::article(to))).unwrap_or_default();
                format!("把{}合并{place}：{}", articles(from), short(words))
            }
            Self::InsertPart { words } => {
                format!("增加{}", short(words.lines().next().unwrap_or_default()))
            }
            Self::DeletePart { part } => format!("删去{part}，连同其中的条文"),
            Self::Heading { part, words } => format!("{part}的名称换成{}", short(words)),
            Self::Title { words } => format!("标题换成{}", short(words)),
            Self::TitleWords { from, to } => format!("在标题里把{}", exchanged(from, to)),
            Self::Order => "条文按先后重新编号".to_owned(),
        }
    }
}
