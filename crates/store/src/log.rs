//! Reading and verifying the event log, and the cursors of its consumers.

use std::path::Path;

use futures::TryStreamExt;
use kernel::event::{Event, GENESIS, chain_hash};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::{Db, Files, Result, Tx};

/// A row of the log as every reader of the table `event` reads it; becomes an [`Event`].
#[derive(Debug, FromRow)]
#[expect(missing_docs, reason = "the columns are described in 0001_store.sql, the fields in kernel::event::Event")]
pub struct EventRow {
    pub seq: i64,
    pub at: String,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub organ: String,
    pub actor: String,
    pub actor_name: String,
    pub data: String,
    pub previous: String,
    pub hash: String,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            kind: row.kind,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            organ: row.organ,
            actor: row.actor,
            actor_name: row.actor_name,
            data: row.data,
            previous: row.previous,
            hash: row.hash,
        }
    }
}

/// What `gongkai verify` found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// Events walked.
    pub events: i64,
    /// Files whose bytes were read.
    pub files: i64,
    /// Whether everything fits.
    pub ok: bool,
    /// The first that does not, in words.
    pub first_bad: Option<String>,
    /// Hash of the newest event: written down elsewhere, it proves later that nothing before it was changed.
    pub head: String,
}

/// Up to `limit` events after position `after`, in order.
///
/// # Errors
/// When the database fails.
pub async fn after(db: &Db, after: i64, limit: i64) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> = sqlx::query_as("SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(after)
        .bind(limit)
        .fetch_all(db.read())
        .await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// The history of one subject, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_subject(db: &Db, subject_kind: &str, subject_id: &str) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> =
        sqlx::query_as("SELECT * FROM event WHERE subject_kind = $1 AND subject_id = $2 ORDER BY seq")
            .bind(subject_kind)
            .bind(subject_id)
            .fetch_all(db.read())
            .await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// How far `consumer` has read; 0 when never.
///
/// # Errors
/// When the database fails.
pub async fn cursor(db: &Db, consumer: &str) -> Result<i64> {
    let seq: Option<i64> = sqlx::query_scalar("SELECT seq FROM event_cursor WHERE consumer = $1")
        .bind(consumer)
        .fetch_optional(db.read())
        .await?;
    Ok(seq.unwrap_or(0))
}

/// Records how far `consumer` has read, in the transaction that holds the effects of reading.
///
/// # Errors
/// When the database fails.
pub async fn advance(tx: &mut Tx, consumer: &str, seq: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO event_cursor (consumer, seq) VALUES ($1, $2) ON CONFLICT (consumer) DO UPDATE SET seq = excluded.seq",
    )
    .bind(consumer)
    .bind(seq)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The end of the chain at some moment, kept outside of the database: events cut off its end leave a chain without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Number of the newest event.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// Name of the file in the data directory that holds the [`Checkpoint`].
const CHECKPOINT: &str = "log-checkpoint.json";

impl Checkpoint {
    /// The one kept in `data`, if there is any.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(data: &Path) -> Result<Option<Self>> {
        match std::fs::read(data.join(CHECKPOINT)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Keeps the present end of the chain in `data`, unless what is kept there does not fit the log any more: that is for
/// [`verify`] to tell, not to be covered up.
///
/// # Errors
/// When database or disk fail.
pub async fn checkpoint(db: &Db, data: &Path) -> Result<()> {
    let newest: Option<(i64, String)> =
        sqlx::query_as("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetch_optional(db.read()).await?;
    let Some((seq, hash)) = newest else { return Ok(()) };
    let now = Checkpoint { seq, hash };
    let kept = Checkpoint::read(data)?;
    if kept.as_ref() == Some(&now) || cut_off(db, kept.as_ref()).await?.is_some() {
        return Ok(());
    }
    let mut file = tempfile::NamedTempFile::new_in(data)?;
    serde_json::to_writer(&mut file, &now)?;
    file.as_file().sync_all()?;
    file.persist(data.join(CHECKPOINT)).map_err(|error| error.error)?;
    Ok(())
}

/// How to say that the step back was meant.
fn meant() -> String {
    format!("（如果是有意退回到较早的数据，请核对后删除数据目录里的 {CHECKPOINT}，再验证一次）")
}

/// The fault in words when the log does not hold the event of the checkpoint.
async fn cut_off(db: &Db, kept: Option<&Checkpoint>) -> Result<Option<String>> {
    let Some(kept) = kept else { return Ok(None) };
    let hash: Option<String> =
        sqlx::query_scalar("SELECT hash FROM event WHERE seq = $1").bind(kept.seq).fetch_optional(db.read()).await?;
    Ok(match hash {
        Some(hash) if hash == kept.hash => None,
        Some(_) => Some(format!("第 {} 号记录与数据目录里留存的链头不一致，此前的记录被换过{}", kept.seq, meant())),
        None => Some(format!("记录曾经写到第 {} 号，末尾的记录不见了{}", kept.seq, meant())),
    })
}

/// Walks the chain from the first event and reads every file, stopping at the first that does not fit. `kept` is a checkpoint
/// from outside of the database.
///
/// # Errors
/// When the database fails; a file that is missing or changed is a finding, not an error.
pub async fn verify(db: &Db, files: &Files, kept: Option<&Checkpoint>) -> Result<Verified> {
    let mut result = Verified { events: 0, files: 0, ok: true, first_bad: None, head: GENESIS.to_owned() };
    let mut rows = sqlx::query_as::<_, EventRow>("SELECT * FROM event ORDER BY seq").fetch(db.read());
    while let Some(row) = rows.try_next().await? {
        let event = Event::from(row);
        let fault = if event.seq != result.events + 1 {
            Some(format!("缺少第 {} 号记录（读到第 {} 号）", result.events + 1, event.seq))
        } else if event.previous != result.head {
            Some(format!("第 {} 号记录（{} {}）与前一号不衔接", event.seq, event.at, event.kind))
        } else if chain_hash(&event) != event.hash {
            Some(format!("第 {} 号记录（{} {}）内容被改动过", event.seq, event.at, event.kind))
        } else {
            None
        };
        if fault.is_some() {
            return Ok(Verified { ok: false, first_bad: fault, ..result });
        }
        result.events += 1;
        result.head = event.hash;
    }
    drop(rows);
    if let Some(fault) = cut_off(db, kept).await? {
        return Ok(Verified { ok: false, first_bad: Some(fault), ..result });
    }
    let digests: Vec<String> =
        sqlx::query_scalar("SELECT digest FROM file ORDER BY digest").fetch_all(db.read()).await?;
    for digest in digests {
        if let Some(fault) = files.check(&digest).await? {
            return Ok(Verified { ok: false, first_bad: Some(fault), ..result });
        }
        result.files += 1;
    }
    Ok(result)
}
