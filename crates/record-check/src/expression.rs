//! Sums with signs over columns, as checks name them: `opening + added - repaid`; and their sides as a reader is told them.

use item::{Column, Decimal, Expression, Item, Type, Unit, Value};

use crate::Values;

/// A term of a sum: a column, and whether it is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) minus: bool,
    pub(crate) key: String,
    /// As printed, with the heads above it.
    pub(crate) label: String,
    pub(crate) unit: String,
    /// By how many tens its unit is above that of the side.
    tens: i32,
}

/// A sum, ready to be counted for many rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) terms: Vec<Term>,
    /// In which the sum is counted; may be empty.
    pub(crate) unit: String,
}

/// What became of a sum in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Nothing of it is filled.
    Empty,
    /// Empty cells beside filled ones count as nought.
    Is(Decimal),
    /// Beyond 28 digits.
    TooLarge,
}

/// The signs and names of an expression, as files of items are read; `None` when it is none.
pub(crate) fn terms(text: &str) -> Option<Vec<(bool, String)>> {
    let sum = Expression::parse(text).ok()?;
    Some(sum.terms.into_iter().map(|term| (term.minus, term.column)).collect())
}

/// The unit of a column's figures; empty for what is none.
pub(crate) fn unit(column: &Column) -> &str {
    match &column.typed {
        Type::Money { unit: Unit(unit), .. } | Type::Number { unit: Unit(unit), .. } => unit,
        Type::Ratio { .. } => "%",
        _ => "",
    }
}

/// How a column is named to a reader: its heads and its label.
pub(crate) fn named(item: &Item, key: &str) -> String {
    let Some(column) = item.column(key) else { return key.to_owned() };
    let mut heads: Vec<&str> = column.group.iter().map(String::as_str).collect();
    heads.push(&column.label);
    heads.join("·")
}

/// Tens of a unit of money over the yuan; `None` for other units.
fn tens(unit: &str) -> Option<i32> {
    match unit {
        "元" => Some(0),
        "千元" => Some(3),
        "万元" => Some(4),
        "亿元" => Some(8),
        _ => None,
    }
}

fn scaled(figure: Decimal, by: i32) -> Option<Decimal> {
    match by {
        0 => Some(figure),
        up if up > 0 => figure.checked_mul(Decimal::new(10_i64.pow(up.unsigned_abs()), 0)),
        down => figure.checked_mul(Decimal::new(1, down.unsigned_abs())),
    }
}

/// A figure in another unit, where both are of money; as it is otherwise. `None` beyond 28 digits.
pub(crate) fn converted(figure: Decimal, from: &str, to: &str) -> Option<Decimal> {
    scaled(figure, tens(from).zip(tens(to)).map_or(0, |(from, to)| from - to))
}

/// The figure in a cell.
pub(crate) fn figure(values: &Values, key: &str) -> Option<Decimal> {
    match values.get(key) {
        Some(Value::Number(figure)) => Some(*figure),
        _ => None,
    }
}

impl Sum {
    /// The sum, counted in `unit`, or in that of its first column.
    pub(crate) fn of(item: &Item, text: &str, wanted: Option<&str>) -> Option<Self> {
        let found = terms(text)?;
        let unit_of = |key: &str| item.column(key).map_or("", unit).to_owned();
        let whole = match wanted {
            Some(wanted) => wanted.to_owned(),
            None => unit_of(&found.first()?.1),
        };
        let terms = found.into_iter().map(|(minus, key)| {
            let own = unit_of(&key);
            let tens = tens(&own).zip(tens(&whole)).map_or(0, |(own, whole)| own - whole);
            Term { minus, label: named(item, &key), unit: own, tens, key }
        });
        Some(Self { terms: terms.collect(), unit: whole })
    }

    /// The column in which a breach of it shows.
    pub(crate) fn first(&self) -> String {
        self.terms.first().map(|term| term.key.clone()).unwrap_or_default()
    }

    pub(crate) fn count(&self, values: &Values) -> Counted {
        let mut sum: Option<Decimal> = None;
        for term in &self.terms {
            let Some(figure) = figure(values, &term.key) else { continue };
            let Some(figure) = scaled(figure, term.tens) else { return Counted::TooLarge };
            let before = sum.unwrap_or(Decimal::ZERO);
            let after = if term.minus { before.checked_sub(figure) } else { before.checked_add(figure) };
            let Some(after) = after else { return Counted::TooLarge };
            sum = Some(after);
        }
        sum.map_or(Counted::Empty, Counted::Is)
    }

    /// The cells with their figures, and what they come to: `“年初余额”32.5＋“新增”3.8＝36.3`.
    pub(crate) fn told(&self, values: &Values, sum: Decimal) -> String {
        let mut words = String::new();
        for (at, term) in self.terms.iter().enumerate() {
            match (at, term.minus) {
                (0, false) => {}
                (_, true) => words.push('－'),
                (_, false) => words.push('＋'),
            }
            let own = if term.unit == self.unit { "" } else { term.unit.as_str() };
            match figure(values, &term.key) {
                Some(figure) => words.push_str(&format!("“{}”{figure}{own}", term.label)),
                None => words.push_str(&format!("“{}”（空，按 0 计）", term.label)),
            }
        }
        if self.terms.len() > 1 || self.terms.iter().any(|term| term.minus) {
            words.push_str(&format!("＝{}", plain(sum)));
        }
        words
    }
}

/// A figure without noughts at its end.
pub(crate) fn plain(figure: Decimal) -> String {
    figure.normalize().to_string()
}

/// A tolerance as declared; what is no figure is none.
pub(crate) fn tolerance(text: &str) -> Decimal {
    text.trim().parse::<Decimal>().map_or(Decimal::ZERO, |figure| figure.abs())
}

/// How far apart two figures are; `None` beyond 28 digits.
pub(crate) fn apart(left: Decimal, right: Decimal) -> Option<Decimal> {
    left.checked_sub(right).map(|difference| difference.abs())
}

#[cfg(test)]
mod tests {
    use super::terms as read;

    #[test]
    fn sums_with_signs_are_read() {
        let owned = |minus, key: &str| (minus, key.to_owned());
        assert_eq!(read("a + b_2 - c"), Some(vec![owned(false, "a"), owned(false, "b_2"), owned(true, "c")]));
        assert_eq!(read("-a+b"), Some(vec![owned(true, "a"), owned(false, "b")]));
        let dashes = ["a – b", "a — b", "a － b", "a − b"];
        assert!(
            dashes.iter().all(|text| read(text) == Some(vec![owned(false, "a"), owned(true, "b")])),
            "as Word writes it"
        );
        for wrong in ["", "  ", "a + ", "a ++ b", "a * b", "+ +a"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
