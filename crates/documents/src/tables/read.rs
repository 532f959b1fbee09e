//! Reading CSV (UTF-8 or GB18030) and workbooks into tables.

use std::io::Cursor;

use calamine::{Data, Reader, SheetVisible, Xls, Xlsx};

use super::{Table, TableRow};
use crate::container::Package;
use crate::extract::{caught, check_size};
use crate::{Code, Format, Limits, Rejected, decode_text, sniff};

/// Reads the table of a CSV, xlsx or xls file.
///
/// `sheet` names the sheet; without it the first visible sheet with content is taken. The header is the first row with
/// at least two filled cells (a title across the whole table stands above it), or the first filled row of a table with
/// a single column.
///
/// # Errors
/// A [`Rejected`] when the file is no table, breaks the limits, or has no header.
pub fn read_table(bytes: &[u8], file_name: &str, sheet: Option<&str>, limits: &Limits) -> Result<Table, Rejected> {
    check_size(bytes, limits)?;
    match sniff(bytes, file_name)? {
        Format::Csv | Format::Txt => {
            let (text, _) = decode_text(bytes)?;
            table(String::new(), csv_grid(&text, limits)?)
        }
        format @ (Format::Xlsx | Format::Xls) => {
            let mut empty = None;
            for (name, visible) in workbook_sheets(bytes, format, limits)? {
                if sheet.map_or(!visible, |wanted| wanted != name) {
                    continue;
                }
                let grid = workbook_grid(bytes, format, &name, limits)?;
                match table(name, grid) {
                    Err(rejected) if sheet.is_none() => empty = Some(rejected),
                    other => return other,
                }
            }
            Err(empty.unwrap_or_else(|| {
                let wanted = sheet.unwrap_or_default();
                Rejected::new(Code::Empty, format!("表格里没有名为“{wanted}”的工作表。请检查工作表名称，例如 Sheet1。"))
            }))
        }
        other => Err(Rejected::new(
            Code::Unsupported,
            format!("这是{}，不是表格。请上传 .xlsx、.xls 或 .csv 文件。", other.name()),
        )),
    }
}

/// The names of the visible sheets of a workbook, in order; none for CSV.
///
/// # Errors
/// A [`Rejected`] when the file cannot be read.
pub fn sheet_names(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Vec<String>, Rejected> {
    check_size(bytes, limits)?;
    match sniff(bytes, file_name)? {
        format @ (Format::Xlsx | Format::Xls) => {
            let sheets = workbook_sheets(bytes, format, limits)?;
            Ok(sheets.into_iter().filter(|(_, visible)| *visible).map(|(name, _)| name).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// The records of a CSV with their numbers; commas, semicolons or tabs, whichever the first line has most of.
pub(crate) fn csv_grid(text: &str, limits: &Limits) -> Result<Vec<TableRow>, Rejected> {
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

/// A cell as people read it: dates as `YYYY-MM-DD`, whole numbers without a fraction.
pub(crate) fn cell_text(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) => text.trim().to_owned(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::Int(number) => number.to_string(),
        // Rust writes the shortest digits that give the same number, never with an exponent.
        Data::Float(number) => number.to_string(),
        Data::Error(error) => error.to_string(),
        Data::DateTimeIso(text) => text.trim_end_matches("T00:00:00").replace('T', " "),
        Data::DurationIso(text) => text.clone(),
        Data::DateTime(moment) => {
            let serial = moment.as_f64();
            if moment.is_duration() {
                let seconds = (serial * 86_400.0).round() as i64;
                return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            }
            if !(0.0..2_958_466.0).contains(&serial) {
                return serial.to_string();
            }
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let time = match (hour, minute, second) {
                (0, 0, 0) => String::new(),
                (_, _, 0) => format!("{hour:02}:{minute:02}"),
                _ => format!("{hour:02}:{minute:02}:{second:02}"),
            };
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (serial < 1.0, time.is_empty()) {
                (_, true) => date,
                (true, false) => time,
                (false, false) => format!("{date} {time}"),
            }
        }
    }
}

/// All sheets with their visibility.
fn workbook_sheets(bytes: &[u8], format: Format, limits: &Limits) -> Result<Vec<(String, bool)>, Rejected> {
    let metadata = caught("表格", || {
        if format == Format::Xlsx {
            Package::open(bytes, limits)?;
            let book = Xlsx::new(Cursor::new(bytes)).map_err(|_| Rejected::damaged("Excel 表格"))?;
            Ok(book.sheets_metadata().to_vec())
        } else {
            let book = Xls::new(Cursor::new(bytes)).map_err(|error| legacy_error(&error))?;
            Ok(book.sheets_metadata().to_vec())
        }
    })?;
    Ok(metadata.into_iter().map(|sheet| (sheet.name, sheet.visible == SheetVisible::Visible)).collect())
}

/// Why an old workbook could not be opened.
pub(crate) fn legacy_error(error: &calamine::XlsError) -> Rejected {
    match error {
        calamine::XlsError::Password => crate::container::encrypted(),
        _ => Rejected::damaged("旧版 Excel 表格"),
    }
}

fn workbook_grid(bytes: &[u8], format: Format, sheet: &str, limits: &Limits) -> Result<Vec<TableRow>, Rejected> {
    caught("表格", || {
        let damaged = || Rejected::damaged("Excel 表格");
        let mut grid = Grid::new(limits.cells);
        if format == Format::Xlsx {
            let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
            let mut cells = book.worksheet_cells_reader(sheet).map_err(|_| damaged())?;
            while let Some(cell) = cells.next_cell().map_err(|_| damaged())? {
                grid.put(cell.get_position(), &Data::from(cell.get_value().clone()))?;
            }
        } else {
            let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| legacy_error(&error))?;
            let range = book.worksheet_range(sheet).map_err(|error| legacy_error(&error))?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let row = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(top);
                let column = u32::try_from(column).unwrap_or(u32::MAX).saturating_add(left);
                grid.put((row, column), value)?;
            }
        }
        Ok(grid.rows)
    })
}

/// Rows filled cell by cell; a sheet may place one cell at its far corner, so widths are bounded.
struct Grid {
    rows: Vec<TableRow>,
    room: usize,
}

impl Grid {
    fn new(room: usize) -> Self {
        Self { rows: Vec::new(), room }
    }

    fn put(&mut self, (row, column): (u32, u32), value: &Data) -> Result<(), Rejected> {
        let text = cell_text(value);
        if text.is_empty() {
            return Ok(());
        }
        let number = row as usize + 1;
        if self.rows.last().is_none_or(|last| last.number != number) {
            self.rows.push(TableRow { number, cells: Vec::new() });
        }
        let Some(last) = self.rows.last_mut() else { return Ok(()) };
        let wanted = column as usize + 1;
        let grown = wanted.saturating_sub(last.cells.len());
        if grown > self.room {
            return Err(Rejected::too_complex("表格"));
        }
        self.room -= grown;
        if grown > 0 {
            last.cells.resize(wanted, String::new());
        }
        last.cells[wanted - 1] = text;
        Ok(())
    }
}

fn table(sheet: String, grid: Vec<TableRow>) -> Result<Table, Rejected> {
    let filled = |row: &TableRow| row.cells.iter().filter(|cell| !cell.is_empty()).count();
    let rows: Vec<TableRow> = grid.into_iter().filter(|row| filled(row) > 0).collect();
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
    Ok(Table { sheet, header_number: head.number, header, rows })
}
