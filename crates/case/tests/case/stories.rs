//! Clocks, four eyes, letters, erasure: what no kind has to prove again.

use case::{Typed, letters};
use clock::Pause;
use jiff::civil::{Date, date};
use kernel::{OrganCode, Role, id::CaseId};
use store::{Tx, query_scalar};
use web::Refusal;

use crate::home::{Home, SAMPLE, person};

fn due(from: Date, pauses: &[Pause], extend: u32) -> String {
    let run = clock::run(&clock::rule::FOI_RESPONSE, from, pauses, extend, &kernel::Calendar::bundled());
    run.expect("within the calendar").due().date().to_string()
}

async fn step(
    home: &Home,
    actor: &kernel::Actor,
    id: &CaseId,
    name: &str,
    fields: &[(&str, &str)],
) -> Result<case::Taken, Refusal> {
    home.tried(async |tx: &mut Tx| case::take(&home.ctx, tx, actor, id, name, &Typed::of(fields)).await).await
}

fn conflict<T>(done: Result<T, Refusal>, words: &str) {
    match done {
        Err(Refusal::Conflict(why)) => assert!(why.contains(words), "{why}"),
        Err(other) => panic!("{}", other.words()),
        Ok(_) => panic!("it was not refused"),
    }
}

fn at_field<T>(done: Result<T, Refusal>, field: &str) {
    match done {
        Err(Refusal::Fields(errors)) => assert!(errors.of(field).is_some(), "{errors:?}"),
        Err(other) => panic!("{}", other.words()),
        Ok(_) => panic!("it was not refused"),
    }
}

/// An answer that discloses.
fn answer() -> letters::Body {
    letters::Body {
        addressee: "读者甲".to_owned(),
        title: "答复书".to_owned(),
        text: "现予公开。".to_owned(),
        ..letters::Body::default()
    }
}

#[tokio::test]
async fn more_time_is_asked_for_once_and_granted_by_another() {
    let home = Home::new().await;
    let id = home.filed().await;
    let from = date(2026, 3, 2);
    assert_eq!(home.entry(&id).await.due_on, due(from, &[], 0));
    let (clerk, head) = (person("clerk", "QH010", Role::Editor), person("head", "QH010", Role::OrganHead));
    let ask = async |units: u32| {
        home.tried(async |tx: &mut Tx| case::ask_extension(&home.ctx, tx, &head, &id, units, "要调取纸质档案").await)
            .await
    };
    at_field(ask(21).await, "units");
    ask(10).await.expect("asked");
    conflict(ask(10).await, "正在等待审批");
    let decide = async |actor: &kernel::Actor| {
        home.tried(async |tx: &mut Tx| case::decide_extension(&home.ctx, tx, actor, &id, (true, "")).await).await
    };
    let refused =
        home.tried(async |tx: &mut Tx| case::decide_extension(&home.ctx, tx, &clerk, &id, (false, "")).await).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(_))));
    let chief = person("chief", "QH001", Role::CountyOffice);
    at_field(
        home.tried(async |tx: &mut Tx| case::decide_extension(&home.ctx, tx, &chief, &id, (false, " ")).await).await,
        "why",
    );
    assert!(matches!(decide(&clerk).await, Err(Refusal::Forbidden(_))), "an editor grants nothing");
    conflict(decide(&head).await, "另一个人");
    decide(&chief).await.expect("granted");
    assert_eq!(home.entry(&id).await.due_on, due(from, &[], 10));
    conflict(ask(5).await, "不能再延长");
    let entry = home.entry(&id).await;
    let past = case::history(&home.ctx, home.ctx.db().read(), &entry).await.expect("history");
    let last = past.last().expect("a line");
    assert_eq!((last.step.as_str(), last.fields["reason"].as_str()), ("extended", "要调取纸质档案"));
}

#[tokio::test]
async fn after_the_last_day_nothing_is_extended() {
    let home = Home::new().await;
    let id = home.filed().await;
    home.pass(35);
    let head = person("head", "QH010", Role::OrganHead);
    let late = home.tried(async |tx: &mut Tx| case::ask_extension(&home.ctx, tx, &head, &id, 5, "来不及").await).await;
    conflict(late, "已过");
}

