//! Cells of real sheets become typed values.

mod capital;
mod code;
mod date;
mod figure;
mod period;
mod plain;
#[cfg(test)]
mod tests;
mod unit;
mod words;

pub use code::{credit_code_checks, id_number_checks};
pub use period::{period_before, period_days};

pub(crate) use figure::{Held, Sort};
pub(crate) use period::Months;
pub(crate) use unit::{between, yuan};
pub(crate) use words::folded;

use crate::{Column, Parsed, Problem, Type};

/// How a column holds figures; `None` where it holds none.
pub(crate) fn held(typed: &Type) -> Option<Held<'_>> {
    match typed {
        Type::Money { unit, places } => Some(Held { unit: &unit.0, places: *places, sort: Sort::Money }),
        Type::Number { unit, places } => Some(Held { unit: &unit.0, places: *places, sort: Sort::Number }),
        Type::Ratio { places, .. } => Some(Held { unit: "%", places: *places, sort: Sort::Ratio }),
        _ => None,
    }
}

/// The value of a text in a column. `unit` is what the sheet says for the whole table above its head (单位：万元); the unit in the
/// cell, then that in the head, then this one counts, and the value comes in the unit of the column.
///
/// Whether a required column is empty is a check, not a matter of one cell.
///
/// # Errors
/// A [`Problem`] when the text is no such value.
pub fn parse(column: &Column, text: &str, unit: Option<&str>) -> Result<Parsed, Problem> {
    let text = plain::unguarded(text);
    if let Some(held) = held(&column.typed) {
        return figure::parse(held, text, unit);
    }
    match &column.typed {
        Type::Text { max } => words::line(*max, text),
        Type::Long { max } => words::long(*max, text),
        Type::Enum { choices, open } => words::choice(choices, *open, text),
        Type::Date { long_term } => date::parse(*long_term, text),
        Type::Period => period::parse(text),
        Type::CreditCode => code::credit_code(text),
        Type::IdNumber => code::id_number(text),
        Type::Phone => code::phone(text),
        Type::Place => words::place(text),
        Type::Point => words::point(text),
        Type::File => words::file(text),
        Type::Link => words::link(text),
        // figures are read above
        Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => words::line(u32::MAX, text),
    }
}
