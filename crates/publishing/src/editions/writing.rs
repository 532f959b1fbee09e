//! Writes of the author: creating, saving, submitting, taking back, correcting, the bin.

use kernel::{Action, Actor, NewEvent, OrganCode, Role, id, may_for};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Tx;
use web::{Ctx, Error, FormErrors, Result};

use super::{
    fields::{self, Fields},
    model::Refusal,
    store::{self as rows, DocumentRow, EditionRow, Loaded},
};
use crate::kinds::Kind;

/// Days for which a deleted draft can be brought back.
pub const BIN_DAYS: i64 = 30;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        // All of these are states of the thing, not rights of the person; the text says what to do.
        Self::Conflict(refusal.to_string())
    }
}

/// What a new document is made of.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// Whose information it is.
    pub organ: OrganCode,
    /// Slug of the column.
    pub column: String,
    /// Kind.
    pub kind: Kind,
    /// Title.
    pub title: String,
    /// The document that it interprets; empty = none.
    pub interprets: String,
}

/// Creates a document with its first draft.
///
/// # Errors
/// When the person may not write for the organ, or the database fails.
pub async fn create(tx: &mut Tx, actor: &Actor, new: &NewDocument) -> Result<(DocumentRow, EditionRow)> {
    may_for(actor, Action::WriteDocuments, &new.organ)?;
    let now = tx.now();
    let document = DocumentRow {
        id: id::fresh(&tx.seams()),
        organ: new.organ.0.clone(),
        column_slug: new.column.clone(),
        kind: new.kind.code().to_owned(),
        interprets: new.interprets.clone(),
        created_by: actor.log_id().to_owned(),
        created_at: now.clone(),
        ..DocumentRow::default()
    };
    insert_document(tx, &document).await?;
    let edition = EditionRow {
        id: id::fresh(&tx.seams()),
        document_id: document.id.clone(),
        number: 1,
        version: 1,
        state: "draft".to_owned(),
        since: now.clone(),
        author: actor.log_id().to_owned(),
        author_name: actor.log_name().to_owned(),
        authors: format!("|{}|", actor.log_id()),
        title: new.title.trim().chars().take(300).collect(),
        disclosure: "open".to_owned(),
        validity: if new.kind == Kind::Policy { "in_force".to_owned() } else { String::new() },
        created_at: now.clone(),
        updated_at: now,
        ..EditionRow::default()
    };
    insert_edition(tx, &edition).await?;
    let data = json!({ "title": edition.title, "kind": document.kind, "column": document.column_slug });
    tx.append(NewEvent::new("document.created", "document", &document.id, actor).organ(&new.organ).data(data)).await?;
    Ok((document, edition))
}

pub(crate) async fn insert_document(tx: &mut Tx, document: &DocumentRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO document (id, organ, column_slug, kind, index_number, interprets, created_by, created_at, \
         current_edition, first_published_at, first_published_on, published_at) \
         VALUES ($1, $2, $3, $4, '', $5, $6, $7, '', '', '', '')",
    )
    .bind(&document.id)
    .bind(&document.organ)
    .bind(&document.column_slug)
    .bind(&document.kind)
    .bind(&document.interprets)
    .bind(&document.created_by)
    .bind(&document.created_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn insert_edition(tx: &mut Tx, edition: &EditionRow) -> Result<()> {
    let e = edition;
    let sql = "INSERT INTO edition (id, document_id, number, version, state, gate, since, claimed_by, claimed_name, \
         claimed_at, decided_by, reason, notice, published_at, ended_at, binned_at, author, author_name, authors, \
         bypassed_by, bypassed_name, bypassed_at, bypass_reason, bypass_reviewed_by, bypass_reviewed_at, bypass_note, \
         title, body_html, body_text, summary, document_number, written_on, effective_on, expires_on, validity, topics, \
         keywords, source, disclosure, disclosure_reason, publish_at, note, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
         $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44)";
    let mut query = sqlx::query(sql).bind(&e.id).bind(&e.document_id).bind(e.number).bind(e.version);
    for text in [
        &e.state,
        &e.gate,
        &e.since,
        &e.claimed_by,
        &e.claimed_name,
        &e.claimed_at,
        &e.decided_by,
        &e.reason,
        &e.notice,
        &e.published_at,
        &e.ended_at,
        &e.binned_at,
        &e.author,
        &e.author_name,
        &e.authors,
        &e.bypassed_by,
        &e.bypassed_name,
        &e.bypassed_at,
        &e.bypass_reason,
        &e.bypass_reviewed_by,
        &e.bypass_reviewed_at,
        &e.bypass_note,
        &e.title,
        &e.body_html,
        &e.body_text,
        &e.summary,
        &e.document_number,
        &e.written_on,
        &e.effective_on,
        &e.expires_on,
        &e.validity,
        &e.topics,
        &e.keywords,
        &e.source,
        &e.disclosure,
        &e.disclosure_reason,
        &e.publish_at,
        &e.note,
        &e.created_at,
        &e.updated_at,
    ] {
        query = query.bind(text);
    }
    query.execute(tx.conn()).await?;
    Ok(())
}