#[tokio::test]
async fn the_clock_stands_while_others_are_asked() {
    let home = Home::new().await;
    let id = home.filed().await;
    let clerk = person("clerk", "QH010", Role::Editor);
    home.pass(1);
    step(&home, &clerk, &id, "consult", &[]).await.expect("asked");
    assert!(home.entry(&id).await.due_guess, "the last day moves on with every day");
    home.pass(7);
    assert_eq!(case::recount(&home.ctx).await.expect("counted"), 1);
    assert_eq!(case::recount(&home.ctx).await.expect("counted"), 0, "nothing is written where nothing has moved");
    let lasting = Pause::between(date(2026, 3, 3), date(2026, 3, 10)).expect("a pause");
    assert_eq!(home.entry(&id).await.due_on, due(date(2026, 3, 2), &[lasting], 0));
    let early = step(&home, &clerk, &id, "heard", &[("on", "2026-03-02")]).await;
    at_field(early, "on");
    // The answer is entered a day after it came.
    step(&home, &clerk, &id, "heard", &[("on", "2026-03-09")]).await.expect("heard");
    let pause = Pause::between(date(2026, 3, 3), date(2026, 3, 9)).expect("a pause");
    let entry = home.entry(&id).await;
    assert_eq!((entry.due_on.as_str(), entry.due_guess), (due(date(2026, 3, 2), &[pause], 0).as_str(), false));
}

#[tokio::test]
async fn four_eyes_are_two_people() {
    let home = Home::new().await;
    let id = home.filed().await;
    let (head, deputy) = (person("head", "QH010", Role::OrganHead), person("deputy", "QH010", Role::OrganHead));
    let clerk = person("clerk", "QH010", Role::Editor);
    assert!(matches!(step(&home, &clerk, &id, "check", &[]).await, Err(Refusal::Forbidden(_))));
    step(&home, &head, &id, "check", &[]).await.expect("checked");
    let given = [("outcome", "refused"), ("ground", "secret")];
    conflict(step(&home, &head, &id, "answer", &given).await, "另一个人");
    at_field(step(&home, &deputy, &id, "answer", &[("outcome", "never")]).await, "outcome");
    at_field(step(&home, &deputy, &id, "answer", &[("outcome", "given"), ("on", "2026-03-03")]).await, "on");
    step(&home, &deputy, &id, "answer", &given).await.expect("answered");
    conflict(step(&home, &deputy, &id, "answer", &given).await, "已答复");
    let entry = home.entry(&id).await;
    assert_eq!((entry.outcome.as_str(), entry.due_on.as_str(), entry.is_ended()), ("refused", "", true));
    let counted = case::fact_count(home.ctx.db().read(), &SAMPLE, "ground", "secret").await.expect("counted");
    assert_eq!(counted, 1);
    // The applicant's own step is nobody's of the office.
    assert!(matches!(step(&home, &head, &id, "withdraw", &[]).await, Err(Refusal::NotFound)));
}

#[tokio::test]
async fn what_cannot_be_registered_says_why() {
    let home = Home::new().await;
    let clerk = person("clerk", "QH010", Role::Editor);
    let register = async |change: fn(&mut case::Filing)| {
        let mut filing = home.filing();
        change(&mut filing);
        home.tried(async |tx: &mut Tx| case::register(&home.ctx, tx, &clerk, filing).await).await
    };
    at_field(register(|filing| filing.received_on = date(2026, 3, 3)).await, "received_on");
    at_field(register(|filing| filing.received_on = date(2015, 3, 3)).await, "received_on");
    at_field(register(|filing| filing.organ = "QH099".into()).await, "organ");
    let first = register(|_| ()).await.expect("registered");
    let second = register(|filing| filing.received_on = date(2026, 3, 1)).await.expect("registered on a Sunday");
    let (first, second) = (home.entry(&first).await, home.entry(&second).await);
    assert_eq!((first.place, second.place), (1, 2));
    assert_eq!(second.registered(&SAMPLE), "试〔2026〕2号");
    assert_ne!(first.number[9..], second.number[9..], "the number told outside says nothing of how many there are");
}

