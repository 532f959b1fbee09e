//! Files of an edition: added, taken off, named, moved. Receiving and reading them is the caller's; what was read comes here.

use kernel::{
    Actor,
    id::{AttachmentId, DocumentId, EditionId},
    may_for,
};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as};
use web::Refusal;

use crate::{
    commit,
    draft::add_authors,
    error::Result,
    events,
    house::House,
    life::event,
    rows::{AttachmentRow, EditionRow, Whole, changed},
    values::line,
};

/// Most files of one edition.
pub const MOST_FILES: usize = 60;

/// A file that was received, kept and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Name as the browser sent it, without what cannot stand in a file name.
    pub file_name: String,
    /// What readers see as its name; empty = the file name.
    pub title: String,
    /// SHA-256 of the bytes, hexadecimal; the file is in the store.
    pub digest: String,
    /// By content.
    pub media_type: String,
    /// Extension by content.
    pub format: String,
    /// Size.
    pub bytes: u64,
    /// Visible text.
    pub text: String,
    /// JSON `[{place, text}]`, hidden places included.
    pub parts: String,
    /// What the clerk is told.
    pub warnings: Vec<String>,
    /// Whether it is a copy in which what tells of people was masked; the log says so.
    pub masked: bool,
}

/// What adding a file led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It stands behind the others now.
    New(AttachmentRow),
    /// The edition has these bytes already, in this file: nothing was added.
    Same(AttachmentRow),
}

impl Added {
    /// The file of the edition that has the bytes.
    pub fn row(&self) -> &AttachmentRow {
        match self {
            Self::New(row) | Self::Same(row) => row,
        }
    }
}

/// Puts a file behind the others of an edition. The edition's version stays: its text is not touched, and whoever writes in
/// it at the same moment loses nothing. What the edition has already is not added twice, unless it is meant (`twice`).
///
/// # Errors
/// As [`fits`].
pub async fn add(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    whole: &Whole,
    (file, twice): (&NewFile, bool),
) -> Result<Added> {
    editable(house, actor, whole)?;
    if let Some(same) = whole.attachments().find(|known| known.digest == file.digest).filter(|_| !twice) {
        // The same bytes again: a double click, or the same file chosen twice.
        return Ok(Added::Same(same.clone()));
    }
    fits(house, actor, whole, (&file.file_name, None))?;
    let position = whole.files.iter().map(|file| file.position).max().unwrap_or(0) + 1;
    let row = insert(tx, &whole.edition.id, position, file).await?;
    touch(tx, actor, whole).await?;
    event(tx, actor, whole, &events::FILE_ADDED, added(whole, &row, file)).await?;
    Ok(Added::New(row))
}

/// Whether a file of this name can be put in, as a new one or in the place of another: asked before its bytes are sent.
///
/// # Errors
/// [`Refusal::Conflict`] when the edition cannot be edited, has too many files or another one of this name;
/// [`Refusal::NotFound`] when there is none to be replaced.
pub fn fits(
    house: &House,
    actor: &Actor,
    whole: &Whole,
    (name, replaces): (&str, Option<&AttachmentId>),
) -> Result<()> {
    editable(house, actor, whole)?;
    match replaces {
        Some(old) => {
            replaceable(whole, old)?;
        }
        None if whole.attachments().count() >= MOST_FILES => {
            let text = format!("一份稿件最多 {MOST_FILES} 个附件。请把相关的表合并成一个文件。");
            return Err(Refusal::Conflict(text));
        }
        None => {}
    }
    free_name(whole, name, replaces)
}

/// What the log tells of a file that was added: what was read of it by digest, too, so that nobody can make it cleaner later.
pub(crate) fn added(whole: &Whole, row: &AttachmentRow, file: &NewFile) -> serde_json::Value {
    let parts = commit::digest(&file.parts);
    let mut data = json!({ "edition": whole.edition.id, "file": row.id, "name": row.file_name, "digest": row.digest, "parts": parts });
    if row.is_picture() {
        data["small"] = json!(row.small_digest);
    }
    data
}

