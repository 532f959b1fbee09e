//! Days worked out by hand from the notices, and what stops, restarts and lengthens the count.

use gongkai_foi::{Asked, Breach, Channel, Event, Happened, Opinion, Outcome, Practice, Rules, Stage, Step, Timeline};

use crate::{CALENDAR, READINGS, came, consulted, date, had, on, replied, rules, said, timeline};

fn due(timeline: &Timeline, day: &str) -> String {
    on(timeline, day).due.map_or("-".to_owned(), |due| due.likely().to_string())
}

#[test]
fn an_answer_is_due_after_twenty_working_days() {
    for (received, last) in [
        ("2019-05-15", "2019-06-13"),
        ("2019-12-30", "2020-02-04"),
        ("2024-02-08", "2024-03-13"),
        ("2024-09-13", "2024-10-17"),
        ("2025-04-25", "2025-05-27"),
        ("2026-04-30", "2026-06-01"),
    ] {
        let timeline = timeline(&[(received, came())]);
        assert_eq!(due(&timeline, received), last, "{received}");
    }
}

#[test]
fn each_way_has_its_day_of_receipt() {
    let (came, confirmed) = (date("2026-03-05"), Some(date("2026-03-06")));
    for channel in Channel::ALL {
        let needs = channel.receipt().needs_confirmation();
        assert_eq!(channel.received(came, None).is_none(), needs, "{channel:?}");
        let expected = if needs { confirmed } else { Some(came) };
        assert_eq!(channel.received(came, confirmed), expected, "{channel:?}");
        assert_eq!(channel.received(came, Some(date("2026-03-01"))).is_none(), needs, "before it came");
    }
}

#[test]
fn what_comes_through_the_internet_is_not_received_before_both_sides_confirm() {
    let sent = ("2026-03-06", Happened::Came { channel: Channel::Internet });
    let unconfirmed = timeline(std::slice::from_ref(&sent));
    let state = on(&unconfirmed, "2026-03-07");
    assert_eq!((state.stage, state.due.clone()), (Stage::Unconfirmed, None));
    assert_eq!(state.confirm_by, Some(date("2026-03-09")), "the first working day after a Friday");
    assert!(state.may(Step::Reply).is_err());
    let confirmed = timeline(&[sent, ("2026-03-11", Happened::Confirmed)]);
    let state = on(&confirmed, "2026-03-11");
    assert_eq!(state.received, Some(date("2026-03-11")));
    let late = Breach::ConfirmedLate { by: date("2026-03-09"), on: date("2026-03-11") };
    assert_eq!(state.breaches, [late]);
}

#[test]
fn a_letter_is_confirmed_on_the_day_on_which_it_comes() {
    let letter = timeline(&[("2026-03-06", Happened::Came { channel: Channel::Letter })]);
    assert_eq!(on(&letter, "2026-03-06").confirm_by, Some(date("2026-03-06")));
}

#[test]
fn a_supplement_begins_the_count_anew_and_is_asked_for_once_in_seven_working_days() {
    let until = date("2026-03-31");
    let mut events = vec![("2026-03-02", came()), ("2026-03-05", Happened::SupplementAsked { until })];
    assert!(on(&timeline(&events[..1]), "2026-03-11").may(Step::AskSupplement).is_ok(), "the seventh day");
    let refused = on(&timeline(&events[..1]), "2026-03-12").may(Step::AskSupplement).expect_err("the eighth day");
    assert!(refused.reason.contains("2026-03-11"), "{}", refused.reason);
    let waiting = on(&timeline(&events), "2026-03-20");
    assert_eq!((waiting.stage, waiting.due.clone()), (Stage::AwaitingSupplement { until }, None));
    assert!(waiting.may(Step::Reply).is_err());
    let missed = on(&timeline(&events), "2026-04-01");
    assert_eq!(missed.stage, Stage::SupplementMissed { until });
    assert!(missed.may(Step::Reply).is_ok() && missed.may(Step::TakeSupplement).is_ok());
    assert!(!missed.is_overdue(), "nothing is owed while nothing came");
    events.push(("2026-03-20", Happened::Supplemented));
    let back = on(&timeline(&events), "2026-03-20");
    assert_eq!(back.due.as_ref().map(|due| due.likely()), Some(date("2026-04-20")), "清明节 is off");
    assert!(back.may(Step::AskSupplement).expect_err("once").reason.contains("一次性"));
}

