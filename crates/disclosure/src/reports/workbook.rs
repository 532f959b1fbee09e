//! A report as a workbook in the official layout: to be kept, or to be filled in and brought back.

use annual_report::{
    Report, Value,
    layout::{self, Laid, Placed},
};
use documents::{
    Rejected,
    tables::{Cell, LaidCell, LaidSheet, write_laid},
};

/// The three tables, a sheet each, under a title that names organ and year.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(report: &Report) -> Result<Vec<u8>, Rejected> {
    let sheets: Vec<LaidSheet> = layout::tables(report).into_iter().map(sheet).collect();
    let year = report.year.map_or_else(String::new, |year| format!("{year}年"));
    let title = LaidSheet {
        name: "年报".to_owned(),
        title: format!("{}{year}政府信息公开工作年度报告", report.organ),
        width: 2,
        rows: vec![
            vec![words("填报单位", true), words(&report.organ, false)],
            vec![words("年度", true), words(&year, false)],
        ],
        widths: vec![14.0, 60.0],
    };
    let all: Vec<LaidSheet> = std::iter::once(title).chain(sheets).collect();
    write_laid(&all)
}

fn words(text: &str, is_head: bool) -> LaidCell {
    LaidCell { value: Cell::from(text), is_head, rows: 1, columns: 1 }
}

fn sheet(laid: Laid) -> LaidSheet {
    let widths = match laid.width {
        10 => vec![8.0, 14.0, 46.0],
        15 => vec![9.0; 15],
        _ => vec![30.0, 20.0, 20.0, 20.0],
    };
    LaidSheet {
        name: laid.name.to_owned(),
        title: laid.title.to_owned(),
        width: laid.width,
        rows: laid.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        widths,
    }
}

fn cell(placed: &Placed) -> LaidCell {
    let value = match placed.as_field().map(|field| (field.cell.value, field.cell.printed.as_str())) {
        // A number that is written as one can be reckoned with; signs and units stay words.
        Some((Value::Number(number, None), printed)) if printed == number.to_string() => Cell::Number(number.to_f64()),
        _ => Cell::from(placed.text.as_str()),
    };
    LaidCell { value, is_head: placed.is_head(), rows: placed.rows, columns: placed.columns }
}
