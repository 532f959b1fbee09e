//! Seals: an event commits to what the rows of its subject are once it has happened, so that a row changed, added or removed
//! behind the program's back is named, whatever it is a row of.
//!
//! A capability says once which rows belong to a kind of subject ([`Sealed`]); from then on every write that appends an event of
//! that kind seals the subject at its end, and a verification looks whether the newest seal still fits. Left out of the rows is
//! what changes without an event: drafts, the last sign-in, what is made from other rows.
//!
//! What stood there before the program knew of seals is taken as it is, once, by an event that says so ([`begin`]).
//!
//! A seal never covers up what was changed past the program. Before a write seals a subject, its rows as they were without the
//! write are held against its newest seal ([`altered`]); what differs is said by an event of its own ([`TAMPERED`]), which stands
//! for good, whatever the seals say afterwards.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    Actor, EventKind, Keep, NewEvent,
    event::{Event, chain_hash, commitment, digest_of, seals_digest},
    id::SubjectRef,
};
use serde_json::json;

use super::EventRow;
use crate::{Conn, Db, Result, Row, Tx, Value, built, query, query_as, query_scalar, raw::Snapshot, select_events};

/// Seals were made without an event of their own subject.
pub static RESEALED: EventKind = EventKind::new("log", "log.resealed", "重新封存");
/// From here on everything of these parts is sealed.
pub static BEGUN: EventKind =
    EventKind::new("log", "log.seals_begun", "开始封存").holds(&[("parts", ""), ("subjects", "数量")]);

/// Rows of a subject were changed past the program before the write that came upon it. The write goes on, since people must
/// be able to work; what it found stays, until somebody settles it with a reason ([`SETTLED`]).
pub static TAMPERED: EventKind = EventKind::new("log", "log.tampered", "发现绕过本程序的改动").holds(&[
    ("kind", "对象"),
    ("subject", ""),
    ("parts", "内容"),
    ("found", "发现"),
    ("seal", ""),
]);
/// Somebody has looked into what was found and says what came of it; the subject is the number of the event that told it.
pub static SETTLED: EventKind =
    EventKind::new("log", "log.settled", "处理发现的不符").holds(&[("reason", "处理情况")]).keeps(Keep::Words);

/// The seal of a subject without rows.
pub(crate) const NOTHING: &str = "{}";
/// Subjects that are held at a time.
const STEP: i64 = 200;
/// Seals of one event that are read to believe one of them.
const MOST_SEALS: i64 = 200;

/// Rows of one sort that belong to a subject.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Name and version, `text/1`: another choice of columns is another version.
    pub key: &'static str,
    /// What it is, in words.
    pub label: &'static str,
    /// The rows; `$1` is the subject's id. Their order does not matter, so nothing depends on a database's collation.
    pub sql: &'static str,
}

/// What of a kind of subject is sealed.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// As in [`EventKind::subject`].
    pub kind: &'static str,
    /// What it is, in words.
    pub label: &'static str,
    /// Its rows.
    pub parts: Vec<Part>,
    /// The ids (column `id`) of all that must have a seal; empty = the kind has one seal for all.
    pub roots: &'static str,
    /// Its name for people; `$1` is its id.
    pub named: &'static str,
}

/// A seal about to be kept.
pub(crate) struct Seal {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) seal: String,
}

impl Sealed {
    /// A kind of subject of which each has a seal.
    pub fn each(kind: &'static str, label: &'static str, roots: &'static str, named: &'static str) -> Self {
        Self { kind, label, parts: Vec::new(), roots, named }
    }

    /// A kind of subject that has one seal for all its rows.
    pub fn whole(kind: &'static str, label: &'static str) -> Self {
        Self { kind, label, parts: Vec::new(), roots: "", named: "" }
    }

    /// More rows of it. Whoever builds on a machine adds its own rows of the machine's subjects.
    #[must_use]
    pub fn part(mut self, key: &'static str, label: &'static str, sql: &'static str) -> Self {
        self.parts.push(Part { key, label, sql });
        self
    }

