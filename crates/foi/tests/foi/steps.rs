//! Which steps may be taken when, and why others may not.

use gongkai_foi::{
    Asked, Channel, Happened, Opinion, Outcome, Step,
    remedy::{Finding, Instance},
};

use crate::{came, consulted, date, had, on, replied, said, timeline};

#[test]
fn a_request_goes_from_registration_to_the_archive() {
    let steps = |events: &[(&str, Happened)], day: &str| on(&timeline(events), day).steps();
    let mut events = vec![("2026-03-02", Happened::Came { channel: Channel::Internet })];
    assert_eq!(steps(&events, "2026-03-02"), [Step::Confirm, Step::Transfer, Step::Join, Step::Withdraw]);
    events.push(("2026-03-02", Happened::Confirmed));
    let open = steps(&events, "2026-03-03");
    for step in [Step::AskSupplement, Step::Consult, Step::Extend, Step::Reply, Step::Withdraw, Step::NoticeFee] {
        assert!(open.contains(&step), "{step:?}");
    }
    assert!(!open.contains(&Step::Deliver) && !open.contains(&Step::FileReview));
    events.push(("2026-03-10", replied(Outcome::Disclosed)));
    assert_eq!(steps(&events, "2026-03-10"), [Step::Deliver, Step::FileReview, Step::FileSuit]);
    events.push(("2026-03-12", Happened::Delivered));
    assert_eq!(steps(&events, "2026-03-12"), [Step::Archive, Step::FileReview, Step::FileSuit]);
    events.push(("2026-03-20", Happened::ReviewFiled));
    assert_eq!(steps(&events, "2026-03-20"), [Step::DecideReview], "not archived while a review is open");
}

#[test]
fn an_answer_that_was_upheld_is_given_no_second_time() {
    let course = |finding: Finding| {
        [
            ("2026-03-02", came()),
            ("2026-03-10", replied(Outcome::NotExist)),
            ("2026-03-12", Happened::Delivered),
            ("2026-03-20", Happened::ReviewFiled),
            ("2026-05-20", Happened::ReviewDecided { finding }),
        ]
    };
    for finding in Finding::ALL {
        let may = on(&timeline(&course(finding)), "2026-05-21").may(Step::Order);
        assert_eq!(may.is_ok(), !finding.leaves_the_answer(), "{finding:?}");
    }
    // What was decided before the newest answer says nothing of it.
    let mut again = course(Finding::Annulled).to_vec();
    again.push(("2026-05-21", Happened::Ordered { until: date("2026-06-20") }));
    again.push(("2026-06-10", replied(Outcome::Disclosed)));
    assert!(on(&timeline(&again), "2026-06-11").may(Step::Order).is_err());
}

#[test]
fn every_step_has_words_and_a_code_of_its_own() {
    for step in Step::ALL {
        assert_eq!(Step::of(step.code()), Some(step));
        assert!(!step.label().is_empty() && !step.basis().is_empty());
    }
    assert_eq!(Step::of("publish"), None);
}

#[test]
fn every_refusal_says_why() {
    let state = on(&timeline(&[]), "2026-03-02");
    for step in Step::ALL {
        let refused = state.may(step).expect_err("nothing has come");
        assert!(refused.reason.ends_with('。'), "{step:?}: {}", refused.reason);
    }
}

#[test]
fn silence_is_no_wrong_before_its_day_and_one_after() {
    let events = [("2026-03-02", came())];
    assert!(on(&timeline(&events), "2026-03-30").may(Step::FileReview).is_err());
    let overdue = on(&timeline(&events), "2026-03-31");
    assert!(overdue.is_overdue() && overdue.may(Step::FileReview).is_ok());
    assert!(overdue.may(Step::Reply).is_ok(), "late is better than never");
    for step in [Step::Extend, Step::Consult, Step::AskSupplement, Step::NoticeFee] {
        assert!(overdue.may(step).is_err(), "{step:?}");
    }
}

#[test]
fn a_suit_after_a_review_is_counted_apart() {
    let events = [
        ("2026-03-02", came()),
        ("2026-03-10", replied(Outcome::NotExist)),
        ("2026-03-20", Happened::ReviewFiled),
        ("2026-05-20", Happened::ReviewDecided { finding: gongkai_foi::remedy::Finding::Upheld }),
        ("2026-06-01", Happened::SuitFiled),
    ];
    let state = on(&timeline(&events), "2026-06-02");
    let instances: Vec<_> = state.facts.proceedings.iter().map(|one| one.instance).collect();
    assert_eq!(instances, [Instance::Review, Instance::SuitAfterReview]);
    assert!(state.may(Step::DecideSuit).is_ok() && state.may(Step::DecideReview).is_err());
}

#[test]
fn what_follows_from_having_asked_others() {
    let events = [
        ("2026-03-02", came()),
        ("2026-03-10", consulted(1, Asked::ThirdParty)),
        ("2026-03-11", had(1)),
        ("2026-03-18", said(1, Opinion::Agrees)),
    ];
    let state = on(&timeline(&events), "2026-03-18");
    assert!(state.may(Step::TakeOpinion).is_err(), "answered");
    assert!(state.may(Step::AskSupplement).is_err(), "who asks others knows what is wanted");
    assert_eq!(state.may(Step::Extend), Ok(Some(date("2026-04-08"))));
    assert!(state.may(Step::Transfer).is_err());
}
