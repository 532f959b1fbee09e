//! What is found: how contexts tell the search index what they have, and how lists ask it for words.

use futures::future::BoxFuture;
use kernel::{OrganCode, id::ColumnId};

use crate::{Ctx, Result};

/// Who may find an entry of the search. No public question is ever answered from an entry of the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everybody: what is public, in searches of the portal.
    Public,
    /// Those who are signed in at the office; they find what is public, too.
    Office,
}

/// One thing of a subject that can be found: the subject itself, or a part of it with an address of its own (an attachment, an
/// article, a question). Facets hold codes; their words are looked up when they are shown, so that a new name of an organ or a
/// column changes no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchEntry {
    /// Which part, unique within the subject: `attachment/{id}`, `article/{anchor}`; empty = the subject itself. Parts are
    /// shown under the subject, so the subject's own entry should hold the words of the whole.
    pub key: String,
    /// Who may find it.
    pub audience: Audience,
    /// Title and names of the subject whose part it is; none for the subject itself. «劳动合同法第十九条» finds the article by
    /// them.
    pub of: Vec<String>,
    /// Code of the kind: `policy`, `notice`, `organ`, `plan` …
    pub kind: String,
    pub title: String,
    /// Visible text without markup.
    pub body: String,
    /// Address on the portal; of an entry of the office, in the office.
    pub url: String,
    /// The organ whose it is.
    pub organ: Option<OrganCode>,
    /// The column in which it stands.
    pub column: Option<ColumnId>,
    /// First day of being public, `YYYY-MM-DD`; may be empty.
    pub date: String,
    /// 发文字号; may be empty.
    pub document_number: String,
    /// Code of its 有效性; may be empty.
    pub validity: String,
    /// 主题分类, each in its own words; a reader filters by them.
    pub topics: Vec<String>,
    /// Whether it is no longer in force: it stands behind what is, where both fit.
    pub past: bool,
    /// Other words under which it should be found: topics, key words, numbers. Not names of its organ, column or kind: those
    /// are looked up.
    pub words: Vec<String>,
    /// Other names that it bears: whoever types one of them, or the title or the number, means it.
    pub names: Vec<String>,
}

impl SearchEntry {
    fn new(audience: Audience, kind: &str, title: String) -> Self {
        Self {
            key: String::new(),
            audience,
            of: Vec::new(),
            kind: kind.to_owned(),
            title,
            body: String::new(),
            url: String::new(),
            organ: None,
            column: None,
            date: String::new(),
            document_number: String::new(),
            validity: String::new(),
            topics: Vec::new(),
            past: false,
            words: Vec::new(),
            names: Vec::new(),
        }
    }

    /// An entry for everybody, otherwise empty: `SearchEntry { body, url, ..SearchEntry::public("plan", title) }`.
    pub fn public(kind: &str, title: impl Into<String>) -> Self {
        Self::new(Audience::Public, kind, title.into())
    }

    /// An entry for the office, otherwise empty.
    pub fn office(kind: &str, title: impl Into<String>) -> Self {
        Self::new(Audience::Office, kind, title.into())
    }

    /// A part of what this entry is about: for the same audience, under the same facets, on the same day.
    #[must_use]
    pub fn part(&self, key: impl Into<String>, title: impl Into<String>, body: impl Into<String>, url: String) -> Self {
        Self {
            key: key.into(),
            of: [&self.title].into_iter().chain(&self.names).cloned().collect(),
            title: title.into(),
            body: body.into(),
            url,
            words: Vec::new(),
            names: Vec::new(),
            document_number: String::new(),
            ..self.clone()
        }
    }
}

/// What a code belongs to whose words a source tells. Words of organs are the directory's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelOf {
    /// [`SearchEntry::kind`].
    Kind,
    /// [`SearchEntry::column`].
    Column,
    /// [`SearchEntry::validity`].
    Validity,
}

/// The words for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the code belongs to.
    pub of: LabelOf,
    /// The code, as entries hold it.
    pub code: String,
    /// In the words of the interface: 政策, 工作动态, 有效 …
    pub words: String,
}

impl Label {
    /// The words for a code.
    pub fn new(of: LabelOf, code: impl Into<String>, words: impl Into<String>) -> Self {
        Self { of, code: code.into(), words: words.into() }
    }
}

/// A context whose objects can be searched. Fed from the event log: an event on a subject of this kind makes the index ask
/// again for what there is to find of it.
pub trait SearchSource: Send + Sync {
    /// Subject kind in the event log: `document`, `organ`, `plan`. Of one source only; by it the index remembers what it has
    /// read.
    fn subject_kind(&self) -> &'static str;

    /// Raised whenever the same object gives other entries than before: everything of this source is then read again, while
    /// the program serves.
    fn version(&self) -> u32 {
        1
    }

