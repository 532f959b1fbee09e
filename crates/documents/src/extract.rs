//! The pure function: bytes of a file in; its text, simple HTML and every named place with text out.

use serde::{Deserialize, Serialize};

use crate::{Code, Format, Rejected, decode_text, docx, html, markdown, pdf, sniff, tables, xlsx};

/// How much of a file is borne before it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Bytes of the file.
    pub input_bytes: u64,
    /// Entries of a container (docx, xlsx).
    pub entries: usize,
    /// Bytes that all entries of a container unpack to, declared and counted.
    pub unpacked_bytes: u64,
    /// Unpacked bytes per packed byte, for entries above one mebibyte and for the whole.
    pub ratio: u64,
    /// Elements within elements in XML and HTML.
    pub xml_depth: usize,
    /// Elements of one XML part held in memory.
    pub xml_nodes: usize,
    /// Pages of a PDF.
    pub pages: u32,
    /// Filled cells of a workbook or CSV.
    pub cells: usize,
    /// Levels of documents embedded in documents that are looked into.
    pub embedded: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input_bytes: 50 << 20,
            entries: 2000,
            unpacked_bytes: 300 << 20,
            ratio: 100,
            xml_depth: 200,
            xml_nodes: 2_000_000,
            pages: 3000,
            cells: 400_000,
            embedded: 1,
        }
    }
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// What the file is, by its bytes.
    pub format: Format,
    /// The visible text: one paragraph per line, one table row per line with tabs between cells, numbering made by the
    /// word processor written out. Of Markdown and plain text the text as written.
    pub text: String,
    /// Simple HTML for an editor: paragraphs, headings, lists, tables with merged cells. From docx, Markdown and HTML.
    pub html: Option<String>,
    /// All text by place, hidden places included. Places are `body`, `table 2 row 5`, `header 1`, `footer 1`,
    /// `footnote 1`, `comment 1`, `deleted text 1`, `hidden text 1`, `text box 1`, `page 3`, `sheet "名单" C12`,
    /// `sheet "名单" C12 (hidden)`, `metadata author` and the like; in embedded files with `embedded "name" ` before.
    pub parts: Vec<Part>,
    /// Number of pages, where the format has pages.
    pub pages: Option<u32>,
    /// What the clerk should know, in Chinese: pictures left out, pages without text, tracked changes.
    pub warnings: Vec<String>,
}

/// Text at one place of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where: see [`Extracted::parts`].
    pub place: String,
    /// The text there, never empty.
    pub text: String,
}

impl Part {
    /// A part, unless the text is blank.
    pub(crate) fn push(parts: &mut Vec<Part>, place: impl Into<String>, text: impl Into<String>) {
        let text = text.into();
        if !text.trim().is_empty() {
            parts.push(Part { place: place.into(), text });
        }
    }
}

/// Reads a file in this process. The server uses [`crate::Extractor`], which does the same in a guarded child.
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
            (html::to_text(&decoded), Some(simple))
        }
        Format::Markdown => {
            // As written: numbers, addresses of links and marks are part of what was handed in, and who reads a plan from it
            // must be able to account for every character.
            (lines(&decoded), Some(markdown::to_html(&decoded)))
        }
        Format::Csv => {
            let grid = tables::csv_grid(&decoded, limits)?;
            let lines: Vec<String> = grid.iter().map(|row| row.cells.join("\t")).collect();
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
