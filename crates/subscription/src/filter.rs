//! Of what somebody wants to be told: conditions on a document, any or all of them, as data, as an address and in words.

use std::{collections::HashMap, sync::Arc};

use document::{Kinds, columns};
use kernel::{Directory, OrganCode, id::ColumnId};
use serde::{Deserialize, Serialize};
use web::{Ctx, Result, page::query_string};

/// By what a condition judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// 主题分类.
    Topic,
    Organ,
    Kind,
    /// A column and those below it.
    Column,
    /// To whom a policy applies.
    Audience,
    /// In title or document number.
    Word,
}

impl Sort {
    pub const ALL: [Self; 6] = [Self::Topic, Self::Organ, Self::Kind, Self::Column, Self::Audience, Self::Word];

    /// The name in addresses and forms: the same as that of public lists, so that a list leads to its subscription.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Organ => "organ",
            Self::Kind => "kind",
            Self::Column => "column",
            Self::Audience => "audience",
            Self::Word => "q",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Topic => "主题分类",
            Self::Organ => "机关",
            Self::Kind => "类型",
            Self::Column => "栏目",
            Self::Audience => "对象",
            Self::Word => "标题或文号里的词",
        }
    }
}

/// To whom policies apply, as their conditions name it (`document::common::AUDIENCE`, 对象): code, name, what else organs write.
pub const AUDIENCES: [(&str, &str, &[&str]); 5] = [
    ("person", "个人", &["居民", "群众", "家庭", "本人", "自然人"]),
    ("trader", "个体工商户", &["个体户", "个体"]),
    ("company", "企业", &["公司", "小微企业", "中小企业", "中小微企业"]),
    ("farm", "农民合作社和家庭农场", &["农民专业合作社", "农民合作社", "合作社", "家庭农场"]),
    ("body", "社会组织和其他单位", &["社会组织", "事业单位", "民办机构", "其他单位"]),
];

/// Conditions on a document. None at all fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Whether one of the conditions is enough.
    pub any: bool,
    pub topics: Vec<String>,
    /// Codes of organs.
    pub organs: Vec<String>,
    /// Keys of kinds of documents.
    pub kinds: Vec<String>,
    /// Slugs.
    pub columns: Vec<String>,
    /// Codes of [`AUDIENCES`].
    pub audiences: Vec<String>,
    /// Where all conditions must hold, each of them must stand there.
    pub words: Vec<String>,
}

impl Filter {
    /// The values of one sort.
    pub fn of(&self, sort: Sort) -> &[String] {
        match sort {
            Sort::Topic => &self.topics,
            Sort::Organ => &self.organs,
            Sort::Kind => &self.kinds,
            Sort::Column => &self.columns,
            Sort::Audience => &self.audiences,
            Sort::Word => &self.words,
        }
    }

    pub(crate) fn of_mut(&mut self, sort: Sort) -> &mut Vec<String> {
        match sort {
            Sort::Topic => &mut self.topics,
            Sort::Organ => &mut self.organs,
            Sort::Kind => &mut self.kinds,
            Sort::Column => &mut self.columns,
            Sort::Audience => &mut self.audiences,
            Sort::Word => &mut self.words,
        }
    }

    /// Each value once, in one order: the same conditions are then equal, however they were put down.
    #[must_use]
    pub fn settled(mut self) -> Self {
        for sort in Sort::ALL {
            let values = self.of_mut(sort);
            values.sort();
            values.dedup();
        }
        // With at most one condition it makes no difference.
        let many: usize = Sort::ALL.into_iter().map(|sort| self.of(sort).len()).sum();
        self.any &= many > 1;
        self
    }

    /// Whether everything fits.
    pub fn is_empty(&self) -> bool {
        Sort::ALL.into_iter().all(|sort| self.of(sort).is_empty())
    }

    /// The conditions as they stand behind an address, without the question mark.
    pub fn query(&self) -> String {
        let values = |sort: Sort| self.of(sort).iter().map(move |value| (sort.name(), value.as_str()));
        let mode = self.any.then_some(("mode", "any"));
        query_string(&mode.into_iter().chain(Sort::ALL.into_iter().flat_map(values)).collect::<Vec<_>>())
    }

