//! The rules of a round.

use kernel::Role;
use proptest::prelude::*;

use super::*;
use crate::route::{Gate, Named, Within};

const NOW: &str = "2026-05-06T01:00:00Z";
const WORDS: Words = Words { this: "这一版", work: "稿件" };

fn at(text: &str) -> Timestamp {
    text.parse().expect("moment")
}

fn person(account: &str, roles: &[Role]) -> Staff {
    Staff {
        account: account.into(),
        name: format!("姓{account}"),
        organ: "QH010".into(),
        roles: roles.to_vec(),
        central: false,
    }
}

/// Somebody with the role of every gate.
fn reviewer(account: &str) -> Staff {
    person(account, &[Role::ReviewerSecrecy, Role::ReviewerWording, Role::ReviewerPolicy, Role::ReviewerPolitical])
}

fn facts() -> Facts {
    Facts {
        words: WORDS,
        state: "审核中".into(),
        keeper: "QH010".into(),
        authors: vec!["author".into()],
        blocked: 0,
        unread: 0,
        other: 0,
        explained: false,
        let_through_by: Vec::new(),
        unchecked: false,
        unfit: None,
    }
}

fn opened() -> Round {
    Round::open(Route::statutory(3), &facts()).expect("opened")
}

/// With the secrecy review behind it.
fn cleared() -> Round {
    opened().approve(&reviewer("secrecy"), "", &facts(), at(NOW)).expect("cleared").0
}

/// A round at a stage of one person.
fn of_one(account: &str) -> Round {
    let person = Some(Named { account: account.into(), name: format!("姓{account}") });
    let first = Stage { person, ..Stage::at(Gate::SECRECY, 1) };
    Round::open(Route::of(vec![first, Stage::at(Gate::POLITICAL, 1)]).expect("route"), &facts()).expect("opened")
}

#[test]
fn who_is_named_decides_or_the_stand_in_in_that_name() {
    let (chief, deputy) = (reviewer("chief"), reviewer("deputy"));
    let named = Refusal::Named { gate: "保密审查".into(), name: "姓chief".into() };
    assert_eq!(of_one("chief").approve(&deputy, "", &facts(), at(NOW)), Err(named.clone()));
    assert_eq!(of_one("chief").kept_out(&deputy, &facts(), at(NOW)), Some(named));
    assert!(of_one("chief").approve(&chief, "", &facts(), at(NOW)).is_ok());
    let who = Who { staff: &deputy, away: Some(&chief) };
    let (passed, _) = of_one("chief").approve(who, "", &facts(), at(NOW)).expect("in that name");
    let pass = &passed.passes[0];
    assert_eq!((pass.by.as_str(), pass.name.as_str()), ("deputy", "姓deputy 代 姓chief"));
    // No right is gained by it.
    let without = person("deputy", &[Role::ReviewerPolicy]);
    let who = Who { staff: &without, away: Some(&chief) };
    assert_eq!(of_one("chief").approve(who, "", &facts(), at(NOW)), Err(Refused::Role("保密审查").into()));
    let elsewhere = Staff { organ: "QH011".into(), ..reviewer("deputy") };
    let who = Who { staff: &elsewhere, away: Some(&chief) };
    assert_eq!(of_one("chief").approve(who, "", &facts(), at(NOW)), Err(Refused::Organ("保密审查").into()));
}

#[test]
fn what_somebody_could_not_do_nobody_does_in_that_name() {
    let (away, deputy) = (reviewer("author"), reviewer("deputy"));
    let who = Who { staff: &deputy, away: Some(&away) };
    let not_for = Err(Refusal::NotFor("姓author".into()));
    assert_eq!(opened().approve(who, "", &facts(), at(NOW)), not_for, "wrote in it");
    assert!(!opened().open_for(&deputy, &away, &facts(), at(NOW)));
    // Of two people one is not counted twice.
    let two = Route::of(vec![Stage::at(Gate::SECRECY, 1).by_two()]).expect("route");
    let chief = reviewer("chief");
    let one = Round::open(two, &facts()).expect("opened").approve(&chief, "", &facts(), at(NOW)).expect("one").0;
    let who = Who { staff: &deputy, away: Some(&chief) };
    assert_eq!(one.clone().approve(who, "", &facts(), at(NOW)), Err(Refusal::NotFor("姓chief".into())));
    assert!(one.approve(&deputy, "", &facts(), at(NOW)).is_ok(), "in the own name it is another person");
    // What was in hand goes on.
    let held = opened().claim_by(&chief, &facts(), at(NOW)).expect("claimed");
    assert!(held.clone().approve(&deputy, "", &facts(), at(NOW)).is_err());
    assert!(held.approve(who, "", &facts(), at(NOW)).is_ok());
}

