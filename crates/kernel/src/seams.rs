//! The two things that a rule may not fetch for itself: the time and chance.

use std::sync::Arc;

use jiff::Timestamp;

/// Tells the time. Only the program's entry uses the system's; tests hand in a fixed one.
pub trait Clock: Send + Sync {
    /// The present moment, UTC.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes. Must be unpredictable in production: session tokens come from it.
pub trait Entropy: Send + Sync {
    /// Fills `target` with random bytes.
    fn fill(&self, target: &mut [u8]);
}

/// Clock and entropy together, handed to every write.
#[derive(Clone)]
pub struct Seams {
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub entropy: Arc<dyn Entropy>,
}

impl Seams {
    /// The present moment, UTC.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Today's date in China (UTC+8, the only time zone that the law here knows).
    pub fn today(&self) -> jiff::civil::Date {
        crate::time::date_in_china(self.now())
    }

    /// `bytes` random bytes in lower-case hexadecimal: for secrets that stand in cookies and forms.
    pub fn secret(&self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        self.entropy.fill(&mut buffer);
        hex::encode(buffer)
    }
}

impl std::fmt::Debug for Seams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seams")
    }
}

/// A clock that stands at the given moment until it is set; for tests and for filling a demonstration.
#[derive(Debug)]
pub struct FixedClock(std::sync::Mutex<Timestamp>);

impl FixedClock {
    /// A clock standing at `moment`.
    pub fn at(moment: Timestamp) -> Self {
        Self(std::sync::Mutex::new(moment))
    }

    /// Moves the hands to `moment`.
    pub fn set(&self, moment: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = moment;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Deterministic bytes from a seed (SHA-256 in counter mode). Never for production: whoever knows the seed knows all.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    counter: std::sync::atomic::AtomicU64,
}

impl SeededEntropy {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, counter: std::sync::atomic::AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, target: &mut [u8]) {
        use sha2::{Digest, Sha256};
        for chunk in target.chunks_mut(32) {
            let n = self.counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let block = Sha256::digest([self.seed.to_be_bytes(), n.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
