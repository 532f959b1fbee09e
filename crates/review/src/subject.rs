//! What the owner of a subject tells the review, and what the review tells the owner.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{
    Actor, OrganCode, Staff,
    id::{AccountId, ColumnId},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Executor, Tx};
use web::Ctx;

use crate::{
    Result,
    events::Said,
    refusal::Words,
    route::{Route, Stage},
    set::{self, SetRoute},
    settings::Settings,
};

/// A subject: what is reviewed, by the kind that its owner declares and the id that it has there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct About {
    /// [`Subject::kind`].
    pub kind: &'static str,
    /// Its id in its owner's tables.
    pub id: String,
}

impl About {
    /// The subject of this kind with this id.
    pub fn new(kind: &'static str, id: impl ToString) -> Self {
        Self { kind, id: id.to_string() }
    }
}

/// A subject as the write in progress sees it: read by its owner, locked against other writes.
#[derive(Debug, Clone)]
pub struct Matter {
    /// Which.
    pub about: About,
    /// Whose information it is.
    pub organ: OrganCode,
    /// The organ whose people work on it today.
    pub keeper: OrganCode,
    /// Title, for work lists. What is under review does not change, so lists keep it.
    pub title: String,
    /// What sort of thing it is, for work lists: 政策文件.
    pub label: String,
    /// Name of who began it, for work lists.
    pub byline: String,
    /// Its state in the owner's words, with the stage where it stands: 审核中·文字关.
    pub state: String,
    /// Everybody who wrote in it.
    pub authors: Vec<AccountId>,
    /// Whether its authors explain something to the reviewers: what was found waits for these then.
    pub explained: bool,
    /// Why it may not go out at all, if so: a sentence for the reader.
    pub unfit: Option<String>,
    /// Everything in it that the checks look at.
    pub parts: Vec<Part>,
    /// How the log names it.
    pub log: LogName,
}

/// A part of a subject that is looked at as a whole: its title, its text, one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Names the part within the subject, the same for as long as the part is the same: `body`, `file.0abc…`.
    pub key: String,
    /// How readers find it: 正文, 附件《名单》.
    pub label: String,
    /// SHA-256 of everything in it that is looked at.
    pub digest: String,
}

impl Part {
    pub fn of_text(key: &str, label: &str, text: &str) -> Self {
        Self::digested(key, label, hex::encode(Sha256::digest(text.as_bytes())))
    }

    /// A part whose digest is known, e.g. that of a file's bytes.
    pub fn digested(key: impl Into<String>, label: impl Into<String>, digest: String) -> Self {
        Self { key: key.into(), label: label.into(), digest }
    }
}

/// How the log names a subject.
#[derive(Debug, Clone)]
pub struct LogName {
    /// The id under which its events stand.
    pub id: String,
    /// What every event about it says: `{"edition": …, "number": …}`.
    pub brief: Value,
    /// What events say in which it is submitted, passed or published: digests of everything in it.
    pub text: Value,
}

/// What happened in a round, told to the owner in the same write, after the review's own rows and before its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened<'a> {
    /// It stands at the first stage.
    Opened(&'a Stage),
    /// Somebody took it, gave it back, or was the first of two to pass a stage: it stands where it stood.
    Moved(&'a Stage),
    /// A stage is behind it that was not the last: it stands at this one.
    Onward(&'a Stage),
    /// The last stage is behind it.
    Passed,
    /// It is back with its authors, from this stage, for this reason.
    Returned(&'a Stage, &'a str),
    /// Its authors took it back.
    Recalled,
    /// It goes out past the stages that were left.
    Excepted,
}

/// The owner of a kind of subject. One for each kind, declared by its capability as [`Kind`].
///
/// Both hooks on [`Happened`] run in the write of the act. An owner takes locks and numbers in [`Subject::prepare`]: the lock
/// of the log, which the first event takes, is the last that a write may take.
pub trait Subject: Send + Sync {
    /// The kind, unique among all: `edition`.
    fn kind(&self) -> &'static str;

    /// How sentences name it.
    fn words(&self) -> Words;

    /// The event kinds that tell of it.
    fn said(&self) -> &'static Said;

    /// The subject, locked, if this person may see it.
    ///
    /// # Errors
    /// [`web::Refusal::NotFound`] when there is none or the person may not see it.
    fn matter<'a>(&'a self, tx: &'a mut Tx, actor: &'a Actor, id: &'a str) -> BoxFuture<'a, Result<Matter>>;

    /// Somebody who is away, with those of the roles that the person still holds; `None` where the account is in use no more or
    /// holds none of them: then nobody decides in that name.
    fn still<'a>(&'a self, away: Staff) -> BoxFuture<'a, Result<Option<Staff>>> {
        Box::pin(async move { Ok(Some(away)) })
    }

    /// Changes the owner's rows, before any event of the write.
    ///
    /// # Errors
    /// What must not happen after all; the write is given up.
    fn prepare<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        matter: &'a Matter,
        what: &'a Happened<'a>,
    ) -> BoxFuture<'a, Result<()>>;

    /// Adds the owner's events and jobs, after the review's event.
    ///
    /// # Errors
    /// As [`Subject::prepare`].
    fn follow<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        matter: &'a Matter,
        what: &'a Happened<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        let _ = (tx, actor, matter, what);
        Box::pin(async { Ok(()) })
    }
}

