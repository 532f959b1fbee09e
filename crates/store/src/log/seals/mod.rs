//! Seals: an event commits to what the rows of its subject are once it has happened, so that a row changed, added or removed
//! behind the program's back is named, whatever it is a row of.
//!
//! A capability says once which rows belong to a kind of subject ([`Sealed`]); from then on every write that appends an event of
//! that kind seals the subject at its end, and a verification looks whether the newest seal still fits. Left out of the rows is
//! what changes without an event: drafts, the last sign-in, what is made from other rows.
//!
//! What stood there before the program knew of seals is taken as it is, once, by events that say so ([`begin`]). Whether something
//! is sealed is decided by its parts and not by the process: a command that never begins anything knows it as well.
//!
//! A seal never covers up what was changed past the program. Before a write seals a subject, its rows as they were without the
//! write are held against its newest seal ([`guard`]); what differs is said by an event of its own ([`TAMPERED`]), which stands
//! for good, whatever the seals say afterwards. A subject whose rows are what its newest seal says gets no other.

mod begin;
mod files;
mod guard;
mod seen;
mod sweep;

use std::collections::BTreeMap;

use kernel::{EventKind, Keep, event::digest_of};

pub use begin::begin;
pub(crate) use begin::touch_all;
pub use files::{Lost, lost_files};
pub use guard::Accepted;
pub(crate) use guard::{altered, doubted};
pub(crate) use seen::Seen;
pub use sweep::{Altered, Step, Sweep};

use crate::{Conn, Result, Row, Value, built, query, query_as, query_scalar, raw::Snapshot};

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
/// Somebody asks that what was found and cannot be put back be taken as it is from now on; the subject is the number of the
/// event that told it. Another person agrees ([`ACCEPTED`]).
pub static ACCEPT_ASKED: EventKind = EventKind::new("log", "log.accept_asked", "请求以现状为准")
    .holds(&[("reason", "原因"), ("now", "现状的摘要")])
    .keeps(Keep::Words);
/// What was found and cannot be put back is taken as it is from now on: of rows, this very event seals them anew and names the
/// digest of the seal that they no longer fit; of a file, what is wrong with it.
pub static ACCEPTED: EventKind = EventKind::new("log", "log.accepted", "以现状为准").holds(&[
    ("accepted", "对象"),
    ("was", "原封存的摘要"),
    ("now", "现状"),
]);

/// The seal of a subject without rows.
pub(crate) const NOTHING: &str = "{}";
/// Subjects that are held at a time, and that one event seals at a start.
const STEP: i64 = 200;

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
    /// The rows that are sealed, by table, each with a version of its own.
    pub parts: Vec<Part>,
    /// The ids (column `id`) of all that must have a seal; empty = the kind has one seal for all.
    pub roots: &'static str,
    /// More of them, each with a name and version like a part's: whoever adds rows adds the subjects that have them.
    pub more: Vec<(&'static str, &'static str)>,
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
        Self { kind, label, parts: Vec::new(), roots, more: Vec::new(), named }
    }

    /// A kind of subject that has one seal for all its rows.
    pub fn whole(kind: &'static str, label: &'static str) -> Self {
        Self { kind, label, parts: Vec::new(), roots: "", more: Vec::new(), named: "" }
    }

    /// More rows of it. Whoever builds on a machine adds its own rows of the machine's subjects.
    #[must_use]
    pub fn part(mut self, key: &'static str, label: &'static str, sql: &'static str) -> Self {
        self.parts.push(Part { key, label, sql });
        self
    }

    /// More subjects that must have a seal (column `id`): those that have rows of a part and are not among the roots. Known by a
    /// key, so that what stood there before is taken as it is once when the choice changes.
    #[must_use]
    pub fn also(mut self, key: &'static str, sql: &'static str) -> Self {
        self.more.push((key, sql));
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
                    known.more.extend(one.more);
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

    /// The name of a part or of a choice of roots among those of all kinds.
    fn key(&self, key: &str) -> String {
        format!("{}:{key}", self.kind)
    }

    fn keys(&self) -> impl Iterator<Item = String> {
        let parts = self.parts.iter().map(|part| part.key);
        parts.chain(self.more.iter().map(|(key, _)| *key)).map(|key| self.key(key))
    }

    /// What the rows are now.
    pub(crate) async fn look(&self, conn: &mut Conn, id: &str) -> Result<String> {
        Ok(serde_json::to_string(&look_at(&self.parts, conn, id).await?)?)
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
