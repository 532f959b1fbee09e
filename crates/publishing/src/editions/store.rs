//! Rows of documents, editions and attachments: reading them, and writing an edition's state.

use jiff::Timestamp;
use kernel::{
    Action, Actor, Gate, OrganCode,
    id::AccountId,
    time,
    visibility::{Exposure, can_view},
};
use sqlx::{Any, Executor, FromRow};
use store::{Dialect, Tx};
use web::{Ctx, Error, Result};

use super::{
    checks::{self, Check},
    model::{Claim, EditionState, Facts},
};
use crate::{
    keeping::keeper,
    kinds::Kind,
    sql::{join_words, split_words},
};

/// A document as stored.
#[derive(Debug, Clone, Default, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct DocumentRow {
    pub id: String,
    pub organ: String,
    pub column_slug: String,
    pub kind: String,
    pub index_number: String,
    pub interprets: String,
    pub created_by: String,
    pub created_at: String,
    pub current_edition: String,
    pub first_published_at: String,
    /// Code of the organ that keeps it today, filled by [`visible`]; empty = the organ itself.
    #[sqlx(skip)]
    pub keeper: String,
}

/// An edition as stored.
#[derive(Debug, Clone, Default, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct EditionRow {
    pub id: String,
    pub document_id: String,
    pub number: i64,
    pub version: i64,
    pub state: String,
    pub gate: String,
    pub since: String,
    pub claimed_by: String,
    pub claimed_name: String,
    pub claimed_at: String,
    pub decided_by: String,
    pub reason: String,
    pub notice: String,
    pub published_at: String,
    pub ended_at: String,
    pub binned_at: String,
    pub author: String,
    pub author_name: String,
    pub authors: String,
    pub bypassed_by: String,
    pub bypassed_name: String,
    pub bypassed_at: String,
    pub bypass_reason: String,
    pub bypass_reviewed_by: String,
    pub bypass_reviewed_at: String,
    pub bypass_note: String,
    pub title: String,
    pub body_html: String,
    pub body_text: String,
    pub summary: String,
    pub document_number: String,
    pub written_on: String,
    pub effective_on: String,
    pub expires_on: String,
    pub validity: String,
    pub topics: String,
    pub keywords: String,
    pub source: String,
    pub disclosure: String,
    pub disclosure_reason: String,
    pub publish_at: String,
    pub note: String,
    pub created_at: String,
    pub updated_at: String,
}

/// An attachment as stored.
#[derive(Debug, Clone, Default, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct AttachmentRow {
    pub edition_id: String,
    pub id: String,
    pub position: i64,
    pub title: String,
    pub file_name: String,
    pub digest: String,
    pub media_type: String,
    pub format: String,
    pub bytes: i64,
    pub parts: String,
    pub warnings: String,
}

