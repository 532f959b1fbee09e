//! What must be open of its own accord (主动公开). A folder for each capability.

pub mod catalogue;
pub mod coverage;
pub mod enforcement;
pub mod platform;
pub mod records_api;
pub mod records_office;
pub mod records_portal;
pub mod reports;
