//! Files of an edition: added, taken off, named, moved. Receiving and reading them is the caller's; what was read comes here.

use kernel::{
    Actor,
    id::{AttachmentId, EditionId},
    may_for,
};
use serde_json::json;
use store::{Tx, query};
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
}

/// Puts a file behind the others of an edition. The edition's version stays: its text is not touched, and whoever writes in
/// it at the same moment loses nothing.
///
/// # Errors
/// [`Refusal::Conflict`] when the edition cannot be edited or has too many files.
pub async fn add(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, file: &NewFile) -> Result<AttachmentRow> {
    editable(house, actor, whole)?;
    if whole.attachments().count() >= MOST_FILES {
        return Err(Refusal::Conflict(format!("一份稿件最多 {MOST_FILES} 个附件。请把相关的表合并成一个文件。")));
    }
    if let Some(same) = whole.attachments().find(|known| known.digest == file.digest) {
        // The same bytes again: a double click, or the same file chosen twice.
        return Ok(same.clone());
    }
    free_name(whole, &file.file_name, None)?;
    let position = whole.files.iter().map(|file| file.position).max().unwrap_or(0) + 1;
    let row = insert(tx, &whole.edition.id, position, file).await?;
    touch(tx, actor, whole).await?;
    event(tx, actor, whole, &events::FILE_ADDED, added(whole, &row, file)).await?;
    Ok(row)
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

/// Puts a file in the place of another: its title and its place among the others stay.
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
    editable(house, actor, whole)?;
    let before = find(whole, old)?;
    if before.digest == file.digest && before.file_name == file.file_name {
        return Ok(before.clone());
    }
    free_name(whole, &file.file_name, Some(old))?;
    let place = NewFile { title: before.title.clone(), ..file.clone() };
    remove(tx, house, actor, whole, old).await?;
    let row = insert(tx, &whole.edition.id, before.position, &place).await?;
    event(tx, actor, whole, &events::FILE_ADDED, added(whole, &row, file)).await?;
    Ok(row)
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

pub(crate) fn editable(house: &House, actor: &Actor, whole: &Whole) -> Result<()> {
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
