//! What is done again and again: one table, one loop, and a lease so that of several workers one runs an entry.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::Time};
use kernel::{id, time};
use serde::Serialize;
use tokio::{sync::watch, task::JoinSet};

use crate::{Db, FromRow, Result, Tx, jobs::Failure, query, query_as, quiet};

/// When an entry is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// So many minutes after the last run began; at the first start at once.
    Minutes(u16),
    /// The same in seconds; what is due is looked for every five of them.
    Seconds(u16),
    /// Once a day at this time in China. What was missed because nobody was running is done late, once.
    Daily(Time),
}

impl std::fmt::Display for Every {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Minutes(1) => f.write_str("每分钟"),
            Self::Minutes(minutes) => write!(f, "每 {minutes} 分钟"),
            Self::Seconds(seconds) => write!(f, "每 {seconds} 秒"),
            Self::Daily(at) => write!(f, "每天 {:02}:{:02}", at.hour(), at.minute()),
        }
    }
}

impl Every {
    /// The first moment after `now` at which it is due.
    fn after(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Minutes(minutes) => now + SignedDuration::from_mins(i64::from(minutes.max(1))),
            Self::Seconds(seconds) => now + SignedDuration::from_secs(i64::from(seconds.max(1))),
            Self::Daily(at) => {
                let today = time::date_in_china(now);
                let days = [Some(today), today.tomorrow().ok()];
                let moments = days
                    .into_iter()
                    .flatten()
                    .filter_map(|day| day.to_datetime(at).to_zoned_datetime(time::china()).ok());
                moments.map(|zoned| zoned.timestamp()).find(|moment| *moment > now).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

type Run = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = std::result::Result<(), Failure>> + Send>> + Send + Sync>;

/// One thing to be done again and again.
#[derive(Clone)]
pub struct Entry {
    key: &'static str,
    label: &'static str,
    every: Every,
    run: Run,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("key", &self.key).field("every", &self.every).finish_non_exhaustive()
    }
}

impl Entry {
    /// `key` is unique and never changes, `label` is for the office. Running it twice must do no harm: a worker may die in the
    /// middle.
    pub fn new<F, R>(key: &'static str, label: &'static str, every: Every, run: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<(), Failure>> + Send + 'static,
    {
        Self { key, label, every, run: Arc::new(move || Box::pin(run())) }
    }

    /// The name by which the table knows it.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// What it does, for the office.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// When it is due.
    pub fn every(&self) -> Every {
        self.every
    }
}

/// All that is done again and again.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    entries: BTreeMap<&'static str, Entry>,
}

/// How an entry stands, for the office.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Standing {
    /// [`Entry::key`].
    pub key: String,
    /// Due then, stored form.
    pub next_at: String,
    /// When it last began; empty = never.
    pub last_at: String,
    /// What the last run said when it failed; empty = it succeeded.
    pub last_error: String,
    /// Whether it runs now.
    pub running: bool,
}

/// A run that is not renewed for longer is taken for lost.
const LEASE: SignedDuration = SignedDuration::from_secs(120);
/// Renewed as often.
const RENEW: Duration = Duration::from_secs(40);
/// A run that may succeed later is tried again after this, if it is not due earlier.
const RETRY: SignedDuration = SignedDuration::from_mins(10);
/// Seconds between two looks at the table.
const LOOK: Duration = Duration::from_secs(5);

impl Schedule {
    /// Adds an entry; one of the same key is replaced.
    #[must_use]
    pub fn with(mut self, entry: Entry) -> Self {
        self.entries.insert(entry.key, entry);
        self
    }

    /// Joins the schedules of several contexts.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// The entries, by key.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Runs what is due now, and returns the keys of what this call ran. Tests call it directly.
    ///
    /// # Errors
    /// When the database fails; the failure of a run is recorded on the entry.
    pub async fn run_due(&self, db: &Db) -> Result<Vec<&'static str>> {
        let mut runs = JoinSet::new();
        let began = self.begin_due(db, &mut runs).await?;
        while runs.join_next().await.is_some() {}
        Ok(began)
    }

