//! One write: everything in it happens together, with its events and jobs, or not at all.

use std::collections::BTreeSet;

use kernel::{
    NewEvent, Seams, event,
    event::Event,
    id::{self, SubjectRef},
    time,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    Conn, Db, Error, Result, built,
    jobs::NewJob,
    log::seals::{self, Accepted, Seal},
    query, query_as, query_scalar,
};

/// A write in progress.
pub struct Tx {
    conn: Conn,
    db: Db,
    head: Option<(i64, String)>,
    /// The newest event of this write: it commits to the seals, so it is written with them, last.
    held: Option<Held>,
    /// Subjects whose rows this write may have changed.
    touched: BTreeSet<(&'static str, String)>,
    /// Whether rows are taken as they are, whoever changed them.
    trusting: bool,
    /// Those of these subjects are: two people have agreed.
    accepted: BTreeSet<(&'static str, String)>,
    /// What this write has sealed.
    sealed: Vec<(i64, Seal)>,
    enqueued: bool,
}

/// An event that is not written yet.
struct Held {
    event: Event,
    salt: String,
    payload: String,
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
    pub(crate) fn new(conn: Conn, db: Db) -> Self {
        Self {
            conn,
            db,
            head: None,
            held: None,
            touched: BTreeSet::new(),
            trusting: false,
            accepted: BTreeSet::new(),
            sealed: Vec::new(),
            enqueued: false,
        }
    }

    /// The connection to write through: `query("…").execute(tx.conn())`.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Clock and entropy of the database in which this is written.
    pub fn seams(&self) -> Seams {
        self.db.seams().clone()
    }

    /// The present moment in its stored form.
    pub fn now(&self) -> String {
        time::to_db(self.db.seams().now())
    }

    /// Name of the chain of the event log that this write appends to.
    pub fn chain(&self) -> &str {
        self.db.chain()
    }

    /// Makes writes that decide by what they read in `scope` (a plan, say) wait for each other until they end. SQLite has one
    /// writer at a time anyway. Take it before reading, and before the first event: the log's own lock comes last.
    pub async fn lock(&mut self, scope: &str) -> Result<()> {
        if self.conn.is_postgres() {
            query("SELECT pg_advisory_xact_lock($1)").bind(lock_key(scope)).execute(&mut self.conn).await?;
        }
        Ok(())
    }

    /// Makes writes that lock the same row of `table` (by its `id` column) wait for each other, and changes of the row by
    /// others too. Take it before reading the row.
    pub async fn lock_row(&mut self, table: &'static str, id: &str) -> Result<()> {
        if self.conn.is_postgres() {
            // SQL: `table` is a literal of the caller.
            let sql = built(format!("SELECT 1 FROM {table} WHERE id = $1 FOR UPDATE"));
            query(sql).bind(id).execute(&mut self.conn).await?;
        }
        Ok(())
    }

    /// Appends an event to the log. Numbers have no gaps and the hash chain has one head, so appending locks the chain
    /// until the transaction ends: append late.
    ///
    /// # Errors
    /// [`Error::Event`] when the payload holds a key that the kind does not declare; when the database fails.
    pub async fn append(&mut self, new: NewEvent) -> Result<i64> {
        if let Some(key) = new.kind.undeclared(&new.data) {
            return Err(Error::Event(format!("{} 的内容里有没有声明的“{key}”", new.kind.name)));
        }
        if !new.data.is_object() {
            return Err(Error::Event(format!("{} 的内容不是对象", new.kind.name)));
        }
        self.settle().await?;
        let (last, previous) = self.log_head().await?;
        let salt = self.db.seams().secret(32);
        let payload = event::payload(&new.actor_name, &new.data)?;
        let event = Event {
            chain: self.db.chain().to_owned(),
            seq: last + 1,
            at: self.now(),
            kind: new.kind.name.to_owned(),
            subject_kind: new.kind.subject.to_owned(),
            subject_id: new.subject_id,
            organ: new.organ.map(String::from).unwrap_or_default(),
            actor: new.actor,
            keep: new.kind.keep.code().to_owned(),
            commitment: event::commitment(&salt, &payload),
            seals: String::new(),
            previous,
            hash: String::new(),
            actor_name: String::new(),
            data: String::new(),
            erased: false,
        };
        self.touch(&SubjectRef::new(new.kind.subject, &event.subject_id));
        let seq = event.seq;
        self.head = Some((seq, String::new()));
        self.held = Some(Held { event, salt, payload });
        Ok(seq)
    }

    /// Says that rows of a subject are changed for which this write has no event of their own: its seal is made anew. Whatever
    /// has an event is sealed by that.
    pub fn touch(&mut self, subject: &SubjectRef) {
        if let Some(sealed) = self.db.sealed().iter().find(|sealed| sealed.kind == subject.kind) {
            self.touched.insert((sealed.kind, sealed.seal_of(&subject.id).to_owned()));
        }
    }

    /// Writes the newest event now, without seals: for whoever reads the log through [`Tx::conn`] in the same write.
    pub async fn settle(&mut self) -> Result<()> {
        self.write_held(Vec::new()).await
    }

    async fn write_held(&mut self, seals: Vec<Seal>) -> Result<()> {
        let Some(Held { mut event, salt, payload }) = self.held.take() else { return Ok(()) };
        if !seals.is_empty() {
            event.seals =
                event::seals_digest(seals.iter().map(|seal| (seal.kind, seal.id.as_str(), seal.seal.as_str())));
        }
        event.hash = event::chain_hash(&event);
        query(
            "INSERT INTO event \
             (chain, seq, at, kind, subject_kind, subject_id, organ, actor, keep, commitment, seals, previous, hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(&event.chain)
        .bind(event.seq)
        .bind(&event.at)
        .bind(&event.kind)
        .bind(&event.subject_kind)
        .bind(&event.subject_id)
        .bind(&event.organ)
        .bind(&event.actor)
        .bind(&event.keep)
        .bind(&event.commitment)
        .bind(&event.seals)
        .bind(&event.previous)
        .bind(&event.hash)
        .execute(&mut self.conn)
        .await?;
        query("INSERT INTO event_payload (chain, seq, salt, data, erased_at) VALUES ($1, $2, $3, $4, '')")
            .bind(&event.chain)
            .bind(event.seq)
            .bind(salt)
            .bind(payload)
            .execute(&mut self.conn)
            .await?;
        seals::keep(&mut self.conn, &event.chain, event.seq, &seals).await?;
        self.sealed.extend(seals.into_iter().map(|seal| (event.seq, seal)));
        self.head = Some((event.seq, event.hash));
        Ok(())
    }

    /// The newest event of this write commits to what the rows of its subjects are now.
    async fn seal(&mut self) -> Result<()> {
        let touched = std::mem::take(&mut self.touched);
        if touched.is_empty() {
            return self.write_held(Vec::new()).await;
        }
        if self.held.is_none() {
            if self.looked_at(&touched).await?.is_empty() && self.altered(&touched).await?.is_empty() {
                return Ok(());
            }
            // Looked at again under the log's lock: nobody else's seal may be made between looking and committing.
            self.hold_log().await?;
        }
        let made = self.looked_at(&touched).await?;
        if self.held.is_none() && !made.is_empty() {
            self.append(NewEvent::new(&seals::RESEALED, "", &kernel::Actor::System)).await?;
        }
        // Looked at after the rows that are sealed, so that nothing can come in between unseen.
        for found in self.altered(&touched).await? {
            self.append(found).await?;
        }
        self.write_held(made).await
    }

    /// What of these subjects was changed past the program and is not taken as it is.
    async fn altered(&self, touched: &BTreeSet<(&'static str, String)>) -> Result<Vec<NewEvent>> {
        if self.trusting {
            return Ok(Vec::new());
        }
        let held = touched.difference(&self.accepted).cloned().collect();
        seals::altered(&self.db, &held).await
    }

    /// Which of these subjects of a kind are in doubt: their rows, as committed, are not what the log says of them, or were not
    /// when a write came upon them, which nobody has settled. What is made from them is left as it is until then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn doubted<'a>(
        &mut self,
        kind: &str,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeSet<String>> {
        let Some(sealed) = self.db.sealed().iter().find(|sealed| sealed.kind == kind) else {
            return Ok(BTreeSet::new());
        };
        seals::doubted(&self.db, sealed, &ids.into_iter().map(str::to_owned).collect()).await
    }

    /// Takes the rows of a subject as they are from this write on, although they are not what the log says of them: since they
    /// cannot be put back, and two people have agreed. The newest event of the write seals them; the caller's event names the
    /// digests ([`Tx::present`]).
    pub fn accept(&mut self, subject: &SubjectRef) {
        if let Some(sealed) = self.db.sealed().iter().find(|sealed| sealed.kind == subject.kind) {
            self.accepted.insert((sealed.kind, sealed.seal_of(&subject.id).to_owned()));
            self.touch(subject);
        }
    }

    /// What the newest seal of a subject says, and what its rows are now. `None`: nothing is sealed of such a subject.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn present(&mut self, subject: &SubjectRef) -> Result<Option<Accepted>> {
        let db = self.db.clone();
        let Some(sealed) = db.sealed().iter().find(|sealed| sealed.kind == subject.kind) else { return Ok(None) };
        let id = sealed.seal_of(&subject.id);
        let was = seals::newest(&mut self.conn, db.chain(), sealed.kind, id).await?;
        let now = sealed.look(&mut self.conn, id).await?;
        Ok(Some(Accepted::of(was.as_ref().map(|(_, seal)| seal.as_str()), &now)))
    }

    /// What this write seals is taken as it is, whoever changed it: for stories that set rows by hand.
    pub(crate) fn trust(&mut self) {
        self.trusting = true;
    }

    /// New seals of these subjects: of those whose rows are no longer what their newest seal says. An event about something that
    /// never had rows (a sign-in under a name that nobody has) needs none.
    async fn looked_at(&mut self, touched: &BTreeSet<(&'static str, String)>) -> Result<Vec<Seal>> {
        let db = self.db.clone();
        let mut made = Vec::new();
        for (kind, id) in touched {
            let Some(sealed) = db.sealed().iter().find(|sealed| sealed.kind == *kind) else { continue };
            let seal = sealed.look(&mut self.conn, id).await?;
            let newest = seals::newest(&mut self.conn, db.chain(), kind, id).await?;
            let same = newest.map_or(seal == seals::NOTHING, |(_, newest)| newest == seal);
            if !same || self.accepted.contains(&(*kind, id.clone())) {
                made.push(Seal { kind: sealed.kind, id: id.clone(), seal });
            }
        }
        Ok(made)
    }

    /// Takes the log's lock now. A write that changes rows which every write of its kind changes (running numbers, counts)
    /// takes it before them, so that they are taken in one order and no two writes wait for each other in a circle.
    pub async fn hold_log(&mut self) -> Result<()> {
        let head = self.log_head().await?;
        self.head = Some(head);
        Ok(())
    }

    /// Number and hash of the newest event, with the chain locked until the transaction ends.
    async fn log_head(&mut self) -> Result<(i64, String)> {
        if let Some(head) = self.head.take() {
            return Ok(head);
        }
        // Each chain has a lock of its own: counties do not wait for each other.
        let chain = self.db.chain().to_owned();
        self.lock(&format!("event log {chain}")).await?;
        let newest = query_as("SELECT seq, hash FROM event WHERE chain = $1 ORDER BY seq DESC LIMIT 1")
            .bind(chain)
            .fetch_optional(&mut self.conn)
            .await?;
        Ok(newest.unwrap_or((0, event::GENESIS.to_owned())))
    }

    /// Puts a job into the queue; it becomes visible to workers with the commit. A waiting job of the same kind with the
    /// same non-empty `dedup` makes this a no-op.
    pub async fn enqueue<P: Serialize + Sync>(&mut self, job: NewJob<'_, P>) -> Result<()> {
        let now = self.now();
        query(
            "INSERT INTO job (id, kind, payload, dedup, state, run_at, attempts, lease_until, last_error, progress_done, \
             progress_total, progress_words, cancelled, created_at) \
             VALUES ($1, $2, $3, $4, 'ready', $5, 0, '', '', 0, 0, '', 0, $6) \
             ON CONFLICT (kind, dedup) WHERE dedup <> '' AND state = 'ready' DO NOTHING",
        )
        .bind(id::fresh(self.db.seams()))
        .bind(job.kind)
        .bind(serde_json::to_string(job.payload)?)
        .bind(job.dedup)
        .bind(job.run_at.map_or_else(|| now.clone(), time::to_db))
        .bind(&now)
        .execute(&mut self.conn)
        .await?;
        self.enqueued = true;
        Ok(())
    }

    /// Something in the queue may be done now.
    pub(crate) fn wake_workers(&mut self) {
        self.enqueued = true;
    }

    /// Whether the form with this token was already submitted. An empty token is always the first time.
    pub async fn once(&mut self, token: &str) -> Result<Once> {
        if token.is_empty() {
            return Ok(Once::First);
        }
        let now = self.now();
        // Claiming the token first makes a second, parallel submission wait for this one and then see its result.
        let claimed = query("INSERT INTO submission (token, location, at) VALUES ($1, '', $2) ON CONFLICT DO NOTHING")
            .bind(token)
            .bind(&now)
            .execute(&mut self.conn)
            .await?;
        if claimed.rows_affected() == 1 {
            return Ok(Once::First);
        }
        let location: String = query_scalar("SELECT location FROM submission WHERE token = $1")
            .bind(token)
            .fetch_one(&mut self.conn)
            .await?;
        Ok(Once::Already(location))
    }

    /// Records where the submission with this token led.
    pub async fn remember(&mut self, token: &str, location: &str) -> Result<()> {
        query("UPDATE submission SET location = $2 WHERE token = $1")
            .bind(token)
            .bind(location)
            .execute(&mut self.conn)
            .await?;
        Ok(())
    }

    /// The next number of the counter `name`, from 1.
    pub async fn next_number(&mut self, name: &str) -> Result<i64> {
        let value = query_scalar::<i64>(
            "INSERT INTO counter (name, value) VALUES ($1, 1) \
             ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        )
        .bind(name)
        .fetch_one(&mut self.conn)
        .await?;
        Ok(value)
    }

    /// Makes it all true at once and wakes the consumers of the log.
    ///
    /// # Errors
    /// When the database fails: then nothing of it happened.
    pub async fn commit(mut self) -> Result<()> {
        self.seal().await?;
        self.conn.commit().await?;
        for (seq, Seal { kind, id, seal }) in &self.sealed {
            self.db.seen().learn(kind, id, *seq, seal);
        }
        if let Some((seq, _)) = self.head {
            self.db.announce(seq);
        }
        if self.enqueued {
            self.db.announce_job();
        }
        Ok(())
    }
}

/// Where the form with this token led, if it was submitted before. Only looks: whoever is still to be told what to correct sends
/// the same form again and must be heard, and nobody who writes is waited for.
pub async fn submitted(db: &Db, token: &str) -> Result<Option<String>> {
    query_scalar("SELECT location FROM submission WHERE token = $1").bind(token).fetch_optional(db.read()).await
}

/// The number of an advisory lock of PostgreSQL for a scope in words.
fn lock_key(scope: &str) -> i64 {
    let digest = Sha256::digest(scope.as_bytes());
    i64::from_be_bytes([digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]])
}
