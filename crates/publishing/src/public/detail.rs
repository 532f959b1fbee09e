//! One public document, one attachment, and the tombstones.

use sha2::{Digest, Sha256};
use sqlx::FromRow;
use store::{Db, Result};

use super::{
    ColumnRef, Found, Listed, PastEdition, PublicAttachment, PublicDocument, PublicEdition, Tombstone,
    lists::{ListedRow, SELECT},
};
use crate::{
    kinds::Kind,
    sql::{Conditions, split_words},
};

#[derive(FromRow)]
struct EditionRow {
    id: String,
    number: i64,
    body_html: String,
    body_text: String,
    effective_on: String,
    expires_on: String,
    topics: String,
    keywords: String,
    source: String,
    note: String,
    interprets: String,
}

#[derive(FromRow)]
struct PastRow {
    number: i64,
    title: String,
    published_at: String,
    ended_at: String,
    note: String,
    state: String,
}

#[derive(FromRow)]
struct AttachmentRow {
    id: String,
    title: String,
    file_name: String,
    digest: String,
    media_type: String,
    format: String,
    bytes: i64,
    body_text: String,
}

impl From<AttachmentRow> for PublicAttachment {
    fn from(row: AttachmentRow) -> Self {
        Self {
            id: row.id,
            title: if row.title.is_empty() { row.file_name.clone() } else { row.title },
            file_name: row.file_name,
            digest: row.digest,
            media_type: row.media_type,
            format: row.format.to_uppercase(),
            bytes: row.bytes,
            text: row.body_text,
        }
    }
}

/// Head and text of the edition that is public: both of the same, although a correction may come between the two questions.
async fn whole(db: &Db, id: &str) -> Result<Option<(Listed, EditionRow)>> {
    let mut conditions = Conditions::new("d.current_edition <> ''");
    conditions.text("d.id = ?", id);
    loop {
        let Some(row) = conditions.rows::<ListedRow>(db, SELECT, "", 1, 0).await?.into_iter().next() else {
            return Ok(None);
        };
        let Some(edition) = text(db, id).await? else { return Ok(None) };
        if row.edition == edition.id {
            return Ok(Some((Listed::from(row), edition)));
        }
    }
}

async fn text(db: &Db, id: &str) -> Result<Option<EditionRow>> {
    Ok(sqlx::query_as(
        "SELECT e.id, e.number, e.body_html, e.body_text, e.effective_on, e.expires_on, e.topics, e.keywords, e.source, \
         e.note, d.interprets FROM document d JOIN edition e ON e.id = d.current_edition AND e.state = 'published' \
         WHERE d.id = $1",
    )
    .bind(id)
    .fetch_optional(db.read())
    .await?)
}

/// What stands at a document's address: the document, its tombstone, or nothing that the public may know of.
///
/// # Errors
/// When the database fails.
pub async fn document(db: &Db, id: &str) -> Result<Option<Found>> {
    let Some((about, edition)) = whole(db, id).await? else {
        return Ok(tombstone(db, id).await?.map(Found::Withdrawn));
    };
    let attachments: Vec<AttachmentRow> = sqlx::query_as(
        "SELECT id, title, file_name, digest, media_type, format, bytes, body_text FROM attachment \
         WHERE edition_id = $1 ORDER BY position, id",
    )
    .bind(&edition.id)
    .fetch_all(db.read())
    .await?;
    let column =
        super::columns::reference(db, &about.column).await?.unwrap_or_else(|| ColumnRef::missing(&about.column));
    Ok(Some(Found::Public(Box::new(PublicDocument {
        interpretations: interpretations(db, id).await?,
        interprets: listed(db, &edition.interprets).await?,
        superseded: past(db, id, edition.number, &edition.note).await?,
        attachments: attachments.into_iter().map(PublicAttachment::from).collect(),
        column,
        edition: PublicEdition {
            id: edition.id,
            number: edition.number,
            digest: hex::encode(Sha256::digest(edition.body_html.as_bytes())),
            // Cleaned when written; cleaned again because what is shown must not depend on what an import once wrote.
            body_html: web::rich::sanitize(&edition.body_html),
            body_text: edition.body_text,
            effective_on: edition.effective_on,
            expires_on: edition.expires_on,
            topics: split_words(&edition.topics),
            keywords: split_words(&edition.keywords),
            source: if edition.source.is_empty() { about.organ.to_string() } else { edition.source },
            note: edition.note,
        },
        listed: about,
    }))))
}

/// What the search reads of a public document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searchable {
    /// As lists show it.
    pub listed: Listed,
    /// Visible text of the body.
    pub body_text: String,
    /// 主题 and key words.
    pub words: Vec<String>,
    /// Title and visible text of each attachment.
    pub attachments: Vec<(String, String)>,
}

/// The same document for the search, without what only its page shows: a rebuild asks this fifty thousand times.
///
/// # Errors
/// When the database fails.
pub async fn searchable(db: &Db, id: &str) -> Result<Option<Searchable>> {
    let Some((listed, edition)) = whole(db, id).await? else { return Ok(None) };
    let attachments = sqlx::query_as(
        "SELECT CASE WHEN title = '' THEN file_name ELSE title END, body_text FROM attachment WHERE edition_id = $1 \
         ORDER BY position, id",
    )
    .bind(&edition.id)
    .fetch_all(db.read())
    .await?;
    let words = [&edition.topics, &edition.keywords].into_iter().flat_map(|stored| split_words(stored)).collect();
    Ok(Some(Searchable { listed, body_text: edition.body_text, words, attachments }))
}

