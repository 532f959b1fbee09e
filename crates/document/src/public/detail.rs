//! One public document, one file, and the tombstones.

use std::collections::HashMap;

use kernel::{
    OrganCode,
    id::{AttachmentId, ColumnId, DocumentId, EditionId},
    time,
};
use store::{Db, FromRow, query_as, query_scalar};

use super::{Filter, Found, Listed, PastEdition, PublicDocument, PublicFile, PublicPicture, Tombstone, list::of_ids};
use crate::{
    commit,
    common::on_day,
    error::{Result, fault},
    html::{self, Written, contents},
    references, rows,
    spec::{Kind, Kinds, RelationSpec},
    sql::Statement,
};

/// Most documents that a page tells of those that lead to it.
const MOST_BACK: i64 = 50;

#[derive(FromRow)]
struct EditionRow {
    id: EditionId,
    number: i64,
    note: String,
    body_html: String,
    body_text: String,
    reading_html: String,
    html_policy: String,
}

/// What lists show of the document, with all its public fields, and the text of the same edition, although a correction may
/// come between the two questions.
async fn whole(db: &Db, kinds: &Kinds, id: &DocumentId) -> Result<Option<(Listed, EditionRow)>> {
    loop {
        let Some(mut about) = listed(db, kinds, id).await? else { return Ok(None) };
        let text: Option<EditionRow> = query_as(
            "SELECT e.id, e.number, e.note, t.body_html, t.body_text, t.reading_html, t.html_policy FROM document d \
             JOIN edition e ON e.id = d.current_edition AND e.state = 'published' \
             JOIN edition_text t ON t.edition_id = e.id WHERE d.id = $1",
        )
        .bind(id)
        .fetch_optional(db.read())
        .await?;
        let Some(text) = text else { return Ok(None) };
        if about.edition == text.id {
            about.values = rows::values(db.read(), &text.id).await?;
            let effects = references::effects_on(db.read(), id).await?;
            on_day(&mut about.values, &effects, time::date_in_china(db.seams().now()));
            about.values.keep_public(about.kind);
            return Ok(Some((about, text)));
        }
    }
}

/// What stands at a document's address: the document, its tombstone, or nothing that the public may know of. `own_host` is
/// the portal's host name.
pub async fn found(db: &Db, kinds: &Kinds, own_host: &str, id: &DocumentId) -> Result<Option<Found>> {
    let Some((about, text)) = whole(db, kinds, id).await? else {
        return Ok(tombstone(db, kinds, id).await?.map(Found::Withdrawn));
    };
    let attachments: Vec<FileRow> = query_as(
        "SELECT id, title, file_name, digest, media_type, format, bytes FROM attachment a WHERE edition_id = $1 \
         AND NOT EXISTS (SELECT 1 FROM picture p WHERE p.edition_id = a.edition_id AND p.id = a.id) ORDER BY position, id",
    )
    .bind(&text.id)
    .fetch_all(db.read())
    .await?;
    let (reading_html, contents) = if text.html_policy == html::mark(own_host) {
        (text.reading_html, contents(&articles(db, &text.id).await?))
    } else {
        // Made under other rules, before an upgrade: made anew for this reader, until the sweep has come by.
        let (html, own) = (text.body_html.clone(), own_host.to_owned());
        let fresh = tokio::task::spawn_blocking(move || Written::renewed(&html, &own)).await;
        let fresh = fresh.map_err(|error| fault(format!("renewing a text: {error}")))?;
        (fresh.reading, contents(&fresh.articles))
    };
    Ok(Some(Found::Public(Box::new(PublicDocument {
        forward: forward(db, kinds, about.kind, id).await?,
        back: back(db, kinds, about.kind, id).await?,
        superseded: past(db, id, text.number, &text.note).await?,
        attachments: attachments.into_iter().map(PublicFile::from).collect(),
        pictures: pictures(db, &text.id).await?,
        digest: commit::digest(&text.body_html),
        number: text.number,
        body_html: text.body_html,
        body_text: text.body_text,
        reading_html,
        contents,
        note: text.note,
        listed: about,
    }))))
}

/// The pictures of a text, each with its address and both sizes.
async fn pictures(db: &Db, edition: &EditionId) -> Result<Vec<PublicPicture>> {
    let rows = rows::files(db.read(), edition).await?;
    let told = |row: rows::AttachmentRow| {
        Some(PublicPicture {
            address: row.address()?,
            media_type: row.media_type,
            digest: row.digest,
            bytes: row.bytes,
            small_digest: row.small_digest,
            small_bytes: row.small_bytes,
        })
    };
    Ok(rows.into_iter().filter_map(told).collect())
}

