//! A mail as contexts hand it to the queue (job kind [`SEND`]); `app` delivers it.

use serde::{Deserialize, Serialize};

/// The kind of job that delivers a [`Mail`].
pub const SEND: &str = "mail.send";

/// The kind of job that delivers a [`Mail`] at once, also to those who want theirs gathered ([`crate::hooks::Recipients::gathered`]):
/// what cannot wait for the next morning.
pub const SEND_NOW: &str = "mail.send_now";

/// A mail in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Addresses; each gets its own mail, so that nobody sees the others'.
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
}

/// A kind of job that reaches people outside of the program. Declared by whoever has such jobs: those that wait in a backup
/// are restored as parked, since a drill must not write to anybody.
#[derive(Debug, Clone, Copy)]
pub struct Outward(pub &'static str);