/// Puts what was read of a kept file once more in the place of what was read before. Neither stands in the log: the bytes do.
///
/// # Errors
/// When the database fails.
pub async fn read_anew(tx: &mut Tx, file: &AttachmentRow, (text, parts): (&str, &str)) -> Result<()> {
    query("UPDATE attachment SET body_text = $3, parts = $4 WHERE edition_id = $1 AND id = $2")
        .bind(&file.edition_id)
        .bind(&file.id)
        .bind(text)
        .bind(parts)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Two files of one name cannot be told apart by who reviews and who downloads them.
fn free_name(whole: &Whole, name: &str, but: Option<&AttachmentId>) -> Result<()> {
    if whole.attachments().any(|known| known.file_name == name && Some(&known.id) != but) {
        return Err(Refusal::Conflict(format!(
            "已有同名的附件“{name}”。要换成新的内容，请在那个附件下面选“替换”；确实是另一份文件的，请改名后再上传。"
        )));
    }
    Ok(())
}

/// Puts new bytes in the place of a file: its address, its title and its place among the others stay. What earlier editions show
/// under the same address is their own row and stays too.
///
/// # Errors
/// As [`remove`]; [`Refusal::Conflict`] when a third file has the same name.
pub async fn replace(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    whole: &Whole,
    old: &AttachmentId,
    file: &NewFile,
) -> Result<AttachmentRow> {
    fits(house, actor, whole, (&file.file_name, Some(old)))?;
    let before = replaceable(whole, old)?;
    if before.digest == file.digest && before.file_name == file.file_name {
        return Ok(before.clone());
    }
    let row = AttachmentRow {
        file_name: file.file_name.clone(),
        digest: file.digest.clone(),
        media_type: file.media_type.clone(),
        format: file.format.clone(),
        bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        warnings: serde_json::to_string(&file.warnings)?,
        ..before.clone()
    };
    touch(tx, actor, whole).await?;
    let now = tx.now();
    query(
        "UPDATE attachment SET file_name = $3, digest = $4, media_type = $5, format = $6, bytes = $7, body_text = $8, \
         parts = $9, warnings = $10, created_at = $11 WHERE edition_id = $1 AND id = $2",
    )
    .bind(&row.edition_id)
    .bind(&row.id)
    .bind_all([&row.file_name, &row.digest, &row.media_type, &row.format])
    .bind(row.bytes)
    .bind_all([&file.text, &file.parts, &row.warnings, &now])
    .execute(tx.conn())
    .await?;
    let mut data = added(whole, &row, file);
    data["replaces"] = json!(before.digest);
    if file.masked {
        data["masked"] = json!(true);
    }
    event(tx, actor, whole, &events::FILE_ADDED, data).await?;
    Ok(row)
}

/// The file that is to be replaced; pictures of the text are not.
fn replaceable<'a>(whole: &'a Whole, file: &AttachmentId) -> Result<&'a AttachmentRow> {
    find(whole, file).and_then(|row| if row.is_picture() { Err(Refusal::NotFound) } else { Ok(row) })
}

/// A text of the same organ that has the same file.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Twin {
    /// SHA-256 of the file.
    pub digest: String,
    pub document: DocumentId,
    /// Of its newest edition.
    pub title: String,
}

/// Most texts that are told of.
const MOST_TWINS: i64 = 40;

/// Where else in its organ the listed files of an edition stand, in the newest editions of other documents: whoever sees the one
/// sees the others.
///
/// # Errors
/// When the database fails.
pub async fn twins(executor: impl Executor<'_>, whole: &Whole) -> Result<Vec<Twin>> {
    let digests: Vec<&str> = whole.attachments().map(|file| file.digest.as_str()).collect();
    if digests.is_empty() {
        return Ok(Vec::new());
    }
    // SQL: literals and numbers of placeholders.
    let sql = format!(
        "SELECT DISTINCT a.digest, e.document_id AS document, CASE WHEN e.title = '' THEN '（未写标题）' ELSE e.title END AS title \
         FROM attachment a JOIN edition e ON e.id = a.edition_id AND e.head = 1 AND e.binned_at = '' \
         WHERE e.organ = $1 AND e.document_id <> $2 AND a.position > 0 AND a.digest IN ({}) \
         ORDER BY title, document LIMIT {MOST_TWINS}",
        store::places(3, digests.len())
    );
    let asked = query_as(store::built(sql)).bind(&whole.document.organ).bind(&whole.document.id);
    Ok(asked.bind_all(digests).fetch_all(executor).await?)
}