    /// Everything that can be found of the object now, by everybody or by the office; nothing when it must not be found.
    fn entries<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Vec<SearchEntry>>>;

    /// Those of the objects of which this audience may find something now: asked for the hits of every page, before they are
    /// shown. Worth a question of its own where [`SearchSource::entries`] reads whole texts.
    fn standing<'a>(
        &'a self,
        ctx: &'a Ctx,
        audience: Audience,
        ids: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let mut standing = Vec::new();
            for id in ids {
                let entries = self.entries(ctx, id).await?;
                if entries.iter().any(|entry| entry.audience == Audience::Public || entry.audience == audience) {
                    standing.push(id.clone());
                }
            }
            Ok(standing)
        })
    }

    /// When these objects first became public, and when their present words did (stored form), for those where the index knows
    /// the day alone: identifier and both moments.
    fn moments<'a>(&'a self, ctx: &'a Ctx, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<(String, String, String)>>> {
        let _ = (ctx, ids);
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Identifiers of objects that have entries, after `after` in text order, for reading everything page by page.
    fn ids<'a>(&'a self, ctx: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, Result<Vec<String>>>;

    /// The words for the codes of its entries; asked at start and after events on [`SearchSource::labels_change_with`].
    fn labels<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<Label>>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Events after which nothing of what was taken out may stay in the files of the index either: they are written anew.
    fn forgets_with(&self) -> &'static [&'static kernel::EventKind] {
        &[]
    }

    /// Subject kinds whose events may change the labels, e.g. `column`. No entry is read again because of them.
    fn labels_change_with(&self) -> &'static [&'static str] {
        &[]
    }
}

/// Where words of a list are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Within {
    /// Titles, document numbers, names and key words.
    #[default]
    Names,
    /// Those and the whole text.
    Text,
}

/// Which subjects hold some words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WordQuery {
    /// Kind of the subjects, as in the event log.
    pub subject: &'static str,
    /// As typed: white space separates words that must all be there, quotes keep together.
    pub words: String,
    /// Whether only names are looked through, or the whole text too.
    pub within: Within,
    /// Who asks. The office finds entries of every organ: whoever lists them narrows to what the person may see.
    pub audience: Audience,
    /// Any of these organs; empty = all. The same for the next two.
    pub organs: Vec<OrganCode>,
    /// Any of these columns.
    pub columns: Vec<ColumnId>,
    /// Any of these kinds (codes of the entries).
    pub kinds: Vec<String>,
    /// Identifiers wanted; at most [`WordQuery::MOST`].
    pub limit: usize,
}

impl WordQuery {
    /// Identifiers that an answer holds at most.
    pub const MOST: usize = 1_000;
    /// Up to here a total is exact.
    pub const COUNTED: u64 = 10_000;

    /// These words in the names of subjects of this kind, without filters.
    pub fn new(subject: &'static str, words: impl Into<String>, audience: Audience) -> Self {
        Self {
            subject,
            words: words.into(),
            within: Within::Names,
            audience,
            organs: Vec::new(),
            columns: Vec::new(),
            kinds: Vec::new(),
            limit: Self::MOST,
        }
    }
}

/// The subjects that hold the words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordHits {
    /// Their identifiers, newest first.
    pub ids: Vec<String>,
    /// How many there are; [`WordQuery::COUNTED`] when there are more.
    pub total: u64,
    /// Whether there are more than `total`.
    pub more: bool,
    /// The index is being filled: something may be missing, and the list should say so.
    pub building: bool,
    /// The words are one character only and were not looked for.
    pub too_short: bool,
}

/// Looking up words for lists, in the search index instead of the database: `ctx.one::<Arc<dyn WordIndex>>()`. The answer is a
/// second behind the database at most; a list reads its rows from the database and so shows no object that is gone.
pub trait WordIndex: Send + Sync {
    /// The subjects that hold the words; those that hold none of them when there are no words to look for are not told.
    ///
    /// [`crate::Error::Unavailable`], with words for the reader, while there is no index yet or too many ask at once.
    fn ids(&self, query: WordQuery) -> BoxFuture<'_, Result<WordHits>>;
}

/// A public thing that a number names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// What it is called.
    pub title: String,
    /// What tells it from others: its table, organ, day.
    pub about: String,
    /// Address on the portal, from `/` on.
    pub href: String,
}

/// Who keeps public things with numbers that are too many for the index. Declared as `Arc<dyn ByNumber>`.
pub trait ByNumber: Send + Sync {
    /// What exactly this number names and everybody may read; nothing for a text that is no number.
    fn find<'a>(&'a self, ctx: &'a Ctx, text: &'a str) -> BoxFuture<'a, Result<Vec<Numbered>>>;
}
