//! Amending decisions (关于修改《……》的决定): read as instructions, and applied to the old text. What cannot be read or applied is named
//! with its sentence; the rest is applied, so that a person has only that to do by hand.

mod apply;
mod laid;
mod left;
mod lines;
mod order;
mod parts;
mod places;
mod quotes;
mod read;
mod titles;
mod told;

use serde::Serialize;

pub use apply::apply;
pub use laid::{Laid, Layout, laid};
pub use read::{decisions, read};
pub use told::{Outcome, Told};

use crate::{number, structure::Statute};

/// A place in the old text: an article, or a paragraph or an item of one. Paragraphs and items count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// (3, 0) for 第三条, (3, 1) for 第三条之一.
    pub article: (u32, u32),
    /// 款.
    pub paragraph: Option<u32>,
    /// 项.
    pub item: Option<u32>,
}

impl Place {
    /// An article as a whole.
    pub fn article(ordinal: (u32, u32)) -> Self {
        Self { article: ordinal, paragraph: None, item: None }
    }

    /// In the words of law: 第三条第二款第（一）项.
    pub fn words(&self) -> String {
        let mut out = number::article(self.article);
        if let Some(paragraph) = self.paragraph {
            out.push_str(&format!("第{}款", number::written(paragraph)));
        }
        if let Some(item) = self.item {
            out.push_str(&format!("第（{}）项", number::written(item)));
        }
        out
    }
}

/// What a decision orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// 将第三条修改为“……”.
    Replace { at: Vec<Place>, words: String },
    /// 增加一条，作为第五条：“……”; without numbers where the words bear their own.
    Insert { numbers: Vec<(u32, u32)>, after: Option<(u32, u32)>, part: Option<String>, words: String },
    /// 第三条增加一款，作为第二款：“……”; at the end where no place is named.
    InsertParagraph { article: (u32, u32), at: Option<u32>, words: String },
    /// 第三条第一款增加一项，作为第（三）项：“……”.
    InsertItem { of: Place, at: Option<u32>, words: String },
    /// 删去第七条.
    Delete { at: Vec<Place> },
    /// 将第三条、第五条中的“甲”修改为“乙”; everywhere where no place is named.
    Exchange { at: Vec<Place>, from: Vec<String>, to: Vec<String> },
    /// 在第三条“甲”后增加“乙”.
    Beside { at: Vec<Place>, beside: String, words: String, before: bool },
    /// 第三条改为第四条.
    Renumber { from: (u32, u32), to: (u32, u32) },
    /// 将第三条、第四条合并，作为第三条，修改为：“……”.
    Merge { from: Vec<(u32, u32)>, to: Option<(u32, u32)>, words: String },
    /// 增加一章，作为第四章：“第四章　……”; the parts behind count on.
    InsertPart { words: String },
    /// 删去第四章, with its articles; the parts behind count down.
    DeletePart { part: String },
    /// 将第二章章名修改为“……”.
    Heading { part: String, words: String },
    /// 将名称修改为“……”.
    Title { words: String },
    /// 将标题中的“甲”修改为“乙”.
    TitleWords { from: Vec<String>, to: Vec<String> },
    /// 对条文顺序作相应调整.
    Order,
}

/// One instruction with the sentence that orders it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instruction {
    pub step: Step,
    /// As it stands in the decision.
    pub sentence: String,
    /// The text that the sentence amends, where it or the decision names one: the title between 《》, or as it is called.
    pub of: Option<String>,
}

/// A sentence of which nothing, or not all, could be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// As it stands in the decision.
    pub sentence: String,
    /// Why, and what to do.
    pub reason: String,
}

/// A decision as instructions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Decision {
    /// Its first line.
    pub title: String,
    /// In the order in which they stand.
    pub instructions: Vec<Instruction>,
    /// Sentences that order something and could not be read.
    pub unread: Vec<Failed>,
}

/// The old text after a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amended {
    /// The new text taken apart.
    pub statute: Statute,
    /// The new text line by line.
    pub text: String,
    /// Sentences that were applied.
    pub applied: Vec<String>,
    /// What was not, and why.
    pub failed: Vec<Failed>,
    /// Each instruction with what became of it: those that were understood in the order in which they stand, then the others.
    pub told: Vec<Told>,
    /// What a person should look at: references to articles that bear other numbers now.
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests;
