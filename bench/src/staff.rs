//! People at work over HTTP: they open the pages and press the buttons that real staff press.

use std::{fmt, io, net::SocketAddr};

use crate::{
    form::{self, Form},
    http::{Browser, Reply},
    program::Server,
};

/// The password of the demonstration county's accounts, as `gongkai demo` prints it.
const PASSWORD: &str = "yanshi-qinghe-2026";
/// Accounts that stand at the gates, in the order of the gates.
const REVIEWERS: [&str; 4] = ["secrecy", "wording", "policy", "political"];
/// The column into which documents are written.
pub(crate) const COLUMN: &str = "news";

/// Why something was not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The connection broke: nobody knows whether it was done.
    Gone(io::Error),
    /// The server refused, or a page is not what it should be.
    Refused(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(error) => write!(f, "the connection broke: {error}"),
            Self::Refused(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Trouble {}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

pub(crate) type Done<T> = Result<T, Trouble>;

fn refused<T>(what: &str, reply: &Reply) -> Done<T> {
    let text = reply.text();
    // The office's error pages say what is wrong in their main part.
    let main = text.split("<main").nth(1).unwrap_or(&text);
    let mut plain = String::new();
    let mut inside = true;
    for c in main.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !(inside || c.is_whitespace() && plain.ends_with(' ')) => {
                plain.push(if c.is_whitespace() { ' ' } else { c })
            }
            _ => {}
        }
    }
    let plain: String = plain.chars().take(200).collect();
    Err(Trouble::Refused(format!("{what}: {} {} {plain}", reply.status, reply.location)))
}

/// Sends a form; it is acknowledged by a redirect that is not to the sign-in page. Where that leads.
///
/// # Errors
/// When it is not acknowledged.
pub(crate) fn send(who: &mut Browser, what: &str, form: &Form) -> Done<String> {
    let reply = who.post(&form.action, &form.fields)?;
    if reply.status == 303 && !reply.location.starts_with("/signin") {
        return Ok(reply.location);
    }
    refused(what, &reply)
}

/// The form of a page behind the button with one of these addresses.
///
/// # Errors
/// When the page cannot be read or has none.
pub(crate) fn form_on(who: &mut Browser, page: &str, endings: &[&str]) -> Done<Form> {
    let reply = who.get(page)?;
    match form::find(&reply.text(), endings) {
        Some(form) if reply.status == 200 => Ok(form),
        _ => refused(&format!("no {} on {page}", endings.join(" or ")), &reply),
    }
}

/// Somebody of the demonstration at the office, signed in.
///
/// # Errors
/// When the sign-in fails.
pub(crate) fn sign_in(address: SocketAddr, login: &str) -> Done<Browser> {
    let mut who = Browser::new(address);
    let form = form_on(&mut who, "/signin", &["/signin"])?.with("login", login).with("password", PASSWORD);
    send(&mut who, login, &form)?;
    Ok(who)
}

/// How far a document has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Rank(pub(crate) usize);

impl Rank {
    /// A draft.
    pub(crate) const DRAFT: Self = Self(0);
    /// Public: four gates passed.
    pub(crate) const PUBLIC: Self = Self(5);

    /// Of a state and gate as stored.
    pub(crate) fn of(state: &str, gate: &str) -> Self {
        match (state, REVIEWERS.iter().position(|known| *known == gate)) {
            ("in_review", Some(gate)) => Self(gate + 1),
            ("published", _) => Self::PUBLIC,
            _ => Self::DRAFT,
        }
    }
}

/// A document being brought to publication.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// Its id.
    pub(crate) id: String,
    /// Its edition's id, once it stands at a gate.
    pub(crate) edition: String,
    /// How far it is known to have come.
    pub(crate) rank: Rank,
}

/// An editor and the four who stand at the gates.
#[derive(Debug)]
pub(crate) struct Team {
    editor: Browser,
    reviewers: Vec<Browser>,
}

impl Team {
    /// Signs all five in.
    ///
    /// # Errors
    /// When a sign-in fails.
    pub(crate) fn sign_in(server: &Server, editor: &str) -> Done<Self> {
        let reviewers = REVIEWERS.iter().map(|login| sign_in(server.office, login)).collect::<Done<_>>()?;
        Ok(Self { editor: sign_in(server.office, editor)?, reviewers })
    }

    /// The same people, still signed in, at a server that was started again; with another editor.
    ///
    /// # Errors
    /// When the sign-in fails.
    pub(crate) fn with_editor(&self, server: &Server, editor: &str) -> Done<Self> {
        Ok(Self { editor: sign_in(server.office, editor)?, ..self.moved(server) })
    }

