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

/// A price or standard of a column whose unit does not say per what, without what the sheet says of that (元/亩), which comes apart;
/// `None` where there is nothing of the kind, or the column's own name says another.
fn rate(column: &Column, text: &str, unit: Option<&str>) -> Option<((String, Option<String>), String)> {
    let Type::Money { unit: own, .. } = &column.typed else { return None };
    let is_rate = ["标准", "单价", "价格"].iter().any(|word| column.label.contains(word));
    if !is_rate || own.0.contains('/') {
        return None;
    }
    let parted = |said: &str| {
        let (before, per) = said.rsplit_once('/')?;
        let is_unit = !per.is_empty() && per.chars().count() <= 4 && !per.contains(|c: char| c.is_ascii_digit());
        (is_unit && before.ends_with('元')).then(|| (before.to_owned(), per.to_owned()))
    };
    let clean = plain::plain(text);
    let of_text = parted(&clean);
    let of_unit = unit.map(plain::plain).and_then(|unit| parted(&unit));
    let per = of_text.as_ref().or(of_unit.as_ref())?.1.clone();
    let label = fold::fold(&column.label);
    if label.contains("元/") && !label.contains(&format!("元/{per}")) {
        return None;
    }
    let text = of_text.map_or(clean, |(before, _)| before);
    let unit = of_unit.map(|(before, _)| before).or_else(|| unit.map(str::to_owned));
    Some(((text, unit), per))
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
        let Some((bare, per)) = rate(column, text, unit) else { return figure::parse(held, text, unit) };
        let (text, unit) = bare;
        let mut parsed = figure::parse(held, &text, unit.as_deref())?;
        if parsed.value.is_some() && !column.label.contains(&per) {
            parsed.notes.push(format!("是每{per}的金额"));
        }
        return Ok(parsed);
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