#[test]
fn a_stage_may_be_the_organs_or_the_departments_alone() {
    let at_stage = |within, staff: &Staff| {
        let stage = Stage { within, ..Stage::at(Gate::SECRECY, 1) };
        may_pass(staff, &stage, &"QH010".into()).is_ok()
    };
    let own = reviewer("own");
    let central = Staff { organ: "QH001".into(), central: true, ..reviewer("central") };
    let other = Staff { organ: "QH011".into(), ..reviewer("other") };
    for (within, expected) in [
        (None, [true, true, false]),
        (Some(Within::Own), [true, false, false]),
        (Some(Within::Office), [false, true, false]),
    ] {
        assert_eq!([&own, &central, &other].map(|staff| at_stage(within, staff)), expected, "{within:?}");
    }
}

#[test]
fn nothing_goes_out_past_the_secrecy_review() {
    let clerk = person("clerk", &[Role::CountyOffice]);
    let not_cleared = Err(Refusal::NotCleared(WORDS));
    assert_eq!(opened().except(&clerk, "急", &facts()), not_cleared, "undecided");
    let refused = opened().send_back(&reviewer("secrecy"), "涉及国家秘密", &facts(), at(NOW)).expect("refused");
    assert_eq!(refused.except(&clerk, "急", &facts()), not_cleared);
    let later = cleared().send_back(&reviewer("wording"), "错字", &facts(), at(NOW)).expect("back");
    assert_eq!(later.except(&clerk, "急", &facts()), not_cleared, "it will be another text");
    assert_eq!(cleared().recall(&facts()).expect("taken back").except(&clerk, "急", &facts()), not_cleared);
    let by_two = Route::of(vec![Stage::at(Gate::SECRECY, 1).by_two(), Stage::at(Gate::POLITICAL, 1)]).expect("route");
    let half =
        Round::open(by_two, &facts()).expect("opened").approve(&reviewer("a"), "", &facts(), at(NOW)).expect("one").0;
    assert_eq!(half.except(&clerk, "急", &facts()), not_cleared, "one of two");
    let none = Route::of(vec![Stage::at(Gate::WORDING, 1), Stage::at(Gate::POLITICAL, 1)]).expect("route");
    let none =
        Round::open(none, &facts()).expect("opened").approve(&reviewer("a"), "", &facts(), at(NOW)).expect("one").0;
    assert_eq!(none.except(&clerk, "急", &facts()), not_cleared, "a route without it");
    assert!(cleared().except(&clerk, "急", &facts()).is_ok());
    let scheduled = Round { state: State::Passed, ..cleared() };
    assert!(scheduled.except(&clerk, "提前公开", &facts()).is_ok());
    assert_eq!(cleared().except(&reviewer("secrecy"), "急", &facts()), Err(Refusal::ClearedBySame(WORDS)));
}

#[test]
fn who_lets_a_finding_through_does_not_decide_that_it_becomes_public() {
    let let_through = |who: &str| Facts { let_through_by: vec![who.into()], ..facts() };
    let mut round = opened();
    for who in ["a", "b", "c"] {
        round = round.approve(&reviewer(who), "", &let_through("a"), at(NOW)).expect(who).0;
    }
    let last = |who: &str| Refusal::LetThrough { words: WORDS, gate: who.into() };
    assert_eq!(round.clone().approve(&reviewer("a"), "", &let_through("a"), at(NOW)), Err(last("政治关")));
    assert_eq!(round.clone().claim_by(&reviewer("a"), &let_through("a"), at(NOW)), Err(last("政治关")));
    assert_eq!(round.kept_out(&reviewer("a"), &let_through("a"), at(NOW)), Some(last("政治关")));
    assert_eq!(round.kept_out(&reviewer("d"), &let_through("a"), at(NOW)), None);
    assert!(round.clone().send_back(&reviewer("a"), "改", &let_through("a"), at(NOW)).is_ok(), "back it goes always");
    assert!(round.approve(&reviewer("d"), "", &let_through("a"), at(NOW)).is_ok());
    assert_eq!(cleared().except(&reviewer("x"), "急", &let_through("x")), Err(last("紧急发布")));
    let alone = Route::of(vec![Stage::at(Gate::SECRECY, 1)]).expect("route");
    let alone = Round::open(alone, &facts()).expect("opened");
    assert_eq!(
        alone.approve(&reviewer("a"), "", &let_through("a"), at(NOW)),
        Err(last("保密审查")),
        "the only stage is the last"
    );
}

