//! Who reads the log and acts on it: a cursor each, moved in the same transaction as the effects of reading.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use jiff::SignedDuration;
use kernel::{EventKind, event::Event, id, time};
use serde::Serialize;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    Db, FromRow, Result, Tx, built,
    log::{EventRow, SELECT},
    places, query, query_as, query_scalar, quiet,
    sql::Query,
};

/// Which events are of interest: all, unless kinds or subjects are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Filter {
    kinds: Vec<&'static str>,
    subjects: Vec<&'static str>,
}

impl Filter {
    /// Events after `after` up to `upto` that are of interest, `limit` at most.
    fn question(&self, chain: &str, after: i64, upto: i64, limit: i64) -> Query {
        let mut sql = format!("{SELECT} WHERE e.chain = $1 AND e.seq > $2 AND e.seq <= $3");
        let mut place = 4;
        let mut parts = Vec::new();
        for (column, values) in [("e.kind", &self.kinds), ("e.subject_kind", &self.subjects)] {
            if !values.is_empty() {
                parts.push(format!("{column} IN ({})", places(place, values.len())));
                place += values.len();
            }
        }
        if !parts.is_empty() {
            sql.push_str(&format!(" AND ({})", parts.join(" OR ")));
        }
        // SQL: literals and numbers of places that are counted here.
        sql.push_str(&format!(" ORDER BY e.seq LIMIT ${place}"));
        query(built(sql))
            .bind(chain)
            .bind(after)
            .bind(upto)
            .bind_all(self.kinds.iter().chain(&self.subjects).copied())
            .bind(limit)
    }

    /// How many events after `after` are of interest, counted up to [`BEHIND`].
    async fn count(&self, db: &Db, after: i64) -> Result<i64> {
        let rows = self.question(db.chain(), after, i64::MAX - 1, BEHIND).fetch_all(db.read()).await?;
        Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
    }

    async fn read(&self, db: &Db, after: i64, upto: i64, limit: i64) -> Result<Vec<Event>> {
        let rows = self.question(db.chain(), after, upto, limit).fetch_all(db.read()).await?;
        rows.iter().map(|row| EventRow::from_row(row).map(Event::from)).collect()
    }
}

/// What a follower does with an event.
pub type Handling<'t> = Pin<Box<dyn Future<Output = Result<()>> + Send + 't>>;
type Handle = Arc<dyn for<'t> Fn(&'t mut Tx, Event) -> Handling<'t> + Send + Sync>;

/// A consumer of the log. One process at a time follows for it; its cursor moves with what it writes, so that each event has
/// its effects once.
#[derive(Clone)]
pub struct Follower {
    name: &'static str,
    label: &'static str,
    filter: Filter,
    from_now: bool,
    handle: Handle,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("name", &self.name).field("filter", &self.filter).finish_non_exhaustive()
    }
}

impl Follower {
    /// `name` is unique and never changes, `label` is for the office. `handle` writes through the transaction that is handed to
    /// it: `|tx, event| Box::pin(async move { … })`. When it fails nothing of it happened, and it is tried again.
    pub fn new<F>(name: &'static str, label: &'static str, handle: F) -> Self
    where
        F: for<'t> Fn(&'t mut Tx, Event) -> Handling<'t> + Send + Sync + 'static,
    {
        Self { name, label, filter: Filter::default(), from_now: false, handle: Arc::new(handle) }
    }

    /// Only events of these kinds, besides those of the subjects that are named.
    #[must_use]
    pub fn kinds(mut self, kinds: &[&'static EventKind]) -> Self {
        self.filter.kinds.extend(kinds.iter().map(|kind| kind.name));
        self
    }

    /// Only events of subjects of these kinds, besides those of the kinds that are named.
    #[must_use]
    pub fn subjects(mut self, subjects: &[&'static str]) -> Self {
        self.filter.subjects.extend(subjects);
        self
    }

    /// Begins with what happens from its first start on, not with the first event of the log.
    #[must_use]
    pub fn from_now(mut self) -> Self {
        self.from_now = true;
        self
    }

    /// The name of its cursor.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it does, for the office.
    pub fn label(&self) -> &'static str {
        self.label
    }
}

/// All consumers of the log.
#[derive(Debug, Clone, Default)]
pub struct Followers {
    all: Vec<Follower>,
}

/// How far a follower is, for the office.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Standing {
    /// [`Follower::name`].
    pub consumer: String,
    /// The last event that it has dealt with.
    pub seq: i64,
}

/// What a follower has still to do is counted no further.
pub const BEHIND: i64 = 1_000;
/// Events handled in one transaction.
const BATCH: i64 = 100;
/// A cursor moves over so many events that mean nothing to the follower before it is written.
const IDLE: i64 = 5_000;
/// Whoever does not write for longer has lost the cursor to others.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

impl Followers {
    /// Adds a follower; its name must be its own, for its place in the log is kept under it.
    #[must_use]
    pub fn with(mut self, follower: Follower) -> Self {
        self.all.push(follower);
        self
    }

