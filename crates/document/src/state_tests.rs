//! The life of an edition, step by step.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

const NOW: &str = "2026-05-06T01:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("moment")
}

fn facts() -> Facts {
    Facts { open: true, ..Facts::default() }
}

#[test]
fn a_text_passes_its_review_and_becomes_public() {
    let review = State::Draft.submit(&facts()).expect("submitted");
    assert_eq!(review, State::InReview);
    let public = review.pass(&facts(), at(NOW)).expect("passed");
    assert_eq!(public, State::Published { at: at(NOW) });
    assert!(matches!(public.submit(&facts()), Err(Refusal::State("已发布", _))));
}

#[test]
fn findings_block_every_way_to_the_public() {
    let blocked = Facts { blocked: 2, ..facts() };
    let due = State::Scheduled { at: at(NOW) };
    for refused in [
        State::Draft.submit(&blocked),
        State::InReview.pass(&blocked, at(NOW)),
        State::InReview.rush(&blocked, at(NOW)),
        due.come_due(&blocked, at(NOW)),
    ] {
        assert!(matches!(refused, Err(Refusal::Blocked(2, _))), "{refused:?}");
    }
}

#[test]
fn only_what_is_to_be_open_leaves_the_desk() {
    let closed = Facts { open: false, ..facts() };
    assert_eq!(State::Draft.submit(&closed), Err(Refusal::NotOpen));
    assert_eq!(State::Draft.rush(&closed, at(NOW)), Err(Refusal::NotOpen));
    assert_eq!(State::InReview.pass(&closed, at(NOW)), Err(Refusal::NotOpen));
}

#[test]
fn a_wanted_moment_ahead_schedules_and_comes_due_once() {
    let later = at("2026-05-07T01:00:00Z");
    let wanted = Facts { publish_at: Some(later), ..facts() };
    let scheduled = State::InReview.pass(&wanted, at(NOW)).expect("passed");
    assert_eq!(scheduled, State::Scheduled { at: later });
    assert_eq!(scheduled.clone().come_due(&wanted, at(NOW)), Err(Refusal::TooEarly));
    assert_eq!(scheduled.clone().recall(), Ok(State::Draft));
    assert_eq!(scheduled.clone().send_back(), Ok(State::Returned));
    let public = scheduled.come_due(&wanted, later).expect("due");
    assert!(matches!(public.clone().come_due(&wanted, later), Err(Refusal::State(..))));
    assert!(matches!(public.withdraw(" ", "", later), Err(Refusal::NoReason)));
}

#[derive(Debug, Clone, Copy)]
enum Try {
    Submit,
    Recall,
    SendBack,
    Pass,
    ComeDue,
    Rush,
    Supersede,
    Withdraw,
}

fn tries() -> impl Strategy<Value = (Try, usize, bool, i64)> {
    let act = prop_oneof![
        Just(Try::Submit),
        Just(Try::Recall),
        Just(Try::SendBack),
        Just(Try::Pass),
        Just(Try::ComeDue),
        Just(Try::Rush),
        Just(Try::Supersede),
        Just(Try::Withdraw)
    ];
    (act, 0..3_usize, any::<bool>(), -2..3_i64)
}

proptest! {
    /// Whatever people try: nothing becomes public that is blocked or not open, or before its moment; what has ended stays
    /// ended, and what is public is only superseded or withdrawn.
    #[test]
    fn no_way_leads_round_the_rules(acts in prop::collection::vec(tries(), 1..60)) {
        let mut state = State::Draft;
        let mut now = at(NOW);
        for (act, blocked, open, hours) in acts {
            now += SignedDuration::from_hours(1);
            let facts = Facts { blocked, open, publish_at: now.checked_add(SignedDuration::from_hours(hours)).ok() };
            let next = match act {
                Try::Submit => state.clone().submit(&facts),
                Try::Recall => state.clone().recall(),
                Try::SendBack => state.clone().send_back(),
                Try::Pass => state.clone().pass(&facts, now),
                Try::ComeDue => state.clone().come_due(&facts, now),
                Try::Rush => state.clone().rush(&facts, now),
                Try::Supersede => state.clone().supersede(now),
                Try::Withdraw => state.clone().withdraw("错", "", now),
            };
            let Ok(next) = next else { continue };
            match (&state, &next) {
                (State::Superseded { .. } | State::Withdrawn { .. }, _) => prop_assert!(false, "{state:?} to {next:?}"),
                (State::Published { .. }, next) => {
                    let ended = matches!(next, State::Superseded { .. } | State::Withdrawn { .. });
                    prop_assert!(ended, "{next:?}");
                }
                (before, State::Published { .. }) => {
                    prop_assert!(blocked == 0 && open);
                    if let (State::Scheduled { at }, Try::ComeDue) = (before, act) {
                        prop_assert!(*at <= now);
                    }
                }
                _ => {}
            }
            state = next;
        }
    }
}
