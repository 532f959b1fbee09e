//! Putting documents in directly, in any state and with dates in the past: for the demonstration, for moving in from an
//! old site, for benchmarks. The log tells the truth: one event `document.seeded`, with the moment at which it was done
//! and the dates that were claimed. Nothing here is reachable from a page.

use jiff::{Timestamp, civil::Date};
use kernel::{
    Actor, Gate, NewEvent, OrganCode, id,
    id::{AccountId, DocumentId},
    time,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Tx;
use web::{Ctx, Result};

use crate::{
    editions::{
        attachments, deciding,
        store::{DocumentRow, EditionRow, Loaded},
        writing,
    },
    kinds::{Disclosure, Kind, Validity},
    sql::join_words,
};

/// In which state the document is put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeedState {
    /// A draft.
    Draft,
    /// At a gate since a moment, the gates before passed.
    InReview {
        /// Where.
        gate: Gate,
        /// Since when.
        since: Timestamp,
    },
    /// Returned to its author.
    Returned {
        /// By which gate.
        gate: Gate,
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

/// A second edition that replaced the first: the first is then superseded, the state of the seed is that of the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedCorrection {
    /// What changed.
    pub note: String,
    /// The text of the second edition.
    pub body_html: String,
    /// When it replaced the first; the first was public from the moment in [`SeedState`].
    pub at: Timestamp,
}

/// A file to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedFile {
    /// Name of the file.
    pub file_name: String,
    /// Title shown; empty = the name.
    pub title: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A document to put in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of the same names are described in the migration")]
pub struct Seed {
    pub organ: OrganCode,
    pub column: String,
    pub kind: Kind,
    pub title: String,
    /// Cleaned on the way in like any other text.
    pub body_html: String,
    pub summary: String,
    pub document_number: String,
    pub written_on: Option<Date>,
    pub effective_on: Option<Date>,
    pub expires_on: Option<Date>,
    pub validity: Option<Validity>,
    pub topics: Vec<String>,
    pub keywords: Vec<String>,
    pub source: String,
    pub disclosure: Disclosure,
    pub interprets: Option<DocumentId>,
    /// Account and name of the author.
    pub author: (AccountId, String),
    pub created_at: Timestamp,
    pub state: SeedState,
    pub correction: Option<SeedCorrection>,
    pub files: Vec<SeedFile>,
}

impl Seed {
    /// A public document with the least that one needs.
    pub fn published(organ: OrganCode, column: &str, kind: Kind, title: &str, body_html: &str, at: Timestamp) -> Self {
        Self {
            organ,
            column: column.to_owned(),
            kind,
            title: title.to_owned(),
            body_html: body_html.to_owned(),
            summary: String::new(),
            document_number: String::new(),
            written_on: None,
            effective_on: None,
            expires_on: None,
            validity: None,
            topics: Vec::new(),
            keywords: Vec::new(),
            source: String::new(),
            disclosure: Disclosure::Open,
            interprets: None,
            author: (AccountId::from("system"), "系统".to_owned()),
            created_at: at,
            state: SeedState::Published { at },
            correction: None,
            files: Vec::new(),
        }
    }
}

/// Puts a document in.
///
/// # Errors
/// When a file is refused (see [`attachments::read`]) or the database fails.
pub async fn seed(ctx: &Ctx, tx: &mut Tx, seed: Seed) -> Result<DocumentId> {
    let document = DocumentRow {
        id: id::fresh(&tx.seams()),
        organ: seed.organ.0.clone(),
        column_slug: seed.column.clone(),
        kind: seed.kind.code().to_owned(),
        interprets: seed.interprets.as_ref().map(|id| id.0.clone()).unwrap_or_default(),
        created_by: seed.author.0.0.clone(),
        created_at: time::to_db(seed.created_at),
        ..DocumentRow::default()
    };
    writing::insert_document(tx, &document).await?;
    let first = in_state(&seed, text(tx, &seed, &document));
    let (first, second) = match &seed.correction {
        None => (first, None),
        Some(correction) => {
            let (old, new) = corrected(tx, &first, correction);
            (old, Some(new))
        }
    };
    writing::insert_edition(tx, &first).await?;
    files(ctx, tx, &seed, &first).await?;
    if let Some(second) = &second {
        writing::insert_edition(tx, second).await?;
        writing::carry_files(tx, &first.id, &second.id).await?;
    }
    let last = second.as_ref().unwrap_or(&first);
    passed_gates(tx, &seed, &first).await?;
    let kept: Vec<(String, String)> = sqlx::query_as("SELECT id, digest FROM attachment WHERE edition_id = $1")
        .bind(&last.id)
        .fetch_all(tx.conn())
        .await?;
    let kept: Vec<_> = kept.into_iter().map(|(id, digest)| json!({ "id": id, "digest": digest })).collect();
    let index_number = expose(ctx, tx, &seed, &document, &first, last).await?;
    let data = json!({
        "edition": last.id, "number": last.number, "state": last.state, "title": last.title,
        "published_at": last.published_at, "index_number": index_number,
        "digest": hex::encode(Sha256::digest(last.body_html.as_bytes())), "files": kept,
    });
    let event = NewEvent::new("document.seeded", "document", &document.id, &Actor::System).organ(&seed.organ);
    tx.append(event.data(data)).await?;
    if let SeedState::Scheduled { at } = seed.state {
        let payload = crate::jobs::PublishDue { edition: last.id.clone() };
        tx.enqueue(store::jobs::NewJob::now(crate::jobs::PUBLISH_DUE, &payload).at(at)).await?;
    }
    Ok(DocumentId::from(document.id))
}

fn text(tx: &Tx, seed: &Seed, document: &DocumentRow) -> EditionRow {
    let body_html = web::rich::sanitize(&seed.body_html);
    let created = time::to_db(seed.created_at);
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    EditionRow {
        id: id::fresh(&tx.seams()),
        document_id: document.id.clone(),
        number: 1,
        version: 1,
        author: seed.author.0.0.clone(),
        author_name: seed.author.1.clone(),
        authors: format!("|{}|", seed.author.0),
        title: seed.title.clone(),
        body_text: documents::html::to_text(&body_html),
        body_html,
        summary: seed.summary.clone(),
        document_number: seed.document_number.clone(),
        written_on: date(seed.written_on),
        effective_on: date(seed.effective_on),
        expires_on: date(seed.expires_on),
        validity: seed.validity.map(|validity| validity.code().to_owned()).unwrap_or_default(),
        topics: join_words(&seed.topics),
        keywords: join_words(&seed.keywords),
        source: seed.source.clone(),
        disclosure: seed.disclosure.code().to_owned(),
        since: created.clone(),
        created_at: created.clone(),
        updated_at: created,
        ..EditionRow::default()
    }
}

fn in_state(seed: &Seed, mut edition: EditionRow) -> EditionRow {
    let mut set = |state: &str, since: Timestamp| {
        edition.state = state.to_owned();
        edition.since = time::to_db(since);
        edition.updated_at = time::to_db(since);
    };
    match &seed.state {
        SeedState::Draft => set("draft", seed.created_at),
        SeedState::InReview { gate, since } => {
            set("in_review", *since);
            edition.gate = gate.code().to_owned();
        }
        SeedState::Returned { gate, by, reason, at } => {
            set("returned", *at);
            edition.gate = gate.code().to_owned();
            edition.decided_by = by.clone();
            edition.reason = reason.clone();
        }
        SeedState::Scheduled { at } => {
            set("scheduled", seed.created_at);
            edition.publish_at = time::to_db(*at);
        }
        SeedState::Published { at } => {
            set("published", *at);
            edition.published_at = time::to_db(*at);
        }
        SeedState::Withdrawn { published_at, at, reason, notice } => {
            set("withdrawn", *at);
            edition.published_at = time::to_db(*published_at);
            edition.ended_at = time::to_db(*at);
            edition.reason = reason.clone();
            edition.notice = notice.clone();
        }
    }
    edition
}

/// The first edition as superseded and the second as what the first was.
fn corrected(tx: &Tx, first: &EditionRow, correction: &SeedCorrection) -> (EditionRow, EditionRow) {
    let at = time::to_db(correction.at);
    let body_html = web::rich::sanitize(&correction.body_html);
    let second = EditionRow {
        id: id::fresh(&tx.seams()),
        number: 2,
        body_text: documents::html::to_text(&body_html),
        body_html,
        note: correction.note.clone(),
        published_at: at.clone(),
        since: at.clone(),
        created_at: at.clone(),
        updated_at: at.clone(),
        ..first.clone()
    };
    let old = EditionRow {
        state: "superseded".to_owned(),
        ended_at: at.clone(),
        since: at,
        reason: String::new(),
        notice: String::new(),
        ..first.clone()
    };
    (old, second)
}

async fn files(ctx: &Ctx, tx: &mut Tx, seed: &Seed, edition: &EditionRow) -> Result<()> {
    for (position, file) in (1_i64..).zip(&seed.files) {
        let received = ctx.files().receive_bytes(&file.bytes).await?;
        let incoming = attachments::read(ctx, received, file.file_name.clone()).await?;
        attachments::insert_read(ctx, tx, edition, position, &file.title, &incoming).await?;
    }
    Ok(())
}

async fn passed_gates(tx: &mut Tx, seed: &Seed, edition: &EditionRow) -> Result<()> {
    let SeedState::InReview { gate: at, since } = &seed.state else { return Ok(()) };
    for gate in Gate::ALL.into_iter().filter(|gate| gate < at) {
        sqlx::query("INSERT INTO gate_pass (edition_id, gate, passed_by, name, at) VALUES ($1, $2, 'system', $3, $4)")
            .bind(&edition.id)
            .bind(gate.code())
            .bind(kernel::Role::for_gate(gate).label())
            .bind(time::to_db(*since))
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Gives the index number and enters the document into the public lists, as far as its state asks for it.
async fn expose(
    ctx: &Ctx,
    tx: &mut Tx,
    seed: &Seed,
    document: &DocumentRow,
    first: &EditionRow,
    last: &EditionRow,
) -> Result<String> {
    let Some(since) = time::from_db(&first.published_at) else { return Ok(String::new()) };
    let loaded = Loaded { document: document.clone(), edition: last.clone(), files: Vec::new(), checks: Vec::new() };
    let index_number = deciding::next_index_number(ctx, tx, &loaded, since).await?;
    let public = matches!(seed.state, SeedState::Published { .. });
    sqlx::query(
        "UPDATE document SET current_edition = $2, index_number = $3, first_published_at = $4, first_published_on = $5, \
         published_at = $6 WHERE id = $1",
    )
    .bind(&document.id)
    .bind(if public { last.id.as_str() } else { "" })
    .bind(&index_number)
    .bind(&first.published_at)
    .bind(time::date_in_china(since).to_string())
    .bind(if public { last.published_at.as_str() } else { "" })
    .execute(tx.conn())
    .await?;
    Ok(index_number)
}
