//! The law of requests: days against a walk of another making, steps, answers and their letters, rows of the report.

mod answers;
mod oracle;
mod periods;
mod report;
mod steps;

use std::sync::LazyLock;

use clock::Readings;
use gongkai_foi::{Asked, Channel, ConsultNumber, Event, Happened, Opinion, Outcome, Practice, Rules, State, Timeline};
use jiff::{ToSpan, civil::Date};
use kernel::Calendar;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::bundled);
static READINGS: LazyLock<Readings> = LazyLock::new(Readings::default);
static PRACTICE: LazyLock<Practice> = LazyLock::new(Practice::default);

fn rules() -> Rules<'static> {
    Rules { calendar: &CALENDAR, readings: &READINGS, practice: &PRACTICE }
}

fn date(text: &str) -> Date {
    text.parse().expect("date")
}

fn later(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}

/// What happened, from lines such as `2026-03-02 came counter`.
fn timeline(lines: &[(&str, Happened)]) -> Timeline {
    Timeline::new(lines.iter().map(|(on, happened)| Event::new(date(on), happened.clone())))
}

fn on(timeline: &Timeline, day: &str) -> State {
    timeline.on(date(day), &rules())
}

fn came() -> Happened {
    Happened::Came { channel: Channel::Counter }
}

fn consulted(number: u32, asked: Asked) -> Happened {
    Happened::Consulted { number: ConsultNumber(number), asked }
}

fn had(number: u32) -> Happened {
    Happened::ConsultReceived { number: ConsultNumber(number) }
}

fn said(number: u32, opinion: Opinion) -> Happened {
    Happened::ConsultAnswered { number: ConsultNumber(number), opinion }
}

fn replied(outcome: Outcome) -> Happened {
    Happened::Replied { outcome, exemptions: Vec::new() }
}