impl AttachmentRow {
    /// What readers see as its name.
    pub fn name(&self) -> &str {
        if self.title.is_empty() { &self.file_name } else { &self.title }
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

impl DocumentRow {
    /// The organ.
    pub fn organ(&self) -> OrganCode {
        OrganCode::from(self.organ.as_str())
    }

    /// The organ whose people work on it today: the organ itself, or the one that took over its duties.
    pub fn keeper(&self) -> OrganCode {
        if self.keeper.is_empty() { self.organ() } else { OrganCode::from(self.keeper.as_str()) }
    }

    /// Kind.
    pub fn kind(&self) -> Kind {
        Kind::from_code(&self.kind).unwrap_or(Kind::Notice)
    }

    /// Address on the portal.
    pub fn path(&self) -> String {
        self.kind().path(&self.id)
    }

    /// What its visibility in the office depends on.
    pub fn exposure(&self) -> Exposure {
        // In the office even a published document is shown with its drafts and history: never by being public alone.
        Exposure { public: false, organ: self.keeper(), inner: Action::ViewDocuments }
    }
}

impl EditionRow {
    /// The state with its data.
    ///
    /// # Errors
    /// When the row holds what this program never writes.
    pub fn state(&self) -> Result<EditionState> {
        let moment = |text: &str| -> Result<Timestamp> {
            time::from_db(text).ok_or_else(|| Error::internal(format!("edition {}: bad moment", self.id)))
        };
        let gate =
            || Gate::from_code(&self.gate).ok_or_else(|| Error::internal(format!("edition {}: bad gate", self.id)));
        Ok(match self.state.as_str() {
            "draft" => EditionState::Draft,
            "in_review" => {
                let claim = if self.claimed_by.is_empty() {
                    None
                } else {
                    Some(Claim {
                        by: AccountId::from(self.claimed_by.as_str()),
                        name: self.claimed_name.clone(),
                        at: moment(&self.claimed_at)?,
                    })
                };
                EditionState::InReview { gate: gate()?, claim }
            }
            "returned" => {
                EditionState::Returned { gate: gate()?, by: self.decided_by.clone(), reason: self.reason.clone() }
            }
            "scheduled" => EditionState::Scheduled { at: moment(&self.publish_at)? },
            "published" => EditionState::Published { at: moment(&self.published_at)? },
            "superseded" => EditionState::Superseded { at: moment(&self.ended_at)? },
            "withdrawn" => EditionState::Withdrawn {
                at: moment(&self.ended_at)?,
                reason: self.reason.clone(),
                notice: self.notice.clone(),
            },
            other => return Err(Error::internal(format!("edition {}: unknown state {other}", self.id))),
        })
    }

    /// State in words; in review with the gate.
    pub fn state_words(&self) -> String {
        let label = super::model::label(&self.state);
        match Gate::from_code(&self.gate) {
            Some(gate) if self.state == "in_review" => format!("{label}·{}", gate.label()),
            _ => label.to_owned(),
        }
    }

    /// The tint of the state's chip.
    pub fn chip(&self) -> &'static str {
        chip(&self.state)
    }

    /// Everybody who wrote in it.
    pub fn author_ids(&self) -> Vec<AccountId> {
        split_words(&self.authors).into_iter().map(AccountId::from).collect()
    }

    /// The column `authors` once `actor` has written too.
    pub fn authors_with(&self, actor: &Actor) -> String {
        let mut authors: Vec<String> = split_words(&self.authors);
        authors.extend(actor.staff().map(|staff| staff.account.0.clone()));
        join_words(&authors)
    }

    /// Whether this account wrote in it.
    pub fn is_by(&self, account: &AccountId) -> bool {
        self.author_ids().contains(account)
    }

    /// What decisions depend on.
    pub fn facts(&self, checks: &[Check]) -> Facts {
        Facts {
            authors: self.author_ids(),
            blocked: checks::stopping(checks),
            open: self.disclosure == "open",
            publish_at: time::from_db(&self.publish_at),
        }
    }

    /// Title, or what stands in its place in lists.
    pub fn shown_title(&self) -> &str {
        if self.title.trim().is_empty() { "（未写标题）" } else { &self.title }
    }
}

/// The tint of a state's chip.
pub fn chip(state: &str) -> &'static str {
    match state {
        "published" => "ok",
        "in_review" | "scheduled" => "info",
        "returned" => "late",
        "withdrawn" => "third",
        _ => "off",
    }
}

/// An edition with everything that a decision needs.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The document.
    pub document: DocumentRow,
    /// The edition.
    pub edition: EditionRow,
    /// Its files.
    pub files: Vec<AttachmentRow>,
    /// What was found in it.
    pub checks: Vec<Check>,
}

impl Loaded {
    /// What decisions depend on.
    pub fn facts(&self) -> Facts {
        self.edition.facts(&self.checks)
    }
}

/// The document with this id.
///
/// # Errors
/// When the database fails.
pub async fn document<'e, E: Executor<'e, Database = Any>>(executor: E, id: &str) -> Result<Option<DocumentRow>> {
    Ok(sqlx::query_as("SELECT * FROM document WHERE id = $1").bind(id).fetch_optional(executor).await?)
}

