//! Sums with signs, as checks and formula letters have them: `expense_basic + expense_project - returned`.

use std::fmt;

use crate::{Decimal, Problem};

/// One column of a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it is taken away.
    pub minus: bool,
    /// The key of the column, or its letter.
    pub column: String,
}

/// A sum of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// In the order as written; at least one.
    pub terms: Vec<Term>,
}

impl Expression {
    /// The sum that a text says; full-width signs count as plain ones.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text: String = text.chars().map(sign).collect();
        let mut terms = Vec::new();
        let mut minus = false;
        let mut rest = text.trim();
        if let Some(after) = rest.strip_prefix('-') {
            (minus, rest) = (true, after.trim_start());
        }
        loop {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() {
                return Err(Problem(format!("“{}”不是算式。请写成 a + b - c，每一项是一列的标识", text.trim())));
            }
            terms.push(Term { minus, column: name.to_owned() });
            rest = after.trim_start();
            minus = match rest.chars().next() {
                None => return Ok(Self { terms }),
                Some('+') => false,
                Some('-') => true,
                Some(c) => {
                    return Err(Problem(format!("算式“{}”里的“{c}”看不懂：只能用 + 和 - 连接各列", text.trim())));
                }
            };
            rest = rest[1..].trim_start();
        }
    }

    /// The keys of its columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.column.as_str())
    }

    /// Its sum, exact; a column without a figure counts as nought. `None` when none of them has one, or beyond what a decimal
    /// holds.
    pub fn sum(&self, figure: impl Fn(&str) -> Option<Decimal>) -> Option<Decimal> {
        let mut sum = None;
        for term in &self.terms {
            let Some(value) = figure(&term.column) else { continue };
            let before: Decimal = sum.unwrap_or_default();
            sum = Some(if term.minus { before.checked_sub(value)? } else { before.checked_add(value)? });
        }
        sum
    }
}

fn sign(c: char) -> char {
    match fold::character(c) {
        '\u{2212}' | '\u{2013}' | '\u{2014}' => '-',
        c => c,
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            match (at, term.minus) {
                (0, false) => {}
                (0, true) => f.write_str("-")?,
                (_, false) => f.write_str(" + ")?,
                (_, true) => f.write_str(" - ")?,
            }
            f.write_str(&term.column)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_and_counted() {
        let sum = Expression::parse("basic＋project - returned").unwrap();
        assert_eq!(sum.to_string(), "basic + project - returned");
        let figure = |key: &str| match key {
            "basic" => Some(Decimal::new(1001, 2)),
            "returned" => Some(Decimal::new(1, 2)),
            _ => None,
        };
        assert_eq!(sum.sum(figure), Some(Decimal::new(10, 0)));
        assert_eq!(sum.sum(|_| None), None);
        assert_eq!(Expression::parse("-a").unwrap().terms, [Term { minus: true, column: "a".to_owned() }]);
    }

    #[test]
    fn what_is_no_sum_is_refused() {
        for text in ["", "a +", "a * b", "a b", "+", "a + + b", "a + 金额"] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
