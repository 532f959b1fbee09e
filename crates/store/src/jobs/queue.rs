//! Workers: taking jobs, running them, putting back what failed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kernel::time;
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use super::{Failure, Handle, Handlers, Job, JobId, LEASE, LONGEST, MAX_ATTEMPTS, office::columns};
use crate::{Db, Error, Result, Violation, built, places, query, query_as, query_scalar, quiet};

/// Long jobs that one process runs at the same time.
const LONG_AT_ONCE: usize = 4;

/// Runs the jobs that are due now, one after another, and returns how many were begun. Tests call it directly.
///
/// # Errors
/// When the database fails; the failure of a job is recorded on the job.
pub async fn run_due(db: &Db, handlers: &Handlers) -> Result<usize> {
    let mut count = 0;
    while let Some(job) = claim(db, handlers, &[]).await? {
        count += 1;
        run_one(db, handlers, job).await?;
    }
    Ok(count)
}

/// Works until `stop` says so, finishing the short job in hand; long ones are given up and begun again by whoever comes next.
/// They run beside the short ones, so that mail does not wait for a report of hours.
pub async fn work(db: Db, handlers: Handlers, mut stop: watch::Receiver<bool>) {
    let mut enqueued = db.jobs();
    let mut long = JoinSet::new();
    let long_kinds = handlers.long_kinds();
    while !*stop.borrow() {
        while long.try_join_next().is_some() {}
        let barred = if long.len() < LONG_AT_ONCE { &[][..] } else { &long_kinds[..] };
        let worked = match claim(&db, &handlers, barred).await {
            Ok(Some(job)) if long_kinds.contains(&job.kind.as_str()) => {
                let (db, handlers, stop) = (db.clone(), handlers.clone(), stop.clone());
                long.spawn(async move { run_long(&db, &handlers, job, stop).await });
                true
            }
            Ok(Some(job)) => {
                if let Err(error) = run_one(&db, &handlers, job).await {
                    tracing::error!(%error, "the end of a job could not be recorded");
                }
                true
            }
            Ok(None) => false,
            Err(error) => {
                if let Some(again) = quiet::line("job queue unreachable") {
                    tracing::error!(%error, again, "job queue unreachable");
                }
                false
            }
        };
        if worked {
            continue;
        }
        tokio::select! {
            // A commit has enqueued something. What becomes due with time is found within a second.
            _ = enqueued.changed() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = long.join_next(), if !long.is_empty() => {}
            _ = stop.changed() => {}
        }
    }
    while long.join_next().await.is_some() {}
}