/// The document, if this person may see it; otherwise it is not there.
///
/// # Errors
/// [`Error::NotFound`]; or the database fails.
pub async fn visible<'e, E: Executor<'e, Database = Any>>(
    ctx: &Ctx,
    executor: E,
    actor: &Actor,
    id: &str,
) -> Result<DocumentRow> {
    let mut found = document(executor, id).await?.ok_or(Error::NotFound)?;
    found.keeper = keeper(ctx, &found.organ()).0;
    if can_view(actor, &found.exposure()) { Ok(found) } else { Err(Error::NotFound) }
}

/// Makes other writes on the same document wait until this one has ended: what is read afterwards is what is changed.
/// Every write on a document or its editions begins with it, so that editions are never locked in different orders.
///
/// # Errors
/// When the database fails.
pub async fn lock(ctx: &Ctx, tx: &mut Tx, document: &str) -> Result<()> {
    // SQLite has one writer at a time already.
    if ctx.db().dialect() == Dialect::Postgres {
        sqlx::query("SELECT id FROM document WHERE id = $1 FOR UPDATE").bind(document).execute(tx.conn()).await?;
    }
    Ok(())
}

/// The document, locked for change, if this person may see it.
///
/// # Errors
/// As [`visible`].
pub async fn visible_locked(ctx: &Ctx, tx: &mut Tx, actor: &Actor, id: &str) -> Result<DocumentRow> {
    lock(ctx, tx, id).await?;
    visible(ctx, tx.conn(), actor, id).await
}

/// The edition with this id.
///
/// # Errors
/// When the database fails.
pub async fn edition<'e, E: Executor<'e, Database = Any>>(executor: E, id: &str) -> Result<Option<EditionRow>> {
    Ok(sqlx::query_as("SELECT * FROM edition WHERE id = $1").bind(id).fetch_optional(executor).await?)
}

/// All editions of a document, newest first; what lies in the bin is left out.
///
/// # Errors
/// When the database fails.
pub async fn editions<'e, E: Executor<'e, Database = Any>>(executor: E, document: &str) -> Result<Vec<EditionRow>> {
    let sql = "SELECT * FROM edition WHERE document_id = $1 AND binned_at = '' ORDER BY number DESC";
    Ok(sqlx::query_as(sql).bind(document).fetch_all(executor).await?)
}

/// The edition on which work goes on, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn open_edition<'e, E: Executor<'e, Database = Any>>(
    executor: E,
    document: &str,
) -> Result<Option<EditionRow>> {
    let sql = "SELECT * FROM edition WHERE document_id = $1 AND binned_at = '' \
               AND state IN ('draft', 'in_review', 'returned', 'scheduled')";
    Ok(sqlx::query_as(sql).bind(document).fetch_optional(executor).await?)
}

/// Files of an edition, in order.
///
/// # Errors
/// When the database fails.
pub async fn files<'e, E: Executor<'e, Database = Any>>(executor: E, edition: &str) -> Result<Vec<AttachmentRow>> {
    let sql = "SELECT edition_id, id, position, title, file_name, digest, media_type, format, bytes, parts, warnings \
               FROM attachment WHERE edition_id = $1 ORDER BY position, id";
    Ok(sqlx::query_as(sql).bind(edition).fetch_all(executor).await?)
}

/// The edition with files and findings, locked, as the write in progress sees it.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the person may not see it.
pub async fn load(ctx: &Ctx, tx: &mut Tx, actor: &Actor, edition_id: &str) -> Result<Loaded> {
    let document: Option<String> = sqlx::query_scalar("SELECT document_id FROM edition WHERE id = $1")
        .bind(edition_id)
        .fetch_optional(tx.conn())
        .await?;
    let document = visible_locked(ctx, tx, actor, &document.ok_or(Error::NotFound)?).await?;
    let edition = edition(tx.conn(), edition_id).await?.filter(|e| e.binned_at.is_empty()).ok_or(Error::NotFound)?;
    let files = files(tx.conn(), &edition.id).await?;
    let checks = checks::of_edition(tx.conn(), &edition, &files).await?;
    Ok(Loaded { document, edition, files, checks })
}

