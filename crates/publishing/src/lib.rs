//! Columns, documents and editions, gates, attachments, the public portal pages.
//!
//! [`public`] is how everything else reads what is public; [`editions`] is how it becomes so.

pub mod editions;
pub mod kinds;
pub mod public;
mod sql;
