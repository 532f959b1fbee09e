//! Stories of a toy subject, a letter that is to be published, on each database.

mod letter;

use jiff::SignedDuration;
use kernel::{Actor, Role};
use store::{query, query_scalar};
use web::Refusal;

use self::letter::{Desk, central, person, reviewer};
use crate::{
    Result,
    model::{Outcome, State},
    queue,
    route::{Gate, Route, Stage},
    rows,
    subject::About,
};

/// Tells the story on SQLite, and on PostgreSQL where one is given.
macro_rules! stories {
    ($(async fn $name:ident($desk:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn story($desk: &Desk) $body

            #[tokio::test]
            async fn sqlite() {
                let desk = Desk::on_sqlite().await;
                story(&desk).await;
                desk.close().await;
            }

            #[tokio::test]
            async fn postgres() {
                let Some(desk) = Desk::on_postgres().await else { return };
                story(&desk).await;
                desk.close().await;
            }
        }
    )+};
}

/// What the refusal says.
fn told<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result.expect_err("refused") {
        Refusal::Conflict(text) => text,
        other => format!("{other:?}"),
    }
}

const NUMBER: &str = "13800138000";

stories! {
    async fn a_letter_passes_its_stages_and_goes_out(desk) {
        let id = desk.letter("关于停水的答复").await;
        desk.submit(&id).await.expect("submitted");
        for (place, gate) in Gate::ALL.into_iter().enumerate() {
            let outcome = desk.approve(&id, &reviewer(gate.code)).await.expect(gate.code);
            assert_eq!(outcome == Outcome::Passed, place == 3);
        }
        assert_eq!(desk.state(&id).await, "out");
        assert_eq!(
            desk.events(&id).await,
            "opened gate_passed gate_passed gate_passed gate_passed letter.out",
            "the owner's events come after the review's"
        );
        let review = rows::newest(desk.db().read(), &About::new("letter", &id)).await.expect("read").expect("review");
        assert_eq!((review.round.state, review.round.passes.len(), review.number), (State::Passed, 4, 1));
        assert!(told(desk.approve(&id, &reviewer("political")).await).contains("现在是“已寄出”，不能通过"));
        let verified = proof::Verify::new(desk.db()).run().await.expect("verified");
        assert!(verified.ok, "{verified:?}");
    }

    async fn who_may_not_changes_nothing(desk) {
        let id = desk.letter("自己写的").await;
        desk.submit(&id).await.expect("submitted");
        let before = desk.everything().await;
        let author = person("author", "QH010", &[Role::ReviewerSecrecy]);
        assert!(told(desk.approve(&id, &author).await).contains("不能审核自己的来信"));
        assert!(told(desk.send_back(&id, &author, "理由").await).contains("不能审核自己的来信"));
        assert!(matches!(desk.approve(&id, &reviewer("political")).await, Err(Refusal::Forbidden(_))));
        assert!(matches!(desk.approve(&id, &person("x", "QH099", &[Role::ReviewerSecrecy])).await, Err(Refusal::Forbidden(_))));
        assert!(matches!(desk.approve(&id, &Actor::System).await, Err(Refusal::NotFound)));
        assert!(told(desk.send_back(&id, &reviewer("secrecy"), " ").await).contains("请写明退回理由"));
        assert_eq!(desk.everything().await, before);
    }

    async fn a_claim_ends_after_two_hours(desk) {
        let id = desk.letter("两人抢办").await;
        desk.submit(&id).await.expect("submitted");
        let second = person("second", "QH010", &[Role::ReviewerSecrecy]);
        desk.claim(&id, &reviewer("secrecy")).await.expect("claimed");
        assert!(told(desk.approve(&id, &second).await).contains("正在审核这封来信"));
        desk.pass(SignedDuration::from_mins(119));
        assert!(told(desk.claim(&id, &second).await).contains("正在审核这封来信"));
        desk.pass(SignedDuration::from_mins(1));
        desk.claim(&id, &second).await.expect("ended by itself");
        desk.release(&id, &second).await.expect("given back");
        desk.approve(&id, &reviewer("secrecy")).await.expect("approved");
    }

    async fn what_comes_back_begins_anew(desk) {
        let id = desk.letter("改了又改").await;
        desk.submit(&id).await.expect("submitted");
        desk.approve(&id, &reviewer("secrecy")).await.expect("approved");
        desk.send_back(&id, &reviewer("wording"), "错别字").await.expect("back");
        assert_eq!(desk.state(&id).await, "draft 错别字");
        desk.submit(&id).await.expect("again");
        let about = About::new("letter", &id);
        let review = rows::newest(desk.db().read(), &about).await.expect("read").expect("review");
        assert_eq!((review.number, review.round.passes.len()), (2, 0));
        assert_eq!(review.round.stage().map(|stage| stage.gate.as_str()), Some("secrecy"));
        desk.recall(&id).await.expect("taken back");
        assert!(told(desk.approve(&id, &reviewer("secrecy")).await).contains("现在是“草稿”，不能通过"));
        // What was passed before stays on record.
        let passes: i64 =
            query_scalar("SELECT COUNT(*) FROM review_pass").fetch_one(desk.db().read()).await.expect("count");
        assert_eq!(passes, 1);
    }

    async fn a_stopped_letter_stands_still(desk) {
        let (held, waiting) = (desk.letter("办理中").await, desk.letter("等时间").await);
        for id in [&held, &waiting] {
            desk.submit(id).await.expect("submitted");
        }
        for gate in Gate::ALL {
            desk.approve(&waiting, &reviewer(gate.code)).await.expect("approved");
        }
        desk.claim(&held, &reviewer("secrecy")).await.expect("claimed");
        for id in [&held, &waiting] {
            desk.stop(id, "所答事项已变化").await.expect("stopped");
            assert_eq!(desk.state(id).await, "draft 所答事项已变化");
            assert!(desk.approve(id, &reviewer("secrecy")).await.is_err());
            assert!(desk.stop(id, "再次").await.is_err());
        }
    }

    async fn two_people_pass_a_stage_of_two(desk) {
        let route = Route::of(vec![Stage::at(Gate::SECRECY, 1).by_two()]).expect("route");
        let id = desk.letter("两人").await;
        desk.submit_by(&id, route).await.expect("submitted");
        let outcome = desk.approve(&id, &reviewer("secrecy")).await.expect("first");
        assert!(matches!(outcome, Outcome::Second(_)), "{outcome:?}");
        assert!(told(desk.approve(&id, &reviewer("secrecy")).await).contains("须由两人先后通过"));
        let second = person("second", "QH010", &[Role::ReviewerSecrecy]);
        assert_eq!(desk.approve(&id, &second).await.expect("second"), Outcome::Passed);
    }

    async fn nothing_unchecked_passes(desk) {
        let id = desk.letter("先干净后混入").await;
        assert!(told(desk.submit_unchecked(&id).await).contains("检查还没有做完"));
        assert_eq!(desk.ensure(&id).await, 2);
        assert_eq!(desk.ensure(&id).await, 0, "what was looked through is not looked through again");
        desk.submit_unchecked(&id).await.expect("submitted");
        desk.write(&id, &format!("联系 {NUMBER}")).await;
        let before = desk.everything().await;
        assert!(told(desk.approve_unchecked(&id, &reviewer("secrecy")).await).contains("检查还没有做完"));
        assert_eq!(desk.everything().await, before);
        assert_eq!(desk.ensure(&id).await, 1, "only the part that changed");
        assert!(told(desk.approve(&id, &reviewer("secrecy")).await).contains("还有 1 处个人信息未处理，不能通过"));
        assert!(told(desk.except(&id, "急").await).contains("没有通过保密审查"));
    }

    async fn rules_of_another_version_make_it_unchecked(desk) {
        let id = desk.letter("旧规则查过").await;
        desk.ensure(&id).await;
        let mut tx = desk.db().write().await.expect("write");
        query("UPDATE finding_run SET rules = 'older'").execute(tx.conn()).await.expect("older");
        tx.commit().await.expect("commit");
        assert!(told(desk.submit_unchecked(&id).await).contains("检查还没有做完"));
        assert_eq!(desk.ensure(&id).await, 2);
        desk.submit_unchecked(&id).await.expect("submitted");
    }

    async fn a_finding_is_let_through_by_another_person(desk) {
        let id = desk.letter("法定公示").await;
        desk.write(&id, &format!("名单：{NUMBER}")).await;
        assert!(told(desk.submit(&id).await).contains("还有 1 处个人信息未处理"));
        let checks = desk.checks(&id).await;
        let found = (checks.found[0].rule.clone(), checks.found[0].digest.clone());
        assert_eq!((checks.found[0].place.as_str(), checks.stopping()), ("正文", 1));
        let author = person("author", "QH010", &[Role::ReviewerSecrecy]);
        assert!(told(desk.let_through(&id, &author, &found, "法定").await).contains("不能审核自己的来信"));
        let secrecy = reviewer("secrecy");
        assert!(told(desk.let_through(&id, &secrecy, &found, " ").await).contains("请写明放行理由"));
        let other = (found.0.clone(), "0".repeat(64));
        assert!(told(desk.let_through(&id, &secrecy, &other, "法定").await).contains("原来的问题不在了"));
        desk.let_through(&id, &secrecy, &found, "法定公示内容").await.expect("let through");
        assert_eq!(desk.checks(&id).await.stopping(), 0);
        desk.submit(&id).await.expect("submitted");
        desk.write(&id, &format!("低保户：{NUMBER}")).await;
        assert!(told(desk.approve(&id, &secrecy).await).contains("还有 1 处"), "the same number in other words");
        desk.write(&id, "名单：13900139000").await;
        assert!(told(desk.approve(&id, &secrecy).await).contains("还有 1 处"), "other text needs another decision");
    }

    async fn an_exception_stands_on_the_list_until_another_reviews_it(desk) {
        let (fresh, open) = (desk.letter("刚过保密审查").await, desk.letter("等着发出的").await);
        for id in [&fresh, &open] {
            desk.ensure(id).await;
            assert!(told(desk.except(id, "红色预警").await).contains("没有通过保密审查"), "never submitted");
            desk.submit(id).await.expect("submitted");
            let before = desk.everything().await;
            assert!(told(desk.except(id, "红色预警").await).contains("没有通过保密审查"), "undecided");
            assert_eq!(desk.everything().await, before);
            desk.approve(id, &reviewer("secrecy")).await.expect("cleared");
        }
        for gate in ["wording", "policy", "political"] {
            desk.approve(&open, &reviewer(gate)).await.expect(gate);
        }
        for id in [&fresh, &open] {
            assert!(told(desk.except(id, " ").await).contains("请写明紧急发布的理由"));
            desk.except(id, "红色预警").await.expect("out");
            assert_eq!(desk.state(id).await, "out");
        }
        let list = desk.exceptions().await;
        assert_eq!(list.iter().map(|row| (row.reason.as_str(), row.is_reviewed())).collect::<Vec<_>>(), [("红色预警", false); 2]);
        let clerk = |account| central(account, &[Role::CountyOffice]);
        assert!(told(desk.review_exception(&fresh, &clerk("clerk"), "看过").await).contains("不能自己复核"));
        assert!(told(desk.review_exception(&fresh, &clerk("other"), "").await).contains("请写明复核意见"));
        let elsewhere = person("p", "QH099", &[Role::ReviewerPolitical]);
        assert!(matches!(desk.review_exception(&fresh, &elsewhere, "看过").await, Err(Refusal::Forbidden(_))));
        desk.review_exception(&fresh, &central("other", &[Role::ReviewerPolitical]), "已补审").await.expect("reviewed");
        assert!(told(desk.review_exception(&fresh, &clerk("third"), "再看").await).contains("不在待复核之列"));
        let list = desk.exceptions().await;
        assert_eq!(list.iter().map(|row| row.is_reviewed()).collect::<Vec<_>>(), [false, true], "those to be reviewed first");
        assert_eq!(queue::exceptions_open(desk.db(), &queue::Filter::of(&["letter"])).await.expect("count"), 1);
        let counted = |who: &'static str| { async move { queue::unreviewed(desk.db(), &queue::Filter::of(&["letter"]), &who.into()).await.expect("count") } };
        assert_eq!((counted("clerk").await, counted("other").await), (0, 1));
        // A disagreement is kept, and ended by another person alone.
        desk.object(&open, &clerk("other"), "停课范围有误").await.expect("against it");
        let list = desk.exceptions().await;
        assert!(list.iter().any(|row| row.is_objected() && row.note == "不同意：停课范围有误"));
        assert!(told(desk.review_exception(&open, &clerk("other"), "算了").await).contains("须由另一位人员"));
        desk.review_exception(&open, &clerk("third"), "范围已核实").await.expect("for it");
        let list = desk.exceptions().await;
        let last = list.iter().find(|row| row.subject == open).expect("listed");
        assert!(!last.is_objected(), "{}", last.note);
        assert_eq!(last.note, "范围已核实（此前姓other不同意：停课范围有误）");
        assert!(told(desk.object(&open, &clerk("fourth"), "还是不对").await).contains("不在待复核之列"));
    }

    async fn of_two_approvals_at_once_one_wins(desk) {
        let route = Route::of(vec![Stage::at(Gate::SECRECY, 1)]).expect("route");
        let id = desk.letter("同时").await;
        desk.submit_by(&id, route).await.expect("submitted");
        let second = person("second", "QH010", &[Role::ReviewerSecrecy]);
        let first = reviewer("secrecy");
        let (a, b) = tokio::join!(desk.approve(&id, &first), desk.approve(&id, &second));
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert_eq!(desk.events(&id).await, "opened gate_passed letter.out");
    }

    async fn the_work_list_shows_what_waits_for_this_person(desk) {
        let mut ids = Vec::new();
        for title in ["甲", "乙", "丙"] {
            let id = desk.letter(title).await;
            desk.submit(&id).await.expect("submitted");
            desk.pass(SignedDuration::from_mins(1));
            ids.push(id);
        }
        desk.approve(&ids[0], &reviewer("secrecy")).await.expect("approved");
        desk.claim(&ids[1], &reviewer("secrecy")).await.expect("claimed");
        let titles = |filter: queue::Filter| { async move { desk.waiting(&filter).await } };
        let mine = |who: &Actor| queue::Filter::of(&["letter"]).for_person(who.staff().expect("staff"));
        assert_eq!(titles(queue::Filter::of(&["letter"])).await, "乙 丙 甲", "by how long they have waited");
        assert_eq!(titles(mine(&reviewer("secrecy"))).await, "乙 丙");
        assert_eq!(titles(mine(&reviewer("wording"))).await, "甲");
        assert_eq!(titles(mine(&person("author", "QH010", &[Role::ReviewerSecrecy]))).await, "", "own");
        let free = queue::Claimed::Free;
        assert_eq!(titles(mine(&reviewer("secrecy")).claimed(free, reviewer("secrecy").staff().expect("staff"), desk.now())).await, "丙");
        desk.pass(SignedDuration::from_hours(2));
        assert_eq!(titles(mine(&reviewer("secrecy")).claimed(free, reviewer("secrecy").staff().expect("staff"), desk.now())).await, "乙 丙", "the claim has ended");
        assert_eq!(titles(queue::Filter::of(&["letter"]).organs(&["QH099".into()])).await, "");
        let gates = queue::by_gate(desk.db(), &queue::Filter::of(&["letter"])).await.expect("counts");
        assert_eq!(gates, [("secrecy".to_owned(), 2), ("wording".to_owned(), 1)]);
        assert_eq!(queue::count(desk.db(), &mine(&reviewer("secrecy"))).await.expect("count"), 2);
        let rounds = queue::waiting(desk.db(), &queue::Filter::of(&["letter"]), &"secrecy".into(), None, 9).await.expect("lines");
        let rounds: Vec<_> = rounds.rows.into_iter().map(|line| line.review).collect();
        let who = reviewer("wording");
        let me = who.staff().expect("staff").account.clone();
        assert_eq!(queue::among(desk.db(), &mine(&who), &me, rounds).await.expect("among").len(), 1);
    }

    async fn what_is_gone_leaves_nothing(desk) {
        let id = desk.letter("删掉").await;
        desk.write(&id, &format!("名单：{NUMBER}")).await;
        desk.submit(&id).await.expect_err("blocked");
        let found = desk.checks(&id).await.found.remove(0);
        desk.let_through(&id, &reviewer("secrecy"), &(found.rule, found.digest), "法定").await.expect("let through");
        desk.submit(&id).await.expect("submitted");
        desk.approve(&id, &reviewer("secrecy")).await.expect("approved");
        let mut tx = desk.db().write().await.expect("write");
        rows::forget(&mut tx, &About::new("letter", &id)).await.expect("forgotten");
        tx.commit().await.expect("commit");
        for table in ["review", "review_role", "review_author", "review_pass", "finding_run", "finding", "finding_decision"] {
            // SQL: fixed text, names from this file and numbers of places; every value is bound.
            let left: i64 = query_scalar(store::built(format!("SELECT COUNT(*) FROM {table}")))
                .fetch_one(desk.db().read()).await.expect("count");
            assert_eq!(left, 0, "{table}");
        }
    }
}