#[test]
fn time_for_asking_others_is_left_out() {
    let events = [
        ("2025-03-03", came()),
        ("2025-03-10", consulted(1, Asked::ThirdParty)),
        ("2025-03-11", had(1)),
        ("2025-03-24", said(1, Opinion::Agrees)),
    ];
    assert_eq!(due(&timeline(&events), "2025-03-24"), "2025-04-15");
    let waiting = on(&timeline(&events[..3]), "2025-03-14");
    assert_eq!(waiting.stage, Stage::Consulting);
    let due = waiting.due.expect("runs");
    assert!(!due.is_settled());
    assert_eq!(waiting.consults[0].due, Some(date("2025-04-01")), "fifteen working days after the eleventh");
    let silent = on(&timeline(&events[..3]), "2025-04-02");
    assert_eq!(silent.stage, Stage::Working, "silence ends the pause");
    assert_eq!(silent.due.expect("runs").likely(), due.likely());
    assert_eq!(on(&timeline(&events[..3]), "2025-04-02").silent().collect::<Vec<_>>(), [Asked::ThirdParty]);
}

#[test]
fn who_answers_late_stops_the_clock_no_longer() {
    let events = [
        ("2025-03-03", came()),
        ("2025-03-10", consulted(1, Asked::ThirdParty)),
        ("2025-03-11", had(1)),
        ("2025-04-10", said(1, Opinion::ObjectsWithReason)),
    ];
    let silent = on(&timeline(&events[..3]), "2025-04-02").due;
    let late = on(&timeline(&events), "2025-04-10");
    assert_eq!(late.due.map(|due| due.likely()), silent.map(|due| due.likely()));
    assert!(late.consults[0].is_late);
}

#[test]
fn a_letter_of_which_nobody_knows_stops_the_clock_until_it_is_given_up() {
    let events = vec![("2025-03-03", came()), ("2025-03-10", consulted(1, Asked::ThirdParty))];
    let open = on(&timeline(&events), "2025-06-10");
    let due = open.due.clone().expect("runs");
    assert_eq!(due.latest, None);
    assert!(due.earliest > open.today && !open.is_overdue());
    let mut given_up = events;
    given_up.push(("2025-03-17", Happened::ConsultEnded { number: gongkai_foi::ConsultNumber(1) }));
    assert!(on(&timeline(&given_up), "2025-06-10").is_overdue());
}

#[test]
fn the_period_is_lengthened_once_and_only_while_it_runs() {
    let extended = [("2026-03-02", came()), ("2026-03-30", Happened::Extended { days: 20 })];
    assert_eq!(due(&timeline(&extended[..1]), "2026-03-02"), "2026-03-30");
    assert_eq!(due(&timeline(&extended), "2026-03-30"), "2026-04-28");
    assert!(on(&timeline(&extended), "2026-03-31").may(Step::Extend).is_err());
    let late = timeline(&[("2026-03-02", came()), ("2026-03-31", Happened::Extended { days: 20 })]);
    assert_eq!(due(&late, "2026-03-31"), "2026-03-30");
    let (due, day) = (date("2026-03-30"), date("2026-03-31"));
    assert_eq!(on(&late, "2026-03-31").breaches, [Breach::ActedLate { due, on: day }, Breach::Overdue { due }]);
    let long = timeline(&[("2026-03-02", came()), ("2026-03-05", Happened::Extended { days: 30 })]);
    assert_eq!(crate::periods::due(&long, "2026-03-05"), "2026-04-28", "never more than twenty");
    assert!(matches!(on(&long, "2026-03-05").breaches[..], [Breach::ExtendedTooLong { days: 30, .. }]));
}

#[test]
fn a_period_that_begins_anew_may_be_lengthened_itself() {
    let events = [
        ("2026-03-02", came()),
        ("2026-03-05", Happened::Extended { days: 20 }),
        ("2026-03-16", Happened::FeeNoticed),
        ("2026-03-25", Happened::FeePaid),
        ("2026-03-30", Happened::Extended { days: 5 }),
    ];
    assert_eq!(due(&timeline(&events[..4]), "2026-03-25"), "2026-04-23", "the first extension is gone");
    assert!(on(&timeline(&events[..4]), "2026-03-26").may(Step::Extend).is_ok());
    assert_eq!(due(&timeline(&events), "2026-03-30"), "2026-04-30");
    assert!(on(&timeline(&events), "2026-03-31").may(Step::Extend).is_err());
}

#[test]
fn many_requests_may_be_put_off_when_the_reasons_are_good() {
    let until = date("2026-06-30");
    let events = [
        ("2026-03-02", came()),
        ("2026-03-04", Happened::ReasonsAsked { until: None }),
        ("2026-03-09", Happened::ReasonsGiven),
        ("2026-03-10", Happened::Delayed { until }),
    ];
    assert!(on(&timeline(&events[..2]), "2026-03-05").may(Step::Delay).is_err(), "no reasons yet");
    assert_eq!(due(&timeline(&events[..2]), "2026-03-05"), "2026-03-30", "asking for reasons stops nothing");
    let state = on(&timeline(&events), "2026-03-10");
    assert_eq!(state.due.as_ref().map(|due| due.likely()), Some(until));
    assert!(state.due.expect("fixed").run.is_none());
}

