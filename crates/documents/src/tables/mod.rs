//! Tables from spreadsheets and CSV, and tables written as spreadsheets and CSV.

mod read;
mod write;

pub(crate) use read::{cell_text, csv_grid, legacy_error};
pub use read::{read_table, sheet_names};
pub use write::{Cell, Sheet, write_csv, write_xlsx};

use serde::{Deserialize, Serialize};

/// A table with a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name of the sheet; empty for CSV.
    pub sheet: String,
    /// The row number of the header, as the spreadsheet shows it.
    pub header_number: usize,
    /// The header cells, trimmed, trailing empty ones left out.
    pub header: Vec<String>,
    /// The rows below the header; rows without any content are left out.
    pub rows: Vec<TableRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRow {
    /// The row number as the spreadsheet shows it, counting from 1.
    pub number: usize,
    /// The cells, trimmed; at least as many as the header has. Dates are `YYYY-MM-DD`, numbers without `.0`.
    pub cells: Vec<String>,
}
