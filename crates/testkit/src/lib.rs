//! TestApp, actors, builders; both databases.
