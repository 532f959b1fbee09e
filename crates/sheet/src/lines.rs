//! The filled rows of a sheet, and which of their cells are one.

use documents::{Grid, Merge};

use crate::Line;

/// Merged cells of a head that are looked at.
const MERGES: usize = 2000;

/// The filled rows of a sheet in order.
pub(crate) struct Lines {
    lines: Vec<Line>,
    /// By first row and column.
    merges: Vec<Merge>,
}

impl Lines {
    pub(crate) fn of(grid: &Grid) -> Self {
        let lines = grid.rows.iter().map(|row| {
            let filled = row.cells.iter().filter(|(_, text)| !text.trim().is_empty());
            Line { number: row.number, cells: filled.map(|(column, text)| (*column, text.trim().to_owned())).collect() }
        });
        let mut lines: Vec<Line> = lines.filter(|line| !line.cells.is_empty()).collect();
        lines.sort_by_key(|line| line.number);
        let mut merges = grid.merges.clone();
        merges.sort_by_key(|merge| (merge.rows.0, merge.columns.0));
        Self { lines, merges }
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(crate) fn line(&self, at: usize) -> &Line {
        &self.lines[at]
    }

    pub(crate) fn get(&self, at: usize) -> Option<&Line> {
        self.lines.get(at)
    }

    /// The line of a row, as the spreadsheet numbers it.
    pub(crate) fn numbered(&self, number: u32) -> Option<&Line> {
        let at = self.lines.binary_search_by_key(&number, |line| line.number).ok()?;
        self.lines.get(at)
    }

    /// The merged cells that begin in these rows.
    pub(crate) fn all_merges(&self, first: u32, last: u32) -> &[Merge] {
        let from = self.merges.partition_point(|merge| merge.rows.0 < first);
        let to = self.merges.partition_point(|merge| merge.rows.0 <= last);
        self.merges.get(from..to).unwrap_or_default()
    }

    /// The same, as many as a head may have.
    pub(crate) fn merges(&self, first: u32, last: u32) -> &[Merge] {
        let all = self.all_merges(first, last);
        &all[..all.len().min(MERGES)]
    }

    /// Whether there are empty rows before a line.
    pub(crate) fn is_apart(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map_or(0, |before| self.line(before).number);
        at > 0 && self.line(at).number > before.saturating_add(1)
    }

    /// Whether two lines say the same in the same columns.
    pub(crate) fn are_same(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.get(one), self.get(other)) else { return false };
        let same = |((a, left), (b, right)): (&(u32, String), &(u32, String))| {
            a == b && (left == right || crate::words::plain(left) == crate::words::plain(right))
        };
        one.cells.len() == other.cells.len() && one.cells.iter().zip(&other.cells).all(same)
    }
}

impl Line {
    /// What stands in a column.
    pub fn get(&self, column: u32) -> Option<&str> {
        let at = self.cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        self.cells.get(at).map(|(_, text)| text.as_str())
    }

    /// Puts a text in a column that is empty.
    pub(crate) fn put(&mut self, column: u32, text: &str) {
        if let Err(at) = self.cells.binary_search_by_key(&column, |(column, _)| *column) {
            self.cells.insert(at, (column, text.to_owned()));
        }
    }

    /// Its first filled cell; lines have one.
    pub(crate) fn first(&self) -> &str {
        self.cells.first().map_or("", |(_, text)| text)
    }
}
