//! Evidence lapses when its subject leaves the public, and counts again when the subject comes back.
//!
//! Who publishes subjects declares with which events that happens ([`Publishes`]); this crate names none. [`catch_up`] brings
//! evidence up to the log: a follower calls it, and so does every reader that must not show what was withdrawn a moment ago.
//! Telling the organ is apart from that ([`untold`], [`tell`]) and the follower's alone.

use std::collections::BTreeSet;

use kernel::{
    Actor, EventKind, NewEvent, OrganCode,
    event::Event,
    id::{DutyId, EvidenceId, ShareId},
};
use serde_json::json;
use store::{Db, FromRow, Result, Tx, built, log, query, query_as};

use crate::{
    events,
    facts::places,
    project,
    source::{self, SourceKey},
};

/// Name under which this crate keeps its place in the event log.
pub const CONSUMER: &str = "duty.lapse";
/// Events brought in by one write.
const BATCH: i64 = 100;

/// With which events subjects of one kind leave the public and come back.
#[derive(Debug, Clone, Copy)]
pub struct Publishes {
    /// Kind of the subjects, as evidence and the log name them.
    pub subject: &'static str,
    /// The subject leaves the public.
    pub leaves: &'static [&'static EventKind],
    /// The subject is public.
    pub stands: &'static [&'static EventKind],
}

impl Publishes {
    /// Names of all kinds of event, for a follower's filter.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.leaves.iter().chain(self.stands).map(|kind| kind.name)
    }
}

/// Events after the cursor that concern evidence, oldest first.
async fn pending(db: &Db, publishes: &[Publishes], after: i64) -> Result<Vec<Event>> {
    let kinds: Vec<&str> = publishes.iter().flat_map(Publishes::kinds).collect();
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    // SQL: fixed text and placeholders; kinds and numbers are bound.
    let sql = format!(
        "{} WHERE e.chain = $1 AND e.seq > $2 AND e.kind IN ({}) AND EXISTS (SELECT 1 FROM evidence v \
         WHERE v.subject_id = e.subject_id AND v.subject_kind = e.subject_kind AND v.subject_id <> '') \
         ORDER BY e.seq LIMIT $3",
        log::SELECT,
        places(4, kinds.len()),
    );
    let rows: Vec<log::EventRow> =
        // SQL: fixed text, names from this file and numbers of places; every value is bound.
        query_as(built(sql)).bind(db.chain()).bind(after).bind(BATCH).bind_all(kinds).fetch_all(db.read()).await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// Brings evidence up to the log: what left the public counts as sent back at that moment, what came back counts again. Cheap
/// when there is nothing to do.
///
/// # Errors
/// When the database fails.
pub async fn catch_up(db: &Db, publishes: &[Publishes]) -> Result<()> {
    loop {
        let seen = log::cursor(db, CONSUMER).await?;
        let events = pending(db, publishes, seen).await?;
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(()) };
        let mut tx = db.write().await?;
        tx.lock(CONSUMER).await?;
        // Another reader or process may have been here since the cursor was read.
        if log::cursor(db, CONSUMER).await? == seen {
            bring_in(&mut tx, publishes, &events).await?;
            log::advance(&mut tx, CONSUMER, last).await?;
            tx.commit().await?;
        }
    }
}

/// The same by the follower, which has seen the log up to `seq`: the next reader begins there.
///
/// # Errors
/// When the database fails.
pub async fn follow(db: &Db, publishes: &[Publishes], seq: i64) -> Result<()> {
    catch_up(db, publishes).await?;
    let mut tx = db.write().await?;
    tx.lock(CONSUMER).await?;
    if log::cursor(db, CONSUMER).await? < seq {
        log::advance(&mut tx, CONSUMER, seq).await?;
        tx.commit().await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct Touched {
    duty: DutyId,
    visibility: String,
    #[sql(flatten)]
    source: SourceKey,
}

async fn bring_in(tx: &mut Tx, publishes: &[Publishes], events: &[Event]) -> Result<()> {
    let mut duties = BTreeSet::new();
    let (mut sources, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        let touched: Vec<Touched> = query_as(
            "SELECT DISTINCT a.duty, d.visibility, d.source_kind, d.source_id FROM evidence e \
             JOIN duty_share a ON a.id = e.share JOIN duty d ON d.id = a.duty \
             WHERE e.subject_id = $2 AND e.subject_kind = $1 AND e.subject_id <> ''",
        )
        .bind(&event.subject_kind)
        .bind(&event.subject_id)
        .fetch_all(tx.conn())
        .await?;
        for row in touched {
            duties.insert(row.duty);
            if row.visibility == "public" {
                shown.insert(row.source.clone());
            }
            sources.insert(row.source);
        }
    }
    // In one order, and before the log is locked by anybody's event: nobody waits for us in a circle.
    for key in &sources {
        source::lock(tx, key).await?;
    }
    for event in events {
        let leaves = publishes.iter().any(|one| one.leaves.iter().any(|kind| kind.name == event.kind));
        // What was sent back or taken back before needs no telling.
        let sql = if leaves {
            "UPDATE evidence SET lapsed_at = $3, \
             lapse_told = CASE WHEN decision = 'returned' OR withdrawn_at <> '' THEN 1 ELSE 0 END \
             WHERE subject_id = $2 AND subject_kind = $1 AND subject_id <> '' AND lapsed_at = ''"
        } else {
            "UPDATE evidence SET lapsed_at = '', lapse_told = 0 \
             WHERE subject_id = $2 AND subject_kind = $1 AND subject_id <> '' AND lapsed_at <> '' AND lapsed_at <= $3"
        };
        query(sql).bind(&event.subject_kind).bind(&event.subject_id).bind(&event.at).execute(tx.conn()).await?;
    }
    project::refresh(tx, &duties.into_iter().collect::<Vec<_>>()).await?;
    for key in &shown {
        source::touch(tx, key).await?;
    }
    Ok(())
}

/// A piece that lapsed and of which nobody has been told.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Lapsed {
    pub id: EvidenceId,
    pub share: ShareId,
    pub duty: DutyId,
    pub organ: OrganCode,
    pub title: String,
    #[sql(flatten)]
    pub source: SourceKey,
}

/// Pieces that lapsed and of which nobody has been told.
///
/// # Errors
/// When the database fails.
pub async fn untold(db: &Db) -> Result<Vec<Lapsed>> {
    query_as(
        "SELECT e.id, e.share, a.duty, a.organ, e.title, d.source_kind, d.source_id FROM evidence e \
         JOIN duty_share a ON a.id = e.share JOIN duty d ON d.id = a.duty \
         WHERE e.lapsed_at <> '' AND e.lapse_told = 0 ORDER BY e.id LIMIT 200",
    )
    .fetch_all(db.read())
    .await
}

/// Tells the duty's history that a piece lapsed, once; `false` when it knows already.
///
/// # Errors
/// When the database fails.
pub async fn tell(tx: &mut Tx, piece: &Lapsed) -> Result<bool> {
    let done = query("UPDATE evidence SET lapse_told = 1 WHERE id = $1 AND lapsed_at <> '' AND lapse_told = 0")
        .bind(&piece.id)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let data = json!({ "source": piece.source.id, "share": piece.share, "evidence": piece.id, "title": piece.title });
    let event = NewEvent::new(&events::EVIDENCE_LAPSED, &piece.duty, &Actor::System).organ(&piece.organ);
    tx.append(event.data(data)).await?;
    Ok(true)
}
