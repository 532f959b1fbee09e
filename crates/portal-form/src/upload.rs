//! Files of citizens: streamed to disk, limited, looked at in the guarded child ([`kind_of`], the one look for whatever is kept
//! and handed on as it came, by the office, too); nothing is unpacked or parsed in the server. A file that does not do costs the
//! person nothing that was typed: it is read to its end and thrown away, and the reason stands at its field.

use std::path::Path;

use axum::extract::multipart::Field;
use documents::{Extractor, Format, Limits};
use serde::{Deserialize, Serialize};
use store::files::Received;
use tokio::sync::Semaphore;

use crate::PortalForms;
use web::{Ctx, Error, Result};

/// What a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Pdf,
    Docx,
    Xlsx,
    Png,
    Jpeg,
}

impl Kind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Pdf, Self::Docx, Self::Xlsx, Self::Png, Self::Jpeg];

    /// The kind of a file that was looked at; `None` for what is not handed on.
    fn of(format: Format) -> Option<Self> {
        match format {
            Format::Pdf => Some(Self::Pdf),
            Format::Docx => Some(Self::Docx),
            Format::Xlsx => Some(Self::Xlsx),
            Format::Png => Some(Self::Png),
            Format::Jpeg => Some(Self::Jpeg),
            Format::Txt | Format::Markdown | Format::Html | Format::Xls | Format::Csv => None,
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Docx => "Word（.docx）",
            Self::Xlsx => "Excel（.xlsx）",
            Self::Png => "PNG 图片",
            Self::Jpeg => "JPEG 图片",
        }
    }

    /// With which it is handed out.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// For `accept` of a file field.
    pub fn accept(self) -> &'static str {
        match self {
            Self::Pdf => ".pdf",
            Self::Docx => ".docx",
            Self::Xlsx => ".xlsx",
            Self::Png => ".png",
            Self::Jpeg => ".jpg,.jpeg",
        }
    }
}

/// A file that was received and recognised, not yet kept.
#[derive(Debug)]
pub struct Uploaded {
    /// Field of the form.
    pub field: String,
    /// Name, without path and without what may not stand in a name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its bytes, on disk.
    pub received: Received,
}

/// Of the children that read files the portal takes one at a time: however much strangers send, the office has its own.
static TURN: Semaphore = Semaphore::const_new(1);

/// What came of a file field.
pub(super) enum Outcome {
    /// Nobody chose a file.
    Nothing,
    File(Uploaded),
    /// A file that does not do, and why.
    Refused(String),
}

/// Receives the file of a field. `left` is how much of the request may still be read, whatever it is.
///
/// # Errors
/// [`Error::Invalid`] when it broke off; [`Error::TooLarge`] when nothing may be read any more; when the disk fails.
pub(super) async fn receive(ctx: &Ctx, mut field: Field<'_>, left: &mut u64) -> Result<Outcome> {
    let name = kernel::names::of_file(field.file_name().unwrap_or(""));
    let place = field.name().unwrap_or("").to_owned();
    let most = ctx.settings::<PortalForms>().upload_mb << 20;
    let mut incoming = Some(ctx.files().receive().await?);
    let mut size = 0_u64;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        spend(left, chunk.len())?;
        size += chunk.len() as u64;
        if size > most {
            incoming = None;
        }
        let Some(incoming) = &mut incoming else { continue };
        incoming.write(&chunk).await?;
    }
    if size == 0 && field.file_name().is_none_or(str::is_empty) {
        return Ok(Outcome::Nothing);
    }
    let Some(incoming) = incoming else {
        return Ok(Outcome::Refused(format!(
            "“{name}”超过 {} MB。请压缩其中的图片，或拆成几个文件后再上传。",
            most >> 20
        )));
    };
    let received = incoming.finish().await?;
    // Never closed, so that there always is a turn.
    let _turn = TURN.acquire().await.ok();
    Ok(match kind_of(ctx, &received.path, &name).await {
        Ok(kind) => Outcome::File(Uploaded { field: place, name, kind, received }),
        Err(reason) => Outcome::Refused(reason),
    })
}

/// What a file is that somebody hands in and others are handed as it came, by its bytes and its name: whole, and doing nothing
/// when it is opened. The portal, the office and what goes out with letters ask here, so that none of them takes what another
/// refuses. Read in the guarded child.
///
/// # Errors
/// Why it does not do and what to do, in words for whoever chose it, with its name.
pub async fn kind_of(ctx: &Ctx, path: &Path, name: &str) -> std::result::Result<Kind, String> {
    match Extractor::new(ctx.program().clone(), Limits::default()).look(path, name).await {
        Ok(format) => Kind::of(format).ok_or_else(|| format!("“{name}”没有收下：{ANOTHER}")),
        Err(why) => Err(format!("“{name}”没有收下：{}", why.message)),
    }
}

/// A picture that the office puts to something and others are handed, without what the camera and the editor wrote into it (place,
/// time, device, comments); every other file as it came. What a person sends stays as it came, too: its sum is on their receipt.
///
/// # Errors
/// When the disk fails.
pub async fn without_notes(ctx: &Ctx, kind: Kind, received: Received) -> Result<Received> {
    if !matches!(kind, Kind::Png | Kind::Jpeg) {
        return Ok(received);
    }
    let failed = |error: std::io::Error| Error::internal(format!("picture: {error}"));
    let bytes = tokio::fs::read(&received.path).await.map_err(failed)?;
    let Some(clean) = documents::picture::without_notes(&bytes) else { return Ok(received) };
    let mut incoming = ctx.files().receive().await?;
    incoming.write(&clean).await?;
    Ok(incoming.finish().await?)
}

/// To whoever chose something that is read elsewhere and not handed on.
const ANOTHER: &str = "不是可以上传的文件。请另存为 PDF、Word（.docx）、Excel（.xlsx）或 PNG、JPEG 图片后再上传。";

/// Takes what was read from what may still be read.
///
/// # Errors
/// [`Error::TooLarge`] when it is more.
pub(super) fn spend(left: &mut u64, bytes: usize) -> Result<()> {
    *left = left.checked_sub(bytes as u64).ok_or_else(|| {
        Error::TooLarge("一次上传的内容太大，没有收完。请先提交较小的文件，其余的分几次上传。".into())
    })?;
    Ok(())
}

pub(super) fn broken(error: axum::extract::multipart::MultipartError) -> Error {
    tracing::info!(%error, "upload broke off");
    Error::Invalid("内容没有传完，可能是网络中断。请返回上一页再提交一次。".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_everybody_can_open_is_handed_on() {
        let all = [Format::Pdf, Format::Docx, Format::Xlsx, Format::Png, Format::Jpeg];
        let found: Vec<Kind> = all.into_iter().filter_map(Kind::of).collect();
        assert_eq!(found, Kind::ALL);
        for (format, kind) in all.into_iter().zip(Kind::ALL) {
            assert_eq!(format.media_type(), kind.media_type());
        }
        for format in [Format::Txt, Format::Markdown, Format::Html, Format::Xls, Format::Csv] {
            assert_eq!(Kind::of(format), None, "{format:?}");
        }
    }
}
