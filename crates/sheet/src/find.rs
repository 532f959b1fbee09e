//! Finding the tables of a sheet.

use crate::Grid;

/// The head of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// From 0.
    pub column: u32,
    /// Outermost first, the column's own words last.
    pub path: Vec<String>,
    /// Of the row of formula letters: `A=B+C`; may be empty.
    pub letter: String,
    /// In brackets in the head: 金额（万元）; may be empty.
    pub unit: String,
}

/// A row outside of the records: a note, a total, a line above the head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub number: u32,
    pub cells: Vec<(u32, String)>,
}

/// A table of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub sheet: String,
    pub title: String,
    /// Said above the head for the whole table: 万元; may be empty.
    pub unit: String,
    /// Of the organ that is named above the head (部门名称：…); may be empty.
    pub organ: String,
    pub heads: Vec<Head>,
    /// The rows of records.
    pub rows: Vec<Line>,
    /// 合计, 总计, 小计.
    pub totals: Vec<Line>,
    pub notes: Vec<Line>,
}

/// The tables of a sheet, top to bottom, side by side from left to right.
pub fn tables(grid: &Grid) -> Vec<Found> {
    let _ = grid;
    Vec::new()
}