/// What lists show of a document, if it is public now.
///
/// # Errors
/// When the database fails.
pub async fn listed(db: &Db, id: &str) -> Result<Option<Listed>> {
    if id.is_empty() {
        return Ok(None);
    }
    let mut conditions = Conditions::new("d.current_edition <> ''");
    conditions.text("d.id = ?", id);
    Ok(conditions.rows::<ListedRow>(db, SELECT, "", 1, 0).await?.into_iter().next().map(Listed::from))
}

async fn interpretations(db: &Db, id: &str) -> Result<Vec<Listed>> {
    let mut conditions = Conditions::new("d.current_edition <> ''");
    conditions.text("d.interprets = ?", id);
    // Said again so that the partial index fits: without it every page reads all documents.
    conditions.fixed("d.interprets <> ''");
    let rows: Vec<ListedRow> = conditions.rows(db, SELECT, "ORDER BY d.first_published_at, d.id", 50, 0).await?;
    Ok(rows.into_iter().map(Listed::from).collect())
}

/// Editions before `number` that were public; what replaced each is told by the note of the next.
async fn past(db: &Db, id: &str, number: i64, note: &str) -> Result<Vec<PastEdition>> {
    let rows: Vec<PastRow> = sqlx::query_as(
        "SELECT number, title, published_at, ended_at, note, state FROM edition \
         WHERE document_id = $1 AND number < $2 AND published_at <> '' ORDER BY number DESC",
    )
    .bind(id)
    .bind(number)
    .fetch_all(db.read())
    .await?;
    let mut changed = note.to_owned();
    let mut editions = Vec::with_capacity(rows.len());
    for row in rows {
        // A withdrawn text stays withdrawn: its number is told, its title and its note are not.
        let (title, note) = match row.state.as_str() {
            "withdrawn" => ("（已撤回）".to_owned(), String::new()),
            _ => (row.title, row.note),
        };
        let next = std::mem::replace(&mut changed, note);
        editions.push(PastEdition {
            number: row.number,
            title,
            published_at: row.published_at,
            ended_at: row.ended_at,
            changed: next,
        });
    }
    Ok(editions)
}

#[derive(FromRow)]
struct TombRow {
    id: String,
    kind: String,
    organ: String,
    index_number: String,
    title: String,
    reason: String,
    notice: String,
    ended_at: String,
}

impl From<TombRow> for Tombstone {
    fn from(row: TombRow) -> Self {
        Self {
            path: Kind::from_code(&row.kind).unwrap_or(Kind::Notice).path(&row.id),
            id: row.id,
            title: row.title,
            organ: row.organ.into(),
            index_number: row.index_number,
            reason: row.reason,
            notice: row.notice,
            withdrawn_at: row.ended_at,
        }
    }
}

async fn tombstone(db: &Db, id: &str) -> Result<Option<Tombstone>> {
    let row: Option<TombRow> = sqlx::query_as(
        "SELECT d.id, d.kind, d.organ, d.index_number, e.title, e.reason, e.notice, e.ended_at FROM document d \
         JOIN edition e ON e.document_id = d.id AND e.state = 'withdrawn' \
         WHERE d.id = $1 AND d.current_edition = '' ORDER BY e.number DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(db.read())
    .await?;
    Ok(row.map(Tombstone::from))
}

/// What was withdrawn most recently from these columns (of all when none are given) and is not public again, newest first:
/// for feeds that must take entries back.
///
/// # Errors
/// When the database fails.
pub async fn tombstones(db: &Db, columns: &[String], limit: i64) -> Result<Vec<Tombstone>> {
    let mut conditions = Conditions::new("d.current_edition = ''");
    conditions.any_of("d.column_slug", columns);
    let select = "SELECT d.id, d.kind, d.organ, d.index_number, e.title, e.reason, e.notice, e.ended_at FROM document d \
                  JOIN edition e ON e.document_id = d.id AND e.state = 'withdrawn'";
    let rows: Vec<TombRow> = conditions.rows(db, select, "ORDER BY e.ended_at DESC, d.id", limit, 0).await?;
    Ok(rows.into_iter().map(Tombstone::from).collect())
}

/// The attachment, if the edition to which it belongs is public now. Open it with `ctx.files().open(&digest)`.
///
/// # Errors
/// When the database fails.
pub async fn attachment(db: &Db, id: &str) -> Result<Option<PublicAttachment>> {
    let row: Option<AttachmentRow> = sqlx::query_as(
        "SELECT a.id, a.title, a.file_name, a.digest, a.media_type, a.format, a.bytes, a.body_text FROM attachment a \
         JOIN edition e ON e.id = a.edition_id AND e.state = 'published' \
         JOIN document d ON d.id = e.document_id AND d.current_edition = e.id WHERE a.id = $1",
    )
    .bind(id)
    .fetch_optional(db.read())
    .await?;
    Ok(row.map(PublicAttachment::from))
}