/// The parts of a text.
async fn articles(db: &Db, edition: &EditionId) -> Result<Vec<html::Article>> {
    #[derive(FromRow)]
    struct Part {
        anchor: String,
        level: i64,
        number: String,
        title: String,
        text: String,
    }
    // Of the text, a table of contents needs the first words.
    let parts: Vec<Part> = query_as(
        "SELECT anchor, level, number, title, SUBSTR(text, 1, 60) AS text FROM article WHERE edition_id = $1 ORDER BY place",
    )
    .bind(edition)
    .fetch_all(db.read())
    .await?;
    let part = |one: Part| html::Article {
        anchor: one.anchor,
        level: u8::try_from(one.level).unwrap_or(0),
        number: one.number,
        title: one.title,
        text: one.text,
    };
    Ok(parts.into_iter().map(part).collect())
}

/// Articles of one text that are found each by itself; the longest codes have some 1,300.
pub const MOST_ARTICLES: i64 = 2_000;

/// A file of a public document, as the search reads it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SearchableFile {
    /// The file is served at `/attachments/{id}`.
    pub id: AttachmentId,
    pub title: String,
    /// Visible text; empty where none could be read.
    pub text: String,
}

/// An article (条) of a public document, as the search reads it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SearchableArticle {
    /// Address within the page.
    pub anchor: String,
    /// As printed: 第三条.
    pub number: String,
    /// Visible text without the number.
    pub text: String,
}

/// What the search reads of a public document.
#[derive(Debug, Clone, PartialEq)]
pub struct Searchable {
    /// As lists show it, with all public fields.
    pub listed: Listed,
    /// Visible words of the text.
    pub body_text: String,
    /// Its files, in order.
    pub attachments: Vec<SearchableFile>,
    /// Its articles, in order, at most [`MOST_ARTICLES`].
    pub articles: Vec<SearchableArticle>,
}

/// The same document for the search, without what only its page shows: a rebuild asks this for every document.
pub async fn searchable(db: &Db, kinds: &Kinds, id: &DocumentId) -> Result<Option<Searchable>> {
    let Some((listed, text)) = whole(db, kinds, id).await? else { return Ok(None) };
    let attachments = query_as(
        "SELECT id, CASE WHEN title = '' THEN file_name ELSE title END AS title, body_text AS text FROM attachment a \
         WHERE edition_id = $1 AND NOT EXISTS (SELECT 1 FROM picture p WHERE p.edition_id = a.edition_id AND p.id = a.id) ORDER BY position, id",
    )
    .bind(&text.id)
    .fetch_all(db.read())
    .await?;
    let articles = query_as(
        "SELECT anchor, number, text FROM article WHERE edition_id = $1 AND level = $2 AND anchor <> '' ORDER BY place LIMIT $3",
    )
    .bind(&text.id)
    .bind(i64::from(html::Article::LEVEL))
    .bind(MOST_ARTICLES)
    .fetch_all(db.read())
    .await?;
    Ok(Some(Searchable { listed, body_text: text.body_text, attachments, articles }))
}

/// An article of a public document in which some words stand.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ArticleHit {
    pub document: DocumentId,
    /// Address within the page.
    pub anchor: String,
    /// As printed: 第三条.
    pub number: String,
    /// Visible text without the number.
    pub text: String,
}

/// The articles of these public documents that hold the words as they are, whatever the case of their letters.
///
/// # Errors
/// When the database fails.
pub async fn articles_with(db: &Db, documents: &[DocumentId], words: &str, limit: i64) -> Result<Vec<ArticleHit>> {
    if documents.is_empty() || words.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::new(
        "SELECT d.id AS document, a.anchor, a.number, a.text FROM document d JOIN article a ON a.edition_id = d.current_edition \
         WHERE d.current_edition <> '' AND a.anchor <> ''",
    );
    select.bind(" AND a.level = ?", i64::from(html::Article::LEVEL)).add(" AND d.id IN ").list(documents);
    select.bind(" AND LOWER(a.text) LIKE ? ESCAPE '\\'", store::anywhere(&words.trim().to_lowercase()));
    select.bind(" ORDER BY d.rank DESC, a.place LIMIT ?", limit);
    let (sql, values) = select.parts();
    Ok(query_as(sql).bind_all(values).fetch_all(db.read()).await?)
}

