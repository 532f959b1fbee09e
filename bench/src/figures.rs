//! Figures: percentiles, the table that is printed, the file that is kept.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use serde::Serialize;

/// Durations of one kind, in order of size.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Of these.
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The duration that `percent` of all do not exceed (nearest rank), in milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).clamp(1, self.0.len().max(1));
        self.0.get(rank - 1).map_or(f64::NAN, |time| ms(*time))
    }

    /// The longest, in milliseconds.
    pub(crate) fn longest(&self) -> f64 {
        self.0.last().map_or(f64::NAN, |time| ms(*time))
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// In milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    measure: &'static str,
    figure: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<f64>,
    /// The target is what it must be at least, not at most.
    least: bool,
    met: bool,
}

/// What a figure is compared with: measured in the same run, on the same machine, in the same way.
#[derive(Debug, Clone, Serialize)]
struct Reference {
    name: String,
    value: f64,
    ratio: f64,
}

impl Row {
    /// A figure.
    pub(crate) fn new(measure: &'static str, figure: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            measure,
            figure: figure.into(),
            value,
            unit,
            reference: None,
            target: None,
            least: false,
            met: value.is_finite(),
        }
    }

    /// Against what it is measured, in the same unit.
    #[must_use]
    pub(crate) fn against(mut self, name: impl Into<String>, value: f64) -> Self {
        let ratio = self.value / value;
        self.reference = (ratio.is_finite()).then(|| Reference { name: name.into(), value, ratio });
        self
    }

    /// What it may be at most.
    #[must_use]
    pub(crate) fn at_most(mut self, target: f64) -> Self {
        self.target = Some(target);
        self.met = self.value <= target;
        self
    }

    /// What it must be at least.
    #[must_use]
    pub(crate) fn at_least(mut self, target: f64) -> Self {
        self.target = Some(target);
        self.least = true;
        self.met = self.value >= target;
        self
    }
}

/// All figures of a run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    program: String,
    profile: String,
    taken_at: String,
    cores: usize,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    /// Of this program.
    pub(crate) fn new(program: &Path) -> Self {
        let folder = program.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        Self {
            program: program.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            profile: folder.unwrap_or_default(),
            taken_at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
            ..Self::default()
        }
    }

    /// Takes a figure in and prints it at once: a long run shows how far it is.
    pub(crate) fn add(&mut self, row: Row) {
        if self.rows.is_empty() {
            println!("{} ({}), {} cores, {}", self.program, self.profile, self.cores, self.taken_at);
            println!(
                "{:<13} {:<58} {:>13}  {:>13}  {:<34} {:>8}",
                "measure", "figure", "value", "target", "reference", "ratio"
            );
        }
        let target = row.target.map_or_else(
            || "-".to_owned(),
            |target| format!("{} {}", if row.least { ">=" } else { "<=" }, amount(target, row.unit)),
        );
        let (reference, ratio) = match &row.reference {
            Some(reference) => (
                format!("{} {}", reference.name, amount(reference.value, row.unit)),
                if reference.ratio < 10.0 {
                    format!("{:.2}x", reference.ratio)
                } else {
                    format!("{:.0}x", reference.ratio)
                },
            ),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let missed = if row.met { "" } else { "  MISSED" };
        let value = amount(row.value, row.unit);
        println!(
            "{:<13} {:<58} {value:>13}  {target:>13}  {reference:<34} {ratio:>8}{missed}",
            row.measure, row.figure
        );
        self.rows.push(row);
    }

    /// Something that explains the figures.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Whether every target is met.
    pub(crate) fn met(&self) -> bool {
        self.rows.iter().all(|row| row.met)
    }

    /// Prints what explains the figures and how it ended.
    pub(crate) fn close(&self) {
        for note in &self.notes {
            println!("note: {note}");
        }
        let missed: Vec<_> =
            self.rows.iter().filter(|row| !row.met).map(|row| format!("{}: {}", row.measure, row.figure)).collect();
        if missed.is_empty() {
            println!("every target met");
        } else {
            println!("missed: {}", missed.join("; "));
        }
    }

    /// Writes it for programs.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
    }
}

fn amount(value: f64, unit: &str) -> String {
    match unit {
        "" => format!("{value:.0}"),
        "of 1" => format!("{value:.3}"),
        "%" => format!("{value:.1} %"),
        "×" => format!("{value:.2} ×"),
        "ms" if value < 100.0 => format!("{value:.2} ms"),
        "s" if value < 100.0 => format!("{value:.1} s"),
        _ => format!("{value:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let times = Times::of((1..=50).rev().map(Duration::from_millis).collect());
        assert_eq!([times.percentile(50), times.percentile(99), times.longest()], [25.0, 50.0, 50.0]);
        assert!(Times::default().percentile(50).is_nan());
    }

    #[test]
    fn a_figure_that_could_not_be_taken_misses_its_target() {
        assert!(!Row::new("start", "ready", f64::NAN, "ms").at_most(1000.0).met);
        assert!(Row::new("start", "ready", 1000.0, "ms").at_most(1000.0).met);
        assert!(!Row::new("readers", "pages", f64::NAN, "/s").at_least(1.0).met);
        assert!(!Row::new("readers", "pages", 0.9, "/s").at_least(1.0).met);
    }
}
