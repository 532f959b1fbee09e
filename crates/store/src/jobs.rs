//! The job queue: work that follows a commit, done at least once, retried with growing pauses, parked when it keeps failing.
//!
//! A worker holds a lease on the job that it runs. If the worker dies, the lease passes and another takes the job over;
//! handlers are therefore written so that doing them twice does no harm.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use kernel::time;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::watch;

use crate::{Db, Dialect, FromRow, Result};

/// A job about to be enqueued with [`crate::Tx::enqueue`].
#[derive(Debug)]
pub struct NewJob<'a, P> {
    /// Which handler does it.
    pub kind: &'static str,
    /// What it needs to know.
    pub payload: &'a P,
    /// See [`crate::Tx::enqueue`]; empty = none.
    pub dedup: String,
    /// Not before this moment; `None` = now.
    pub run_at: Option<Timestamp>,
}

impl<'a, P> NewJob<'a, P> {
    /// A job for now.
    pub fn now(kind: &'static str, payload: &'a P) -> Self {
        Self { kind, payload, dedup: String::new(), run_at: None }
    }

    /// The same, not before `moment`.
    #[must_use]
    pub fn at(mut self, moment: Timestamp) -> Self {
        self.run_at = Some(moment);
        self
    }

    /// The same, at most one waiting for each `key`.
    #[must_use]
    pub fn dedup(mut self, key: impl Into<String>) -> Self {
        self.dedup = key.into();
        self
    }
}

/// Why a job did not succeed. The author of a handler decides at each `?` which it is.
#[derive(Debug)]
pub enum Failure {
    /// May work later: network, lock, full disk.
    Retry(String),
    /// Will never work: the payload makes no sense, the subject is gone.
    Give(String),
}

impl From<crate::Error> for Failure {
    fn from(error: crate::Error) -> Self {
        Self::Retry(error.to_string())
    }
}

/// A job as it stands in the queue.
#[derive(Debug, Clone, FromRow, Serialize)]
pub struct Job {
    /// Identifier.
    pub id: String,
    /// Which handler does it.
    pub kind: String,
    /// JSON.
    pub payload: String,
    /// `ready`, `running` or `dead`.
    pub state: String,
    /// Not before.
    pub run_at: String,
    /// Begun so far.
    pub attempts: i64,
    /// What the last attempt said.
    pub last_error: String,
    /// When enqueued.
    pub created_at: String,
}

type Handling = Pin<Box<dyn Future<Output = std::result::Result<(), Failure>> + Send>>;
type Handler = Arc<dyn Fn(String) -> Handling + Send + Sync>;

/// The handlers of all kinds of jobs.
#[derive(Clone, Default)]
pub struct Handlers {
    by_kind: HashMap<&'static str, Handler>,
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.by_kind.keys()).finish()
    }
}

/// After this many attempts a job is parked as a dead letter.
const MAX_ATTEMPTS: i64 = 8;
/// A job that runs longer than this is taken for lost.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// A handler gets less than the lease, so that a job never runs twice at the same time.
const LONGEST: Duration = Duration::from_secs(50);

impl Handlers {
    /// Adds the handler of one kind of job.
    #[must_use]
    pub fn with<P, F, R>(mut self, kind: &'static str, handler: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(P) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<(), Failure>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let run = move |payload: String| -> Handling {
            let handler = Arc::clone(&handler);
            Box::pin(async move {
                let payload = serde_json::from_str(&payload).map_err(|e| Failure::Give(e.to_string()))?;
                handler(payload).await
            })
        };
        self.by_kind.insert(kind, Arc::new(run));
        self
    }

    /// Joins the handlers of several contexts.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.by_kind.extend(other.by_kind);
        self
    }
}

/// Runs the jobs that are due now, one after another, and returns how many were begun. Tests call it directly.
///
/// # Errors
/// When the database fails; the failure of a job is recorded on the job.
pub async fn run_due(db: &Db, handlers: &Handlers) -> Result<usize> {
    run_while(db, handlers, || true).await
}

async fn run_while(db: &Db, handlers: &Handlers, go_on: impl Fn() -> bool) -> Result<usize> {
    let mut count = 0;
    while go_on() {
        let Some(job) = claim(db).await? else { break };
        count += 1;
        run_one(db, handlers, job).await?;
    }
    Ok(count)
}

async fn run_one(db: &Db, handlers: &Handlers, job: Job) -> Result<()> {
    let started = std::time::Instant::now();
    let outcome = match handlers.by_kind.get(job.kind.as_str()) {
        // Its own task: a panic in a handler fails the job, not the worker.
        Some(handler) => {
            let mut task = tokio::spawn(handler(job.payload.clone()));
            match tokio::time::timeout(LONGEST, &mut task).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(e)) => Err(Failure::Retry(format!("处理程序中断：{e}"))),
                Err(_) => {
                    // Dropping a handle lets the task go on beside its own retry.
                    task.abort();
                    let _ = task.await;
                    Err(Failure::Retry("超过 50 秒没有完成".to_owned()))
                }
            }
        }
        None => Err(Failure::Give(format!("没有处理“{}”作业的程序", job.kind))),
    };
    metrics::histogram!("job_seconds", "kind" => job.kind.clone()).record(started.elapsed().as_secs_f64());
    match outcome {
        Ok(()) => {
            let mut tx = db.write().await?;
            // Conditional on the attempt: if the lease passed and another worker runs the job now, it is not ours to end.
            crate::query("DELETE FROM job WHERE id = $1 AND attempts = $2 AND state = 'running'")
                .bind(&job.id)
                .bind(job.attempts)
                .execute(tx.conn())
                .await?;
            tx.commit().await
        }
        Err(failure) => {
            let (message, dead) = match failure {
                Failure::Retry(message) => (message, job.attempts >= MAX_ATTEMPTS),
                Failure::Give(message) => (message, true),
            };
            tracing::warn!(job.id, job.kind, job.attempts, dead, error = message, "job failed");
            metrics::counter!("job_failures_total", "kind" => job.kind.clone()).increment(1);
            put_back(db, &job, &message, dead).await
        }
    }
}

