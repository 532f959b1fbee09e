//! Identifiers: sixteen lower-case characters, sorted by time of making, a type for each kind so that none is mixed up.

use crate::Seams;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A fresh identifier: nine characters of milliseconds since 1970, seven of chance (35 bits a millisecond).
pub fn fresh(seams: &Seams) -> String {
    let millis = u64::try_from(seams.now().as_millisecond()).unwrap_or(0);
    let mut random = [0_u8; 8];
    seams.entropy.fill(&mut random);
    let chance = u64::from_be_bytes(random);
    let mut text = String::with_capacity(16);
    for place in (0..9).rev() {
        text.push(char::from(ALPHABET[usize::try_from((millis >> (place * 5)) & 31).unwrap_or(0)]));
    }
    for place in 0..7 {
        text.push(char::from(ALPHABET[usize::try_from((chance >> (place * 5)) & 31).unwrap_or(0)]));
    }
    text
}

/// An identifier type made by [`ids!`](crate::ids): stored, bound and read as its text.
pub trait Id: AsRef<str> + From<String> + Send + Sync {}

/// Declares identifier types over text. A machine or a slice declares the ids of its own objects with it; a function that
/// takes an id takes its type, so that no two kinds can be swapped. Made from text it promises nothing: whether it names
/// anything only the database knows, to which it is always bound, never pasted.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            /// A fresh identifier.
            pub fn fresh(seams: &$crate::Seams) -> Self { Self($crate::id::fresh(seams)) }
            /// The identifier as text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
        impl From<String> for $name { fn from(text: String) -> Self { Self(text) } }
        impl From<&str> for $name { fn from(text: &str) -> Self { Self(text.to_owned()) } }
        impl From<$name> for String { fn from(id: $name) -> Self { id.0 } }
        impl AsRef<str> for $name { fn as_ref(&self) -> &str { &self.0 } }
        impl $crate::id::Id for $name {}
    )+};
}

/// What may be of any kind: the subject of an event, of a review. Its kind as the log names it, with its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct SubjectRef {
    /// `document`, `duty`: what [`EventKind::subject`](crate::EventKind::subject) says.
    pub kind: String,
    /// Id among its kind.
    pub id: String,
}

impl SubjectRef {
    /// The subject of this kind and id.
    pub fn new(kind: impl Into<String>, id: impl AsRef<str>) -> Self {
        Self { kind: kind.into(), id: id.as_ref().to_owned() }
    }
}

/// `document/0m1…`
impl std::fmt::Display for SubjectRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

ids! {
    /// An account of a member of staff.
    AccountId,
    /// A document (文件): what its editions are editions of.
    DocumentId,
    /// One edition (版本) of a document.
    EditionId,
    /// A file (附件) that belongs to a document; stays the same through its editions.
    AttachmentId,
    /// A column (栏目) of the portal: its slug.
    ColumnId,
    /// A work plan (工作要点).
    PlanId,
    /// A section of a plan.
    SectionId,
    /// A clause (条目) of a plan.
    ClauseId,
    /// A duty (任务).
    DutyId,
    /// The share of one organ in a duty.
    ShareId,
    /// A piece of evidence (佐证).
    EvidenceId,
    /// A review (审核) of any subject.
    ReviewId,
    /// A case (件) that a person started.
    CaseId,
    /// A program of an organ that hands data over by a key of its own (接口密钥).
    ProgramId,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::seams::{FixedClock, SeededEntropy};

    #[test]
    fn identifiers_differ_and_sort_by_time() {
        let clock = Arc::new(FixedClock::at("2026-01-01T00:00:00Z".parse().expect("moment")));
        let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(1)) };
        let first = fresh(&seams);
        let second = fresh(&seams);
        clock.set("2026-01-01T00:00:00.001Z".parse().expect("moment"));
        let later = fresh(&seams);
        assert_ne!(first, second);
        assert!(later > first && later > second);
        assert_eq!(first.len(), 16);
    }
}
