//! What whoever imports sees before anything is saved: what was taken for the whole table, and the first rows as readers
//! will see them.

use std::collections::BTreeSet;

use item::{Column, Item};
use jiff::civil::Date;

use super::Sample;
use crate::{
    values::{self, Values},
    write::NewRow,
};

/// Rows of a sample.
const ROWS: usize = 5;

/// The first rows as readers will see them: without what is never public, masked where the item says so.
pub(super) fn of(item: &Item, rows: &[NewRow], today: Date) -> Sample {
    let split: Vec<(u32, values::Data)> = rows
        .iter()
        .take(ROWS)
        .map(|row| (row.number, values::split(item, &row.values, &row.more, today).data))
        .collect();
    let is_filled = |column: &&Column| split.iter().any(|(_, data)| !data.get(&column.key).is_empty());
    let columns: Vec<&Column> = item.columns.iter().filter(is_filled).collect();
    // What is published beside the columns of the item is shown with them.
    let more: BTreeSet<&str> = split.iter().flat_map(|(_, data)| data.more.keys().map(String::as_str)).collect();
    let texts = |data: &values::Data| -> Vec<String> {
        let added = more.iter().map(|head| data.more.get(*head).cloned().unwrap_or_default());
        columns.iter().map(|column| data.shown(column)).chain(added).collect()
    };
    let added = more.iter().map(|head| format!("{head}（其他列）"));
    Sample {
        heads: columns.iter().map(|column| named(column)).chain(added).collect(),
        rows: split.iter().map(|(number, data)| (*number, texts(data))).collect(),
    }
}

/// A column with its groups, and its unit where its name does not say it.
fn named(column: &Column) -> String {
    let words: Vec<&str> = column.group.iter().chain([&column.label]).map(String::as_str).collect();
    let words = words.join("·");
    let unit = column.unit();
    if unit.is_empty() || column.label.contains(unit) { words } else { format!("{words}（{unit}）") }
}

/// What holds for every row, with the names of its columns.
pub(super) fn taken(item: &Item, beside: &Values) -> Vec<(String, String)> {
    let told = |column: &Column| {
        let value = beside.get(&column.key)?;
        let is_open = !column.privacy.never_public && !column.privacy.mask && !column.hides_names();
        is_open.then(|| (column.label.clone(), values::shown(column, &values::text_of(value))))
    };
    item.columns.iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_beside_the_columns_is_seen_before_it_is_saved() {
        let item = item::boxed().iter().find(|item| item.key.as_str() == "subsidy").expect("in the box");
        let mut row = NewRow { number: 3, ..NewRow::default() };
        let column = item.column("project").expect("a column");
        row.values.extend(values::value_of(column, "购机").map(|value| ("project".to_owned(), value)));
        row.more.insert("型号".to_owned(), "甲".to_owned());
        let sample = of(item, &[row], Date::constant(2026, 11, 30));
        assert_eq!(sample.heads.last().map(String::as_str), Some("型号（其他列）"));
        assert_eq!(sample.rows, [(3, vec!["购机".to_owned(), "甲".to_owned()])]);
    }
}
