//! What a long job holds while it runs.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use kernel::time;

use super::{Job, JobId, LEASE};
use crate::{Db, Result, query_scalar};

/// A running job, as its handler sees it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    id: JobId,
    attempts: i64,
    cancelled: AtomicBool,
    lost: AtomicBool,
    /// When progress was last written, by the machine's clock.
    told: Mutex<Option<std::time::Instant>>,
}

/// Progress is written no more often: each time takes the write lock for a moment.
const TELL: std::time::Duration = std::time::Duration::from_millis(1000);

impl Handle {
    pub(super) fn new(db: &Db, job: &Job) -> Self {
        let inner = Inner {
            db: db.clone(),
            id: job.id.clone(),
            attempts: job.attempts,
            cancelled: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            told: Mutex::new(None),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Whether somebody asked the job to stop, as far as is known: looked for with every heartbeat and every progress told.
    /// A handler looks here between two steps and returns.
    pub fn cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::Relaxed)
    }

    /// Tells the office how far the job is: `done` of `total` steps (0 = unknown) and what it does now. May be called after
    /// each step; it is written once a second, and at the end.
    pub async fn progress(&self, done: u64, total: u64, words: &str) -> Result<()> {
        let due = {
            let mut told = self.inner.told.lock().unwrap_or_else(PoisonError::into_inner);
            let due = told.is_none_or(|told| told.elapsed() >= TELL) || done == total;
            if due {
                *told = Some(std::time::Instant::now());
            }
            due
        };
        if due { self.write(Some((done, total, words))).await } else { Ok(()) }
    }

    /// Renews the lease.
    pub(super) async fn beat(&self) -> Result<()> {
        self.write(None).await
    }

    /// Whether another worker has taken the job over.
    pub(super) fn lost(&self) -> bool {
        self.inner.lost.load(Ordering::Relaxed)
    }

    async fn write(&self, progress: Option<(u64, u64, &str)>) -> Result<()> {
        let Inner { db, id, attempts, .. } = &*self.inner;
        let until = time::to_db(db.seams().now() + LEASE);
        let mut tx = db.write().await?;
        let cancelled = match progress {
            Some((done, total, words)) => query_scalar::<bool>(
                "UPDATE job SET lease_until = $3, progress_done = $4, progress_total = $5, progress_words = $6 \
                 WHERE id = $1 AND attempts = $2 AND state = 'running' RETURNING cancelled",
            )
            .bind(id)
            .bind(attempts)
            .bind(until)
            .bind(i64::try_from(done).unwrap_or(i64::MAX))
            .bind(i64::try_from(total).unwrap_or(i64::MAX))
            .bind(words),
            None => query_scalar::<bool>(
                "UPDATE job SET lease_until = $3 WHERE id = $1 AND attempts = $2 AND state = 'running' RETURNING cancelled",
            )
            .bind(id)
            .bind(attempts)
            .bind(until),
        };
        let cancelled = cancelled.fetch_optional(tx.conn()).await?;
        tx.commit().await?;
        match cancelled {
            Some(true) => self.inner.cancelled.store(true, Ordering::Relaxed),
            Some(false) => {}
            None => self.inner.lost.store(true, Ordering::Relaxed),
        }
        Ok(())
    }
}
