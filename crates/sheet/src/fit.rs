//! Fitting the heads of a table to the columns of an item.

use std::collections::BTreeMap;

use item::Item;
use serde::{Deserialize, Serialize};

use crate::Found;

/// What a column of the sheet is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to", content = "key")]
pub enum Target {
    /// This column of the item.
    Column(String),
    /// A running number, or a column that is repeated: not needed.
    Nothing,
    /// Kept as text beside the record, under its head.
    More,
    /// Nobody knows yet: must be told before the import.
    Unknown,
}

/// What each head of a table stands for, by the words of its path (`债务限额/合计`), so that it is remembered for the next file.
pub type Mapping = BTreeMap<String, Target>;

/// How a table fits an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    pub mapping: Mapping,
    /// Required columns of the item which no head stands for, by key.
    pub missing: Vec<String>,
    /// Heads that are not known, by their path.
    pub unknown: Vec<String>,
    /// Columns of the item that are fitted, of 100; the best table of a file is the one with most.
    pub score: u32,
}

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
}

/// What the heads of `found` stand for; what was remembered counts first.
pub fn fit(item: &Item, found: &Found, remembered: &Mapping) -> Fit {
    let _ = (item, found, remembered);
    Fit::default()
}

/// The records of a table.
pub fn records(item: &Item, found: &Found, mapping: &Mapping) -> Vec<Record> {
    let _ = (item, found, mapping);
    Vec::new()
}
