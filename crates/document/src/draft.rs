//! Writes of the author: creating, saving, correcting, the bin.

use jiff::Timestamp;
use kernel::{
    Actor, NewEvent, OrganCode,
    id::{AccountId, ColumnId, DocumentId, EditionId},
    may_for, time,
};
use serde_json::json;
use store::{Tx, query, query_scalar};
use web::Refusal;

use crate::{
    erase::{self, ERASED_TITLE},
    error::{Result, fault},
    events,
    form::{Draft, LONGEST_TITLE, Typed, office_words},
    house::House,
    html::{self, Written},
    rows::{self, DocumentRow, EditionRow, Whole, changed},
    spec::{Kind, RelationSpec},
    sql::Statement,
    values::{Values, line},
    words,
};

/// Days for which a deleted draft can be brought back.
pub const BIN_DAYS: i64 = 30;

/// What a new document is made of.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// Whose information it is.
    pub organ: OrganCode,
    pub column: ColumnId,
    pub kind: Kind,
    pub title: String,
    /// Where it leads: key of the tie and document.
    pub relations: Vec<(&'static RelationSpec, DocumentId)>,
}

/// Creates a document with its first draft.
///
/// # Errors
/// When the person may not write for the organ, or the database fails.
pub async fn create(tx: &mut Tx, house: &House, actor: &Actor, new: &NewDocument) -> Result<(DocumentRow, EditionRow)> {
    create_written(tx, house, actor, new, (&Values::default(), &Written::default())).await
}

/// Creates a document whose first draft has fields and a text from the beginning, cleaned before the write: of what is brought in
/// from elsewhere.
///
/// # Errors
/// When the person may not write for the organ.
pub async fn create_written(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    new: &NewDocument,
    (fields, text): (&Values, &Written),
) -> Result<(DocumentRow, EditionRow)> {
    may_for(actor, new.kind.write, &new.organ)?;
    let (now, seams) = (tx.now(), tx.seams());
    let document = DocumentRow {
        id: DocumentId::fresh(&seams),
        organ: new.organ.clone(),
        column: new.column.clone(),
        kind: new.kind.key.to_owned(),
        index_number: String::new(),
        created_by: actor.log_id().into(),
        created_at: now.clone(),
        current_edition: EditionId::default(),
        title: String::new(),
        rank: 0,
        first_published_at: String::new(),
        first_published_on: String::new(),
        published_at: String::new(),
        keeper: None,
    };
    insert_document(tx, &document).await?;
    let mut values = Values::default();
    for (key, value) in new.kind.defaults {
        if let Some(facet) = new.kind.facet(key) {
            values.read(facet, value);
        }
    }
    for (key, given) in fields.iter().filter(|(key, _)| new.kind.facet(key).is_some()) {
        values.set(key, given.to_vec());
    }
    let title = line(&new.title, LONGEST_TITLE);
    let edition = EditionRow {
        id: EditionId::fresh(&seams),
        document_id: document.id.clone(),
        number: 1,
        version: 1,
        head: true,
        state: "draft".to_owned(),
        since: now.clone(),
        author: actor.log_id().into(),
        author_name: actor.log_name().to_owned(),
        words: office_words(new.kind, &title, &values, ""),
        title,
        disclosure: "open".to_owned(),
        created_at: now.clone(),
        updated_at: now,
        ..EditionRow::default()
    };
    insert_edition(tx, &document, &edition).await?;
    put_text(tx, &edition.id, text, &house.own_host).await?;
    put_values(tx, &edition.id, &Values::default(), &values).await?;
    add_authors(tx, &edition.id, &[actor.log_id().into()]).await?;
    put_relations(tx, &document.id, &new.relations).await?;
    words::replace(tx, &document.id, &[], &[&edition.words]).await?;
    let data = json!({ "title": edition.title, "kind": document.kind, "column": document.column });
    tx.append(NewEvent::new(&events::CREATED, &document.id, actor).organ(&new.organ).data(data)).await?;
    Ok((document, edition))
}

/// What saving did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// Stored; the version now.
    Changed(i64),
    /// Nothing was different; the version stays.
    Same(i64),
}

