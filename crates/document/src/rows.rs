//! Documents, editions and what belongs to them, as they stand in the tables.

use jiff::Timestamp;
use kernel::{
    Actor, OrganCode,
    id::{AccountId, AttachmentId, ColumnId, DocumentId, EditionId},
    time,
    visibility::{Exposure, can_view},
};
use store::{Executor, FromRow, Tx, query_as, query_scalar};
use web::Refusal;

use crate::{
    error::{Result, fault},
    house::House,
    html::pictures::Address,
    permissions::VIEW_DOCUMENTS,
    pictures,
    state::{self, Facts, State},
    values::Values,
};

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct DocumentRow {
    pub id: DocumentId,
    pub organ: OrganCode,
    #[sql(rename = "column_slug")]
    pub column: ColumnId,
    /// Key of its kind.
    pub kind: String,
    pub index_number: String,
    pub created_by: AccountId,
    pub created_at: String,
    pub current_edition: EditionId,
    pub title: String,
    pub rank: i64,
    pub first_published_at: String,
    pub first_published_on: String,
    pub published_at: String,
    /// The organ that keeps it today; filled by [`visible`].
    #[sql(skip)]
    pub keeper: Option<OrganCode>,
}

impl DocumentRow {
    /// The organ whose people work on it today.
    pub fn keeper(&self) -> &OrganCode {
        self.keeper.as_ref().unwrap_or(&self.organ)
    }

    /// The edition that is public now.
    pub fn public(&self) -> Option<&EditionId> {
        (!self.current_edition.as_str().is_empty()).then_some(&self.current_edition)
    }

    /// Whether it has ever been public: its column, kind and ties are then fixed, because its address and lists hang on them.
    pub fn was_public(&self) -> bool {
        !self.first_published_at.is_empty()
    }

    /// What its visibility in the office depends on.
    pub fn exposure(&self) -> Exposure {
        // In the office even a published document is shown with its drafts and history: never by being public alone.
        Exposure { public: false, organ: self.keeper().clone(), inner: &VIEW_DOCUMENTS }
    }
}

/// An edition without its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct EditionRow {
    pub id: EditionId,
    pub document_id: DocumentId,
    pub number: i64,
    pub version: i64,
    pub head: bool,
    /// Code of the state, see [`EditionRow::state`].
    pub state: String,
    pub since: String,
    pub publish_at: String,
    pub published_at: String,
    pub ended_at: String,
    pub reason: String,
    pub notice: String,
    pub binned_at: String,
    pub author: AccountId,
    pub author_name: String,
    pub title: String,
    pub words: String,
    pub note: String,
    pub disclosure: String,
    pub disclosure_reason: String,
    pub created_at: String,
    pub updated_at: String,
}

impl EditionRow {
    /// The state with its data.
    ///
    /// # Errors
    /// When the row holds what this program never writes.
    pub fn state(&self) -> Result<State> {
        let moment = |text: &str| -> Result<Timestamp> {
            time::from_db(text).ok_or_else(|| fault(format!("edition {}: bad moment “{text}”", self.id)))
        };
        Ok(match self.state.as_str() {
            "draft" => State::Draft,
            "in_review" => State::InReview,
            "returned" => State::Returned,
            "scheduled" => State::Scheduled { at: moment(&self.publish_at)? },
            "published" => State::Published { at: moment(&self.published_at)? },
            "superseded" => State::Superseded { at: moment(&self.ended_at)? },
            "withdrawn" => State::Withdrawn {
                at: moment(&self.ended_at)?,
                reason: self.reason.clone(),
                notice: self.notice.clone(),
            },
            other => return Err(fault(format!("edition {}: state {other}", self.id))),
        })
    }

    /// Whether the text may be changed now.
    pub fn is_editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "returned") && self.binned_at.is_empty()
    }

    /// Whether work on it goes on.
    pub fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "returned" | "in_review" | "scheduled") && self.binned_at.is_empty()
    }

    pub fn state_words(&self) -> &'static str {
        state::label(&self.state)
    }

    /// The tint of the state's chip.
    pub fn chip(&self) -> &'static str {
        state::chip(&self.state)
    }

    /// Title, or what stands in its place in lists.
    pub fn shown_title(&self) -> &str {
        shown_title(&self.title)
    }

    /// What transitions depend on; `blocked` is counted by whoever runs the checks.
    pub fn facts(&self, blocked: usize) -> Facts {
        Facts { blocked, open: self.disclosure == "open", publish_at: time::from_db(&self.publish_at) }
    }
}

