//! Counting what was found by kind, organ, column, year and validity, in one pass.
//!
//! A facet's counts leave its own filter out: who has chosen 2025 still sees how many there are in 2026.

use std::collections::HashMap;

use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::StrColumn,
};

use crate::schema::Facet;

const COUNT: usize = Facet::ALL.len();

/// How often each value occurs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    /// What passes all filters.
    pub(crate) total: u64,
    /// What would be found without filters.
    pub(crate) unfiltered: u64,
    /// By facet and value.
    pub(crate) values: [HashMap<String, u64>; COUNT],
}

/// Counts under these filters; empty means none.
#[derive(Debug, Clone)]
pub(crate) struct FacetCounter {
    pub(crate) filters: [String; COUNT],
}

/// One facet of one segment.
struct Column {
    values: Option<StrColumn>,
    counts: Vec<u64>,
    /// Number of the wanted value; `Some(None)` when the segment does not know it.
    wanted: Option<Option<u64>>,
}

/// Counter of one segment.
pub(crate) struct SegmentCounter {
    columns: Vec<Column>,
    total: u64,
    unfiltered: u64,
}

impl Collector for FacetCounter {
    type Fruit = Counts;
    type Child = SegmentCounter;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentCounter> {
        let mut columns = Vec::with_capacity(COUNT);
        for (facet, filter) in Facet::ALL.into_iter().zip(&self.filters) {
            let values = segment.fast_fields().str(facet.field())?;
            let known = match (&values, filter.is_empty()) {
                (Some(values), false) => values.dictionary().term_ord(filter)?,
                _ => None,
            };
            let counts = vec![0; values.as_ref().map_or(0, |values| values.dictionary().num_terms())];
            columns.push(Column { values, counts, wanted: (!filter.is_empty()).then_some(known) });
        }
        Ok(SegmentCounter { columns, total: 0, unfiltered: 0 })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Counts>>) -> tantivy::Result<Counts> {
        let mut all = Counts::default();
        for counts in fruits {
            let counts = counts?;
            all.total += counts.total;
            all.unfiltered += counts.unfiltered;
            for (target, values) in all.values.iter_mut().zip(counts.values) {
                for (value, count) in values {
                    *target.entry(value).or_default() += count;
                }
            }
        }
        Ok(all)
    }
}

impl SegmentCollector for SegmentCounter {
    type Fruit = tantivy::Result<Counts>;

    fn collect(&mut self, doc: DocId, _: Score) {
        self.unfiltered += 1;
        let mut ords = [None; COUNT];
        let mut misses = 0;
        let mut missed = 0;
        for (at, column) in self.columns.iter().enumerate() {
            ords[at] = column.values.as_ref().and_then(|values| values.ords().first(doc));
            if column.wanted.is_some_and(|wanted| wanted.is_none() || ords[at] != wanted) {
                misses += 1;
                missed = at;
            }
        }
        if misses == 0 {
            self.total += 1;
        }
        for (at, column) in self.columns.iter_mut().enumerate() {
            if (misses == 0 || (misses == 1 && missed == at))
                && let Some(count) =
                    ords[at].and_then(|ord| column.counts.get_mut(usize::try_from(ord).unwrap_or(usize::MAX)))
            {
                *count += 1;
            }
        }
    }

    fn harvest(self) -> tantivy::Result<Counts> {
        let mut counts = Counts { total: self.total, unfiltered: self.unfiltered, ..Counts::default() };
        for (target, column) in counts.values.iter_mut().zip(self.columns) {
            let Some(values) = column.values else { continue };
            for (ord, count) in (0..).zip(column.counts).filter(|(_, count)| *count > 0) {
                let mut value = String::new();
                values.ord_to_str(ord, &mut value)?;
                target.insert(value, count);
            }
        }
        Ok(counts)
    }
}
