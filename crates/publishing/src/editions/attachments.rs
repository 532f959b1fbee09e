//! Attachments: received as a stream, limited, recognised by their bytes, read in a guarded child process, then kept.

use std::sync::OnceLock;

use axum::extract::multipart::Field;
use documents::{Extractor, Format, Limits};
use kernel::{Action, Actor, id, may_for};
use serde_json::json;
use store::{Tx, files::Received};
use web::{Ctx, Error, Result};

use super::{
    store::{self as rows, AttachmentRow, EditionRow, Loaded},
    writing::event,
};

/// What a public attachment may be. Other formats are refused even if they can be read: readers could not open them
/// everywhere, or they could run something in the reader's browser.
const ALLOWED: [Format; 7] =
    [Format::Pdf, Format::Docx, Format::Xlsx, Format::Csv, Format::Txt, Format::Png, Format::Jpeg];

/// Most files of one edition.
const MOST_FILES: usize = 60;

/// A file that was received and read, not yet kept.
#[derive(Debug)]
pub struct Incoming {
    received: Received,
    file_name: String,
    format: Format,
    text: String,
    parts: String,
    warnings: Vec<String>,
}

/// One extractor for the process: its clones share the limit on children at work at the same time.
fn extractor(ctx: &Ctx) -> Extractor {
    static SHARED: OnceLock<Extractor> = OnceLock::new();
    SHARED
        .get_or_init(|| {
            let limits = Limits { input_bytes: ctx.config().server.upload_mb << 20, ..Limits::default() };
            Extractor::new(ctx.program(), limits)
        })
        .clone()
}

/// The last part of a name as browsers send it, without what cannot stand in a file name.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String =
        last.chars().filter(|c| !c.is_control() && !"<>:\"|?*\u{202e}".contains(*c)).take(150).collect();
    let clean = clean.trim().trim_start_matches('.').to_owned();
    if clean.is_empty() { "附件".to_owned() } else { clean }
}

/// Receives one file of a form.
///
/// # Errors
/// [`Error::TooLarge`] beyond the limit; [`Error::Invalid`] with the reason when it cannot be read or is of no allowed kind.
pub async fn receive(ctx: &Ctx, mut field: Field<'_>) -> Result<Incoming> {
    let file_name = clean_name(field.file_name().unwrap_or(""));
    let most = ctx.config().server.upload_mb << 20;
    let mut incoming = ctx.files().receive().await?;
    loop {
        let chunk = field.chunk().await.map_err(|error| {
            tracing::info!(%error, "upload broke off");
            Error::Invalid("文件没有传完，可能是网络中断。请重新选择文件再传一次。".into())
        })?;
        let Some(chunk) = chunk else { break };
        if incoming.write(&chunk).await? > most {
            return Err(Error::TooLarge(format!(
                "文件超过 {} MB 的上限。请压缩文件中的图片，或拆分成几个文件后再上传。",
                ctx.config().server.upload_mb
            )));
        }
    }
    read(ctx, incoming.finish().await?, file_name).await
}

/// Recognises and reads a received file.
///
/// # Errors
/// [`Error::Invalid`] with the reason when it cannot be read or is of no allowed kind.
pub async fn read(ctx: &Ctx, received: Received, file_name: String) -> Result<Incoming> {
    let extracted = extractor(ctx).extract(&received.path, &file_name).await.map_err(|rejected| {
        tracing::info!(code = rejected.code.as_str(), "attachment refused");
        match rejected.code {
            documents::Code::Internal => Error::Unavailable(rejected.message),
            documents::Code::TooLarge => Error::TooLarge(rejected.message),
            _ => Error::Invalid(rejected.message),
        }
    })?;
    if !ALLOWED.contains(&extracted.format) {
        return Err(Error::Invalid(format!(
            "{}不能作为公开附件。请另存为 PDF、Word（.docx）、Excel（.xlsx）、CSV、TXT 或 PNG、JPEG 图片后再上传。",
            extracted.format.name()
        )));
    }
    Ok(Incoming {
        received,
        file_name,
        format: extracted.format,
        parts: serde_json::to_string(&extracted.parts)?,
        text: extracted.text,
        warnings: extracted.warnings,
    })
}

/// Keeps a received file as the last attachment of an edition. The edition's version stays: its text is not touched, and
/// whoever writes in it at the same moment loses nothing.
///
/// # Errors
/// [`Error::Conflict`] when the edition cannot be edited or has too many files.
pub async fn add(ctx: &Ctx, tx: &mut Tx, actor: &Actor, loaded: &Loaded, incoming: &Incoming) -> Result<AttachmentRow> {
    editable(actor, loaded)?;
    if loaded.files.len() >= MOST_FILES {
        return Err(Error::Conflict(format!("一份稿件最多 {MOST_FILES} 个附件。请把相关的表合并成一个文件。")));
    }
    if let Some(same) = loaded.files.iter().find(|file| file.digest == incoming.received.digest) {
        // The same bytes again: a double click, or the same file chosen twice.
        return Ok(same.clone());
    }
    let position = loaded.files.iter().map(|file| file.position).max().unwrap_or(0) + 1;
    let row = insert_read(ctx, tx, &loaded.edition, position, "", incoming).await?;
    touch(tx, actor, loaded).await?;
    let data = json!({ "edition": loaded.edition.id, "file": row.id, "name": row.file_name, "digest": row.digest });
    event(tx, actor, loaded, "document.file_added", data).await?;
    Ok(row)
}

