//! What a file is, by its bytes; its name only tells kinds of text apart.
//!
//! A file whose name claims another format than its bytes is refused: a reader who downloads it could not open it. A name
//! that would make the reader's computer run the file is refused whatever the bytes are.

pub(crate) use documents::names::{extension_of, is_program, is_unseen};
use documents::{Code, Format, Limits, Rejected, decode_text, names::refuse_programs};

use crate::container;

/// Says what a file is.
///
/// # Errors
/// A [`Rejected`] when the format is not accepted, or when the name claims another format than the bytes.
pub fn sniff(bytes: &[u8], file_name: &str) -> Result<Format, Rejected> {
    let extension = extension_of(file_name);
    if bytes.is_empty() {
        return Err(Rejected::new(Code::Empty, "文件是空的，没有任何内容。请打开原文件检查，保存后再上传。"));
    }
    refuse_programs(file_name)?;
    let format = match by_magic(bytes, &extension)? {
        Some(format) => {
            refuse_two_in_one(bytes, format)?;
            format
        }
        None => text_kind(bytes, &extension)?,
    };
    agree(format, &extension)?;
    Ok(format)
}

fn by_magic(bytes: &[u8], extension: &str) -> Result<Option<Format>, Rejected> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Ok(Some(Format::Png));
    }
    if starts(b"\xFF\xD8\xFF") {
        return Ok(Some(Format::Jpeg));
    }
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || starts(b"PK\x07\x08") {
        return zip_kind(bytes, extension).map(Some);
    }
    if starts(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return ole_kind(bytes).map(Some);
    }
    if let Some(rejected) = never_accepted(bytes) {
        return Err(rejected);
    }
    // Some generators put a few bytes before the header, and readers look at the first kilobyte; a text that only
    // mentions the header is not meant.
    let head = &bytes[..bytes.len().min(1024)];
    if starts(b"%PDF-") || extension == "pdf" && head.windows(5).any(|window| window == b"%PDF-") {
        return Ok(Some(Format::Pdf));
    }
    Ok(None)
}

/// Blanks and the like before the first and after the last byte that counts.
fn is_blank(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0 | 0x1a)
}

/// Refuses a file that is another one as well for whoever looks at its other end: a page before the head of a PDF, anything behind
/// the end of a package.
fn refuse_two_in_one(bytes: &[u8], format: Format) -> Result<(), Rejected> {
    let two = || {
        Err(Rejected::new(
            Code::Hostile,
            format!(
                "文件里除了{}还夹带了别的内容，不像正常保存的文件，为保证安全不能上传。请用原来的软件打开，重新另存一份后再上传。",
                format.name()
            ),
        ))
    };
    let behind = |end: usize| bytes.get(end..).unwrap_or_default().iter().skip_while(|byte| is_blank(byte));
    match format {
        Format::Pdf => {
            let head = bytes.windows(5).position(|window| window == b"%PDF-").unwrap_or(0);
            let before = bytes[..head].strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes[..head]);
            let end = bytes.windows(5).rposition(|window| window == b"%%EOF").map_or(bytes.len(), |at| at + 5);
            let rest: Vec<u8> = behind(end).copied().collect();
            if !before.iter().all(is_blank) || is_another(&rest) { two() } else { Ok(()) }
        }
        Format::Docx | Format::Xlsx => {
            // The end of a package says how long the remark behind it is; office programs write none.
            let from = bytes.len().saturating_sub(22 + usize::from(u16::MAX));
            let end = bytes[from..].windows(4).rposition(|four| four == b"PK\x05\x06").map(|at| from + at + 22);
            if end.is_some_and(|end| behind(end).next().is_some()) { two() } else { Ok(()) }
        }
        // Cameras write remarks and previews of their own behind a picture; a page or a package is none of them.
        Format::Png | Format::Jpeg => {
            let mark: &[u8] = if format == Format::Png { b"IEND" } else { b"\xFF\xD9" };
            let end = bytes.windows(mark.len()).rposition(|window| window == mark).map(|at| at + mark.len());
            let rest = end.and_then(|end| bytes.get(end..)).unwrap_or_default();
            if is_page(rest) || rest.windows(4).any(|four| four == b"PK\x05\x06") { two() } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// Whether what stands behind the end of a file is a file of its own, or a page.
fn is_another(rest: &[u8]) -> bool {
    let marks: [&[u8]; 9] = [
        b"PK\x03\x04",
        b"Rar!",
        b"7z\xBC\xAF",
        b"MZ",
        b"\x7fELF",
        b"\xD0\xCF\x11\xE0",
        b"GIF8",
        b"\x89PNG",
        b"\xCA\xFE\xBA\xBE",
    ];
    marks.iter().any(|mark| rest.starts_with(mark))
        || rest.windows(4).any(|four| four == b"PK\x05\x06")
        || is_page(rest)
        || rest.windows(2).any(|two| two == b"<%")
}

/// Whether a page stands in what is behind the end of a file, or a program for a server of pages.
fn is_page(rest: &[u8]) -> bool {
    let text = String::from_utf8_lossy(rest).to_ascii_lowercase();
    ["<script", "<html", "<!doctype", "<body", "<iframe", "<svg", "<?php"].iter().any(|mark| text.contains(mark))
}

/// Known formats that are refused, each with its own advice.
fn never_accepted(bytes: &[u8]) -> Option<Rejected> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |from: usize, magic: &[u8]| bytes.get(from..from + magic.len()) == Some(magic);
    let picture = starts(b"GIF8") || starts(b"BM") && at(6, b"\0\0\0\0") || starts(b"II*\0") || starts(b"MM\0*");
    if picture || starts(b"RIFF") && at(8, b"WEBP") || at(4, b"ftypheic") || at(4, b"ftypmif1") {
        return Some(Rejected::new(
            Code::Unsupported,
            "这种图片格式不能上传。请用画图或看图软件打开，另存为 PNG 或 JPEG 格式后再上传。",
        ));
    }
    if starts(b"Rar!")
        || starts(b"7z\xBC\xAF\x27\x1C")
        || starts(b"\x1F\x8B")
        || starts(b"BZh")
        || starts(b"\xFD7zXZ\0")
    {
        return Some(archive());
    }
    if starts(b"MZ") && bytes.contains(&0) || starts(b"\x7FELF") || starts(b"\xCA\xFE\xBA\xBE") {
        return Some(Rejected::new(
            Code::Program,
            "这个文件是程序，不是文档，为保证安全不能上传。请上传文档本身，例如 .docx、.xlsx 或 .pdf 文件。",
        ));
    }
    if starts(b"{\\rtf") {
        return Some(legacy("RTF 文档"));
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]);
    if head.contains("<?mso-application") || head.contains("schemas.microsoft.com/office/word/2003/wordml") {
        return Some(legacy("Word 2003 XML 文档"));
    }
    if head.trim_start().to_ascii_lowercase().starts_with("mime-version:") {
        return Some(legacy("单个文件网页（MHT）"));
    }
    None
}

