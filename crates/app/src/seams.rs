//! The system's clock and entropy: the only place in the program that reads them.

use std::sync::Arc;

use kernel::{Clock, Entropy, Seams};

/// The system's clock.
#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

/// The operating system's generator.
#[derive(Debug)]
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, target: &mut [u8]) {
        rand::fill(target);
    }
}

/// The real ones.
pub fn system() -> Seams {
    Seams { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
}
