//! The queue as the office sees it.

use jiff::Timestamp;
use kernel::time;
use serde::Serialize;

use crate::{Db, FromRow, Result, Tx, built, places, query, query_as, query_scalar};

store::ids! {
    /// A job in the queue.
    JobId,
}

/// A job as it stands in the queue.
#[derive(Debug, Clone, FromRow, Serialize)]
pub struct Job {
    /// Identifier of the job, under which the office stops it or has it done again.
    pub id: JobId,
    /// Which handler does it.
    pub kind: String,
    /// What the handler is given, as JSON.
    pub payload: String,
    /// `ready`, `running` or `dead`.
    pub state: String,
    /// Moment before which it does not begin, stored form.
    pub run_at: String,
    /// How often it was begun so far; after the eighth failure it is `dead`.
    pub attempts: i64,
    /// What the last attempt said.
    pub last_error: String,
    /// Of a long job: steps done.
    pub progress_done: i64,
    /// Of so many; 0 = unknown.
    pub progress_total: i64,
    /// What it does now.
    pub progress_words: String,
    /// Somebody asked it to stop.
    pub cancelled: bool,
    /// Moment at which it was put into the queue, stored form.
    pub created_at: String,
}

/// The columns of [`Job`].
macro_rules! columns {
    () => {
        "id, kind, payload, state, run_at, attempts, last_error, progress_done, progress_total, progress_words, cancelled, \
         created_at"
    };
}
pub(super) use columns;

/// Jobs in a state, newest first.
pub async fn list(db: &Db, state: &str, limit: i64) -> Result<Vec<Job>> {
    let sql = concat!("SELECT ", columns!(), " FROM job WHERE state = $1 ORDER BY created_at DESC, id DESC LIMIT $2");
    query_as(sql).bind(state).bind(limit).fetch_all(db.read()).await
}

/// The job with this id.
pub async fn find(tx: &mut Tx, id: &JobId) -> Result<Option<Job>> {
    let sql = concat!("SELECT ", columns!(), " FROM job WHERE id = $1");
    query_as(sql).bind(id).fetch_optional(tx.conn()).await
}

/// The job of a kind that runs or waits, the one that runs first.
pub async fn open(db: &Db, kind: &str) -> Result<Option<Job>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM job WHERE kind = $1 AND state <> 'dead' ORDER BY state DESC, created_at LIMIT 1"
    );
    query_as(sql).bind(kind).fetch_optional(db.read()).await
}

/// What became of a job with this key that is not done so far: why it did not succeed last time, or nothing when it was not tried.
/// `None` when there is none, or it is done.
///
/// # Errors
/// When the database fails.
pub async fn left(db: &Db, kind: &str, dedup: &str) -> Result<Option<String>> {
    query_scalar("SELECT last_error FROM job WHERE kind = $1 AND dedup = $2 ORDER BY created_at DESC LIMIT 1")
        .bind(kind)
        .bind(dedup)
        .fetch_optional(db.read())
        .await
}

/// Number of jobs in each state, also for the metrics.
pub async fn counts(db: &Db) -> Result<Vec<(String, i64)>> {
    query_as("SELECT state, COUNT(*) FROM job GROUP BY state ORDER BY state").fetch_all(db.read()).await
}

/// For how many seconds the job that has waited longest has been due; 0 when none is.
pub async fn oldest_due(db: &Db) -> Result<i64> {
    let now = db.seams().now();
    let since: Option<String> =
        query_scalar("SELECT run_at FROM job WHERE state = 'ready' AND run_at <= $1 ORDER BY run_at LIMIT 1")
            .bind(kernel::time::to_db(now))
            .fetch_optional(db.read())
            .await?;
    let since = since.and_then(|since| kernel::time::from_db(&since));
    Ok(since.map_or(0, |since| (now.as_second() - since.as_second()).max(0)))
}

/// Gives a dead letter another round of attempts; where the same work waits already, it takes its place. `false` when there is
/// none with this id.
pub async fn revive(tx: &mut Tx, id: &JobId) -> Result<bool> {
    let now = tx.now();
    let twin: Option<String> = query_scalar(
        "SELECT o.id FROM job d JOIN job o ON o.kind = d.kind AND o.dedup = d.dedup AND o.state = 'ready' \
         WHERE d.id = $1 AND d.state = 'dead' AND d.dedup <> ''",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    if twin.is_some() {
        return discard(tx, id).await;
    }
    let done = query(
        "UPDATE job SET state = 'ready', attempts = 0, run_at = $2, cancelled = 0 WHERE id = $1 AND state = 'dead'",
    )
    .bind(id)
    .bind(now)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 {
        tx.wake_workers();
    }
    Ok(done.rows_affected() == 1)
}

/// Throws a dead letter away. `false` when there is none with this id.
pub async fn discard(tx: &mut Tx, id: &JobId) -> Result<bool> {
    let done = query("DELETE FROM job WHERE id = $1 AND state = 'dead'").bind(id).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// Throws away every job of a kind, waiting or parked, whose payload `speaks` of what must be nowhere any more. One that runs goes,
/// too: whatever it has done is done, and it is not tried again. Answers how many there were.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, kind: &str, speaks: impl Fn(&str) -> bool) -> Result<usize> {
    let jobs: Vec<(JobId, String)> =
        query_as("SELECT id, payload FROM job WHERE kind = $1").bind(kind).fetch_all(tx.conn()).await?;
    let mut gone = 0;
    for (id, _) in jobs.iter().filter(|(_, payload)| speaks(payload)) {
        query("DELETE FROM job WHERE id = $1").bind(id).execute(tx.conn()).await?;
        gone += 1;
    }
    Ok(gone)
}

/// Lets what waits of these kinds wait until `until` at least, since what it needs outside does not answer. No attempt counts.
///
/// # Errors
/// When the database fails.
pub async fn postpone(tx: &mut Tx, kinds: &[&str], until: Timestamp) -> Result<()> {
    // SQL: numbers of places that are counted here.
    let sql = format!(
        "UPDATE job SET run_at = $1 WHERE state = 'ready' AND run_at < $1 AND kind IN ({})",
        places(2, kinds.len())
    );
    query(built(sql)).bind(time::to_db(until)).bind_all(kinds.to_vec()).execute(tx.conn()).await?;
    Ok(())
}

/// Asks a job to stop: one that waits is parked at once, a long one that runs hears of it and ends. `false` when there is none
/// with this id that waits or runs.
pub async fn cancel(tx: &mut Tx, id: &JobId) -> Result<bool> {
    let parked =
        query("UPDATE job SET state = 'dead', cancelled = 1, last_error = '已取消' WHERE id = $1 AND state = 'ready'")
            .bind(id)
            .execute(tx.conn())
            .await?;
    if parked.rows_affected() == 1 {
        return Ok(true);
    }
    let asked =
        query("UPDATE job SET cancelled = 1 WHERE id = $1 AND state = 'running'").bind(id).execute(tx.conn()).await?;
    Ok(asked.rows_affected() == 1)
}
