//! What was read of a workbook as the reader of yearly reports takes it.

use annual_report::sheets::{Grid, Line};
use documents::{Extracted, Format, Part, rows_of};

/// The sheets of a workbook or CSV, cell by cell; hidden cells are left out, since nobody has published them.
///
/// # Errors
/// In words for people: the file is none.
pub fn grids(file: &Extracted) -> Result<Vec<Grid>, String> {
    if !matches!(file.format, Format::Xlsx | Format::Xls | Format::Csv) {
        return Err(format!(
            "这是{}，不是表格。请把年报的三张表存为 .xlsx 再核对；也可以用 JSON。",
            file.format.name()
        ));
    }
    let shown: Vec<Part> = file.parts.iter().filter(|part| !part.place.ends_with(" (hidden)")).cloned().collect();
    let sheet = |table: documents::Rows| {
        let name = table.places.first().and_then(|place| place.split('"').nth(1)).unwrap_or_default().to_owned();
        let line = |(number, cells): (u32, Vec<(u32, String)>)| Line { number, cells };
        Grid { name, lines: table.numbers.into_iter().zip(table.rows).map(line).collect() }
    };
    Ok(rows_of(&shown).into_iter().map(sheet).collect())
}

/// Whether cells were left out as hidden, in a sentence.
pub fn hidden_note(file: &Extracted) -> Option<String> {
    let hidden = file.parts.iter().any(|part| part.place.ends_with(" (hidden)"));
    hidden.then(|| "表格里有隐藏的单元格，没有读入。".to_owned())
}
