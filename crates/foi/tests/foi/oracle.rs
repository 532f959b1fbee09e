//! The last day for an answer, found by walking from day to day with a counter: knows no pauses, runs or rules.

use gongkai_foi::{Asked, Channel, ConsultNumber, Event, Happened, Opinion, Timeline};
use jiff::civil::Date;
use proptest::prelude::*;

use crate::{CALENDAR, date, later, rules};

/// A question: days after the count began when it was sent, days later when it was received and answered.
#[derive(Debug, Clone)]
struct Question {
    asked: Asked,
    sent: i32,
    received: Option<i32>,
    answered: Option<i32>,
}

#[derive(Debug, Clone)]
struct Script {
    came: Date,
    /// Days until both sides confirm, for what comes through the internet.
    confirmed: Option<i32>,
    /// Days until a supplement is asked for, and until it comes.
    supplement: Option<(i32, i32)>,
    questions: Vec<Question>,
    /// Days after the count began, and for how many working days.
    extension: Option<(i32, u32)>,
}

impl Script {
    fn plain(came: Date) -> Self {
        Self { came, confirmed: None, supplement: None, questions: Vec::new(), extension: None }
    }

    fn received(&self) -> Date {
        later(self.came, self.confirmed.unwrap_or(0))
    }

    /// The day after which days are counted.
    fn from(&self) -> Date {
        self.supplement.map_or(self.received(), |(asked, back)| later(self.received(), asked + back))
    }

    fn timeline(&self) -> Timeline {
        let channel = if self.confirmed.is_some() { Channel::Internet } else { Channel::Registered };
        let mut events = vec![Event::new(self.came, Happened::Came { channel })];
        if self.confirmed.is_some() {
            events.push(Event::new(self.received(), Happened::Confirmed));
        }
        if let Some((asked, _)) = self.supplement {
            let until = later(self.received(), 60);
            events.push(Event::new(later(self.received(), asked), Happened::SupplementAsked { until }));
            events.push(Event::new(self.from(), Happened::Supplemented));
        }
        for (place, question) in self.questions.iter().enumerate() {
            let number = ConsultNumber(u32::try_from(place).expect("few"));
            let sent = later(self.from(), question.sent);
            events.push(Event::new(sent, Happened::Consulted { number, asked: question.asked }));
            if let Some(days) = question.received {
                events.push(Event::new(later(sent, days), Happened::ConsultReceived { number }));
            }
            if let Some(days) = question.answered {
                let opinion = Opinion::Agrees;
                events.push(Event::new(later(sent, days), Happened::ConsultAnswered { number, opinion }));
            }
        }
        if let Some((days, length)) = self.extension {
            events.push(Event::new(later(self.from(), days), Happened::Extended { days: length }));
        }
        Timeline::new(events)
    }

    /// Whether the clock stands on `day` as far as is known at the end of `today`; `None` when nobody knows how long.
    fn stands(&self, day: Date, today: Date) -> Option<bool> {
        let mut stands = false;
        for question in &self.questions {
            let sent = later(self.from(), question.sent);
            if sent > today || day <= sent {
                continue;
            }
            let received = question.received.map(|days| later(sent, days)).filter(|had| *had <= today);
            let answered = question.answered.map(|days| later(sent, days)).filter(|said| *said <= today);
            let end = received.filter(|_| question.asked != Asked::OtherOrgan).map(|had| working(had, 15));
            match (answered, end) {
                (Some(said), Some(end)) => stands |= day <= said.min(end),
                (Some(said), None) => stands |= day <= said,
                (None, Some(end)) => stands |= day <= end,
                (None, None) if day <= today => stands = true,
                (None, None) => return None,
            }
        }
        Some(stands)
    }

    /// The last day for the answer; `None` when somebody is asked whose answer has no end.
    fn due(&self, today: Date) -> Option<Date> {
        let (mut allowed, mut used, mut day) = (20, 0, self.from());
        loop {
            if let Some((days, length)) = self.extension
                && later(self.from(), days) == day
                && day <= today
                && used < allowed
            {
                allowed += length;
            }
            if day > self.from() && CALENDAR.is_probably_working(day) && !self.stands(day, today)? {
                used += 1;
            }
            if used == allowed {
                return Some(day);
            }
            day = day.tomorrow().expect("far from the end of time");
        }
    }
}

/// The `count`th working day after `from`.
fn working(from: Date, count: u32) -> Date {
    let (mut day, mut left) = (from, count);
    while left > 0 {
        day = day.tomorrow().expect("far from the end of time");
        left -= u32::from(CALENDAR.is_probably_working(day));
    }
    day
}

fn compare(script: &Script, today: Date) {
    let state = script.timeline().on(today, &rules());
    let due = state.due.as_ref().unwrap_or_else(|| panic!("no due day: {script:?} on {today}"));
    assert_eq!(due.latest, script.due(today), "{script:?} on {today}");
    assert!(due.earliest <= due.likely(), "{script:?} on {today}");
}

fn question(asked: Asked, sent: i32, received: Option<i32>, answered: Option<i32>) -> Question {
    Question { asked, sent, received, answered }
}

