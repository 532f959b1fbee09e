//! The event log: reading, erasing, and the cursors of its consumers. The crate `proof` proves that it is whole.

mod erase;
mod place;
mod read;
pub mod seals;

pub use erase::PAYLOAD_ERASED;
pub use place::Place;
pub use read::{EventRow, OF_SUBJECT, SELECT, advance, after, at, cursor, newest, of_subject, within};
