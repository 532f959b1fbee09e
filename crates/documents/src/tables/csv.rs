//! Rows and tables of CSV (UTF-8 or GB18030).

use super::{Table, TableRow, Wanted};
use crate::{Limits, Rejected, decode_text};

/// Reads the table of a CSV; its header is found as [`Table::of_rows`] says.
///
/// # Errors
/// A [`Rejected`] when the bytes are no text, break the limits, or hold no header.
pub fn read_csv(bytes: &[u8], wanted: &Wanted, limits: &Limits) -> Result<Table, Rejected> {
    let (text, _) = decode_text(bytes)?;
    Table::of_rows(String::new(), csv_rows(&text, limits)?, wanted)
}

/// Lines of a CSV that are looked at to know what parts its cells.
const SAMPLE: usize = 50;

/// What parts the cells: what Excel says in a first line `sep=;`, else whichever of comma, semicolon and tab most lines have
/// in the same number. A title above the table has none.
pub fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default().trim_end();
    if let Some(named) = first.strip_prefix("sep=").filter(|named| matches!(*named, "," | ";" | "\t" | "|")) {
        return named.as_bytes()[0];
    }
    let mut best = (0, 0, b',');
    for sign in [b',', b';', b'\t'] {
        let mut counts: Vec<usize> = text
            .lines()
            .take(SAMPLE)
            .map(|line| line.matches(char::from(sign)).count())
            .filter(|count| *count > 0)
            .collect();
        counts.sort_unstable();
        let most = counts.chunk_by(|a, b| a == b).max_by_key(|same| same.len());
        let (lines, count) = most.map_or((0, 0), |same| (same.len(), same[0]));
        if (lines, count) > (best.0, best.1) {
            best = (lines, count, sign);
        }
    }
    best.2
}

/// The records of a CSV with the numbers of their rows; parted by commas, semicolons or tabs.
///
/// # Errors
/// A [`Rejected`] when the text cannot be taken apart or has more cells than the limits allow.
pub fn csv_rows(text: &str, limits: &Limits) -> Result<Vec<TableRow>, Rejected> {
    let mut rows = Vec::new();
    let mut room = limits.cells;
    csv_walk(text, |number, record| {
        room = room.checked_sub(record.len()).ok_or_else(|| Rejected::too_complex("表格"))?;
        rows.push(TableRow { number, cells: record.iter().map(|cell| cell.trim().to_owned()).collect() });
        Ok(())
    })?;
    Ok(rows)
}

/// Walks over the records of a CSV, each with the number of its row as a spreadsheet shows it.
///
/// # Errors
/// A [`Rejected`] when the text cannot be taken apart, and what `see` refuses.
pub fn csv_walk(
    text: &str,
    mut see: impl FnMut(usize, &csv::StringRecord) -> Result<(), Rejected>,
) -> Result<(), Rejected> {
    // With one kind of line end, and one at the very end, the reader's line numbers are exact.
    let text = text.replace("\r\n", "\n").replace('\r', "\n") + "\n";
    let delimiter = delimiter(&text);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
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
        // the line that is for Excel alone
        if number == 1 && record.get(0).is_some_and(|cell| cell.starts_with("sep=")) {
            continue;
        }
        see(number, &record)?;
    }
    Ok(())
}