/// Every kind of course that a request takes.
fn courses(came: Date) -> Vec<Script> {
    let plain = Script::plain(came);
    let asked = |questions: Vec<Question>| Script { questions, ..plain.clone() };
    vec![
        plain.clone(),
        Script { confirmed: Some(0), ..plain.clone() },
        Script { confirmed: Some(3), ..plain.clone() },
        Script { supplement: Some((5, 9)), ..plain.clone() },
        Script { supplement: Some((0, 0)), ..plain.clone() },
        Script { extension: Some((0, 20)), ..plain.clone() },
        Script { extension: Some((13, 5)), ..plain.clone() },
        // Too late for every start day: twenty working days never take so long.
        Script { extension: Some((75, 20)), ..plain.clone() },
        asked(vec![question(Asked::ThirdParty, 4, Some(3), Some(11))]),
        asked(vec![question(Asked::ThirdParty, 4, Some(3), None)]),
        asked(vec![question(Asked::ThirdParty, 4, Some(3), Some(60))]),
        asked(vec![question(Asked::CoMaker, 0, Some(0), None)]),
        asked(vec![question(Asked::CoMaker, 6, Some(2), Some(2))]),
        asked(vec![question(Asked::OtherOrgan, 10, Some(1), Some(33))]),
        asked(vec![
            question(Asked::ThirdParty, 3, Some(4), None),
            question(Asked::CoMaker, 9, Some(0), Some(7)),
            question(Asked::OtherOrgan, 1, None, Some(40)),
        ]),
        Script {
            supplement: Some((6, 15)),
            questions: vec![question(Asked::ThirdParty, 2, Some(2), Some(20))],
            extension: Some((24, 20)),
            ..plain
        },
    ]
}

/// The courses that between them run every rule; the others take turns, so that each begins on hundreds of days.
const ALWAYS: [usize; 3] = [3, 6, 9];

#[test]
fn every_start_day_of_eight_years_ends_where_a_walk_ends() {
    let mut day = date("2019-01-01");
    let mut number = 0;
    while day <= date("2026-12-31") {
        let courses = courses(day);
        for place in ALWAYS.into_iter().chain([number % courses.len()]) {
            compare(&courses[place], later(day, 400));
        }
        let state = courses[9].timeline().on(later(day, 8), &rules());
        assert_eq!(state.supplement_notice_by, Some(working(day, 7)), "{day}");
        assert_eq!(state.consults[0].due, Some(working(later(day, 7), 15)), "{day}");
        number += 1;
        day = day.tomorrow().expect("tomorrow");
    }
    assert_eq!(number, 2922);
}

fn questions() -> impl Strategy<Value = Vec<Question>> {
    let asked = prop::sample::select(Asked::ALL.to_vec());
    let one = (asked, 0..40_i32, prop::option::of(0..10_i32), prop::option::of(0..50_i32));
    let one = one.prop_map(|(asked, sent, received, answered)| {
        // Nobody answers a letter before having it.
        let answered = answered.map(|days| days.max(received.unwrap_or(0)));
        Question { asked, sent, received, answered }
    });
    prop::collection::vec(one, 0..4)
}

fn scripts() -> impl Strategy<Value = Script> {
    let supplement = prop::option::of((0..9_i32, 0..30_i32));
    let extension = prop::option::of((0..60_i32, 1..=20_u32));
    let confirmed = prop::option::of(0..5_i32);
    (0..8 * 365_i32, confirmed, supplement, questions(), extension).prop_map(
        |(offset, confirmed, supplement, questions, extension)| Script {
            came: later(date("2019-01-01"), offset),
            confirmed,
            supplement,
            questions,
            extension,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_course_seen_on_any_day_is_due_where_a_walk_ends(script in scripts(), seen in 0..120_i32) {
        compare(&script, later(script.from(), seen));
    }

    #[test]
    fn what_is_known_later_only_matters_later(script in scripts(), seen in 0..120_i32) {
        let today = later(script.from(), seen);
        let all = script.timeline();
        let known = Timeline::new(all.events().iter().filter(|event| event.on <= today).cloned());
        prop_assert_eq!(all.on(today, &rules()), known.on(today, &rules()));
    }

    #[test]
    fn a_step_that_may_be_taken_breaks_no_rule(script in scripts(), seen in 0..120_i32) {
        let today = later(script.from(), seen);
        let before = script.timeline().on(today, &rules());
        let taken = [
            (gongkai_foi::Step::Extend, Happened::Extended { days: 20 }),
            (gongkai_foi::Step::AskSupplement, Happened::SupplementAsked { until: later(today, 15) }),
            (gongkai_foi::Step::NoticeFee, Happened::FeeNoticed),
            (gongkai_foi::Step::Consult, crate::consulted(99, Asked::ThirdParty)),
            (gongkai_foi::Step::AskReasons, Happened::ReasonsAsked { until: None }),
            (gongkai_foi::Step::Withdraw, Happened::Withdrawn),
        ];
        let known = script.timeline().events().iter().filter(|event| event.on <= today).cloned().collect::<Vec<_>>();
        for (step, happened) in taken.into_iter().filter(|(step, _)| before.may(*step).is_ok()) {
            let events = known.iter().cloned().chain([Event::new(today, happened)]);
            let after = Timeline::new(events).on(today, &rules());
            let count = |state: &gongkai_foi::State| state.breaches.len();
            prop_assert!(count(&after) <= count(&before), "{:?}: {:?}", step, after.breaches);
        }
    }
}
