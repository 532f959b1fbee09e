//! Collecting what was found: subjects counted by kind, organ, column, year and validity, and the best of them, in one pass.
//!
//! Entries of one subject stand side by side in a segment, because they are written as one batch. A run of entries with the same
//! subject is one hit, however many of its parts hold the words. A facet's counts leave its own filter out: who has chosen 2025
//! still sees how many there are in 2026.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashMap},
};

use jiff::civil::Date;
use tantivy::{
    DocAddress, DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::{Column, StrColumn},
};

use crate::{
    schema::{self, DAY, Facet, PAST},
    seen::subjects,
};

const FACETS: usize = Facet::ALL.len();
/// Entries of a subject that are remembered: itself and the best of its parts.
const REMEMBERED: usize = 4;
/// Days after which half of a new text's advantage is gone.
const FRESH_DAYS: f32 = 180.0;
/// What a text that is no longer in force keeps of its score: behind the one that replaced it, before what only mentions it.
const PAST_KEEPS: Score = 0.6;

/// Values of each facet of which a hit must have one; empty means any.
pub(crate) type Filters = [Vec<String>; FACETS];

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// What fits best, new texts before old ones that fit as well; today.
    Relevance(Date),
    /// The newest.
    Day,
}

/// What to collect.
#[derive(Debug, Clone)]
pub(crate) struct Gather {
    pub(crate) filters: Filters,
    /// The first and the last day that count, days since 1970; `None` when all do.
    pub(crate) within: Option<(i64, i64)>,
    pub(crate) by: By,
    /// Hits that are wanted, from the first.
    pub(crate) most: usize,
    /// Whether facets are counted.
    pub(crate) counted: bool,
}

/// How many were found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    /// What passes all filters.
    pub(crate) total: u64,
    /// What would be found without filters.
    pub(crate) unfiltered: u64,
    pub(crate) values: [HashMap<String, u64>; FACETS],
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) counts: Counts,
    /// The best, in order.
    pub(crate) hits: Vec<Group>,
}

/// A subject of which something was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Group {
    /// What it is ordered by: the best score of its entries, or its day.
    pub(crate) rank: f64,
    segment: SegmentOrdinal,
    /// The best entries, best first.
    entries: [(Score, DocId); REMEMBERED],
    count: usize,
}

impl Group {
    /// The entries that were found, best first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = DocAddress> {
        self.entries[..self.count].iter().map(|(_, doc)| DocAddress::new(self.segment, *doc))
    }

    fn begin(segment: SegmentOrdinal) -> Self {
        Self { rank: f64::NEG_INFINITY, segment, entries: [(0.0, 0); REMEMBERED], count: 0 }
    }

    fn add(&mut self, rank: f64, score: Score, doc: DocId) {
        self.rank = self.rank.max(rank);
        let better = self.entries[..self.count].iter().take_while(|(other, _)| *other >= score).count();
        if better < REMEMBERED {
            self.count = (self.count + 1).min(REMEMBERED);
            self.entries[better..self.count].rotate_right(1);
            self.entries[better] = (score, doc);
        }
    }
}

impl Eq for Group {}

impl Ord for Group {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |group: &Self| Reverse((group.segment, group.entries[0].1));
        self.rank.total_cmp(&other.rank).then_with(|| place(self).cmp(&place(other)))
    }
}

impl PartialOrd for Group {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One facet of one segment.
struct Values {
    column: Option<StrColumn>,
    counts: Vec<u64>,
    /// Numbers of the wanted values in this segment; `None`: any value.
    wanted: Option<Vec<u64>>,
    /// Whether an entry may have several values.
    several: bool,
    /// Those of the entry being collected.
    present: Vec<u64>,
    /// Those that the present subject was counted under.
    counted: Vec<u64>,
}

impl Values {
    /// Takes the values of an entry.
    fn read(&mut self, doc: DocId) {
        self.present.clear();
        let Some(column) = &self.column else { return };
        if self.several {
            self.present.extend(column.ords().values_for_doc(doc));
        } else {
            self.present.extend(column.ords().first(doc));
        }
    }

    /// Whether the entry has one of the wanted values, or any will do.
    fn is_wanted(&self) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| self.present.iter().any(|value| wanted.contains(value)))
    }

    /// Counts the present subject under the values of the entry, once under each.
    fn count(&mut self) {
        for value in &self.present {
            if self.counted.contains(value) {
                continue;
            }
            if let Some(count) = self.counts.get_mut(usize::try_from(*value).unwrap_or(usize::MAX)) {
                *count += 1;
                self.counted.push(*value);
            }
        }
    }
}

/// Collector of one segment.
pub(crate) struct SegmentGather {
    by: By,
    within: Option<(i64, i64)>,
    counted: bool,
    today: i64,
    most: usize,
    segment: SegmentOrdinal,
    subjects: Option<Column<u64>>,
    days: Option<Column<i64>>,
    past: Option<Column<i64>>,
    facets: Vec<Values>,
    total: u64,
    unfiltered: u64,
    /// The subject of the entries being collected.
    subject: Option<u64>,
    group: Group,
    /// The best so far, the worst of them on top.
    best: BinaryHeap<Reverse<Group>>,
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = SegmentGather;

