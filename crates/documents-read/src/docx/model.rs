//! What a docx says once layout is forgotten: paragraphs with runs, and tables.

use std::collections::HashMap;

use crate::cells::SAME;

/// A block of the body, a cell, a header or a note.
#[derive(Debug, Clone)]
pub(super) enum Block {
    Paragraph(Paragraph),
    Table(Table),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Paragraph {
    pub(super) role: Role,
    pub(super) align: Align,
    /// The number that the word processor made, with the space after it.
    pub(super) label: String,
    pub(super) runs: Vec<Run>,
}

/// What a paragraph is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Role {
    #[default]
    Text,
    /// The title of the document.
    Title,
    /// A heading of level 1 to 9.
    Heading(u8),
    /// An item with a bullet; the level counts from 0.
    Bullet(usize),
}

/// Where a paragraph stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Align {
    #[default]
    Start,
    Center,
    End,
}

/// Text of one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) look: Look,
}

/// How text looks, as far as it carries meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) underline: bool,
    pub(super) strike: bool,
    pub(super) superscript: bool,
    pub(super) subscript: bool,
    /// A web or mail address.
    pub(super) link: Option<String>,
    /// Not text but the picture at this place of [`super::body::Walk::shown`].
    pub(super) picture: Option<usize>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// Whether the row is repeated on each page as a heading.
    pub(super) heading: bool,
    /// Grid columns left out before the first cell.
    pub(super) skipped: usize,
    pub(super) cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) blocks: Vec<Block>,
    /// Grid columns it covers, at least 1.
    pub(super) columns: usize,
    pub(super) merge: Merge,
}

/// Merging of cells from above to below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Merge {
    #[default]
    None,
    /// The first of merged cells.
    First,
    /// Continues the cell above.
    Continued,
}

impl Paragraph {
    /// The text with its number; lines within the paragraph are separate lines.
    pub(super) fn text(&self) -> String {
        let mut out = self.label.clone();
        for run in &self.runs {
            out.push_str(&run.text);
        }
        out.truncate(out.trim_end().len());
        out
    }
}

impl Row {
    /// The cells with tabs between them.
    pub(super) fn text(&self) -> String {
        let cells: Vec<String> = self.cells.iter().map(|cell| flat(&cell.blocks)).collect();
        cells.join("\t")
    }

    /// The filled cells by the columns of the grid in which they begin.
    pub(super) fn texts(&self) -> Vec<(u32, String)> {
        let at = self.places().map(|(start, _)| u32::try_from(start).unwrap_or(u32::MAX));
        at.zip(self.cells.iter().map(|cell| flat(&cell.blocks))).filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// A block without what is struck out: it stands there and no longer holds.
pub(super) fn valid(block: &Block) -> Block {
    match block {
        Block::Paragraph(paragraph) => {
            let mut left = paragraph.clone();
            left.runs.retain(|run| !run.look.strike);
            if left.runs.iter().all(|run| run.text.trim().is_empty()) {
                left.runs.clear();
                left.label.clear();
            }
            Block::Paragraph(left)
        }
        Block::Table(table) => {
            let mut left = table.clone();
            for cell in left.rows.iter_mut().flat_map(|row| &mut row.cells) {
                cell.blocks = cell.blocks.iter().map(valid).collect();
            }
            Block::Table(left)
        }
    }
}

/// The text of blocks on one line.
pub(super) fn flat(blocks: &[Block]) -> String {
    let mut words: Vec<String> = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => words.push(paragraph.text()),
            Block::Table(table) => {
                for row in &table.rows {
                    words.extend(row.cells.iter().map(|cell| flat(&cell.blocks)));
                }
            }
        }
    }
    let pieces: Vec<&str> = words.iter().flat_map(|word| word.split_whitespace()).collect();
    pieces.join(" ")
}

/// The level of a paragraph that is shown as a heading and that the word processor does not number: of its style, or 6 when it is
/// short and bold from end to end.
pub(super) fn heading(block: &Block) -> Option<u8> {
    const LONGEST: usize = 30;
    const BOLD: u8 = 6;
    let Block::Paragraph(paragraph) = block else { return None };
    let text = paragraph.text();
    if !paragraph.label.is_empty() || text.trim().is_empty() || text.trim().contains('\n') {
        return None;
    }
    let mut words = paragraph.runs.iter().filter(|run| !run.text.trim().is_empty());
    match paragraph.role {
        Role::Heading(level) => Some(level.clamp(1, BOLD - 1)),
        Role::Text if paragraph.align == Align::Start && words.all(|run| run.look.bold) => {
            (text.chars().count() <= LONGEST).then_some(BOLD)
        }
        _ => None,
    }
}

/// The text of blocks by lines. Of a table each row is a line with as many cells as its widest row, so that a cell stands
/// in its column; `〃` stands where a cell goes on from the row above. A row of one cell is layout: its paragraphs are
/// lines.
pub(super) fn lines(blocks: &[Block], out: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => {
                let text = paragraph.text();
                out.extend(text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).map(str::to_owned));
            }
            Block::Table(table) => table.lines(out),
        }
    }
}

impl Table {
    fn lines(&self, out: &mut Vec<String>) {
        // the row with most cells says how many columns there are, and where they begin
        let widest = self.rows.iter().max_by_key(|row| row.cells.len());
        let starts: Vec<usize> = widest.map(|row| row.places().map(|(start, _)| start).collect()).unwrap_or_default();
        // what stands in each column of the grid, and goes on below
        let mut above: HashMap<usize, bool> = HashMap::new();
        for row in &self.rows {
            if let [cell] = row.cells.as_slice()
                && cell.merge != Merge::Continued
            {
                lines(&cell.blocks, out);
                continue;
            }
            let mut line = String::new();
            let mut filled = false;
            let before = starts.iter().filter(|&&start| start < row.skipped).count();
            line.extend(std::iter::repeat_n('\t', before));
            for (index, (cell, (start, end))) in row.cells.iter().zip(row.places()).enumerate() {
                if index > 0 {
                    line.push('\t');
                }
                let text = flat(&cell.blocks);
                match cell.merge {
                    Merge::Continued if text.is_empty() && above.get(&start) == Some(&true) => line.push_str(SAME),
                    Merge::First => drop(above.insert(start, !text.is_empty())),
                    Merge::None => drop(above.remove(&start)),
                    Merge::Continued => {}
                }
                filled |= !text.is_empty();
                line.push_str(&text);
                if row.cells.len() < starts.len() {
                    let covered = starts.iter().filter(|&&at| (start..end).contains(&at)).count();
                    line.extend(std::iter::repeat_n('\t', covered.saturating_sub(1)));
                }
            }
            if filled {
                line.truncate(line.trim_end().len());
                out.push(line);
            }
        }
    }
}

impl Row {
    /// From which to before which column of the grid each cell reaches.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.cells.iter().scan(self.skipped, |next, cell| {
            let start = *next;
            *next += cell.columns;
            Some((start, *next))
        })
    }
}
