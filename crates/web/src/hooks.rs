//! What contexts offer each other without knowing each other. An offer is declared by the capability that makes it
//! (`Capability::declare(Arc<dyn …>)`) and asked for by its type ([`crate::Ctx::one`]).

use std::{collections::HashMap, sync::Arc};

use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{
    EventKind, OrganCode, Permission, Role, Staff,
    event::Event,
    id::{AccountId, DocumentId, SubjectRef},
};
use store::{Target, Tx};

pub use crate::leaving::{Leaving, erasing, leaving};
pub use crate::outlines::{Boundaries, Outlined, Outlines};
pub use crate::search::{
    Audience, ByNumber, Label, LabelOf, Numbered, SearchEntry, SearchSource, Within, WordHits, WordIndex, WordQuery,
};
pub use crate::things::{PublicThing, PublicThings};

use crate::{Ctx, Result, share::Picture};

/// What a line of the work list belongs to, and may be filtered by. A capability uses one of these, or has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// What stands for it in addresses, where filters are kept and sent: `review`.
    pub key: &'static str,
    /// Name.
    pub label: &'static str,
    /// Order among the filters.
    pub place: u8,
}

impl Group {
    /// What came back to whoever made it: it stands before everything that has a date.
    pub const RETURNED: Self = Self { key: "returned", label: "退回修改", place: 5 };
    /// Decisions on what others wrote.
    pub const REVIEW: Self = Self { key: "review", label: "待审核", place: 10 };
    /// Duties of the own organ, and reports on duties.
    pub const DUTY: Self = Self { key: "duty", label: "任务", place: 20 };
    /// Texts and plans not yet handed in.
    pub const DRAFT: Self = Self { key: "draft", label: "草稿", place: 30 };
    /// The program itself.
    pub const SYSTEM: Self = Self { key: "system", label: "系统", place: 90 };
}

/// One line of the work list (待办台).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskItem {
    /// What kind of work, e.g. 审核·政策关.
    pub kind: String,
    /// What it is filtered by.
    pub group: Group,
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

/// What is found from any page of the office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is called.
    pub label: String,
    /// What tells it from others of the same name: number, state, organ.
    pub about: String,
    /// Address in the office, from `/` on.
    pub href: String,
}

/// Who has things that are found by words from every page of the office. Declared as `Arc<dyn Finder>`.
pub trait Finder: Send + Sync {
    /// What they are called together.
    fn group(&self) -> &'static str;

    /// The first few that contain the words and that this person may see; nothing for those who may see none.
    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>>;
}

/// Something to do that has a page of its own, found by words from every page of the office. Declared as it is.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// What it is called: 导入机关名录.
    pub label: &'static str,
    /// What else people call it, and where it is found otherwise.
    pub about: &'static str,
    /// Address of the page in the office on which it is done.
    pub href: &'static str,
    /// Who is shown it: whoever may do it.
    pub permission: &'static Permission,
}

impl Verb {
    /// An act with its page.
    pub const fn new(
        label: &'static str,
        about: &'static str,
        href: &'static str,
        permission: &'static Permission,
    ) -> Self {
        Self { label, about, href, permission }
    }
}

/// Most that one [`Finder`] answers.
pub const FOUND: usize = 8;

/// Recording another name of an organ, when a person has matched a written name to it.
pub trait OrganAliases: Send + Sync {
    /// Who may: whether a page offers it.
    fn permission(&self) -> &'static Permission;

    /// Adds the alias, unless the organ bears it already, and reloads the directory.
    fn add<'a>(
        &'a self,
        ctx: &'a Ctx,
        actor: &'a kernel::Actor,
        organ: &'a OrganCode,
        alias: &'a str,
    ) -> BoxFuture<'a, Result<()>>;
}

/// Who of an organ gets mail.
pub trait Recipients: Send + Sync {
    /// Addresses of people in these roles, by the organ for which they act today: after a reform that is the successor, so
    /// look up the organ that answers (`Directory::stands_for`).
    fn addresses<'a>(
        &'a self,
        ctx: &'a Ctx,
        roles: &'a [Role],
    ) -> BoxFuture<'a, Result<HashMap<OrganCode, Vec<String>>>>;

    /// Mail addresses of these accounts, as far as they are in use and have one.
    fn mail_of<'a>(&'a self, ctx: &'a Ctx, accounts: &'a [AccountId]) -> BoxFuture<'a, Result<Vec<String>>>;

    /// Whether who has this address wants mails gathered into one of each working morning instead of one after the other.
    fn gathered<'a>(&'a self, ctx: &'a Ctx, address: &'a str) -> BoxFuture<'a, Result<bool>>;

    /// Whether anybody in use still has this address.
    fn reaches<'a>(&'a self, ctx: &'a Ctx, address: &'a str) -> BoxFuture<'a, Result<bool>>;

    /// The people in use who hold any of these roles: to name on a page who can do something.
    fn people<'a>(&'a self, ctx: &'a Ctx, roles: &'a [Role]) -> BoxFuture<'a, Result<Vec<Person>>>;
}