    /// Joins the followers of several contexts.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.all.extend(other.all);
        self
    }

    pub fn all(&self) -> &[Follower] {
        &self.all
    }

    /// How many events each follower has still to deal with, by its label; [`BEHIND`] stands for as many or more.
    pub async fn behind(&self, db: &Db) -> Result<Vec<(&'static str, i64)>> {
        let standing = standing(db).await?;
        let mut behind = Vec::new();
        for follower in &self.all {
            let seen = standing.iter().find(|row| row.consumer == follower.name).map_or(0, |row| row.seq);
            behind.push((follower.label, follower.filter.count(db, seen).await?));
        }
        Ok(behind)
    }

    /// Lets every follower read to the present end of the log, and returns how many events were handled. Tests call it
    /// directly.
    ///
    /// # Errors
    /// When the database or a handler fails.
    pub async fn run(&self, db: &Db) -> Result<usize> {
        let mut handled = 0;
        for follower in &self.all {
            let mut reading = Reading::new(db, follower);
            while let Some(count) = reading.step(BATCH).await? {
                handled += count;
            }
            reading.release().await?;
        }
        Ok(handled)
    }

    /// Follows until `stop` says so.
    pub async fn work(self, db: Db, stop: watch::Receiver<bool>) {
        let mut all = JoinSet::new();
        for follower in self.all {
            all.spawn(follow(db.clone(), follower, stop.clone()));
        }
        while all.join_next().await.is_some() {}
    }
}

