//! The event log: reading, verifying, erasing, checkpoints, and the cursors of its consumers.

mod checkpoint;
mod erase;
mod read;
pub mod seals;
mod verify;

pub use checkpoint::{Checkpoint, Place, Signer, checkpoint};
pub use erase::PAYLOAD_ERASED;
pub use read::{EventRow, OF_SUBJECT, SELECT, advance, after, at, cursor, newest, of_subject, within};
pub use verify::{Progress, Verified, Verify, verify};