#[test]
fn one_person_alone_does_not_pass_every_stage() {
    let mut round = opened();
    for _ in 0..3 {
        round = round.approve(&reviewer("r"), "", &facts(), at(NOW)).expect("passed").0;
    }
    let alone = Refusal::Alone { words: WORDS, gate: "政治关".into() };
    assert_eq!(round.clone().approve(&reviewer("r"), "", &facts(), at(NOW)), Err(alone.clone()));
    assert_eq!(round.kept_out(&reviewer("r"), &facts(), at(NOW)), Some(alone));
    assert!(round.approve(&reviewer("other"), "同意公开", &facts(), at(NOW)).is_ok());
}

#[test]
fn four_gates_are_passed_in_order() {
    let mut round = opened();
    for (place, gate) in ["secrecy", "wording", "policy", "political"].into_iter().enumerate() {
        assert_eq!(round.stage().map(|stage| stage.gate.as_str()), Some(gate));
        let who = reviewer(if place == 3 { "last" } else { "r" });
        let (next, outcome) = round.approve(&who, "", &facts(), at(NOW)).expect("approved");
        assert_eq!(outcome == Outcome::Passed, place == 3, "{outcome:?}");
        round = next;
    }
    assert_eq!(round.state, State::Passed);
    assert!(matches!(round.approve(&reviewer("r"), "", &facts(), at(NOW)), Err(Refusal::State { .. })));
}

#[test]
fn the_author_passes_no_gate_by_any_way() {
    let author = reviewer("author");
    let own = Refusal::Own(WORDS);
    assert_eq!(opened().approve(&author, "", &facts(), at(NOW)), Err(own.clone()));
    assert_eq!(opened().claim_by(&author, &facts(), at(NOW)), Err(own.clone()));
    assert_eq!(opened().send_back(&author, "理由", &facts(), at(NOW)), Err(own.clone()));
    assert_eq!(opened().except(&author, "紧急", &facts()), Err(own.clone()));
    let held = opened().claim_by(&reviewer("first"), &facts(), at(NOW)).expect("claimed");
    assert_eq!(held.approve(&author, "", &facts(), at(NOW)), Err(own), "told before that somebody has it");
}

#[test]
fn a_gate_is_passed_by_its_roles_in_their_organ_or_by_the_county() {
    let wrong = person("r", &[Role::ReviewerPolitical]);
    assert_eq!(opened().approve(&wrong, "", &facts(), at(NOW)), Err(Refused::Role("保密审查").into()));
    let elsewhere = Staff { organ: "QH011".into(), ..reviewer("r") };
    assert_eq!(opened().approve(&elsewhere, "", &facts(), at(NOW)), Err(Refused::Organ("保密审查").into()));
    let central = Staff { central: true, ..elsewhere };
    assert!(opened().approve(&central, "", &facts(), at(NOW)).is_ok());
}

#[test]
fn a_claim_keeps_others_out_for_two_hours() {
    let (first, second) = (reviewer("first"), reviewer("second"));
    let claimed = opened().claim_by(&first, &facts(), at(NOW)).expect("claimed");
    let (soon, later) = (at("2026-05-06T02:59:59Z"), at("2026-05-06T03:00:00Z"));
    let taken = Refusal::Claimed { words: WORDS, by: "姓first".into() };
    assert_eq!(claimed.clone().approve(&second, "", &facts(), soon), Err(taken.clone()));
    assert_eq!(claimed.clone().claim_by(&second, &facts(), soon), Err(taken.clone()));
    assert_eq!(claimed.clone().release(&second, &facts(), soon), Err(taken));
    assert!(claimed.clone().approve(&first, "", &facts(), soon).is_ok());
    assert_eq!((claimed.claim(soon).is_some(), claimed.claim(later).is_some()), (true, false));
    assert!(claimed.clone().claim_by(&second, &facts(), later).is_ok());
    let free = claimed.release(&first, &facts(), soon).expect("given back");
    assert!(free.claim_by(&second, &facts(), soon).is_ok());
}

