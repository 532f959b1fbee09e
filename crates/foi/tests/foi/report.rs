//! Requests in the rows of the yearly report, and their reviews and suits in its fifteen numbers.

use gongkai_foi::{
    Applicant, Channel, Event, Exemption, Happened, Outcome, Practice, Rules, Timeline,
    remedy::{Ended, Finding, Instance, Proceeding},
    report::{Row, in_year},
};
use jiff::civil::Date;
use kernel::Section;
use proptest::prelude::*;

use crate::{CALENDAR, READINGS, came, date, later, replied, rules, timeline};

#[test]
fn the_rows_stand_as_in_the_official_table() {
    let keys: Vec<&str> = Row::all().map(Row::key).collect();
    assert_eq!(keys.len(), 25);
    for (place, row) in Row::all().enumerate() {
        assert_eq!((row.place(), Row::of(row.key())), (place, Some(row)));
    }
    assert_eq!(Row::all().filter(|row| row.is_result()).count(), 21);
    assert_eq!((Row::RegistryQuery.group(), Row::Partly.group()), ("（三）不予公开", ""));
}

#[test]
fn every_outcome_has_its_row() {
    let practice = Practice::default();
    for (outcome, row) in [
        (Outcome::AlreadyPublic, Row::Disclosed),
        (Outcome::Disclosed, Row::Disclosed),
        (Outcome::Partly, Row::Partly),
        (Outcome::RegistryQuery, Row::RegistryQuery),
        (Outcome::NotExist, Row::NotHeld),
        (Outcome::NotResponsible, Row::NotHeld),
        (Outcome::NeedsMaking, Row::NeedsMaking),
        (Outcome::StillUnclear, Row::StillUnclear),
        (Outcome::Petition, Row::Petition),
        (Outcome::Repeated, Row::Repeated),
        (Outcome::Publications, Row::Publications),
        (Outcome::Abusive, Row::Abusive),
        (Outcome::ConfirmOrReissue, Row::ConfirmOrReissue),
        (Outcome::NotSupplemented, Row::NotSupplemented),
        (Outcome::FeeUnpaid, Row::FeeUnpaid),
        (Outcome::Withdrawn, Row::OtherHandling),
        (Outcome::OtherHandling, Row::OtherHandling),
    ] {
        assert_eq!(outcome.row(&[], &practice), row, "{outcome:?}");
        assert!(row.is_result());
    }
    let withheld = |exemptions: &[Exemption]| Outcome::Withheld.row(exemptions, &practice);
    assert_eq!(withheld(&[Exemption::StateSecret, Exemption::Process]), Row::StateSecret, "the first decides");
    assert_eq!(withheld(&[Exemption::CaseFile]), Row::CaseFile);
    assert_eq!(Outcome::Partly.row(&[Exemption::ThirdParty], &practice), Row::Partly, "counts as nothing else");
}

#[test]
fn a_county_may_count_an_outcome_elsewhere() {
    let mut practice = Practice::default();
    practice.rows.insert("not_responsible".to_owned(), "3.6.3".to_owned());
    practice.rows.insert("case_file".to_owned(), "3.3.2".to_owned());
    assert!(practice.problems().is_empty());
    assert_eq!(Outcome::NotResponsible.row(&[], &practice), Row::OtherHandling);
    assert_eq!(Outcome::Withheld.row(&[Exemption::CaseFile], &practice), Row::ForbiddenByLaw);
    practice.rows.insert("nobody".to_owned(), "3.7".to_owned());
    practice.fee_days = 0;
    assert_eq!(practice.problems().len(), 3);
}

#[test]
fn a_request_over_new_year_is_carried_over() {
    let timeline = timeline(&[("2025-12-20", came()), ("2026-01-08", replied(Outcome::Disclosed))]);
    let (before, after) = (in_year(&timeline, 2025, &rules()), in_year(&timeline, 2026, &rules()));
    assert!(before.new && before.carried_out && before.result.is_none());
    assert!(after.carried_in && !after.new && !after.carried_out);
    assert_eq!(after.result, Some(Row::Disclosed));
    assert!(!in_year(&timeline, 2027, &rules()).is_any() && !in_year(&timeline, 2024, &rules()).is_any());
}

#[test]
fn an_answer_that_was_ordered_counts_no_second_time() {
    let timeline = timeline(&[
        ("2025-03-03", came()),
        ("2025-03-20", replied(Outcome::Withheld)),
        ("2026-02-02", Happened::Ordered { until: date("2026-03-02") }),
        ("2026-02-20", replied(Outcome::Disclosed)),
    ]);
    assert!(!in_year(&timeline, 2026, &rules()).is_any());
    assert_eq!(in_year(&timeline, 2025, &rules()).result, Some(Row::ForbiddenByLaw));
}