impl Saved {
    /// The version after saving.
    pub fn version(self) -> i64 {
        match self {
            Self::Changed(version) | Self::Same(version) => version,
        }
    }
}

/// Cleans a text that was typed, before the write that saves it and on a thread where nobody waits for it.
///
/// # Errors
/// At the field, when the text has more of something than any text needs.
pub async fn clean(house: &House, typed: &Typed) -> Result<Written> {
    let (html, own) = (typed.body_html.clone(), house.own_host.clone());
    let cleaned = tokio::task::spawn_blocking(move || Written::new(&html, &own)).await;
    let cleaned = cleaned.map_err(|error| fault(format!("cleaning a text: {error}")))?;
    cleaned.map_err(|too_much| Refusal::field("body_html", too_much.to_string()))
}

/// Saves the working copy. Saving without a change is a no-op; a stale version is refused and nothing is overwritten.
/// The log keeps submissions, returns and publications, not every save. `body` is what [`clean`] made of the typed text.
///
/// # Errors
/// [`Refusal::Conflict`] when the edition was changed meanwhile or cannot be edited now.
pub async fn save(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    whole: &Whole,
    typed: &Typed,
    body: &Written,
) -> Result<Saved> {
    let before = Draft::of(house, whole)?;
    may_for(actor, before.kind.write, whole.document.keeper())?;
    let next = before.with(house, &whole.document, typed);
    let edition = &whole.edition;
    // What does not change is not written anew: nothing typed differs, or nothing of it is left when it is cleaned.
    let same_body = next.body_html == before.body_html || body.html == before.body_html;
    let same = same_body && Draft { body_html: before.body_html.clone(), ..next.clone() } == before;
    if same && edition.is_editable() {
        return Ok(Saved::Same(edition.version));
    }
    rows::same_version(edition, typed.version)?;
    if !edition.is_editable() {
        return Err(Refusal::Conflict(format!(
            "这一版现在是“{}”，不能修改。要改，请先“收回修改”；已发布的，请“更正”出新的一版。",
            edition.state_words()
        )));
    }
    put_draft(tx, actor, whole, &next).await?;
    if !same_body {
        put_text(tx, &edition.id, body, &house.own_host).await?;
    }
    put_values(tx, &edition.id, &before.values, &next.values).await?;
    if next.relations != before.relations {
        put_relations(tx, &whole.document.id, &next.relations).await?;
    }
    Ok(Saved::Changed(edition.version + 1))
}

/// The row of the edition, what of it stands in others, and its words.
async fn put_draft(tx: &mut Tx, actor: &Actor, whole: &Whole, next: &Draft) -> Result<()> {
    let (document, edition) = (&whole.document, &whole.edition);
    let words = office_words(next.kind, &next.title, &next.values, &document.index_number);
    let done = query(
        "UPDATE edition SET title = $3, words = $4, note = $5, disclosure = $6, disclosure_reason = $7, publish_at = $8, \
         updated_at = $9, version = version + 1 \
         WHERE id = $1 AND version = $2 AND state IN ('draft', 'returned') AND binned_at = ''",
    )
    .bind(&edition.id)
    .bind(edition.version)
    .bind(&next.title)
    .bind(&words)
    .bind(&next.note)
    .bind(&next.disclosure)
    .bind(&next.disclosure_reason)
    .bind(&next.publish_at)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(changed(edition));
    }
    if let Some(staff) = actor.staff().filter(|staff| !whole.is_by(&staff.account)) {
        add_authors(tx, &edition.id, std::slice::from_ref(&staff.account)).await?;
    }
    if next.column != document.column || next.kind.key != document.kind {
        for sql in [
            "UPDATE document SET column_slug = $2, kind = $3 WHERE id = $1",
            "UPDATE edition SET column_slug = $2, kind = $3 WHERE document_id = $1",
        ] {
            query(sql).bind(&document.id).bind(&next.column).bind(next.kind.key).execute(tx.conn()).await?;
        }
    }
    if words != edition.words {
        let public = public_words_of(tx, &document.id).await?;
        words::replace(tx, &document.id, &[&edition.words, &public], &[&words, &public]).await?;
    }
    Ok(())
}