/// Keeps the bytes and writes the row.
pub(crate) async fn insert_read(
    ctx: &Ctx,
    tx: &mut Tx,
    edition: &EditionRow,
    position: i64,
    title: &str,
    incoming: &Incoming,
) -> Result<AttachmentRow> {
    ctx.files().keep(tx, &incoming.received).await?;
    let row = AttachmentRow {
        edition_id: edition.id.clone(),
        id: id::fresh(&tx.seams()),
        position,
        title: title.to_owned(),
        file_name: incoming.file_name.clone(),
        digest: incoming.received.digest.clone(),
        media_type: incoming.format.media_type().to_owned(),
        format: incoming.format.extension().to_owned(),
        bytes: i64::try_from(incoming.received.bytes).unwrap_or(i64::MAX),
        parts: incoming.parts.clone(),
        warnings: serde_json::to_string(&incoming.warnings)?,
    };
    insert(tx, &row, &incoming.text).await?;
    Ok(row)
}

async fn insert(tx: &mut Tx, row: &AttachmentRow, text: &str) -> Result<()> {
    let now = tx.now();
    sqlx::query(
        "INSERT INTO attachment (edition_id, id, position, title, file_name, digest, media_type, format, bytes, body_text, \
         parts, warnings, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&row.edition_id)
    .bind(&row.id)
    .bind(row.position)
    .bind(&row.title)
    .bind(&row.file_name)
    .bind(&row.digest)
    .bind(&row.media_type)
    .bind(&row.format)
    .bind(row.bytes)
    .bind(text)
    .bind(&row.parts)
    .bind(&row.warnings)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn editable(actor: &Actor, loaded: &Loaded) -> Result<()> {
    may_for(actor, Action::WriteDocuments, &loaded.document.keeper())?;
    if loaded.edition.state()?.is_editable() {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "这一版现在是“{}”，不能增删附件。要改，请先“撤回修改”；已发布的，请“更正”出新的一版。",
        loaded.edition.state_words()
    )))
}

/// Whoever changes files counts as author. The edition was locked when it was loaded, so neither another author nor a
/// submission at the same moment is overwritten; the condition on the state is the last guard.
async fn touch(tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<()> {
    let now = tx.now();
    let done = sqlx::query(
        "UPDATE edition SET authors = $2, updated_at = $3 WHERE id = $1 AND state IN ('draft', 'returned') AND binned_at = ''",
    )
    .bind(&loaded.edition.id)
    .bind(loaded.edition.authors_with(actor))
    .bind(now)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(rows::changed(&loaded.edition)) }
}

/// Takes an attachment off an edition. Its bytes stay while another edition refers to them, and for the record.
///
/// # Errors
/// [`Error::NotFound`] when there is none; [`Error::Conflict`] when the edition cannot be edited.
pub async fn remove(tx: &mut Tx, actor: &Actor, loaded: &Loaded, file: &str) -> Result<()> {
    editable(actor, loaded)?;
    let row = loaded.files.iter().find(|row| row.id == file).ok_or(Error::NotFound)?;
    touch(tx, actor, loaded).await?;
    sqlx::query("DELETE FROM attachment WHERE edition_id = $1 AND id = $2")
        .bind(&loaded.edition.id)
        .bind(file)
        .execute(tx.conn())
        .await?;
    let data = json!({ "edition": loaded.edition.id, "file": row.id, "name": row.file_name, "digest": row.digest });
    event(tx, actor, loaded, "document.file_removed", data).await
}

/// Where an attachment is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Stays.
    Stay,
    /// One place up.
    Up,
    /// One place down.
    Down,
}

/// Gives an attachment a title and moves it among the others.
///
/// # Errors
/// As [`remove`].
pub async fn arrange(tx: &mut Tx, actor: &Actor, loaded: &Loaded, file: &str, title: &str, to: Move) -> Result<()> {
    editable(actor, loaded)?;
    let at = loaded.files.iter().position(|row| row.id == file).ok_or(Error::NotFound)?;
    touch(tx, actor, loaded).await?;
    let title: String = title.chars().filter(|c| !c.is_control()).take(200).collect();
    let mut order: Vec<&AttachmentRow> = loaded.files.iter().collect();
    match to {
        Move::Up if at > 0 => order.swap(at, at - 1),
        Move::Down if at + 1 < order.len() => order.swap(at, at + 1),
        _ => {}
    }
    for (position, row) in (1_i64..).zip(order) {
        let title = if row.id == file { title.trim() } else { &row.title };
        if row.position == position && row.title == title {
            continue;
        }
        sqlx::query("UPDATE attachment SET position = $3, title = $4 WHERE edition_id = $1 AND id = $2")
            .bind(&row.edition_id)
            .bind(&row.id)
            .bind(position)
            .bind(title)
            .execute(tx.conn())
            .await?;
    }
    let data = json!({ "edition": loaded.edition.id, "file": file, "title": title.trim(), "moved": to != Move::Stay });
    event(tx, actor, loaded, "document.file_arranged", data).await
}

#[cfg(test)]
mod tests {
    use super::clean_name;

    #[test]
    fn a_name_is_a_name_and_no_path() {
        assert_eq!(clean_name("C:\\桌面\\名单.xlsx"), "名单.xlsx");
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("甲\u{202e}fdp.exe\r\n"), "甲fdp.exe");
        assert_eq!(clean_name(".."), "附件");
    }
}
