//! A form of one record: what was typed becomes typed values, or errors at its fields.

use std::collections::BTreeMap;

use item::{Item, parse};
use web::FormErrors;

use crate::{
    values::{self, Values},
    write::NewRow,
};

/// What was read of a form.
#[derive(Debug, Clone, Default)]
pub struct Read {
    pub row: NewRow,
    /// What was read into a field where that is not plain, by the key of its column.
    pub notes: BTreeMap<String, Vec<String>>,
}

/// Reads the fields of a form, named by the keys of the item's columns; others are left alone. The rules of the item are
/// asked when
/// the record is entered.
///
/// # Errors
/// What is no value of its column, and what must be filled in, at the key of the column.
pub fn read(item: &Item, typed: &BTreeMap<String, String>) -> Result<Read, FormErrors> {
    let mut errors = FormErrors::new();
    let mut read = Read { row: NewRow { number: 1, ..NewRow::default() }, ..Read::default() };
    for column in &item.columns {
        let text = typed.get(&column.key).map_or("", |text| text.trim());
        match parse(column, text, None) {
            Ok(parsed) => {
                if let Some(value) = parsed.value {
                    read.row.values.insert(column.key.clone(), value);
                } else if column.required {
                    errors.add(&column.key, format!("请填写{}。{}", column.label, column.hint));
                }
                if !parsed.notes.is_empty() {
                    read.notes.insert(column.key.clone(), parsed.notes);
                }
            }
            Err(problem) => errors.add(&column.key, problem.0),
        }
    }
    if errors.is_empty() { Ok(read) } else { Err(errors) }
}

/// The values of a record as a form shows them for a change.
pub fn typed(item: &Item, values: &Values) -> BTreeMap<String, String> {
    let text = |key: &str| values.get(key).map(values::text_of).unwrap_or_default();
    item.columns.iter().map(|column| (column.key.clone(), text(&column.key))).collect()
}
