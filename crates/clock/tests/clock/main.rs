//! Statutory clocks against dates worked out by hand from the yearly notices, and against a count of another making.

mod dates;
mod property;
mod refusals;

use gongkai_clock::{self as clock, At, Pause, Rule, Run};
use jiff::{Timestamp, civil::Date};
use kernel::Calendar;

fn date(text: &str) -> Date {
    text.parse().expect("date")
}

/// A moment in China, `YYYY-MM-DDTHH:MM`.
fn moment(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().expect("moment")
}

fn pause(text: &str) -> Pause {
    let (first, last) = text.split_once("..").expect("range");
    Pause { first: date(first), last: date(last) }
}

fn pauses(text: &str) -> Vec<Pause> {
    text.split_whitespace().map(pause).collect()
}

fn rule(id: &str) -> &'static Rule {
    clock::find(id).expect("known rule")
}

fn run(id: &str, from: impl Into<At>, paused: &str, extend: u32) -> Run {
    let done = clock::run(rule(id), from, &pauses(paused), extend, &Calendar::bundled());
    done.unwrap_or_else(|refusal| panic!("{id}: {refusal}"))
}

/// The words for `day` in the explanation.
fn words(run: &Run, day: &str) -> String {
    let day = date(day);
    run.explain().iter().find(|entry| entry.date == day).expect("a day of the period").words()
}
