//! Stories of search.
