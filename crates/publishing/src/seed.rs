//! Putting documents in directly, in any state and with dates in the past: for the demonstration, for moving in from an old
//! site, for benchmarks. What the document machine's [`document::seed`] puts in gets its files read, its round of review and
//! its moment of publication here. Nothing here is reachable from a page.

use document::{
    Kind, RelationSpec, Values,
    files::NewFile,
    pictures::NewPicture,
    rows,
    seed::{self as documents, Seeded},
};
use jiff::Timestamp;
use kernel::{
    Actor, OrganCode,
    id::{AccountId, ColumnId, DocumentId},
};
use review::{Gate, seed::Standing};
use store::{Tx, jobs::NewJob};
use web::{Ctx, Result};

pub use document::seed::SeedCorrection;

use crate::editions::{
    attachments, deciding, pictures,
    subject::{self, PUBLISH_DUE, PublishDue},
};

/// In which state the document is put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeedState {
    Draft,
    /// At a gate since a moment, the gates before passed.
    InReview {
        /// Where.
        gate: &'static Gate,
        /// Since when.
        since: Timestamp,
    },
    /// Returned to its author.
    Returned {
        /// By which gate.
        gate: &'static Gate,
        /// Name of who returned it.
        by: String,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// To be published at a moment to come.
    Scheduled {
        /// When.
        at: Timestamp,
    },
    /// Public since a moment.
    Published {
        /// Since when.
        at: Timestamp,
    },
    /// Was public, is withdrawn.
    Withdrawn {
        /// Public from.
        published_at: Timestamp,
        /// Withdrawn at.
        at: Timestamp,
        /// Why.
        reason: String,
        /// What readers are told besides.
        notice: String,
    },
}

/// A file to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedFile {
    pub file_name: String,
    /// Title shown; empty = the name.
    pub title: String,
    pub bytes: Vec<u8>,
}

/// A document to put in.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// Whose information it is.
    pub organ: OrganCode,
    pub column: ColumnId,
    pub kind: Kind,
    /// 标题.
    pub title: String,
    /// Cleaned on the way in like any other text.
    pub body_html: String,
    /// Fields of the kind.
    pub values: Values,
    /// 公开属性.
    pub disclosure: &'static str,
    /// Where it leads.
    pub relations: Vec<(&'static RelationSpec, DocumentId)>,
    /// Account and name of the author.
    pub author: (AccountId, String),
    /// When it was begun.
    pub created_at: Timestamp,
    pub state: SeedState,
    /// A second edition.
    pub correction: Option<SeedCorrection>,
    pub files: Vec<SeedFile>,
    /// Pictures of the text, drawn anew like any other; it names the first as `picture:1`.
    pub pictures: Vec<SeedFile>,
}

impl Seed {
    /// A public document with the least that one needs.
    pub fn published(
        organ: OrganCode,
        column: impl Into<ColumnId>,
        kind: Kind,
        title: &str,
        body_html: &str,
        at: Timestamp,
    ) -> Self {
        Self {
            organ,
            column: column.into(),
            kind,
            title: title.to_owned(),
            body_html: body_html.to_owned(),
            values: Values::default(),
            disclosure: "open",
            relations: Vec::new(),
            author: ("system".into(), "系统".to_owned()),
            created_at: at,
            state: SeedState::Published { at },
            correction: None,
            files: Vec::new(),
            pictures: Vec::new(),
        }
    }

    /// As the document machine takes it.
    fn document(&self, files: Vec<NewFile>, pictures: Vec<NewPicture>) -> documents::Seed {
        let state = match self.state.clone() {
            SeedState::Draft => documents::SeedState::Draft,
            SeedState::InReview { since, .. } => documents::SeedState::InReview { since },
            SeedState::Returned { at, .. } => documents::SeedState::Returned { at },
            SeedState::Scheduled { at } => documents::SeedState::Scheduled { at },
            SeedState::Published { at } => documents::SeedState::Published { at },
            SeedState::Withdrawn { published_at, at, reason, notice } => {
                documents::SeedState::Withdrawn { published_at, at, reason, notice }
            }
        };
        documents::Seed {
            organ: self.organ.clone(),
            column: self.column.clone(),
            kind: self.kind,
            title: self.title.clone(),
            body_html: self.body_html.clone(),
            values: self.values.clone(),
            disclosure: self.disclosure,
            relations: self.relations.clone(),
            author: self.author.clone(),
            created_at: self.created_at,
            state,
            correction: self.correction.clone(),
            files,
            pictures,
        }
    }
}

/// Puts a document in.
///
/// # Errors
/// When a file is refused (see [`attachments::read`]) or the database fails.
pub async fn seed(ctx: &Ctx, tx: &mut Tx, seed: Seed) -> Result<DocumentId> {
    let mut files = Vec::new();
    for file in &seed.files {
        let received = ctx.files().receive_bytes(&file.bytes).await?;
        let incoming = attachments::read(ctx, received, file.file_name.clone()).await?;
        files.push(attachments::keep(ctx, tx, &incoming, &file.title).await?);
    }
    let mut drawn = Vec::new();
    for file in &seed.pictures {
        let received = ctx.files().receive_bytes(&file.bytes).await?;
        let made = pictures::draw(ctx, received, &file.file_name).await?;
        drawn.push(pictures::keep(ctx, tx, &made).await?);
    }
    let seeded = documents::seed(tx, &crate::house(ctx), &seed.document(files, drawn)).await?;
    follow(ctx, tx, &seed, &seeded).await?;
    Ok(seeded.document)
}

/// The round of review that its state tells of, and the moment of publication.
async fn follow(ctx: &Ctx, tx: &mut Tx, seed: &Seed, seeded: &Seeded) -> Result<()> {
    let standing = match &seed.state {
        SeedState::InReview { gate, since } => Standing::At { gate: gate.code.to_owned(), since: *since },
        SeedState::Returned { gate, by, reason, at } => {
            Standing::Returned { gate: gate.code.to_owned(), by: by.clone(), reason: reason.clone(), at: *at }
        }
        SeedState::Scheduled { .. } => Standing::Passed { at: seed.created_at },
        SeedState::Draft | SeedState::Published { .. } | SeedState::Withdrawn { .. } => return Ok(()),
    };
    let whole = rows::load(tx, &crate::house(ctx), &Actor::System, &seeded.edition).await?;
    let matter = subject::matter(ctx, tx, &whole).await?;
    let route = deciding::route(ctx, tx.conn(), &whole.document).await?;
    review::seed::round(tx, &matter, route, &standing).await?;
    if let SeedState::Scheduled { at } = seed.state {
        let payload = PublishDue { edition: seeded.edition.clone() };
        tx.enqueue(NewJob::now(PUBLISH_DUE, &payload).at(at)).await?;
    }
    Ok(())
}
