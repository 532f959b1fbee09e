//! Tables of CSV files and workbooks.

use std::io::Cursor;

use calamine::{Data, Reader, SheetVisible, Xls, Xlsx};
use documents::tables::{Table, TableRow, read_csv};
use documents::{Code, Format, Limits, Rejected};

use crate::container::Package;
use crate::extract::{caught, check_size};
use crate::sniff;

/// Reads the table of a CSV, xlsx or xls file.
///
/// `sheet` names the sheet; without it the first visible sheet with content is taken. The header is found as
/// [`Table::of_rows`] says.
///
/// # Errors
/// A [`Rejected`] when the file is no table, breaks the limits, or has no header.
pub fn read_table(bytes: &[u8], file_name: &str, sheet: Option<&str>, limits: &Limits) -> Result<Table, Rejected> {
    check_size(bytes, limits)?;
    match sniff(bytes, file_name)? {
        Format::Csv | Format::Txt => read_csv(bytes, limits),
        format @ (Format::Xlsx | Format::Xls) => {
            let mut empty = None;
            for (name, visible) in workbook_sheets(bytes, format, limits)? {
                if sheet.map_or(!visible, |wanted| wanted != name) {
                    continue;
                }
                let grid = workbook_grid(bytes, format, &name, limits)?;
                match Table::of_rows(name, grid) {
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
            drop(cells);
            // a sheet without merged cells may say so by an error
            for range in book.merge_cells_by_sheet_name(sheet).unwrap_or_default() {
                grid.repeat(range.start, range.end.0)?;
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

    /// Says what stands in a merged cell again in each further row that has cells of its own, down to `last`: an owner over
    /// three rows owns all three. Columns beside it stay empty, for a title over all columns is said once.
    fn repeat(&mut self, (row, column): (u32, u32), last: u32) -> Result<(), Rejected> {
        let (first, last, column) = (row as usize + 1, last as usize + 1, column as usize);
        let cell = |rows: &[TableRow], at: usize| rows.get(at).and_then(|row| row.cells.get(column)).cloned();
        let Ok(top) = self.rows.binary_search_by_key(&first, |row| row.number) else { return Ok(()) };
        let Some(text) = cell(&self.rows, top).filter(|text| !text.is_empty()) else { return Ok(()) };
        for at in top + 1..self.rows.len() {
            if self.rows[at].number > last {
                break;
            }
            let grown = (column + 1).saturating_sub(self.rows[at].cells.len());
            // merged cells may be many and lie upon one another
            self.room = self.room.checked_sub(grown.max(1)).ok_or_else(|| Rejected::too_complex("表格"))?;
            if cell(&self.rows, at).is_none_or(|own| own.is_empty()) {
                let cells = &mut self.rows[at].cells;
                cells.resize(cells.len() + grown, String::new());
                cells[column].clone_from(&text);
            }
        }
        Ok(())
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
