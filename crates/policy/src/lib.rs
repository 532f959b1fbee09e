//! Policies that people understand. A folder for each capability.

pub mod audience;
pub mod consultation;
pub mod import;
pub mod interpretation;
pub mod ledger;
pub mod library;
pub mod push;
pub mod qa;
