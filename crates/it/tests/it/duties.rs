//! Stories of duties.
