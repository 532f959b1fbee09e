//! Asking and answering (互动). A folder for each capability.

pub mod cases;
pub mod enforcement;
pub mod foi;
pub mod letters;
pub mod mistakes;
pub mod services;
