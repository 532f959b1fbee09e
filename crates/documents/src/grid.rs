//! A sheet as cells: what the reader of tables gets of a workbook or a CSV, with nothing made of it yet.

use serde::{Deserialize, Serialize};

/// Cells that are one: first and last row (as shown, from 1) and column (from 0), both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    pub rows: (u32, u32),
    pub columns: (u32, u32),
}

/// A row with something in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridRow {
    /// As the spreadsheet shows it, from 1.
    pub number: u32,
    pub hidden: bool,
    /// Filled cells by column, from 0, in order; formulas give their stored result. Numbers are as the spreadsheet shows them, without
    /// the commas of thousands (`0.10`), days as ISO text.
    pub cells: Vec<(u32, String)>,
}

/// A sheet, or a whole CSV file (named by the file).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    pub name: String,
    /// A hidden sheet is told and not read.
    pub hidden: bool,
    pub rows: Vec<GridRow>,
    pub merges: Vec<Merge>,
    /// What whoever hands it in should know of how it was read, in sentences: hidden rows and columns that were read, words struck out
    /// that were not, what an old kind of file does not tell.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Grid {
    /// Rows in the order of their numbers and cells in that of their columns, each once; a file may have them in any order, and the
    /// last of two that claim the same place is what a spreadsheet shows.
    pub(crate) fn settle(&mut self) {
        self.rows.sort_by_key(|row| row.number);
        let mut rows: Vec<GridRow> = Vec::with_capacity(self.rows.len());
        for row in std::mem::take(&mut self.rows) {
            match rows.last_mut() {
                Some(last) if last.number == row.number => {
                    last.hidden |= row.hidden;
                    last.cells.extend(row.cells);
                }
                _ => rows.push(row),
            }
        }
        for row in &mut rows {
            if row.cells.windows(2).any(|two| two[0].0 >= two[1].0) {
                row.cells.reverse();
                row.cells.sort_by_key(|(column, _)| *column);
                row.cells.dedup_by_key(|(column, _)| *column);
            }
            row.cells.retain(|(_, text)| !text.is_empty());
        }
        rows.retain(|row| !row.cells.is_empty());
        self.rows = rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_any_order_are_put_in_theirs() {
        let row = |number, cells: &[(u32, &str)]| GridRow {
            number,
            hidden: false,
            cells: cells.iter().map(|(column, text)| (*column, (*text).to_owned())).collect(),
        };
        let mut grid = Grid {
            rows: vec![row(3, &[(1, "c")]), row(1, &[(2, "b"), (0, "a"), (2, "z")]), row(3, &[(0, "d"), (4, "")])],
            ..Grid::default()
        };
        grid.settle();
        assert_eq!(grid.rows, [row(1, &[(0, "a"), (2, "z")]), row(3, &[(0, "d"), (1, "c")])]);
    }
}