#[tokio::test]
async fn a_letter_is_signed_by_another_and_its_delivery_ends_the_case() {
    let home = Home::new().await;
    let id = home.filed().await;
    let (head, deputy) = (person("head", "QH010", Role::OrganHead), person("deputy", "QH010", Role::OrganHead));
    let body = answer();
    let ctx = &home.ctx;
    at_field(
        home.tried(async |tx: &mut Tx| letters::draft(ctx, tx, &head, &id, "reply", &letters::Body::default()).await)
            .await,
        "text",
    );
    let letter = home.done(async |tx: &mut Tx| letters::draft(ctx, tx, &head, &id, "reply", &body).await).await;
    let sign = async |actor: &kernel::Actor| {
        home.tried(async |tx: &mut Tx| letters::sign(ctx, tx, actor, &id, (&letter, 1)).await).await
    };
    conflict(sign(&head).await, "另一个人签发");
    // Nobody else writes a second one meanwhile.
    let twice = home.tried(async |tx: &mut Tx| letters::draft(ctx, tx, &deputy, &id, "reply", &body).await).await;
    conflict(twice, "不能同时有两份");
    let deliver = async |on: &str| {
        home.tried(async |tx: &mut Tx| letters::deliver(ctx, tx, &head, &id, &letter, ("post", on)).await).await
    };
    conflict(deliver("").await, "不能登记送达");
    sign(&deputy).await.expect("signed");
    at_field(deliver("2026-02-01").await, "on");
    deliver("").await.expect("delivered");
    let entry = home.entry(&id).await;
    assert_eq!((entry.state.as_str(), entry.outcome.as_str()), ("answered", "given"));
    let known = letters::of_case(ctx, ctx.db().read(), &entry).await.expect("letters");
    assert_eq!(known[0].number(&SAMPLE.letters[0]), "试答复〔2026〕1号");
    conflict(deliver("").await, "已送达");
}

#[tokio::test]
async fn a_day_of_receipt_that_was_typed_wrong_is_put_right_by_another() {
    let home = Home::new().await;
    let (clerk, head) = (person("clerk", "QH010", Role::Editor), person("head", "QH010", Role::OrganHead));
    let ctx = &home.ctx;
    let mut filing = home.filing();
    filing.channel = case::Channel::Post;
    filing.received_on = date(2025, 12, 1);
    let id = home.done(async |tx: &mut Tx| case::register(ctx, tx, &head, filing).await).await;
    let deputy = person("deputy", "QH010", Role::OrganHead);
    let redate = async |actor: &kernel::Actor, on: &str| {
        home.tried(async |tx: &mut Tx| case::redate(ctx, tx, actor, &id, (on, "月份录错")).await).await
    };
    assert!(matches!(redate(&clerk, "2026-02-27").await, Err(Refusal::Forbidden(_))));
    conflict(redate(&head, "2026-02-27").await, "另一个人更正");
    at_field(redate(&deputy, "2026-03-03").await, "on");
    at_field(redate(&deputy, "2025-12-01").await, "on");
    redate(&deputy, "2026-02-27").await.expect("put right");
    let entry = home.entry(&id).await;
    assert_eq!(entry.received_on, "2026-02-27");
    assert_eq!(entry.due_on, due(date(2026, 2, 27), &[], 0));
    let past = case::history(ctx, ctx.db().read(), &entry).await.expect("history");
    assert_eq!((past[0].step.as_str(), past[0].on.as_str()), ("registered", "2026-02-27"));
    let last = past.last().expect("a line");
    assert_eq!((last.step.as_str(), last.fields["was_on"].as_str()), ("redated", "2025-12-01"));
}

#[tokio::test]
async fn an_organ_has_no_two_cases_of_one_number() {
    let home = Home::new().await;
    let (head, ctx) = (person("head", "QH010", Role::OrganHead), &home.ctx);
    let moved = home.filed().await;
    let other = OrganCode::from("QH001");
    home.done(async |tx: &mut Tx| {
        let mut filing = home.filing();
        filing.organ = OrganCode::from("QH001");
        case::register(ctx, tx, &person("clerk", "QH001", Role::Editor), filing).await
    })
    .await;
    home.done(async |tx: &mut Tx| case::transfer(ctx, tx, &head, &moved, &other, "由该机关办理").await).await;
    let entry = home.entry(&moved).await;
    assert_eq!((entry.register.as_str(), entry.registered(&SAMPLE).as_str()), ("QH001", "试〔2026〕2号"));
}

