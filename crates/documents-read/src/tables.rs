//! Tables of CSV files and workbooks.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;

use calamine::{Data, Reader, SheetVisible, Xls, Xlsx};
use documents::tables::{NO_RESULT, Table, TableRow, Wanted, read_csv};
use documents::{Code, Format, Limits, Rejected};

use crate::bounds::{caught, check_size};
use crate::cells::{as_shown, cell_text, legacy_error};
use crate::container::Package;
use crate::formats::Formats;
use crate::struck::Struck;
use crate::{sniff, xlsx};

/// Reads the table of a CSV, xlsx or xls file: of the sheet that is asked for, else of the first visible sheet whose header
/// is known (a sheet before it may say how to fill in the table), else of the first with content. The header is found as
/// [`Table::of_rows`] says.
///
/// # Errors
/// A [`Rejected`] when the file is no table, breaks the limits, or has no header.
pub fn read_table(bytes: &[u8], file_name: &str, wanted: &Wanted, limits: &Limits) -> Result<Table, Rejected> {
    check_size(bytes, limits)?;
    match sniff(bytes, file_name)? {
        Format::Csv | Format::Txt => read_csv(bytes, wanted, limits),
        format @ (Format::Xlsx | Format::Xls) => {
            let mut empty = None;
            let mut first: Option<Table> = None;
            let mut book = Book::open(bytes, format, limits)?;
            let sheets = book.sheets.clone();
            let shown = |except: &str| -> Vec<String> {
                let sheets = sheets.iter().filter(|(name, visible)| *visible && name != except);
                sheets.map(|(name, _)| name.clone()).collect()
            };
            for (name, visible) in sheets.clone() {
                if wanted.sheet.as_ref().map_or(!visible, |wanted| wanted.trim() != name.trim()) {
                    continue;
                }
                let others = shown(&name);
                let Content { rows, hidden, struck } = book.grid(&name, limits)?;
                match Table::of_rows(name, rows, wanted) {
                    Err(rejected) if wanted.sheet.is_none() => empty = Some(rejected),
                    Err(rejected) => return Err(rejected),
                    Ok(mut table) => {
                        table.hidden =
                            table.rows.iter().map(|row| row.number).filter(|number| hidden.contains(number)).collect();
                        table.others = others;
                        table.struck = struck;
                        table.legacy = format == Format::Xls;
                        let known = wanted.sheet.is_some() || wanted.headings.is_empty() || table.known(wanted) >= 2;
                        if known {
                            return Ok(table);
                        }
                        first.get_or_insert(table);
                    }
                }
            }
            if let Some(table) = first {
                return Ok(table);
            }
            Err(empty.unwrap_or_else(|| {
                let wanted = wanted.sheet.clone().unwrap_or_default();
                let names = sheets.iter().map(|(name, _)| format!("“{name}”")).collect::<Vec<_>>().join("、");
                Rejected::new(
                    Code::Empty,
                    format!("表格里没有名为“{wanted}”的工作表。文件里有{names}，请照样填写其中一个。"),
                )
            }))
        }
        other => Err(Rejected::new(
            Code::Unsupported,
            format!("这是{}，不是表格。请上传 .xlsx、.xls 或 .csv 文件。", other.name()),
        )),
    }
}

/// What a sheet holds.
#[derive(Default)]
struct Content {
    rows: Vec<TableRow>,
    /// Numbers of hidden rows.
    hidden: HashSet<usize>,
    /// Row and words of cells with something struck out.
    struck: Vec<(usize, String)>,
}

/// A workbook whose sheets are read one by one.
struct Book<'a> {
    bytes: &'a [u8],
    /// Names, and whether each is visible.
    sheets: Vec<(String, bool)>,
    /// The package, with the parts of its sheets and the formats of its cells; the old kind has none.
    package: Option<(Package<'a>, HashMap<String, String>, Formats, Struck)>,
    /// Days are counted from 1904.
    later: bool,
}

impl<'a> Book<'a> {
    fn open(bytes: &'a [u8], format: Format, limits: &Limits) -> Result<Self, Rejected> {
        let names = |sheets: &[calamine::Sheet]| {
            sheets.iter().map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect()
        };
        if format == Format::Xls {
            return caught("表格", || {
                let book = Xls::new(Cursor::new(bytes)).map_err(|error| legacy_error(&error))?;
                Ok(Self { bytes, sheets: names(book.sheets_metadata()), package: None, later: false })
            });
        }
        let mut package = Package::open(bytes, limits)?;
        let (parts, later) = xlsx::sheet_parts_by_name(&mut package, limits)?;
        let formats = Formats::read(&mut package, limits)?;
        let struck = Struck::read(&mut package, limits)?;
        let sheets = caught("表格", || {
            let book = Xlsx::new(Cursor::new(bytes)).map_err(|_| Rejected::damaged("Excel 表格"))?;
            Ok(names(book.sheets_metadata()))
        })?;
        Ok(Self { bytes, sheets, package: Some((package, parts, formats, struck)), later })
    }

