//! Events (every change, once, in order) and the hash that chains them.
//!
//! The chain holds what happened, to what, when, by which account, and a **commitment** to the payload. The payload itself
//! (the actor's shown name and the data) lies apart, so that words of a person can be erased lawfully without breaking the
//! chain: 个人信息保护法 Art. 47 asks for erasure, the archive of an authority for a log that nobody rewrites.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Actor, OrganCode};

/// What a payload holds, and so whether it may ever be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Ids, codes, numbers, dates, digests, and words that were published: kept for ever.
    Facts,
    /// Free text of staff: reasons, notes, titles of drafts.
    Words,
    /// Personal data of people who are not staff.
    Person,
}

impl Keep {
    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Words => "words",
            Self::Person => "person",
        }
    }

    /// The class with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Facts, Self::Words, Self::Person].into_iter().find(|keep| keep.code() == code)
    }

    /// Whether a payload of this class may be erased.
    pub fn erasable(self) -> bool {
        self != Self::Facts
    }
}

/// A kind of event: a constant in the slice that writes it. Nothing else names it by its text.
#[derive(Debug)]
pub struct EventKind {
    /// What it happens to, as the log names it: `document`.
    pub subject: &'static str,
    /// What happened, past tense, unique among all capabilities: `document.published`.
    pub name: &'static str,
    /// In the words of the office, e.g. 发布.
    pub label: &'static str,
    /// What the payload holds.
    pub keep: Keep,
    /// Every key that the payload may have, with its words; an empty label is not shown to people.
    pub fields: &'static [(&'static str, &'static str)],
}

impl EventKind {
    /// A kind whose payload is empty.
    pub const fn new(subject: &'static str, name: &'static str, label: &'static str) -> Self {
        Self { subject, name, label, keep: Keep::Facts, fields: &[] }
    }

    /// Declares the keys of the payload.
    #[must_use]
    pub const fn holds(mut self, fields: &'static [(&'static str, &'static str)]) -> Self {
        self.fields = fields;
        self
    }

    /// Declares what the payload holds, where it is not facts alone.
    #[must_use]
    pub const fn keeps(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// The first key of `data` that this kind does not declare.
    pub fn undeclared<'a>(&self, data: &'a Value) -> Option<&'a str> {
        let keys = data.as_object()?.keys();
        keys.map(String::as_str).find(|key| !self.fields.iter().any(|(name, _)| name == key))
    }
}

impl PartialEq for EventKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for EventKind {}

/// An event about to be appended. The log adds number, time, commitment and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened, a constant of the crate that writes it.
    pub kind: &'static EventKind,
    /// The id of what it happened to.
    pub subject_id: String,
    /// The organ that owns the subject, if one does.
    pub organ: Option<OrganCode>,
    /// Account id, `system`, `visitor` or `applicant`.
    pub actor: String,
    /// The actor's name as shown at the time; goes into the payload.
    pub actor_name: String,
    /// What else must be known to understand the event in ten years, under the keys that the kind declares. Never secrets.
    pub data: Value,
}

impl NewEvent {
    /// An event of `kind` on a subject, done by `actor`.
    pub fn new(kind: &'static EventKind, subject_id: impl ToString, actor: &Actor) -> Self {
        Self {
            kind,
            subject_id: subject_id.to_string(),
            organ: None,
            actor: actor.log_id().to_owned(),
            actor_name: actor.log_name().to_owned(),
            data: Value::Object(serde_json::Map::new()),
        }
    }

    /// Names the owning organ.
    #[must_use]
    pub fn organ(mut self, organ: &OrganCode) -> Self {
        self.organ = Some(organ.clone());
        self
    }

    /// Adds what else must be known, a JSON object with the keys that the kind declares.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }
}

/// An event as it stands in the log, read together with its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Name of the chain (a county).
    pub chain: String,
    /// Position in the chain, from 1, without gaps.
    pub seq: i64,
    /// When, in the stored form of [`crate::time`].
    pub at: String,
    /// [`EventKind::name`].
    pub kind: String,
    /// [`EventKind::subject`].
    pub subject_kind: String,
    /// See [`NewEvent::subject_id`].
    pub subject_id: String,
    /// Code of the owning organ, or empty.
    pub organ: String,
    /// See [`NewEvent::actor`].
    pub actor: String,
    /// [`Keep::code`] of the payload.
    pub keep: String,
    /// [`commitment`] to the payload.
    pub commitment: String,
    /// [`seals_digest`] of what the rows of its subjects were once it had happened; empty when nothing is sealed.
    pub seals: String,
    /// Hash of the event before, 64 zeros for the first.
    pub previous: String,
    /// [`chain_hash`] of this event.
    pub hash: String,
    /// From the payload: the actor's name as shown at the time; empty once erased.
    pub actor_name: String,
    /// From the payload: canonical JSON text of the data; `{}` once erased.
    pub data: String,
    /// Whether the payload was erased.
    pub erased: bool,
}

