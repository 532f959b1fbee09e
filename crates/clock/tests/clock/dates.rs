//! Dates worked out by hand.

use gongkai_clock::{
    self as clock, At, FirstDay, HoursCount, LastDay, Pause, RULES, Readings, Rule, Start, Unit, rule as rules,
};
use kernel::Calendar;

use super::{date, moment, pause, rule, run, words};

#[test]
fn every_rule_of_the_contract_is_there_with_its_length() {
    let told: Vec<(&str, String)> = RULES.iter().map(|rule| (rule.id, rule.units(rule.length))).collect();
    let contract = [
        ("foi.response", "20 个工作日"),
        ("foi.supplement-notice", "7 个工作日"),
        ("foi.third-party", "15 个工作日"),
        ("foi.co-maker", "15 个工作日"),
        ("publish.proactive", "20 个工作日"),
        ("enforcement.permit", "7 个工作日"),
        ("enforcement.penalty", "7 个工作日"),
        ("enforcement.general", "20 个工作日"),
        ("enforcement.withdraw", "3 个工作日"),
        ("consultation.minimum", "30 日"),
        ("hearing.papers", "7 日"),
        ("budget.publish", "20 日"),
        ("interpretation.publish", "3 个工作日"),
        ("opinion.first-statement", "5 小时"),
        ("opinion.conference", "24 小时"),
        ("opinion.response", "48 小时"),
    ];
    assert_eq!(told, contract.map(|(id, length)| (id, length.to_owned())));
    for rule in RULES {
        let no_text_found = rule.id == "interpretation.publish";
        assert!(no_text_found || rule.basis.contains(['第', '〔']), "{} names no article and no number", rule.id);
        assert_eq!(rule.pauses.is_some(), rule.id == "foi.response", "only Art. 33 excludes time");
        assert_eq!(rule.extension, if rule.id == "foi.response" { 20 } else { 0 }, "{}", rule.id);
    }
    assert_eq!(rules::HEARING_PAPERS.period(), "召开听证会前 7 日");
    assert_eq!(rules::CONSULTATION_MINIMUM.period(), "公布草案后不少于 30 日");
    assert_eq!(rules::FOI_RESPONSE.period(), "收到申请后 20 个工作日内");
}

#[test]
fn requests_are_due_on_the_days_worked_out_for_them() {
    for (received, supplement, third_party, response, extended) in [
        ("2019-05-15", "2019-05-24", "2019-06-05", "2019-06-13", "2019-07-11"),
        ("2019-12-30", "2020-01-09", "2020-01-20", "2020-02-04", "2020-03-03"),
        ("2020-01-20", "2020-02-06", "2020-02-18", "2020-02-25", "2020-03-24"),
        ("2024-02-08", "2024-02-23", "2024-03-06", "2024-03-13", "2024-04-11"),
        ("2024-09-13", "2024-09-25", "2024-10-11", "2024-10-17", "2024-11-14"),
        ("2025-04-25", "2025-05-08", "2025-05-20", "2025-05-27", "2025-06-25"),
        ("2026-04-30", "2026-05-13", "2026-05-25", "2026-06-01", "2026-06-30"),
    ] {
        for (id, extend, due) in [
            ("foi.supplement-notice", 0, supplement),
            ("foi.third-party", 0, third_party),
            ("foi.co-maker", 0, third_party),
            ("foi.response", 0, response),
            ("publish.proactive", 0, response),
            ("foi.response", 20, extended),
        ] {
            assert_eq!(run(id, date(received), "", extend).due(), At::Day(date(due)), "{id} from {received}");
        }
    }
    for (received, due) in [
        ("2019-09-20", "2019-10-23"),
        ("2025-01-20", "2025-02-21"),
        ("2025-09-22", "2025-10-24"),
        ("2026-02-10", "2026-03-16"),
        ("2026-09-15", "2026-10-19"),
    ] {
        assert_eq!(run("foi.response", date(received), "", 0).due(), At::Day(date(due)), "{received}");
    }
}

