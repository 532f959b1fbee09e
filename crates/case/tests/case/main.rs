//! The machine told with a small kind that lives here alone.

mod home;
mod stories;
