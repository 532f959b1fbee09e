//! An item: a matter that organs must make public.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Chart, Check, Column, Limit, Type};

/// Names an item: `permit`, `water`, `aid-minimum-standards`. Lower case letters, digits and single hyphens, 2 to 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemKey(pub(crate) String);

impl ItemKey {
    /// The key, if the text is one.
    pub fn new(text: &str) -> Option<Self> {
        let parts = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let begins = text.bytes().next().is_some_and(|c| c.is_ascii_lowercase());
        ((2..=40).contains(&text.len()) && begins && text.split('-').all(parts)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A domain (领域): one of the 26, or an addition of the county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// As [`ItemKey`]: `social-aid`.
    pub key: String,
    /// 社会救助.
    pub name: String,
    /// Its place in lists, from 1.
    pub order: u16,
}

/// A ground in law (公开依据).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// 《中华人民共和国政府信息公开条例》, with number where it has one.
    pub title: String,
    /// 第二十条第（五）项; may be empty.
    #[serde(default)]
    pub article: String,
    /// The day from which it holds, and the last day; `None` = not known, or still in force.
    #[serde(default)]
    pub from: Option<Date>,
    #[serde(default)]
    pub until: Option<Date>,
}

/// Which organs owe it (公开主体).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "who", content = "which")]
pub enum Owner {
    /// These organs, by code.
    Organs(Vec<String>),
    /// Every organ whose name or short name holds one of these words: 民政.
    Named(Vec<String>),
    Departments,
    Townships,
    /// All organs of the county.
    All,
}

/// Where it is to be seen (公开渠道和载体); labels are the official tick list's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Web,
    Gazette,
    NewMedia,
    Conference,
    Broadcast,
    Paper,
    ReadingPoint,
    ServiceHall,
    ServiceStation,
    OnSite,
    /// 社区/企事业单位/村公示栏（电子屏）.
    Board,
    Push,
    /// Only to the persons concerned, not in public.
    PartyOnly,
    Other,
}

/// To whom (公开对象).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to", content = "which")]
pub enum Audience {
    /// 全社会.
    Everybody,
    /// 特定群体, in words.
    Group(String),
}

/// How (公开方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// 主动.
    Proactive,
    /// 依申请公开.
    OnRequest,
}

/// At which level (公开层级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    County,
    Township,
    Village,
}

/// How often there is something new: what the coverage map asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// When it happens: no period can be empty in breach.
    Event,
    Month,
    Quarter,
    HalfYear,
    Year,
    /// Once, and kept true.
    Standing,
}

/// An item of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub key: ItemKey,
    /// From 1, one more with each change that is published.
    pub version: u32,
    pub domain: Domain,
    /// 一级事项 and 二级事项; the second may be empty.
    pub matter: String,
    #[serde(default)]
    pub sub_matter: String,
    /// Its name in lists and above its table: 行政许可信息.
    pub title: String,
    /// 公开内容（要素）, as printed; may be empty where the columns say it.
    #[serde(default)]
    pub elements: String,
    pub basis: Vec<Basis>,
    pub limits: Vec<Limit>,
    pub owner: Owner,
    pub channels: Vec<Channel>,
    pub audience: Audience,
    pub way: Way,
    pub levels: Vec<Level>,
    pub period: Period,
    /// Months for which a record stays public; `None` = for ever.
    #[serde(default)]
    pub retention: Option<u16>,
    /// Where retention of records of natural persons is shorter.
    #[serde(default)]
    pub retention_person: Option<u16>,
    /// `false` = from general knowledge, to be confirmed by an editor; it owes nothing until then.
    pub confirmed: bool,
    /// Where the facts come from, in words; may be empty.
    #[serde(default)]
    pub source: String,
    /// Columns of the site (slugs) whose documents are this item's, where it is no table.
    #[serde(default)]
    pub site_columns: Vec<String>,
    /// The columns of its table; none = documents in [`Item::site_columns`].
    #[serde(default)]
    pub columns: Vec<Column>,
    /// Names of the columns which together name a record; none = each row is one.
    #[serde(default)]
    pub keys: Vec<String>,
    /// The column by which records are sorted, newest first; empty = by the day of publication.
    #[serde(default)]
    pub newest_by: String,
    #[serde(default)]
    pub checks: Vec<Check>,
    #[serde(default)]
    pub charts: Vec<Chart>,
    /// Counties add columns to their sheets: allowed and kept as text.
    #[serde(default)]
    pub more_columns: bool,
}

impl Item {
    /// The column of this key.
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.key == key)
    }

    /// Whether it is a table of a standard that another one took the place of, whose year ends its key (`permit-2016`): what it
    /// holds stays, and nobody owes more.
    pub fn is_former(&self) -> bool {
        ["-2016", "-2019"].iter().any(|year| self.key.as_str().ends_with(year))
    }

    /// Whether its rows may stand on the site, in its files, feeds and interface, and be found there. What is published on a
    /// village's board, in a hall or to the persons concerned alone, or on request, is not the web's; an item that names no channel
    /// is. For whom it is meant says nothing of it: what those whose land is taken must read stands on the site too.
    pub fn is_on_web(&self) -> bool {
        self.way == Way::Proactive && (self.channels.is_empty() || self.channels.contains(&Channel::Web))
    }

    /// Whether readers may see less in a column than was entered: it is masked, shows persons by their surnames, or is text in
    /// which such a name may stand. What names a record ([`Item::keys`]) is covered by its own column alone.
    pub fn may_cover(&self, column: &Column) -> bool {
        let may_name =
            matches!(column.typed, Type::Text { .. } | Type::Long { .. }) && !self.keys.contains(&column.key);
        column.privacy.mask || column.hides_names() || (may_name && self.columns.iter().any(Column::hides_names))
    }

    /// Whether it is a table of records.
    pub fn is_table(&self) -> bool {
        !self.columns.is_empty()
    }
}