#[test]
fn working_days_step_over_holidays_and_take_the_weekends_worked_for_them() {
    for (id, from, due) in [
        // 10-01 to 10-08 off; Saturday 10-11 is the third working day.
        ("enforcement.withdraw", "2025-09-30", "2025-10-11"),
        // Saturday 02-14 worked, nine days off, Saturday 02-28 worked again.
        ("enforcement.permit", "2026-02-13", "2026-03-02"),
        ("enforcement.penalty", "2024-09-30", "2024-10-15"),
        // Over the year end and Sunday 01-26 to the first day after 春节.
        ("enforcement.general", "2024-12-31", "2025-02-05"),
        ("interpretation.publish", "2026-05-08", "2026-05-12"),
        ("interpretation.publish", "2025-01-24", "2025-02-05"),
        // The event on a holiday, on a Saturday that is worked, on a plain Sunday, on the last day of the year.
        ("foi.supplement-notice", "2025-10-03", "2025-10-16"),
        ("foi.supplement-notice", "2025-10-11", "2025-10-21"),
        ("foi.supplement-notice", "2025-03-09", "2025-03-18"),
        ("foi.supplement-notice", "2025-12-31", "2026-01-12"),
        ("interpretation.publish", "2018-12-31", "2019-01-04"),
    ] {
        assert_eq!(run(id, date(from), "", 0).due(), At::Day(date(due)), "{id} from {from}");
    }
}

#[test]
fn days_all_count_but_none_ends_on_a_rest_day() {
    for (id, from, due) in [
        ("budget.publish", "2025-03-04", "2025-03-24"),
        // The twentieth day is Sunday 03-23.
        ("budget.publish", "2025-03-03", "2025-03-24"),
        // Saturday 02-08 is worked; Sunday 02-09 is not.
        ("budget.publish", "2025-01-19", "2025-02-08"),
        ("budget.publish", "2025-01-20", "2025-02-10"),
        ("budget.publish", "2025-09-15", "2025-10-09"),
        ("budget.publish", "2020-01-20", "2020-02-10"),
        ("budget.publish", "2023-12-31", "2024-01-22"),
        ("budget.publish", "2026-12-11", "2026-12-31"),
        ("consultation.minimum", "2025-06-01", "2025-07-01"),
        ("consultation.minimum", "2025-09-02", "2025-10-09"),
        ("consultation.minimum", "2024-01-31", "2024-03-01"),
        ("consultation.minimum", "2023-01-31", "2023-03-02"),
        ("consultation.minimum", "2020-12-05", "2021-01-04"),
        ("consultation.minimum", "2020-12-03", "2021-01-04"),
    ] {
        assert_eq!(run(id, date(from), "", 0).due(), At::Day(date(due)), "{id} from {from}");
    }
}

#[test]
fn papers_are_due_seven_days_before_the_hearing() {
    for (hearing, due) in [
        ("2026-03-16", "2026-03-09"),
        ("2026-01-05", "2025-12-29"),
        ("2024-03-05", "2024-02-27"),
        // A holiday, and a Sunday: notice is counted in plain days.
        ("2025-10-15", "2025-10-08"),
        ("2026-03-15", "2026-03-08"),
    ] {
        assert_eq!(run("hearing.papers", date(hearing), "", 0).due(), At::Day(date(due)), "{hearing}");
    }
    let run = run("hearing.papers", date("2026-03-16"), "", 0);
    let listed: Vec<i8> = run.explain().iter().map(|day| day.date.day()).collect();
    assert_eq!(listed, [16, 15, 14, 13, 12, 11, 10, 9], "in the order of the count");
    assert_eq!(words(&run, "2026-03-16"), "召开听证会当日不计");
    assert_eq!(words(&run, "2026-03-15"), "按日计算（周日）");
}

#[test]
fn hours_are_counted_from_the_moment_through_nights_and_holidays() {
    for (id, from, due) in [
        ("opinion.first-statement", "2026-03-05T22:30", "2026-03-06T03:30"),
        ("opinion.first-statement", "2026-03-05T09:00", "2026-03-05T14:00"),
        ("opinion.first-statement", "2026-03-05T19:00", "2026-03-06T00:00"),
        ("opinion.first-statement", "2019-12-31T23:59", "2020-01-01T04:59"),
        ("opinion.conference", "2025-12-31T09:00", "2026-01-01T09:00"),
        ("opinion.conference", "2026-02-14T18:20", "2026-02-15T18:20"),
        ("opinion.response", "2024-02-28T12:00", "2024-03-01T12:00"),
        ("opinion.response", "2025-09-30T17:05", "2025-10-02T17:05"),
    ] {
        assert_eq!(run(id, moment(from), "", 0).due(), At::Moment(moment(due)), "{id} from {from}");
    }
    let night = run("opinion.first-statement", moment("2026-03-05T22:30"), "", 0);
    assert_eq!(words(&night, "2026-03-05"), "计 22:30 至 24:00");
    assert_eq!(words(&night, "2026-03-06"), "计 00:00 至 03:30");
    assert_eq!(night.due().to_string(), "2026-03-06T03:30:00+08:00");
    let evening = run("opinion.first-statement", moment("2026-03-05T19:00"), "", 0);
    assert_eq!(evening.explain().len(), 1, "a period that ends at midnight takes nothing from the next day");
    let by_day = run("opinion.first-statement", date("2026-03-05"), "", 0);
    assert_eq!(by_day.due(), At::Moment(moment("2026-03-05T05:00")), "a day alone begins at midnight");
}

