//! Totals of a year over decisions.

use std::collections::BTreeMap;

use item::Decimal;

use crate::kind::{Decision, Form, Judged, Kind, judge};

/// Penalties of one organ and year, added up one after another.
#[derive(Debug, Clone)]
pub struct Tally {
    form: Form,
    counts: BTreeMap<Kind, i64>,
    /// Fines and what was confiscated, in 万元.
    amount: Decimal,
    doubtful: i64,
}

impl Tally {
    /// Nothing yet.
    pub fn new(form: Form) -> Self {
        Self { form, counts: BTreeMap::new(), amount: Decimal::ZERO, doubtful: 0 }
    }

    /// Counts one decision, and says as what.
    pub fn add(&mut self, decision: &Decision<'_>) -> Judged {
        let judged = judge(decision, self.form);
        *self.counts.entry(judged.kind).or_default() += 1;
        self.amount += decision.fine.unwrap_or_default() + decision.confiscated.unwrap_or_default();
        self.doubtful += i64::from(!judged.doubts.is_empty());
        judged
    }

    /// Decisions about which somebody must look.
    pub fn doubtful(&self) -> i64 {
        self.doubtful
    }

    pub fn decisions(&self) -> i64 {
        self.counts.values().sum()
    }

    /// The figures by the keys of the columns of `enforcement-yearly`, or of `enforcement-yearly-2019`: each kind that the
    /// form has, the total, the amount in 万元.
    pub fn cells(&self) -> Vec<(&'static str, Decimal)> {
        let has = |kind: &Kind| self.form == Form::Y2021 || *kind != Kind::Restriction;
        let mut cells: Vec<(&'static str, Decimal)> = Kind::ALL
            .into_iter()
            .filter(has)
            .map(|kind| (kind.cell(), Decimal::from(self.counts.get(&kind).copied().unwrap_or_default())))
            .collect();
        cells.push(("total", Decimal::from(self.decisions())));
        cells.push(("amount", self.amount.normalize()));
        cells
    }
}

/// The column of `enforcement-yearly-coercion` in which a coercive measure of this code (行政强制法 Art. 9, 12) counts.
pub fn coercion_cell(code: &str) -> Option<&'static str> {
    const CELLS: [&str; 11] = [
        "sealing",
        "seizure",
        "freezing",
        "other_measure",
        "surcharge",
        "transfer",
        "auction",
        "restoration",
        "substitute",
        "other_execution",
        "court",
    ];
    let at: usize = code.parse().ok()?;
    CELLS.get(at.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_add_up_to_the_total() {
        let mut tally = Tally::new(Form::Y2021);
        for class in ["警告;罚款", "罚款", "吊销许可证件", "看不清"] {
            tally.add(&Decision { class, fine: Some(Decimal::new(15, 1)), ..Decision::default() });
        }
        let cells = tally.cells();
        let of = |key: &str| cells.iter().find(|(cell, _)| *cell == key).map(|(_, figure)| *figure);
        assert_eq!(of("total"), Some(Decimal::from(4)));
        assert_eq!(of("fine"), Some(Decimal::from(3)));
        assert_eq!(of("amount"), Some(Decimal::from(6)));
        let kinds: Decimal = Kind::ALL.iter().filter_map(|kind| of(kind.cell())).sum();
        assert_eq!(Some(kinds), of("total"));
        assert_eq!(tally.doubtful(), 2, "two impose a fine that their class does not name");
    }

    #[test]
    fn the_old_form_has_no_restriction() {
        let cells = Tally::new(Form::Y2019).cells();
        assert!(cells.iter().all(|(key, _)| *key != "restriction"));
        assert_eq!(cells.len(), 10);
        assert_eq!(coercion_cell("01"), Some("sealing"));
        assert_eq!(coercion_cell("11"), Some("court"));
        assert_eq!(coercion_cell("00"), None);
        assert_eq!(coercion_cell("12"), None);
    }
}
