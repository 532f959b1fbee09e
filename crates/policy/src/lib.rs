//! Policies that people understand. A folder for each capability.

pub mod interpretation;
