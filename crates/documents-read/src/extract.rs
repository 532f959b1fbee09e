//! The pure function: bytes of a file in; its text, simple HTML and every named place with text out.

use documents::{Code, Extracted, Format, Limits, Part, Rejected, decode_text, html, tables};

use crate::{docx, markdown, pdf, sniff, xlsx};

/// Reads a file in this process. The server uses [`documents::Extractor`], which does the same in a guarded child.
///
/// # Errors
/// A [`Rejected`] with a code and a message for the clerk; never panics on the readers written here, and panics of
/// libraries are caught and reported as [`Code::Damaged`].
pub fn extract(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Extracted, Rejected> {
    check_size(bytes, limits)?;
    let format = sniff(bytes, file_name)?;
    match format {
        Format::Docx => docx::read(bytes, limits),
        Format::Xlsx => xlsx::read(bytes, limits),
        Format::Xls => xlsx::read_legacy(bytes, limits),
        Format::Pdf => pdf::read(bytes, limits),
        Format::Png | Format::Jpeg => Ok(Extracted {
            format,
            text: String::new(),
            html: None,
            parts: Vec::new(),
            pages: None,
            warnings: vec!["图片中的文字无法自动检查，请人工核对。".to_owned()],
        }),
        Format::Txt | Format::Markdown | Format::Html | Format::Csv => read_text(bytes, format, limits),
    }
}

/// Refuses a file beyond the upload limit.
pub(crate) fn check_size(bytes: &[u8], limits: &Limits) -> Result<(), Rejected> {
    if bytes.len() as u64 <= limits.input_bytes {
        return Ok(());
    }
    Err(Rejected::new(
        Code::TooLarge,
        format!(
            "文件有 {} MB，超过 {} MB 的上限。请压缩文件中的图片，或拆分成几个文件后再上传。",
            bytes.len().div_ceil(1 << 20),
            limits.input_bytes >> 20
        ),
    ))
}

fn read_text(bytes: &[u8], format: Format, limits: &Limits) -> Result<Extracted, Rejected> {
    let (decoded, encoding) = decode_text(bytes)?;
    let mut warnings = Vec::new();
    if encoding == "GB18030" {
        warnings.push("文件是 GBK（GB18030）编码，已自动转换；请核对文字有无乱码。".to_owned());
    }
    let mut parts = Vec::new();
    let (text, html) = match format {
        Format::Html => {
            let simple = html::simplify(&decoded);
            (html::to_source(&decoded), Some(simple))
        }
        Format::Markdown => {
            // As written: numbers, addresses of links and marks are part of what was handed in, and who reads a plan from it
            // must be able to account for every character.
            (lines(&decoded), Some(markdown::to_html(&decoded)))
        }
        Format::Csv => {
            let grid = tables::csv_rows(&decoded, limits)?;
            let flat = |cell: &String| cell.split_whitespace().collect::<Vec<_>>().join(" ");
            let lines: Vec<String> =
                grid.iter().map(|row| row.cells.iter().map(flat).collect::<Vec<_>>().join("\t")).collect();
            for (row, line) in grid.iter().zip(&lines) {
                Part::push(&mut parts, format!("row {}", row.number), line.clone());
            }
            (lines.join("\n"), None)
        }
        _ => (lines(&decoded), None),
    };
    if format != Format::Csv {
        Part::push(&mut parts, "body", text.clone());
    }
    Ok(Extracted { format, text, html, parts, pages: None, warnings })
}

/// Line ends made uniform, blanks at line ends removed.
pub(crate) fn lines(text: &str) -> String {
    let uniform = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{1a}'], "\n");
    let mut out = String::with_capacity(uniform.len());
    for line in uniform.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

/// Runs a reader of a library that may panic on hostile input.
pub(crate) fn caught<T>(what: &str, read: impl FnOnce() -> Result<T, Rejected>) -> Result<T, Rejected> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Rejected::damaged(what)))
}
