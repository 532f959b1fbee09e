//! Pictures that stand in the text of an edition: put in, named by the text, taken off when it names them no more. A picture is a
//! file of the edition ([`crate::files`]) with two sizes; making them of what was handed in is the caller's.

use std::collections::HashSet;

use kernel::{
    Actor,
    id::{AttachmentId, DocumentId, EditionId},
};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as};
use web::Refusal;

use crate::{
    error::{Result, fault},
    events,
    files::{self, NewFile},
    house::House,
    html::pictures::{self, Address},
    life::event,
    rows::{AttachmentRow, Whole},
};

/// Most pictures of one edition.
pub const MOST_PICTURES: usize = 100;

/// A picture whose sizes were made and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPicture {
    /// The large size, and what was read of it.
    pub file: NewFile,
    /// Its width and height, in pixels.
    pub size: (u32, u32),
    /// SHA-256 and bytes of the smaller size; of the large one where that is small enough.
    pub small: (String, u64),
}

/// Puts a picture beside the text, for the text to name it. As with files, the edition's version stays. The same picture put in
/// twice is one.
///
/// # Errors
/// [`Refusal::Conflict`] when the edition cannot be edited or has too many pictures.
pub async fn add(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, new: &NewPicture) -> Result<AttachmentRow> {
    files::editable(house, actor, whole)?;
    if let Some(same) = whole.pictures().find(|known| known.digest == new.file.digest) {
        return Ok(same.clone());
    }
    if whole.pictures().count() >= MOST_PICTURES {
        let text = format!("一份稿件的正文最多放 {MOST_PICTURES} 张图片。请把其余的图片合成一个 PDF，作附件上传。");
        return Err(Refusal::Conflict(text));
    }
    let row = insert(tx, &whole.edition.id, new).await?;
    files::touch(tx, actor, whole).await?;
    event(tx, actor, whole, &events::FILE_ADDED, files::added(whole, &row, &new.file)).await?;
    Ok(row)
}

/// Writes the rows of a picture.
pub(crate) async fn insert(tx: &mut Tx, edition: &EditionId, new: &NewPicture) -> Result<AttachmentRow> {
    // Before the files that are listed, whose places count from 1.
    let file = files::insert(tx, edition, 0, &new.file).await?;
    let row = AttachmentRow {
        width: i64::from(new.size.0),
        height: i64::from(new.size.1),
        small_digest: new.small.0.clone(),
        small_bytes: i64::try_from(new.small.1).unwrap_or(i64::MAX),
        ..file
    };
    if row.address().is_none() {
        return Err(fault(format!("picture of {} × {} pixels, {}", row.width, row.height, row.format)));
    }
    query(
        "INSERT INTO picture (edition_id, id, width, height, small_digest, small_bytes) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(edition)
    .bind(&row.id)
    .bind(row.width)
    .bind(row.height)
    .bind(&row.small_digest)
    .bind(row.small_bytes)
    .execute(tx.conn())
    .await?;
    Ok(row)
}

/// The files that readers of the edition will be shown, and the pictures that its text does not name.
fn by_name(whole: &Whole) -> (Vec<AttachmentRow>, Vec<AttachmentRow>) {
    let named: HashSet<String> = pictures::of(&whole.text.body_html).into_iter().map(|one| one.src).collect();
    let shown = |file: &AttachmentRow| file.address().is_none_or(|address| named.contains(&address.to_string()));
    whole.files.iter().cloned().partition(shown)
}

/// The files that readers of the edition will be shown: without the pictures that its text does not name.
pub fn shown(whole: &Whole) -> Vec<AttachmentRow> {
    by_name(whole).0
}

/// Takes off the pictures that the text does not name, so that nothing becomes public that no reader is shown. What is left.
pub(crate) async fn keep_named(tx: &mut Tx, actor: &Actor, whole: &Whole) -> Result<Vec<AttachmentRow>> {
    let (kept, gone) = by_name(whole);
    for row in &gone {
        query("DELETE FROM attachment WHERE edition_id = $1 AND id = $2")
            .bind(&row.edition_id)
            .bind(&row.id)
            .execute(tx.conn())
            .await?;
        let data = json!({ "edition": row.edition_id, "file": row.id, "name": row.file_name, "digest": row.digest });
        event(tx, actor, whole, &events::FILE_REMOVED, data).await?;
    }
    Ok(kept)
}

/// What is wrong with the pictures of a text, one sentence each, with what to do: those that are not of this document, and those
/// of which nobody said what is seen.
pub fn faults(whole: &Whole) -> Vec<String> {
    let own = |src: &str| match Address::read(src) {
        Some(address) => whole.pictures().find(|row| row.address().as_ref() == Some(&address)),
        None => {
            let id = src.strip_prefix("/attachments/").and_then(|rest| rest.split(['/', '?']).next());
            whole.files.iter().find(|row| Some(row.id.as_str()) == id && row.media_type.starts_with("image/"))
        }
    };
    let mut faults = Vec::new();
    for (at, named) in (1..).zip(pictures::of(&whole.text.body_html)) {
        match own(&named.src) {
            None if named.src.is_empty() => faults.push(format!(
                "正文第 {at} 张图片没有图：别的网站的图片不能引用。请删去它，把图片存到本机，再用“图片”按钮插入。"
            )),
            None => faults.push(format!(
                "正文第 {at} 张图片不是上传到这份稿件的（可能从别的稿件复制而来），公开后读者看不到。请删去它，用“图片”按钮重新插入。"
            )),
            Some(row) if named.alt.is_none() => faults.push(format!(
                "正文第 {at} 张图片（{}）没有替代文字，看不见图的读者不知道它说什么。请点“替代文字”，用一句话写明图的内容；只作装饰的，选“装饰图片”。",
                row.name()
            )),
            Some(_) => {}
        }
    }
    faults
}

/// A picture of an edition, with the document to which it belongs.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Kept {
    pub document: DocumentId,
    /// Of the large size.
    pub digest: String,
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// `png` or `jpg`.
    pub format: String,
    /// Of the large size, in pixels.
    pub width: i64,
    pub height: i64,
    /// Of the smaller size.
    pub small_digest: String,
}