fn course() -> impl Strategy<Value = (Applicant, Timeline)> {
    let outcomes: Vec<Outcome> = Outcome::ALL.into_iter().filter(|outcome| outcome.is_answer()).collect();
    let ends = (prop::sample::select(outcomes), prop::sample::select(Exemption::ALL.to_vec()), 0..400_i32, 0..4_u8);
    let starts = (0..1095_i32, prop::option::of(0..9_i32));
    (prop::sample::select(Applicant::ALL.to_vec()), starts, ends).prop_map(|(applicant, start, end)| {
        let (offset, confirmed) = start;
        let (outcome, exemption, days, how) = end;
        let came = later(date("2023-01-01"), offset);
        let channel = if confirmed.is_some() { Channel::Internet } else { Channel::Counter };
        let received = later(came, confirmed.unwrap_or(0));
        let mut events = vec![Event::new(came, Happened::Came { channel })];
        if confirmed.is_some() && how != 3 {
            events.push(Event::new(received, Happened::Confirmed));
        }
        let exemptions = vec![exemption];
        match how {
            0 | 1 => events.push(Event::new(later(received, days), Happened::Replied { outcome, exemptions })),
            2 => events.push(Event::new(later(received, days), Happened::Withdrawn)),
            _ => {}
        }
        (applicant, Timeline::new(events))
    })
}

/// The table of a year as the program adds it up, from [`in_year`] alone.
fn table(requests: &[(Applicant, Timeline)], year: i16) -> [[u32; 7]; 25] {
    let mut table = [[0; 7]; 25];
    for (applicant, timeline) in requests {
        let one = in_year(timeline, year, &rules());
        let new = one.new.then_some(Row::New);
        let before = one.carried_in.then_some(Row::CarriedIn);
        let after = one.carried_out.then_some(Row::CarriedOut);
        for row in [new, before, one.result, one.result.map(|_| Row::Total), after].into_iter().flatten() {
            table[row.place()][applicant.column()] += 1;
            table[row.place()][6] += 1;
        }
    }
    table
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_identities_of_the_table_hold(requests in prop::collection::vec(course(), 0..40)) {
        let table = |year: i16| table(&requests, year);
        let mut last: Option<[[u32; 7]; 25]> = None;
        for year in 2022..=2027 {
            let table = table(year);
            for column in 0..7 {
                let cell = |row: Row| table[row.place()][column];
                let results: u32 = Row::all().filter(|row| row.is_result()).map(cell).sum();
                prop_assert_eq!(results, cell(Row::Total));
                prop_assert_eq!(cell(Row::New) + cell(Row::CarriedIn), cell(Row::Total) + cell(Row::CarriedOut));
                let before = last.map_or(0, |last| last[Row::CarriedOut.place()][column]);
                prop_assert_eq!(cell(Row::CarriedIn), before, "carried over from the year before");
            }
            for row in table {
                prop_assert_eq!(row[..6].iter().sum::<u32>(), row[6]);
            }
            last = Some(table);
        }
    }
}

fn proceeding(instance: Instance, filed: &str, decided: Option<(Date, Finding)>) -> Proceeding {
    Proceeding { instance, filed: date(filed), decided }
}

#[test]
fn reviews_and_suits_fill_the_fifteen_numbers() {
    let decided = |day: &str, finding: Finding| Some((date(day), finding));
    let all = [
        proceeding(Instance::Review, "2025-11-02", decided("2026-01-05", Finding::Upheld)),
        proceeding(Instance::Review, "2026-03-02", decided("2026-05-05", Finding::OrderedToAct)),
        proceeding(Instance::Review, "2026-12-02", None),
        proceeding(Instance::Review, "2024-12-02", decided("2025-01-05", Finding::Upheld)),
        proceeding(Instance::DirectSuit, "2026-03-02", decided("2026-05-05", Finding::TakenBack)),
        proceeding(Instance::SuitAfterReview, "2026-03-02", decided("2027-05-05", Finding::Annulled)),
        proceeding(Instance::SuitAfterReview, "2027-01-02", None),
    ];
    let mut numbers = [0; 15];
    for one in all {
        let Some(ended) = one.in_year(2026) else { continue };
        let first = one.instance as usize * 5;
        numbers[first + ended as usize] += 1;
        numbers[first + 4] += 1;
    }
    assert_eq!(numbers, [1, 1, 0, 1, 3, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1]);
    for finding in Finding::ALL {
        assert_eq!(Finding::of(finding.code()), Some(finding));
        assert_ne!(finding.ended(), Ended::Pending, "what ended is not pending");
    }
}

#[test]
fn a_request_by_other_rules_of_the_county_is_counted_by_them() {
    let practice = Practice { rows: [("withdrawn".to_owned(), "3.1".to_owned())].into(), ..Practice::default() };
    let rules = Rules { calendar: &CALENDAR, readings: &READINGS, practice: &practice };
    let timeline = timeline(&[("2026-03-02", came()), ("2026-03-04", Happened::Withdrawn)]);
    assert_eq!(in_year(&timeline, 2026, &rules).result, Some(Row::Disclosed));
}
