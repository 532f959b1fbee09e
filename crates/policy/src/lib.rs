//! Policies that people understand. A folder for each capability.

pub mod consultation;
pub mod interpretation;
pub mod ledger;
pub mod library;
