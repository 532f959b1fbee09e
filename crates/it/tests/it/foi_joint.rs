//! Stories of requests that several organs handle: opinions of the others with their clock, and a request handed over by consent.

use jiff::SignedDuration;
use kernel::Role;
use testkit::{TestApp, both};

use crate::foi::{NAME, asked, editor, form, gone, step};

async fn due(app: &TestApp) -> String {
    store::query_scalar("SELECT due_on FROM case_entry").fetch_one(app.ctx().db().read()).await.expect("a day")
}

async fn question(app: &TestApp) -> String {
    let newest = "SELECT id FROM foi_joint ORDER BY id DESC LIMIT 1";
    let id: String = store::query_scalar(newest).fetch_one(app.ctx().db().read()).await.expect("a question");
    format!("/foi/joint/{id}")
}

both! {
    async fn another_organ_gives_its_opinion_and_the_clock_runs_on(app) {
        let (follow, id) = asked(app).await;
        let (mut head, mut other, mut reader) = (app.clerk().await, app.editor("QH010").await, app.visitor());
        assert_eq!(due(app).await, "2026-03-30");
        let page = format!("/foi/cases/{id}/joint");
        head.get(&format!("/cases/{id}")).await.expect(200).shows("请共同制作机关在平台上提出意见");
        form(&mut head, &page, &[("organ", "QH001"), ("matter", "")]).await.expect(422).shows("请选择另一个机关");
        form(&mut head, &page, &[("organ", "QH010"), ("matter", "验收报告由两家共同制作")]).await.expect(303);
        form(&mut head, &page, &[("organ", "QH010"), ("matter", "再问一次")]).await.expect(422).shows("正在等待答复");
        reader.get(&follow).await.expect(200).shows("征求意见中");
        let asked = question(app).await;
        // Fifteen working days from 2026-03-02, for the other organ alone; it never learns who asks.
        let shown = other.get(&asked).await.expect(200).shows("验收报告由两家共同制作").shows("2026-03-23").hides(NAME);
        shown.shows("同意公开");
        other.get("/").await.expect(200).shows("征求意见");
        other.get(&format!("/cases/{id}")).await.expect(403);
        app.editor("QH011").await.get(&asked).await.expect(403);
        app.pass(SignedDuration::from_hours(24 * 7));
        let mut other = app.editor("QH010").await;
        form(&mut other, &asked, &[("opinion", "objects_with_reason")]).await.expect(422).shows("请写明理由");
        form(&mut other, &asked, &[("opinion", "objects_with_reason"), ("words", "含有工艺参数")]).await.expect(303);
        other.post(&asked, &[("opinion", "agrees")]).await.expect(409);
        reader.get(&follow).await.expect(200).shows("办理中").hides("工艺参数");
        // The days of 2026-03-03 to 03-09 are not counted.
        assert_eq!(due(app).await, "2026-04-07");
        app.clerk().await.get(&format!("/cases/{id}")).await.expect(200).shows("含有工艺参数");
    }

    async fn two_third_parties_are_told_apart_and_neither_is_passed_over(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let notice = format!("/foi/cases/{id}/notices/consult_third_party");
        for whom in ["王大山", "李四海"] {
            let typed = [("whom", whom), ("matter", "2025 年补助名单中的金额")];
            let letter = form(&mut desk, &notice, &typed).await.expect(303).location();
            gone(&mut desk, &mut head, &letter).await;
        }
        step(&mut desk, &id, "consult_had", &[]).await.expect(422).shows("谁收到的").shows("王大山、李四海");
        for whom in ["李四海", "王大山"] {
            step(&mut desk, &id, "consult_had", &[("whom", whom)]).await.expect(303);
        }
        // Neither the one opinion nor somebody's wish ends what the other has fifteen working days for.
        let objects = [("opinion", "objects_with_reason"), ("words", "会影响生活")];
        let page = desk.get(&format!("/cases/{id}")).await.expect(200).hides("登记意见，继续办理");
        page.hides("结束征求意见</a>").shows("登记意见，等待其他意见");
        step(&mut desk, &id, "opinion", &objects).await.expect(409);
        step(&mut desk, &id, "consult_ended", &[("why", "不等了")]).await.expect(409);
        let more = format!("/cases/{id}/steps/opinion_more");
        step(&mut desk, &id, "opinion_more", &objects).await.expect(422).shows("谁的意见").shows("王大山、李四海");
        let unsaid = [("whom", "王大山"), ("opinion", "objects_with_reason")];
        step(&mut desk, &id, "opinion_more", &unsaid).await.expect(422).shows("请写明对方不同意公开的理由");
        let said = [("whom", "王大山"), objects[0], objects[1]];
        step(&mut desk, &id, "opinion_more", &said).await.expect(303);
        desk.get(&more).await.expect(409);
        // The last one who is waited for ends it.
        step(&mut desk, &id, "opinion", &[("whom", "王大山"), ("opinion", "agrees")]).await.expect(422).shows("李四海");
        step(&mut desk, &id, "opinion", &[("whom", "李四海"), ("opinion", "agrees")]).await.expect(303);
        let page = desk.get(&format!("/foi/cases/{id}/reply")).await.expect(200).shows("不同意公开，有合理理由");
        page.shows("答复：同意公开").hides("逾期未提出意见");
    }

    async fn a_request_that_was_handed_over_is_found_by_its_former_number(app) {
        asked(app).await;
        let (_, id) = asked(app).await;
        let (mut head, mut other) = (app.clerk().await, app.person("other-head", "QH010", &[Role::OrganHead]).await);
        let sent = [("organ", "QH010"), ("matter", "验收报告由贵局保存"), ("agreed", "电话同意")];
        form(&mut head, &format!("/foi/cases/{id}/hand-over"), &sent).await.expect(303);
        let asked = question(app).await;
        form(&mut other, &asked, &[("opinion", "agreed")]).await.expect(303);
        let (open, at) = (format!("/cases/{id}"), |place: u8| format!("/cases?phase=all&q=%E3%80%942026%E3%80%95{place}"));
        // 〔2026〕2 there, 〔2026〕1 here.
        for place in [1, 2] {
            other.get(&at(place)).await.expect(200).shows(&open);
        }
        other.get(&at(3)).await.expect(200).hides(&open);
    }

    async fn a_request_is_handed_over_with_consent_alone(app) {
        let (_, id) = asked(app).await;
        let mut head = app.clerk().await;
        head.post(&format!("/cases/{id}/transfer"), &[("organ", "QH010"), ("reason", "不归我")]).await.expect(409);
        let page = format!("/foi/cases/{id}/hand-over");
        let matter = ("matter", "城关镇的验收报告由贵局保存");
        form(&mut head, &page, &[("organ", "QH010"), matter]).await.expect(422).shows("怎样征得申请人同意");
        form(&mut head, &page, &[("organ", "QH010"), matter, ("agreed", "电话同意")]).await.expect(303);
        let asked = question(app).await;
        let organ = "SELECT organ FROM case_entry";
        let now: String = store::query_scalar(organ).fetch_one(app.ctx().db().read()).await.expect("an organ");
        assert_eq!(now, "QH001", "nothing moves before the other organ has said so");
        let mut editor = app.editor("QH010").await;
        editor.get(&asked).await.expect(200).shows("由有权签发的负责人答复");
        editor.post(&asked, &[("opinion", "agreed")]).await.expect(403);
        // What the one organ has signed and not sent never goes out in the name of the other.
        let mut desk = crate::foi::editor(app).await;
        let notice = format!("/foi/cases/{id}/notices/supplement");
        let typed = [("wanting", "请写明是哪个小区"), ("until", "2026-03-20")];
        let letter = form(&mut desk, &notice, &typed).await.expect(303).location();
        let version = head.get(&letter).await.expect(200).field("version");
        head.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(303);
        let mut other = app.person("other-head", "QH010", &[Role::OrganHead]).await;
        form(&mut other, &asked, &[("opinion", "agreed")]).await.expect(303);
        other.post(&format!("{letter}/deliver"), &[("way", "online"), ("sure", "true")]).await.expect(409);
        other.get(&letter).await.expect(200).shows("已作废");
        other.get(&format!("/cases/{id}")).await.expect(200).shows("随之作废的文书").shows("补正告知书");
        let issuer: String = store::query_scalar("SELECT issuer FROM case_letter")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a letter");
        assert_eq!(issuer, "青禾县人民政府办公室");
        let now: String = store::query_scalar(organ).fetch_one(app.ctx().db().read()).await.expect("an organ");
        assert_eq!((now.as_str(), due(app).await.as_str()), ("QH010", "2026-03-30"));
        other.get(&format!("/cases/{id}")).await.expect(200).shows("商请接收");
    }
}
