//! Asking and answering (互动). A folder for each capability.

pub mod foi;
pub mod letters;
pub mod services;