/// What saving did.
#[derive(Debug, Clone)]
pub enum Saved {
    /// Stored; the version now.
    Changed(i64),
    /// Nothing was different; the version stays.
    Same(i64),
}

impl Saved {
    /// The version after saving.
    pub fn version(&self) -> i64 {
        match self {
            Self::Changed(version) | Self::Same(version) => *version,
        }
    }
}

/// Saves the working copy. Saving without a change is a no-op; a stale version is refused and nothing is overwritten.
/// The log keeps submissions, returns and publications, not every save.
///
/// # Errors
/// [`Error::Conflict`] when the edition was changed meanwhile or cannot be edited now.
pub async fn save(tx: &mut Tx, actor: &Actor, loaded: &Loaded, typed: &Fields) -> Result<Saved> {
    may_for(actor, Action::WriteDocuments, &loaded.document.keeper())?;
    let edition = &loaded.edition;
    let (document, next) = typed.apply(&loaded.document, edition);
    let unchanged = fields::same((&loaded.document, edition), (&document, &next));
    if unchanged && edition.state()?.is_editable() {
        return Ok(Saved::Same(edition.version));
    }
    rows::same_version(edition, typed.version)?;
    if !edition.state()?.is_editable() {
        return Err(Error::Conflict(format!(
            "这一版现在是“{}”，不能修改。要改，请先“撤回修改”；已发布的，请“更正”出新的一版。",
            edition.state_words()
        )));
    }
    let now = tx.now();
    let done = sqlx::query(
        "UPDATE edition SET title = $3, body_html = $4, body_text = $5, summary = $6, document_number = $7, \
         written_on = $8, effective_on = $9, expires_on = $10, validity = $11, topics = $12, keywords = $13, source = $14, \
         disclosure = $15, disclosure_reason = $16, publish_at = $17, note = $18, authors = $19, updated_at = $20, \
         version = version + 1 WHERE id = $1 AND version = $2 AND state IN ('draft', 'returned')",
    )
    .bind(&next.id)
    .bind(edition.version)
    .bind(&next.title)
    .bind(&next.body_html)
    .bind(&next.body_text)
    .bind(&next.summary)
    .bind(&next.document_number)
    .bind(&next.written_on)
    .bind(&next.effective_on)
    .bind(&next.expires_on)
    .bind(&next.validity)
    .bind(&next.topics)
    .bind(&next.keywords)
    .bind(&next.source)
    .bind(&next.disclosure)
    .bind(&next.disclosure_reason)
    .bind(&next.publish_at)
    .bind(&next.note)
    .bind(edition.authors_with(actor))
    .bind(&now)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(rows::changed(edition));
    }
    sqlx::query("UPDATE document SET column_slug = $2, kind = $3, interprets = $4 WHERE id = $1")
        .bind(&document.id)
        .bind(&document.column_slug)
        .bind(&document.kind)
        .bind(&document.interprets)
        .execute(tx.conn())
        .await?;
    Ok(Saved::Changed(edition.version + 1))
}

