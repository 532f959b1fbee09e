//! Grids of CSV, of workbooks of the old kind, and of OpenDocument.

use std::io::Cursor;

use calamine::{Data, Ods, OdsError, Reader, SheetVisible, Xls};
use documents::tables::csv_walk;
use documents::{GridRow, Limits, Merge, Rejected, decode_text};

use super::Sink;
use crate::bounds::caught;
use crate::cells::{cell_text, legacy_error};
use crate::container::{Package, encrypted};

/// A CSV in UTF-8, UTF-16 or GB18030, named by its file.
pub(super) fn csv(bytes: &[u8], file_name: &str, sink: &mut Sink<'_>) -> Result<(), Rejected> {
    let (text, _) = decode_text(bytes)?;
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    sink.sheet(name, false)?;
    csv_walk(&text, |number, record| {
        let cells = (0_u32..).zip(record.iter().map(str::trim)).filter(|(_, cell)| !cell.is_empty());
        let cells = cells.map(|(column, cell)| (column, cell.to_owned())).collect();
        sink.row(GridRow { number: u32::try_from(number).unwrap_or(u32::MAX), hidden: false, cells })
    })
}

/// A workbook of the old kind, which has at most 65,536 rows.
pub(super) fn legacy(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Rejected> {
    caught("旧版 Excel 表格", || {
        let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| legacy_error(&error))?;
        for sheet in book.sheets_metadata().to_vec() {
            let hidden = sheet.visible != SheetVisible::Visible;
            sink.sheet(&sheet.name, hidden)?;
            if hidden {
                continue;
            }
            let range = book.worksheet_range(&sheet.name).map_err(|error| legacy_error(&error))?;
            rows(&range, sink)?;
            for merged in book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default() {
                sink.merge(Merge {
                    rows: (merged.start.0.saturating_add(1), merged.end.0.saturating_add(1)),
                    columns: (merged.start.1, merged.end.1),
                })?;
            }
            sink.note(
                "旧版 .xls 的数字格式读不出（编号前面的零、小数末尾的零、只写年月的日期），请核对，或另存为 .xlsx 再导入。"
                    .to_owned(),
            )?;
        }
        Ok(())
    })
}

/// A workbook of OpenDocument.
pub(super) fn opendocument(bytes: &[u8], limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Rejected> {
    // counted before the library unpacks it
    drop(Package::open(bytes, limits)?);
    let refused = |error: &OdsError| match error {
        OdsError::Password => encrypted(),
        _ => Rejected::damaged("OpenDocument 表格"),
    };
    caught("OpenDocument 表格", || {
        let mut book = Ods::new(Cursor::new(bytes)).map_err(|error| refused(&error))?;
        for sheet in book.sheets_metadata().to_vec() {
            let hidden = sheet.visible != SheetVisible::Visible;
            sink.sheet(&sheet.name, hidden)?;
            if hidden {
                continue;
            }
            let range = book.worksheet_range(&sheet.name).map_err(|error| refused(&error))?;
            rows(&range, sink)?;
            sink.note(".ods 表格的合并单元格和数字格式读不出，请核对表头和编号，或另存为 .xlsx 再导入。".to_owned())?;
        }
        Ok(())
    })
}

/// The filled cells of a range, row by row.
fn rows(range: &calamine::Range<Data>, sink: &mut Sink<'_>) -> Result<(), Rejected> {
    let (top, left) = range.start().unwrap_or_default();
    for (number, row) in (top.saturating_add(1)..).zip(range.rows()) {
        let cells = (left..).zip(row).map(|(column, value)| (column, said(value)));
        sink.row(GridRow { number, hidden: false, cells: cells.filter(|(_, text)| !text.is_empty()).collect() })?;
    }
    Ok(())
}

fn said(value: &Data) -> String {
    match value {
        Data::Float(number) => super::workbook::number(&number.to_string(), "General", false),
        value => cell_text(value),
    }
}