/// Somebody as pages name them, and where mail reaches them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub account: AccountId,
    /// Name as shown.
    pub name: String,
    /// The organ for which the person acts today.
    pub organ: OrganCode,
    /// Mail address; empty = the person wants no mail.
    pub email: String,
}

/// Whether what is public is what the log says was published.
pub trait Proof: Send + Sync {
    /// What was changed behind the program's back, in words; all is looked at, and memory does not grow with how much differs
    /// ([`Few`]).
    fn altered<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<String>>>;
}

/// What a comparison finds: the first of it in words, and that there is more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Few {
    words: Vec<String>,
    more: bool,
}

impl Few {
    /// So many are told one by one.
    pub const TOLD: usize = 20;

    /// One more that differs.
    pub fn add(&mut self, words: impl FnOnce() -> String) {
        if self.words.len() < Self::TOLD { self.words.push(words()) } else { self.more = true }
    }

    /// All of it in words; `what` names the sort where there is more than is told. The same words however much more there is,
    /// so that it is told once.
    pub fn told(mut self, what: &str) -> Vec<String> {
        if self.more {
            self.words.push(format!("还有更多的{what}与留痕不一致，没有逐一列出"));
        }
        self.words
    }
}

/// A document that the public can read now, as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicDocument {
    pub id: DocumentId,
    /// Title of the edition in force.
    pub title: String,
    /// Address on the portal, e.g. `/policies/…`.
    pub path: String,
    /// The organ that published it.
    pub organ: OrganCode,
    /// When first published, stored form.
    pub published_at: String,
}

/// Looking up what is public: as evidence, as what a consultation was about. Declared as `Arc<dyn PublicDocuments>` by whoever
/// keeps documents.
pub trait PublicDocuments: Send + Sync {
    /// The document with this id, or whose portal address this is, if it is public now.
    fn find<'a>(&'a self, ctx: &'a Ctx, id_or_path: &'a str) -> BoxFuture<'a, Result<Option<PublicDocument>>>;

    /// Public documents whose title or number contains `query`, newest first; of one organ if given.
    fn search<'a>(
        &'a self,
        ctx: &'a Ctx,
        organ: Option<&'a OrganCode>,
        query: &'a str,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<PublicDocument>>>;

    /// Titles of the public documents that bear this 发文字号, written as it should be; at most twenty, the oldest first. Asked
    /// at `at`, so that a write which goes by the answer asks inside itself.
    fn bearing<'a>(&'a self, at: Target<'a>, number: &'a str) -> BoxFuture<'a, store::Result<Vec<String>>>;
}

/// Those of these organs (or who answers for them today) of which nobody can sign in who holds one of these roles, in the order
/// of their codes: what is sent to them lies on nobody's desk.
pub async fn unreached(ctx: &Ctx, organs: &[OrganCode], roles: &[Role]) -> Result<Vec<OrganCode>> {
    let people = ctx.one::<Arc<dyn Recipients>>().people(ctx, roles).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let answers = organs.iter().map(|organ| directory.stands_for(organ, today));
    let mut unreached: Vec<OrganCode> =
        answers.filter(|organ| !people.iter().any(|person| person.organ == *organ)).collect();
    unreached.sort_unstable();
    unreached.dedup();
    Ok(unreached)
}

/// What of an organ a reform touches, so that it is told before. Declared as `Arc<dyn Touched>` by whoever keeps things of organs.
pub trait Touched: Send + Sync {
    /// Names of things, always the same in the same order, with how many the organ has that are not finished.
    fn counts<'a>(&'a self, ctx: &'a Ctx, organ: &'a OrganCode) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>>;
}

/// Who keeps things of organs and joins them after a reform (one share of a duty where two organs had one each). Declared as
/// `Arc<dyn Reformed>`; whoever changes the register calls [`reformed`] when the directory is read anew.
pub trait Reformed: Send + Sync {
    /// The register of organs has changed: things are as the directory says now.
    fn follow<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<()>>;
}

/// Has everybody follow a change of the register before its answer is given, so that no page shows the state between. What
/// fails here is done again by the schedule of whoever keeps the things, and does not fail the change, which is committed.
pub async fn reformed(ctx: &Ctx) {
    for one in ctx.declared::<Arc<dyn Reformed>>() {
        if let Err(error) = one.follow(ctx).await {
            tracing::warn!(?error, "a reform is not followed yet; the schedule does it");
        }
    }
}

