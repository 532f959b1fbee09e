//! Events (every change, once, in order) and the hash that chains them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Actor, OrganCode};

/// An event about to be appended. The log adds number, time and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened: `subject.verb`, past tense, e.g. `edition.published`.
    pub kind: &'static str,
    /// What it happened to, e.g. `document`.
    pub subject_kind: &'static str,
    /// The id of that.
    pub subject_id: String,
    /// The organ that owns the subject, if one does.
    pub organ: Option<OrganCode>,
    /// Account id, `system` or `visitor`.
    pub actor: String,
    /// The actor's name as shown at the time.
    pub actor_name: String,
    /// What else must be known to understand the event in ten years. Never personal data of citizens, never secrets.
    pub data: Value,
}

impl NewEvent {
    /// An event of `kind` on a subject, done by `actor`.
    pub fn new(kind: &'static str, subject_kind: &'static str, subject_id: impl ToString, actor: &Actor) -> Self {
        Self {
            kind,
            subject_kind,
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

    /// Adds the data.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }
}

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Position, from 1, without gaps.
    pub seq: i64,
    /// When, in the stored form of [`crate::time`].
    pub at: String,
    /// See [`NewEvent::kind`].
    pub kind: String,
    /// See [`NewEvent::subject_kind`].
    pub subject_kind: String,
    /// See [`NewEvent::subject_id`].
    pub subject_id: String,
    /// Code of the owning organ, or empty.
    pub organ: String,
    /// See [`NewEvent::actor`].
    pub actor: String,
    /// See [`NewEvent::actor_name`].
    pub actor_name: String,
    /// Canonical JSON text of the data, exactly as hashed.
    pub data: String,
    /// Hash of the event before, 64 zeros for the first.
    pub previous: String,
    /// [`chain_hash`] of this event.
    pub hash: String,
}

/// The hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// SHA-256 over the previous hash and every field, each preceded by its length so that no two events share an input.
/// `serde_json` maps are sorted by key here (no `preserve_order`), which makes the data's text canonical.
pub fn chain_hash(event: &Event) -> String {
    let mut hasher = Sha256::new();
    let seq = event.seq.to_string();
    for field in [
        event.previous.as_str(),
        &seq,
        &event.at,
        &event.kind,
        &event.subject_kind,
        &event.subject_id,
        &event.organ,
        &event.actor,
        &event.actor_name,
        &event.data,
    ] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hex::encode(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            seq: 1,
            at: "2026-01-01T00:00:00.000Z".into(),
            kind: "plan.confirmed".into(),
            subject_kind: "plan".into(),
            subject_id: "p".into(),
            organ: String::new(),
            actor: "a".into(),
            actor_name: "甲".into(),
            data: "{}".into(),
            previous: GENESIS.into(),
            hash: String::new(),
        }
    }

    #[test]
    fn every_field_changes_the_hash() {
        let base = chain_hash(&event());
        let changes: [fn(&mut Event); 10] = [
            |e| e.seq = 2,
            |e| e.at.push('x'),
            |e| e.kind.push('x'),
            |e| e.subject_kind.push('x'),
            |e| e.subject_id.push('x'),
            |e| e.organ.push('x'),
            |e| e.actor.push('x'),
            |e| e.actor_name.push('x'),
            |e| e.data.push('x'),
            |e| e.previous.push('x'),
        ];
        for change in changes {
            let mut changed = event();
            change(&mut changed);
            assert_ne!(chain_hash(&changed), base);
        }
        let mut shifted = event();
        shifted.actor = "a甲".into();
        shifted.actor_name = String::new();
        assert_ne!(chain_hash(&shifted), base, "moving text between fields must show");
    }
}