/// What lists show of a document, if it is public now.
pub async fn listed(db: &Db, kinds: &Kinds, id: &DocumentId) -> Result<Option<Listed>> {
    Ok(of_ids(db, kinds, std::slice::from_ref(id)).await?.pop())
}

async fn forward(
    db: &Db,
    kinds: &Kinds,
    kind: Kind,
    id: &DocumentId,
) -> Result<Vec<(&'static RelationSpec, Vec<Listed>)>> {
    let mut found = Vec::new();
    if kind.relations.is_empty() {
        return Ok(found);
    }
    let rows = rows::relations(db.read(), id).await?;
    for relation in kind.relations {
        let to: Vec<DocumentId> =
            rows.iter().filter(|row| row.kind == relation.key).map(|row| row.to_document.clone()).collect();
        let listed = in_order(of_ids(db, kinds, &to).await?, &to);
        if !listed.is_empty() {
            found.push((*relation, listed));
        }
    }
    Ok(found)
}

fn in_order(mut listed: Vec<Listed>, ids: &[DocumentId]) -> Vec<Listed> {
    listed.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
    listed
}

/// Public documents that lead to one of this kind, by the tie, in the order of their publication.
pub async fn back(
    db: &Db,
    kinds: &Kinds,
    kind: Kind,
    id: &DocumentId,
) -> Result<Vec<(&'static RelationSpec, Vec<Listed>)>> {
    let mut found = Vec::new();
    for relation in kinds.relations().into_iter().filter(|relation| relation.to.contains(&kind.key)) {
        let from: Vec<DocumentId> = query_scalar(
            "SELECT d.id FROM relation r JOIN document d ON d.id = r.from_document AND d.current_edition <> '' \
             WHERE r.to_document = $1 AND r.kind = $2 ORDER BY d.rank LIMIT $3",
        )
        .bind(id)
        .bind(relation.key)
        .bind(MOST_BACK)
        .fetch_all(db.read())
        .await?;
        let listed = in_order(of_ids(db, kinds, &from).await?, &from);
        if !listed.is_empty() {
            found.push((relation, listed));
        }
    }
    Ok(found)
}