/// The heading of mentions that a reader must know before the text is used.
pub const HEED: &str = "请注意";

/// One line that a capability sets beside a public object whose keeper does not know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Under which heading; lines of one heading stand together. Under [`HEED`] they are a warning above the text.
    pub heading: &'static str,
    /// The words of the link.
    pub label: String,
    /// Address on the portal.
    pub href: String,
}

/// Who has something to say beside a public document: which duty it shows as done, who answered with it. Declared as
/// `Arc<dyn Mentions>`.
pub trait Mentions: Send + Sync {
    /// What the page of this document shows besides its own facts; only what is public.
    fn of_document<'a>(&'a self, ctx: &'a Ctx, document: &'a DocumentId) -> BoxFuture<'a, Result<Vec<Mention>>>;
}

/// What points at a public object, and what it does when the object is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// How it points: 任务佐证.
    pub what: &'static str,
    /// What points, in words.
    pub label: String,
    /// Its address in the office; empty = none that everybody who may withdraw may open.
    pub href: String,
    /// What becomes of it.
    pub then: String,
}

/// Who keeps something that points at public objects of others. Declared as `Arc<dyn Citing>`; asked before a withdrawal.
pub trait Citing: Send + Sync {
    /// What points at this object.
    fn citing<'a>(&'a self, ctx: &'a Ctx, subject: &'a SubjectRef) -> BoxFuture<'a, Result<Vec<Cited>>>;
}

/// Data that anybody may take, a line of the page of open data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Its name, with the page on which it can be read.
    pub title: String,
    /// Address of that page on the portal.
    pub href: String,
    /// What a row tells.
    pub about: &'static str,
    /// How many rows there are now.
    pub rows: i64,
    /// Where it is as JSON.
    pub json: String,
}

/// Who has data to take besides documents and organs. Declared as `Arc<dyn Datasets>`.
pub trait Datasets: Send + Sync {
    /// What can be taken now.
    fn all<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Dataset>>>;
}

/// Addresses of the portal to which no page leads, for a copy of the whole that must have them. Declared as `Arc<dyn Unlinked>`.
pub trait Unlinked: Send + Sync {
    /// Paths that answer now.
    fn addresses<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<String>>>;
}

/// What an event did to something public that is no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It became public, or came back.
    Opened,
    /// It is public in other words.
    Changed,
    /// It stays public and is no longer in force.
    Ended,
    /// It left the public.
    Withdrawn,
}

/// A public thing as an event left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    pub turn: Turn,
    /// 1 = as it first was; grows with each change.
    pub edition: i64,
    pub title: String,
    /// 发文字号; may be empty.
    pub number: String,
    /// Whose it is.
    pub organ: OrganCode,
    /// Name and SHA-256 of what readers see and can compute themselves.
    pub digests: Vec<(String, String)>,
    /// Address on the portal.
    pub path: String,
}

/// A public thing as readers find it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub title: String,
    /// Address on the portal.
    pub path: String,
    /// See [`Turned::edition`].
    pub edition: i64,
    /// It can be read; else there is no more than a note that it was there.
    pub readable: bool,
}

/// Who has public things besides documents that the public log (公开凭证) tells of. Declared as `Arc<dyn Recorded>`.
pub trait Recorded: Send + Sync {
    /// The kind of their subjects in the audit log.
    fn subject(&self) -> &'static str;

    /// The events by which they may become public, change, or leave.
    fn kinds(&self) -> &'static [&'static EventKind];

    /// Those of them that are told of each time the public had seen the thing: by which one that is missing is found.
    fn certain(&self) -> &'static [&'static EventKind];

    /// What an event did, as the rows stand when it is followed; `None` = the public saw nothing of it, before or after.
    fn turned<'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a mut Tx,
        event: &'a Event,
    ) -> BoxFuture<'a, store::Result<Option<Turned>>>;

    /// How a thing stands; `None` = it is none of these, or was never public.
    fn standing<'a>(&'a self, ctx: &'a Ctx, subject: &'a SubjectRef) -> BoxFuture<'a, Result<Option<Standing>>>;
}

/// A page of the portal that the site map names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// Address on the portal.
    pub href: String,
    /// When it last changed, stored form; empty = not known.
    pub changed: String,
}

/// Who has pages that the site map names, besides documents, columns and organs. Declared as `Arc<dyn OnMap>`.
pub trait OnMap: Send + Sync {
    /// All that anybody may open; few enough to stand in one part of the map.
    fn pages<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Mapped>>>;
}

