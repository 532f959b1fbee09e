//! Where duties come from: a work plan, a list of findings, a proposal, a catalogue. A context implements [`Source`] for what
//! it keeps and declares it (`Capability::declare(Arc<dyn duty::Source>)`); this crate knows none of them by name.

use std::sync::Arc;

use futures::future::{BoxFuture, ready};
use kernel::{Actor, id::DutyId};
use store::{Executor, Tx, query, query_as, query_scalar};
use web::{Ctx, Refusal};

pub use crate::key::{SourceKey, lock};

use crate::{
    model::{Field, Visibility},
    project,
    row::DutyRow,
};

/// One kind of source; the board filters by it.
#[derive(Debug)]
pub struct SourceKind {
    /// The code in storage and addresses, unique among all sources: `work_points`.
    pub key: &'static str,
    /// The name shown: 工作要点.
    pub label: &'static str,
    /// Further fields of its duties.
    pub fields: &'static [Field],
    /// What pages call one source: 计划.
    pub source: &'static str,
    /// What pages call a place in it: 条目.
    pub place: &'static str,
    /// Whether a place may hold several duties, so that pages say which: 第 2 项.
    pub numbered: bool,
}

impl SourceKind {
    /// What pages call sources of several kinds, and of a kind that names none.
    pub const SOURCE: &'static str = "来源";
    /// What they call a place.
    pub const PLACE: &'static str = "事项";

    /// A kind without further fields and words of its own.
    pub const fn new(key: &'static str, label: &'static str) -> Self {
        Self { key, label, fields: &[], source: Self::SOURCE, place: Self::PLACE, numbered: false }
    }

    /// The same with further fields.
    #[must_use]
    pub const fn with_fields(self, fields: &'static [Field]) -> Self {
        Self { fields, ..self }
    }

    /// The same with its own words for a source and for a place in it.
    #[must_use]
    pub const fn called(self, source: &'static str, place: &'static str) -> Self {
        Self { source, place, ..self }
    }

    /// The same, with several duties at a place.
    #[must_use]
    pub const fn numbered(self) -> Self {
        Self { numbered: true, ..self }
    }
}

/// Where a source is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceState {
    /// Its duties may still be changed or dropped; nobody owes anything.
    Prepared,
    /// Its duties are owed, reported on and counted.
    Running,
    /// Its duties no longer run; what was reported stays.
    Closed,
}

impl SourceState {
    const ALL: [Self; 3] = [Self::Prepared, Self::Running, Self::Closed];

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Running => "running",
            Self::Closed => "closed",
        }
    }
}

/// A source as boards and filters show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Kind and id, by which its owner finds it.
    pub key: SourceKey,
    pub title: String,
    /// The year whose periods are owed.
    pub year: i64,
    pub state: SourceState,
    /// Moment from which it runs, stored form; empty while it is prepared.
    pub issued_at: String,
}

/// The words of a source around one of its duties, for the duty's page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Address of the source in the office.
    pub href: String,
    /// 发文字号 or the like; may be empty.
    pub reference: String,
    /// Heading of the place: 一（二）解读重要政策.
    pub heading: String,
    /// Where the words stand in the source: label and address.
    pub origin: Option<(String, String)>,
    /// Text of the place as issued.
    pub text: String,
    /// What the source says of the owners.
    pub owner_note: String,
    /// Why its duties no longer run, when they do not; empty else.
    pub closed: String,
}

/// What a context offers for the duties that come from it.
pub trait Source: Send + Sync {
    fn kinds(&self) -> &'static [SourceKind];

    /// Its words around a duty.
    fn words<'a>(&'a self, ctx: &'a Ctx, duty: &'a DutyRow) -> BoxFuture<'a, web::Result<Words>>;

    /// Address on the portal of a place of the source; `None` when the public has no page of it. Without one its duties cannot
    /// be opened to the public.
    fn public_path(&self, _: &SourceKey, _: &str) -> Option<String> {
        None
    }

    /// A duty was opened to the public or closed, in this write: the source appends what its own readers follow, or refuses
    /// what the public would see then.
    fn visibility_changed<'a>(
        &'a self,
        _: &'a mut Tx,
        _: &'a Actor,
        _: &'a SourceKey,
        _: &'a DutyId,
        _: Visibility,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(ready(Ok(())))
    }

    /// The office ended a duty, in this write: the source appends what its own readers follow.
    fn ended<'a>(
        &'a self,
        _: &'a mut Tx,
        _: &'a Actor,
        _: &'a SourceKey,
        _: &'a DutyId,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(ready(Ok(())))
    }
}

/// All sources that are declared.
#[derive(Clone, Default)]
pub struct Sources(Vec<Arc<dyn Source>>);

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.kinds()).finish()
    }
}

impl Sources {
    /// The sources that capabilities declare.
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Self {
        Self(sources)
    }

