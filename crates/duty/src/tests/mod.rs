//! Stories of duties from a source that is no plan, on each database.

use kernel::id::{EvidenceId, SubjectRef};
use web::Refusal;

use self::office::{Office, clerk, date, editor, row};
use crate::{
    DutyRow, SourceKey, SourceState,
    board::{Filter, Line, Order, Rows},
    desk, duties, events,
    evidence::{self, NewEvidence, Proof, Verdict, decide, hand_in, lapse, opens},
    extra, facts,
    model::{OwnerRole, State, Visibility},
    remind, report, views,
};

/// Tells the story on SQLite, and on PostgreSQL where one is given.
macro_rules! stories {
    ($($(#[$doc:meta])* async fn $name:ident($office:ident) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn story($office: Office) $body

            #[tokio::test]
            async fn sqlite() {
                story(Office::on_sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(office) = Office::on_postgres().await {
                    story(office).await;
                }
            }
        }
    )+};
}

mod board;
mod history;
mod office;

/// The rows of the board, the same in one piece, page by page, and backwards.
async fn told_lines(office: &Office, rows: Rows, filter: &Filter, order: Order) -> Vec<Line> {
    let today = office.today();
    let whole = crate::board::all(&office.db, rows, filter, order, today).await.expect("all");
    let page =
        async |after: &str| crate::board::page(&office.db, rows, filter, order, today, (after, 3)).await.expect("page");
    let (mut paged, mut after) = (Vec::new(), String::new());
    let mut last = loop {
        let found = page(&after).await;
        paged.extend(found.rows.clone());
        match found.next.clone() {
            Some(next) => after = next,
            None => break found,
        }
    };
    assert_eq!(whole, paged);
    let mut back = last.rows.clone();
    while let Some(before) = last.previous.clone() {
        last = page(&before).await;
        back.splice(0..0, last.rows.clone());
    }
    assert_eq!(whole, back);
    whole
}

/// What the refusal says.
fn told<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
    result.expect_err("refused").words()
}