/// The county as a drawing: an element of the page, hidden from those who do not see it, since links beside it say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountyMap {
    /// The drawing, SVG.
    pub svg: String,
    /// 审图号 and where the boundaries are from.
    pub credit: String,
}

/// Something that readers can act on until a day: a draft on which the public is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// What is going on: 正在征求意见.
    pub label: &'static str,
    pub title: String,
    /// Address on the portal.
    pub href: String,
    /// Short name of the organ.
    pub organ: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Days that are left after today; 0 = today is the last.
    pub left: i64,
    /// The days as a drawing, SVG.
    pub clock: String,
    /// What one does there: 看公告，提意见.
    pub act: &'static str,
}

impl Running {
    /// Days left at which it is said more loudly.
    const SOON: i64 = 3;

    /// The title for a page, with the places where it may break.
    pub fn marked(&self) -> String {
        crate::breaks::marked(&self.title)
    }

    /// How long it goes on, for a chip.
    pub fn words(&self) -> String {
        match self.left {
            0 => "今天截止".to_owned(),
            left => format!("还剩 {left} 天"),
        }
    }

    /// The first day, for the clock.
    pub fn began(&self) -> String {
        format!("{} 开始", self.from)
    }

    /// The last day, for the clock.
    pub fn ends(&self) -> String {
        format!("{} 截止", self.to)
    }

    /// The tint of the chip.
    pub fn tone(&self) -> &'static str {
        if self.left <= Self::SOON { "soon" } else { "ok" }
    }
}

/// Who gives the first page of the portal something of the county's own. Declared as `Arc<dyn Face>`.
pub trait Face: Send + Sync {
    /// The picture that others show beside the address of the first page.
    fn picture<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Option<Picture>> {
        let _ = ctx;
        Box::pin(async { None })
    }

    /// What readers can act on now, the soonest to end first: it stands beside the question, with its clock.
    fn running<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Running>>> {
        let _ = ctx;
        Box::pin(async { Ok(Vec::new()) })
    }

    /// The county's map, if it has one.
    fn map<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<CountyMap>>> {
        let _ = ctx;
        Box::pin(async { Ok(None) })
    }
}

store::ids! {
    /// A list that somebody keeps under a name.
    SavedViewId,
}

/// A list of the office with its filter and order under a name (常用视图).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    pub id: SavedViewId,
    pub name: String,
    /// Query string without the question mark.
    pub query: String,
    /// Name of who shares it; empty = it is one's own.
    pub by: String,
    /// Whether everybody of the organ is shown it.
    pub shared: bool,
}

/// Who keeps lists under names. Declared as `Arc<dyn SavedViews>`.
pub trait SavedViews: Send + Sync {
    /// Those of the list at this address in the office that this person is shown: the own ones, then what others of the organ
    /// share.
    fn of<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, list: &'a str) -> BoxFuture<'a, Result<Vec<SavedView>>>;
}

/// The lists under names of everybody who keeps any.
///
/// # Errors
/// When the database fails.
pub async fn saved_views(ctx: &Ctx, staff: &Staff, list: &str) -> Result<Vec<SavedView>> {
    let mut views = Vec::new();
    for one in ctx.declared::<Arc<dyn SavedViews>>() {
        views.extend(one.of(ctx, staff, list).await?);
    }
    Ok(views)
}

/// Who takes what programs send by their keys. Declared as `Arc<dyn Taking>`.
pub trait Taking: Send + Sync {
    /// What can be sent: the key by which programs name it, and its name for people.
    fn items<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<(String, String)>>>;
}

/// Who knows where an address of the portal leads at which nothing stands (any more). Declared as `Arc<dyn Moved>`.
pub trait Moved: Send + Sync {
    /// Where `address` (path and query) leads now: path and query on the portal, all ASCII; `None` where nobody knows.
    fn target<'a>(&'a self, ctx: &'a Ctx, address: &'a str) -> BoxFuture<'a, Result<Option<String>>>;
}

/// With which events subjects of one kind leave the public and come back. Declared by whoever publishes them, for those who
/// rest on it: what serves as evidence must be public.
#[derive(Debug, Clone, Copy)]
pub struct Publishes {
    /// Kind of the subjects, as others keep it with their id, and as the log names it.
    pub subject: &'static str,
    /// The subject leaves the public.
    pub leaves: &'static [&'static EventKind],
    /// The subject is public.
    pub stands: &'static [&'static EventKind],
}

impl Publishes {
    /// All kinds of event, for a follower's filter.
    pub fn kinds(&self) -> impl Iterator<Item = &'static EventKind> {
        self.leaves.iter().chain(self.stands).copied()
    }
}
