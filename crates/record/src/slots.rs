//! Slots: which columns of the table hold the values of an item by which readers filter and sort. Derived from the item, never
//! stored: the columns that have a filter, and that by which lists are sorted, take the slots of their kind in the order of the
//! item. What is never public has none; what is masked has what readers see.
//!
//! A slot that an item uses is filled in every record of it, with [`NO_NUMBER`] or empty text where the record has no value: so
//! lists that sort by it lose nobody. A slot that it does not use is NULL, and its index does not grow.

pub use item::slots::folded;
use item::{Column, Decimal, Filter, Item, Type, Value};
use serde::{Deserialize, Serialize};

/// Stands in a slot of figures where a record has none: smaller than every figure.
pub const NO_NUMBER: i64 = i64::MIN;

/// Figures in slots are counted in millionths.
const MILLION: i64 = 1_000_000;

/// A slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// Folded text; from 0.
    Text(usize),
    /// Figures; from 0.
    Number(usize),
    /// Days; from 0.
    Day(usize),
    /// The three levels of a place.
    Place,
}

/// Expressions of the slots of text, for lists of the table `record r`.
pub(crate) const TEXTS: [&str; 8] = ["r.t1", "r.t2", "r.t3", "r.t4", "r.t5", "r.t6", "r.t7", "r.t8"];
/// Those of figures.
pub(crate) const NUMBERS: [&str; 8] = ["r.n1", "r.n2", "r.n3", "r.n4", "r.n5", "r.n6", "r.n7", "r.n8"];
/// Those of days.
pub(crate) const DAYS: [&str; 4] = ["r.d1", "r.d2", "r.d3", "r.d4"];
/// Those of places.
pub(crate) const PLACES: [&str; 3] = ["r.p1", "r.p2", "r.p3"];

/// All slots as the table names them.
pub(crate) const ALL: [&str; 23] = [
    "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "d1", "d2", "d3",
    "d4", "p1", "p2", "p3",
];

/// Which column has which slot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    by: Vec<(String, Slot)>,
    /// Columns with a filter for which no slot is left, by key: readers cannot ask for them.
    pub left_out: Vec<String>,
}

/// Value of a slot as it is bound.
pub(crate) type Filled = (&'static str, store::Value);

impl Layout {
    /// The layout of an item.
    pub fn of(item: &Item) -> Self {
        let mut layout = Self::default();
        let (mut texts, mut numbers, mut days, mut place) = (0, 0, 0, false);
        for column in &item.columns {
            if column.privacy.never_public || (column.filter == Filter::None && column.key != item.newest_by) {
                continue;
            }
            let slot = match column.typed {
                Type::Point | Type::File | Type::Link => continue,
                Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => {
                    numbers += 1;
                    (numbers <= NUMBERS.len()).then(|| Slot::Number(numbers - 1))
                }
                Type::Date { .. } => {
                    days += 1;
                    (days <= DAYS.len()).then(|| Slot::Day(days - 1))
                }
                Type::Place => {
                    let first = !std::mem::replace(&mut place, true);
                    first.then_some(Slot::Place)
                }
                _ => {
                    texts += 1;
                    (texts <= TEXTS.len()).then(|| Slot::Text(texts - 1))
                }
            };
            match slot {
                Some(slot) => layout.by.push((column.key.clone(), slot)),
                None => layout.left_out.push(column.key.clone()),
            }
        }
        layout
    }

    /// The slot of a column.
    pub fn slot(&self, key: &str) -> Option<Slot> {
        self.by.iter().find(|(known, _)| known == key).map(|(_, slot)| *slot)
    }

    /// Columns with their slots, in the order of the item.
    pub fn all(&self) -> impl Iterator<Item = (&str, Slot)> {
        self.by.iter().map(|(key, slot)| (key.as_str(), *slot))
    }

    /// The slots of a record whose public values are these, with the names of their columns in the table; the same names in the
    /// same order for every record of the item.
    pub(crate) fn filled<'v>(&self, value: impl Fn(&str) -> Option<&'v Value>) -> Vec<Filled> {
        let mut filled: Vec<Filled> = Vec::new();
        for (key, slot) in self.all() {
            let value = value(key);
            match slot {
                Slot::Text(at) => filled.push((bare(TEXTS[at]), text(value).into())),
                Slot::Number(at) => filled.push((bare(NUMBERS[at]), number(value).into())),
                Slot::Day(at) => filled.push((bare(DAYS[at]), day(value).into())),
                Slot::Place => {
                    let parts = places(&crate::values::opt_text(value));
                    filled.extend(PLACES.iter().zip(parts).map(|(name, part)| (bare(name), part.into())));
                }
            }
        }
        filled
    }
}

/// The name of a column without that of its table.
fn bare(name: &'static str) -> &'static str {
    name.strip_prefix("r.").unwrap_or(name)
}

fn text(value: Option<&Value>) -> String {
    folded(&crate::values::opt_text(value))
}

fn day(value: Option<&Value>) -> String {
    match value {
        Some(Value::Date(date)) => date.to_string(),
        _ => String::new(),
    }
}

fn number(value: Option<&Value>) -> i64 {
    match value {
        Some(Value::Number(number)) => millionths(*number),
        _ => NO_NUMBER,
    }
}

/// A figure in millionths; what is too large or too small for the slot is its end.
pub fn millionths(number: Decimal) -> i64 {
    let ends = if number.is_sign_negative() { NO_NUMBER + 1 } else { i64::MAX };
    let scaled = number.checked_mul(Decimal::from(MILLION)).map(|scaled| scaled.round());
    scaled.and_then(|scaled| i64::try_from(scaled).ok()).unwrap_or(ends)
}

/// County, township, village; empty where the text names fewer.
pub fn places(text: &str) -> [String; 3] {
    let mut parts = text.split('/').map(|part| folded(part.trim()));
    let mut next = || parts.next().unwrap_or_default();
    [next(), next(), next()]
}

/// Whether readers may ask for a column.
pub fn may_ask(item: &Item, column: &Column) -> bool {
    Layout::of(item).slot(&column.key).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_documents_are_found_however_they_are_written() {
        assert_eq!(folded("青环罚〔2026〕 12 号"), folded("青环罚[2026]12号"));
        assert_eq!(folded("ＡＢ－１"), "ab-1");
    }

    #[test]
    fn figures_are_exact_in_millionths() {
        assert_eq!(millionths("32.5340".parse().expect("a figure")), 32_534_000);
        assert_eq!(millionths("-0.000001".parse().expect("a figure")), -1);
        assert_eq!(millionths("99999999999999999999".parse().expect("a figure")), i64::MAX);
        assert!(millionths("-99999999999999999999".parse().expect("a figure")) > NO_NUMBER);
    }

    #[test]
    fn a_place_has_three_levels() {
        assert_eq!(places("青禾县/河口镇"), ["青禾县".to_owned(), "河口镇".to_owned(), String::new()]);
    }
}
