//! The public log (公开凭证日志) as bytes: what a leaf says, how the tree over the leaves grows and is proven, how its state is
//! signed and witnessed, and the receipt that a reader keeps. No I/O; usable on its own.
//!
//! The log follows C2SP: tlog-tiles for what is served, tlog-checkpoint and signed-note for what is signed, tlog-cosignature for
//! the time of signing and for witnesses. What the leaves say is ours, see [`leaf`] and `docs/adr/0011-public-log.md`.

mod file;
pub mod leaf;
pub mod note;
pub mod tile;
pub mod tree;

pub use file::{LARGEST, Proven, Receipt};
pub use leaf::{Act, Content, Leaf, Of};
pub use note::{Key, Signed};
pub use tree::{Growing, Hash};

/// What is wrong with bytes that come from elsewhere, in words for whoever brought them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(String);

impl Fault {
    /// With these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// Of this crate.
pub type Result<T> = std::result::Result<T, Fault>;
