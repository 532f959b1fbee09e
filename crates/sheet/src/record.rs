//! The records of a table, as the sheet has them.

use std::collections::{BTreeMap, BTreeSet};

use item::{Column, Item, Rule, Type};

use crate::words::plain;
use crate::{Found, Line, Mapping, Target};

/// A record as the sheet has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// As the spreadsheet shows it.
    pub number: u32,
    /// Texts by the keys of the item's columns.
    pub cells: BTreeMap<String, String>,
    /// What the county added, by head.
    pub more: BTreeMap<String, String>,
    /// The unit of each figure where its head or the table says one, by key.
    pub units: BTreeMap<String, String>,
    /// Keys of columns in which the sheet says 同上 and the text is that of the row above.
    pub dittos: BTreeSet<String>,
}

/// The records of a table. A total is one where the item checks it as a row among the others ([`Rule::TotalRow`]).
pub fn records(item: &Item, found: &Found, mapping: &Mapping) -> Vec<Record> {
    let keys = found.keys();
    let columns: Vec<Place<'_>> = found
        .heads
        .iter()
        .zip(&keys)
        .filter_map(|(head, name)| {
            let unit = if head.unit.is_empty() { None } else { Some(head.unit.clone()) };
            match mapping.get(name)? {
                Target::Column(key) => {
                    let unit = item.column(key).and_then(|column| unit_of(&column.typed, unit, &found.unit));
                    let is_private = item.column(key).is_some_and(|column| {
                        column.privacy.never_public || column.privacy.mask || column.privacy.minor
                    });
                    Some(Place { at: head.column, name, key: Some(key), unit, is_private })
                }
                Target::More => Some(Place { at: head.column, name, key: None, unit: None, is_private: false }),
                Target::Nothing | Target::Unknown => None,
            }
        })
        .collect();
    let totals = found.totals.iter().filter(|line| is_checked(item, line, &columns));
    let mut lines: Vec<&Line> = found.rows.iter().chain(totals).collect();
    lines.sort_by_key(|line| line.number);
    let read = lines.into_iter().map(|line| record(line, &columns)).filter(|record| !record.is_empty());
    let mut records: Vec<Record> = read.collect();
    repeat(item, &mut records);
    records
}

/// Whether a cell says that it is as the one above: 同上, 〃.
pub fn is_ditto(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    matches!(text.as_str(), "同上" | "上同" | "同前" | "″" | "〃" | "\"" | "”" | "''")
}

/// Puts the words of the row above where a cell says 同上. Figures and numbers of persons are never said again: such a cell stays
/// as it is, and is refused.
fn repeat(item: &Item, records: &mut [Record]) {
    let words: BTreeSet<&str> =
        item.columns.iter().filter(|column| is_of_words(column)).map(|c| c.key.as_str()).collect();
    let mut above: BTreeMap<String, String> = BTreeMap::new();
    for record in records {
        for (key, text) in record.cells.iter_mut().filter(|(key, _)| words.contains(key.as_str())) {
            if !is_ditto(text) {
                above.insert(key.clone(), text.clone());
            } else if let Some(said) = above.get(key) {
                text.clone_from(said);
                record.dittos.insert(key.clone());
            }
        }
    }
}

/// Whether a column holds words that a row may say again by 同上.
pub fn is_of_words(column: &Column) -> bool {
    let has_words = matches!(
        column.typed,
        Type::Text { .. } | Type::Long { .. } | Type::Enum { .. } | Type::Date { .. } | Type::Period | Type::Place
    );
    has_words && !column.privacy.never_public
}

impl Record {
    fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.more.is_empty()
    }
}

/// Where in the sheet a column is.
struct Place<'p> {
    at: u32,
    /// Its head.
    name: &'p str,
    /// The column of the item; `None` = what the county added.
    key: Option<&'p str>,
    unit: Option<String>,
    /// What stands in it is not for readers, or not as it stands.
    is_private: bool,
}

fn record(line: &Line, columns: &[Place<'_>]) -> Record {
    let mut record = Record { number: line.number, ..Record::default() };
    for place in columns {
        let Some(text) = line.get(place.at) else { continue };
        // two heads may stand for one column where each row fills one of them; what is left over is kept, unless it is nobody's
        // to read
        let free = place.key.filter(|key| !record.cells.contains_key(*key));
        match free {
            Some(key) => {
                record.cells.insert(key.to_owned(), text.to_owned());
                if let Some(unit) = &place.unit {
                    record.units.insert(key.to_owned(), unit.clone());
                }
            }
            None if place.is_private => {}
            None => {
                record.more.insert(place.name.to_owned(), text.to_owned());
            }
        }
    }
    record
}

/// The unit of a column's figures: that of its head, else that of the table, where it counts the same kind of thing. Of several
/// units of a table (亩、万元) those of the kind are left, and whoever reads the figure takes the one that fits.
fn unit_of(typed: &Type, head: Option<String>, table: &str) -> Option<String> {
    let of_table = |money: bool| {
        let parts: Vec<&str> = table.split(['、', ',', ';', '，', '；']).map(str::trim).collect();
        let fitting: Vec<&str> =
            parts.into_iter().filter(|unit| !unit.is_empty() && unit.contains('元') == money).collect();
        (!fitting.is_empty()).then(|| fitting.join("、"))
    };
    match typed {
        Type::Money { .. } => head.or_else(|| of_table(true)),
        Type::Number { unit, .. } => head.or_else(|| of_table(unit.0.contains('元'))),
        Type::Ratio { .. } => head,
        _ => None,
    }
}

/// Whether the item counts a line of sums among its records.
fn is_checked(item: &Item, line: &Line, columns: &[Place<'_>]) -> bool {
    item.checks.iter().any(|check| {
        let Rule::TotalRow { where_column, total, .. } = &check.rule else { return false };
        let mut own = columns.iter().filter(|place| place.key == Some(where_column.as_str()));
        own.any(|place| line.get(place.at).is_some_and(|text| plain(text) == plain(total)))
    })
}