#[test]
fn a_stage_of_two_people_is_passed_by_two() {
    let route = Route::of(vec![Stage::at(Gate::SECRECY, 1).by_two(), Stage::at(Gate::POLITICAL, 1)]).expect("route");
    let round = Round::open(route.clone(), &facts()).expect("opened");
    let (round, outcome) = round.approve(&reviewer("first"), "", &facts(), at(NOW)).expect("first");
    assert_eq!(outcome, Outcome::Second(route.stages()[0].clone()));
    let twice = Refusal::Twice("保密审查".into());
    assert_eq!(round.clone().approve(&reviewer("first"), "", &facts(), at(NOW)), Err(twice.clone()));
    assert_eq!(round.clone().claim_by(&reviewer("first"), &facts(), at(NOW)), Err(twice));
    let (round, outcome) = round.approve(&reviewer("second"), "", &facts(), at(NOW)).expect("second");
    assert_eq!(outcome, Outcome::Next(route.stages()[1].clone()));
    // Who passed the stage before may pass the next: only one stage takes two.
    assert!(round.approve(&reviewer("first"), "", &facts(), at(NOW)).is_ok());
}

#[test]
fn who_was_stood_for_has_spoken() {
    let (chief, deputy) = (reviewer("chief"), reviewer("deputy"));
    let for_chief = || Who { staff: &deputy, away: Some(&chief) };
    // At a stage of two the stand-in and the one who is away are one voice, whoever comes first.
    let two = Route::of(vec![Stage::at(Gate::SECRECY, 1), Stage::at(Gate::POLITICAL, 1).by_two()]).expect("route");
    let round = Round::open(two, &facts()).expect("opened");
    let round = round.approve(&reviewer("a"), "", &facts(), at(NOW)).expect("first stage").0;
    let round = round.approve(for_chief(), "", &facts(), at(NOW)).expect("in that name").0;
    let spoken = Refusal::InYourName { gate: "政治关".into(), by: "姓deputy 代 姓chief".into() };
    assert_eq!(round.clone().approve(&chief, "", &facts(), at(NOW)), Err(spoken.clone()));
    assert_eq!(round.kept_out(&chief, &facts(), at(NOW)), Some(spoken));
    assert_eq!(round.clone().approve(&deputy, "", &facts(), at(NOW)), Err(Refusal::Twice("政治关".into())));
    let other = reviewer("other");
    let again = Who { staff: &other, away: Some(&chief) };
    assert_eq!(round.clone().approve(again, "", &facts(), at(NOW)), Err(Refusal::NotFor("姓chief".into())));
    assert!(round.approve(&other, "", &facts(), at(NOW)).is_ok());
    // Nor does that one decide alone what the stand-in has passed before.
    let route = Route::of(vec![Stage::at(Gate::SECRECY, 1), Stage::at(Gate::POLITICAL, 1)]).expect("route");
    let round = Round::open(route, &facts()).expect("opened");
    let round = round.approve(for_chief(), "", &facts(), at(NOW)).expect("in that name").0;
    let alone = Refusal::Alone { words: WORDS, gate: "政治关".into() };
    assert_eq!(round.clone().approve(&chief, "", &facts(), at(NOW)), Err(alone));
    assert_eq!(round.clone().except(&chief, "急", &facts()), Err(Refusal::ClearedBySame(WORDS)));
    assert!(round.is_at_last() && round.approve(&other, "", &facts(), at(NOW)).is_ok());
}

#[test]
fn what_is_blocked_unchecked_or_unfit_goes_nowhere() {
    let who = reviewer("r");
    for (bad, named) in [
        (Facts { blocked: 2, ..facts() }, "还有 2 处个人信息未处理"),
        (Facts { unchecked: true, ..facts() }, "检查还没有做完"),
        (Facts { unfit: Some("公开属性不是“主动公开”。".into()), ..facts() }, "公开属性不是“主动公开”。"),
    ] {
        for refusal in [
            Round::open(Route::statutory(3), &bad).err(),
            opened().approve(&who, "", &bad, at(NOW)).err(),
            cleared().except(&who, "紧急", &bad).err(),
        ] {
            let told = refusal.expect("refused").to_string();
            assert!(told.contains(named), "{told}");
        }
        assert!(opened().send_back(&who, "改", &bad, at(NOW)).is_ok(), "it can always go back");
    }
}

