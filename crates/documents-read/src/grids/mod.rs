//! Files as the cells of their sheets, told row by row as they are read, so that no large workbook is ever held as a whole.

mod plain;
mod workbook;

use documents::wire::Told;
use documents::{Code, Format, Grid, GridRow, Limits, Merge, Rejected, gathered};

use crate::bounds::check_size;
use crate::sniff;
use crate::sniff::extension_of;

/// Rows of a sheet, at most (ECMA-376).
const LAST_ROW: u32 = 1_048_576;
/// Filled cells of one row that are borne: no table of a county has as many columns, and what fits heads to an item compares
/// each with each.
const COLUMNS: usize = 1000;
/// Merged cells of a file that are borne.
const MERGES: usize = 400_000;

/// The sheets of a workbook or CSV cell by cell, as a whole.
///
/// # Errors
/// As [`tell_grids`].
pub fn grids(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Vec<Grid>, Rejected> {
    let mut told = Vec::new();
    tell_grids(bytes, file_name, limits, &mut |piece| {
        told.push(piece);
        Ok(())
    })?;
    Ok(gathered(told))
}

/// Tells the sheets of a workbook (xlsx, xls, ods) or CSV piece by piece.
///
/// # Errors
/// A [`Rejected`] when the file is no table or breaks the limits, and what `out` refuses. What was told before counts for nothing
/// then.
pub fn tell_grids(
    bytes: &[u8],
    file_name: &str,
    limits: &Limits,
    out: &mut dyn FnMut(Told) -> Result<(), Rejected>,
) -> Result<(), Rejected> {
    check_size(bytes, limits)?;
    let mut sink = Sink { out, cells: limits.grid_cells, text: limits.grid_text, merges: MERGES };
    if is_opendocument(bytes) {
        return plain::opendocument(bytes, limits, &mut sink);
    }
    // Tabs part the cells of a .tsv; for the rest it is a CSV.
    let name = if matches!(extension_of(file_name).as_str(), "tsv" | "tab") { "a.csv" } else { file_name };
    match sniff(bytes, name)? {
        Format::Csv | Format::Txt => plain::csv(bytes, file_name, &mut sink),
        Format::Xlsx => workbook::read(bytes, limits, &mut sink),
        Format::Xls => plain::legacy(bytes, &mut sink),
        other => Err(Rejected::new(
            Code::Unsupported,
            format!("这是{}，不是表格。请上传 .xlsx、.xls、.ods 或 .csv 文件。", other.name()),
        )),
    }
}

/// A workbook of OpenDocument: its first entry is not packed and says so.
fn is_opendocument(bytes: &[u8]) -> bool {
    const SAYS: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
    bytes.starts_with(b"PK\x03\x04") && bytes.get(30..).is_some_and(|rest| rest.starts_with(SAYS))
}

/// Where the pieces go, counted.
pub(super) struct Sink<'a> {
    out: &'a mut dyn FnMut(Told) -> Result<(), Rejected>,
    cells: usize,
    text: u64,
    merges: usize,
}

impl Sink<'_> {
    pub(super) fn sheet(&mut self, name: &str, hidden: bool) -> Result<(), Rejected> {
        (self.out)(Told::Sheet { name: name.to_owned(), hidden })
    }

    /// A row; one without filled cells is none.
    pub(super) fn row(&mut self, row: GridRow) -> Result<(), Rejected> {
        if row.cells.is_empty() {
            return Ok(());
        }
        if row.cells.len() > COLUMNS {
            return Err(too_wide(&row));
        }
        let text: usize = row.cells.iter().map(|(_, text)| text.len()).sum();
        self.cells = self.cells.checked_sub(row.cells.len()).ok_or_else(too_many)?;
        self.text = self.text.checked_sub(text as u64).ok_or_else(too_many)?;
        (self.out)(Told::Row(row))
    }

    pub(super) fn merge(&mut self, merge: Merge) -> Result<(), Rejected> {
        self.merges = self.merges.checked_sub(1).ok_or_else(too_many)?;
        (self.out)(Told::Merge(merge))
    }

    pub(super) fn note(&mut self, note: String) -> Result<(), Rejected> {
        (self.out)(Told::Note(note))
    }
}

/// A row with more cells than are borne.
fn too_wide(row: &GridRow) -> Rejected {
    let (number, count) = (row.number, row.cells.len());
    Rejected::new(
        Code::TooComplex,
        format!(
            "第 {number} 行填了 {count} 列，一张表最多读 {COLUMNS} 列。请核对分隔符，或把表格转置（一行一条记录）后再导入。"
        ),
    )
}

/// More cells than are borne.
pub(super) fn too_many() -> Rejected {
    Rejected::new(
        Code::TooComplex,
        "表格太大，一次读不完：最多读 600 万个填了内容的单元格（约 20 万行、每行 27 列）。请按年份、单位或乡镇拆成几个文件，分别导入。",
    )
}