    fn for_segment(&self, ord: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentGather> {
        let mut facets = Vec::with_capacity(FACETS);
        for (facet, filter) in Facet::ALL.into_iter().zip(&self.filters) {
            if !self.counted && filter.is_empty() {
                continue;
            }
            let column = segment.fast_fields().str(facet.field())?;
            let mut wanted = Vec::new();
            for value in filter {
                wanted.extend(column.as_ref().map(|column| column.dictionary().term_ord(value)).transpose()?.flatten());
            }
            let counts = vec![0; column.as_ref().map_or(0, |column| column.dictionary().num_terms())];
            facets.push(Values {
                column,
                counts,
                wanted: (!filter.is_empty()).then_some(wanted),
                several: facet == Facet::Topic,
                present: Vec::new(),
                counted: Vec::new(),
            });
        }
        let today = match self.by {
            By::Relevance(today) => schema::day(today),
            By::Day => 0,
        };
        Ok(SegmentGather {
            by: self.by,
            within: self.within,
            counted: self.counted,
            today,
            most: self.most,
            segment: ord,
            subjects: subjects(segment)?.map(|subjects| subjects.ords().clone()),
            days: segment.fast_fields().column_opt::<i64>(DAY)?,
            past: segment.fast_fields().column_opt::<i64>(PAST)?,
            facets,
            total: 0,
            unfiltered: 0,
            subject: None,
            group: Group::begin(ord),
            best: BinaryHeap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.by != By::Day
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for found in fruits {
            let found = found?;
            all.counts.total += found.counts.total;
            all.counts.unfiltered += found.counts.unfiltered;
            for (target, values) in all.counts.values.iter_mut().zip(found.counts.values) {
                for (value, count) in values {
                    *target.entry(value).or_default() += count;
                }
            }
            all.hits.extend(found.hits);
        }
        all.hits.sort_unstable_by(|a, b| b.cmp(a));
        all.hits.truncate(self.most);
        Ok(all)
    }
}

impl SegmentGather {
    /// Ends the subject that was being collected.
    fn end_group(&mut self) {
        if self.group.count > 0 {
            self.total += 1;
            if self.best.len() < self.most {
                self.best.push(Reverse(self.group));
            } else if self.best.peek().is_some_and(|worst| worst.0 < self.group) {
                self.best.pop();
                self.best.push(Reverse(self.group));
            }
        }
        self.group = Group::begin(self.segment);
        for facet in &mut self.facets {
            facet.counted.clear();
        }
    }

    fn rank(&self, doc: DocId, score: Score) -> f64 {
        let day = self.days.as_ref().and_then(|days| days.first(doc));
        match self.by {
            By::Relevance(_) => {
                let past = self.past.as_ref().is_some_and(|past| past.first(doc).is_some());
                f64::from(score * freshness(day, self.today) * if past { PAST_KEEPS } else { 1.0 })
            }
            By::Day => day.map_or(f64::NEG_INFINITY, |day| f64::from(i32::try_from(day).unwrap_or(i32::MIN))),
        }
    }
}

impl SegmentCollector for SegmentGather {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let subject = self.subjects.as_ref().and_then(|subjects| subjects.first(doc));
        if subject.is_none() || subject != self.subject {
            self.end_group();
            self.subject = subject;
            self.unfiltered += 1;
        }
        if let Some((first, last)) = self.within
            && self.days.as_ref().and_then(|days| days.first(doc)).is_none_or(|day| day < first || day > last)
        {
            return;
        }
        let mut misses = 0;
        let mut missed = 0;
        for (at, facet) in self.facets.iter_mut().enumerate() {
            facet.read(doc);
            if !facet.is_wanted() {
                misses += 1;
                missed = at;
            }
        }
        if misses == 0 {
            let rank = self.rank(doc, score);
            self.group.add(rank, score, doc);
        }
        for (at, facet) in self.facets.iter_mut().enumerate() {
            if misses == 0 || (misses == 1 && missed == at) {
                facet.count();
            }
        }
    }

    fn harvest(mut self) -> tantivy::Result<Gathered> {
        self.end_group();
        let mut counts = Counts { total: self.total, unfiltered: self.unfiltered, ..Counts::default() };
        for (target, facet) in counts.values.iter_mut().zip(self.facets).filter(|_| self.counted) {
            let Some(column) = facet.column else { continue };
            for (value, count) in (0..).zip(facet.counts).filter(|(_, count)| *count > 0) {
                let mut text = String::new();
                column.ord_to_str(value, &mut text)?;
                target.insert(text, count);
            }
        }
        Ok(Gathered { counts, hits: self.best.into_iter().map(|worst| worst.0).collect() })
    }
}

/// 1.3 on the first day, 1.15 after half a year, toward 1.
fn freshness(day: Option<i64>, today: i64) -> Score {
    day.map_or(1.0, |day| {
        let age = u16::try_from((today - day).max(0)).unwrap_or(u16::MAX);
        1.0 + 0.3 / (1.0 + f32::from(age) / FRESH_DAYS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_remembers_its_best_entries_in_order() {
        let mut group = Group::begin(0);
        for (score, doc) in [(1.0, 1), (5.0, 2), (3.0, 3), (0.5, 4), (4.0, 5)] {
            group.add(f64::from(score), score, doc);
        }
        assert_eq!(group.entries().map(|address| address.doc_id).collect::<Vec<_>>(), [2, 5, 3, 1]);
        assert!((group.rank - 5.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_higher_rank_comes_first_and_the_earlier_place_among_equals() {
        let group = |rank: f64, doc: DocId| {
            let mut group = Group::begin(0);
            group.add(rank, 0.0, doc);
            group
        };
        let mut groups = [group(1.0, 9), group(2.0, 7), group(2.0, 3)];
        groups.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(groups.map(|group| group.entries[0].1), [3, 7, 9]);
    }

    #[test]
    fn new_texts_have_an_advantage_that_fades() {
        assert!((freshness(Some(100), 100) - 1.3).abs() < 0.001);
        assert!((freshness(Some(-80), 100) - 1.15).abs() < 0.001);
        assert!((freshness(None, 100) - 1.0).abs() < f32::EPSILON);
    }
}