    /// Puts together what was declared of each kind, in the order of the declarations.
    pub fn together(declared: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for one in declared {
            match all.iter_mut().find(|known| known.kind == one.kind) {
                None => all.push(one),
                Some(known) => {
                    known.parts.extend(one.parts);
                    if known.roots.is_empty() {
                        (known.roots, known.named) = (one.roots, one.named);
                    }
                }
            }
        }
        all
    }

    /// Under which id a subject of this kind is sealed.
    pub(crate) fn seal_of<'a>(&self, id: &'a str) -> &'a str {
        if self.roots.is_empty() { "" } else { id }
    }

    fn keys(&self) -> impl Iterator<Item = String> {
        self.parts.iter().map(|part| format!("{}:{}", self.kind, part.key))
    }

    /// What the rows are now.
    pub(crate) async fn look(&self, conn: &mut Conn, id: &str) -> Result<String> {
        Ok(serde_json::to_string(&look_at(&self.parts, conn, id).await?)?)
    }

    /// Which parts differ, in words.
    fn differ(&self, then: &str, now: &str) -> Vec<&'static str> {
        let (then, now) = (read(then), read(now));
        self.parts.iter().filter(|part| then.get(part.key) != now.get(part.key)).map(|part| part.label).collect()
    }
}

/// The parts of a seal.
fn read(seal: &str) -> BTreeMap<String, String> {
    serde_json::from_str(seal).unwrap_or_default()
}

/// What the rows of some parts are now.
async fn look_at(wanted: &[Part], conn: &mut Conn, id: &str) -> Result<BTreeMap<&'static str, String>> {
    let mut parts = BTreeMap::new();
    for part in wanted {
        let rows = query(part.sql).bind(id).fetch_all(&mut *conn).await?;
        if rows.is_empty() {
            continue;
        }
        let mut digests = rows.iter().map(digest_of_row).collect::<Result<Vec<_>>>()?;
        digests.sort_unstable();
        parts.insert(part.key, digest_of(digests.iter().map(String::as_str)));
    }
    Ok(parts)
}

/// A digest of names and values, each with its type.
fn digest_of_row(row: &Row) -> Result<String> {
    let mut fields = Vec::new();
    for (at, name) in row.names().enumerate() {
        let (kind, value) = match row.at::<Value>(at)? {
            Value::Null => ("null", String::new()),
            Value::Text(text) => ("text", text),
            Value::Int(number) => ("int", number.to_string()),
            Value::Num(number) => ("num", number.to_string()),
            Value::Bytes(bytes) => ("bytes", hex::encode(bytes)),
        };
        fields.extend([name.to_owned(), kind.to_owned(), value]);
    }
    Ok(digest_of(fields.iter().map(String::as_str)))
}

