//! The page on which a reviewer decides: what waits besides, what the gate asks, what comes after the decision, and who was faster.

use kernel::Role;
use review::Gate;
use testkit::{Client, TestApp, both};

use super::{TICKS, approve, column, count, draft, edition, submit, ticked};

/// A text of 县财政局 that waits at the first gate: the document and the edition.
async fn waiting(app: &TestApp, title: &str) -> (String, String) {
    column(app).await;
    let mut editor = app.editor("QH010").await;
    let id = draft(&mut editor, title).await;
    submit(&mut editor, &id, title, "<p>正文第一段。</p>", &[]).await.expect(303);
    let (edition_id, ..) = edition(app, &id).await;
    (id, edition_id)
}

async fn decide(app: &TestApp, who: &mut Client, (id, act): (&str, &str), more: &[(&str, &str)]) -> testkit::Reply {
    let (edition_id, version, _) = edition(app, id).await;
    let version = version.to_string();
    let fields: Vec<(&str, &str)> = [("version", version.as_str())].into_iter().chain(more.iter().copied()).collect();
    who.post(&format!("/reviews/{edition_id}/{act}"), &fields).await
}

both! {
    async fn what_a_gate_asks_is_ticked_kept_and_told(app) {
        let (id, edition_id) = waiting(app, "核对事项").await;
        let asked = Gate::SECRECY.questions;
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let page = secrecy.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("保密审查核对事项");
        asked.iter().fold(page, |page, question| page.shows(question)).hides("value=\"1\" checked");
        let none = decide(app, &mut secrecy, (&id, "approve"), &[("opinion", "可以公开")]).await.expect(422);
        none.shows("还有 4 项没有勾选，不能通过").shows("href=\"#ticks\"").shows("可以公开");
        let two = decide(app, &mut secrecy, (&id, "approve"), &[TICKS[0], TICKS[2], ("tick77", "1"), ("tickx", "1")]).await;
        let two = two.expect(422).shows("还有 2 项没有勾选").text();
        assert_eq!(two.matches("value=\"1\" checked").count(), 2, "what was ticked stays ticked");
        assert_eq!(count(app, "document.gate_passed").await, 0);
        // What the box of the page does not send is no tick; a pass beside a reason for a return is a mistake.
        let zero = [("tick0", "0"), TICKS[1], TICKS[2], TICKS[3]];
        decide(app, &mut secrecy, (&id, "approve"), &zero).await.expect(422).shows("还有 1 项没有勾选");
        let both = [TICKS[0], TICKS[1], TICKS[2], TICKS[3], ("reason", "第二条有误")];
        decide(app, &mut secrecy, (&id, "approve"), &both).await.expect(422).shows("已经写了退回理由").shows("第二条有误");
        decide(app, &mut secrecy, (&id, "approve"), &TICKS).await.expect(303);
        let mut wording = app.reviewer(Gate::WORDING).await;
        let page = wording.get(&format!("/reviews/{edition_id}")).await.expect(200);
        page.shows("保密审查已核对 4 项").shows(asked[0]).shows("文字关核对事项");
        let kept: String = store::query_scalar("SELECT ticked FROM review_pass").fetch_one(app.ctx().db().read()).await.expect("kept");
        assert_eq!(serde_json::from_str::<Vec<String>>(&kept).expect("json"), asked);
        // A return says how far the reviewer came.
        let reason = decide(app, &mut wording, (&id, "return"), &[TICKS[1], ("reason", " ")]).await.expect(422);
        assert_eq!(reason.shows("请写明退回理由").text().matches("value=\"1\" checked").count(), 1);
        decide(app, &mut wording, (&id, "return"), &[TICKS[1], ("reason", "金额与附件不一致")]).await.expect(303);
        let history = app.editor("QH010").await.get(&format!("/documents/{id}")).await.expect(200);
        let history = history.shows(&format!("已核对：{}", asked.join("；")));
        history.shows("金额与附件不一致").shows(&format!("已核对：{}", Gate::WORDING.questions[1])).shows("没有核对：标题、文号");
    }

    async fn after_a_decision_comes_what_is_due_next(app) {
        let (first, _) = waiting(app, "先到的一件").await;
        let (second, next) = waiting(app, "后到的一件").await;
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let page = secrecy.get(&format!("/reviews/{}", edition(app, &first).await.0)).await.expect(200);
        page.shows("等我审核").shows("后到的一件").shows(&format!("href=\"/reviews/{next}\" data-key=\"n\"")).shows("data-key-focus");
        let to = approve(app, &mut secrecy, &first).await.expect(303).location();
        assert_eq!(to, format!("/reviews/{next}"));
        secrecy.get(&to).await.expect(200).shows("下面是等您审核的下一件").shows("没有下一件");
        let to = decide(app, &mut secrecy, (&second, "return"), &[("reason", "请补附件")]).await.expect(303).location();
        assert_eq!(to, "/reviews");
        secrecy.get(&to).await.expect(200).shows("没有别的稿件在等");
        // What somebody else has taken waits for that person.
        let (_, free) = waiting(app, "没有人领的").await;
        let (taken, of_other) = waiting(app, "别人领走的").await;
        let mut other = app.person("secrecy-other", "QH001", &[Role::ReviewerSecrecy]).await;
        decide(app, &mut other, (&taken, "claim"), &[]).await.expect(303);
        secrecy.get(&format!("/reviews/{free}")).await.expect(200).hides(&format!("/reviews/{of_other}"));
        // Who reviews nothing sees no queue.
        app.editor("QH010").await.get(&format!("/reviews/{free}")).await.expect(200).hides("等我审核");
    }

    async fn who_was_faster_is_told(app) {
        let (id, edition_id) = waiting(app, "两个人同时审").await;
        let mut one = app.person("secrecy-1", "QH001", &[Role::ReviewerSecrecy]).await;
        let mut two = app.person("secrecy-2", "QH010", &[Role::ReviewerSecrecy]).await;
        let page = two.get(&format!("/reviews/{edition_id}")).await.expect(200);
        let (version, gate) = (page.field("version"), page.field("gate"));
        assert_eq!(gate, "secrecy");
        approve(app, &mut one, &id).await.expect(303);
        let stale = ticked(&[("version", version.as_str()), ("gate", gate.as_str()), ("opinion", "同意公开")]);
        let late = two.post(&format!("/reviews/{edition_id}/approve"), &stale).await.expect(409);
        late.shows("保密审查已由").shows("现在是“审核中·文字关”").shows("您的操作没有执行").shows("同意公开");
        let stale = [("version", version.as_str()), ("gate", gate.as_str()), ("reason", "请补依据")];
        two.post(&format!("/reviews/{edition_id}/return"), &stale).await.expect(409).shows("已由").shows("请补依据");
        assert_eq!((count(app, "document.gate_passed").await, count(app, "document.returned").await), (1, 0));
        // Sent back meanwhile.
        let mut wording = app.reviewer(Gate::WORDING).await;
        let page = wording.get(&format!("/reviews/{edition_id}")).await.expect(200);
        let (version, gate) = (page.field("version"), page.field("gate"));
        let mut other = app.person("wording-2", "QH010", &[Role::ReviewerWording]).await;
        decide(app, &mut other, (&id, "return"), &[("reason", "有错字")]).await.expect(303);
        let stale = ticked(&[("version", version.as_str()), ("gate", gate.as_str())]);
        wording.post(&format!("/reviews/{edition_id}/approve"), &stale).await.expect(409).shows("退回撰写人").shows("有错字");
        // Who could not have decided is told nothing but that.
        let mut policy = app.reviewer(Gate::POLICY).await;
        let foreign = [("version", version.as_str()), ("gate", "wording")];
        policy.post(&format!("/reviews/{edition_id}/approve"), &foreign).await.expect(409).hides("退回撰写人");
    }
}