/// 10 s, 40 s, 90 s … after the attempts so far.
fn pause(attempts: i64) -> SignedDuration {
    SignedDuration::from_secs(10 * attempts * attempts)
}

async fn put_back(db: &Db, job: &Job, message: &str, dead: bool) -> Result<()> {
    let now = db.seams().now();
    let later = now.checked_add(pause(job.attempts)).unwrap_or(now);
    let mut tx = db.write().await?;
    crate::query(
        "UPDATE job SET state = $2, run_at = $3, last_error = $4, lease_until = '' \
         WHERE id = $1 AND attempts = $5 AND state = 'running'",
    )
    .bind(&job.id)
    .bind(if dead { "dead" } else { "ready" })
    .bind(time::to_db(later))
    .bind(message)
    .bind(job.attempts)
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// Takes the next due job, or one whose worker died.
async fn claim(db: &Db) -> Result<Option<Job>> {
    let now = db.seams().now();
    let stored = time::to_db(now);
    let due: Option<String> = crate::query_scalar(
        "SELECT id FROM job WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until < $1) LIMIT 1",
    )
    .bind(&stored)
    .fetch_optional(db.read())
    .await?;
    // Looking first keeps an idle worker from taking the write lock every second.
    if due.is_none() {
        return Ok(None);
    }
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $2 WHERE id = (SELECT id FROM job \
             WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until < $1) ORDER BY run_at LIMIT 1) \
             RETURNING id, kind, payload, state, run_at, attempts, last_error, created_at"
        }
        Dialect::Postgres => {
            "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $2 WHERE id = (SELECT id FROM job \
             WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until < $1) ORDER BY run_at LIMIT 1 \
             FOR UPDATE SKIP LOCKED) \
             RETURNING id, kind, payload, state, run_at, attempts, last_error, created_at"
        }
    };
    let mut tx = db.write().await?;
    // A job whose worker died every time may be what kills it: it is parked instead of tried for ever.
    crate::query(
        "UPDATE job SET state = 'dead', lease_until = '', last_error = '处理程序多次中断，没有留下原因' \
         WHERE state = 'running' AND lease_until < $1 AND attempts >= $2",
    )
    .bind(&stored)
    .bind(MAX_ATTEMPTS)
    .execute(tx.conn())
    .await?;
    let job = crate::query_as(sql)
        .bind(&stored)
        .bind(time::to_db(now.checked_add(LEASE).unwrap_or(now)))
        .fetch_optional(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(job)
}

/// Works until `stop` says so, finishing the job in hand.
pub async fn work(db: Db, handlers: Handlers, mut stop: watch::Receiver<bool>) {
    let mut head = db.head();
    while !*stop.borrow() {
        if let Err(error) = run_while(&db, &handlers, || !*stop.borrow()).await {
            tracing::error!(%error, "job queue unreachable");
        }
        tokio::select! {
            // A commit of this process may have enqueued something; others' jobs are found within a second.
            _ = head.changed() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Jobs in a state, newest first, for the office.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &Db, state: &str, limit: i64) -> Result<Vec<Job>> {
    Ok(crate::query_as(
        "SELECT id, kind, payload, state, run_at, attempts, last_error, created_at FROM job WHERE state = $1 \
         ORDER BY created_at DESC LIMIT $2",
    )
    .bind(state)
    .bind(limit)
    .fetch_all(db.read())
    .await?)
}

/// Number of jobs in each state, for the office and the metrics.
///
/// # Errors
/// When the database fails.
pub async fn counts(db: &Db) -> Result<Vec<(String, i64)>> {
    Ok(crate::query_as("SELECT state, COUNT(*) FROM job GROUP BY state ORDER BY state").fetch_all(db.read()).await?)
}

/// Gives a dead letter another round of attempts. `false` when there is none with this id.
///
/// # Errors
/// When the database fails.
pub async fn revive(tx: &mut crate::Tx, id: &str) -> Result<bool> {
    let now = tx.now();
    let done =
        crate::query("UPDATE job SET state = 'ready', attempts = 0, run_at = $2 WHERE id = $1 AND state = 'dead'")
            .bind(id)
            .bind(now)
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Throws a dead letter away. `false` when there is none with this id.
///
/// # Errors
/// When the database fails.
pub async fn discard(tx: &mut crate::Tx, id: &str) -> Result<bool> {
    let done = crate::query("DELETE FROM job WHERE id = $1 AND state = 'dead'").bind(id).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}
