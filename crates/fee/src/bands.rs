//! The bands, and what lies in each.

use serde::Serialize;

use crate::{BASIS, By};

/// A fee with the steps that make it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fee {
    /// [`BASIS`].
    pub basis: &'static str,
    /// What was counted.
    pub by: By,
    /// How many there were.
    pub count: u64,
    /// All of it, in yuan.
    pub yuan: u64,
    /// The bands that were reached, in order, the free one first.
    pub steps: Vec<Step>,
}

/// What lies within one band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The first of the band, from 1.
    pub from: u64,
    /// The last of the band; `None` where it has no end.
    pub to: Option<u64>,
    /// What one costs, in yuan; 0 in the free band.
    pub unit_yuan: u64,
    /// How many lie in it.
    pub count: u64,
    /// What they cost together, in yuan.
    pub yuan: u64,
}

/// Bands by pages: the last page of each, what one costs in yuan.
const PAGES: [(Option<u64>, u64); 4] = [(Some(30), 0), (Some(100), 10), (Some(200), 20), (None, 40)];
/// Bands by items that the text writes out: the last item of each, what one costs in yuan.
const ITEMS: [(u64, u64); 2] = [(10, 0), (30, 100)];
/// Behind them each band has so many items and costs [`MORE`] yuan an item more than the one before.
const WIDTH: u64 = 10;
const MORE: u64 = 100;

/// The band at this place, from 0: its last and what one costs.
fn band(by: By, at: usize) -> (Option<u64>, u64) {
    match by {
        By::Pages => PAGES[at.min(PAGES.len() - 1)],
        By::Items => match ITEMS.get(at) {
            Some((last, yuan)) => (Some(*last), *yuan),
            None => {
                let (last, yuan) = ITEMS[ITEMS.len() - 1];
                let further = (at - ITEMS.len() + 1) as u64;
                (Some(last + WIDTH * further), yuan + MORE * further)
            }
        },
    }
}

impl Fee {
    /// The fee for so many; `count` is at most [`By::most`].
    pub(crate) fn of(by: By, count: u64) -> Self {
        let (mut steps, mut before) = (Vec::new(), 0);
        while before < count {
            let (last, unit_yuan) = band(by, steps.len());
            let within = last.map_or(count, |last| last.min(count)) - before;
            steps.push(Step { from: before + 1, to: last, unit_yuan, count: within, yuan: within * unit_yuan });
            before += within;
        }
        Self { basis: BASIS, by, count, yuan: steps.iter().map(|step| step.yuan).sum(), steps }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fees_are_those_that_were_worked_out_by_hand() {
        for (count, yuan) in [
            (0, 0),
            (1, 0),
            (10, 0),
            (11, 100),
            (20, 1000),
            (30, 2000),
            (31, 2200),
            (40, 4000),
            (41, 4300),
            (50, 7000),
            (60, 11_000),
        ] {
            assert_eq!(Fee::of(By::Items, count).yuan, yuan, "{count} 件");
        }
        for (count, yuan) in [(0, 0), (30, 0), (31, 10), (100, 700), (101, 720), (200, 2700), (201, 2740), (250, 4700)]
        {
            assert_eq!(Fee::of(By::Pages, count).yuan, yuan, "{count} 页");
        }
    }

    #[test]
    fn the_steps_are_the_bands_that_were_reached() {
        let step = |from, to, unit_yuan, count, yuan| Step { from, to, unit_yuan, count, yuan };
        assert_eq!(
            Fee::of(By::Items, 41).steps,
            [
                step(1, Some(10), 0, 10, 0),
                step(11, Some(30), 100, 20, 2000),
                step(31, Some(40), 200, 10, 2000),
                step(41, Some(50), 300, 1, 300),
            ]
        );
        assert_eq!(Fee::of(By::Pages, 201).steps.last(), Some(&step(201, None, 40, 1, 40)));
        assert!(Fee::of(By::Items, 0).steps.is_empty());
    }

    proptest! {
        /// Against a count one by one.
        #[test]
        fn each_costs_what_its_band_costs(items in 0..2000_u64, pages in 0..2000_u64) {
            let item = |n: u64| if n <= 10 { 0 } else if n <= 30 { 100 } else { ((n - 31) / 10 + 2) * 100 };
            let page = |n: u64| match n { 0..=30 => 0, 31..=100 => 10, 101..=200 => 20, _ => 40 };
            for (fee, expected) in [
                (Fee::of(By::Items, items), (1..=items).map(item).sum::<u64>()),
                (Fee::of(By::Pages, pages), (1..=pages).map(page).sum::<u64>()),
            ] {
                prop_assert_eq!(fee.yuan, expected);
                prop_assert_eq!(fee.steps.iter().map(|step| step.count).sum::<u64>(), fee.count);
                prop_assert!(fee.steps.windows(2).all(|two| two[0].to == Some(two[1].from - 1)));
            }
        }
    }
}
