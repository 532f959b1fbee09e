//! What is done with items.
