//! How soon a publication finds the subscriptions that it fits, and what they hold in memory. By a program of its own, which is
//! linked with the matching (`bench/matching`).

use std::{ffi::OsStr, time::Duration};

use anyhow::Result;
use serde::Deserialize;

use crate::{
    figures::{Report, Row, Times},
    measures,
};

const SUBSCRIPTIONS: &str = "20000";

/// What `gongkai-bench-matching` tells, in milliseconds and megabytes; see there.
#[derive(Debug, Deserialize)]
struct Told {
    ready: f64,
    held: f64,
    took: Vec<f64>,
    alone: Vec<f64>,
    fits: f64,
}

/// Puts subscriptions together and lets publications look for theirs.
///
/// # Errors
/// When the program is not there, or finds others than trying each one does.
pub(crate) fn measure(report: &mut Report) -> Result<()> {
    let told: Told = measures::told("gongkai-bench-matching", &[OsStr::new(SUBSCRIPTIONS)])?;
    let times = |all: Vec<f64>| Times::of(all.into_iter().map(|ms| Duration::from_secs_f64(ms / 1000.0)).collect());
    let (took, alone) = (times(told.took), times(told.alone));
    for percent in [50, 99] {
        let figure = format!("a publication finds its own of {SUBSCRIPTIONS}, p{percent} of {}", took.count());
        let row = Row::new("subscriptions", figure, took.percentile(percent), "ms");
        report.add(row.against("trying each one p50", alone.percentile(50)));
    }
    let figure = format!("putting {SUBSCRIPTIONS} together for that");
    report.add(Row::new("subscriptions", figure, told.ready, "ms"));
    report.add(Row::new("subscriptions", "memory that they hold meanwhile", told.held, "MB"));
    report.note(format!("subscriptions: a publication fits {:.0} of {SUBSCRIPTIONS} on average", told.fits));
    Ok(())
}