    /// The rows of a sheet, the numbers of those that are hidden, and what is struck out.
    fn grid(&mut self, sheet: &str, limits: &Limits) -> Result<Content, Rejected> {
        let Some((package, parts, formats, struck)) = &mut self.package else {
            return Ok(Content { rows: legacy_grid(self.bytes, sheet, limits)?, ..Content::default() });
        };
        let bytes = self.bytes;
        let mut grid = caught("表格", || {
            let damaged = || Rejected::damaged("Excel 表格");
            let mut grid = Grid::new(limits.cells);
            let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
            let mut cells = book.worksheet_cells_reader(sheet).map_err(|_| damaged())?;
            while let Some(cell) = cells.next_cell().map_err(|_| damaged())? {
                grid.put(cell.get_position(), &Data::from(cell.get_value().clone()))?;
            }
            Ok(grid)
        })?;
        let (mut hidden, mut void) = (HashSet::new(), Vec::new());
        if let Some(part) = parts.get(sheet) {
            let looks = xlsx::looks(package, part, struck, limits)?;
            for (place, raw, style) in looks.numbers {
                if let Some(text) = as_shown(&raw, formats.of(style), self.later) {
                    grid.set(place, text);
                }
            }
            for (place, left) in looks.struck {
                let words = grid.at(place).to_owned();
                if !words.is_empty() {
                    grid.set(place, left);
                    void.push((place.0 as usize + 1, words));
                }
            }
            for place in looks.unworked {
                grid.fill(place, NO_RESULT)?;
            }
            for (column, first, last) in looks.hidden.tall {
                grid.repeat((first, column), last)?;
            }
            hidden = looks.hidden.rows.into_iter().map(|row| row as usize + 1).collect();
        }
        Ok(Content { rows: grid.rows, hidden, struck: void })
    }
}

/// The rows of a sheet of the old kind.
fn legacy_grid(bytes: &[u8], sheet: &str, limits: &Limits) -> Result<Vec<TableRow>, Rejected> {
    caught("表格", || {
        let mut grid = Grid::new(limits.cells);
        let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| legacy_error(&error))?;
        let range = book.worksheet_range(sheet).map_err(|error| legacy_error(&error))?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let row = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(top);
            let column = u32::try_from(column).unwrap_or(u32::MAX).saturating_add(left);
            if let Data::Float(number) = value
                && let Some(text) = as_shown(&number.to_string(), "General", false)
            {
                grid.put((row, column), &Data::String(text))?;
                continue;
            }
            grid.put((row, column), value)?;
        }
        for merged in book.merge_cells_by_sheet_name(sheet).unwrap_or_default() {
            grid.repeat(merged.start, merged.end.0)?;
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

    /// Puts what is shown in place of what is kept in a cell that was put before.
    fn set(&mut self, (row, column): (u32, u32), text: String) {
        let number = row as usize + 1;
        if let Ok(at) = self.rows.binary_search_by_key(&number, |row| row.number)
            && let Some(cell) = self.rows[at].cells.get_mut(column as usize)
        {
            *cell = text;
        }
    }

    /// What was put in a cell.
    fn at(&self, (row, column): (u32, u32)) -> &str {
        let row = self.rows.binary_search_by_key(&(row as usize + 1), |row| row.number);
        row.ok().and_then(|at| self.rows[at].cells.get(column as usize)).map_or("", String::as_str)
    }

    /// Puts words in a cell that may not have been there.
    fn fill(&mut self, (row, column): (u32, u32), text: &str) -> Result<(), Rejected> {
        let (number, column) = (row as usize + 1, column as usize);
        let at = match self.rows.binary_search_by_key(&number, |row| row.number) {
            Ok(at) => at,
            Err(at) => {
                self.rows.insert(at, TableRow { number, cells: Vec::new() });
                at
            }
        };
        let cells = &mut self.rows[at].cells;
        let grown = (column + 1).saturating_sub(cells.len());
        self.room = self.room.checked_sub(grown).ok_or_else(|| Rejected::too_complex("表格"))?;
        cells.resize(cells.len() + grown, String::new());
        text.clone_into(&mut cells[column]);
        Ok(())
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
