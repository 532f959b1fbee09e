//! Rows and tables of CSV (UTF-8 or GB18030).

use super::{Table, TableRow};
use crate::{Limits, Rejected, decode_text};

/// Reads the table of a CSV; its header is found as [`Table::of_rows`] says.
///
/// # Errors
/// A [`Rejected`] when the bytes are no text, break the limits, or hold no header.
pub fn read_csv(bytes: &[u8], limits: &Limits) -> Result<Table, Rejected> {
    let (text, _) = decode_text(bytes)?;
    Table::of_rows(String::new(), csv_rows(&text, limits)?)
}

/// The records of a CSV with the numbers of their rows; commas, semicolons or tabs, whichever the first line has most of.
///
/// # Errors
/// A [`Rejected`] when the text cannot be taken apart or has more cells than the limits allow.
pub fn csv_rows(text: &str, limits: &Limits) -> Result<Vec<TableRow>, Rejected> {
    // With one kind of line end, and one at the very end, the reader's line numbers are exact.
    let text = text.replace("\r\n", "\n").replace('\r', "\n") + "\n";
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    let delimiter = match (count(','), count(';'), count('\t')) {
        (commas, semicolons, tabs) if tabs > commas && tabs >= semicolons => b'\t',
        (commas, semicolons, _) if semicolons > commas => b';',
        _ => b',',
    };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut room = limits.cells;
    let mut number = 0_usize;
    let mut next_line = 1_u64;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| Rejected::damaged("CSV 表格"))? {
        // The reader passes over empty lines, the spreadsheet shows them as rows; a quoted line end makes no row.
        let breaks: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        let after = reader.position().line();
        let first_line = after.saturating_sub(1 + breaks as u64);
        number += 1 + usize::try_from(first_line.saturating_sub(next_line)).unwrap_or(0);
        next_line = after;
        room = room.checked_sub(record.len()).ok_or_else(|| Rejected::too_complex("表格"))?;
        rows.push(TableRow { number, cells: record.iter().map(|cell| cell.trim().to_owned()).collect() });
    }
    Ok(rows)
}
