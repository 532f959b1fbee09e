//! Stories of publishing.