/// 提交审核.
///
/// # Errors
/// What is missing, as [`Submitted::Incomplete`]; [`Error::Conflict`] when the state or a finding does not allow it.
pub async fn submit(tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<Submitted> {
    may_for(actor, Action::WriteDocuments, &loaded.document.keeper())?;
    let now = tx.seams().now();
    let state = loaded.edition.state()?;
    if state.is_editable() {
        let mut errors = fields::missing(&loaded.document, &loaded.edition, now);
        if let Some(message) = interprets_error(tx, &loaded.document).await? {
            errors.add("interprets", message);
        }
        // Only now: what passes its gates later than planned comes out when it has passed them.
        if kernel::time::from_db(&loaded.edition.publish_at).is_some_and(|at| at <= now) {
            errors.add("publish_at", "发布时间已经过去。请填写将来的时间；通过审核就发布的，留空。");
        }
        if !errors.is_empty() {
            return Ok(Submitted::Incomplete(errors));
        }
    }
    let next = state.submit(&loaded.facts())?;
    begin_round(tx, &loaded.edition.id).await?;
    rows::put_state(tx, &loaded.edition, &next).await?;
    event(tx, actor, loaded, "document.submitted", text_data(loaded)).await?;
    Ok(Submitted::Done)
}

/// What is wrong with the choice of the document that this one interprets. Judged while it can be chosen: once public, the
/// link stays, whatever becomes of the policy.
pub(crate) async fn interprets_error(tx: &mut Tx, document: &DocumentRow) -> Result<Option<&'static str>> {
    if document.interprets.is_empty() || !document.first_published_at.is_empty() {
        return Ok(None);
    }
    if document.kind() != Kind::Interpretation {
        return Ok(Some("请把信息类型改为“政策解读”；这份稿件不是解读的，这里选“（不是解读）”。"));
    }
    let policy: Option<String> =
        sqlx::query_scalar("SELECT id FROM document WHERE id = $1 AND kind = 'policy' AND current_edition <> ''")
            .bind(&document.interprets)
            .fetch_optional(tx.conn())
            .await?;
    Ok(policy.is_none().then_some("请选择一份现在公开的政策文件；政策还没有发布的，先发布政策，再提交解读。"))
}

/// What submitting led to.
#[derive(Debug, Clone)]
pub enum Submitted {
    /// It stands at the first gate.
    Done,
    /// Something must be corrected first.
    Incomplete(FormErrors),
}

/// What identifies the submitted or published text in the log.
pub(crate) fn text_data(loaded: &Loaded) -> serde_json::Value {
    let files: Vec<_> = loaded.files.iter().map(|file| json!({ "id": file.id, "digest": file.digest })).collect();
    json!({
        "edition": loaded.edition.id,
        "number": loaded.edition.number,
        "title": loaded.edition.title,
        "digest": hex::encode(Sha256::digest(loaded.edition.body_html.as_bytes())),
        "files": files,
    })
}

