//! Policies that people understand. A folder for each capability.

pub mod consultation;
pub mod import;
pub mod interpretation;