/// Writes the row of a file.
pub(crate) async fn insert(tx: &mut Tx, edition: &EditionId, position: i64, file: &NewFile) -> Result<AttachmentRow> {
    let row = AttachmentRow {
        edition_id: edition.clone(),
        id: AttachmentId::fresh(&tx.seams()),
        position,
        title: line(&file.title, 200),
        file_name: file.file_name.clone(),
        digest: file.digest.clone(),
        media_type: file.media_type.clone(),
        format: file.format.clone(),
        bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        warnings: serde_json::to_string(&file.warnings)?,
        ..AttachmentRow::default()
    };
    query(
        "INSERT INTO attachment (edition_id, id, position, title, file_name, digest, media_type, format, bytes, body_text, \
         parts, warnings, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&row.edition_id)
    .bind(&row.id)
    .bind(row.position)
    .bind_all([&row.title, &row.file_name, &row.digest, &row.media_type, &row.format])
    .bind(row.bytes)
    .bind_all([&file.text, &file.parts, &row.warnings, &tx.now()])
    .execute(tx.conn())
    .await?;
    Ok(row)
}

/// Whether this person may add files to the edition or take some off.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::Conflict`] when the edition cannot be edited now.
pub fn editable(house: &House, actor: &Actor, whole: &Whole) -> Result<()> {
    may_for(actor, house.kind_of(&whole.document)?.write, whole.document.keeper())?;
    if whole.edition.is_editable() {
        return Ok(());
    }
    Err(Refusal::Conflict(format!(
        "这一版现在是“{}”，不能增删附件。要改，请先“收回修改”；已发布的，请“更正”出新的一版。",
        whole.edition.state_words()
    )))
}

/// Whoever changes files counts as author. The edition was locked when it was loaded, so neither another author nor a
/// submission at the same moment is overwritten; the condition on the state is the last guard.
pub(crate) async fn touch(tx: &mut Tx, actor: &Actor, whole: &Whole) -> Result<()> {
    let EditionRow { id, .. } = &whole.edition;
    let done =
        query("UPDATE edition SET updated_at = $2 WHERE id = $1 AND state IN ('draft', 'returned') AND binned_at = ''")
            .bind(id)
            .bind(tx.now())
            .execute(tx.conn())
            .await?;
    if done.rows_affected() == 0 {
        return Err(changed(&whole.edition));
    }
    match actor.staff() {
        Some(staff) => add_authors(tx, id, std::slice::from_ref(&staff.account)).await,
        None => Ok(()),
    }
}

fn find<'a>(whole: &'a Whole, file: &AttachmentId) -> Result<&'a AttachmentRow> {
    whole.files.iter().find(|row| row.id == *file).ok_or(Refusal::NotFound)
}

/// Takes a file off an edition. Its bytes stay while another edition refers to them, and for the record.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none; [`Refusal::Conflict`] when the edition cannot be edited.
pub async fn remove(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, file: &AttachmentId) -> Result<()> {
    editable(house, actor, whole)?;
    let row = find(whole, file)?;
    touch(tx, actor, whole).await?;
    query("DELETE FROM attachment WHERE edition_id = $1 AND id = $2")
        .bind(&whole.edition.id)
        .bind(file)
        .execute(tx.conn())
        .await?;
    let data = json!({ "edition": whole.edition.id, "file": row.id, "name": row.file_name, "digest": row.digest });
    event(tx, actor, whole, &events::FILE_REMOVED, data).await
}

/// Where a file is moved among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Stay,
    /// One place up.
    Up,
    /// One place down.
    Down,
}

/// Gives a file a title and moves it among the others.
///
/// # Errors
/// As [`remove`].
pub async fn arrange(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    whole: &Whole,
    (file, title, to): (&AttachmentId, &str, Move),
) -> Result<()> {
    editable(house, actor, whole)?;
    find(whole, file)?;
    touch(tx, actor, whole).await?;
    let title = line(title, 200);
    let mut order: Vec<&AttachmentRow> = whole.attachments().collect();
    let at = order.iter().position(|row| row.id == *file).unwrap_or(0);
    match to {
        Move::Up if at > 0 => order.swap(at, at - 1),
        Move::Down if at + 1 < order.len() => order.swap(at, at + 1),
        _ => {}
    }
    for (position, row) in (1_i64..).zip(order) {
        let title = if row.id == *file { &title } else { &row.title };
        if row.position == position && row.title == *title {
            continue;
        }
        query("UPDATE attachment SET position = $3, title = $4 WHERE edition_id = $1 AND id = $2")
            .bind(&row.edition_id)
            .bind(&row.id)
            .bind(position)
            .bind(title)
            .execute(tx.conn())
            .await?;
    }
    let data = json!({ "edition": whole.edition.id, "file": file, "title": title, "moved": to != Move::Stay });
    event(tx, actor, whole, &events::FILE_ARRANGED, data).await
}
