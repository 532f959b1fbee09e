//! Sums of what lies elsewhere, kept by what will be asked: each record is read once, each question is one look-up.

use std::collections::{HashMap, HashSet};

use item::{Decimal, Item, Value};

use crate::{
    Values,
    expression::{converted, figure, unit},
    needs::{Needed, NeededSum, question_name},
    within::is_filled,
};

/// What an implementation of [`crate::Elsewhere`] answers sums from. Memory grows with the groups that are asked for, not with
/// the records.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    wanted: Vec<NeededSum>,
    sums: HashMap<String, Decimal>,
}

impl Answers {
    /// Ready for the records of the items that are needed.
    #[must_use]
    pub fn new(needed: &Needed) -> Self {
        Self { wanted: needed.sums.clone(), sums: HashMap::new() }
    }

    /// Keys of the items whose records are to be given to [`Answers::add`].
    #[must_use]
    pub fn items(&self) -> HashSet<&str> {
        self.wanted.iter().map(|wanted| wanted.item.as_str()).collect()
    }

    /// Counts a record of an item in, in the unit that is asked for.
    pub fn add(&mut self, item: &Item, values: &Values) {
        // Two sums by one name have one answer.
        let mut counted: HashSet<String> = HashSet::new();
        for wanted in self.wanted.iter().filter(|wanted| wanted.item == item.key.as_str()) {
            let Some(own) = figure(values, &wanted.figure) else { continue };
            let unit = item.column(&wanted.figure).map_or("", unit);
            let Some(own) = converted(own, unit, &wanted.unit) else { continue };
            let value = |key: &String| {
                let value = values.get(key).filter(|value| is_filled(Some(*value)))?;
                Some((key.clone(), value.clone()))
            };
            let by: Option<Vec<(String, Value)>> = wanted.by.iter().map(value).collect();
            let Some(by) = by else { continue };
            let name = question_name(&wanted.item, &wanted.figure, &by);
            if counted.insert(name.clone()) {
                let sum = self.sums.entry(name).or_insert(Decimal::ZERO);
                *sum = sum.saturating_add(own);
            }
        }
    }

    /// As [`crate::Elsewhere::sum`].
    #[must_use]
    pub fn sum(&self, item: &str, figure: &str, by: &[(String, Value)]) -> Option<Decimal> {
        self.sums.get(&question_name(item, figure, by)).copied()
    }
}