/// A title, or what stands in its place in lists.
pub fn shown_title(title: &str) -> &str {
    if title.trim().is_empty() { "（未写标题）" } else { title }
}

/// The text of an edition.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct TextRow {
    pub body_html: String,
    pub body_text: String,
    pub reading_html: String,
    pub html_policy: String,
}

/// A file of an edition, without what was read of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct AttachmentRow {
    pub edition_id: EditionId,
    pub id: AttachmentId,
    pub position: i64,
    pub title: String,
    pub file_name: String,
    pub digest: String,
    pub media_type: String,
    pub format: String,
    pub bytes: i64,
    pub warnings: String,
    /// Of a picture of the text, in pixels; 0 = a file that is listed below the text.
    pub width: i64,
    pub height: i64,
    /// SHA-256 of a picture's smaller size.
    pub small_digest: String,
    pub small_bytes: i64,
}

impl AttachmentRow {
    /// What readers see as its name.
    pub fn name(&self) -> &str {
        if self.title.is_empty() { &self.file_name } else { &self.title }
    }

    /// Whether it is a picture that stands in the text.
    pub fn is_picture(&self) -> bool {
        self.width > 0
    }

    /// The address under which the text names a picture; `None` for other files.
    pub fn address(&self) -> Option<Address> {
        pictures::address(&self.id, (self.width, self.height), &self.format)
    }

    /// What it is called where it is spoken of with its name: 附件, or 图片 of the text.
    pub fn what(&self) -> &'static str {
        if self.is_picture() { "图片" } else { "附件" }
    }

    /// `PDF`, `DOCX` …
    pub fn kind(&self) -> String {
        self.format.to_uppercase()
    }

    /// What the clerk was told at upload.
    pub fn warning_lines(&self) -> Vec<String> {
        serde_json::from_str(&self.warnings).unwrap_or_default()
    }
}

/// A tie of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct RelationRow {
    pub from_document: DocumentId,
    /// Key of the tie.
    pub kind: String,
    pub to_document: DocumentId,
    pub place: i64,
    pub confirmed_by: String,
}

/// An edition with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub document: DocumentRow,
    pub edition: EditionRow,
    pub text: TextRow,
    /// Its fields.
    pub values: Values,
    /// Everybody who wrote in it.
    pub authors: Vec<AccountId>,
    /// Its files, in order: pictures of the text first, then those that are listed below it.
    pub files: Vec<AttachmentRow>,
    /// Where its document leads.
    pub relations: Vec<RelationRow>,
}

impl Whole {
    /// Whether this account wrote in it.
    pub fn is_by(&self, account: &AccountId) -> bool {
        self.authors.contains(account)
    }

    /// Whether this account may throw it away: of those who wrote in it, or anybody who may write for the organ where the program
    /// alone did.
    pub fn is_left_to(&self, account: &AccountId) -> bool {
        is_left_to(&self.authors, account)
    }

    /// The files that are listed below the text.
    pub fn attachments(&self) -> impl Iterator<Item = &AttachmentRow> {
        self.files.iter().filter(|file| !file.is_picture())
    }

    /// The pictures of the text, whether it names them or not.
    pub fn pictures(&self) -> impl Iterator<Item = &AttachmentRow> {
        self.files.iter().filter(|file| file.is_picture())
    }

    /// The document to which the first tie of this kind leads.
    pub fn related(&self, key: &str) -> Option<&DocumentId> {
        self.relations.iter().find(|relation| relation.kind == key).map(|relation| &relation.to_document)
    }
}

/// Whether an edition of these authors may be thrown away, and brought back, by this account.
pub(crate) fn is_left_to(authors: &[AccountId], account: &AccountId) -> bool {
    let by_program = |author: &AccountId| author.as_str() == Actor::System.log_id();
    authors.contains(account) || (!authors.is_empty() && authors.iter().all(by_program))
}

/// Columns of [`DocumentRow`].
macro_rules! document_columns {
    () => {
        "d.id, d.organ, d.column_slug, d.kind, d.index_number, d.created_by, d.created_at, d.current_edition, d.title, \
         d.rank, d.first_published_at, d.first_published_on, d.published_at"
    };
}
/// Columns of [`EditionRow`].
macro_rules! edition_columns {
    () => {
        "e.id, e.document_id, e.number, e.version, e.head, e.state, e.since, e.publish_at, e.published_at, e.ended_at, \
         e.reason, e.notice, e.binned_at, e.author, e.author_name, e.title, e.words, e.note, e.disclosure, \
         e.disclosure_reason, e.created_at, e.updated_at"
    };
}
pub(crate) use document_columns;