stories! {
    /// Nothing but a source, a place and a text is needed.
    async fn a_resolution_is_closed_by_evidence(office) {
        let key = office.resolution("r1", "领导小组第一次会议").await;
        let new = row(&office, &key, "建立会商机制", "2026-06-30", "");
        let duty = office.duty(new, &[("QH010", OwnerRole::Lead), ("QH011", OwnerRole::Support)]).await;
        let share = office.share(&duty, "QH010").await;
        let state = async || {
            let found = facts::of_duties(office.db.read(), std::slice::from_ref(&duty)).await.expect("facts");
            found[0].course().on(office.today()).state
        };
        assert_eq!(state().await, State::Issued);
        office.act(&editor("QH010"), async |tx, by| report::add_note(tx, by, &share, "初稿已成").await).await.expect("note");
        assert_eq!(state().await, State::InProgress);
        let piece = office.hand_in(&share, "QH010", "d1", "").await.expect("evidence");
        assert_eq!(state().await, State::Evidenced);
        assert!(told(office.hand_in(&share, "QH010", "d1", "").await).contains("已经报送过"));
        office.decide(&piece, Verdict::Confirm).await.expect("confirmed");
        assert_eq!(state().await, State::Confirmed);
        assert!(told(office.decide(&piece, Verdict::Confirm).await).contains("没有重复确认"));
        let uses = evidence::uses(&office.db, &SubjectRef::new("document", "d1")).await.expect("uses");
        assert_eq!((uses.len(), uses[0].title.as_str()), (1, "领导小组第一次会议"));
        let undone = office.act(&clerk(), async |tx, by| decide::undo(tx, by, &piece).await).await;
        undone.expect("undone on its day");
        office.decide(&piece, Verdict::Return("请换".into())).await.expect("returned");
        assert_eq!(state().await, State::Returned);
        office.pass(1);
        let late = office.act(&clerk(), async |tx, by| decide::undo(tx, by, &piece).await).await;
        assert!(told(late).contains("只能撤销当天"));
        let files = store::Files::in_folder(office.folder().path());
        assert!(proof::verify(&office.db, &files, None).await.expect("verify").ok);
    }

    async fn who_may_not_changes_nothing(office) {
        let key = office.resolution("r1", "会议").await;
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &[("QH010", OwnerRole::Lead)]).await;
        let share = office.share(&duty, "QH010").await;
        let piece = office.hand_in(&share, "QH010", "d1", "").await.expect("evidence");
        assert!(matches!(office.hand_in(&share, "QH011", "d2", "").await, Err(Refusal::Forbidden(_))));
        let confirm = &Verdict::Confirm;
        let own = office.act(&editor("QH010"), async |tx, by| decide::decide(tx, by, &piece, confirm, true).await).await;
        assert!(matches!(own, Err(Refusal::Forbidden(_))));
        assert!(told(office.decide(&piece, Verdict::Return(" ".into())).await).contains("请写明退回的理由"));
        let other = office.act(&editor("QH011"), async |tx, by| hand_in::take_back(tx, by, &piece).await).await;
        assert!(matches!(other, Err(Refusal::Forbidden(_))));
        let nothing = office.decide(&EvidenceId::from("none"), Verdict::Confirm).await;
        assert!(matches!(nothing, Err(Refusal::NotFound)));
        // Who handed it in does not confirm it, whatever the role.
        let own = office.duty(row(&office, &key, "乙", "", ""), &[("QH001", OwnerRole::Lead)]).await;
        let own = office.share(&own, "QH001").await;
        let new = NewEvidence {
            share: own,
            period: String::new(),
            proof: Proof::address("https://media.example/a", "报道").expect("address"),
            note: String::new(),
        };
        let (_, mine) = office.act(&clerk(), async |tx, by| hand_in::add(tx, by, &new).await).await.expect("evidence");
        assert!(told(office.decide(&mine, Verdict::Confirm).await).contains("须由他人确认"));
        assert_eq!(office.events(&evidence::CONFIRMED).await, 0);
    }

    /// After a reform the successor answers: it reports, and what waits stands in its list.
    async fn duties_follow_a_merger(office) {
        let key = office.resolution("r1", "会议").await;
        let duty = office.duty(row(&office, &key, "帮扶", "2026-03-20", ""), &[("QH012", OwnerRole::Lead)]).await;
        let share = office.share(&duty, "QH012").await;
        office.hand_in(&share, "QH011", "d1", "").await.expect("the successor reports");
    }

    async fn an_address_is_confirmed_once_it_was_looked_at(office) {
        let key = office.resolution("r1", "会议").await;
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &[("QH010", OwnerRole::Lead)]).await;
        let share = office.share(&duty, "QH010").await;
        assert!(told(Proof::address("http://127.0.0.1/x", "内网")).contains("内网地址"));
        assert!(told(Proof::address("https://media.example/a", " ")).contains("请写明网址上是什么内容"));
        assert!(told(Proof::address("https://media.example/a", "电话 13800138000")).contains("138****8000"));
        let proof = Proof::address("media.example/a", "报道").expect("address");
        let new = NewEvidence { share, period: String::new(), proof, note: String::new() };
        let (_, piece) =
            office.act(&editor("QH010"), async |tx, by| hand_in::add(tx, by, &new).await).await.expect("evidence");
        assert!(told(office.decide(&piece, Verdict::Confirm).await).contains("网址还在检查"));
        let url = opens::address(&office.db, &piece).await.expect("read");
        assert_eq!(url.as_deref(), Some("https://media.example/a"));
        for (outcome, times) in [("gone", 1), ("gone", 1), ("opened", 2)] {
            let mut tx = office.db.write().await.expect("write");
            opens::keep(&mut tx, &piece, outcome, "404").await.expect("kept");
            tx.commit().await.expect("commit");
            assert_eq!(office.events(&evidence::LOOKED).await, times);
            if outcome == "gone" {
                assert!(told(office.decide(&piece, Verdict::Confirm).await).contains("请退回并请报送单位换一个网址"));
            }
        }
        office.decide(&piece, Verdict::Confirm).await.expect("confirmed");
    }

    async fn what_an_organ_fills_in_waits_for_the_office(office) {
        let key = office.resolution("r1", "会议").await;
        let organs = [("QH010", OwnerRole::Lead), ("QH011", OwnerRole::Support)];
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &organs).await;
        let (lead, support) = (office.share(&duty, "QH010").await, office.share(&duty, "QH011").await);
        let fill = async |organ: &str, share: &kernel::id::ShareId, key: &str, value: &str| {
            let typed = [(key.to_owned(), value.to_owned())];
            let sources = office.sources.clone();
            office.act(&editor(organ), async |tx, by| extra::set(tx, by, &sources, share, &typed, false).await).await
        };
        let values = async || duties::get(office.db.read(), &duty).await.expect("read").expect("duty").values();
        assert!(told(fill("QH011", &support, "budget", "1").await).contains("由牵头或负责的单位填写"));
        assert!(told(fill("QH010", &lead, "budget", "很多").await).contains("请填写以万元计的数字"));
        fill("QH010", &lead, "budget", "12,500").await.expect("filled in");
        fill("QH010", &lead, "ground", "改写").await.expect("passed over");
        fill("QH010", &lead, "blame", "约谈一人").await.expect("inside");
        let read = values().await;
        assert_eq!((read.held("budget"), read.waiting("budget")), ("", Some("12500")));
        assert_eq!((read.held("ground"), read.waiting("ground"), read.held("blame")), ("", None, "约谈一人"));
        assert_eq!(desk::filled_in(&office.db).await.expect("list").len(), 1);
        let settle = async |seen: &str, accept| {
            office.act(&clerk(), async |tx, by| extra::settle(tx, by, &duty, seen, accept).await).await
        };
        let seen = read.waiting_text();
        fill("QH010", &lead, "budget", "13000").await.expect("again");
        assert!(told(settle(&seen, true).await).contains("刚修改了办理情况"));
        settle(&values().await.waiting_text(), true).await.expect("accepted");
        assert_eq!(values().await.held("budget"), "13000");
        assert!(told(settle(&seen, true).await).contains("没有待采纳"));
        assert!(desk::filled_in(&office.db).await.expect("list").is_empty());
    }

    async fn the_title_of_what_is_erased_stays_neither_on_evidence_nor_in_the_log(office) {
        let key = office.resolution("r1", "会议").await;
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &[("QH010", OwnerRole::Lead)]).await;
        let share = office.share(&duty, "QH010").await;
        let piece = office.hand_in(&share, "QH010", "d1", "").await.expect("evidence");
        office.decide(&piece, Verdict::Return("换一份".into())).await.expect("returned");
        office.hand_in(&share, "QH010", "d2", "").await.expect("evidence");
        let holding = async |words: &str| store::test::holding(&office.db, &[words]).await.expect("read");
        assert_eq!(holding("文件d1").await, ["event_payload.data", "evidence.title"]);
        let mut tx = office.db.write().await.expect("write");
        let subject = kernel::id::SubjectRef::new("document", "d1");
        lapse::erased(&mut tx, &subject, "（标题已清除）", ("清除", &kernel::Actor::System)).await.expect("erased");
        tx.commit().await.expect("commit");
        assert_eq!(holding("文件d1").await, Vec::<String>::new());
        assert_eq!(holding("（标题已清除）").await, ["evidence.title"]);
        assert!(!holding("文件d2").await.is_empty(), "other evidence keeps its title");
        assert!(proof::Verify::new(&office.db).run().await.expect("verify").ok);
    }

    async fn evidence_lapses_with_its_subject_and_comes_back_with_it(office) {
        let key = office.resolution("r1", "会议").await;
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &[("QH010", OwnerRole::Lead)]).await;
        let share = office.share(&duty, "QH010").await;
        let piece = office.hand_in(&share, "QH010", "d1", "").await.expect("evidence");
        let state = async || {
            let found = facts::of_duties(office.db.read(), std::slice::from_ref(&duty)).await.expect("facts");
            found[0].course().on(office.today()).state
        };
        let untold = async || {
            lapse::untold(office.db.read(), &SubjectRef::new("document", "d1")).await.expect("untold")
        };
        office.publish("other", false).await;
        office.publish("d1", false).await;
        assert_eq!(state().await, State::Returned, "in the same write");
        office.catch_up().await;
        assert_eq!(state().await, State::Returned);
        assert!(told(office.decide(&piece, Verdict::Confirm).await).contains("已撤回公开"));
        let pieces = untold().await;
        assert_eq!(pieces.len(), 1);
        for first in [true, false] {
            let mut tx = office.db.write().await.expect("write");
            assert_eq!(lapse::tell(&mut tx, &pieces[0]).await.expect("told"), first);
            tx.commit().await.expect("commit");
        }
        assert_eq!(office.events(&evidence::LAPSED).await, 1);
        office.publish("d1", true).await;
        office.catch_up().await;
        assert_eq!(state().await, State::Evidenced);
        office.decide(&piece, Verdict::Confirm).await.expect("counts again");
        // Withdrawn and published again between two looks, it never lapsed.
        office.publish("d1", false).await;
        office.publish("d1", true).await;
        office.catch_up().await;
        assert_eq!(state().await, State::Confirmed);
        assert!(untold().await.is_empty());
    }

    async fn a_reminder_goes_out_once(office) {
        let key = office.resolution("r1", "会议").await;
        let organs = [("QH010", OwnerRole::Lead), ("QH011", OwnerRole::Responsible)];
        let duty = office.duty(row(&office, &key, "甲", "2026-03-17", ""), &organs).await;
        office.duty(row(&office, &key, "每季度", "", "quarterly"), &organs[..1]).await;
        office.duty(row(&office, &key, "远", "2026-12-01", ""), &organs).await;
        let share = office.share(&duty, "QH010").await;
        let due = async |day: &str| remind::due(&office.db, &[15, -1], date(day)).await.expect("due");
        assert!(due("2026-03-01").await.is_empty(), "before the issue");
        let found = due("2026-03-02").await;
        assert_eq!(found.len(), 2);
        let send = async |owed: &remind::Owed| {
            let mut tx = office.db.write().await.expect("write");
            let first = remind::claim(&mut tx, owed).await.expect("claimed");
            tx.commit().await.expect("commit");
            first
        };
        assert!(send(&found[0]).await && !send(&found[0]).await);
        let periods = due("2026-03-16").await;
        assert!(periods.iter().any(|one| one.period == "2026-Q1" && one.label == "第一季度"), "{periods:?}");
        // What waits for the office is not the organ's debt; what is closed runs no more.
        office.hand_in(&share, "QH010", "d1", "").await.expect("evidence");
        assert!(due("2026-03-02").await.iter().all(|one| one.share != share));
        office.state(&key, "会议", SourceState::Closed).await;
        assert!(due("2026-03-02").await.is_empty());
        let now = remind::now(&office.db, std::slice::from_ref(&share), std::slice::from_ref(&duty), office.today()).await;
        let now = now.expect("now");
        assert_eq!((now.len(), now[0].days.clone()), (1, vec![15]));
    }

    async fn the_desk_shows_what_wants_doing(office) {
        let key = office.resolution("r1", "会议").await;
        let organs = [("QH010", OwnerRole::Lead), ("QH011", OwnerRole::Support)];
        let near = office.duty(row(&office, &key, "近", "2026-03-20", ""), &organs).await;
        office.duty(row(&office, &key, "远", "2026-12-01", ""), &organs).await;
        office.duty(row(&office, &key, "每月", "", "monthly"), &organs).await;
        let list = async |organ: &str| {
            let organs = [organ.into()];
            let found = desk::of_organs(&office.db, &organs, office.today()).await.expect("list");
            let count = desk::count_open(&office.db, &organs, office.today()).await.expect("count");
            assert_eq!(i64::try_from(found.len()).expect("few"), count);
            found.into_iter().map(|work| work.text).collect::<Vec<_>>()
        };
        let pressing = async |organ: &str| {
            desk::count_of_organs(&office.db, &[organ.into()], office.today()).await.expect("count")
        };
        office.duty(row(&office, &key, "无期限", "", ""), &organs).await;
        assert_eq!(list("QH010").await, ["近", "每月", "远", "无期限"], "dated or not");
        assert_eq!(list("QH011").await, ["近", "每月", "远", "无期限"], "those who support know of it");
        assert_eq!((pressing("QH010").await, pressing("QH011").await), (2, 0), "only what presses is counted in the rail");
        let share = office.share(&near, "QH011").await;
        let piece = office.hand_in(&share, "QH011", "d1", "").await.expect("evidence");
        assert_eq!((desk::count_waiting(&office.db).await.expect("count"), list("QH011").await.len()), (1, 3));
        assert_eq!(desk::waiting(&office.db).await.expect("list")[0].share, share);
        office.decide(&piece, Verdict::Return("请换".into())).await.expect("returned");
        assert_eq!((list("QH011").await.len(), pressing("QH011").await), (4, 1));
        let own = office.share(&near, "QH010").await;
        let done = office.hand_in(&own, "QH010", "d2", "").await.expect("evidence");
        office.decide(&done, Verdict::Confirm).await.expect("confirmed");
        assert_eq!(list("QH010").await, ["每月", "远", "无期限"]);
        assert_eq!(list("QH011").await.len(), 4, "its own came back");
        assert_eq!(desk::count_waiting(&office.db).await.expect("count"), 0);
        // Time alone brings the far one near, and a later month of the monthly one.
        office.pass(250);
        assert_eq!((list("QH010").await, pressing("QH010").await), (vec!["每月".into(), "远".into(), "无期限".into()], 2));
        office.state(&key, "会议", SourceState::Closed).await;
        assert!(list("QH010").await.is_empty());
    }

    /// Two organs became one: it owes the duty once, with what both have reported; taken back, both owe it again.
    async fn a_reform_doubles_no_duty(office) {
        let key = office.resolution("r1", "会议").await;
        let organs = [("QH010", OwnerRole::Support), ("QH011", OwnerRole::Support), ("QH012", OwnerRole::Lead)];
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &organs).await;
        let old = office.share(&duty, "QH012").await;
        let piece = office.hand_in(&old, "QH011", "d1", "").await.expect("evidence of the predecessor's share");
        let shares = async || facts::of_duties(office.db.read(), std::slice::from_ref(&duty)).await.expect("facts");
        let board = async || told_lines(&office, Rows::Shares, &Filter::default(), Order::default()).await;
        assert_eq!((shares().await.len(), board().await.len()), (3, 3));
        let fold = async |directory: &kernel::Directory| {
            crate::reform::fold(&office.db, directory, office.today()).await.expect("folded")
        };
        assert_eq!(fold(office.directory()).await, 1);
        assert_eq!(fold(office.directory()).await, 0, "once");
        let found = shares().await;
        let kept = found.iter().find(|share| share.organ.as_str() == "QH011").expect("one share");
        assert_eq!((found.len(), board().await.len()), (2, 2));
        assert_eq!((kept.role, kept.origins.clone()), (OwnerRole::Lead, vec!["QH012".into()]));
        assert_eq!(kept.course().on(office.today()).state, State::Evidenced, "what was reported came along");
        // A form from before the reform still reaches the one share; evidence is wanted once.
        let note = async |share| office.act(&editor("QH011"), async |tx, by| report::add_note(tx, by, share, "在办").await).await;
        assert_eq!(note(&old).await.expect("note").share, kept.id);
        office.decide(&piece, Verdict::Confirm).await.expect("confirmed");
        let rows = told_lines(&office, Rows::Duties, &Filter::default(), Order::default()).await;
        assert_eq!((rows[0].state, rows[0].organs), (State::Confirmed, (1, 1)));
        // Amendments go on by the names of the text: released by one of them, it still answers as the other.
        let held = duties::shares(office.db.read(), &key).await.expect("rows");
        let lead = held.iter().find(|row| row.organ.as_str() == "QH012").expect("kept as issued").clone();
        office.act(&clerk(), async |tx, by| {
            let row = duties::get(tx.conn(), &duty).await?.ok_or(Refusal::NotFound)?;
            Ok(duties::release(tx, by.actor, &row, &lead, "不再承担").await?)
        }).await.expect("released");
        let found = shares().await;
        let kept = found.iter().find(|share| share.organ.as_str() == "QH011").expect("one share");
        assert_eq!((kept.role, kept.ended_at.as_str()), (OwnerRole::Support, ""));
        // Taken back.
        fold(&kernel::Directory::new(Vec::new(), "青禾县")).await;
        assert_eq!(shares().await.len(), 3);
    }

    /// Accepted as far as it goes: it says what is missing, stands as evidence and closes nothing.
    async fn what_is_accepted_may_be_unfinished(office) {
        let key = office.resolution("r1", "会议").await;
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &[("QH010", OwnerRole::Lead)]).await;
        let share = office.share(&duty, "QH010").await;
        let piece = office.hand_in(&share, "QH010", "d1", "").await.expect("evidence");
        assert!(told(office.decide(&piece, Verdict::Accept(" ".into())).await).contains("请写明还差什么"));
        office.decide(&piece, Verdict::Accept("还差两个乡镇".into())).await.expect("accepted");
        let state = async || {
            let found = facts::of_duties(office.db.read(), std::slice::from_ref(&duty)).await.expect("facts");
            found[0].course().on(office.today()).state
        };
        assert_eq!(state().await, State::InProgress);
        assert!(told(office.decide(&piece, Verdict::Confirm).await).contains("尚未完成"));
        assert_eq!(evidence::counted(&office.db, &key).await.expect("counted").len(), 1);
        office.act(&clerk(), async |tx, by| decide::undo(tx, by, &piece).await).await.expect("undone");
        assert_eq!(state().await, State::Evidenced);
        office.decide(&piece, Verdict::Confirm).await.expect("confirmed");
        assert_eq!(state().await, State::Confirmed);
    }

    async fn date_and_visibility_of_an_issued_duty_change(office) {
        let key = office.resolution("r1", "会议").await;
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &[("QH010", OwnerRole::Lead)]).await;
        let secret = office.duty(
            crate::DutyRow { visibility: "internal".into(), ..row(&office, &key, "内部事项", "", "") },
            &[("QH010", OwnerRole::Lead)],
        ).await;
        let due = async |to: &str| {
            office.act(&clerk(), async |tx, by| duties::set_due(tx, by.actor, &duty, date(to), "上级通知顺延").await).await
        };
        assert!(!due("2026-06-30").await.expect("the same"));
        assert!(due("2026-07-31").await.expect("moved"));
        for (why, said) in [(" ", "请写明为什么调整期限"), ("联系人 13800138000", "138****8000")] {
            let refused = office
                .act(&clerk(), async |tx, by| duties::set_due(tx, by.actor, &duty, date("2026-08-31"), why).await)
                .await;
            assert!(told(refused).contains(said), "{why}");
        }
        let sources = office.sources.clone();
        let open = office.act(&clerk(), async |tx, by| {
            duties::set_visibility(tx, by.actor, &sources, &secret, Visibility::Public, "已定案").await
        }).await;
        assert!(told(open).contains("没有改为公开"));
        assert!(!duties::get(office.db.read(), &secret).await.expect("read").expect("duty").is_public(), "all of it is undone");
        office.act(&clerk(), async |tx, by| {
            let row = duties::get(tx.conn(), &duty).await?.ok_or(Refusal::NotFound)?;
            duties::end(tx, by.actor, &row, "不再需要").await?;
            Ok(())
        }).await.expect("ended");
        assert!(told(due("2026-08-31").await).contains("已经终止"));
        let share = office.share(&duty, "QH010").await;
        assert!(told(office.hand_in(&share, "QH010", "d1", "").await).contains("已经终止"));
    }

    async fn each_account_keeps_its_own_filters(office) {
        let (me, you) = ("a".into(), "b".into());
        let save = async |name: &str, query: &str| {
            office.act(&clerk(), async |tx, _| views::save(tx, &me, name, query).await).await
        };
        save("逾期", "overdue=1").await.expect("saved");
        save("逾期", "overdue=1&organ=QH010").await.expect("replaced");
        let mine = views::of(&office.db, &me).await.expect("list");
        assert_eq!((mine.len(), mine[0].query.as_str()), (1, "overdue=1&organ=QH010"));
        assert!(views::of(&office.db, &you).await.expect("list").is_empty());
        let id = mine[0].id.clone();
        let delete = async |account: &kernel::id::AccountId| {
            office.act(&clerk(), async |tx, _| Ok(views::delete(tx, account, &id).await?)).await.expect("asked")
        };
        assert!(!delete(&you).await && delete(&me).await);
        for n in 0..20 {
            save(&format!("第{n}组"), "").await.expect("saved");
        }
        assert!(told(save("再来一组", "").await).contains("最多保存 20 组"));
    }

    /// A source of another kind may have the same id, grows, and may have no page that the public sees.
    async fn sources_are_told_apart_by_kind_and_id(office) {
        let meeting = office.resolution("2026", "会议").await;
        office.duty(row(&office, &meeting, "甲", "2026-06-30", ""), &[("QH010", OwnerRole::Lead)]).await;
        let key = SourceKey::new("inside", "2026");
        let open = async |title: &str| {
            let mut tx = office.db.write().await.expect("write");
            let row = crate::source::open(&mut tx, &key, title, 2026).await.expect("open");
            tx.commit().await.expect("commit");
            row
        };
        office.pass(1);
        let first = open("督办").await;
        let new = DutyRow { visibility: "internal".into(), ..row(&office, &key, "乙", "2026-05-30", "") };
        let inside = office.duty(new.at("n1", "第一号", 1), &[("QH010", OwnerRole::Lead)]).await;
        office.pass(3);
        let again = open("督办事项").await;
        assert_eq!((again.issued_at, again.title.as_str()), (first.issued_at, "督办事项"), "since when it runs stays");
        assert_eq!(crate::source::get(office.db.read(), &key).await.expect("get").map(|row| row.title), Some("督办事项".into()));
        let of = |key: &SourceKey| Filter { source: Some(key.clone()), ..Filter::default() };
        let order = Order { group: Some(crate::board::Sort::Place), ..Order::default() };
        assert_eq!(told_lines(&office, Rows::Duties, &of(&key), order).await.len(), 1);
        assert_eq!(told_lines(&office, Rows::Shares, &of(&meeting), order).await[0].text, "甲");
        assert_eq!(told_lines(&office, Rows::Duties, &Filter::default(), order).await.len(), 2);
        assert_eq!(crate::board::places(&office.db, &key, None).await.expect("places")[0].place_label, "第一号");
        let found = crate::board::source_of_id(&office.db, "2026").await.expect("by id alone");
        assert_eq!(found, Some(key.clone()), "the newest of two");
        let sources = office.sources.clone();
        assert_eq!(sources.called(["resolution"]), ("会议", "议定事项"));
        assert_eq!(sources.called(["resolution", "inside"]), ("来源", "事项"));
        let open = async |tx: &mut store::Tx, by: &crate::By<'_>| {
            duties::set_visibility(tx, by.actor, &sources, &inside, Visibility::Public, "已定案").await
        };
        assert!(told(office.act(&clerk(), open).await).contains("没有公开页面"));
    }

    async fn the_office_ends_one_duty_with_a_reason(office) {
        let key = office.resolution("r1", "会议").await;
        let duty = office.duty(row(&office, &key, "甲", "2026-06-30", ""), &[("QH010", OwnerRole::Lead)]).await;
        let share = office.share(&duty, "QH010").await;
        let sources = office.sources.clone();
        let end = async |reason: &str| {
            office.act(&clerk(), async |tx, by| duties::end_one(tx, by.actor, &sources, &duty, reason).await).await
        };
        assert!(told(end("  ").await).contains("请写明为什么终止"));
        assert!(told(end("问 13800138000").await).contains("138****8000"));
        end("上级已取消").await.expect("ended");
        assert!(told(end("再一次").await).contains("已经终止"));
        assert_eq!(office.events(&events::ENDED).await, 1);
        let line = told_lines(&office, Rows::Duties, &Filter::default(), Order::default()).await.remove(0);
        assert_eq!(line.word(), "已终止");
        assert!(remind::due(&office.db, &[15], date("2026-06-15")).await.expect("due").is_empty());
        assert!(told(office.hand_in(&share, "QH010", "d1", "").await).contains("终止"));
    }
}
