//! Tables put together again from the places of their cells and rows: what a column says of its cells cannot be seen in a cell.

use std::collections::BTreeMap;

use crate::Part;

/// A table of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// Where each row is told: the sheet, or the row itself, as [`crate::Extracted::parts`] calls places.
    pub places: Vec<String>,
    /// The number of each row in its table, from 1, as spreadsheets show it.
    pub numbers: Vec<u32>,
    /// The filled cells of each row by their columns, counted from 0.
    pub rows: Vec<Vec<(u32, String)>>,
}

/// The rows of a table by their numbers: where each is told, and its cells by their columns.
type Lines = BTreeMap<u32, (String, BTreeMap<u32, String>)>;

/// The tables among the places of a file, hidden cells included, in the order of the file: sheets, tables of documents,
/// rows of CSV.
pub fn rows_of(parts: &[Part]) -> Vec<Rows> {
    let mut order: Vec<&str> = Vec::new();
    let mut tables: BTreeMap<&str, Lines> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.unread.is_none()) {
        let place = part.place.strip_suffix(" (hidden)").unwrap_or(&part.place);
        let Some((before, last)) = place.rsplit_once(' ') else { continue };
        if before.ends_with('"') && before.contains("sheet \"") {
            let Some((column, row)) = cell(last) else { continue };
            if !tables.contains_key(before) {
                order.push(before);
            }
            let line =
                tables.entry(before).or_default().entry(row).or_insert_with(|| (before.to_owned(), BTreeMap::new()));
            line.1.entry(column).or_insert_with(|| part.text.clone());
        } else if (before == "row" || before.ends_with(" row"))
            && let Ok(row) = last.parse::<u32>()
        {
            if !tables.contains_key(before) {
                order.push(before);
            }
            let cells = || (0..).zip(part.text.split('\t').map(|text| text.trim().to_owned()));
            let line = || (place.to_owned(), cells().filter(|(_, text)| !text.is_empty()).collect());
            // What else is told at the row is joined from several.
            tables.entry(before).or_default().entry(row).or_insert_with(line);
        }
    }
    let mut found = Vec::new();
    for name in order {
        let Some(table) = tables.remove(name) else { continue };
        let mut one = Rows { places: Vec::new(), numbers: Vec::new(), rows: Vec::new() };
        for (number, (place, cells)) in table {
            one.places.push(place);
            one.numbers.push(number);
            one.rows.push(cells.into_iter().collect());
        }
        found.push(one);
    }
    found
}

/// `C12` as column and row.
fn cell(name: &str) -> Option<(u32, u32)> {
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = name[..letters].bytes().fold(0, |sum, letter| sum * 26 + u32::from(letter - b'A') + 1);
    Some((column - 1, name[letters..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_rows_are_tables_again() {
        let mut parts = Vec::new();
        for (place, text) in [
            ("body", "名单"),
            ("sheet \"名单\" name", "名单"),
            ("sheet \"名单\" A1", "序号"),
            ("sheet \"名单\" C1", "姓名"),
            ("sheet \"名单\" C2 (hidden)", "甲乙"),
            ("sheet \"名单\" A1:B9", "joined"),
            ("table 2 row 1", "姓名\t\t电话"),
            ("table 2 row 2", "甲乙\t\t略"),
            ("table 2 row 2", "joined"),
            ("row 3", "姓名\t略"),
        ] {
            Part::push(&mut parts, place, text);
        }
        let cells = |all: &[(u32, &str)]| all.iter().map(|(at, text)| (*at, (*text).to_owned())).collect::<Vec<_>>();
        let found = rows_of(&parts);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].rows, [cells(&[(0, "序号"), (2, "姓名")]), cells(&[(2, "甲乙")])]);
        assert_eq!(found[0].numbers, [1, 2]);
        assert_eq!(found[0].places, ["sheet \"名单\"", "sheet \"名单\""]);
        assert_eq!(found[1].rows, [cells(&[(0, "姓名"), (2, "电话")]), cells(&[(0, "甲乙"), (2, "略")])]);
        assert_eq!((found[2].places[0].as_str(), found[2].rows.len()), ("row 3", 1));
    }
}
