//! What was changed past the program is named before a write seals it, and a seal is believed no further than the log goes.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    Actor, NewEvent,
    event::{Event, chain_hash, digest_of, seals_digest},
};
use serde_json::json;

use super::{NOTHING, Part, SETTLED, Sealed, TAMPERED, begin, look_at, name_of, newest, read};
use crate::{Conn, Db, Result, log::EventRow, query_as, query_scalar, raw::Snapshot, select_events};

/// What is taken as it is from now on, since it cannot be put back: digests of what stood there by the log and of what stands
/// there now. Of a subject without seal or rows the text is `{}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// SHA-256 of the newest seal.
    pub was: String,
    /// SHA-256 of the seal that the rows have now.
    pub now: String,
}

impl Accepted {
    /// Of the newest seal of a subject and of its rows.
    pub(crate) fn of(was: Option<&str>, now: &str) -> Self {
        Self { was: digest_of([was.unwrap_or(NOTHING)]), now: digest_of([now]) }
    }
}

/// A subject as it is held against its newest seal.
pub(super) struct Held {
    pub(super) now: BTreeMap<&'static str, String>,
    /// The parts that differ, in words.
    pub(super) labels: Vec<&'static str>,
    /// What is wrong with the seal itself, in words.
    bent: Option<String>,
    sealed: bool,
}

impl Held {
    pub(super) fn fits(&self) -> bool {
        self.labels.is_empty() && self.bent.is_none()
    }

    /// What is wrong, in words.
    pub(super) fn words(&self, sealed: &Sealed, name: &str) -> String {
        let label = sealed.label;
        match &self.bent {
            Some(bent) => format!("{label}{name}：{bent}"),
            None if !self.sealed => format!("{label}{name}没有经过本程序，留痕中没有"),
            None if self.now.is_empty() => format!("{label}{name}被整个删除，留痕中没有删除的记录"),
            None => format!("{label}{name}与留痕不一致：{}", self.labels.join("、")),
        }
    }
}

/// Some moment: what is sealed, and how far the log goes.
pub(super) struct Moment<'a> {
    pub(super) db: &'a Db,
    pub(super) known: BTreeSet<String>,
    head: i64,
}

impl<'a> Moment<'a> {
    pub(super) async fn of(conn: &mut Conn, db: &'a Db) -> Result<Self> {
        let known = begin::known(conn, db).await?;
        let head = query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event WHERE chain = $1").bind(db.chain());
        Ok(Self { db, known, head: head.fetch_one(conn).await? })
    }

    /// Holds the rows of a subject against its newest seal; `None` when it is not sealed yet. Compared are the parts that are
    /// sealed by now, and those that its seal has before all of their kind are.
    pub(super) async fn hold(
        &self,
        conn: &mut Conn,
        sealed: &Sealed,
        id: &str,
        seal: Option<(i64, &str)>,
    ) -> Result<Option<Held>> {
        let then = read(seal.map_or(NOTHING, |(_, seal)| seal));
        let knows = |key: &str| self.known.contains(&sealed.key(key));
        let parts: Vec<Part> =
            sealed.parts.iter().copied().filter(|part| knows(part.key) || then.contains_key(part.key)).collect();
        // What stood there before the subjects of its sort were sealed at all is taken as it is, by the event that says so.
        let old = seal.is_none() && !sealed.more.iter().all(|(key, _)| knows(key));
        if parts.is_empty() || old {
            return Ok(None);
        }
        let now = look_at(&parts, conn, id).await?;
        let differ = parts.iter().filter(|part| then.get(part.key) != now.get(part.key));
        let labels = differ.map(|part| part.label).collect();
        let bent = self.bent(conn, sealed, id, seal).await?;
        Ok(Some(Held { now, labels, bent, sealed: seal.is_some() }))
    }

    /// What is wrong with the newest seal of a subject itself, in words: it must be the one that this process made or compared,
    /// or, where another process has made it, what an event of the chain committed to; and no later event of the subject may
    /// have seals that are gone. Who changes rows can change seal and events as well, for the moment in which somebody looks.
    async fn bent(
        &self,
        conn: &mut Conn,
        sealed: &Sealed,
        id: &str,
        seal: Option<(i64, &str)>,
    ) -> Result<Option<String>> {
        let (seen, kind) = (self.db.seen(), sealed.kind);
        // What this process has learnt after this moment says nothing about it.
        let known = seen.of(kind, id).filter(|known| known.seq <= self.head);
        let gone = |seq: i64| Ok(Some(format!("第 {seq} 号记录的封存不见了")));
        let bent = |seq: i64| Ok(Some(format!("第 {seq} 号记录封存的内容被改动过")));
        let until = match (known, seal) {
            (Some(known), None) => return gone(known.seq),
            (Some(known), Some((seq, _))) if seq < known.seq => return gone(known.seq),
            (Some(known), Some((seq, seal))) if seq == known.seq => {
                if !known.is(seal) {
                    return bent(seq);
                }
                known.until
            }
            (_, Some((seq, _))) => {
                let Some(all) = self.committed(conn, seq).await? else { return bent(seq) };
                for (kind, id, seal) in &all {
                    seen.learn(kind, id, seq, seal);
                }
                seq
            }
            (None, None) => 0,
        };
        for seq in self.later(conn, sealed, id, until).await? {
            if self.committed(conn, seq).await?.is_none() {
                return gone(seq);
            }
        }
        seen.looked_until(kind, id, self.head);
        Ok(None)
    }