/// Keeps the seals of an event.
pub(crate) async fn keep(conn: &mut Conn, chain: &str, seq: i64, seals: &[Seal]) -> Result<()> {
    for group in seals.chunks(100) {
        let places: Vec<String> = (0..group.len())
            .map(|at| {
                let first = at * 5;
                format!("(${}, ${}, ${}, ${}, ${})", first + 1, first + 2, first + 3, first + 4, first + 5)
            })
            .collect();
        // SQL: numbers of places that are counted here.
        let sql =
            format!("INSERT INTO event_seal (chain, subject_kind, subject_id, seq, seal) VALUES {}", places.join(", "));
        let values = group.iter().flat_map(|one| {
            [Value::from(chain), Value::from(one.kind), Value::from(&one.id), Value::from(seq), Value::from(&one.seal)]
        });
        query(built(sql)).bind_all(values).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The newest seal of a subject, and the number of its event.
pub(crate) async fn newest(conn: &mut Conn, chain: &str, kind: &str, id: &str) -> Result<Option<(i64, String)>> {
    let sql = "SELECT seq, seal FROM event_seal WHERE chain = $1 AND subject_kind = $2 AND subject_id = $3 ORDER BY seq DESC LIMIT 1";
    query_as(sql).bind(chain).bind(kind).bind(id).fetch_optional(conn).await
}

/// The parts that are sealed from some event on; `None` when a payload that says so is not the one that was committed to.
async fn begun(conn: &mut Conn, chain: &str) -> Result<Option<BTreeSet<String>>> {
    let sql = "SELECT e.commitment, p.salt, p.data FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
               WHERE e.chain = $1 AND e.kind = $2";
    let payloads: Vec<(String, String, String)> = query_as(sql).bind(chain).bind(BEGUN.name).fetch_all(conn).await?;
    let mut parts = BTreeSet::new();
    for (committed, salt, payload) in payloads {
        if commitment(&salt, &payload) != committed {
            return Ok(None);
        }
        let payload: serde_json::Value = serde_json::from_str(&payload)?;
        let named = payload.get("data").and_then(|data| data.get("parts")).cloned().unwrap_or_default();
        parts.extend(serde_json::from_value::<Vec<String>>(named).unwrap_or_default());
    }
    Ok(Some(parts))
}

/// Which parts must be sealed: all, once this process has begun to seal ([`begin`]), whatever the database says of it now.
async fn known_of(conn: &mut Conn, db: &Db) -> Result<BTreeSet<String>> {
    let all = || db.sealed().iter().flat_map(Sealed::keys).collect();
    if db.seals_all() {
        return Ok(all());
    }
    Ok(begun(conn, db.chain()).await?.unwrap_or_else(all))
}

/// What is wrong with a seal itself, in words: it must be what its event committed to, that event must be in the chain, and no
/// later event of the subject may have sealed anything. Who changes rows can change the seal as well, for the moment in which
/// somebody looks; they have then to change two events, too, and put all of it back unseen. An event that sealed very many
/// subjects at once (an upgrade) is not read for each of them: the walk of the chain holds its seals against it.
async fn forged(conn: &mut Conn, chain: &str, (kind, id): (&str, &str), seq: i64) -> Result<Option<String>> {
    let all: Vec<(String, String, String)> =
        query_as("SELECT subject_kind, subject_id, seal FROM event_seal WHERE chain = $1 AND seq = $2 LIMIT $3")
            .bind(chain)
            .bind(seq)
            .bind(MOST_SEALS + 1)
            .fetch_all(&mut *conn)
            .await?;
    if i64::try_from(all.len()).unwrap_or(i64::MAX) > MOST_SEALS {
        return Ok(None);
    }
    let mut all = all;
    // Not by a database's collation.
    all.sort_unstable();
    let events: Vec<EventRow> = query_as(select_events!("WHERE e.chain = $1 AND e.seq IN ($2, $2 + 1) ORDER BY e.seq"))
        .bind(chain)
        .bind(seq)
        .fetch_all(&mut *conn)
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
    if !fits {
        return Ok(Some(format!("第 {seq} 号记录封存的内容被改动过")));
    }
    let later: Option<i64> = query_scalar(
        "SELECT MAX(seq) FROM event WHERE chain = $1 AND subject_kind = $2 AND subject_id = $3 AND seals <> '' AND seq > $4",
    )
    .bind(chain)
    .bind(kind)
    .bind(id)
    .bind(seq)
    .fetch_one(&mut *conn)
    .await?;
    Ok(later.map(|later| format!("第 {later} 号记录的封存不见了")))
}

/// Takes what stands there of parts that were not sealed before as it is, and says so in the log: at the first start of a
/// program that seals them. Does nothing when there are none.
///
/// # Errors
/// When the database fails; what was sealed before stays sealed, and the next start goes on.
pub async fn begin(db: &Db) -> Result<()> {
    let mut tx = db.write().await?;
    tx.hold_log().await?;
    let chain = db.chain().to_owned();
    let Some(known) = begun(tx.conn(), &chain).await? else {
        // What says since when was changed: nothing is taken as it is, and the next verification names it.
        db.seal_all();
        return Ok(());
    };
    let new: Vec<&Sealed> =
        db.sealed().iter().filter(|sealed| sealed.keys().any(|key| !known.contains(&key))).collect();
    if new.is_empty() {
        db.seal_all();
        return Ok(());
    }
    let mut subjects = 0;
    for sealed in &new {
        subjects += touch_all(&mut tx, sealed).await?;
    }
    let parts: Vec<String> = new.iter().flat_map(|sealed| sealed.keys()).collect();
    let data = json!({ "parts": parts, "subjects": subjects });
    tx.append(NewEvent::new(&BEGUN, "seals", &Actor::System).data(data)).await?;
    tx.commit().await?;
    db.seal_all();
    Ok(())
}

/// Everything of this kind that is sealed or must be is looked at anew by this write; how much that is.
pub(crate) async fn touch_all(tx: &mut Tx, sealed: &Sealed) -> Result<usize> {
    let chain = tx.chain().to_owned();
    let known = "SELECT DISTINCT subject_id FROM event_seal WHERE chain = $1 AND subject_kind = $2";
    let known: Vec<String> = query_scalar(known).bind(chain).bind(sealed.kind).fetch_all(tx.conn()).await?;
    let mut ids: BTreeSet<String> = known.into_iter().collect();
    if sealed.roots.is_empty() {
        ids.insert(String::new());
    } else {
        ids.extend(query_scalar::<String>(sealed.roots).fetch_all(tx.conn()).await?);
    }
    for id in &ids {
        tx.touch(&SubjectRef::new(sealed.kind, id));
    }
    Ok(ids.len())
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
    found
}

async fn altered_at(at: &mut Snapshot, db: &Db, touched: &BTreeSet<(&'static str, String)>) -> Result<Vec<NewEvent>> {
    let known = known_of(at.conn(), db).await?;
    let mut found = Vec::new();
    for (kind, id) in touched {
        let Some(sealed) = db.sealed().iter().find(|sealed| sealed.kind == *kind) else { continue };
        // What is not sealed yet is taken as it is, by the event that says so.
        let known = |part: &Part| known.contains(&format!("{kind}:{}", part.key));
        let parts: Vec<Part> = sealed.parts.iter().copied().filter(known).collect();
        if parts.is_empty() {
            continue;
        }
        let seal = newest(at.conn(), db.chain(), kind, id).await?;
        if seal.is_none() && !db.seals_all() {
            // What stood there before it was sealed at all is taken as it is, while the program begins to seal it.
            continue;
        }
        let now = look_at(&parts, at.conn(), id).await?;
        let then = read(seal.as_ref().map_or(NOTHING, |(_, seal)| seal));
        let differ = parts.iter().filter(|part| then.get(part.key) != now.get(part.key));
        let labels: Vec<&str> = differ.map(|part| part.label).collect();
        let bent = match &seal {
            Some((seq, _)) if db.seals_all() => forged(at.conn(), db.chain(), (*kind, id), *seq).await?,
            _ => None,
        };
        if labels.is_empty() && bent.is_none() {
            continue;
        }
        let name = name_of(at, sealed, id).await?;
        let words = match (&seal, bent) {
            (_, Some(bent)) => format!("{}{name}：{bent}", sealed.label),
            (None, _) => format!("{}{name}没有经过本程序，留痕中没有", sealed.label),
            _ if now.is_empty() => format!("{}{name}被整个删除，留痕中没有删除的记录", sealed.label),
            _ => format!("{}{name}与留痕不一致：{}", sealed.label, labels.join("、")),
        };
        let data = json!({
            "kind": sealed.label, "subject": id, "parts": labels, "found": words,
            "seal": serde_json::to_string(&now)?,
        });
        found.push(NewEvent::new(&TAMPERED, format!("{kind}:{id}"), &Actor::System).data(data));
    }
    Ok(found)
}

/// A walk over all that is sealed, some at a time, each as of one moment: who writes meanwhile disturbs nothing.
#[derive(Debug, Default)]
pub struct Sweep {
    kind: usize,
    after: Option<String>,
    /// Subjects compared so far.
    pub compared: i64,
}

/// What a step of a [`Sweep`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// All of these fit; there is more.
    More,
    /// Everything has been compared.
    End,
    /// Something is not what the log says, in words. The sweep stands behind it.
    Altered(String),
}

impl Sweep {
    /// Compares the next subjects.
    pub async fn step(&mut self, db: &Db) -> Result<Step> {
        let Some(sealed) = db.sealed().get(self.kind) else { return Ok(Step::End) };
        let mut at = db.snapshot().await?;
        let step = self.compare(&mut at, db, sealed).await;
        at.end().await?;
        step
    }

    async fn compare(&mut self, at: &mut Snapshot, db: &Db, sealed: &Sealed) -> Result<Step> {
        let (known, chain) = (known_of(at.conn(), db).await?, db.chain());
        if sealed.keys().any(|key| !known.contains(&key)) {
            // The program has not been started since it knows of them.
            (self.kind, self.after) = (self.kind + 1, None);
            return Ok(Step::More);
        }
        // The first may have the empty id.
        let after = if self.after.is_some() { "s.subject_id > $3" } else { "s.subject_id >= $3" };
        // SQL: one of two literals.
        let sql = format!(
            "SELECT s.subject_id, s.seal FROM event_seal s WHERE s.chain = $1 AND s.subject_kind = $2 AND {after} AND s.seq = \
             (SELECT MAX(n.seq) FROM event_seal n WHERE n.chain = s.chain AND n.subject_kind = s.subject_kind \
             AND n.subject_id = s.subject_id) ORDER BY s.subject_id LIMIT $4"
        );
        let seals: Vec<(String, String)> = query_as(built(sql))
            .bind(chain)
            .bind(sealed.kind)
            .bind(self.after.clone().unwrap_or_default())
            .bind(STEP)
            .fetch_all(at.conn())
            .await?;
        for (id, then) in &seals {
            self.after = Some(id.clone());
            let now = sealed.look(at.conn(), id).await?;
            self.compared += 1;
            if now != *then {
                return Ok(Step::Altered(told(at, sealed, id, then, &now).await?));
            }
        }
        if seals.len() < usize::try_from(STEP).unwrap_or_default() {
            (self.kind, self.after) = (self.kind + 1, None);
            if let Some(id) = unsealed(at, chain, sealed).await? {
                let name = name_of(at, sealed, &id).await?;
                return Ok(Step::Altered(format!("{}{name}没有经过本程序，留痕中没有", sealed.label)));
            }
        }
        Ok(Step::More)
    }
}

/// A row that must have a seal and has none.
async fn unsealed(at: &mut Snapshot, chain: &str, sealed: &Sealed) -> Result<Option<String>> {
    if sealed.roots.is_empty() {
        return Ok(None);
    }
    // SQL: literals of the capabilities.
    let sql = format!(
        "SELECT r.id FROM ({}) r WHERE NOT EXISTS (SELECT 1 FROM event_seal s WHERE s.chain = $1 AND s.subject_kind = $2 \
         AND s.subject_id = r.id) ORDER BY r.id LIMIT 1",
        sealed.roots
    );
    query_scalar(built(sql)).bind(chain).bind(sealed.kind).fetch_optional(at.conn()).await
}

/// `“标题”（编号）`.
async fn name_of(at: &mut Snapshot, sealed: &Sealed, id: &str) -> Result<String> {
    if sealed.named.is_empty() {
        return Ok(String::new());
    }
    let name: Option<String> = query_scalar(sealed.named).bind(id).fetch_optional(at.conn()).await?;
    Ok(match name {
        Some(name) if name != id => format!("“{name}”（{id}）"),
        _ => format!("“{id}”"),
    })
}

async fn told(at: &mut Snapshot, sealed: &Sealed, id: &str, then: &str, now: &str) -> Result<String> {
    let name = name_of(at, sealed, id).await?;
    let label = sealed.label;
    if now == NOTHING {
        return Ok(format!("{label}{name}被整个删除，留痕中没有删除的记录"));
    }
    Ok(format!("{label}{name}与留痕不一致：{}", sealed.differ(then, now).join("、")))
}