fn zip_kind(bytes: &[u8], extension: &str) -> Result<Format, Rejected> {
    let Some(names) = container::entry_names(bytes, &Limits::default()) else {
        return Err(container::truncated());
    };
    let has = |name: &str| names.iter().any(|each| each == name);
    let under = |folder: &str| names.iter().any(|each| each.starts_with(folder));
    if has("[Content_Types].xml") && under("word/") {
        return Ok(Format::Docx);
    }
    if has("[Content_Types].xml") && under("xl/") {
        return if has("xl/workbook.bin") {
            Err(unsupported("二进制 Excel 表格（.xlsb）", "请在 Excel 或 WPS 中另存为 .xlsx 后再上传"))
        } else {
            Ok(Format::Xlsx)
        };
    }
    if has("[Content_Types].xml") && under("ppt/") {
        return Err(unsupported("演示文稿（PPT）", "请另存为 PDF 后再上传"));
    }
    if has("OFD.xml") {
        return Err(unsupported("OFD 文档", "请用 OFD 阅读器另存为 PDF 后再上传"));
    }
    if has("content.xml") && has("META-INF/manifest.xml") {
        return Err(unsupported("OpenDocument 文档", "请另存为 .docx 或 .xlsx 后再上传"));
    }
    if matches!(extension, "docx" | "xlsx") && names.is_empty() {
        return Err(container::bomb());
    }
    Err(archive())
}

/// The old container of Office: the names of its streams tell what it holds. Directory entries are 128 bytes long and
/// aligned, so the names are found without following the chains of a container that may be damaged.
fn ole_kind(bytes: &[u8]) -> Result<Format, Rejected> {
    let stream = |name: &str| {
        let wanted: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        bytes.chunks_exact(128).any(|entry| entry.starts_with(&wanted))
    };
    if stream("EncryptedPackage") {
        return Err(container::encrypted());
    }
    if stream("WordDocument") {
        return Err(Rejected::new(
            Code::LegacyOffice,
            "这是旧版 Word 文档（.doc），系统不能读取。请用 Word 或 WPS 另存为 .docx 后再上传。",
        ));
    }
    if stream("_VBA_PROJECT_CUR") || stream("_VBA_PROJECT") {
        return Err(crate::bounds::macros());
    }
    if stream("Workbook") || stream("Book") {
        return Ok(Format::Xls);
    }
    if stream("PowerPoint Document") {
        return Err(unsupported("旧版演示文稿（.ppt）", "请另存为 PDF 后再上传"));
    }
    Err(legacy("旧版办公文档"))
}

