//! Cells that are filled, and their forms for people and for files.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::cell::Months;
use crate::{Column, Type, cell};

/// A cell that is filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "t", content = "v")]
pub enum Value {
    /// Text, code, number of a document, place, link, file, period, point.
    Text(String),
    /// The code of a choice, or the words of another where the enumeration is open.
    Enum(String),
    Date(Date),
    /// In the unit of the column; exact, as text in files.
    Number(#[serde(with = "rust_decimal::serde::str")] Decimal),
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// `None` = an empty cell: empty; `-`, `—`, `/`, `无` where the column holds anything else than free text.
    pub value: Option<Value>,
    /// What was read into it, where that is not plain: a unit converted, full-width digits, a date in words.
    pub notes: Vec<String>,
}

/// Why a text is no value of a column, for the reader: what is wrong and what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(pub String);

/// A text as names are compared, whoever compares them: without white space, small letters, full width as half, one sort of
/// brackets.
pub fn as_name(text: &str) -> String {
    let narrow = |c: char| match c {
        '〔' | '［' | '【' => '[',
        '〕' | '］' | '】' => ']',
        other => other,
    };
    fold::fold(text).to_lowercase().chars().map(narrow).filter(|c| !c.is_whitespace()).collect()
}

impl Value {
    /// As a part of the name of a record is compared.
    pub fn as_name(&self) -> String {
        match self {
            Self::Text(text) | Self::Enum(text) => as_name(text),
            Self::Date(_) | Self::Number(_) => self.plain(),
        }
    }

    /// As files, the database and the interface hold it: figures without commas, days as `2026-03-05`, codes of choices.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Enum(text) => text.clone(),
            Self::Date(day) => day.to_string(),
            Self::Number(figure) => figure.normalize().to_string(),
        }
    }

    /// The value that [`Value::plain`] gave for this column; `None` where the text is none, such as after a change of the item.
    pub fn of_plain(column: &Column, text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        match &column.typed {
            Type::Enum { .. } => Some(Self::Enum(text.to_owned())),
            Type::Date { .. } => text.parse().ok().map(Self::Date),
            Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => {
                Decimal::from_str_exact(text).ok().map(|figure| Self::Number(figure.normalize()))
            }
            _ => Some(Self::Text(text.to_owned())),
        }
    }

    /// For people, without the unit, which stands in the head: thousands parted, 长期, the label of a choice, 2026年第一季度,
    /// percentages with their sign.
    pub fn shown(&self, column: &Column) -> String {
        match (self, &column.typed) {
            (Self::Number(figure), Type::Ratio { .. }) => format!("{}%", grouped(*figure, 0)),
            (Self::Number(figure), Type::Money { unit, places }) => {
                // cents are written in full: 12.50元
                let cents = unit.0.starts_with('元') && *places >= 2 && !figure.normalize().is_integer();
                grouped(*figure, if cents { 2 } else { 0 })
            }
            (Self::Number(figure), _) => grouped(*figure, 0),
            (Self::Date(day), Type::Date { long_term: Some(long) }) if day == long => "长期".to_owned(),
            (Self::Enum(code), Type::Enum { choices, .. }) => choices
                .iter()
                .find(|choice| choice.code == *code)
                .map_or_else(|| code.clone(), |choice| choice.label.clone()),
            (Self::Text(code), Type::Period) => Months::of_code(code).map_or_else(|| code.clone(), Months::shown),
            (Self::Text(place), Type::Place) => place.replace('/', " "),
            _ => self.plain(),
        }
    }

    /// As [`Value::shown`], with the unit after a figure: `1,239.80万元`.
    pub fn with_unit(&self, column: &Column) -> String {
        let shown = self.shown(column);
        match (self, &column.typed) {
            (Self::Number(_), Type::Money { unit, .. } | Type::Number { unit, .. }) => format!("{shown}{}", unit.0),
            _ => shown,
        }
    }

    /// The value with its middle replaced by signs, as [`crate::Privacy::mask`] asks; the same length as the value, so that two
    /// people stay two. Figures and days have no middle and are replaced whole.
    #[must_use]
    pub fn masked(&self, column: &Column) -> Self {
        match self {
            Self::Text(text) => Self::Text(mask(&column.typed, text)),
            Self::Enum(_) | Self::Date(_) | Self::Number(_) => Self::Text("***".to_owned()),
        }
    }

    /// The figure, if it is one.
    pub const fn figure(&self) -> Option<Decimal> {
        match self {
            Self::Number(figure) => Some(*figure),
            _ => None,
        }
    }

    /// The day, if it is one.
    pub const fn day(&self) -> Option<Date> {
        match self {
            Self::Date(day) => Some(*day),
            _ => None,
        }
    }
}