/// A task that ends with its handle: dropping a plain one lets it go on beside its own retry.
struct Task(JoinHandle<std::result::Result<(), Failure>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Task {
    /// A panic in a handler fails the job, not the worker.
    async fn ended(&mut self) -> std::result::Result<(), Failure> {
        (&mut self.0).await.unwrap_or_else(|error| Err(Failure::Retry(format!("处理程序中断：{error}"))))
    }

    async fn stop(mut self) {
        self.0.abort();
        let _ = (&mut self.0).await;
    }
}

async fn run_one(db: &Db, handlers: &Handlers, job: Job) -> Result<()> {
    let started = std::time::Instant::now();
    let Some(handler) = handlers.by_kind.get(job.kind.as_str()) else {
        let unknown = Failure::Give(format!("没有处理“{}”作业的程序", job.kind));
        return end(db, &job, Err(unknown), started).await;
    };
    let handle = Handle::new(db, &job);
    let mut task = Task(tokio::spawn((handler.run)(job.payload.clone(), handle.clone())));
    let outcome = if handler.long {
        match beating(handlers, &handle, &mut task).await {
            Some(outcome) => outcome,
            // Another worker runs the job now: it is not ours to end.
            None => return Ok(()),
        }
    } else {
        match tokio::time::timeout(LONGEST, task.ended()).await {
            Ok(outcome) => outcome,
            Err(_) => {
                task.stop().await;
                Err(Failure::Retry("超过 50 秒没有完成".to_owned()))
            }
        }
    };
    let outcome = match outcome {
        Err(_) if handle.cancelled() => Err(Failure::Give("已取消".to_owned())),
        outcome => outcome,
    };
    end(db, &job, outcome, started).await
}

/// Waits for a long job and renews its lease meanwhile. `None` when the lease was lost.
async fn beating(handlers: &Handlers, handle: &Handle, task: &mut Task) -> Option<std::result::Result<(), Failure>> {
    let mut asked = false;
    loop {
        tokio::select! {
            outcome = task.ended() => return Some(outcome),
            () = tokio::time::sleep(handlers.beat) => {
                if let Err(error) = handle.beat().await {
                    tracing::warn!(%error, "the lease of a long job could not be renewed");
                }
                if handle.lost() {
                    return None;
                }
                // Who does not listen is stopped with the second beat.
                if asked {
                    return Some(Err(Failure::Give("已取消".to_owned())));
                }
                asked = handle.cancelled();
            }
        }
    }
}

async fn run_long(db: &Db, handlers: &Handlers, job: Job, mut stop: watch::Receiver<bool>) {
    let (id, attempts) = (job.id.clone(), job.attempts);
    let stopped = async { stop.wait_for(|stop| *stop).await.is_ok() };
    let outcome = tokio::select! {
        outcome = run_one(db, handlers, job) => outcome,
        _ = stopped => hand_back(db, &id, attempts).await,
    };
    if let Err(error) = outcome {
        tracing::error!(%error, "the end of a long job could not be recorded");
    }
}

/// The process ends: the job waits again, and the attempt does not count.
async fn hand_back(db: &Db, id: &JobId, attempts: i64) -> Result<()> {
    let mut tx = db.write().await?;
    let sql = "UPDATE job SET lease_until = '', attempts = attempts - 1 WHERE id = $1 AND attempts = $2 AND state = 'running'";
    // It stays running with a lease that has passed, so that its place is not disputed by one of the same key.
    query(sql).bind(id).bind(attempts).execute(tx.conn()).await?;
    tx.commit().await
}

async fn end(db: &Db, job: &Job, outcome: std::result::Result<(), Failure>, started: std::time::Instant) -> Result<()> {
    metrics::histogram!("job_seconds", "kind" => job.kind.clone()).record(started.elapsed().as_secs_f64());
    let later = db.seams().now() + pause(job.attempts);
    let (message, after) = match outcome {
        Ok(()) => {
            let mut tx = db.write().await?;
            // Conditional on the attempt: if the lease passed and another worker runs the job now, it is not ours to end.
            query("DELETE FROM job WHERE id = $1 AND attempts = $2 AND state = 'running'")
                .bind(&job.id)
                .bind(job.attempts)
                .execute(tx.conn())
                .await?;
            return tx.commit().await;
        }
        Err(Failure::Retry(message)) if job.attempts < MAX_ATTEMPTS => {
            (message, After { dead: false, later, attempts: job.attempts })
        }
        Err(Failure::Retry(message) | Failure::Give(message)) => {
            (message, After { dead: true, later, attempts: job.attempts })
        }
        Err(Failure::Wait(message, until)) => {
            (message, After { dead: false, later: until, attempts: job.attempts - 1 })
        }
    };
    tracing::warn!(%job.id, job.kind, job.attempts, after.dead, error = message, "job failed");
    metrics::counter!("job_failures_total", "kind" => job.kind.clone()).increment(1);
    // Between looking for a twin and putting back, somebody may enqueue one: then the second look finds it.
    for _ in 0..3 {
        match put_back(db, job, &message, &after).await {
            Err(error) if error.violation() == Some(Violation::Unique) => {}
            other => return other,
        }
    }
    Err(Error::Busy("作业放不回队列"))
}

/// 10 s, 40 s, 90 s … after the attempts so far.
fn pause(attempts: i64) -> SignedDuration {
    SignedDuration::from_secs(10 * attempts * attempts)
}

/// What becomes of a job that did not succeed.
struct After {
    /// It is parked for a person.
    dead: bool,
    /// When it is tried again.
    later: Timestamp,
    /// Attempts that count from now on.
    attempts: i64,
}

async fn put_back(db: &Db, job: &Job, message: &str, after: &After) -> Result<()> {
    let mut tx = db.write().await?;
    if !after.dead {
        // The same work was enqueued again meanwhile: one of them is enough.
        let twin = query(
            "DELETE FROM job WHERE id = $1 AND attempts = $2 AND state = 'running' AND dedup <> '' AND EXISTS \
             (SELECT 1 FROM job o WHERE o.kind = job.kind AND o.dedup = job.dedup AND o.state = 'ready')",
        )
        .bind(&job.id)
        .bind(job.attempts)
        .execute(tx.conn())
        .await?;
        if twin.rows_affected() == 1 {
            return tx.commit().await;
        }
    }
    query(
        "UPDATE job SET state = $2, run_at = $3, last_error = $4, lease_until = '', attempts = $6 \
         WHERE id = $1 AND attempts = $5 AND state = 'running'",
    )
    .bind(&job.id)
    .bind(if after.dead { "dead" } else { "ready" })
    .bind(time::to_db(after.later))
    .bind(message)
    .bind(job.attempts)
    .bind(after.attempts)
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// What is due now, by `$1`.
const DUE: &str = "((state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until < $1))";

/// Takes the next due job, or one whose worker died, of any kind that is not barred or at its limit.
async fn claim(db: &Db, handlers: &Handlers, barred: &[&'static str]) -> Result<Option<Job>> {
    let now = db.seams().now();
    let stored = time::to_db(now);
    // SQL: literals.
    let due = query_scalar::<String>(built(format!("SELECT id FROM job WHERE {DUE} LIMIT 1"))).bind(&stored);
    // Looking first keeps an idle worker from taking the write lock every second.
    if due.fetch_optional(db.read()).await?.is_none() {
        return Ok(None);
    }
    let mut tx = db.write().await?;
    // A job whose worker died every time may be what kills it: it is parked instead of tried for ever.
    query(
        "UPDATE job SET state = 'dead', lease_until = '', last_error = '处理程序多次中断，没有留下原因' \
         WHERE state = 'running' AND lease_until < $1 AND attempts >= $2",
    )
    .bind(&stored)
    .bind(MAX_ATTEMPTS)
    .execute(tx.conn())
    .await?;
    let mut barred: Vec<&str> = barred.to_vec();
    if handlers.limits().next().is_some() {
        // Two workers that count at the same time would both find room.
        tx.lock("jobs claim").await?;
        let sql = "SELECT kind, COUNT(*) FROM job WHERE state = 'running' AND lease_until >= $1 GROUP BY kind";
        let running: Vec<(String, i64)> = query_as(sql).bind(&stored).fetch_all(tx.conn()).await?;
        for (kinds, most) in handlers.limits() {
            let count: i64 =
                running.iter().filter(|(of, _)| kinds.contains(&of.as_str())).map(|(_, count)| *count).sum();
            if usize::try_from(count).unwrap_or(usize::MAX) >= most {
                barred.extend(kinds);
            }
        }
    }
    let allowed = match barred.len() {
        0 => String::new(),
        count => format!(" AND kind NOT IN ({})", places(3, count)),
    };
    let skip = if tx.conn().is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    // SQL: literals, and numbers of places that are counted here.
    let sql = format!(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $2, progress_done = 0, progress_total = 0, \
         progress_words = '' WHERE id = (SELECT id FROM job WHERE {DUE}{allowed} ORDER BY run_at, id LIMIT 1{skip}) \
         RETURNING {}",
        columns!()
    );
    let job = query_as(built(sql))
        .bind(&stored)
        .bind(time::to_db(now + LEASE))
        .bind_all(barred)
        .fetch_optional(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(job)
}
