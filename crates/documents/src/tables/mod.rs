//! Tables as read from spreadsheets and CSV, and tables written as spreadsheets and CSV.

mod csv;
mod write;

pub use csv::{csv_rows, read_csv};
pub use write::{Cell, Sheet, write_csv, write_csv_head, write_csv_rows, write_xlsx};

use serde::{Deserialize, Serialize};

use crate::{Code, Rejected};

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

impl Table {
    /// A table of rows as they stand in a sheet. The header is the first row with at least two filled cells (a title
    /// across the whole table stands above it), or the first filled row of a table with a single column.
    ///
    /// # Errors
    /// [`Code::Empty`] when no row is filled.
    pub fn of_rows(sheet: String, rows: Vec<TableRow>) -> Result<Self, Rejected> {
        let filled = |row: &TableRow| row.cells.iter().filter(|cell| !cell.is_empty()).count();
        let rows: Vec<TableRow> = rows.into_iter().filter(|row| filled(row) > 0).collect();
        let header_at = rows.iter().position(|row| filled(row) >= 2).unwrap_or(0);
        let mut rows = rows.into_iter().skip(header_at);
        let Some(head) = rows.next() else {
            return Err(Rejected::new(
                Code::Empty,
                "表格是空的。请在第一行填写表头，例如“名称、日期、文号”，下面逐行填写内容。",
            ));
        };
        let mut header = head.cells;
        while header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        let rows = rows
            .map(|mut row| {
                if row.cells.len() < header.len() {
                    row.cells.resize(header.len(), String::new());
                }
                row
            })
            .collect();
        Ok(Self { sheet, header_number: head.number, header, rows })
    }
}