#[test]
fn what_could_not_be_read_waits_at_the_first_stage_for_a_persons_word() {
    let unread = Facts { blocked: 1, unread: 1, ..facts() };
    let round = Round::open(Route::statutory(3), &unread).expect("goes into review");
    let told = round.clone().approve(&reviewer("r"), "", &unread, at(NOW)).expect_err("not passed").to_string();
    assert!(told.contains("还有 1 处没有读出的内容未处理，不能通过"), "{told}");
    assert!(!told.contains("个人信息"), "{told}");
    assert!(round.approve(&reviewer("r"), "", &facts(), at(NOW)).is_ok(), "with the word it passes");
    let both = Facts { blocked: 3, unread: 1, ..facts() };
    let told = Round::open(Route::statutory(3), &both).expect_err("numbers block").to_string();
    assert!(told.contains("还有 2 处个人信息未处理，不能提交审核"), "{told}");
    let told = opened().approve(&reviewer("r"), "", &both, at(NOW)).expect_err("not passed").to_string();
    assert!(told.contains("还有 2 处个人信息、1 处没有读出的内容未处理"), "{told}");
    // What its authors explain waits there too, and passes no more than before.
    let explained = Facts { explained: true, ..both };
    let round = Round::open(Route::statutory(3), &explained).expect("goes into review");
    assert!(round.approve(&reviewer("r"), "", &explained, at(NOW)).is_err());
}

#[test]
fn a_return_and_an_exception_have_a_reason() {
    // The example is one of this act.
    let told = opened().send_back(&reviewer("r"), " ", &facts(), at(NOW)).expect_err("no reason").to_string();
    assert_eq!(told, "请写明退回理由，例如：第三段数据与附件不一致。");
    let told = cleared().except(&reviewer("r"), "\n", &facts()).expect_err("no reason").to_string();
    assert!(told.starts_with("请写明紧急发布的理由，例如：暴雨"), "{told}");
    let back = opened().send_back(&reviewer("r"), " 数据不符 ", &facts(), at(NOW)).expect("back");
    assert_eq!(back.state, State::Returned { stage: 0, by: "姓r".into(), reason: "数据不符".into() });
}

#[test]
fn a_stopped_subject_stands_still_whoever_had_it() {
    let held = opened().claim_by(&reviewer("r"), &facts(), at(NOW)).expect("claimed");
    let stopped = held.stop("系统", "已撤回公开", &facts()).expect("stopped");
    assert!(matches!(&stopped.state, State::Stopped { stage: 0, by, .. } if by == "系统"));
    assert!(stopped.clone().approve(&reviewer("r"), "", &facts(), at(NOW)).is_err());
    assert!(stopped.clone().recall(&facts()).is_err());
    assert!(stopped.stop("系统", "再次", &facts()).is_err());
    let waiting = Round { state: State::Passed, ..opened() };
    assert!(waiting.clone().stop("系统", "晚了", &facts()).is_ok(), "passed, not yet in effect");
    assert!(waiting.recall(&facts()).is_ok());
}

#[test]
fn an_exception_is_reviewed_by_another_person() {
    let made = Exception { by: "clerk".into(), reviewed: false, objector: None };
    let note = "已逐项补审";
    let clerk = |account| person(account, &[Role::CountyOffice]);
    assert_eq!(made.clone().review(&clerk("clerk"), note, &facts()), Err(Refusal::OwnException));
    assert_eq!(made.clone().review(&clerk("author"), note, &facts()), Err(Refusal::OwnException));
    assert_eq!(made.clone().review(&clerk("other"), " ", &facts()), Err(Refusal::NoNote));
    let done = made.review(&clerk("other"), note, &facts()).expect("reviewed");
    assert_eq!(done.review(&clerk("third"), note, &facts()), Err(Refusal::NotOnList(WORDS)));
    // Who disagreed has not ended it; another person may.
    let against = Exception { by: "clerk".into(), reviewed: true, objector: Some("other".into()) };
    assert_eq!(against.clone().review(&clerk("other"), note, &facts()), Err(Refusal::Objected));
    assert_eq!(against.clone().review(&clerk("clerk"), note, &facts()), Err(Refusal::OwnException));
    assert!(against.review(&clerk("third"), note, &facts()).is_ok());
}