    /// The same people, still signed in, at a server that was started again.
    pub(crate) fn moved(&self, server: &Server) -> Self {
        Self {
            editor: self.editor.moved(server.office),
            reviewers: self.reviewers.iter().map(|who| who.moved(server.office)).collect(),
        }
    }

    /// Writes the first line of a new document.
    ///
    /// # Errors
    /// When it is not acknowledged.
    pub(crate) fn create(&mut self, title: &str) -> Done<Draft> {
        let form = form_on(&mut self.editor, "/documents/new", &["/documents", "/documents/new"])?;
        let form = form.with("column", COLUMN).with("kind", "news").with("title", title);
        let to = send(&mut self.editor, "create", &form)?;
        let id = to.trim_start_matches("/documents/").split('/').next().unwrap_or_default().to_owned();
        Ok(Draft { id, edition: String::new(), rank: Rank::DRAFT })
    }

    /// The text as the page's script saves it while somebody writes.
    ///
    /// # Errors
    /// When it is not acknowledged.
    pub(crate) fn autosave(&mut self, draft: &Draft, body: &str) -> Done<()> {
        let page = format!("/documents/{}/edit", draft.id);
        let form = form_on(&mut self.editor, &page, &["/save"])?.with("body_html", body);
        let to = form.action.replace("/save", "/autosave");
        let reply = self.editor.post(&to, &form.fields)?;
        if reply.status == 200 { Ok(()) } else { refused("autosave", &reply) }
    }

    /// The text by the button «保存».
    ///
    /// # Errors
    /// When it is not acknowledged.
    pub(crate) fn save(&mut self, draft: &Draft, body: &str) -> Done<()> {
        let page = format!("/documents/{}/edit", draft.id);
        let form = form_on(&mut self.editor, &page, &["/save"])?.with("body_html", body);
        send(&mut self.editor, "save", &form).map(|_| ())
    }

    /// One step on: submission, or the next gate.
    ///
    /// # Errors
    /// When it is not acknowledged.
    pub(crate) fn advance(&mut self, draft: &mut Draft) -> Done<()> {
        let form = self.next_step(draft)?;
        self.take(draft, &form)
    }

    /// The form of the next step, opened but not sent.
    ///
    /// # Errors
    /// When the page cannot be read.
    pub(crate) fn next_step(&mut self, draft: &mut Draft) -> Done<Form> {
        if draft.rank == Rank::DRAFT {
            return form_on(&mut self.editor, &format!("/documents/{}/edit", draft.id), &["/submit"]);
        }
        let reviewer = &mut self.reviewers[draft.rank.0 - 1];
        if draft.edition.is_empty() {
            draft.edition = edition_of(reviewer, &draft.id)?;
        }
        let form = form_on(reviewer, &format!("/reviews/{}", draft.edition), &["/approve"])?;
        // Everything that the gate asks is ticked; what it does not ask is nothing to it.
        Ok((0..12).fold(form, |form, at| form.with(&format!("tick{at}"), "1")))
    }

    /// Sends the form of the next step.
    ///
    /// # Errors
    /// When it is not acknowledged.
    pub(crate) fn take(&mut self, draft: &mut Draft, form: &Form) -> Done<()> {
        if draft.rank == Rank::DRAFT {
            send(&mut self.editor, "submit", form)?;
        } else {
            send(&mut self.reviewers[draft.rank.0 - 1], "approve", form)?;
        }
        draft.rank = Rank(draft.rank.0 + 1);
        Ok(())
    }

    /// Reports progress on a duty of the editor's organ.
    ///
    /// # Errors
    /// When it is not acknowledged.
    pub(crate) fn note(&mut self, duty: &str, text: &str) -> Done<()> {
        let form = form_on(&mut self.editor, &format!("/duties/{duty}"), &["/notes", "/note"])?.with("text", text);
        send(&mut self.editor, "note", &form).map(|_| ())
    }
}

/// The edition that stands at a gate, from the links of the document's page.
fn edition_of(who: &mut Browser, document: &str) -> Done<String> {
    let reply = who.get(&format!("/documents/{document}"))?;
    let text = reply.text();
    match text.split("/reviews/").nth(1).and_then(|rest| rest.split(['"', '/', '?', '#']).next()) {
        Some(edition) if !edition.is_empty() => Ok(edition.to_owned()),
        _ => refused("no link to the review", &reply),
    }
}