#[test]
fn a_moment_given_to_a_rule_in_days_stands_for_its_day_in_china() {
    // 16:30 UTC is 00:30 of the next day in China.
    let late = moment("2026-05-01T00:30");
    assert_eq!(run("foi.response", late, "", 0).from(), At::Day(date("2026-05-01")));
    assert_eq!(run("foi.response", moment("2026-04-30T23:30"), "", 0).due(), At::Day(date("2026-06-01")));
}

#[test]
fn pauses_take_their_days_out_of_the_count() {
    for (received, paused, extend, due, working) in [
        ("2025-03-03", "", 0, "2025-03-31", 0),
        // Letter on 03-10, opinion on 03-24: ten working days.
        ("2025-03-03", "2025-03-11..2025-03-24", 0, "2025-04-15", 10),
        ("2025-03-03", "2025-03-10..2025-03-24", 0, "2025-04-16", 11),
        ("2025-03-03", "2025-03-11..2025-03-24", 20, "2025-05-15", 10),
        // Over a holiday: 09-26, Sunday 09-28 worked, 09-29, 09-30, 10-09, 10-10, Saturday 10-11 worked, 10-13.
        ("2025-09-22", "2025-09-26..2025-10-13", 0, "2025-11-05", 8),
        ("2025-09-22", "2025-10-01..2025-10-08", 0, "2025-10-24", 0),
        // Over the year end, with Sunday 01-04 worked.
        ("2025-12-22", "", 0, "2026-01-20", 0),
        ("2025-12-22", "2025-12-29..2026-01-05", 0, "2026-01-27", 5),
        // Two questions at once, one after the other, and one that takes the last day.
        ("2025-03-03", "2025-03-11..2025-03-18 2025-03-17..2025-03-24", 0, "2025-04-15", 10),
        ("2025-03-03", "2025-03-05..2025-03-06 2025-03-11..2025-03-12", 0, "2025-04-07", 4),
        ("2025-03-03", "2025-03-31..2025-03-31", 0, "2025-04-01", 1),
        // Before the receipt, on the day of receipt, after the end.
        ("2025-03-03", "2025-02-03..2025-03-03", 0, "2025-03-31", 0),
        ("2025-03-03", "2025-04-01..2025-04-11", 0, "2025-03-31", 0),
    ] {
        let run = run("foi.response", date(received), paused, extend);
        assert_eq!(run.due(), At::Day(date(due)), "{received} {paused} +{extend}");
        assert_eq!(run.paused(), working, "{received} {paused} +{extend}");
    }
    assert_eq!(
        Pause::between(date("2025-03-10"), date("2025-03-24")),
        Some(pause("2025-03-11..2025-03-24")),
        "the day of the letter is still the organ's"
    );
    assert_eq!(Pause::between(date("2025-03-10"), date("2025-03-10")), None);
}

#[test]
fn every_day_has_its_reason() {
    let run = run("foi.response", date("2025-09-22"), "2025-09-26..2025-10-13", 2);
    for (day, reason) in [
        ("2025-09-22", "收到申请当日不计"),
        ("2025-09-23", "工作日（周二）"),
        ("2025-09-26", "暂停计时"),
        ("2025-09-27", "暂停计时（周六）"),
        ("2025-09-28", "暂停计时"),
        ("2025-10-03", "暂停计时（国庆节、中秋节放假）"),
        ("2025-10-18", "周六"),
        ("2025-11-05", "工作日（周三）"),
        ("2025-11-06", "工作日（周四），延长期限内"),
        ("2025-11-07", "工作日（周五），延长期限内"),
    ] {
        assert_eq!(words(&run, day), reason, "{day}");
    }
    let run = super::run("enforcement.withdraw", date("2025-09-30"), "", 0);
    assert_eq!(words(&run, "2025-10-02"), "国庆节、中秋节放假");
    assert_eq!(words(&run, "2025-10-11"), "调休上班（周六）");
    let run = super::run("budget.publish", date("2025-09-15"), "", 0);
    assert_eq!(words(&run, "2025-09-20"), "按日计算（周六）");
    assert_eq!(words(&run, "2025-10-04"), "按日计算（国庆节、中秋节放假）");
    assert_eq!(words(&run, "2025-10-05"), "国庆节、中秋节放假，期限最后一日逢休息日，顺延");
    assert_eq!(words(&run, "2025-10-09"), "按日计算（周四）");
    assert_eq!(run.explain().last().map(|day| day.number), Some(20));
}

