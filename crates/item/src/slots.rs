//! Which column of an item lies in which typed slot of the table of records, so that it is filtered and sorted there.
//!
//! Derived from the item alone: the columns that have a filter, in the order of the item, and [`Item::newest_by`] wherever it
//! stands. A change of it means that the slots of the records which are there are filled anew: [`changed`].

use jiff::civil::Date;

use crate::{Column, Decimal, Filter, Item, Type, Value};

/// How many text slots there are: `t1` to `t8`.
pub const TEXTS: usize = 8;
/// `n1` to `n8`.
pub const NUMBERS: usize = 8;
/// `d1` to `d4`.
pub const DAYS: usize = 4;
/// Decimals that a number slot holds: it is the figure times 10^6 as an integer.
pub const PLACES: u32 = 6;

/// Characters of a text that a slot holds.
pub const LONGEST: usize = 120;

/// A text as slots hold it: as names are compared ([`crate::as_name`]), cut.
pub fn folded(text: &str) -> String {
    crate::as_name(text).chars().take(LONGEST).collect()
}

/// A slot, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    Text(u8),
    Number(u8),
    Day(u8),
    /// All three places at once: county, township, village.
    Place,
}

impl Slot {
    /// The name of its column in the table of records; of [`Slot::Place`] the outermost.
    pub const fn name(self) -> &'static str {
        const TEXT: [&str; TEXTS] = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"];
        const NUMBER: [&str; NUMBERS] = ["n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"];
        const DAY: [&str; DAYS] = ["d1", "d2", "d3", "d4"];
        match self {
            Self::Text(n) => TEXT[n as usize - 1],
            Self::Number(n) => NUMBER[n as usize - 1],
            Self::Day(n) => DAY[n as usize - 1],
            Self::Place => "p1",
        }
    }
}

/// What lies in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slotted {
    Text(String),
    /// The figure × 10^6.
    Number(i64),
    Day(Date),
    /// County, township, village; empty where it is not said.
    Place([String; 3]),
}

/// Which sort of slot a type takes; `None` = it is neither filtered nor sorted.
fn sort(typed: &Type) -> Option<Slot> {
    match typed {
        Type::Text { .. }
        | Type::Long { .. }
        | Type::Enum { .. }
        | Type::Period
        | Type::CreditCode
        | Type::IdNumber
        | Type::Phone => Some(Slot::Text(1)),
        Type::Date { .. } => Some(Slot::Day(1)),
        Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => Some(Slot::Number(1)),
        Type::Place => Some(Slot::Place),
        Type::Point | Type::File | Type::Link => None,
    }
}

/// Whether a column has need of a slot. What is never public has none: it lies apart.
pub fn wants(item: &Item, column: &Column) -> bool {
    !column.privacy.never_public && (column.filter != Filter::None || column.key == item.newest_by)
}

/// The slots of an item by the keys of its columns, in their order. Columns beyond the number of slots have none; the check of
/// the file refuses them.
pub fn slots(item: &Item) -> Vec<(&str, Slot)> {
    let (mut texts, mut numbers, mut days, mut places) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut found = Vec::new();
    for column in item.columns.iter().filter(|column| wants(item, column)) {
        let (used, most) = match sort(&column.typed) {
            None => continue,
            Some(Slot::Text(_)) => (&mut texts, TEXTS),
            Some(Slot::Number(_)) => (&mut numbers, NUMBERS),
            Some(Slot::Day(_)) => (&mut days, DAYS),
            Some(Slot::Place) => (&mut places, 1),
        };
        if *used == most {
            continue;
        }
        *used += 1;
        let n = u8::try_from(*used).unwrap_or(u8::MAX);
        let slot = match sort(&column.typed) {
            Some(Slot::Number(_)) => Slot::Number(n),
            Some(Slot::Day(_)) => Slot::Day(n),
            Some(Slot::Place) => Slot::Place,
            _ => Slot::Text(n),
        };
        found.push((column.key.as_str(), slot));
    }
    found
}

