//! The count against what must hold of every count, and against one of another making.

use std::sync::LazyLock;

use gongkai_clock::{self as clock, At, Pause, RULES, Reason, Refusal, Rule, Run, Unit};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, date},
};
use kernel::Calendar;
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::bundled);

fn rules(hours: bool) -> impl Strategy<Value = &'static Rule> {
    prop::sample::select(RULES.iter().filter(|rule| (rule.unit == Unit::Hours) == hours).collect::<Vec<_>>())
}

fn day() -> impl Strategy<Value = Date> {
    (0..8 * 366_i32).prop_map(|offset| date(2018, 12, 31).saturating_add(offset.days()))
}

fn pauses() -> impl Strategy<Value = Vec<Pause>> {
    let one = (0..60_i32, 0..25_i32);
    prop::collection::vec(one, 0..4).prop_map(|all| {
        // Offsets from the event, which the test adds.
        let day = |offset: i32| date(2000, 1, 1).saturating_add(offset.days());
        all.into_iter().map(|(first, length)| Pause { first: day(first), last: day(first + length) }).collect()
    })
}

fn moved(pause: Pause, from: Date) -> Pause {
    let shift = |day: Date| from.saturating_add(day.since(date(2000, 1, 1)).expect("near"));
    Pause { first: shift(pause.first), last: shift(pause.last) }
}

/// The end of a period in days, found from the other side: the first candidate before which enough days lie.
fn expected(rule: &Rule, from: Date, pauses: &[Pause], total: u32) -> Date {
    let sign = if rule.start.is_backwards() { -1 } else { 1 };
    let nth = |offset: i32| from.saturating_add((sign * offset).days());
    let paused = |day: Date| pauses.iter().any(|pause| pause.first <= day && day <= pause.last);
    let counts = |day: Date| !paused(day) && (rule.unit == Unit::Days || CALENDAR.is_probably_working(day));
    let enough = |last: i32| (1..=last).filter(|offset| counts(nth(*offset))).count() as u32 == total;
    let ends = |day: Date| sign < 0 || CALENDAR.is_probably_working(day);
    let last = (1..).find(|last| enough(*last)).expect("periods end");
    (last..).map(nth).find(|day| !paused(*day) && ends(*day)).expect("a working day follows")
}

fn holds(run: &Run, total: u32) {
    let (days, rule) = (run.explain(), run.rule());
    let counted = days.iter().filter(|day| day.counted).count();
    assert_eq!(counted, total as usize, "counted days are the length");
    let last = days.last().expect("days");
    assert_eq!((At::Day(last.date), last.counted), (run.due(), true), "the end is the last counted day");
    assert_eq!(days[0].date, run.from().date(), "every day from that of the event");
    assert!(days.windows(2).all(|two| two[0].date.duration_until(two[1].date).abs() == SignedDuration::from_hours(24)));
    for day in days {
        assert_eq!(day.counted, matches!(day.reason, Reason::Counted { .. }));
        assert!(!day.counted || rule.unit == Unit::Days || CALENDAR.is_working(day.date) == Ok(true), "{day:?}");
        assert!(!day.words().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn periods_in_days_hold(rule in rules(false), from in day(), wanted in pauses(), extend in 0..=20_u32) {
        let wanted: Vec<Pause> = wanted.into_iter().map(|pause| moved(pause, from)).collect();
        let pauses = if rule.pauses.is_some() { wanted } else { Vec::new() };
        let extend = extend.min(rule.extension);
        let total = rule.length + extend;
        let due = expected(rule, from, &pauses, total);
        match clock::run(rule, from, &pauses, extend, &CALENDAR) {
            Ok(run) => {
                holds(&run, total);
                prop_assert_eq!(run.due(), At::Day(due));
                prop_assert!(!run.is_guess());
            }
            Err(Refusal::Unknown(_)) => {
                let probable = clock::probable(rule, from, &pauses, extend, &CALENDAR).expect("guessed");
                prop_assert_eq!(probable.due(), At::Day(due));
                let outside = |day: Date| CALENDAR.known(day).is_err();
                prop_assert!(outside(from) || outside(due) || probable.is_guess());
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn hours_are_hours(rule in rules(true), seconds in 1_546_300_800..1_798_000_000_i64) {
        let from = Timestamp::from_second(seconds).expect("moment");
        let run = clock::run(rule, from, &[], 0, &CALENDAR).expect("known years");
        let length = SignedDuration::from_hours(i64::from(rule.length));
        prop_assert_eq!(run.due(), At::Moment(from + length));
        let parts = run.explain().iter().map(|day| match day.reason {
            Reason::Hours { from, to } => to.duration_since(from),
            other => panic!("{other:?}"),
        });
        prop_assert_eq!(parts.sum::<SignedDuration>(), length);
    }
}

/// The last day found in a list of all working days instead of by counting.
fn listed(working: &[Date], rule: &Rule, from: Date, total: u32) -> Date {
    let days = i32::try_from(total).expect("short");
    match (rule.unit, rule.start.is_backwards()) {
        (Unit::WorkingDays, false) => working[working.partition_point(|day| *day <= from) + total as usize - 1],
        (Unit::Days, false) => {
            let last = from.saturating_add(days.days());
            working[working.partition_point(|day| *day < last)]
        }
        (Unit::Days, true) => from.saturating_sub(days.days()),
        other => panic!("{}: {other:?} is counted by no rule so far", rule.id),
    }
}

/// Every rule from every day of the known years, as it is and as far extended as it may be: none differs.
#[test]
fn every_start_day_of_every_rule() {
    let all = std::iter::successors(Some(date(2018, 12, 1)), |day| day.tomorrow().ok());
    let working: Vec<Date> =
        all.take_while(|day| *day < date(2027, 6, 1)).filter(|day| CALENDAR.is_probably_working(*day)).collect();
    let (mut day, mut answered) = (date(2019, 1, 1), 0_u32);
    while day <= date(2026, 12, 31) {
        for rule in RULES.iter().filter(|rule| rule.unit != Unit::Hours) {
            for extend in [0, rule.extension] {
                let due = listed(&working, rule, day, rule.length + extend);
                match clock::run(rule, day, &[], extend, &CALENDAR) {
                    Ok(run) => {
                        assert_eq!(run.due(), At::Day(due), "{} from {day}, extended by {extend}", rule.id);
                        answered += 1;
                    }
                    // At the borders of what is known.
                    Err(Refusal::Unknown(_)) => {
                        let border = day > date(2026, 10, 1) || day < date(2019, 1, 20);
                        assert!(border, "{} from {day}", rule.id);
                    }
                    Err(other) => panic!("{} from {day}: {other}", rule.id),
                }
            }
        }
        day = day.tomorrow().expect("far from the end of time");
    }
    assert!(answered > 60_000, "{answered}");
}
