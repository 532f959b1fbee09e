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
    /// Filled cells of a file that is read sheet by sheet as they stand ([`crate::Grid`]): 200,000 rows of 27 columns.
    pub grid_cells: usize,
    /// Bytes of text in them.
    pub grid_text: u64,
    /// Bytes that a workbook unpacks to that is read so: its rows go on as they are read and are not held.
    pub grid_unpacked: u64,
    /// Levels of documents embedded in documents that are looked into.
    pub embedded: u8,
    /// Points of a picture that is made anew: four bytes each while it is.
    pub pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input_bytes: 100 << 20,
            entries: 2000,
            unpacked_bytes: 300 << 20,
            ratio: 100,
            xml_depth: 200,
            xml_nodes: 2_000_000,
            pages: 3000,
            cells: 1_000_000,
            grid_cells: 6_000_000,
            grid_text: 320 << 20,
            grid_unpacked: 512 << 20,
            embedded: 1,
            // what the best telephones take; a progressive JPEG of it needs 600 MB of the child's memory
            pixels: 64_000_000,
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
    /// Lines of the text, from 0, that the file shows as headings though they have no number, with their levels from 1; 6 is a
    /// paragraph that is merely bold. From docx and HTML.
    #[serde(default)]
    pub headings: Vec<(usize, u8)>,
    /// Simple HTML for an editor: paragraphs, headings, lists, tables with merged cells. From docx, Markdown and HTML.
    pub html: Option<String>,
    /// All text by place, hidden places included. Places are `body`, `table 2 row 5`, `header 1`, `footer 1`,
    /// `footnote 1`, `comment 1`, `deleted text 1`, `hidden text 1`, `text box 1`, `page 3`, `sheet "名单" C12`,
    /// `sheet "名单" C12 (hidden)`, `metadata author` and the like; in embedded files with `embedded "name" ` before.
    /// What has no place of its own is named by the part of the file, `chart 1`, `diagram 1`, `part "word/glossary.xml"`.
    /// Places that could not be read are among them ([`Part::unread`]).
    pub parts: Vec<Part>,
    /// Number of pages, where the format has pages.
    pub pages: Option<u32>,
    /// What the clerk should know, in Chinese: pictures left out, pages without text, tracked changes.
    pub warnings: Vec<String>,
}

/// How the warning begins of a PDF whose pages have tables or columns: the order of its words is a guess.
pub const ORDER_IN_DOUBT: &str = "PDF 里有表格或分栏，文字的先后顺序不可靠";

impl Extracted {
    /// Whether the order of the text is a guess, so that nothing may be concluded from what stands beside what.
    pub fn order_in_doubt(&self) -> bool {
        self.warnings.iter().any(|warning| warning.starts_with(ORDER_IN_DOUBT))
    }

    /// The text for whoever reads a plan from it: headings without number are marked with `#` as in Markdown, for nothing else
    /// tells them from text.
    pub fn outlined(&self) -> String {
        if self.headings.is_empty() {
            return self.text.clone();
        }
        let mut headings = self.headings.iter().peekable();
        let lines = self.text.split('\n').enumerate().map(|(at, line)| {
            let level = headings.next_if(|(line, _)| *line == at).map_or(0, |(_, level)| usize::from(*level));
            if level == 0 { line.to_owned() } else { format!("{} {line}", "#".repeat(level)) }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// An answer without anything yet.
    pub fn empty(format: Format) -> Self {
        Self {
            format,
            text: String::new(),
            headings: Vec::new(),
            html: None,
            parts: Vec::new(),
            pages: None,
            warnings: Vec::new(),
        }
    }

    /// The places of which nobody can say what they hold, each with the words that say so.
    pub fn unread(&self) -> impl Iterator<Item = (&Part, Unread)> {
        self.parts.iter().filter_map(|part| part.unread.map(|how| (part, how)))
    }

    /// Names a place that could not be read, in words that say what to do.
    pub fn tell_unread(&mut self, place: impl Into<String>, how: Unread, words: impl Into<String>) {
        self.parts.push(Part { place: place.into(), text: words.into(), unread: Some(how) });
    }

    /// What the file holds and [`Extracted::text`] does not, one sentence in Chinese for each kind of place, with the
    /// first words: headers and footers, comments, text that was deleted or is hidden.
    pub fn left_out(&self) -> Vec<String> {
        const KINDS: [(&str, &str); 5] = [
            ("header ", "页眉"),
            ("footer ", "页脚"),
            ("comment ", "批注"),
            ("deleted text ", "修订中删除的文字"),
            ("hidden text ", "隐藏文字"),
        ];
        const LONGEST: usize = 40;
        let mut out = Vec::new();
        for (start, name) in KINDS {
            let held = |part: &&Part| {
                part.place.starts_with(start)
                    && part.unread.is_none()
                    && !part.place.ends_with("author")
                    && !is_page_number(&part.text)
            };
            let mut parts = self.parts.iter().filter(held);
            let Some(first) = parts.next() else { continue };
            let words = first.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let more = parts.next().is_some() || words.chars().nth(LONGEST).is_some();
            let excerpt: String = words.chars().take(LONGEST).collect();
            let more = if more { "……" } else { "" };
            out.push(format!("没有读入{name}“{excerpt}{more}”，如是正文请移到正文中再导入。"));
        }
        out
    }
}

/// `— 1 —`, `第1页 共5页`: what a footer holds for the paper's sake.
fn is_page_number(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_ascii_digit() || "第共页/-—–－·".contains(c))
}

/// Text at one place of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where: see [`Extracted::parts`].
    pub place: String,
    /// The text there, never empty; of a place that could not be read the words that say so.
    pub text: String,
    /// Whether the place could not be read; then a person must look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Unread>,
}

/// How much of a place could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unread {
    /// Something in what was read otherwise: a picture on a page with text.
    Some,
    /// The place as a whole: a scan, a page in a font that says not which characters it shows, an embedded program.
    All,
}

impl Part {
    /// A part, unless the text is blank.
    pub fn push(parts: &mut Vec<Part>, place: impl Into<String>, text: impl Into<String>) {
        let text = text.into();
        if !text.trim().is_empty() {
            parts.push(Part { place: place.into(), text, unread: None });
        }
    }
}
