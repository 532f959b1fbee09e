//! Writing tables: workbooks that keep long numbers as text, CSV that no spreadsheet takes for formulas.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use crate::{Code, Rejected};

/// A table to write.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Name of the sheet; characters that Excel refuses are replaced.
    pub name: String,
    /// A line above the table, across all columns; not written to CSV.
    pub title: Option<String>,
    pub header: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// Widths of columns in characters; columns without one are 16 wide. Not used by CSV.
    pub widths: Vec<f64>,
}

/// A cell to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text; stays text, so that index numbers and card numbers keep all digits.
    Text(String),
    /// A number to reckon with.
    Number(f64),
    /// A day to sort and filter by: year, month, day.
    Date(u16, u8, u8),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        // Beyond 2^53 a spreadsheet would lose digits.
        if number.unsigned_abs() < 1 << 53 { Self::Number(number as f64) } else { Self::Text(number.to_string()) }
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

/// Most characters that Excel takes in one cell.
const CELL_LIMIT: usize = 32_767;

/// Writes a workbook: header bold, frozen and with filters; text cells as text.
///
/// # Errors
/// [`Code::TooComplex`] when there are more rows or columns than a sheet holds.
pub fn write_xlsx(sheet: &Sheet) -> Result<Vec<u8>, Rejected> {
    try_write(sheet).map_err(|_| {
        Rejected::new(
            Code::TooComplex,
            "内容超出了一张 Excel 工作表的容量。请缩小导出范围，例如只导出一个年度或一个单位。",
        )
    })
}

fn try_write(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name(safe_name(&sheet.name))?;
    let columns = u16::try_from(sheet.header.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
    let text = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let number = Format::new().set_align(FormatAlign::Top);
    let date = Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top);
    let head =
        Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Center).set_border_bottom(FormatBorder::Thin);
    let mut row = 0_u32;
    if let Some(title) = &sheet.title {
        let look = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
        let title = clipped(title);
        if columns > 1 {
            page.merge_range(0, 0, 0, columns - 1, &title, &look)?;
        } else {
            page.write_string_with_format(0, 0, title, &look)?;
        }
        row += 1;
    }
    for column in 0..columns {
        let width = sheet.widths.get(usize::from(column)).copied().unwrap_or(16.0);
        page.set_column_width(column, width.clamp(2.0, 120.0))?;
        page.write_string_with_format(row, column, clipped(&sheet.header[usize::from(column)]), &head)?;
    }
    let header_row = row;
    for cells in &sheet.rows {
        row += 1;
        for (column, cell) in cells.iter().enumerate() {
            let column = u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)?;
            match cell {
                Cell::Text(value) => page.write_string_with_format(row, column, clipped(value), &text)?,
                Cell::Number(value) if value.is_finite() => {
                    page.write_number_with_format(row, column, *value, &number)?
                }
                Cell::Number(_) => page.write_string_with_format(row, column, "", &text)?,
                Cell::Date(year, month, day) => match ExcelDateTime::from_ymd(*year, *month, *day) {
                    Ok(at) => page.write_datetime_with_format(row, column, &at, &date)?,
                    // Before 1900 a workbook knows no days.
                    Err(_) => page.write_string_with_format(row, column, iso(*year, *month, *day), &text)?,
                },
            };
        }
    }
    page.set_freeze_panes(header_row + 1, 0)?;
    if columns > 0 {
        page.autofilter(header_row, 0, row, columns - 1)?;
        page.set_repeat_rows(header_row, header_row)?;
    }
    page.set_landscape();
    book.save_to_buffer()
}

/// Writes CSV in UTF-8 with a byte order mark, which Excel needs to read Chinese.
///
/// Text that a spreadsheet would take for a formula (beginning with `=`, `+`, `-`, `@`, tab or carriage return) gets an
/// apostrophe before it.
pub fn write_csv(sheet: &Sheet) -> Vec<u8> {
    let mut out = write_csv_head(&sheet.header);
    out.extend(write_csv_rows(&sheet.rows));
    out
}

/// The beginning of a CSV: the byte order mark and the headings. [`write_csv_rows`] follow, as often as there are more.
pub fn write_csv_head(header: &[String]) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    let header: Vec<String> = header.iter().map(|cell| guarded(cell)).collect();
    line(&header, &mut out);
    out.into_bytes()
}

/// Rows of a CSV, for one that is written piece by piece.
pub fn write_csv_rows(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| match cell {
                Cell::Text(text) => guarded(text),
                Cell::Number(number) if number.is_finite() => number.to_string(),
                Cell::Number(_) => String::new(),
                Cell::Date(year, month, day) => iso(*year, *month, *day),
            })
            .collect();
        line(&cells, &mut out);
    }
    out.into_bytes()
}

fn iso(year: u16, month: u8, day: u8) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

fn line(cells: &[String], out: &mut String) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r', ';', '\t']) || cell.starts_with(' ') || cell.ends_with(' ') {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

/// Full-width signs are taken for formulas too by some spreadsheets of the region.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

pub(super) fn clipped(text: &str) -> String {
    // Excel counts UTF-16 units.
    let mut units = 0;
    text.chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= CELL_LIMIT
        })
        .filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}'))
        .collect()
}

pub(super) fn safe_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') || c.is_control() { ' ' } else { c })
        .collect();
    let mut units = 0;
    let short: String = clean
        .trim()
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= 31
        })
        .collect();
    if short.trim().is_empty() { "表1".to_owned() } else { short }
}
