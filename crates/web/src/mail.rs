//! Mails as contexts hand them over: to the queue (job kind [`SEND`]), or one by one to the [`Postman`]; `app` delivers them.

use futures::future::BoxFuture;
use kernel::{Seams, id::SubjectRef};
use serde::{Deserialize, Serialize};
use store::Files;

use crate::Ctx;

/// The kind of job that delivers a [`Mail`].
pub const SEND: &str = "mail.send";

/// The kind of job that delivers a [`Mail`] at once, also to those who want theirs gathered ([`crate::hooks::Recipients::gathered`]):
/// what cannot wait for the next morning.
pub const SEND_NOW: &str = "mail.send_now";

/// The kind of job that delivers a [`SealedMail`] at once: what the database must not be able to read while it waits. Where no mail
/// server is set up it waits on; it never lies in the outbox.
pub const SEND_SEALED: &str = "mail.send_sealed";

/// A file that goes with a sealed mail. Its bytes lie sealed in the store until the mail goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosed {
    /// As the reader of the mail sees it.
    pub name: String,
    /// Media type.
    pub media: String,
    /// Under which [`Files`] keeps it: read with `open_sealed`.
    pub digest: String,
}

/// A mail with its files, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Whole {
    mail: Mail,
    enclosed: Vec<Enclosed>,
}

/// A mail to somebody who is not staff, sealed under the installation's key while it waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SealedMail {
    /// Of what it speaks, by ids alone: with that it is thrown away.
    about: SubjectRef,
    sealed: String,
}

/// For what the mail is sealed: it opens there only.
const WAITING: &str = "mail waiting";

impl SealedMail {
    /// Seals a mail for the queue that speaks of something.
    ///
    /// # Errors
    /// When the installation's key cannot be read or made.
    pub fn seal(files: &Files, seams: &Seams, mail: &Mail, about: SubjectRef) -> store::Result<Self> {
        Self::seal_with(files, seams, mail, Vec::new(), about)
    }

    /// Seals a mail with files, which are read when it goes.
    ///
    /// # Errors
    /// As [`SealedMail::seal`].
    pub fn seal_with(
        files: &Files,
        seams: &Seams,
        mail: &Mail,
        enclosed: Vec<Enclosed>,
        about: SubjectRef,
    ) -> store::Result<Self> {
        let whole = Whole { mail: mail.clone(), enclosed };
        let text = serde_json::to_string(&whole).map_err(store::Error::Json)?;
        Ok(Self { about, sealed: files.seal_words(seams, WAITING, &text)? })
    }

    /// Whether it speaks of this.
    pub fn speaks_of(&self, subject: &SubjectRef) -> bool {
        self.about == *subject
    }

    /// The mail.
    ///
    /// # Errors
    /// When the installation's key is missing or another one.
    pub fn open(&self, files: &Files) -> store::Result<Mail> {
        self.open_whole(files).map(|(mail, _)| mail)
    }

    /// The mail with what goes with it.
    ///
    /// # Errors
    /// As [`SealedMail::open`].
    pub fn open_whole(&self, files: &Files) -> store::Result<(Mail, Vec<Enclosed>)> {
        let text = files.open_words(WAITING, &self.sealed)?;
        let whole: Whole = serde_json::from_str(&text).map_err(store::Error::Json)?;
        Ok((whole.mail, whole.enclosed))
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

/// A letter to somebody outside of the office. It is handed over at once and lies in no queue, since its address is nobody's to
/// read there; whoever hands it over keeps what it is made of.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// What makes its `Message-ID`: letters and digits. The same when the same letter is handed over again, so that a mailbox
    /// which took it before knows it.
    pub mark: String,
    /// Where a mail program leaves the list for its reader with one POST (RFC 8058), with the host; empty = it is of no list.
    pub leave: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("mark", &self.mark).finish_non_exhaustive()
    }
}

/// Why a letter was not taken. Nothing of it names the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// The mailbox takes nothing for now, it is full for instance: the answer of the server (4xx).
    Later(u16),
    /// There is no such mailbox, or it takes nothing from us: the answer of the server (5xx).
    Refused(u16),
    /// The server is away, does not know us, or is not set up: it says nothing of the mailbox.
    Server(String),
}

/// Hands letters to the mail server. Declared as `Arc<dyn Postman>` by whoever delivers mails.
pub trait Postman: Send + Sync {
    /// Hands over one letter; `Ok` = the server has taken it on.
    fn post<'a>(&'a self, ctx: &'a Ctx, letter: &'a Letter) -> BoxFuture<'a, Result<(), Undelivered>>;
}
