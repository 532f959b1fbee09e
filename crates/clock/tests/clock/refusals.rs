//! What a clock does not answer, and what it answers with a guess.

use gongkai_clock::{self as clock, At, HoursCount, RULES, Readings, Refusal};
use jiff::civil::Date;
use kernel::{
    Calendar,
    calendar::{Special, Unknown},
};

use super::{date, moment, pauses, rule, words};

fn refusal(id: &str, from: impl Into<At>, paused: &str, extend: u32) -> Refusal {
    clock::run(rule(id), from, &pauses(paused), extend, &Calendar::bundled()).expect_err("refused")
}

#[test]
fn past_the_last_notice_a_clock_refuses_and_says_why() {
    for (id, from, first_unknown) in [
        ("foi.response", "2026-12-04", "2027-01-01"),
        ("budget.publish", "2026-12-12", "2027-01-01"),
        ("consultation.minimum", "2026-12-02", "2027-01-01"),
        ("hearing.papers", "2027-01-05", "2027-01-05"),
        ("opinion.response", "2026-12-30", "2027-01-01"),
        ("interpretation.publish", "2018-12-29", "2018-12-30"),
    ] {
        let told = refusal(id, date(from), "", 0);
        let unknown = Unknown(date(first_unknown), date("2019-01-01"), date("2026-12-31"));
        assert_eq!(told, Refusal::Unknown(unknown), "{id}");
        assert!(told.to_string().contains("2026-12-31") && told.to_string().contains("放假通知"), "{told}");
    }
    for rule in RULES {
        let told = clock::run(rule, date("2027-06-01"), &[], 0, &Calendar::bundled());
        assert!(matches!(told, Err(Refusal::Unknown(_))), "{}", rule.id);
    }
    assert!(matches!(refusal("opinion.first-statement", moment("2026-12-31T19:00"), "", 0), Refusal::Unknown(_)));
}

#[test]
fn the_last_days_before_the_end_of_the_calendar_are_answered() {
    let calendar = Calendar::bundled();
    // Twenty working days from 2026-12-03: 12-31 is the twentieth.
    let run = clock::run(rule("foi.response"), date("2026-12-03"), &[], 0, &calendar).expect("known");
    assert_eq!(run.due(), At::Day(date("2026-12-31")));
    let run = clock::run(rule("opinion.first-statement"), moment("2026-12-31T18:59"), &[], 0, &calendar);
    assert_eq!(run.expect("known").due(), At::Moment(moment("2026-12-31T23:59")));
    let mut longer = calendar;
    longer.extend([(date("2027-01-01"), Special::Off)], Some(date("2027-12-31")));
    let run = clock::run(rule("foi.response"), date("2026-12-04"), &[], 0, &longer).expect("known now");
    assert_eq!(run.due(), At::Day(date("2027-01-04")));
    assert_eq!(words(&run, "2027-01-01"), "放假");
}

#[test]
fn a_probable_answer_goes_on_and_says_that_it_guessed() {
    let calendar = Calendar::bundled();
    let sure = clock::probable(rule("foi.response"), date("2026-04-30"), &[], 0, &calendar).expect("answered");
    assert_eq!(Ok(&sure), clock::run(rule("foi.response"), date("2026-04-30"), &[], 0, &calendar).as_ref());
    assert!(!sure.is_guess());
    let guess = clock::probable(rule("foi.response"), date("2026-12-04"), &[], 0, &calendar).expect("answered");
    assert_eq!((guess.due(), guess.is_guess()), (At::Day(date("2027-01-04")), true));
    assert_eq!(words(&guess, "2027-01-01"), "元旦放假（法定节日，当年放假通知尚未录入）");
    assert_eq!(words(&guess, "2027-01-04"), "工作日（周一）（放假通知尚未录入，按星期推算）");
    let extended = clock::probable(rule("foi.response"), date("2026-11-30"), &[], 20, &calendar).expect("answered");
    assert_eq!(extended.due(), At::Day(date("2027-01-26")), "1 January is counted by nobody");
    // Hours do not ask the calendar, unless the installation reads them as hours of working days.
    let moment = moment("2026-12-31T22:00");
    let hours = clock::probable(rule("opinion.first-statement"), moment, &[], 0, &calendar).expect("answered");
    assert!(!hours.is_guess());
    let readings = Readings { opinion_hours: HoursCount::OfWorkingDays, ..Readings::default() };
    let own = readings.apply(rule("opinion.first-statement"));
    assert!(clock::probable(&own, moment, &[], 0, &calendar).expect("answered").is_guess());
}

#[test]
fn pauses_and_extensions_are_what_the_rule_allows() {
    let from = date("2025-03-03");
    for rule in RULES.iter().filter(|rule| rule.id != "foi.response") {
        assert_eq!(refusal(rule.id, from, "2025-03-04..2025-03-05", 0), Refusal::NoPause(rule.label));
        assert_eq!(refusal(rule.id, from, "", 1), Refusal::NoExtension(rule.label));
    }
    let backwards = refusal("foi.response", from, "2025-03-05..2025-03-04", 0);
    assert_eq!(backwards.to_string(), "请核对暂停的时间段：2025-03-04 早于 2025-03-05。");
    let long = refusal("foi.response", from, "", 21);
    assert_eq!(long.to_string(), "“答复政府信息公开申请”最多延长 20 个工作日。请改小延长的期限。");
}

#[test]
fn absurd_input_ends() {
    let calendar = Calendar::bundled();
    let forever = pauses("2025-03-04..9999-12-31");
    let told = clock::probable(rule("foi.response"), date("2025-03-03"), &forever, 0, &calendar);
    assert_eq!(told, Err(Refusal::Endless));
    for rule in RULES {
        for day in [Date::MIN, Date::MAX, date("9999-12-30")] {
            // Whatever it says, it says it.
            let told = clock::probable(rule, day, &[], 0, &calendar);
            assert!(told.is_ok() || told == Err(Refusal::Endless), "{} from {day}: {told:?}", rule.id);
        }
    }
}