/// Words by which public lists find the document now.
pub(crate) async fn public_words_of(tx: &mut Tx, document: &DocumentId) -> Result<String> {
    Ok(query_scalar("SELECT words FROM document WHERE id = $1").bind(document).fetch_one(tx.conn()).await?)
}

pub(crate) async fn insert_document(tx: &mut Tx, document: &DocumentRow) -> Result<()> {
    query(
        "INSERT INTO document (id, organ, column_slug, kind, index_number, created_by, created_at, current_edition, title, \
         words, rank, first_published_at, first_published_on, published_at) \
         VALUES ($1, $2, $3, $4, '', $5, $6, '', '', '', 0, '', '', '')",
    )
    .bind(&document.id)
    .bind(&document.organ)
    .bind(&document.column)
    .bind(&document.kind)
    .bind(&document.created_by)
    .bind(&document.created_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn insert_edition(tx: &mut Tx, document: &DocumentRow, edition: &EditionRow) -> Result<()> {
    let e = edition;
    query(
        "INSERT INTO edition (id, document_id, organ, column_slug, kind, number, version, head, state, since, publish_at, \
         published_at, ended_at, reason, notice, binned_at, author, author_name, title, words, note, disclosure, \
         disclosure_reason, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
         $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)",
    )
    .bind(&e.id)
    .bind(&e.document_id)
    .bind(&document.organ)
    .bind(&document.column)
    .bind(&document.kind)
    .bind(e.number)
    .bind(e.version)
    .bind(e.head)
    .bind_all([&e.state, &e.since, &e.publish_at, &e.published_at, &e.ended_at, &e.reason, &e.notice, &e.binned_at])
    .bind(&e.author)
    .bind_all([&e.author_name, &e.title, &e.words, &e.note, &e.disclosure, &e.disclosure_reason])
    .bind_all([&e.created_at, &e.updated_at])
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes a text and its parts over what is there.
pub(crate) async fn put_text(tx: &mut Tx, edition: &EditionId, text: &Written, own_host: &str) -> Result<()> {
    query(
        "INSERT INTO edition_text (edition_id, body_html, body_text, reading_html, html_policy) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (edition_id) DO UPDATE SET body_html = excluded.body_html, body_text = excluded.body_text, \
         reading_html = excluded.reading_html, html_policy = excluded.html_policy",
    )
    .bind(edition)
    .bind(&text.html)
    .bind(&text.text)
    .bind(&text.reading)
    .bind(html::mark(own_host))
    .execute(tx.conn())
    .await?;
    put_articles(tx, edition, text).await
}

/// Writes the parts of a text over those that are there.
pub(crate) async fn put_articles(tx: &mut Tx, edition: &EditionId, text: &Written) -> Result<()> {
    query("DELETE FROM article WHERE edition_id = $1").bind(edition).execute(tx.conn()).await?;
    let parts: Vec<_> = (0_i64..).zip(&text.articles).collect();
    for parts in parts.chunks(100) {
        let mut insert =
            Statement::new("INSERT INTO article (edition_id, place, anchor, level, number, title, text) VALUES ");
        for (at, (place, part)) in parts.iter().enumerate() {
            insert.add(if at > 0 { ", (" } else { "(" }).value(edition).add(", ").value(*place).add(", ");
            insert.value(&part.anchor).add(", ").value(i64::from(part.level)).add(", ").value(&part.number).add(", ");
            insert.value(&part.title).add(", ").value(&part.text).add(")");
        }
        let (sql, values) = insert.parts();
        query(sql).bind_all(values).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Writes what differs between two sets of fields.
pub(crate) async fn put_values(tx: &mut Tx, edition: &EditionId, before: &Values, after: &Values) -> Result<()> {
    for (key, _) in before.iter().filter(|(key, values)| after.of(key) != *values) {
        query("DELETE FROM facet WHERE edition_id = $1 AND key = $2")
            .bind(edition)
            .bind(key)
            .execute(tx.conn())
            .await?;
    }
    let mut insert = Statement::new("INSERT INTO facet (edition_id, key, place, value) VALUES ");
    let mut any = false;
    for (key, values) in after.iter().filter(|(key, values)| before.of(key) != *values) {
        for (place, value) in (0_i64..).zip(values) {
            insert.add(if any { ", (" } else { "(" }).value(edition).add(", ").value(key).add(", ").value(place);
            insert.add(", ").value(value).add(")");
            any = true;
        }
    }
    if any {
        let (sql, values) = insert.parts();
        query(sql).bind_all(values).execute(tx.conn()).await?;
    }
    Ok(())
}

pub(crate) async fn add_authors(tx: &mut Tx, edition: &EditionId, accounts: &[AccountId]) -> Result<()> {
    for account in accounts {
        query("INSERT INTO edition_author (edition_id, account) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(edition)
            .bind(account)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Writes where a document leads over what is there. A document that is not there is left out: the form offers none such.
pub(crate) async fn put_relations(
    tx: &mut Tx,
    document: &DocumentId,
    relations: &[(&'static RelationSpec, DocumentId)],
) -> Result<()> {
    query("DELETE FROM relation WHERE from_document = $1").bind(document).execute(tx.conn()).await?;
    for (place, (relation, to)) in (0_i64..).zip(relations) {
        query(
            "INSERT INTO relation (from_document, kind, to_document, place, confirmed_by) \
             SELECT $1, $2, id, $4, '' FROM document WHERE id = $3 ON CONFLICT DO NOTHING",
        )
        .bind(document)
        .bind(relation.key)
        .bind(to)
        .bind(place)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// 更正: a copy of the newest public or withdrawn edition as the next draft, files carried over.
///
/// # Errors
/// [`Refusal::Conflict`] when there is nothing to correct, or a correction is being written already.
pub async fn correct(tx: &mut Tx, house: &House, actor: &Actor, document: &DocumentRow) -> Result<EditionRow> {
    may_for(actor, house.kind_of(document)?.write, document.keeper())?;
    let all = rows::editions(tx.conn(), &document.id).await?;
    if all.iter().any(EditionRow::is_open) {
        return Err(Refusal::Conflict("这份稿件已有一版正在撰写或审核，请继续办理那一版。".into()));
    }
    let Some(base) = all.iter().find(|e| matches!(e.state.as_str(), "published" | "withdrawn")) else {
        return Err(Refusal::Conflict("这份稿件还没有公开过，不需要更正，直接修改即可。".into()));
    };
    if erase::is_waiting(tx, &document.id).await? {
        let text = "有人申请清除这份文件，正在等待核准，现在不能更正。请先在稿件页办结或撤销清除申请。";
        return Err(Refusal::Conflict(text.into()));
    }
    if base.title == ERASED_TITLE {
        let text = "这份文件的原文已经清除，没有可以更正的内容。需要重新公开的，请新建稿件。";
        return Err(Refusal::Conflict(text.into()));
    }
    let highest: i64 = query_scalar("SELECT MAX(number) FROM edition WHERE document_id = $1")
        .bind(&document.id)
        .fetch_one(tx.conn())
        .await?;
    let now = tx.now();
    let next = EditionRow {
        id: EditionId::fresh(&tx.seams()),
        document_id: document.id.clone(),
        number: highest + 1,
        version: 1,
        head: true,
        state: "draft".into(),
        since: now.clone(),
        author: actor.log_id().into(),
        author_name: actor.log_name().to_owned(),
        title: base.title.clone(),
        words: base.words.clone(),
        disclosure: base.disclosure.clone(),
        disclosure_reason: base.disclosure_reason.clone(),
        created_at: now.clone(),
        updated_at: now,
        ..EditionRow::default()
    };
    copy(tx, document, &base.id, &next).await?;
    if let Some(staff) = actor.staff() {
        add_authors(tx, &next.id, std::slice::from_ref(&staff.account)).await?;
    }
    let data = json!({ "edition": next.id, "number": next.number, "base": base.id });
    let event = NewEvent::new(&events::CORRECTION_BEGUN, &document.id, actor).organ(&document.organ);
    tx.append(event.data(data)).await?;
    Ok(next)
}

/// Puts in an edition with text, fields, authors and files of another. Whoever wrote what is carried over is an author of
/// this edition too; files keep their ids, so that links to them stay.
pub(crate) async fn copy(tx: &mut Tx, document: &DocumentRow, from: &EditionId, next: &EditionRow) -> Result<()> {
    query("UPDATE edition SET head = 0 WHERE document_id = $1 AND head = 1")
        .bind(&document.id)
        .execute(tx.conn())
        .await?;
    insert_edition(tx, document, next).await?;
    for sql in [
        "INSERT INTO edition_text (edition_id, body_html, body_text, reading_html, html_policy) \
         SELECT $1, body_html, body_text, reading_html, html_policy FROM edition_text WHERE edition_id = $2",
        "INSERT INTO article (edition_id, place, anchor, level, number, title, text) \
         SELECT $1, place, anchor, level, number, title, text FROM article WHERE edition_id = $2",
        // Whether readers may compare and what is said of the changes (`common::COMPARED`, `common::CHANGES`) is said anew.
        "INSERT INTO facet (edition_id, key, place, value) SELECT $1, key, place, value FROM facet \
         WHERE edition_id = $2 AND key NOT IN ('compared', 'changes')",
        "INSERT INTO edition_author (edition_id, account) SELECT $1, account FROM edition_author WHERE edition_id = $2",
        "INSERT INTO attachment (edition_id, id, position, title, file_name, digest, media_type, format, bytes, body_text, \
         parts, warnings, created_at) SELECT $1, id, position, title, file_name, digest, media_type, format, bytes, \
         body_text, parts, warnings, created_at FROM attachment WHERE edition_id = $2",
        "INSERT INTO picture (edition_id, id, width, height, small_digest, small_bytes) \
         SELECT $1, id, width, height, small_digest, small_bytes FROM picture WHERE edition_id = $2",
    ] {
        query(sql).bind(&next.id).bind(from).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Puts a draft into the bin, from which it can be brought back for [`BIN_DAYS`]: by an author.
///
/// # Errors
/// [`Refusal::Conflict`] when it is no draft or the person is no author.
pub async fn bin(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole) -> Result<()> {
    let (document, edition) = (&whole.document, &whole.edition);
    may_for(actor, house.kind_of(document)?.write, document.keeper())?;
    if actor.staff().is_some_and(|staff| !whole.is_left_to(&staff.account)) {
        return Err(Refusal::Conflict("只有撰写人可以删除草稿。请联系撰写人。".into()));
    }
    if !edition.is_editable() {
        return Err(Refusal::Conflict(
            "只有草稿和已退回的稿件可以删除。审核中的请先收回修改；已公开的请办理撤回公开。".into(),
        ));
    }
    let now = tx.now();
    put_binned(tx, document, edition, &now).await?;
    let data = json!({ "edition": edition.id, "number": edition.number, "title": edition.title });
    tx.append(NewEvent::new(&events::BINNED, &document.id, actor).organ(&document.organ).data(data)).await?;
    Ok(())
}

/// Brings a draft back from the bin.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not in the bin; [`Refusal::Conflict`] when another edition is being written meanwhile.
pub async fn restore(tx: &mut Tx, house: &House, actor: &Actor, id: &EditionId) -> Result<EditionRow> {
    let binned = |edition: Option<EditionRow>| edition.filter(|e| !e.binned_at.is_empty()).ok_or(Refusal::NotFound);
    let edition = binned(rows::edition(tx.conn(), id).await?)?;
    let document = rows::visible_locked(tx, house, actor, &edition.document_id).await?;
    let edition = binned(rows::edition(tx.conn(), id).await?)?;
    may_for(actor, house.kind_of(&document)?.write, document.keeper())?;
    let authors = rows::authors(tx.conn(), id).await?;
    if actor.staff().is_some_and(|staff| !rows::is_left_to(&authors, &staff.account)) {
        return Err(Refusal::NotFound);
    }
    if rows::open_edition(tx.conn(), &document.id).await?.is_some() {
        return Err(Refusal::Conflict("这份稿件已有另一版正在撰写，不能同时恢复。请先办完那一版。".into()));
    }
    put_binned(tx, &document, &edition, "").await?;
    let data = json!({ "edition": edition.id, "number": edition.number });
    tx.append(NewEvent::new(&events::RESTORED, &document.id, actor).organ(&document.organ).data(data)).await?;
    Ok(edition)
}

/// Writes whether an edition lies in the bin, and which is then the newest of its document.
pub(crate) async fn put_binned(tx: &mut Tx, document: &DocumentRow, edition: &EditionRow, at: &str) -> Result<()> {
    let before = words_of(tx, &document.id).await?;
    query("UPDATE edition SET head = 0 WHERE document_id = $1 AND head = 1")
        .bind(&document.id)
        .execute(tx.conn())
        .await?;
    let done = query("UPDATE edition SET binned_at = $3, version = version + 1 WHERE id = $1 AND version = $2")
        .bind(&edition.id)
        .bind(edition.version)
        .bind(at)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(changed(edition));
    }
    query(
        "UPDATE edition SET head = 1 WHERE document_id = $1 AND number = \
         (SELECT MAX(number) FROM edition WHERE document_id = $1 AND binned_at = '') AND binned_at = ''",
    )
    .bind(&document.id)
    .execute(tx.conn())
    .await?;
    let after = words_of(tx, &document.id).await?;
    words::replace(tx, &document.id, &[&before.0, &before.1], &[&after.0, &after.1]).await
}

/// Words by which lists find a document: the public ones, those of its newest edition.
pub(crate) async fn words_of(tx: &mut Tx, document: &DocumentId) -> Result<(String, String)> {
    let head: Option<String> = query_scalar("SELECT words FROM edition WHERE document_id = $1 AND head = 1")
        .bind(document)
        .fetch_optional(tx.conn())
        .await?;
    Ok((public_words_of(tx, document).await?, head.unwrap_or_default()))
}

/// Removes drafts that have lain in the bin longer than [`BIN_DAYS`], and documents of which nothing is left; at most 500.
/// What was public once is never removed. `also` removes, in the same write, what others keep of the edition. Returns how many
/// were removed.
///
/// # Errors
/// When the database fails; what was removed before stays removed.
pub async fn purge(
    db: &store::Db,
    now: Timestamp,
    also: impl AsyncFn(&mut Tx, &EditionId) -> Result<()>,
) -> Result<usize> {
    let limit = now.checked_sub(jiff::SignedDuration::from_hours(24 * BIN_DAYS)).unwrap_or(now);
    let old: Vec<(EditionId, DocumentId)> = store::query_as(
        "SELECT id, document_id FROM edition WHERE binned_at <> '' AND binned_at < $1 AND published_at = '' \
         ORDER BY binned_at LIMIT 500",
    )
    .bind(time::to_db(limit))
    .fetch_all(db.read())
    .await?;
    let mut removed = 0;
    for (edition, document) in old {
        let mut tx = db.write().await?;
        tx.lock_row("document", document.as_str()).await?;
        let Some(about) = rows::document(tx.conn(), &document).await? else { continue };
        let gone =
            query("DELETE FROM edition WHERE id = $1 AND binned_at <> ''").bind(&edition).execute(tx.conn()).await?;
        if gone.rows_affected() == 0 {
            // Brought back meanwhile.
            continue;
        }
        also(&mut tx, &edition).await?;
        if !about.was_public() && rows::editions(tx.conn(), &document).await?.is_empty() {
            query("DELETE FROM document WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM edition WHERE document_id = $1)")
                .bind(&document)
                .execute(tx.conn())
                .await?;
        }
        let event = NewEvent::new(&events::PURGED, &document, &Actor::System).organ(&about.organ);
        tx.append(event.data(json!({ "edition": edition }))).await?;
        tx.commit().await?;
        removed += 1;
    }
    Ok(removed)
}