/// The document with this id.
pub async fn document(executor: impl Executor<'_>, id: &DocumentId) -> Result<Option<DocumentRow>> {
    let sql = concat!("SELECT ", document_columns!(), " FROM document d WHERE d.id = $1");
    Ok(query_as(sql).bind(id).fetch_optional(executor).await?)
}

/// The document, if this person may see it; otherwise it is not there.
///
/// # Errors
/// [`Refusal::NotFound`]; or the database fails.
pub async fn visible(
    executor: impl Executor<'_>,
    house: &House,
    actor: &Actor,
    id: &DocumentId,
) -> Result<DocumentRow> {
    let mut found = document(executor, id).await?.ok_or(Refusal::NotFound)?;
    found.keeper = Some(house.keeper(&found.organ));
    if can_view(actor, &found.exposure()) { Ok(found) } else { Err(Refusal::NotFound) }
}

/// The document, locked for change, if this person may see it: what is read afterwards is what is changed. Every write on a
/// document or its editions begins with it, so that editions are never locked in different orders.
///
/// # Errors
/// As [`visible`].
pub async fn visible_locked(tx: &mut Tx, house: &House, actor: &Actor, id: &DocumentId) -> Result<DocumentRow> {
    tx.lock_row("document", id.as_str()).await?;
    visible(tx.conn(), house, actor, id).await
}

/// The edition with this id, in the bin or not.
pub async fn edition(executor: impl Executor<'_>, id: &EditionId) -> Result<Option<EditionRow>> {
    let sql = concat!("SELECT ", edition_columns!(), " FROM edition e WHERE e.id = $1");
    Ok(query_as(sql).bind(id).fetch_optional(executor).await?)
}

/// All editions of a document, newest first; what lies in the bin is left out.
pub async fn editions(executor: impl Executor<'_>, document: &DocumentId) -> Result<Vec<EditionRow>> {
    let sql = concat!(
        "SELECT ",
        edition_columns!(),
        " FROM edition e WHERE e.document_id = $1 AND e.binned_at = '' ORDER BY e.number DESC"
    );
    Ok(query_as(sql).bind(document).fetch_all(executor).await?)
}

/// The editions with these ids, in no order: for a page of a list that others keep.
pub async fn editions_by_id(executor: impl Executor<'_>, ids: &[EditionId]) -> Result<Vec<EditionRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // SQL: literals and numbers of placeholders.
    let sql = concat!("SELECT ", edition_columns!(), " FROM edition e WHERE e.id IN ").to_owned();
    let sql = store::built(format!("{sql}({})", store::places(1, ids.len())));
    Ok(query_as(sql).bind_all(ids).fetch_all(executor).await?)
}

/// The edition on which work goes on, if there is one.
pub async fn open_edition(executor: impl Executor<'_>, document: &DocumentId) -> Result<Option<EditionRow>> {
    let sql = concat!(
        "SELECT ",
        edition_columns!(),
        " FROM edition e WHERE e.document_id = $1 AND e.binned_at = '' \
         AND e.state IN ('draft', 'in_review', 'returned', 'scheduled')"
    );
    Ok(query_as(sql).bind(document).fetch_optional(executor).await?)
}

/// The text of an edition.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub async fn text(executor: impl Executor<'_>, edition: &EditionId) -> Result<TextRow> {
    let sql = "SELECT body_html, body_text, reading_html, html_policy FROM edition_text WHERE edition_id = $1";
    query_as(sql).bind(edition).fetch_optional(executor).await?.ok_or(Refusal::NotFound)
}

/// The fields of an edition.
pub async fn values(executor: impl Executor<'_>, edition: &EditionId) -> Result<Values> {
    let rows: Vec<(String, String)> =
        query_as("SELECT key, value FROM facet WHERE edition_id = $1 ORDER BY key, place")
            .bind(edition)
            .fetch_all(executor)
            .await?;
    Ok(gather(rows))
}

/// Values from rows of key and value in the order of their places.
pub(crate) fn gather(rows: impl IntoIterator<Item = (String, String)>) -> Values {
    let mut values = Values::default();
    let mut rows = rows.into_iter().peekable();
    while let Some((key, value)) = rows.next() {
        let mut of_key = vec![value];
        while let Some((_, value)) = rows.next_if(|(next, _)| *next == key) {
            of_key.push(value);
        }
        values.set(&key, of_key);
    }
    values
}

/// Everybody who wrote in an edition.
pub async fn authors(executor: impl Executor<'_>, edition: &EditionId) -> Result<Vec<AccountId>> {
    let sql = "SELECT account FROM edition_author WHERE edition_id = $1 ORDER BY account";
    Ok(query_scalar(sql).bind(edition).fetch_all(executor).await?)
}