impl Column {
    /// A head with the unit of the column's figures: 金额（万元）; a head that was printed with it has it once.
    pub fn headed(&self, head: &str) -> String {
        let unit = self.unit();
        let printed = head.ends_with(&format!("（{unit}）")) || head.ends_with(&format!("({unit})"));
        if unit.is_empty() || printed { head.to_owned() } else { format!("{head}（{unit}）") }
    }

    /// Whether it holds figures, which are summed and compared.
    pub fn is_figure(&self) -> bool {
        cell::held(&self.typed).is_some()
    }

    /// The unit of its figures: 万元, 人, `%`; empty where it has none.
    pub fn unit(&self) -> &str {
        cell::held(&self.typed).map_or("", |held| held.unit)
    }
}

/// A figure with commas between thousands and at least so many decimals.
fn grouped(figure: Decimal, least: u32) -> String {
    let mut figure = figure.normalize();
    if figure.scale() < least {
        figure.rescale(least);
    }
    let text = figure.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let mut grouped = String::from(if figure.is_sign_negative() && !figure.is_zero() { "-" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

fn mask(typed: &Type, text: &str) -> String {
    if matches!(typed, Type::Phone) {
        let numbers: Vec<String> = text.split('、').map(|one| ends(one, 3, 4)).collect();
        return numbers.join("、");
    }
    match (typed, text.chars().count()) {
        // home and day of birth stand in the middle of identity numbers
        (Type::IdNumber, 0..=7) => ends(text, 1, 0),
        (Type::IdNumber, _) => ends(text, 3, 2),
        (_, 0..=2) => ends(text, 1, 0),
        (_, 3..=6) => ends(text, 1, 1),
        _ => ends(text, 2, 2),
    }
}

/// The first and last characters; what lies between, at least one, as signs.
fn ends(text: &str, first: usize, last: usize) -> String {
    let long = text.chars().count();
    let (first, last) = if first + last < long { (first, last) } else { (usize::from(long > 1), 0) };
    text.chars().enumerate().map(|(at, c)| if at < first || at + last >= long { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::column;
    use crate::{Choice, Filter, Unit};

    fn money(unit: &str) -> Column {
        column("sum", Type::Money { unit: Unit(unit.to_owned()), places: 6 }, Filter::None)
    }

    fn figure(text: &str) -> Value {
        Value::Number(Decimal::from_str_exact(text).unwrap())
    }

    #[test]
    fn people_see_figures_with_commas() {
        assert_eq!(figure("12345678.9").shown(&money("元")), "12,345,678.90");
        assert_eq!(figure("-1234.5").shown(&money("万元")), "-1,234.5");
        assert_eq!(figure("174.3228").with_unit(&money("亿元")), "174.3228亿元");
        assert_eq!(figure("100").with_unit(&money("元")), "100元");
        let ratio = Type::Ratio { places: 2, numerator: String::new(), denominator: String::new() };
        assert_eq!(figure("-5.20").shown(&column("rate", ratio, Filter::None)), "-5.2%");
    }

    #[test]
    fn words_stand_for_codes() {
        let long = Date::constant(2099, 12, 31);
        let until = column("until", Type::Date { long_term: Some(long) }, Filter::None);
        assert_eq!(Value::Date(long).shown(&until), "长期");
        assert_eq!(Value::Date(long).plain(), "2099-12-31");
        let choices = vec![Choice { code: "01".to_owned(), label: "普通".to_owned(), aliases: Vec::new() }];
        let kind = column("kind", Type::Enum { choices, open: true }, Filter::None);
        assert_eq!(Value::Enum("01".to_owned()).shown(&kind), "普通");
        assert_eq!(Value::Enum("其他-补办".to_owned()).shown(&kind), "其他-补办");
        let period = column("period", Type::Period, Filter::None);
        assert_eq!(Value::Text("2026-Q1".to_owned()).shown(&period), "2026年第一季度");
    }

    #[test]
    fn masks_leave_the_ends() {
        let masked =
            |typed: Type, text: &str| Value::Text(text.to_owned()).masked(&column("c", typed, Filter::None)).plain();
        let name = || Type::Text { max: 200 };
        assert_eq!(masked(name(), "演示"), "演*");
        assert_eq!(masked(name(), "演示人"), "演*人");
        assert_eq!(masked(name(), "演"), "*");
        assert_eq!(masked(Type::Phone, "00000000000、0000-8010001"), "000****0000、000*****0001");
        assert_eq!(masked(Type::IdNumber, "000000199601010062"), "000*************62");
        assert_eq!(figure("1").masked(&money("元")).plain(), "***");
    }

    #[test]
    fn files_hold_exact_decimals() {
        let value = figure("0.1234567890123456789");
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(json, r#"{"t":"number","v":"0.1234567890123456789"}"#);
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
        assert!(serde_json::from_str::<Value>(r#"{"t":"number","v":0.1}"#).is_err());
        assert_eq!(Value::of_plain(&money("元"), &value.plain()), Some(value));
    }
}