/// The slot of a column.
pub fn slot(item: &Item, key: &str) -> Option<Slot> {
    slots(item).into_iter().find(|(column, _)| *column == key).map(|(_, slot)| slot)
}

/// Whether the slots of the records of `old` have to be filled anew under `new`.
pub fn changed(old: &Item, new: &Item) -> bool {
    slots(old) != slots(new)
}

/// What of a value lies in its slot; `None` where it is of another sort than the slot.
pub fn fill(slot: Slot, value: &Value) -> Option<Slotted> {
    match (slot, value) {
        (Slot::Text(_), Value::Text(text) | Value::Enum(text)) => Some(Slotted::Text(text.clone())),
        (Slot::Number(_), Value::Number(figure)) => number(*figure).map(Slotted::Number),
        (Slot::Day(_), Value::Date(day)) => Some(Slotted::Day(*day)),
        (Slot::Place, Value::Text(text)) => {
            let mut parts = text.split('/').map(|part| part.trim().to_owned());
            let mut next = || parts.next().unwrap_or_default();
            Some(Slotted::Place([next(), next(), next()]))
        }
        _ => None,
    }
}

/// A figure as a number slot holds it; `None` where it has more decimals or is larger than a slot holds.
pub fn number(figure: Decimal) -> Option<i64> {
    let figure = figure.normalize();
    let more = PLACES.checked_sub(figure.scale())?;
    i64::try_from(figure.mantissa().checked_mul(10_i128.pow(more))?).ok()
}

/// The figure of a number slot.
pub fn figure(number: i64) -> Decimal {
    Decimal::new(number, PLACES).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{column, item};

    #[test]
    fn slots_follow_the_order_of_the_columns() {
        let mut item = item();
        item.columns = vec![
            column("name", Type::Text { max: 200 }, Filter::Text),
            column("note", Type::Text { max: 200 }, Filter::None),
            column("sum", Type::Money { unit: crate::Unit("元".to_owned()), places: 2 }, Filter::Range),
            column("decided", Type::Date { long_term: None }, Filter::None),
            column("kind", Type::Enum { choices: Vec::new(), open: true }, Filter::Exact),
            column("place", Type::Place, Filter::Place),
        ];
        item.newest_by = "decided".to_owned();
        let expected = [
            ("name", Slot::Text(1)),
            ("sum", Slot::Number(1)),
            ("decided", Slot::Day(1)),
            ("kind", Slot::Text(2)),
            ("place", Slot::Place),
        ];
        assert_eq!(slots(&item), expected);
        assert_eq!(slot(&item, "kind").map(Slot::name), Some("t2"));
        let mut other = item.clone();
        other.columns[0].filter = Filter::Exact;
        assert!(!changed(&item, &other));
        other.columns[1].filter = Filter::Text;
        assert!(changed(&item, &other));
        other.columns[1].privacy.never_public = true;
        assert!(!changed(&item, &other));
    }

    #[test]
    fn there_are_no_more_than_eight_of_a_sort() {
        let mut item = item();
        item.columns = (0..9).map(|n| column(&format!("c{n}"), Type::Text { max: 9 }, Filter::Exact)).collect();
        assert_eq!(slots(&item).len(), TEXTS);
        assert_eq!(slot(&item, "c8"), None);
    }

    #[test]
    fn figures_keep_six_decimals() {
        assert_eq!(number(Decimal::new(-12_345, 4)), Some(-1_234_500));
        assert_eq!(figure(-1_234_500), Decimal::new(-12_345, 4));
        assert_eq!(number(Decimal::new(1, 7)), None);
        assert_eq!(number(Decimal::new(i64::MAX, 0)), None);
    }

    #[test]
    fn a_place_fills_three_slots() {
        let place = fill(Slot::Place, &Value::Text("青禾县/城关镇".to_owned()));
        let parts = ["青禾县".to_owned(), "城关镇".to_owned(), String::new()];
        assert_eq!(place, Some(Slotted::Place(parts)));
    }
}