/// A kind of subject as its capability declares it.
#[derive(Clone, Copy)]
pub struct Kind {
    /// [`Subject::kind`].
    pub kind: &'static str,
    /// In the words of the office: 稿件.
    pub label: &'static str,
    /// Working days for a stage, when the settings of the review say nothing.
    pub days: fn(&Ctx) -> u32,
    /// The route, when the settings of the review say nothing: given those working days.
    pub route: fn(days: u32) -> Route,
    /// Where one of them is decided on in the office, by its id.
    pub desk: fn(&str) -> String,
    /// Where the list of them is, for the rail: `/reviews`.
    pub list: &'static str,
    /// Where the list of exceptions is: `/bypasses`.
    pub exceptions: &'static str,
    /// Makes the owner.
    pub make: fn(&Ctx) -> Arc<dyn Subject>,
}

impl Kind {
    /// The kind of this name.
    ///
    /// # Panics
    /// When no capability declares it: a mistake of the program's composition, seen by every test.
    pub fn named<'a>(ctx: &'a Ctx, kind: &str) -> &'a Self {
        let found = ctx.declared::<Self>().find(|one| one.kind == kind);
        found.unwrap_or_else(|| panic!("no capability declares subjects of the kind {kind}"))
    }

    /// The route that a subject in this column and of this sort passes today. What the office has set for the column goes before
    /// what the configuration says of it, and so on for the sort and for all; then comes the route of this name that a
    /// capability declares for some of its subjects (empty = none), or the usual one of the kind.
    ///
    /// # Errors
    /// When the database fails or holds what this program never writes.
    pub async fn route_in(
        &self,
        ctx: &Ctx,
        executor: impl Executor<'_>,
        named: &str,
        (column, sort): (&ColumnId, &str),
    ) -> Result<Route> {
        let all = set::all(executor, self.kind).await?;
        Ok(self.route_of(ctx, &all, named, (column, sort)))
    }

    /// The same, given what the office has set ([`set::all`]).
    pub fn route_of(&self, ctx: &Ctx, all: &[SetRoute], named: &str, (column, sort): (&ColumnId, &str)) -> Route {
        let settings = ctx.settings::<Settings>();
        let asking = |route: Route| route.asking(|gate| settings.questions(gate));
        let set = set::holding(all, column, sort);
        let of_column = set.filter(|set| !set.scope.column.as_str().is_empty());
        if let Some(set) = of_column {
            return asking(set.route.clone());
        }
        if let Some(route) = settings.of_column(self.kind, column) {
            return route;
        }
        if let Some(set) = set {
            return asking(set.route.clone());
        }
        let declared = || {
            let route = ctx.declared::<NamedRoute>().find(|route| route.key == named);
            asking(route.map_or(self.route, |route| route.route)((self.days)(ctx)))
        };
        settings.of_kind(self.kind).unwrap_or_else(declared)
    }
}

/// A route that a capability declares (`.declare(NamedRoute { … })`) for those of its subjects that pass other gates than
/// usual, or in another order.
#[derive(Debug, Clone, Copy)]
pub struct NamedRoute {
    /// By which a subject names it.
    pub key: &'static str,
    /// The route, given the working days for a stage.
    pub route: fn(days: u32) -> Route,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kind").field("kind", &self.kind).finish_non_exhaustive()
    }
}