#[tokio::test]
async fn a_letter_that_leads_nowhere_any_more_is_dropped() {
    let home = Home::new().await;
    let id = home.filed().await;
    let (head, deputy) = (person("head", "QH010", Role::OrganHead), person("deputy", "QH010", Role::OrganHead));
    let clerk = person("clerk", "QH010", Role::Editor);
    let body = answer();
    let ctx = &home.ctx;
    let draft =
        async || home.tried(async |tx: &mut Tx| letters::draft(ctx, tx, &clerk, &id, "reply", &body).await).await;
    let states = async || {
        let entry = home.entry(&id).await;
        let all = letters::of_case(ctx, ctx.db().read(), &entry).await.expect("letters");
        all.into_iter().map(|one| one.state).collect::<Vec<_>>()
    };
    let first = draft().await.expect("drafted");
    let sign = home.tried(async |tx: &mut Tx| letters::sign(ctx, tx, &head, &id, (&first, 1)).await).await;
    sign.expect("signed");
    conflict(draft().await, "等待送达");
    let discarded = async |actor: &kernel::Actor| {
        home.tried(async |tx: &mut Tx| letters::discard(ctx, tx, actor, &id, &first).await).await
    };
    assert!(matches!(discarded(&clerk).await, Err(Refusal::Forbidden(_))), "what is signed is dropped by who may sign");
    discarded(&deputy).await.expect("dropped");
    draft().await.expect("another one");
    // The applicant takes the request back: nothing waits to be signed then.
    step(&home, &kernel::Actor::Applicant(id.clone()), &id, "withdraw", &[]).await.expect("withdrawn");
    assert_eq!(states().await, ["dropped", "dropped"]);
}

#[tokio::test]
async fn a_letter_keeps_its_organ_and_none_on_its_way_goes_over_with_the_case() {
    let home = Home::new().await;
    let id = home.filed().await;
    let (head, clerk) = (person("head", "QH010", Role::OrganHead), person("clerk", "QH010", Role::Editor));
    let body = answer();
    let (ctx, other) = (&home.ctx, OrganCode::from("QH001"));
    let letter = home.done(async |tx: &mut Tx| letters::draft(ctx, tx, &clerk, &id, "reply", &body).await).await;
    home.done(async |tx: &mut Tx| case::ask_extension(ctx, tx, &clerk, &id, 1, "档案在库").await).await;
    home.done(async |tx: &mut Tx| letters::sign(ctx, tx, &head, &id, (&letter, 1)).await).await;
    let known = async || {
        let entry = home.entry(&id).await;
        letters::of_case(ctx, ctx.db().read(), &entry).await.expect("letters").remove(0)
    };
    let name = ctx.directory().get(&"QH010".into()).expect("an organ").name.clone();
    assert_eq!(known().await.issuer, name);
    home.done(async |tx: &mut Tx| case::transfer(ctx, tx, &head, &id, &other, "由该机关办理").await).await;
    let now = known().await;
    assert_eq!((now.state.as_str(), now.issuer), ("dropped", name), "a letter of the one organ is none of the other's");
    let there = person("there", "QH001", Role::OrganHead);
    let delivered =
        home.tried(async |tx: &mut Tx| letters::deliver(ctx, tx, &there, &id, &letter, ("post", "")).await).await;
    conflict(delivered, "已作废");
    let decided =
        home.tried(async |tx: &mut Tx| case::decide_extension(ctx, tx, &there, &id, (true, "")).await.map(drop)).await;
    conflict(decided, "没有等待审批的延期申请");
    let entry = home.entry(&id).await;
    let past = case::history(ctx, ctx.db().read(), &entry).await.expect("history");
    assert_eq!(past.last().expect("a line").fields["dropped"], "答复书（试答复〔2026〕1号）");
}

#[tokio::test]
async fn an_erased_case_counts_and_tells_of_nobody() {
    let home = Home::new().await;
    let id = home.filed().await;
    let ctx = &home.ctx;
    let head = person("head", "QH010", Role::OrganHead);
    let erase = async || {
        home.tried(async |tx: &mut Tx| case::erase(ctx, tx, &head, &id, case::Why::Asked("当事人要求")).await).await
    };
    conflict(erase().await, "还没有办结");
    let applicant = kernel::Actor::Applicant(id.clone());
    step(&home, &applicant, &id, "withdraw", &[]).await.expect("withdrawn");
    assert!(case::due_for_erasure(ctx, 10).await.expect("due").is_empty(), "its time has not come");
    home.pass(i64::from(SAMPLE.keep_days) + 1);
    assert_eq!(case::due_for_erasure(ctx, 10).await.expect("due"), std::slice::from_ref(&id));
    erase().await.expect("erased");
    conflict(erase().await, "已经删除");
    let (entry, read) = (home.entry(&id).await, ctx.db().read());
    assert!(entry.key(ctx).expect("a key").is_none());
    assert!(case::request(ctx, read, &entry).await.expect("request").is_empty());
    assert!(case::masked(ctx, read, &id).await.expect("parties").iter().all(|party| party.lines.is_empty()));
    assert_eq!(case::facts(read, &id).await.expect("facts")["applicant"], "natural");
    let left: i64 =
        query_scalar("SELECT COUNT(*) FROM case_text WHERE sealed <> ''").fetch_one(read).await.expect("count");
    assert_eq!(left, 0);
}
