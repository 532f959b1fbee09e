//! What was found in a file, and how much of a file is borne.

use serde::{Deserialize, Serialize};

use crate::Format;

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
    pub fn push(parts: &mut Vec<Part>, place: impl Into<String>, text: impl Into<String>) {
        let text = text.into();
        if !text.trim().is_empty() {
            parts.push(Part { place: place.into(), text });
        }
    }
}