    /// The conditions in words: 机关“县财政局”，并且主题分类“养老”或“医疗”.
    pub fn words_by(&self, names: &Names) -> String {
        let between = if self.any || self.of(Sort::Word).len() < 2 { "或" } else { "和" };
        let said = |sort: Sort| {
            let values: Vec<String> =
                self.of(sort).iter().map(|value| format!("“{}”", names.of(sort, value))).collect();
            let joined = values.join(if sort == Sort::Word { between } else { "或" });
            (!values.is_empty()).then(|| format!("{}{joined}", sort.label()))
        };
        let said: Vec<String> = Sort::ALL.into_iter().filter_map(said).collect();
        if said.is_empty() {
            "全部新公开的文件".to_owned()
        } else {
            said.join(if self.any { "，或者" } else { "，并且" })
        }
    }
}

/// What codes in conditions are called now.
pub struct Names {
    directory: Arc<Directory>,
    columns: HashMap<ColumnId, String>,
    kinds: Kinds,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Names")
    }
}

impl Names {
    /// As of now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn now(ctx: &Ctx) -> Result<Self> {
        Ok(Self { directory: ctx.directory(), columns: columns::column_names(ctx.db()).await?, kinds: Kinds::of(ctx) })
    }

    /// What a value is called; what is there no more goes by its code.
    pub fn of(&self, sort: Sort, value: &str) -> String {
        match sort {
            Sort::Organ => self.directory.short_name(&OrganCode::from(value)).to_owned(),
            Sort::Kind => self.kinds.get(value).map_or(value, |kind| kind.label).to_owned(),
            Sort::Column => self.columns.get(&ColumnId::from(value)).map_or(value, String::as_str).to_owned(),
            Sort::Audience => {
                AUDIENCES.iter().find(|(code, ..)| *code == value).map_or(value, |(_, name, _)| *name).to_owned()
            }
            Sort::Topic | Sort::Word => value.to_owned(),
        }
    }

    /// Whether there is such a value.
    pub(crate) fn knows(&self, sort: Sort, value: &str) -> bool {
        match sort {
            Sort::Organ => self.directory.get(&OrganCode::from(value)).is_some(),
            Sort::Kind => self.kinds.get(value).is_some(),
            Sort::Column => self.columns.contains_key(&ColumnId::from(value)),
            Sort::Audience => AUDIENCES.iter().any(|(code, ..)| *code == value),
            Sort::Topic | Sort::Word => true,
        }
    }
}

/// How often somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Often {
    /// As soon as something happens.
    Now,
    Daily,
    Weekly,
}

impl Often {
    pub const ALL: [Self; 3] = [Self::Now, Self::Daily, Self::Weekly];

    /// The code in storage and forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Now => "一有就发",
            Self::Daily => "每天汇总",
            Self::Weekly => "每周汇总",
        }
    }

    /// The value with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|often| often.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names { directory: Arc::new(Directory::default()), columns: HashMap::new(), kinds: Kinds::new([]) }
    }

    fn filter(any: bool, topics: &[&str], words: &[&str]) -> Filter {
        let own = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
        Filter { any, topics: own(topics), words: own(words), ..Filter::default() }
    }

    #[test]
    fn conditions_are_said_as_they_judge() {
        assert_eq!(Filter::default().words_by(&names()), "全部新公开的文件");
        let all = filter(false, &["养老", "医疗"], &["补贴", "办法"]);
        assert_eq!(all.words_by(&names()), "主题分类“养老”或“医疗”，并且标题或文号里的词“补贴”和“办法”");
        let any = filter(true, &["养老", "医疗"], &["补贴", "办法"]);
        assert_eq!(any.words_by(&names()), "主题分类“养老”或“医疗”，或者标题或文号里的词“补贴”或“办法”");
    }

    #[test]
    fn the_same_conditions_are_equal_and_have_one_address() {
        let (a, b) = (filter(false, &["医疗", "养老", "养老"], &[]), filter(false, &["养老", "医疗"], &[]));
        assert_ne!(a, b);
        assert_eq!(a.clone().settled(), b.clone().settled());
        assert_eq!(a.settled().query(), b.settled().query());
        assert!(!filter(true, &["养老"], &[]).settled().any, "of one condition any is all");
        assert!(filter(true, &["养老"], &["办法"]).settled().query().starts_with("mode=any&topic="));
    }
}
