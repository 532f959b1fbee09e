//! Stories of an applicant who asks often (条例 Art. 35): counted without opening who it is, told to the desk, asked for reasons,
//! and forgotten with the person.

use std::collections::BTreeMap;

use kernel::{Actor, id::CaseId};
use testkit::{TestApp, both};

use crate::foi::form;

const NAME: &str = "金丝雀申请人六三〇";

/// Registers a request of somebody who gives this telephone number; without one they are known by nothing.
async fn asked(app: &TestApp, organ: &str, phone: &str) -> String {
    let ctx = app.ctx();
    let filing = case::Filing {
        kind: case::find(ctx, "foi").expect("requests for information"),
        organ: organ.into(),
        channel: case::Channel::Counter,
        received_on: ctx.today(),
        number: String::new(),
        digest: String::new(),
        brief: "验收报告".to_owned(),
        fields: BTreeMap::from([("wanted".to_owned(), "验收报告".to_owned())]),
        facts: vec![("applicant", "natural_person".to_owned())],
        parties: vec![(
            case::PartyRole::Applicant,
            case::Person { name: NAME.into(), phone: phone.into(), ..case::Person::default() },
        )],
        files: Vec::new(),
    };
    let mut tx = ctx.db().write().await.expect("write");
    let id = case::register(ctx, &mut tx, &Actor::System, filing).await.expect("a request");
    tx.commit().await.expect("commit");
    id.to_string()
}

async fn number(app: &TestApp, sql: &'static str) -> i64 {
    store::query_scalar(sql).fetch_one(app.ctx().db().read()).await.expect("a count")
}

both! {
    async fn who_asks_often_is_told_to_the_desk_and_asked_for_reasons(app) {
        for _ in 0..9 {
            asked(app, "QH010", "138-0000-6300").await;
        }
        let elsewhere = asked(app, "QH011", "13800006300").await;
        let tenth = asked(app, "QH010", "１３８００００６３００").await;
        let stranger = asked(app, "QH010", "13800006301").await;
        let nameless = asked(app, "QH010", "").await;
        let mut desk = app.editor("QH010").await;
        // Ten are no reason to be told more than their number.
        let page = desk.get(&format!("/cases/{tenth}")).await.expect(200);
        let page = page.shows("向本机关申请 10 件（2026 年 3 月 10 件），向全县各机关申请 11 件");
        page.hides("达到了提示的件数");
        desk.get(&format!("/foi/cases/{tenth}/notices/reasons")).await.expect(200).hides("您（单位）向本机关提出");
        let eleventh = asked(app, "QH010", "+86 138 0000 6300").await;
        let at = format!("/cases/{eleventh}");
        desk.get(&at).await.expect(200).shows("向本机关申请 11 件").shows("达到了提示的件数").shows("件数已填好");
        // Another number, or the same name alone, is another person.
        for other in [stranger, nameless] {
            desk.get(&format!("/cases/{other}")).await.expect(200).hides("同一申请人的申请");
        }
        // Which ones are told to those who may handle them.
        let list = format!("/foi/cases/{eleventh}/frequency");
        let page = desk.get(&list).await.expect(200).shows("11 件").shows("另有 1 件由其他机关办理").shows(&tenth);
        page.hides(&elsewhere).hides("13800006300");
        app.editor("QH011").await.get(&list).await.expect(403);
        app.clerk().await.get(&list).await.expect(200).shows(&elsewhere);
        // The facts stand in the letter that asks for reasons, of this organ alone.
        let notice = format!("/foi/cases/{eleventh}/notices/reasons");
        let finding = "2025-03-03 至 2026-03-02，您（单位）向本机关提出政府信息公开申请 11 件，其中 2026 年 3 月 11 件";
        desk.get(&notice).await.expect(200).shows(finding);
        let letter = form(&mut desk, &notice, &[("finding", finding)]).await.expect(303).location();
        desk.get(&letter).await.expect(200).shows("申请 11 件").shows("第三十五条");
    }

    async fn the_digests_go_with_the_person_and_come_for_older_cases(app) {
        let (first, second) = (asked(app, "QH010", "13800006300").await, asked(app, "QH010", "13800006300").await);
        let mut desk = app.editor("QH010").await;
        desk.get(&format!("/cases/{second}")).await.expect(200).shows("向本机关申请 2 件");
        // As they were registered before there were digests.
        let sql = store::query("DELETE FROM case_mark");
        store::test::tamper(app.ctx().db(), sql).await.expect("taken away");
        desk.get(&format!("/cases/{second}")).await.expect(200).hides("同一申请人的申请");
        assert_eq!(case::known::catch_up(app.ctx()).await.expect("caught up"), 2);
        assert_eq!(case::known::catch_up(app.ctx()).await.expect("caught up"), 0, "each is looked at once");
        desk.get(&format!("/cases/{second}")).await.expect(200).shows("向本机关申请 2 件");
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_mark WHERE mark LIKE '%6300%'").await, 0, "no number lies there");
        let (ctx, id) = (app.ctx(), CaseId::from(first.as_str()));
        let mut tx = ctx.db().write().await.expect("write");
        let person = Actor::Applicant(id.clone());
        case::take(ctx, &mut tx, &person, &id, "withdraw", &case::Typed::of(&[])).await.expect("withdrawn");
        case::erase(ctx, &mut tx, &Actor::System, &id, case::Why::Rule).await.expect("erased");
        tx.commit().await.expect("commit");
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_mark").await, 1);
        desk.get(&format!("/cases/{second}")).await.expect(200).hides("同一申请人的申请");
    }
}