    /// All kinds, in the order of declaration.
    pub fn kinds(&self) -> impl Iterator<Item = &'static SourceKind> {
        self.0.iter().flat_map(|source| source.kinds())
    }

    /// The kind with this code.
    pub fn kind(&self, key: &str) -> Option<&'static SourceKind> {
        self.kinds().find(|kind| kind.key == key)
    }

    /// The further fields of a kind; none for a kind that is not declared any more.
    pub fn fields(&self, key: &str) -> &'static [Field] {
        self.kind(key).map_or(&[], |kind| kind.fields)
    }

    /// What pages call a source and a place in it, when they are about sources of these kinds.
    pub fn called<'a>(&self, kinds: impl IntoIterator<Item = &'a str>) -> (&'static str, &'static str) {
        let mut words = kinds.into_iter().map(|key| self.kind(key).map(|kind| (kind.source, kind.place)));
        let first = words.next().flatten();
        first
            .filter(|first| words.all(|other| other == Some(*first)))
            .unwrap_or((SourceKind::SOURCE, SourceKind::PLACE))
    }

    /// Whether the public has a page of this place: only then may its duties be opened.
    pub fn is_on_portal(&self, source: &SourceKey, place: &str) -> bool {
        self.keeper(&source.kind).is_some_and(|keeper| keeper.public_path(source, place).is_some())
    }

    /// Who keeps sources of this kind.
    pub fn keeper(&self, key: &str) -> Option<&dyn Source> {
        self.0.iter().find(|source| source.kinds().iter().any(|kind| kind.key == key)).map(|source| &**source)
    }
}

/// What boards show of a source; `None` when it has not been put.
pub async fn get<'e>(executor: impl Executor<'e>, source: &SourceKey) -> store::Result<Option<SourceRow>> {
    let row: Option<(String, i64, String, String)> =
        query_as("SELECT title, year, state, issued_at FROM duty_source WHERE kind = $1 AND id = $2")
            .bind(&source.kind)
            .bind(&source.id)
            .fetch_optional(executor)
            .await?;
    Ok(row.map(|(title, year, state, issued_at)| SourceRow {
        key: source.clone(),
        title,
        year,
        state: SourceState::from_code(&state).unwrap_or(SourceState::Closed),
        issued_at,
    }))
}

/// The source, locked and running, made if it is not there: for sources that grow by one duty after another. Title and year
/// are those of now; since when it runs stays.
pub async fn open(tx: &mut Tx, key: &SourceKey, title: impl Into<String>, year: i64) -> store::Result<SourceRow> {
    lock(tx, key).await?;
    let issued_at = get(tx.conn(), key).await?.map(|row| row.issued_at).filter(|at| !at.is_empty());
    let issued_at = issued_at.unwrap_or_else(|| tx.now());
    let row = SourceRow { key: key.clone(), title: title.into(), year, state: SourceState::Running, issued_at };
    put(tx, &row).await?;
    Ok(row)
}

/// Writes what boards show of a source, new or changed. Its duties refer to it, so it comes first. Once it runs, the moment
/// since when stays.
pub async fn put(tx: &mut Tx, row: &SourceRow) -> store::Result<()> {
    let now = tx.now();
    query(
        "INSERT INTO duty_source (kind, id, title, year, state, issued_at, as_of) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (kind, id) DO UPDATE SET title = $3, year = $4, state = $5, \
         issued_at = CASE WHEN duty_source.issued_at = '' THEN $6 ELSE duty_source.issued_at END, as_of = $7",
    )
    .bind(&row.key.kind)
    .bind(&row.key.id)
    .bind(&row.title)
    .bind(row.year)
    .bind(row.state.code())
    .bind(&row.issued_at)
    .bind(now)
    .execute(tx.conn())
    .await?;
    project::source_changed(tx, &row.key, row.state == SourceState::Running).await
}

/// Moves the moment of the last change of what the public sees of a source.
pub async fn touch(tx: &mut Tx, source: &SourceKey) -> store::Result<()> {
    let now = tx.now();
    query("UPDATE duty_source SET as_of = $3 WHERE kind = $1 AND id = $2")
        .bind(&source.kind)
        .bind(&source.id)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether the duties of a source run.
pub async fn runs<'e>(executor: impl Executor<'e>, source: &SourceKey) -> store::Result<bool> {
    let state: Option<String> = query_scalar("SELECT state FROM duty_source WHERE kind = $1 AND id = $2")
        .bind(&source.kind)
        .bind(&source.id)
        .fetch_optional(executor)
        .await?;
    Ok(state.as_deref() == Some(SourceState::Running.code()))
}

/// Moment of the last change of what the public sees of a source, stored form; empty when there is no such source.
pub async fn as_of<'e>(executor: impl Executor<'e>, source: &SourceKey) -> store::Result<String> {
    let moment: Option<String> = query_scalar("SELECT as_of FROM duty_source WHERE kind = $1 AND id = $2")
        .bind(&source.kind)
        .bind(&source.id)
        .fetch_optional(executor)
        .await?;
    Ok(moment.unwrap_or_default())
}
