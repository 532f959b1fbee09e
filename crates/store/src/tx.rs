//! One write: everything in it happens together, with its events and jobs, or not at all.

use kernel::{NewEvent, Seams, event, event::Event, id, time};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{Any, AnyConnection, Transaction};
use tokio::sync::OwnedMutexGuard;

use crate::{Db, Dialect, Result, jobs::NewJob};

/// A write in progress.
pub struct Tx {
    inner: Transaction<'static, Any>,
    // Held until the transaction has ended; dropped after `inner`.
    _writer: Option<OwnedMutexGuard<()>>,
    db: Db,
    head: Option<(i64, String)>,
}

/// Whether this form was already submitted.
#[derive(Debug, PartialEq, Eq)]
pub enum Once {
    /// It was not: go on, and say where the result is with [`Tx::remember`].
    First,
    /// It was: answer with this address.
    Already(String),
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl Tx {
    pub(crate) fn new(inner: Transaction<'static, Any>, writer: Option<OwnedMutexGuard<()>>, db: Db) -> Self {
        Self { inner, _writer: writer, db, head: None }
    }

    /// The connection to write through: `query("…").execute(tx.conn())`.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Clock and entropy.
    pub fn seams(&self) -> Seams {
        self.db.seams().clone()
    }

    /// The present moment in its stored form.
    pub fn now(&self) -> String {
        time::to_db(self.db.seams().now())
    }

    /// Makes writes that decide by what they read in `scope` (a plan, say) wait for each other until they end. SQLite has one
    /// writer at a time anyway. Take it before reading, and before the first event: the log's own lock comes last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock(&mut self, scope: &str) -> Result<()> {
        if self.db.dialect() == Dialect::Postgres {
            let digest = Sha256::digest(scope.as_bytes());
            let key = i64::from_be_bytes([
                digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7],
            ]);
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(key).execute(&mut *self.inner).await?;
        }
        Ok(())
    }

    /// Appends an event to the log. Numbers have no gaps and the hash chain has one head, so appending locks the log
    /// until the transaction ends: append late.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn append(&mut self, new: NewEvent) -> Result<i64> {
        if self.head.is_none() && self.db.dialect() == Dialect::Postgres {
            sqlx::query("SELECT pg_advisory_xact_lock(711002)").execute(&mut *self.inner).await?;
        }
        let (last, previous) = match self.head.take() {
            Some(head) => head,
            None => sqlx::query_as("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
                .fetch_optional(&mut *self.inner)
                .await?
                .unwrap_or((0, event::GENESIS.to_owned())),
        };
        let mut event = Event {
            seq: last + 1,
            at: self.now(),
            kind: new.kind.to_owned(),
            subject_kind: new.subject_kind.to_owned(),
            subject_id: new.subject_id,
            organ: new.organ.map(|organ| organ.0).unwrap_or_default(),
            actor: new.actor,
            actor_name: new.actor_name,
            data: serde_json::to_string(&new.data)?,
            previous,
            hash: String::new(),
        };
        event.hash = event::chain_hash(&event);
        sqlx::query(
            "INSERT INTO event (seq, at, kind, subject_kind, subject_id, organ, actor, actor_name, data, previous, hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(event.seq)
        .bind(&event.at)
        .bind(&event.kind)
        .bind(&event.subject_kind)
        .bind(&event.subject_id)
        .bind(&event.organ)
        .bind(&event.actor)
        .bind(&event.actor_name)
        .bind(&event.data)
        .bind(&event.previous)
        .bind(&event.hash)
        .execute(&mut *self.inner)
        .await?;
        self.head = Some((event.seq, event.hash));
        Ok(event.seq)
    }

    /// Puts a job into the queue; it becomes visible to workers with the commit. A waiting job of the same kind with the
    /// same non-empty `dedup` makes this a no-op.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue<P: Serialize + Sync>(&mut self, job: NewJob<'_, P>) -> Result<()> {
        if !job.dedup.is_empty() {
            let waiting: Option<String> =
                sqlx::query_scalar("SELECT id FROM job WHERE kind = $1 AND dedup = $2 AND state = 'ready'")
                    .bind(job.kind)
                    .bind(&job.dedup)
                    .fetch_optional(&mut *self.inner)
                    .await?;
            if waiting.is_some() {
                return Ok(());
            }
        }
        let now = self.now();
        sqlx::query(
            "INSERT INTO job (id, kind, payload, dedup, state, run_at, attempts, lease_until, last_error, created_at) \
             VALUES ($1, $2, $3, $4, 'ready', $5, 0, '', '', $6)",
        )
        .bind(id::fresh(self.db.seams()))
        .bind(job.kind)
        .bind(serde_json::to_string(job.payload)?)
        .bind(job.dedup)
        .bind(job.run_at.map_or_else(|| now.clone(), time::to_db))
        .bind(&now)
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Whether the form with this token was already submitted. An empty token is always the first time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn once(&mut self, token: &str) -> Result<Once> {
        if token.is_empty() {
            return Ok(Once::First);
        }
        let now = self.now();
        // Claiming the token first makes a second, parallel submission wait for this one and then see its result.
        let claimed =
            sqlx::query("INSERT INTO submission (token, location, at) VALUES ($1, '', $2) ON CONFLICT DO NOTHING")
                .bind(token)
                .bind(&now)
                .execute(&mut *self.inner)
                .await?;
        if claimed.rows_affected() == 1 {
            return Ok(Once::First);
        }
        let location: String = sqlx::query_scalar("SELECT location FROM submission WHERE token = $1")
            .bind(token)
            .fetch_one(&mut *self.inner)
            .await?;
        Ok(Once::Already(location))
    }

    /// Records where the submission with this token led.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remember(&mut self, token: &str, location: &str) -> Result<()> {
        sqlx::query("UPDATE submission SET location = $2 WHERE token = $1")
            .bind(token)
            .bind(location)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// The next number of the counter `name`, from 1.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_number(&mut self, name: &str) -> Result<i64> {
        let value = sqlx::query_scalar(
            "INSERT INTO counter (name, value) VALUES ($1, 1) \
             ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        )
        .bind(name)
        .fetch_one(&mut *self.inner)
        .await?;
        Ok(value)
    }

    /// Makes it all true at once and wakes the consumers of the log.
    ///
    /// # Errors
    /// When the database fails: then nothing of it happened.
    pub async fn commit(self) -> Result<()> {
        self.inner.commit().await?;
        if let Some((seq, _)) = self.head {
            self.db.announce(seq);
        }
        Ok(())
    }
}
