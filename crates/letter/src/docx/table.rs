//! Tables: cells over several columns are one, over several rows they go on.

use std::fmt::Write as _;

use super::{escaped, paragraph, run};
use crate::paper::Align;
use crate::table::{Cell, Slot, Table, Uneven};

/// Columns from which on the letters are small.
const DENSE: usize = 6;

pub(super) fn side(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
    }
}

/// How wide each column is in twentieths of a point, `all` together.
fn widths(table: &Table, all: u32) -> Vec<u32> {
    let sum: u64 = table.widths.iter().map(|width| u64::from(*width)).sum::<u64>().max(1);
    let part = |width: &u32| u32::try_from(u64::from(*width) * u64::from(all) / sum).unwrap_or(all);
    table.widths.iter().map(part).collect()
}

/// The table, with what stands above it.
pub(super) fn table(table: &Table, all: u32) -> Result<String, Uneven> {
    let slots = table.slots()?;
    let widths = widths(table, all);
    let small = widths.len() > DENSE;
    let mut out = String::new();
    if !table.caption.is_empty() {
        let face = super::fixed::face("黑体");
        let caption = run(&format!("{face}<w:spacing w:val=\"0\"/><w:sz w:val=\"24\"/>"), &table.caption);
        out.push_str(&paragraph("", "<w:keepNext/><w:jc w:val=\"center\"/>", &caption));
    }
    let border = |side: &str| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>");
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"].map(border).concat();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>{borders}</w:tblBorders>\
         <w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"40\" w:type=\"dxa\"/><w:right w:w=\"40\" w:type=\"dxa\"/>\
         </w:tblCellMar>{}</w:tblPr><w:tblGrid>",
        widths.iter().sum::<u32>(),
        described(&table.caption)
    );
    for width in &widths {
        let _ = write!(out, "<w:gridCol w:w=\"{width}\"/>");
    }
    out.push_str("</w:tblGrid>");
    for (at, row) in slots.iter().enumerate() {
        let repeated = if at < table.head { "<w:tblHeader/>" } else { "" };
        let _ = write!(out, "<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>");
        for slot in row {
            out.push_str(&cell(slot, &widths, small));
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    // Two tables without anything between them would be one.
    out.push_str(&paragraph("", "<w:spacing w:line=\"120\" w:lineRule=\"exact\"/>", ""));
    Ok(out)
}

/// What screen readers are told of the table.
fn described(caption: &str) -> String {
    if caption.is_empty() { String::new() } else { format!("<w:tblCaption w:val=\"{}\"/>", escaped(caption)) }
}

fn cell(slot: &Slot<'_>, widths: &[u32], small: bool) -> String {
    let (Slot::Cell(cell, column) | Slot::Goes(cell, column)) = slot;
    let across = cell.across as usize;
    let width: u32 = widths.iter().skip(*column).take(across).sum();
    let span = if across > 1 { format!("<w:gridSpan w:val=\"{across}\"/>") } else { String::new() };
    let (merge, inside) = match slot {
        Slot::Cell(cell, _) => (if cell.down > 1 { "<w:vMerge w:val=\"restart\"/>" } else { "" }, words(cell, small)),
        Slot::Goes(..) => ("<w:vMerge/>", paragraph("Grid", "", "")),
    };
    format!(
        "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{span}{merge}<w:vAlign w:val=\"center\"/></w:tcPr>{inside}</w:tc>"
    )
}

fn words(cell: &Cell, small: bool) -> String {
    let bold = if cell.strong { "<w:b/><w:bCs/>" } else { "" };
    let size = if small { "<w:sz w:val=\"18\"/><w:szCs w:val=\"18\"/>" } else { "" };
    let align = format!("<w:jc w:val=\"{}\"/>", side(cell.align));
    paragraph("Grid", &align, &run(&format!("{bold}{size}"), &cell.text))
}