fn text_kind(bytes: &[u8], extension: &str) -> Result<Format, Rejected> {
    let decoded = decode_text(bytes);
    if let ("txt" | "md" | "markdown" | "csv" | "htm" | "html", Err(rejected)) = (extension, &decoded) {
        // It says that it is text: what is wrong is how it was saved.
        return Err(rejected.clone());
    }
    let Ok((text, _)) = decoded else {
        let expected = binary_of(extension);
        return Err(match expected {
            Some(format) => Rejected::new(
                Code::Damaged,
                format!(
                    "文件名以 .{extension} 结尾，但内容不是{}，可能已损坏。请用原来的软件打开，另存一份后再上传。",
                    format.name()
                ),
            ),
            None => Rejected::new(
                Code::Unsupported,
                "这种文件不能识别。可以上传 Word（.docx）、Excel（.xlsx、.xls）、PDF、图片（PNG、JPEG）、网页和文本文件，请另存为其中一种后再上传。",
            ),
        });
    };
    let head: String = text.trim_start().chars().take(512).collect::<String>().to_ascii_lowercase();
    let page = ["<!doctype html", "<html", "<head", "<body"].iter().any(|start| head.starts_with(start));
    Ok(match extension {
        "html" | "htm" => Format::Html,
        _ if page => Format::Html,
        "md" | "markdown" => Format::Markdown,
        // Excel takes such a file for another format, which holds formulas.
        "csv" if text.starts_with("ID;") || text.starts_with("ID,") => {
            return Err(Rejected::new(
                Code::Unsupported,
                "表格的第一个字是“ID”，Excel 会把它当成另一种格式打开。请把第一列的表头改成“编号”等名称后再上传。",
            ));
        }
        "csv" => Format::Csv,
        "" | "txt" | "text" => Format::Txt,
        // What it claims to be is told below.
        _ if binary_of(extension).is_some() => Format::Txt,
        _ => {
            return Err(Rejected::new(
                Code::Unsupported,
                format!(
                    "文件名以 .{extension} 结尾，这种文件不能上传。如果是文字，请另存为 .txt 或 .docx；如果是表格，请另存为 .xlsx 或 .csv，然后再上传。"
                ),
            ));
        }
    })
}

fn binary_of(extension: &str) -> Option<Format> {
    Some(match extension {
        "docx" | "doc" | "wps" => Format::Docx,
        "xlsx" | "et" => Format::Xlsx,
        "xls" => Format::Xls,
        "pdf" => Format::Pdf,
        "png" => Format::Png,
        "jpg" | "jpeg" | "jpe" => Format::Jpeg,
        _ => return None,
    })
}

/// Refuses a name that claims a format which the bytes are not.
fn agree(format: Format, extension: &str) -> Result<(), Rejected> {
    let claimed = match (binary_of(extension), format) {
        (Some(claimed), _) => claimed,
        // A name among the kinds of text on a file that is none of them.
        (None, format) if !format.is_text() => match extension {
            "txt" | "text" => Format::Txt,
            "md" | "markdown" => Format::Markdown,
            "html" | "htm" => Format::Html,
            "csv" => Format::Csv,
            "" => return Ok(()),
            _ => {
                return Err(Rejected::new(
                    Code::WrongName,
                    format!(
                        "文件名以 .{extension} 结尾，但内容其实是{}。请把文件名改为 .{} 结尾后再上传。",
                        format.name(),
                        format.extension()
                    ),
                ));
            }
        },
        _ => return Ok(()),
    };
    // Word opens a .docx that is called .doc, others do not.
    let usual = !matches!(extension, "doc" | "wps" | "et");
    if claimed == format && usual {
        return Ok(());
    }
    let advice = match format {
        Format::Png | Format::Jpeg => {
            format!("如果要上传图片，请把文件名改为 .{} 结尾；如果要上传文字，请上传原来的文档", format.extension())
        }
        Format::Html | Format::Txt | Format::Markdown | Format::Csv if claimed == Format::Docx => {
            "请用 Word 或 WPS 打开，另存为 .docx 后再上传".to_owned()
        }
        Format::Html | Format::Txt | Format::Markdown | Format::Csv => {
            format!("请用原来的软件打开，另存为 .{} 后再上传", claimed.extension())
        }
        _ => format!("请把文件名改为 .{} 结尾后再上传", format.extension()),
    };
    Err(Rejected::new(
        Code::WrongName,
        format!("文件名以 .{extension} 结尾，但内容其实是{}。{advice}。", format.name()),
    ))
}

fn archive() -> Rejected {
    Rejected::new(
        Code::Archive,
        "这是压缩包，不能直接上传。请先解压，再逐个上传里面的文件，例如 .docx、.xlsx 或 .pdf。",
    )
}

fn legacy(what: &str) -> Rejected {
    Rejected::new(Code::LegacyOffice, format!("这是{what}，系统不能读取。请用 Word 或 WPS 另存为 .docx 后再上传。"))
}

fn unsupported(what: &str, advice: &str) -> Rejected {
    Rejected::new(Code::Unsupported, format!("这是{what}，系统不能读取。{advice}。"))
}
