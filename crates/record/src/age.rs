//! How old the person of a record was when it was decided: records about minors are not public (未成年人保护法 Art. 103).

use item::{Column, Item, Type, Value};
use jiff::civil::Date;
use record_check::Values;

use crate::values::{day_of, is_of_person};

/// Age at which a person is no minor any more, in years (民法典 Art. 17).
const ADULT: i16 = 18;

/// What a record says of the age of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Under 18 on the day of the decision (未成年人保护法 Art. 2), by whichever of its columns.
    Minor,
    Adult,
    /// Nothing in it tells.
    Untold,
}

/// What a record says of the age of its person: the answer to the question, a birthday, the birthday in the number of an identity
/// document. One of them that says minor is enough.
pub fn age(item: &Item, values: &Values, today: Date) -> Age {
    let on = day_of(item, values).map_or(today, |day| day.min(today));
    let mut said = Age::Untold;
    for column in item.columns.iter().filter(|column| column.privacy.minor) {
        let is_minor = match values.get(&column.key) {
            Some(Value::Enum(code)) => code == "minor",
            Some(Value::Date(born)) => is_minor(*born, on),
            _ => continue,
        };
        if is_minor {
            return Age::Minor;
        }
        said = Age::Adult;
    }
    if !is_of_person(item, values) {
        return said;
    }
    for column in item.columns.iter().filter(|column| is_own_number(column)) {
        let Some(Value::Text(number)) = values.get(&column.key) else { continue };
        let Some(born) = item::personal::birthday(number) else { continue };
        if is_minor(born, on) {
            return Age::Minor;
        }
        said = Age::Adult;
    }
    said
}

/// Whether a column holds the number of the record's person: not that of who represents a firm or a child.
fn is_own_number(column: &Column) -> bool {
    const OTHERS: [&str; 6] = ["代表", "负责人", "代理", "经办", "监护", "联系人"];
    column.typed == Type::IdNumber && !OTHERS.iter().any(|word| column.label.contains(*word))
}

/// Whether who was born on this day is a minor on that day.
fn is_minor(born: Date, today: Date) -> bool {
    let years = today.year() - born.year();
    years < ADULT || (years == ADULT && (today.month(), today.day()) < (born.month(), born.day()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::values::split;

    /// An item of the box.
    fn boxed(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    fn values(all: &[(&str, Value)]) -> Values {
        all.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    fn words(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn choice(code: &str) -> Value {
        Value::Enum(code.to_owned())
    }

    #[test]
    fn a_minor_is_told_by_the_identity_number_on_the_day_of_the_decision() {
        let (item, today) = (boxed("penalty"), Date::constant(2026, 11, 30));
        let of = |number: &str, decided: Date| {
            let row = values(&[
                ("counterpart", words("刘小强")),
                ("counterpart_kind", choice("02")),
                ("person_id", words(number)),
                ("decided_on", Value::Date(decided)),
            ]);
            (age(item, &row, today), split(item, &row, &BTreeMap::new(), today).closed)
        };
        let decided = Date::constant(2026, 11, 20);
        // The check digit of the first is wrong: it is somebody's all the same.
        assert_eq!(of("330106201203077513", decided), (Age::Minor, true));
        assert_eq!(of("33010620120307751X", decided), (Age::Minor, true));
        assert_eq!(of("11010519491231002X", decided), (Age::Adult, false));
        assert_eq!(of("E12345678", decided), (Age::Untold, false));
        // Eighteen since: a minor when it was decided.
        assert_eq!(of("330106200811250010", decided), (Age::Minor, true));
        assert_eq!(of("330106200811190010", decided), (Age::Adult, false));
    }

    #[test]
    fn an_answer_does_not_undo_what_the_number_says_and_a_firm_has_no_age() {
        let (item, today) = (boxed("penalty"), Date::constant(2026, 11, 30));
        let mut row = values(&[
            ("counterpart_kind", choice("02")),
            ("person_id", words("33010620120307751X")),
            ("person_minor", choice("adult")),
        ]);
        assert_eq!(age(item, &row, today), Age::Minor);
        row.insert("counterpart_kind".to_owned(), choice("01"));
        row.remove("person_minor");
        assert_eq!(age(item, &row, today), Age::Untold);
        // Its code is a person's number, whatever the column is called.
        let row = values(&[("credit_code", words("11010519491231002X"))]);
        assert!(is_of_person(boxed("coercion"), &row));
    }

    #[test]
    fn who_is_eighteen_is_no_minor() {
        let today = Date::constant(2026, 3, 5);
        assert!(is_minor(Date::constant(2008, 3, 6), today));
        assert!(!is_minor(Date::constant(2008, 3, 5), today));
    }
}
