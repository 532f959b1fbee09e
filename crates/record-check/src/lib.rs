//! What the rows of an item must hold: each by itself, with each other, and against what is there already.
//!
//! All figures are exact decimals. Every rule takes one walk over the rows and what it keeps is one entry for each group, so that
//! a file of 200,000 rows is checked in the time that its rows need.
//!
//! An empty cell is told once, by `required`; a sum takes it as nought where something beside it is filled, and asks nothing
//! where nothing is.

mod across;
mod answers;
mod expression;
mod needs;
mod period;
mod reference;
mod shape;
mod within;

use std::collections::BTreeMap;

use item::{Check, Decimal, Item, Rule, Severity, Value};
use jiff::civil::Date;

pub use answers::Answers;
pub use needs::{Needed, NeededReference, NeededSum, Question, needed, question_name, questions};
pub use period::before as period_before;
pub use reference::{InDirectory, Standing, referred};

/// The values of a record by the keys of its columns.
pub type Values = BTreeMap<String, Value>;

/// A row to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// As the spreadsheet shows it; the running number of what is entered otherwise.
    pub number: u32,
    pub values: &'a Values,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub row: u32,
    /// The key of the column in which it shows.
    pub column: String,
    /// [`item::Check::key`], or `type`, `required`, `unique`, `credit_code`.
    pub check: String,
    pub severity: Severity,
    /// With the figures on both sides and the cells by name.
    pub message: String,
}

/// What lies elsewhere: other items, earlier periods, records that are there. Read before the check, so that a check asks nothing
/// of a database; [`needed`] and [`questions`] say what will be asked, [`Answers`] sums it up.
pub trait Elsewhere {
    /// The sum of a figure (the key of its column) of an item over the records whose columns have these values, in the unit that
    /// [`Question::unit`] names; `None` when there is no such record.
    fn sum(&self, item: &str, figure: &str, by: &[(String, Value)]) -> Option<Decimal>;
    /// Whether another record of the same item has these values of its keys.
    fn has(&self, keys: &[Value]) -> bool;
    /// The working days from a day to another, the first not counted; `None` beyond the calendar.
    fn working_days(&self, from: Date, to: Date) -> Option<u32>;
    /// Whether a value ([`item::slots::folded`]) stands in a column of the public records of an item; [`Needed::references`] and
    /// [`referred`] say what will be asked.
    fn stands(&self, _item: &str, _column: &str, _value: &str) -> Standing {
        Standing::Untold
    }
    /// The titles of an item and of a column of it; `None` = not known.
    fn named(&self, _item: &str, _column: &str) -> Option<(String, String)> {
        None
    }
    /// What the county's directory of organs says of a name.
    fn organ(&self, _name: &str) -> InDirectory {
        InDirectory::Untold
    }
}

/// Breaches with the places of their rows, until all are found.
#[derive(Default)]
struct Found(Vec<(usize, Breach)>);

impl Found {
    fn tell(&mut self, at: usize, row: &Row<'_>, shown_in: &str, check: (&str, Severity), message: String) {
        let (key, severity) = check;
        let (column, check) = (shown_in.to_owned(), key.to_owned());
        self.0.push((at, Breach { row: row.number, column, check, severity, message }));
    }
}

/// Everything that does not hold, in the order of rows.
///
/// A rule whose names stand for no column says nothing: files of items are refused for it when they are read.
pub fn check(item: &Item, rows: &[Row<'_>], today: Date, elsewhere: &dyn Elsewhere) -> Vec<Breach> {
    let mut found = Found::default();
    let prepared = within::prepare(item);
    for (at, row) in rows.iter().enumerate() {
        within::cells(item, at, row, &mut found);
        within::rules(&prepared, at, row, (today, elsewhere), &mut found);
    }
    let mut is_unique_declared = false;
    for check in &item.checks {
        is_unique_declared |= check.rule == Rule::Unique;
        across::rule(item, check, rows, elsewhere, &mut found);
    }
    if !is_unique_declared && !item.keys.is_empty() {
        let message = "同一记录不能重复".to_owned();
        let own = Check { key: "unique".into(), rule: Rule::Unique, severity: Severity::Reject, message };
        across::rule(item, &own, rows, elsewhere, &mut found);
    }
    // Stable: breaches of a row stay in the order in which the item declares its checks.
    found.0.sort_by_key(|(at, _)| *at);
    found.0.into_iter().map(|(_, breach)| breach).collect()
}

/// The words of a check before its figures, without the sign at their end.
fn begin(message: &str) -> &str {
    message.trim().trim_end_matches(['。', '.', '；', ';', '：', ':', '！'])
}

#[cfg(test)]
mod tests;