/// Which of these documents a public document leads to by this tie: which policies have an interpretation.
pub async fn leading(db: &Db, relation: &RelationSpec, to: &[&DocumentId]) -> Result<Vec<DocumentId>> {
    if to.is_empty() {
        return Ok(Vec::new());
    }
    let mut select =
        Statement::new("SELECT DISTINCT r.to_document FROM relation r JOIN document d ON d.id = r.from_document");
    select.bind(" AND d.current_edition <> '' WHERE r.kind = ?", relation.key).add(" AND r.to_document IN ");
    select.list(to.iter().copied());
    let (sql, values) = select.parts();
    Ok(query_scalar(sql).bind_all(values).fetch_all(db.read()).await?)
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

/// Editions before `number` that were public; what replaced each is told by the note of the next.
async fn past(db: &Db, id: &DocumentId, number: i64, note: &str) -> Result<Vec<PastEdition>> {
    let rows: Vec<PastRow> = query_as(
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
    id: DocumentId,
    kind: String,
    organ: OrganCode,
    index_number: String,
    title: String,
    reason: String,
    notice: String,
    ended_at: String,
}

impl TombRow {
    fn tombstone(self, kinds: &Kinds) -> Option<Tombstone> {
        let kind = kinds.get(&self.kind)?;
        Some(Tombstone {
            path: kind.address(&self.id),
            kind,
            id: self.id,
            title: self.title,
            organ: self.organ,
            index_number: self.index_number,
            reason: self.reason,
            notice: self.notice,
            withdrawn_at: self.ended_at,
        })
    }
}

const TOMB: &str = "SELECT d.id, d.kind, d.organ, d.index_number, e.title, e.reason, e.notice, e.ended_at \
     FROM edition e CROSS JOIN document d WHERE d.id = e.document_id AND d.current_edition = '' AND e.state = 'withdrawn'";

async fn tombstone(db: &Db, kinds: &Kinds, id: &DocumentId) -> Result<Option<Tombstone>> {
    let mut select = Statement::new(TOMB);
    select.bind(" AND e.document_id = ?", id).add(" ORDER BY e.number DESC LIMIT 1");
    let (sql, values) = select.parts();
    let row: Option<TombRow> = query_as(sql).bind_all(values).fetch_optional(db.read()).await?;
    Ok(row.and_then(|row| row.tombstone(kinds)))
}

/// What was withdrawn most recently from these columns (of all when none are given) and is not public again, newest first:
/// for feeds that must take entries back.
pub async fn tombstones(db: &Db, kinds: &Kinds, columns: &[ColumnId], limit: i64) -> Result<Vec<Tombstone>> {
    withdrawn(db, kinds, &Filter { columns: columns.to_vec(), ..Filter::default() }, limit).await
}

/// The same of these columns and this organ; by what else the filter is narrowed, a tombstone is not: it says nothing of the
/// text.
pub async fn withdrawn(db: &Db, kinds: &Kinds, filter: &Filter, limit: i64) -> Result<Vec<Tombstone>> {
    let mut select = Statement::new(TOMB);
    if !filter.columns.is_empty() {
        select.add(" AND d.column_slug IN ").list(&filter.columns);
    }
    if let Some(organ) = &filter.organ {
        select.bind(" AND d.organ = ?", organ);
    }
    // A withdrawal is the last change of its edition.
    select.bind(" ORDER BY e.updated_at DESC, e.id DESC LIMIT ?", limit);
    let (sql, values) = select.parts();
    let rows: Vec<TombRow> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
    Ok(rows.into_iter().filter_map(|row| row.tombstone(kinds)).collect())
}

#[derive(FromRow)]
struct FileRow {
    id: AttachmentId,
    title: String,
    file_name: String,
    digest: String,
    media_type: String,
    format: String,
    bytes: i64,
}

impl From<FileRow> for PublicFile {
    fn from(row: FileRow) -> Self {
        Self {
            id: row.id,
            title: if row.title.is_empty() { row.file_name.clone() } else { row.title },
            file_name: row.file_name,
            digest: row.digest,
            media_type: row.media_type,
            format: row.format.to_uppercase(),
            bytes: row.bytes,
        }
    }
}

/// The texts of these editions as they are stored, of those that are public now: for who reads many at once.
pub async fn texts(db: &Db, editions: &[&EditionId]) -> Result<HashMap<EditionId, String>> {
    if editions.is_empty() {
        return Ok(HashMap::new());
    }
    let mut select = Statement::new(
        "SELECT t.edition_id, t.body_html FROM edition_text t JOIN edition e ON e.id = t.edition_id AND e.state = 'published' \
         WHERE t.edition_id IN ",
    );
    select.list(editions.iter().copied());
    let (sql, values) = select.parts();
    let rows: Vec<(EditionId, String)> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
    Ok(rows.into_iter().collect())
}

/// What was read of a public file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    pub document: DocumentId,
    pub file: PublicFile,
    /// Its visible words.
    pub text: String,
    /// Of a PDF the places that were read, as JSON `[{place, text}]`, among them its pages; empty for all others.
    pub places: String,
}

#[derive(FromRow)]
struct FileTextRow {
    document: DocumentId,
    #[sql(flatten)]
    file: FileRow,
    text: String,
    places: String,
}

/// What was read of a file that is listed below a text, if the edition to which it belongs is public now.
pub async fn file_text(db: &Db, id: &AttachmentId) -> Result<Option<FileText>> {
    let row: Option<FileTextRow> = query_as(
        "SELECT d.id AS document, a.id, a.title, a.file_name, a.digest, a.media_type, a.format, a.bytes, a.body_text AS text, \
         CASE WHEN a.format = 'pdf' THEN a.parts ELSE '' END AS places FROM attachment a \
         JOIN edition e ON e.id = a.edition_id AND e.state = 'published' \
         JOIN document d ON d.id = e.document_id AND d.current_edition = e.id WHERE a.id = $1 AND a.position > 0",
    )
    .bind(id)
    .fetch_optional(db.read())
    .await?;
    Ok(row.map(|row| FileText { document: row.document, file: row.file.into(), text: row.text, places: row.places }))
}

/// The file, if the edition to which it belongs is public now. Open it with `ctx.files().open(&digest)`.
pub async fn attachment(db: &Db, id: &AttachmentId) -> Result<Option<PublicFile>> {
    let row: Option<FileRow> = query_as(
        "SELECT a.id, a.title, a.file_name, a.digest, a.media_type, a.format, a.bytes FROM attachment a \
         JOIN edition e ON e.id = a.edition_id AND e.state = 'published' \
         JOIN document d ON d.id = e.document_id AND d.current_edition = e.id WHERE a.id = $1",
    )
    .bind(id)
    .fetch_optional(db.read())
    .await?;
    Ok(row.map(PublicFile::from))
}
