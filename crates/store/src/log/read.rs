//! Reading the log.

use kernel::{
    event::{Event, EventKind},
    id::SubjectRef,
};

use crate::{Db, FromRow, Result, Tx, built, places, query, query_as, query_scalar};

/// A row of the log with its payload, as [`SELECT`] gives it; becomes an [`Event`].
#[derive(Debug, FromRow)]
pub struct EventRow {
    pub chain: String,
    pub seq: i64,
    pub at: String,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub organ: String,
    pub actor: String,
    pub keep: String,
    pub commitment: String,
    pub seals: String,
    pub previous: String,
    pub hash: String,
    pub payload: String,
}

/// What every reader of the log selects; `WHERE` and the rest follow, with `e` for the event and `p` for its payload.
#[macro_export]
macro_rules! select_events {
    ($rest:literal) => {
        $crate::select_events!("", $rest)
    };
    // With more columns.
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT e.chain, e.seq, e.at, e.kind, e.subject_kind, e.subject_id, e.organ, e.actor, e.keep, e.commitment, \
             e.seals, e.previous, e.hash, COALESCE(p.data, '') AS payload",
            $columns,
            " FROM event e LEFT JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq ",
            $rest
        )
    };
}

/// The same for SQL that is put together.
pub const SELECT: &str = select_events!("");

/// Condition on `e` of [`SELECT`]: the events of one subject; `$1` is the chain, `$2` and `$3` the subject. To be used wherever
/// other conditions stand beside it: SQLite takes all events of the chain for few and walks them when it may choose.
pub const OF_SUBJECT: &str = "e.chain = $1 AND e.seq IN \
    (SELECT s.seq FROM event s WHERE s.chain = $1 AND s.subject_kind = $2 AND s.subject_id = $3)";

/// What stands in a payload.
#[derive(serde::Deserialize)]
struct Payload {
    actor: String,
    data: serde_json::Value,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        let payload: Option<Payload> = serde_json::from_str(&row.payload).ok();
        let erased = row.payload.is_empty();
        let (actor_name, data) = match payload {
            Some(payload) => (payload.actor, payload.data.to_string()),
            // Erased; or changed behind the program's back, which is for `verify` to tell.
            None => (String::new(), "{}".to_owned()),
        };
        Self {
            chain: row.chain,
            seq: row.seq,
            at: row.at,
            kind: row.kind,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            organ: row.organ,
            actor: row.actor,
            keep: row.keep,
            commitment: row.commitment,
            seals: row.seals,
            previous: row.previous,
            hash: row.hash,
            actor_name,
            data,
            erased,
        }
    }
}

/// Up to `limit` events after position `after`, in order.
pub async fn after(db: &Db, after: i64, limit: i64) -> Result<Vec<Event>> {
    let rows = query_as::<EventRow>(select_events!("WHERE e.chain = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3"))
        .bind(db.chain())
        .bind(after)
        .bind(limit)
        .fetch_all(db.read())
        .await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// The event at position `seq`.
pub async fn at(db: &Db, seq: i64) -> Result<Option<Event>> {
    let row = query_as::<EventRow>(select_events!("WHERE e.chain = $1 AND e.seq = $2"))
        .bind(db.chain())
        .bind(seq)
        .fetch_optional(db.read())
        .await?;
    Ok(row.map(Event::from))
}

/// The history of one subject, oldest first.
pub async fn of_subject(db: &Db, subject: &SubjectRef) -> Result<Vec<Event>> {
    let sql = select_events!("WHERE e.chain = $1 AND e.subject_kind = $2 AND e.subject_id = $3 ORDER BY e.seq");
    let rows =
        query_as::<EventRow>(sql).bind(db.chain()).bind(&subject.kind).bind(&subject.id).fetch_all(db.read()).await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// The same as a write sees it, its own events included.
///
/// # Errors
/// When the database fails.
pub async fn within(tx: &mut Tx, subject: &SubjectRef) -> Result<Vec<Event>> {
    tx.settle().await?;
    let chain = tx.chain().to_owned();
    let sql = select_events!("WHERE e.chain = $1 AND e.subject_kind = $2 AND e.subject_id = $3 ORDER BY e.seq");
    let rows = query_as::<EventRow>(sql).bind(chain).bind(&subject.kind).bind(&subject.id).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// The newest event of one subject that is of one of these kinds.
pub async fn newest(db: &Db, subject: &SubjectRef, kinds: &[&EventKind]) -> Result<Option<Event>> {
    // SQL: literals, and numbers of places that are counted here.
    let tail = format!("WHERE {OF_SUBJECT} AND e.kind IN ({}) ORDER BY e.seq DESC LIMIT 1", places(4, kinds.len()));
    let row = query_as::<EventRow>(built(format!("{SELECT}{tail}")))
        .bind(db.chain())
        .bind(&subject.kind)
        .bind(&subject.id)
        .bind_all(kinds.iter().map(|kind| kind.name))
        .fetch_optional(db.read())
        .await?;
    Ok(row.map(Event::from))
}

/// How far `consumer` has read; 0 when never.
pub async fn cursor(db: &Db, consumer: &str) -> Result<i64> {
    let seq = query_scalar::<i64>("SELECT seq FROM event_cursor WHERE consumer = $1 AND chain = $2")
        .bind(consumer)
        .bind(db.chain())
        .fetch_optional(db.read())
        .await?;
    Ok(seq.unwrap_or(0))
}

/// Records how far `consumer` has read, in the transaction that holds the effects of reading.
pub async fn advance(tx: &mut Tx, consumer: &str, seq: i64) -> Result<()> {
    let chain = tx.chain().to_owned();
    query(
        "INSERT INTO event_cursor (consumer, chain, seq, holder, lease_until) VALUES ($1, $2, $3, '', '') \
         ON CONFLICT (consumer, chain) DO UPDATE SET seq = excluded.seq",
    )
    .bind(consumer)
    .bind(chain)
    .bind(seq)
    .execute(tx.conn())
    .await?;
    Ok(())
}
