//! Law texts, read as text.

mod cited;

pub use cited::{Citation, Verb, cited};