/// The payload's text as it is committed to and stored: `{"actor":…,"data":…}`. `serde_json` maps are sorted by key here (no
/// `preserve_order`), which makes the text canonical.
///
/// # Errors
/// Never for values made by this program; `serde_json` cannot promise it.
pub fn payload(actor_name: &str, data: &Value) -> serde_json::Result<String> {
    serde_json::to_string(&serde_json::json!({ "actor": actor_name, "data": data }))
}

/// SHA-256 over salt and payload, hexadecimal. The salt (32 random bytes) keeps a short payload from being guessed after it
/// was erased.
pub fn commitment(salt: &str, payload: &str) -> String {
    digest([salt, payload])
}

/// The hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// SHA-256 over the previous hash and every field of the chain; the payload takes part through its commitment alone.
///
/// What was written before there were seals has none and keeps its hash: an empty field is left out, and the number of fields
/// makes no two inputs alike, since each is preceded by its length.
pub fn chain_hash(event: &Event) -> String {
    let fields = [
        event.previous.as_str(),
        &event.chain,
        &event.seq.to_string(),
        &event.at,
        &event.kind,
        &event.subject_kind,
        &event.subject_id,
        &event.organ,
        &event.actor,
        &event.keep,
        &event.commitment,
    ];
    let seals = (!event.seals.is_empty()).then_some(event.seals.as_str());
    digest(fields.into_iter().chain(seals))
}

/// Digest of the seals that an event commits to: kind of subject, its id, its seal, in the order of the first two.
pub fn seals_digest<'a>(seals: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    digest(seals.into_iter().flat_map(|(kind, id, seal)| [kind, id, seal]))
}

/// SHA-256 over texts, each with its length before it, hexadecimal.
pub fn digest_of<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    digest(fields)
}

// Each field is preceded by its length, so that no two lists of fields share an input.
fn digest<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hex::encode(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Event {
        Event {
            chain: "main".into(),
            seq: 1,
            at: "2026-01-01T00:00:00.000Z".into(),
            kind: "plan.confirmed".into(),
            subject_kind: "plan".into(),
            subject_id: "p".into(),
            organ: String::new(),
            actor: "a".into(),
            keep: "facts".into(),
            commitment: commitment("s", "{}"),
            seals: String::new(),
            previous: GENESIS.into(),
            hash: String::new(),
            actor_name: "甲".into(),
            data: "{}".into(),
            erased: false,
        }
    }

    #[test]
    fn every_field_of_the_chain_changes_the_hash() {
        let base = chain_hash(&event());
        let changes: [fn(&mut Event); 12] = [
            |e| e.chain.push('x'),
            |e| e.seq = 2,
            |e| e.at.push('x'),
            |e| e.kind.push('x'),
            |e| e.subject_kind.push('x'),
            |e| e.subject_id.push('x'),
            |e| e.organ.push('x'),
            |e| e.actor.push('x'),
            |e| e.keep.push('x'),
            |e| e.commitment.push('x'),
            |e| e.previous.push('x'),
            |e| e.seals.push('x'),
        ];
        for change in changes {
            let mut changed = event();
            change(&mut changed);
            assert_ne!(chain_hash(&changed), base);
        }
        let mut shifted = event();
        shifted.actor = "afacts".into();
        shifted.keep = String::new();
        assert_ne!(chain_hash(&shifted), base, "moving text between fields must show");
    }

    #[test]
    fn an_erased_payload_leaves_the_chain_as_it_was() {
        let mut erased = event();
        erased.actor_name.clear();
        erased.data = "{}".into();
        erased.erased = true;
        assert_eq!(chain_hash(&erased), chain_hash(&event()));
    }

    #[test]
    fn a_commitment_depends_on_salt_and_payload() {
        let text = payload("甲", &json!({ "b": 1, "a": 2 })).expect("text");
        assert_eq!(text, r#"{"actor":"甲","data":{"a":2,"b":1}}"#);
        assert_ne!(commitment("1", &text), commitment("2", &text));
        assert_ne!(commitment("1", "2x"), commitment("12", "x"));
    }

    #[test]
    fn a_key_that_the_kind_does_not_declare_is_named() {
        static MOVED: EventKind = EventKind::new("column", "column.moved", "移动栏目").holds(&[("up", "上移")]);
        assert_eq!(MOVED.undeclared(&json!({ "up": true })), None);
        assert_eq!(MOVED.undeclared(&json!({ "up": true, "who": "甲" })), Some("who"));
    }
}
