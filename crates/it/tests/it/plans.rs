//! Stories of plans.