/// The same, read outside a write.
///
/// # Errors
/// As [`load`].
pub async fn read(ctx: &Ctx, actor: &Actor, edition_id: &str) -> Result<Loaded> {
    let db = ctx.db();
    let edition = edition(db.read(), edition_id).await?.filter(|e| e.binned_at.is_empty()).ok_or(Error::NotFound)?;
    let document = visible(ctx, db.read(), actor, &edition.document_id).await?;
    let files = files(db.read(), &edition.id).await?;
    let checks = checks::of_edition(db.read(), &edition, &files).await?;
    Ok(Loaded { document, edition, files, checks })
}

/// Writes a new state over the one that was read, if nobody was faster.
///
/// # Errors
/// [`Error::Conflict`] when somebody was.
pub async fn put_state(tx: &mut Tx, edition: &EditionRow, state: &EditionState) -> Result<()> {
    let now = tx.now();
    let mut gate = String::new();
    let (mut claimed_by, mut claimed_name, mut claimed_at) = (String::new(), String::new(), String::new());
    let (mut decided_by, mut reason) = (String::new(), String::new());
    let mut notice = String::new();
    let (mut published_at, mut ended_at) = (edition.published_at.clone(), String::new());
    let mut publish_at = edition.publish_at.clone();
    match state {
        EditionState::Draft => {}
        EditionState::InReview { gate: at, claim } => {
            gate = at.code().to_owned();
            if let Some(claim) = claim {
                (claimed_by, claimed_name) = (claim.by.0.clone(), claim.name.clone());
                claimed_at = time::to_db(claim.at);
            }
        }
        EditionState::Returned { gate: at, by, reason: why } => {
            (gate, decided_by, reason) = (at.code().to_owned(), by.clone(), why.clone());
        }
        EditionState::Scheduled { at } => publish_at = time::to_db(*at),
        EditionState::Published { at } => published_at = time::to_db(*at),
        EditionState::Superseded { at } => ended_at = time::to_db(*at),
        EditionState::Withdrawn { at, reason: why, notice: more } => {
            (ended_at, reason, notice) = (time::to_db(*at), why.clone(), more.clone());
        }
    }
    // The clock of a gate runs on through claiming and giving back.
    let same_gate = edition.state == state.code() && edition.gate == gate;
    let since = if same_gate { edition.since.clone() } else { now.clone() };
    let done = sqlx::query(
        "UPDATE edition SET state = $3, gate = $4, since = $5, claimed_by = $6, claimed_name = $7, claimed_at = $8, \
         decided_by = $9, reason = $10, notice = $11, published_at = $12, ended_at = $13, publish_at = $14, \
         version = version + 1, updated_at = $15 WHERE id = $1 AND version = $2",
    )
    .bind(&edition.id)
    .bind(edition.version)
    .bind(state.code())
    .bind(gate)
    .bind(since)
    .bind(claimed_by)
    .bind(claimed_name)
    .bind(claimed_at)
    .bind(decided_by)
    .bind(reason)
    .bind(notice)
    .bind(published_at)
    .bind(ended_at)
    .bind(publish_at)
    .bind(&now)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(changed(edition)) }
}

/// What is said to someone who acts on an edition that was changed meanwhile.
pub fn changed(edition: &EditionRow) -> Error {
    Error::Conflict(format!(
        "《{}》在您打开之后有了变化（现在是“{}”，最后变动 {}）。您的操作没有执行，也没有覆盖任何内容。请回到稿件页刷新后再办理。",
        edition.shown_title(),
        edition.state_words(),
        time::show_minute(&edition.updated_at),
    ))
}

/// Refuses when the person saw another version than the one stored.
///
/// # Errors
/// [`Error::Conflict`].
pub fn same_version(edition: &EditionRow, seen: i64) -> Result<()> {
    if edition.version == seen { Ok(()) } else { Err(changed(edition)) }
}