/// An act that somebody tries.
#[derive(Debug, Clone)]
enum Try {
    Claim(usize),
    Release(usize),
    Approve(usize),
    SendBack(usize, bool),
    Recall,
    Stop,
    Wait(i64),
    Find(usize),
    Open,
}

fn tries() -> impl Strategy<Value = Try> {
    prop_oneof![
        3 => (0..6_usize).prop_map(Try::Claim),
        1 => (0..6_usize).prop_map(Try::Release),
        24 => (0..6_usize).prop_map(Try::Approve),
        1 => (0..6_usize, any::<bool>()).prop_map(|(who, reason)| Try::SendBack(who, reason)),
        1 => Just(Try::Recall),
        1 => Just(Try::Stop),
        2 => (0..150_i64).prop_map(Try::Wait),
        1 => prop_oneof![Just(Try::Find(1)), Just(Try::Find(0)), Just(Try::Find(0))],
        2 => Just(Try::Open),
    ]
}

/// Six people: an author with all roles, four reviewers of one or two gates, one of another organ.
fn people() -> [Staff; 6] {
    [
        reviewer("author"),
        person("a", &[Role::ReviewerSecrecy]),
        person("b", &[Role::ReviewerSecrecy, Role::ReviewerWording]),
        person("c", &[Role::ReviewerWording, Role::ReviewerPolitical]),
        person("d", &[Role::ReviewerPolitical]),
        Staff { organ: "QH099".into(), ..reviewer("e") },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_passes_without_every_stage_by_people_who_may(acts in prop::collection::vec(tries(), 1..120)) {
        let route = Route::of(vec![
            Stage::at(Gate::SECRECY, 1).by_two(), Stage::at(Gate::WORDING, 1), Stage::at(Gate::POLITICAL, 2),
        ]).expect("route");
        let people = people();
        let mut now = at(NOW);
        let mut known = facts();
        let mut round = Round::open(route.clone(), &known).expect("opened");
        for act in acts {
            let before = round.clone();
            let holder = round.claim(now).map(|claim| claim.by.clone());
            let result = match &act {
                Try::Claim(who) => round.clone().claim_by(&people[*who], &known, now),
                Try::Release(who) => round.clone().release(&people[*who], &known, now),
                Try::Approve(who) => round.clone().approve(&people[*who], "", &known, now).map(|(next, _)| next),
                Try::SendBack(who, reason) => {
                    round.clone().send_back(&people[*who], if *reason { "改" } else { "" }, &known, now)
                }
                Try::Recall => round.clone().recall(&known),
                Try::Stop => round.clone().stop("系统", "停", &known),
                Try::Wait(minutes) => { now += SignedDuration::from_mins(*minutes); continue }
                Try::Find(count) => { known.blocked = *count; continue }
                // Ended rounds begin anew, with nothing passed.
                Try::Open if matches!(round.state, State::Open { .. } | State::Passed) => continue,
                Try::Open => Round::open(route.clone(), &known),
            };
            let Ok(next) = result else { continue };
            if let Try::Claim(who) | Try::Release(who) | Try::Approve(who) | Try::SendBack(who, _) = &act {
                let who = &people[*who];
                prop_assert!(holder.is_none_or(|holder| holder == who.account), "decided while another had it");
                prop_assert!(before.stage().is_some_and(|stage| stage.is_for(who)), "not this person's stage");
                prop_assert_eq!(&who.organ, &known.keeper);
                prop_assert!(matches!(act, Try::Release(_)) || who.account.as_str() != "author");
            }
            if matches!(act, Try::Approve(_)) {
                prop_assert_eq!(known.blocked, 0);
                prop_assert_eq!(next.passes.len(), before.passes.len() + 1);
            }
            if matches!(act, Try::Open) {
                prop_assert!(next.passes.is_empty());
            }
            round = next;
            if round.state == State::Passed {
                for (place, stage) in round.route.stages().iter().enumerate() {
                    let mut by: Vec<_> =
                        round.passes.iter().filter(|pass| pass.stage == place).map(|pass| &pass.by).collect();
                    by.sort();
                    by.dedup();
                    prop_assert_eq!(by.len(), stage.people());
                }
                prop_assert_eq!(round.passes.len(), 4);
                let mut by: Vec<_> = round.passes.iter().map(|pass| &pass.by).collect();
                by.sort();
                by.dedup();
                prop_assert!(by.len() >= 2, "one person alone");
            }
        }
    }
}