#[test]
fn a_period_is_over_when_its_last_day_or_hour_has_passed_in_china() {
    let days = run("foi.supplement-notice", date("2025-03-09"), "", 0);
    assert!(!days.is_over(moment("2025-03-18T23:59")));
    assert!(days.is_over(moment("2025-03-19T00:00")));
    let hours = run("opinion.first-statement", moment("2026-03-05T22:30"), "", 0);
    assert!(!hours.is_over(moment("2026-03-06T03:30")));
    assert!(hours.is_over(moment("2026-03-06T03:31")));
}

#[test]
fn months_end_on_the_day_of_the_same_number() {
    const REPLY: Rule = Rule::new("t.reply", "答复", "试", 3, Unit::Months, Start::DayAfter("交办")).extended_by(3);
    const NOTICE: Rule = Rule::new("t.notice", "通知", "试", 1, Unit::Months, Start::DayBefore("开会"));
    for (rule, from, extend, due) in [
        (&REPLY, "2025-03-10", 0, "2025-06-10"),
        (&REPLY, "2025-03-10", 3, "2025-09-10"),
        // No 31 November and no 31 February: the month's last day; Saturday 2026-02-28 is worked.
        (&REPLY, "2025-08-31", 0, "2025-12-01"),
        (&REPLY, "2025-11-30", 0, "2026-02-28"),
        (&REPLY, "2025-07-03", 0, "2025-10-09"),
        (&NOTICE, "2025-03-31", 0, "2025-02-28"),
        (&NOTICE, "2025-11-05", 0, "2025-10-05"),
    ] {
        let run = clock::run(rule, date(from), &[], extend, &Calendar::bundled()).expect("known years");
        assert_eq!(run.due(), At::Day(date(due)), "{from} +{extend}");
        assert!(run.explain().last().is_some_and(|day| day.counted && day.date == date(due)));
    }
}

#[test]
fn what_no_text_settles_is_read_from_the_configuration() {
    let calendar = Calendar::bundled();
    let usual = Readings::default();
    for rule in RULES {
        assert_eq!(usual.apply(rule), *rule, "{}", rule.id);
    }
    let own: Readings = serde_json::from_value(serde_json::json!({
        "foi_first_day": "counted",
        "hearing_last_day": "moves",
        "opinion_hours": "of_working_days",
        "interpretation_days": 5,
    }))
    .expect("readings");
    assert_eq!(
        own,
        Readings {
            foi_first_day: FirstDay::Counted,
            hearing_last_day: LastDay::Moves,
            opinion_hours: HoursCount::OfWorkingDays,
            interpretation_days: 5.try_into().expect("not zero"),
            ..Readings::default()
        }
    );
    let due = |id: &str, from: At| clock::run(&own.apply(rule(id)), from, &[], 0, &calendar).map(|run| run.due());
    let day = |text: &str| At::Day(date(text));
    let hour = |text: &str| At::Moment(moment(text));
    assert_eq!(due("foi.response", day("2026-04-30")), Ok(day("2026-05-29")));
    // Received on a rest day: there is no first day to count.
    assert_eq!(due("foi.supplement-notice", day("2025-03-09")), Ok(day("2025-03-18")));
    assert_eq!(due("hearing.papers", day("2025-10-15")), Ok(day("2025-09-30")));
    assert_eq!(due("interpretation.publish", day("2026-05-08")), Ok(day("2026-05-14")));
    assert_eq!(due("opinion.response", hour("2025-09-30T12:00")), Ok(hour("2025-10-10T12:00")));
    // What the law settles stays as it is.
    assert_eq!(due("enforcement.withdraw", day("2025-09-30")), Ok(day("2025-10-11")));
    assert_eq!(due("budget.publish", day("2025-03-03")), Ok(day("2025-03-24")));
    for wrong in [r#"{"interpretation_days": 0}"#, r#"{"foi_last_day": "moves"}"#, r#"{"opinion_hours": "some"}"#] {
        assert!(serde_json::from_str::<Readings>(wrong).is_err(), "{wrong}");
    }
    let papers = clock::run(&own.apply(rule("hearing.papers")), date("2025-10-15"), &[], 0, &calendar).expect("known");
    assert_eq!(words(&papers, "2025-10-08"), "国庆节、中秋节放假，期限最后一日逢休息日，提前");
}