async fn follow(db: Db, follower: Follower, mut stop: watch::Receiver<bool>) {
    let mut head = db.head();
    let mut reading = Reading::new(&db, &follower);
    let mut failures = 0_u32;
    while !*stop.borrow() {
        // After a failure one event at a time: what went before the broken one is done.
        let pause = match reading.step(if failures == 0 { BATCH } else { 1 }).await {
            Ok(Some(_)) => {
                failures = 0;
                continue;
            }
            Ok(None) => Duration::from_secs(1),
            Err(error) => {
                failures += 1;
                reading.forget();
                // Where storage is in trouble all followers are, and one line tells.
                let name = error.trouble().map_or(follower.name, |_| "followers");
                if let Some(again) = quiet::line(&format!("a follower cannot go on {name}")) {
                    tracing::error!(follower = follower.name, failures, again, %error, "a follower cannot go on");
                }
                metrics::counter!("follower_failures_total", "name" => follower.name).increment(1);
                if failures == 1 { Duration::ZERO } else { Duration::from_secs(u64::from(failures.min(60))) }
            }
        };
        tokio::select! {
            // After a failure new events are no reason to hurry.
            _ = head.changed(), if failures == 0 => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
    if let Err(error) = reading.release().await {
        tracing::warn!(follower = follower.name, %error, "a follower could not let go");
    }
}

/// One process's reading for one follower.
struct Reading<'a> {
    db: &'a Db,
    follower: &'a Follower,
    holder: String,
    /// How far it has looked, and how far the table says so; unknown until the cursor is held.
    at: Option<(i64, i64)>,
    held_until: Option<jiff::Timestamp>,
}

impl<'a> Reading<'a> {
    fn new(db: &'a Db, follower: &'a Follower) -> Self {
        Self { db, follower, holder: id::fresh(db.seams()), at: None, held_until: None }
    }

    async fn end_of_log(&self) -> Result<i64> {
        query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event WHERE chain = $1")
            .bind(self.db.chain())
            .fetch_one(self.db.read())
            .await
    }

    fn forget(&mut self) {
        self.at = None;
    }

    /// Handles up to `batch` events; `None` when there is nothing to do now, or another process follows.
    async fn step(&mut self, batch: i64) -> Result<Option<usize>> {
        let Some((looked, stored)) = self.hold().await? else { return Ok(None) };
        let head = self.end_of_log().await?;
        if head <= looked {
            return Ok(None);
        }
        let events = self.follower.filter.read(self.db, looked, head, batch).await?;
        let count = events.len();
        let whole = i64::try_from(count).unwrap_or(i64::MAX) == batch;
        let next = events.last().filter(|_| whole).map_or(head, |event| event.seq);
        if count == 0 && next - stored < IDLE {
            self.at = Some((next, stored));
            return Ok(None);
        }
        let mut tx = self.db.write().await?;
        // First, so that of two who believe to hold the cursor the second waits here and then finds it moved.
        if !self.advance(&mut tx, stored, next).await? {
            self.at = None;
            return Ok(None);
        }
        for event in events {
            (self.follower.handle)(&mut tx, event).await?;
        }
        tx.commit().await?;
        self.at = Some((next, next));
        Ok((count > 0 || whole).then_some(count))
    }

    async fn advance(&mut self, tx: &mut Tx, stored: i64, next: i64) -> Result<bool> {
        let until = self.db.seams().now() + LEASE;
        let moved = query(
            "UPDATE event_cursor SET seq = $4, lease_until = $6 \
             WHERE consumer = $1 AND chain = $2 AND seq = $3 AND holder = $5",
        )
        .bind(self.follower.name)
        .bind(self.db.chain())
        .bind(stored)
        .bind(next)
        .bind(&self.holder)
        .bind(time::to_db(until))
        .execute(tx.conn())
        .await?;
        self.held_until = Some(until);
        Ok(moved.rows_affected() == 1)
    }

    /// Takes the cursor, or renews the hold on it when half of the lease has passed.
    async fn hold(&mut self) -> Result<Option<(i64, i64)>> {
        let now = self.db.seams().now();
        if let (Some(at), Some(until)) = (self.at, self.held_until)
            && now + LEASE / 2 < until
        {
            return Ok(Some(at));
        }
        let (name, chain) = (self.follower.name, self.db.chain());
        let free = query_scalar::<i64>(
            "SELECT COUNT(*) FROM event_cursor WHERE consumer = $1 AND chain = $2 AND holder <> $3 AND lease_until > $4",
        )
        .bind(name)
        .bind(chain)
        .bind(&self.holder)
        .bind(time::to_db(now));
        // Looking first keeps the processes that wait from taking the write lock every second.
        if free.fetch_one(self.db.read()).await? > 0 {
            self.at = None;
            return Ok(None);
        }
        let start = if self.follower.from_now { self.end_of_log().await? } else { 0 };
        let mut tx = self.db.write().await?;
        query(
            "INSERT INTO event_cursor (consumer, chain, seq, holder, lease_until) VALUES ($1, $2, $3, '', '') \
             ON CONFLICT DO NOTHING",
        )
        .bind(name)
        .bind(chain)
        .bind(start)
        .execute(tx.conn())
        .await?;
        let until = now + LEASE;
        let seq: Option<i64> = query_scalar(
            "UPDATE event_cursor SET holder = $3, lease_until = $4 WHERE consumer = $1 AND chain = $2 \
             AND (holder = $3 OR lease_until <= $5) RETURNING seq",
        )
        .bind(name)
        .bind(chain)
        .bind(&self.holder)
        .bind(time::to_db(until))
        .bind(time::to_db(now))
        .fetch_optional(tx.conn())
        .await?;
        tx.commit().await?;
        self.held_until = seq.map(|_| until);
        // What was looked over without writing stays looked over as long as the cursor was not lost.
        self.at = match (seq, self.at) {
            (Some(seq), Some((looked, stored))) if stored == seq => Some((looked, seq)),
            (Some(seq), _) => Some((seq, seq)),
            (None, _) => None,
        };
        Ok(self.at)
    }

    /// Lets others follow at once.
    async fn release(self) -> Result<()> {
        if self.held_until.is_none() {
            return Ok(());
        }
        let mut tx = self.db.write().await?;
        query(
            "UPDATE event_cursor SET holder = '', lease_until = '' WHERE consumer = $1 AND chain = $2 AND holder = $3",
        )
        .bind(self.follower.name)
        .bind(self.db.chain())
        .bind(&self.holder)
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }
}

/// How far all followers of the chain are, by name.
pub async fn standing(db: &Db) -> Result<Vec<Standing>> {
    query_as("SELECT consumer, seq FROM event_cursor WHERE chain = $1 ORDER BY consumer")
        .bind(db.chain())
        .fetch_all(db.read())
        .await
}

/// Hears of every event from now on, in each process and without a cursor: for what is held in memory.
#[derive(Debug)]
pub struct Watch {
    db: Db,
    filter: Filter,
    head: watch::Receiver<i64>,
    seen: i64,
}

impl Db {
    /// Watches the log from its present end on.
    pub fn watch(&self) -> Watch {
        let head = self.head();
        let seen = *head.borrow();
        Watch { db: self.clone(), filter: Filter::default(), head, seen }
    }
}

impl Watch {
    /// Only events of these kinds, besides those of the subjects that are named.
    #[must_use]
    pub fn kinds(mut self, kinds: &[&'static EventKind]) -> Self {
        self.filter.kinds.extend(kinds.iter().map(|kind| kind.name));
        self
    }

    /// Only events of subjects of these kinds, besides those of the kinds that are named.
    #[must_use]
    pub fn subjects(mut self, subjects: &[&'static str]) -> Self {
        self.filter.subjects.extend(subjects);
        self
    }

    /// What has happened since the last call: possibly nothing.
    ///
    /// # Errors
    /// When the database fails; the next call reads the same again.
    pub async fn look(&mut self) -> Result<Vec<Event>> {
        let head: i64 = query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event WHERE chain = $1")
            .bind(self.db.chain())
            .fetch_one(self.db.read())
            .await?;
        if head <= self.seen {
            return Ok(Vec::new());
        }
        let events = self.filter.read(&self.db, self.seen, head, BATCH).await?;
        let whole = i64::try_from(events.len()).unwrap_or(i64::MAX) == BATCH;
        self.seen = events.last().filter(|_| whole).map_or(head, |event| event.seq);
        Ok(events)
    }

    /// Waits until something of interest has happened.
    ///
    /// # Errors
    /// See [`Watch::look`].
    pub async fn next(&mut self) -> Result<Vec<Event>> {
        loop {
            let events = self.look().await?;
            if !events.is_empty() {
                return Ok(events);
            }
            tokio::select! {
                _ = self.head.changed() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }
}
