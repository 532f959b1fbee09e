//! What people type into the fields of a question, as it is asked of a column.

use item::{Column, Decimal, Filter, Type};
use jiff::civil::Date;
use kernel::time;
use web::FormErrors;

use crate::query::Asked;

pub(crate) const NO_DAY: &str = "日期读不懂，请写成 2026-03-05。";
pub(crate) const NO_FIGURE: &str = "请只填数字，例如 1200.50。";

/// What stands behind the key of a column in an address for the ends of a range.
pub(crate) const FROM_END: &str = ".from";
pub(crate) const TO_END: &str = ".to";

/// Whether a text is written as a period: `2026`, `2026-Q1`.
pub(crate) fn is_period(text: &str) -> bool {
    text.is_ascii() && text.len() >= 4 && text.bytes().take(4).all(|c| c.is_ascii_digit())
}

/// The two ends of a range, where one was typed and the column has ranges.
pub(crate) fn range(
    column: &Column,
    (from, to): (Option<&str>, Option<&str>),
    errors: &mut FormErrors,
) -> Option<Asked> {
    if from.is_none() && to.is_none() {
        return None;
    }
    let names = [format!("{}{FROM_END}", column.key), format!("{}{TO_END}", column.key)];
    match column.typed {
        Type::Date { .. } => {
            let mut day = |text: Option<&str>, name: &str, last: bool| {
                let day = text.and_then(|text| day_of(text, last));
                errors.require(text.is_none() || day.is_some(), name, NO_DAY);
                day
            };
            Some(Asked::Days(day(from, &names[0], false), day(to, &names[1], true)))
        }
        Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => {
            let mut figure = |text: Option<&str>, name: &str| {
                let figure = text.and_then(|text| fold::fold(text).replace(',', "").trim().parse::<Decimal>().ok());
                errors.require(text.is_none() || figure.is_some(), name, NO_FIGURE);
                figure
            };
            Some(Asked::Between(figure(from, &names[0]), figure(to, &names[1])))
        }
        _ => None,
    }
}

/// The day that was typed; of a month or a year its first or its last one: 2016, 2016年, 2016-03, 2016年3月.
fn day_of(typed: &str, last: bool) -> Option<Date> {
    if let Some(day) = time::parse_date(typed) {
        return Some(day);
    }
    let plain = fold::fold(typed).replace(['年', '月', '.', '/'], "-");
    let plain = plain.trim().trim_end_matches('-');
    let (year, month) = match plain.split_once('-') {
        Some((year, month)) => (year, month.trim().parse().ok()?),
        None => (plain, if last { 12 } else { 1 }),
    };
    let year = year.trim().parse().ok().filter(|year| (1900..=2199).contains(year))?;
    let first = Date::new(year, month, 1).ok()?;
    Some(if last { first.last_of_month() } else { first })
}

/// One text for a column, by its filter; `None` where it is no day or figure and the column holds those.
pub(crate) fn whole(column: &Column, typed: &str) -> Option<Asked> {
    match (&column.typed, column.filter) {
        (Type::Place, _) => Some(Asked::Below(typed.to_owned())),
        (Type::Enum { choices, .. }, _) => {
            let known = choices.iter().find(|choice| choice.code == typed || choice.label == typed);
            Some(Asked::Is(known.map_or_else(|| typed.to_owned(), |choice| choice.code.clone())))
        }
        (Type::Date { .. }, _) => Some(Asked::Days(Some(day_of(typed, false)?), Some(day_of(typed, true)?))),
        (Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. }, _) => {
            let figure = fold::fold(typed).replace(',', "").trim().parse::<Decimal>().ok()?;
            Some(Asked::Between(Some(figure), Some(figure)))
        }
        (_, Filter::Text) => Some(Asked::Has(typed.to_owned())),
        _ => Some(Asked::Is(typed.to_owned())),
    }
}