    async fn begin_due(&self, db: &Db, runs: &mut JoinSet<()>) -> Result<Vec<&'static str>> {
        self.enter(db).await?;
        let now = time::to_db(db.seams().now());
        let due: Vec<(String,)> =
            query_as("SELECT key FROM schedule WHERE next_at <= $1 AND lease_until < $1 ORDER BY next_at, key")
                .bind(now)
                .fetch_all(db.read())
                .await?;
        let mut began = Vec::new();
        for (key,) in due {
            let Some(entry) = self.entries.get(key.as_str()) else { continue };
            if let Some(holder) = take(db, entry).await? {
                began.push(entry.key);
                runs.spawn(run(db.clone(), entry.clone(), holder));
            }
        }
        Ok(began)
    }

    /// Gives every new entry its row.
    async fn enter(&self, db: &Db) -> Result<()> {
        let known: Vec<(String,)> = query_as("SELECT key FROM schedule").fetch_all(db.read()).await?;
        let fresh: Vec<&Entry> =
            self.entries.values().filter(|entry| !known.iter().any(|(key,)| key == entry.key)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let now = db.seams().now();
        let mut tx = db.write().await?;
        for entry in fresh {
            let first = match entry.every {
                Every::Minutes(_) | Every::Seconds(_) => now,
                Every::Daily(_) => entry.every.after(now),
            };
            query(
                "INSERT INTO schedule (key, next_at, holder, lease_until, last_at, last_error) \
                 VALUES ($1, $2, '', '', '', '') ON CONFLICT DO NOTHING",
            )
            .bind(entry.key)
            .bind(time::to_db(first))
            .execute(tx.conn())
            .await?;
        }
        tx.commit().await
    }

    /// Runs what is due until `stop` says so; what is running then is given up, and done again by whoever comes next.
    pub async fn work(self, db: Db, mut stop: watch::Receiver<bool>) {
        let mut runs = JoinSet::new();
        while !*stop.borrow() {
            if let Err(error) = self.begin_due(&db, &mut runs).await
                && let Some(again) = quiet::line("the schedule cannot be read")
            {
                tracing::error!(%error, again, "the schedule cannot be read");
            }
            while runs.try_join_next().is_some() {}
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

/// Takes an entry that is still due; the name under which it is held.
async fn take(db: &Db, entry: &Entry) -> Result<Option<String>> {
    let now = db.seams().now();
    let holder = id::fresh(db.seams());
    let mut tx = db.write().await?;
    let taken = query(
        "UPDATE schedule SET holder = $2, lease_until = $3, last_at = $4 WHERE key = $1 AND next_at <= $4 AND lease_until < $4",
    )
    .bind(entry.key)
    .bind(&holder)
    .bind(time::to_db(now + LEASE))
    .bind(time::to_db(now))
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok((taken.rows_affected() == 1).then_some(holder))
}

async fn run(db: Db, entry: Entry, holder: String) {
    let began = db.seams().now();
    // Its own task: a panic fails the run, not the schedule.
    let mut task = AbortOnDrop(tokio::spawn((entry.run)()));
    let outcome = loop {
        tokio::select! {
            ended = &mut task.0 => break ended.unwrap_or_else(|error| Err(Failure::Retry(format!("中断：{error}")))),
            () = tokio::time::sleep(RENEW) => match renew(&db, &entry, &holder).await {
                Ok(true) => {}
                // Somebody else has taken it over.
                Ok(false) => return,
                Err(error) => tracing::warn!(entry.key, %error, "the lease of a run could not be renewed"),
            },
        }
    };
    let regular = entry.every.after(began);
    let (next, said) = match outcome {
        Ok(()) => (regular, String::new()),
        Err(Failure::Retry(said)) => (regular.min(db.seams().now() + RETRY), said),
        Err(Failure::Give(said)) => (regular, said),
        Err(Failure::Wait(said, until)) => (regular.min(until), said),
    };
    if !said.is_empty() {
        tracing::warn!(entry.key, error = said, "a scheduled run failed");
        metrics::counter!("schedule_failures_total", "key" => entry.key).increment(1);
    }
    if let Err(error) = end(&db, &entry, &holder, next, &said).await {
        tracing::error!(entry.key, %error, "the end of a scheduled run could not be recorded");
    }
}

struct AbortOnDrop(tokio::task::JoinHandle<std::result::Result<(), Failure>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn renew(db: &Db, entry: &Entry, holder: &str) -> Result<bool> {
    let mut tx = db.write().await?;
    let renewed = query("UPDATE schedule SET lease_until = $3 WHERE key = $1 AND holder = $2")
        .bind(entry.key)
        .bind(holder)
        .bind(time::to_db(db.seams().now() + LEASE))
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(renewed.rows_affected() == 1)
}

async fn end(db: &Db, entry: &Entry, holder: &str, next: Timestamp, said: &str) -> Result<()> {
    let mut tx = db.write().await?;
    query(
        "UPDATE schedule SET holder = '', lease_until = '', next_at = $3, last_error = $4 WHERE key = $1 AND holder = $2",
    )
    .bind(entry.key)
    .bind(holder)
    .bind(time::to_db(next))
    .bind(said)
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// How all entries stand, by key; also those that no program knows any more.
pub async fn standing(db: &Db) -> Result<Vec<Standing>> {
    query_as(
        "SELECT key, next_at, last_at, last_error, CASE WHEN lease_until > $1 THEN 1 ELSE 0 END AS running \
         FROM schedule ORDER BY key",
    )
    .bind(time::to_db(db.seams().now()))
    .fetch_all(db.read())
    .await
}

/// Makes an entry due now, for somebody who does not want to wait. `false` when there is none of this key, or it runs already.
pub async fn hasten(tx: &mut Tx, key: &str) -> Result<bool> {
    let now = tx.now();
    let done = query("UPDATE schedule SET next_at = $2 WHERE key = $1 AND lease_until < $2")
        .bind(key)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("moment")
    }

    #[test]
    fn a_time_of_the_day_is_a_time_in_china() {
        let half_past_eight = Every::Daily(jiff::civil::time(8, 30, 0, 0));
        assert_eq!(half_past_eight.after(at("2026-03-02T00:29:59Z")), at("2026-03-02T00:30:00Z"));
        assert_eq!(half_past_eight.after(at("2026-03-02T00:30:00Z")), at("2026-03-03T00:30:00Z"));
        // In China the next day has begun already.
        assert_eq!(half_past_eight.after(at("2026-12-31T17:00:00Z")), at("2027-01-01T00:30:00Z"));
        assert_eq!(Every::Minutes(5).after(at("2026-03-02T00:00:00Z")), at("2026-03-02T00:05:00Z"));
        assert_eq!(Every::Seconds(5).after(at("2026-03-02T00:00:00Z")), at("2026-03-02T00:00:05Z"));
    }
}
