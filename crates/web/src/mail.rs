//! A mail as contexts hand it to the queue (job kind [`SEND`]); `app` delivers it.

use kernel::Seams;
use serde::{Deserialize, Serialize};
use store::Files;

/// The kind of job that delivers a [`Mail`].
pub const SEND: &str = "mail.send";

/// The kind of job that delivers a [`Mail`] at once, also to those who want theirs gathered ([`crate::hooks::Recipients::gathered`]):
/// what cannot wait for the next morning.
pub const SEND_NOW: &str = "mail.send_now";

/// The kind of job that delivers a [`SealedMail`] at once: what the database must not be able to read while it waits.
pub const SEND_SEALED: &str = "mail.send_sealed";

/// A mail to somebody who is not staff, sealed under the installation's key while it waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SealedMail {
    sealed: String,
}

/// For what the mail is sealed: it opens there only.
const WAITING: &str = "mail waiting";

impl SealedMail {
    /// Seals a mail for the queue.
    ///
    /// # Errors
    /// When the installation's key cannot be read or made.
    pub fn seal(files: &Files, seams: &Seams, mail: &Mail) -> store::Result<Self> {
        let text = serde_json::to_string(mail).map_err(store::Error::Json)?;
        Ok(Self { sealed: files.seal_words(seams, WAITING, &text)? })
    }

    /// The mail.
    ///
    /// # Errors
    /// When the installation's key is missing or another one.
    pub fn open(&self, files: &Files) -> store::Result<Mail> {
        serde_json::from_str(&files.open_words(WAITING, &self.sealed)?).map_err(store::Error::Json)
    }
}

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