/// Files of an edition, in order.
pub async fn files(executor: impl Executor<'_>, edition: &EditionId) -> Result<Vec<AttachmentRow>> {
    let sql = "SELECT a.edition_id, a.id, a.position, a.title, a.file_name, a.digest, a.media_type, a.format, a.bytes, \
               a.warnings, COALESCE(p.width, 0) AS width, COALESCE(p.height, 0) AS height, \
               COALESCE(p.small_digest, '') AS small_digest, COALESCE(p.small_bytes, 0) AS small_bytes \
               FROM attachment a LEFT JOIN picture p ON p.edition_id = a.edition_id AND p.id = a.id \
               WHERE a.edition_id = $1 ORDER BY a.position, a.id";
    Ok(query_as(sql).bind(edition).fetch_all(executor).await?)
}

/// What was read of a file, as JSON `[{place, text}]`, hidden places included: for checks.
pub async fn parts(executor: impl Executor<'_>, edition: &EditionId, file: &AttachmentId) -> Result<Option<String>> {
    let sql = "SELECT parts FROM attachment WHERE edition_id = $1 AND id = $2";
    Ok(query_scalar(sql).bind(edition).bind(file).fetch_optional(executor).await?)
}

/// The visible text of a file, as it was read when it came.
pub async fn file_text(
    executor: impl Executor<'_>,
    edition: &EditionId,
    file: &AttachmentId,
) -> Result<Option<String>> {
    let sql = "SELECT body_text FROM attachment WHERE edition_id = $1 AND id = $2";
    Ok(query_scalar(sql).bind(edition).bind(file).fetch_optional(executor).await?)
}

/// Headings of a text, in order, the first forty: for an outline.
pub async fn headings(executor: impl Executor<'_>, edition: &EditionId) -> Result<Vec<String>> {
    let sql = "SELECT title FROM article WHERE edition_id = $1 AND level BETWEEN 1 AND 3 ORDER BY place LIMIT 40";
    Ok(query_scalar(sql).bind(edition).fetch_all(executor).await?)
}

/// Where a document leads.
pub async fn relations(executor: impl Executor<'_>, document: &DocumentId) -> Result<Vec<RelationRow>> {
    let sql = "SELECT from_document, kind, to_document, place, confirmed_by FROM relation WHERE from_document = $1 \
               ORDER BY kind, place, to_document";
    Ok(query_as(sql).bind(document).fetch_all(executor).await?)
}

/// The edition with everything that belongs to it, if the person may see it and it is not in the bin.
///
/// # Errors
/// [`Refusal::NotFound`]; or the database fails.
pub async fn read(executor: impl Executor<'_>, house: &House, actor: &Actor, id: &EditionId) -> Result<Whole> {
    let mut at = executor.target();
    let edition = edition(at.again(), id).await?.filter(|e| e.binned_at.is_empty()).ok_or(Refusal::NotFound)?;
    let document = visible(at.again(), house, actor, &edition.document_id).await?;
    Ok(Whole {
        text: text(at.again(), id).await?,
        values: values(at.again(), id).await?,
        authors: authors(at.again(), id).await?,
        files: files(at.again(), id).await?,
        relations: relations(at.again(), &document.id).await?,
        document,
        edition,
    })
}

/// The same, locked for change, as the write in progress sees it.
///
/// # Errors
/// As [`read`].
pub async fn load(tx: &mut Tx, house: &House, actor: &Actor, id: &EditionId) -> Result<Whole> {
    let document: Option<DocumentId> =
        query_scalar("SELECT document_id FROM edition WHERE id = $1").bind(id).fetch_optional(tx.conn()).await?;
    tx.lock_row("document", document.ok_or(Refusal::NotFound)?.as_str()).await?;
    read(tx.conn(), house, actor, id).await
}

/// What is said to someone who acts on an edition that was changed meanwhile.
pub fn changed(edition: &EditionRow) -> Refusal {
    Refusal::Conflict(format!(
        "《{}》在您打开之后有了变化（现在是“{}”，最后变动 {}）。您的操作没有执行，也没有覆盖任何内容。请看过现在的情况再办理。",
        edition.shown_title(),
        edition.state_words(),
        time::show_minute(&edition.updated_at),
    ))
}

/// Refuses when the person saw another version than the one stored.
///
/// # Errors
/// [`Refusal::Conflict`].
pub fn same_version(edition: &EditionRow, seen: i64) -> Result<()> {
    if edition.version == seen { Ok(()) } else { Err(changed(edition)) }
}