#[test]
fn a_payment_begins_the_count_anew_unless_the_county_reads_it_otherwise() {
    let events = [("2026-03-02", came()), ("2026-03-16", Happened::FeeNoticed), ("2026-03-25", Happened::FeePaid)];
    let until = date("2026-04-14");
    let waiting = on(&timeline(&events[..2]), "2026-03-20");
    assert_eq!((waiting.stage, waiting.due.clone()), (Stage::AwaitingPayment { until }, None));
    assert_eq!(on(&timeline(&events[..2]), "2026-04-15").stage, Stage::PaymentMissed { until });
    assert_eq!(due(&timeline(&events), "2026-03-25"), "2026-04-23");
    let practice = Practice { fee_restarts: false, ..Practice::default() };
    let rules = Rules { calendar: &CALENDAR, readings: &READINGS, practice: &practice };
    let paused = timeline(&events).on(date("2026-03-25"), &rules).due.expect("runs");
    assert_eq!(paused.likely(), date("2026-04-09"), "seven working days of waiting are left out");
    let old = timeline(&[("2020-11-20", came())]);
    assert!(on(&old, "2020-11-25").may(Step::NoticeFee).is_err(), "no fee before 2021");
}

#[test]
fn an_answer_ends_the_clock_and_an_order_opens_it_again() {
    let until = date("2026-07-31");
    let events = [
        ("2026-03-02", came()),
        ("2026-03-31", replied(Outcome::Withheld)),
        ("2026-04-02", Happened::Delivered),
        ("2026-05-06", Happened::ReviewFiled),
        ("2026-06-30", Happened::ReviewDecided { finding: gongkai_foi::remedy::Finding::OrderedToAct }),
        ("2026-06-30", Happened::Ordered { until }),
        ("2026-07-20", replied(Outcome::Disclosed)),
    ];
    let late = on(&timeline(&events[..2]), "2026-04-01");
    assert_eq!((late.stage, late.due.clone()), (Stage::Answered, None));
    assert_eq!(late.breaches, [Breach::AnsweredLate { due: date("2026-03-30"), on: date("2026-03-31") }]);
    let again = on(&timeline(&events[..6]), "2026-07-01");
    assert_eq!(again.stage, Stage::Reopened { until });
    assert_eq!(again.due.as_ref().map(|due| due.likely()), Some(until));
    assert!(again.may(Step::Reply).is_ok() && again.may(Step::Extend).is_err());
    let done = on(&timeline(&events), "2026-07-20");
    assert_eq!(done.stage, Stage::Answered);
    assert!(done.may(Step::Reply).is_err());
}

#[test]
fn what_cannot_have_happened_is_left_out_and_told() {
    let events = [
        ("2026-03-02", came()),
        ("2026-03-03", said(7, Opinion::Agrees)),
        ("2026-03-04", Happened::Withdrawn),
        ("2026-03-05", replied(Outcome::Disclosed)),
    ];
    let state = on(&timeline(&events), "2026-03-06");
    assert_eq!(state.stage, Stage::Withdrawn);
    let odd = |day: &str| Breach::OutOfOrder { on: date(day) };
    assert_eq!(state.breaches, [odd("2026-03-03"), odd("2026-03-05")]);
    assert!(state.may(Step::Reply).expect_err("withdrawn").reason.contains("撤回"));
}

#[test]
fn a_day_beyond_the_notices_is_a_guess_and_says_so() {
    let timeline = timeline(&[("2026-12-20", came())]);
    let state = on(&timeline, "2026-12-21");
    assert!(state.due.expect("likely").is_guess());
}

#[test]
fn events_are_stored_and_read_as_they_were() {
    let until = date("2026-03-31");
    let events = [
        ("2026-03-02", Happened::Came { channel: Channel::Fax }),
        ("2026-03-02", Happened::Confirmed),
        ("2026-03-05", Happened::SupplementAsked { until }),
        ("2026-03-10", consulted(1, Asked::CoMaker)),
        ("2026-03-11", said(1, Opinion::ObjectsWithoutReason)),
        (
            "2026-03-12",
            Happened::Replied { outcome: Outcome::Withheld, exemptions: vec![gongkai_foi::Exemption::Process] },
        ),
    ];
    for event in timeline(&events).events() {
        let text = serde_json::to_string(event).expect("written");
        assert_eq!(&serde_json::from_str::<Event>(&text).expect("read"), event, "{text}");
    }
    assert!(timeline(&events).on(until, &rules()).breaches.is_empty());
}
