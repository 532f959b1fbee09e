//! What this process itself has sealed or compared. The database's writer can bend a seal together with the events that hold it,
//! for the moment in which somebody looks, and put all of it back; he cannot bend what another program remembers.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

/// The newest seal of a subject that this process knows to be the log's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// The event that made it.
    pub(super) seq: i64,
    /// Events of the subject up to this one have been looked at for seals that are gone.
    pub(super) until: i64,
    seal: [u8; 16],
}

impl Known {
    /// Whether this is the seal.
    pub(super) fn is(&self, seal: &str) -> bool {
        self.seal == short([seal])
    }
}

/// The newest seals and the sealed parts of one chain. Some 60 bytes for each subject.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    seals: Mutex<HashMap<[u8; 16], Known>>,
    parts: Mutex<BTreeSet<String>>,
}

/// The first half of a SHA-256, each text with its length before it.
fn short<const N: usize>(texts: [&str; N]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hasher.finalize()[..16]);
    half
}

impl Seen {
    /// What is known of a subject.
    pub(super) fn of(&self, kind: &str, id: &str) -> Option<Known> {
        self.seals.lock().unwrap_or_else(PoisonError::into_inner).get(&short([kind, id])).copied()
    }

    /// A seal that this process has committed, or that fits the chain. An older one than is known teaches nothing.
    pub(crate) fn learn(&self, kind: &str, id: &str, seq: i64, seal: &str) {
        let mut seals = self.seals.lock().unwrap_or_else(PoisonError::into_inner);
        let known = Known { seq, until: seq, seal: short([seal]) };
        let place = seals.entry(short([kind, id])).or_insert(known);
        if place.seq < seq {
            *place = known;
        }
    }

    /// No event of the subject up to this one sealed it after the seal that is known.
    pub(super) fn looked_until(&self, kind: &str, id: &str, until: i64) {
        let mut seals = self.seals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seals.get_mut(&short([kind, id])) {
            known.until = known.until.max(until);
        }
    }

    /// Parts that are known to be sealed.
    pub(super) fn parts(&self) -> BTreeSet<String> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// More of them; all that are known then.
    pub(super) fn add_parts(&self, parts: BTreeSet<String>) -> BTreeSet<String> {
        let mut known = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(parts);
        known.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_seal_is_remembered_and_no_older_one_replaces_it() {
        let seen = Seen::default();
        assert_eq!(seen.of("thing", "a"), None);
        seen.learn("thing", "a", 5, "five");
        seen.learn("thing", "a", 3, "three");
        let known = seen.of("thing", "a").expect("known");
        assert!(known.seq == 5 && known.is("five") && !known.is("three"));
        seen.looked_until("thing", "a", 9);
        seen.looked_until("thing", "a", 7);
        assert_eq!(seen.of("thing", "a").map(|known| known.until), Some(9));
        seen.learn("thing", "a", 10, "ten");
        assert_eq!(seen.of("thing", "a").map(|known| (known.seq, known.until)), Some((10, 10)));
        assert_eq!(seen.of("thin", "ga"), None, "no two names run together");
    }
}
