//! Where a plan's text comes from: an uploaded file read by the guarded child, or a paste.

use std::path::Path;

use axum::extract::Multipart;
use documents::{
    Extractor, Limits, ORDER_IN_DOUBT, Rejected, Unread,
    tables::{Table, Wanted},
};
use sha2::{Digest, Sha256};
use store::files::Received;
use web::{Ctx, Error, Result};

use crate::plans::table;

/// The text of a plan with where it came from.
#[derive(Debug)]
pub struct Source {
    /// The text as issued.
    pub text: String,
    /// Name of the file; empty when pasted.
    pub name: String,
    /// The file itself, to be kept with the plan.
    pub file: Option<Received>,
    /// The rows, when the file was a table.
    pub table: Option<Table>,
    /// What the reader of the file wants the clerk to know.
    pub warnings: Vec<String>,
}

impl Source {
    /// A pasted text, or one read elsewhere (the command line gives the file's name).
    pub fn text(text: impl Into<String>, name: impl Into<String>) -> Self {
        Self { text: text.into(), name: name.into(), file: None, table: None, warnings: Vec::new() }
    }

    /// SHA-256 of the text without white space and the marks of headings, so that the same plan is recognised whether it
    /// comes as Word, as text or pasted.
    pub fn digest(&self) -> String {
        digest(&self.text)
    }
}

/// See [`Source::digest`].
pub fn digest(text: &str) -> String {
    let mut hasher = Sha256::new();
    for c in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '#')) {
        hasher.update(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    hex::encode(hasher.finalize())
}

/// Reads a received file into text: txt, md, docx as they are, a table (xlsx, xls, csv) as rows; of a workbook the sheet that
/// is named, else the first with a known header.
///
/// # Errors
/// What the reader refuses, in words for the clerk.
pub async fn read_file(ctx: &Ctx, path: &Path, name: &str, sheet: &str) -> std::result::Result<Source, Rejected> {
    let limits = Limits { input_bytes: ctx.config().server.upload_mb << 20, ..Limits::default() };
    let extractor = Extractor::new(ctx.program(), limits);
    let lower = name.to_lowercase();
    if [".xlsx", ".xls", ".csv"].iter().any(|end| lower.ends_with(end)) {
        let wanted = Wanted::headed(table::headings()).in_sheet(sheet);
        let table = extractor.read_table(path, name, &wanted).await?;
        let mut warnings: Vec<String> = Some(table.said_sheet()).filter(|said| !said.is_empty()).into_iter().collect();
        if !table.hidden.is_empty() {
            let rows = table.hidden.iter().take(20).map(usize::to_string).collect::<Vec<_>>().join("、");
            warnings.push(format!("表格里隐藏（筛选掉）的行也读入了：第 {rows} 行。不需要的请删去。"));
        }
        return Ok(Source { table: Some(table), warnings, ..Source::text("", name) });
    }
    let read = extractor.extract(path, name).await?;
    if matches!(read.format, documents::Format::Png | documents::Format::Jpeg) {
        let message = "这是一张图片，系统读不出文字。请上传 Word（.docx）或文本（.txt）原文件，或者把文字粘贴到下面。";
        return Err(Rejected::new(documents::Code::Unsupported, message));
    }
    if read.order_in_doubt() {
        let message =
            format!("{ORDER_IN_DOUBT}，不能据此认定责任单位。请上传 Word（.docx）原文件，或者把文字粘贴到下面。");
        return Err(Rejected::new(documents::Code::Unsupported, message));
    }
    if read.text.trim().is_empty()
        && let Some((part, _)) = read.unread().find(|(_, how)| *how == Unread::All)
    {
        let message = format!("{}请上传 Word（.docx）或文本（.txt）原文件，或者把文字粘贴到下面。", part.text);
        return Err(Rejected::new(documents::Code::Unsupported, message));
    }
    let mut warnings = read.warnings.clone();
    warnings.extend(read.left_out());
    Ok(Source { warnings, ..Source::text(read.outlined(), name) })
}

/// A posted form with at most one file, read field by field.
#[derive(Debug, Default)]
pub struct Posted {
    /// The plain fields, in order.
    pub fields: Vec<(String, String)>,
    /// Name of the file and the file.
    pub file: Option<(String, Received)>,
    /// Why the file was not taken, in words for the clerk.
    pub refused: Option<String>,
}

impl Posted {
    /// The last value of a field; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }
}

/// Longest text that a single field may carry.
const FIELD_BYTES: usize = 8 << 20;

/// Reads a multipart form; the file goes to disk while it comes, and is refused beyond the configured size, without
/// losing the other fields.
///
/// # Errors
/// When the form breaks off or a field is too long.
pub async fn receive(ctx: &Ctx, mut form: Multipart) -> Result<Posted> {
    let mut posted = Posted::default();
    let most = ctx.config().server.upload_mb << 20;
    let broken = |error: axum::extract::multipart::MultipartError| {
        tracing::info!(%error, "form breaks off");
        Error::Invalid("上传中断，文件没有收全。请检查网络后重新上传。".into())
    };
    // All fields together: a form with many large ones would only fill the memory.
    let mut kept = 0;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(file_name) = field.file_name().map(str::to_owned) {
            let mut incoming = ctx.files().receive().await?;
            let mut bytes = 0;
            while let Some(chunk) = field.chunk().await.map_err(broken)? {
                // What is too much is read to its end and dropped, so that the browser gets the answer.
                if bytes <= most {
                    bytes = incoming.write(&chunk).await?;
                }
            }
            if bytes > most {
                let limit = ctx.config().server.upload_mb;
                posted.refused = Some(format!("文件超过 {limit} MB 的上限。请删去文件中的图片，或把文字粘贴到下面。"));
            } else if bytes > 0 || !file_name.is_empty() {
                let received = incoming.finish().await?;
                if bytes > 0 {
                    posted.file = Some((file_name, received));
                } else {
                    posted.refused = Some("文件是空的，没有内容。请重新选择文件，例如 2026年工作要点.docx。".into());
                }
            }
            continue;
        }
        let mut value = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            kept += chunk.len();
            value.extend_from_slice(&chunk);
            if kept > FIELD_BYTES {
                return Err(Error::TooLarge("粘贴的文字超过 8 MB。请只粘贴正文，不要带图片。".into()));
            }
        }
        posted.fields.push((name, String::from_utf8_lossy(&value).replace("\r\n", "\n")));
    }
    Ok(posted)
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn the_same_words_have_the_same_digest_in_any_layout() {
        assert_eq!(digest("\u{feff}一、甲\r\n（一）乙。"), digest("一、甲\n\n　（一） 乙。"));
        assert_ne!(digest("一、甲"), digest("一、乙"));
    }
}