pub(crate) async fn begin_round(tx: &mut Tx, edition: &str) -> Result<()> {
    sqlx::query("DELETE FROM gate_pass WHERE edition_id = $1").bind(edition).execute(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn event(
    tx: &mut Tx,
    actor: &Actor,
    loaded: &Loaded,
    kind: &'static str,
    data: serde_json::Value,
) -> Result<()> {
    let new = NewEvent::new(kind, "document", &loaded.document.id, actor).organ(&loaded.document.organ()).data(data);
    tx.append(new).await?;
    Ok(())
}

/// 撤回修改, or stopping a scheduled publication: by an author, or the county office. All gates begin again.
///
/// # Errors
/// [`Error::Conflict`] when the person is no author or the state does not allow it.
pub async fn recall(tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<()> {
    may_for(actor, Action::WriteDocuments, &loaded.document.keeper())?;
    let allowed = actor.staff().is_none_or(|s| loaded.edition.is_by(&s.account) || s.has(Role::CountyOffice));
    if !allowed {
        return Err(Error::Conflict("只有撰写人或县政府办可以撤回修改。请联系撰写人。".into()));
    }
    let before = loaded.edition.state_words();
    let next = loaded.edition.state()?.recall()?;
    begin_round(tx, &loaded.edition.id).await?;
    rows::put_state(tx, &loaded.edition, &next).await?;
    let data = json!({ "edition": loaded.edition.id, "number": loaded.edition.number, "from": before });
    event(tx, actor, loaded, "document.recalled", data).await
}

/// 更正: a copy of the newest public or withdrawn edition as the next draft, files carried over. Returns its id.
///
/// # Errors
/// [`Error::Conflict`] when there is nothing to correct, or a correction is being written already.
pub async fn correct(tx: &mut Tx, actor: &Actor, document: &DocumentRow) -> Result<String> {
    may_for(actor, Action::WriteDocuments, &document.keeper())?;
    if rows::open_edition(tx.conn(), &document.id).await?.is_some() {
        return Err(Error::Conflict("这份稿件已有一版正在撰写或审核，请继续办理那一版。".into()));
    }
    let all = rows::editions(tx.conn(), &document.id).await?;
    let Some(base) = all.iter().find(|e| matches!(e.state.as_str(), "published" | "withdrawn")) else {
        return Err(Error::Conflict("这份稿件还没有公开过，不需要更正，直接修改即可。".into()));
    };
    let highest: i64 = sqlx::query_scalar("SELECT MAX(number) FROM edition WHERE document_id = $1")
        .bind(&document.id)
        .fetch_one(tx.conn())
        .await?;
    let now = tx.now();
    let next = EditionRow {
        id: id::fresh(&tx.seams()),
        number: highest + 1,
        version: 1,
        state: "draft".into(),
        since: now.clone(),
        author: actor.log_id().to_owned(),
        author_name: actor.log_name().to_owned(),
        // Whoever wrote what is carried over is an author of this edition too, and passes none of its gates.
        authors: base.authors_with(actor),
        publish_at: String::new(),
        note: String::new(),
        created_at: now.clone(),
        updated_at: now,
        ..text_of(base)
    };
    insert_edition(tx, &next).await?;
    carry_files(tx, &base.id, &next.id).await?;
    let data = json!({ "edition": next.id, "number": next.number, "base": base.id });
    let new = NewEvent::new("document.correction_begun", "document", &document.id, actor).organ(&document.organ());
    tx.append(new.data(data)).await?;
    Ok(next.id)
}

/// Gives an edition the files of another, under the same ids, so that links to them stay.
pub(crate) async fn carry_files(tx: &mut Tx, from: &str, to: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO attachment (edition_id, id, position, title, file_name, digest, media_type, format, bytes, body_text, \
         parts, warnings, created_at) SELECT $1, id, position, title, file_name, digest, media_type, format, bytes, \
         body_text, parts, warnings, created_at FROM attachment WHERE edition_id = $2",
    )
    .bind(to)
    .bind(from)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The text of an edition without its life.
fn text_of(edition: &EditionRow) -> EditionRow {
    EditionRow {
        document_id: edition.document_id.clone(),
        title: edition.title.clone(),
        body_html: edition.body_html.clone(),
        body_text: edition.body_text.clone(),
        summary: edition.summary.clone(),
        document_number: edition.document_number.clone(),
        written_on: edition.written_on.clone(),
        effective_on: edition.effective_on.clone(),
        expires_on: edition.expires_on.clone(),
        validity: edition.validity.clone(),
        topics: edition.topics.clone(),
        keywords: edition.keywords.clone(),
        source: edition.source.clone(),
        disclosure: edition.disclosure.clone(),
        disclosure_reason: edition.disclosure_reason.clone(),
        ..EditionRow::default()
    }
}

/// Puts a draft into the bin, from which it can be brought back for 30 days: by an author.
///
/// # Errors
/// [`Error::Conflict`] when it is no draft or the person is no author.
pub async fn bin(tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<()> {
    may_for(actor, Action::WriteDocuments, &loaded.document.keeper())?;
    if actor.staff().is_some_and(|staff| !loaded.edition.is_by(&staff.account)) {
        return Err(Error::Conflict("只有撰写人可以删除草稿。请联系撰写人。".into()));
    }
    if !loaded.edition.state()?.is_editable() {
        return Err(Error::Conflict(
            "只有草稿和已退回的稿件可以删除。审核中的请先撤回修改；已公开的请办理撤回公开。".into(),
        ));
    }
    put_binned(tx, &loaded.edition, &tx.now()).await?;
    let data = json!({ "edition": loaded.edition.id, "number": loaded.edition.number, "title": loaded.edition.title });
    event(tx, actor, loaded, "document.binned", data).await
}

/// Brings a draft back from the bin.
///
/// # Errors
/// [`Error::NotFound`] when it is not in the bin; [`Error::Conflict`] when another edition is being written meanwhile.
pub async fn restore(ctx: &Ctx, tx: &mut Tx, actor: &Actor, edition_id: &str) -> Result<EditionRow> {
    let edition =
        rows::edition(tx.conn(), edition_id).await?.filter(|e| !e.binned_at.is_empty()).ok_or(Error::NotFound)?;
    let document = rows::visible_locked(ctx, tx, actor, &edition.document_id).await?;
    may_for(actor, Action::WriteDocuments, &document.keeper())?;
    if actor.staff().is_some_and(|staff| !edition.is_by(&staff.account)) {
        return Err(Error::NotFound);
    }
    if rows::open_edition(tx.conn(), &document.id).await?.is_some() {
        return Err(Error::Conflict("这份稿件已有另一版正在撰写，不能同时恢复。请先办完那一版。".into()));
    }
    put_binned(tx, &edition, "").await?;
    let data = json!({ "edition": edition.id, "number": edition.number });
    let new = NewEvent::new("document.restored", "document", &document.id, actor).organ(&document.organ()).data(data);
    tx.append(new).await?;
    Ok(edition)
}

async fn put_binned(tx: &mut Tx, edition: &EditionRow, at: &str) -> Result<()> {
    let done = sqlx::query("UPDATE edition SET binned_at = $3, version = version + 1 WHERE id = $1 AND version = $2")
        .bind(&edition.id)
        .bind(edition.version)
        .bind(at)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(rows::changed(edition)) }
}