    /// The seals of an event; `None` when they are not what it committed to, or it is not what the chain holds.
    async fn committed(&self, conn: &mut Conn, seq: i64) -> Result<Option<Vec<(String, String, String)>>> {
        let mut all: Vec<(String, String, String)> =
            query_as("SELECT subject_kind, subject_id, seal FROM event_seal WHERE chain = $1 AND seq = $2")
                .bind(self.db.chain())
                .bind(seq)
                .fetch_all(&mut *conn)
                .await?;
        // Not by a database's collation.
        all.sort_unstable();
        let events: Vec<EventRow> =
            query_as(select_events!("WHERE e.chain = $1 AND e.seq IN ($2, $2 + 1) ORDER BY e.seq"))
                .bind(self.db.chain())
                .bind(seq)
                .fetch_all(conn)
                .await?;
        let mut events = events.into_iter().map(Event::from);
        let digest = seals_digest(all.iter().map(|(kind, id, seal)| (kind.as_str(), id.as_str(), seal.as_str())));
        let fits = match events.next() {
            Some(event) if event.seq == seq => {
                let follows =
                    events.next().is_none_or(|next| next.previous == event.hash && next.hash == chain_hash(&next));
                event.seals == digest && event.hash == chain_hash(&event) && follows
            }
            _ => false,
        };
        Ok(fits.then_some(all))
    }

    /// Events of a subject after this one that sealed something; of a kind that has one seal for all, those of its kind.
    async fn later(&self, conn: &mut Conn, sealed: &Sealed, id: &str, after: i64) -> Result<Vec<i64>> {
        macro_rules! later {
            ($of:literal) => {
                concat!(
                    "SELECT seq FROM event WHERE chain = $1 AND subject_kind = $2 AND ",
                    $of,
                    " AND seals <> '' AND seq > $4 ORDER BY seq"
                )
            };
        }
        let sql = if sealed.roots.is_empty() { later!("$3 = ''") } else { later!("subject_id = $3") };
        query_scalar(sql).bind(self.db.chain()).bind(sealed.kind).bind(id).bind(after).fetch_all(conn).await
    }
}

/// What of these subjects was changed past the program, as events that say so. To be called in a write that holds the log's
/// lock and has looked at the rows that it is about to seal, before it commits: asked is another connection, which sees what is
/// committed, thus the rows without this write. Rows and seals of the program are committed together and one write at a time, so
/// that what does not fit was not written by it; and since the rows have been looked at before, nothing that somebody commits
/// meanwhile can be in the new seal and not be seen here.
pub(crate) async fn altered(db: &Db, touched: &BTreeSet<(&'static str, String)>) -> Result<Vec<NewEvent>> {
    let mut at = db.before().await?;
    let found = altered_at(&mut at, db, touched).await;
    at.end().await?;
    Ok(found?.into_iter().map(|(_, event)| event).collect())
}

async fn altered_at(
    at: &mut Snapshot,
    db: &Db,
    touched: &BTreeSet<(&'static str, String)>,
) -> Result<Vec<(String, NewEvent)>> {
    let moment = Moment::of(at.conn(), db).await?;
    let mut found = Vec::new();
    for (kind, id) in touched {
        let Some(sealed) = db.sealed().iter().find(|sealed| sealed.kind == *kind) else { continue };
        let seal = newest(at.conn(), db.chain(), kind, id).await?;
        let seal = seal.as_ref().map(|(seq, seal)| (*seq, seal.as_str()));
        let Some(held) = moment.hold(at.conn(), sealed, id, seal).await? else { continue };
        if held.fits() {
            continue;
        }
        let words = held.words(sealed, &name_of(at, sealed, id).await?);
        let data = json!({
            "kind": sealed.label, "subject": id, "parts": held.labels, "found": words,
            "seal": serde_json::to_string(&held.now)?,
        });
        found.push((id.clone(), NewEvent::new(&TAMPERED, format!("{kind}:{id}"), &Actor::System).data(data)));
    }
    Ok(found)
}

/// Which of these subjects of a kind, as committed, are not what the log says of them, or were not when a write came upon them
/// and nobody has settled that yet.
pub(crate) async fn doubted(db: &Db, sealed: &Sealed, ids: &BTreeSet<String>) -> Result<BTreeSet<String>> {
    let touched = ids.iter().map(|id| (sealed.kind, sealed.seal_of(id).to_owned())).collect();
    let mut at = db.before().await?;
    let found = doubted_at(&mut at, db, &touched).await;
    at.end().await?;
    found
}

async fn doubted_at(
    at: &mut Snapshot,
    db: &Db,
    touched: &BTreeSet<(&'static str, String)>,
) -> Result<BTreeSet<String>> {
    let mut doubted: BTreeSet<String> = altered_at(at, db, touched).await?.into_iter().map(|(id, _)| id).collect();
    for (kind, id) in touched {
        let open: Option<i64> = query_scalar(
            "SELECT e.seq FROM event e WHERE e.chain = $1 AND e.subject_kind = 'log' AND e.subject_id = $2 AND e.kind = $3 \
             AND NOT EXISTS (SELECT 1 FROM event s WHERE s.chain = e.chain AND s.subject_kind = 'log' \
             AND s.subject_id = CAST(e.seq AS TEXT) AND s.kind = $4) LIMIT 1",
        )
        .bind(db.chain())
        .bind(format!("{kind}:{id}"))
        .bind(TAMPERED.name)
        .bind(SETTLED.name)
        .fetch_optional(at.conn())
        .await?;
        if open.is_some() {
            doubted.insert(id.clone());
        }
    }
    Ok(doubted)
}
