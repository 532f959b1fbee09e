//! A sheet as cells.

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
    /// Filled cells by column, from 0, in order; formulas give their stored result.
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
}
