//! Workbooks in an official layout: heads and cells over several rows and columns, as a form is printed.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{Cell, write::safe_name};
use crate::{Code, Rejected};

/// A sheet of a form.
#[derive(Debug, Clone, Default)]
pub struct LaidSheet {
    /// Name of the sheet; characters that Excel refuses are replaced.
    pub name: String,
    /// A line above the table, across its width.
    pub title: String,
    /// Columns of the table.
    pub width: u16,
    /// Rows of the table below the title, each from left to right; what an earlier cell goes over is left out.
    pub rows: Vec<Vec<LaidCell>>,
    /// Widths of columns in characters; columns without one are 12 wide.
    pub widths: Vec<f64>,
}

/// A head or a cell of a form.
#[derive(Debug, Clone)]
pub struct LaidCell {
    pub value: Cell,
    /// A head is bold.
    pub is_head: bool,
    /// How many rows it goes over, at least 1.
    pub rows: u16,
    /// How many columns it goes over, at least 1.
    pub columns: u16,
}

/// Writes a workbook of forms, a sheet each.
///
/// # Errors
/// [`Code::TooComplex`] when a form does not fit a sheet.
pub fn write_laid(sheets: &[LaidSheet]) -> Result<Vec<u8>, Rejected> {
    try_write(sheets).map_err(|_| Rejected::new(Code::TooComplex, "表格太大，写不进一张 Excel 工作表。"))
}

fn try_write(sheets: &[LaidSheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(safe_name(&sheet.name))?;
        page.set_landscape();
        for column in 0..sheet.width {
            let width = sheet.widths.get(usize::from(column)).copied().unwrap_or(12.0);
            page.set_column_width(column, width.clamp(2.0, 120.0))?;
        }
        let look = Format::new().set_bold().set_font_size(14).set_align(FormatAlign::Center);
        put(page, (0, 0), (1, sheet.width.max(1)), &Cell::from(sheet.title.as_str()), &look)?;
        let mut taken: std::collections::HashSet<(u32, u16)> = std::collections::HashSet::new();
        for (row, cells) in (1_u32..).zip(&sheet.rows) {
            let mut column = 0_u16;
            for cell in cells {
                while taken.contains(&(row, column)) {
                    column += 1;
                }
                let (rows, columns) = (cell.rows.max(1), cell.columns.max(1));
                for down in 0..u32::from(rows) {
                    taken.extend((0..columns).map(|right| (row + down, column + right)));
                }
                let look = Format::new()
                    .set_border(FormatBorder::Thin)
                    .set_text_wrap()
                    .set_align(FormatAlign::Center)
                    .set_align(FormatAlign::VerticalCenter);
                let look = if cell.is_head { look.set_bold() } else { look };
                put(page, (row, column), (rows, columns), &cell.value, &look)?;
                column += columns;
            }
        }
    }
    book.save_to_buffer()
}

fn put(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    (rows, columns): (u16, u16),
    value: &Cell,
    look: &Format,
) -> Result<(), XlsxError> {
    if rows > 1 || columns > 1 {
        page.merge_range(row, column, row + u32::from(rows) - 1, column + columns - 1, "", look)?;
    }
    match value {
        Cell::Number(number) if number.is_finite() => page.write_number_with_format(row, column, *number, look)?,
        Cell::Number(_) => page.write_blank(row, column, look)?,
        Cell::Text(text) if text.is_empty() => page.write_blank(row, column, look)?,
        Cell::Text(text) => page.write_string_with_format(row, column, text.as_str(), look)?,
        Cell::Date(year, month, day) => {
            page.write_string_with_format(row, column, format!("{year:04}-{month:02}-{day:02}"), look)?
        }
    };
    Ok(())
}
