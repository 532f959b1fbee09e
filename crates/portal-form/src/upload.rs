//! Files of citizens: streamed to disk, limited, recognised by their bytes.
//!
//! Only marks are looked for, at the beginning and the end of a file; nothing is unpacked or parsed in the server. Who reads
//! more of a file than that does it in the guarded child. A file that does not do costs the person nothing that was typed: it
//! is read to its end and thrown away, and the reason stands at its field.

use axum::extract::multipart::Field;
use serde::{Deserialize, Serialize};
use store::files::Received;

use crate::PortalForms;
use web::{Ctx, Error, Result};

/// Bytes at either end of a file that are looked at. The directory of a packed document is at its end.
const SEEN: usize = 64 * 1024;

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
    let (mut head, mut tail, mut size) = (Vec::new(), Vec::new(), 0_u64);
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        spend(left, chunk.len())?;
        size += chunk.len() as u64;
        if size > most {
            incoming = None;
        }
        let Some(incoming) = &mut incoming else { continue };
        incoming.write(&chunk).await?;
        head.extend_from_slice(&chunk[..chunk.len().min(SEEN - head.len())]);
        tail.extend_from_slice(&chunk);
        if tail.len() > 2 * SEEN {
            tail.drain(..tail.len() - SEEN);
        }
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
    Ok(match recognise(&head, &tail) {
        Ok(kind) => Outcome::File(Uploaded { field: place, name, kind, received: incoming.finish().await? }),
        Err(reason) => Outcome::Refused(format!("“{name}”{reason}")),
    })
}

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

/// What the file is, by its first and last bytes; or why it does not do.
fn recognise(head: &[u8], tail: &[u8]) -> Result<Kind, &'static str> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let holds = |name: &[u8]| [head, tail].iter().any(|part| part.windows(name.len()).any(|window| window == name));
    if head.is_empty() {
        return Err("是空的，没有任何内容。请打开原文件检查，保存后再上传。");
    }
    if starts(b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Ok(Kind::Png);
    }
    if starts(b"\xFF\xD8\xFF") {
        return Ok(Kind::Jpeg);
    }
    if starts(b"PK\x03\x04") && holds(b"[Content_Types].xml") {
        if holds(b"vbaProject.bin") {
            return Err("带有宏，为保证安全不能上传。请另存为不带宏的文档或 PDF 后再上传。");
        }
        if holds(b"word/document.xml") {
            return Ok(Kind::Docx);
        }
        if holds(b"xl/workbook.xml") {
            return Ok(Kind::Xlsx);
        }
    }
    if starts(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Err("是旧版或加密的办公文档。请用 Word 或 WPS 另存为 .docx、.xlsx 或 PDF 后再上传。");
    }
    if head.get(4..12).is_some_and(|brand| [&b"ftypheic"[..], b"ftypmif1", b"ftypheix"].contains(&brand)) {
        return Err("是 HEIC 图片。请在手机设置里改为 JPEG 格式，或截图后上传。");
    }
    Err("不是可以上传的文件。请另存为 PDF、Word（.docx）、Excel（.xlsx）或 PNG、JPEG 图片后再上传。")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_what_a_file_is_and_names_do_not() {
        let packed = |names: &[&str]| {
            let mut bytes = b"PK\x03\x04".to_vec();
            for name in names {
                bytes.extend_from_slice(name.as_bytes());
                bytes.push(0);
            }
            bytes
        };
        let types = "[Content_Types].xml";
        for (bytes, kind) in [
            (b"%PDF-1.7\n".to_vec(), Kind::Pdf),
            (b"\x89PNG\r\n\x1a\n....".to_vec(), Kind::Png),
            (b"\xFF\xD8\xFF\xE0".to_vec(), Kind::Jpeg),
            (packed(&[types, "word/document.xml"]), Kind::Docx),
            (packed(&[types, "xl/workbook.xml"]), Kind::Xlsx),
        ] {
            assert_eq!(recognise(&bytes, &bytes), Ok(kind));
        }
        let directory = packed(&["word/document.xml"]);
        assert_eq!(recognise(&packed(&[types]), &directory), Ok(Kind::Docx), "the directory stands at the end");
        for (bytes, word) in [
            (Vec::new(), "空的"),
            (packed(&[types, "word/document.xml", "word/vbaProject.bin"]), "宏"),
            (packed(&["a.exe"]), "不是"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "旧版"),
            (b"\0\0\0\x18ftypheic".to_vec(), "HEIC"),
            (b"MZ\x90\0".to_vec(), "不是"),
            (b"<svg xmlns='x' onload='y'/>".to_vec(), "不是"),
            (b"<html>".to_vec(), "不是"),
        ] {
            assert!(recognise(&bytes, &bytes).expect_err("refused").contains(word), "{word}");
        }
    }
}
