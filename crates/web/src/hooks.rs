//! What contexts offer each other without knowing each other. An offer is declared by the capability that makes it
//! (`Capability::declare(Arc<dyn …>)`) and asked for by its type ([`crate::Ctx::one`]).

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{OrganCode, Staff};

use crate::{Ctx, Result};

/// One line of the work list (待办台).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskItem {
    /// What kind of work, e.g. 审核·政策关.
    pub kind: String,
    /// Filter group: `review`, `duty`, `draft`, `system`.
    pub group: &'static str,
    /// What it is about.
    pub title: String,
    /// Where it is done.
    pub href: String,
    /// Short name of the organ concerned.
    pub organ: String,
    /// When the clock began to run.
    pub since: Option<Date>,
    /// By when; `None` = no date.
    pub due: Option<Date>,
    /// Whether this person has claimed it.
    pub mine: bool,
}

/// A context that has work for people.
pub trait DeskSource: Send + Sync {
    /// What waits for this person.
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>>;

    /// Numbers shown in the rail, by the link's address.
    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>>;
}

/// A document that the public can read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicDocument {
    /// The document.
    pub id: String,
    /// Title of the edition in force.
    pub title: String,
    /// Address on the portal, e.g. `/policies/…`.
    pub path: String,
    /// The organ that published it.
    pub organ: OrganCode,
    /// When first published, stored form.
    pub published_at: String,
}

/// Looking up what is public, for evidence.
pub trait PublicDocuments: Send + Sync {
    /// The document with this id, or whose portal address this is, if it is public now.
    fn find<'a>(&'a self, ctx: &'a Ctx, id_or_path: &'a str) -> BoxFuture<'a, Result<Option<PublicDocument>>>;

    /// Public documents whose title contains `query`, newest first; of one organ if given.
    fn search<'a>(
        &'a self,
        ctx: &'a Ctx,
        organ: Option<&'a OrganCode>,
        query: &'a str,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<PublicDocument>>>;
}

/// Where one piece of evidence of a document is used: shown on the document's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceUse {
    /// Name of the plan and clause.
    pub label: String,
    /// Address on the portal.
    pub path: String,
}

/// Which duties a public document is evidence of.
pub trait EvidenceUses: Send + Sync {
    /// The public duties that name this document as confirmed evidence.
    fn of_document<'a>(&'a self, ctx: &'a Ctx, document: &'a str) -> BoxFuture<'a, Result<Vec<EvidenceUse>>>;
}

/// What the search index holds of one public object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchEntry {
    /// Identifier, unique within its subject kind.
    pub id: String,
    /// Kind for the facet and the chip, in words of the interface: 政策, 解读, 通知, 机关, 工作要点 …
    pub kind: String,
    /// Title.
    pub title: String,
    /// Visible text without markup, attachments' text included.
    pub body: String,
    /// Address on the portal.
    pub url: String,
    /// Short name of the organ, for the facet.
    pub organ: String,
    /// Name of the column, for the facet; may be empty.
    pub column: String,
    /// First day of being public, `YYYY-MM-DD`; may be empty.
    pub date: String,
    /// 发文字号; may be empty.
    pub document_number: String,
    /// 有效性 in words; may be empty.
    pub validity: String,
    /// Other names under which it should be found: aliases, topics, key words.
    pub words: Vec<String>,
}

/// A context whose public objects can be searched. Fed from the event log: an event on a subject of this kind makes the
/// index ask for the entry again.
pub trait SearchSource: Send + Sync {
    /// Subject kind in the event log: `document`, `organ`, `plan`.
    fn subject_kind(&self) -> &'static str;

    /// The entry, or `None` when the object is not public now and must not be found.
    fn entry<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> BoxFuture<'a, Result<Option<SearchEntry>>>;

    /// Identifiers of public objects after `after` in text order, for rebuilding page by page.
    fn ids<'a>(&'a self, ctx: &'a Ctx, after: &'a str, limit: i64) -> BoxFuture<'a, Result<Vec<String>>>;

    /// Names that the dictionary should know as words, e.g. of columns; asked again after events on organs and columns.
    fn vocabulary<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

/// How far the plan of the year has come: shown on the portal's first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Year of the plan.
    pub year: i64,
    /// Title.
    pub title: String,
    /// Address on the portal.
    pub path: String,
    /// Public duties.
    pub total: i64,
    /// Of these confirmed by evidence.
    pub confirmed: i64,
    /// Begun and not overdue.
    pub doing: i64,
    /// Past their date and not confirmed.
    pub overdue: i64,
}

/// Who knows the progress of plans.
pub trait PlanProgress: Send + Sync {
    /// The newest confirmed work plan, if there is one.
    fn current<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<Progress>>>;
}

/// Recording another name of an organ, when a person has matched a written name to it.
pub trait OrganAliases: Send + Sync {
    /// Adds the alias, unless the organ bears it already, and reloads the directory.
    fn add<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a kernel::Actor,
        organ: &'a OrganCode,
        alias: &'a str,
    ) -> BoxFuture<'a, Result<()>>;
}