impl Kept {
    /// The file that stands at this name below the picture's address; `None` when there is no such size.
    pub fn at(&self, id: &AttachmentId, name: &str) -> Option<&str> {
        let large = address(id, (self.width, self.height), &self.format)?;
        if large.name() == name {
            return Some(&self.digest);
        }
        large.small().filter(|small| small.name() == name).map(|_| self.small_digest.as_str())
    }
}

/// The address of a picture; `None` when its row holds what this program never writes.
pub(crate) fn address(id: &AttachmentId, (width, height): (i64, i64), format: &str) -> Option<Address> {
    let size = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let address = Address { id: id.to_string(), size, format: format.to_owned() };
    // Only what reads as an address is one.
    Address::read(&address.to_string())
}

/// A picture of any edition that is not in the bin. Whoever asks may see its document ([`crate::rows::visible`]) or does not learn
/// that there is one.
///
/// # Errors
/// When the database fails.
pub async fn find(executor: impl Executor<'_>, id: &AttachmentId) -> Result<Option<Kept>> {
    let sql = "SELECT e.document_id AS document, a.digest, a.media_type, a.format, p.width, p.height, p.small_digest FROM picture p \
               JOIN attachment a ON a.edition_id = p.edition_id AND a.id = p.id \
               JOIN edition e ON e.id = p.edition_id AND e.binned_at = '' WHERE p.id = $1 LIMIT 1";
    Ok(query_as(sql).bind(id).fetch_optional(executor).await?)
}

/// The same, if the edition that shows it is public now: a withdrawn text's pictures are gone with it.
///
/// # Errors
/// When the database fails.
pub async fn public(executor: impl Executor<'_>, id: &AttachmentId) -> Result<Option<Kept>> {
    let sql = "SELECT e.document_id AS document, a.digest, a.media_type, a.format, p.width, p.height, p.small_digest FROM picture p \
               JOIN attachment a ON a.edition_id = p.edition_id AND a.id = p.id \
               JOIN edition e ON e.id = p.edition_id AND e.state = 'published' \
               JOIN document d ON d.id = e.document_id AND d.current_edition = e.id WHERE p.id = $1";
    Ok(query_as(sql).bind(id).fetch_optional(executor).await?)
}
