//! Stories of what keeps the people of a request out of the public, out of letters to others and out of the log, and their
//! papers in the house while somebody may need them.

use jiff::SignedDuration;
use kernel::Role;
use testkit::{Client, TestApp, both};

use crate::foi::{NAME, asked, editor, form, gone, step};

async fn newest(app: &TestApp) -> String {
    store::query_scalar("SELECT id FROM case_entry ORDER BY place DESC LIMIT 1")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a case")
}

async fn events(app: &TestApp, kind: &str) -> i64 {
    store::query_scalar("SELECT COUNT(*) FROM event WHERE kind = $1")
        .bind(kind)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a number")
}

/// A request that was handed in at the counter; the form of the desk says nothing of a consent.
async fn handed_in(app: &TestApp, desk: &mut Client) -> String {
    let entry = [
        ("channel", "counter"),
        ("came", "2026-03-02"),
        ("organ", "QH001"),
        ("wanted", "危房改造补助名单"),
        ("applicant", "natural_person"),
        ("name", NAME),
    ];
    form(desk, "/foi/register", &entry).await.expect(200);
    newest(app).await
}

/// Answers a request with what was asked for, and more that the answer needs.
async fn answered(desk: &mut Client, head: &mut Client, id: &str, more: &[(&str, &str)]) {
    let page = format!("/foi/cases/{id}/reply");
    let once = desk.get(&format!("{page}?outcome=disclosed")).await.expect(200).field("once");
    let mut given = vec![("once", once.as_str()), ("outcome", "disclosed"), ("how", "随本答复提供")];
    given.extend(more);
    let letter = desk.post(&page, &given).await.expect(303).location();
    gone(desk, head, &letter).await;
}

both! {
    async fn nothing_is_published_without_consent_or_with_who_was_asked(app) {
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let id = handed_in(app, &mut desk).await;
        let notice = format!("/foi/cases/{id}/notices/consult_third_party");
        let letter = form(&mut desk, &notice, &[("whom", "王大山"), ("matter", "补助名单")]).await.expect(303).location();
        gone(&mut desk, &mut head, &letter).await;
        step(&mut desk, &id, "consult_had", &[]).await.expect(303);
        step(&mut desk, &id, "opinion", &[("opinion", "objects_with_reason"), ("words", "涉及收入")]).await.expect(303);
        answered(&mut desk, &mut head, &id, &[("public_interest", "补助资金应当公开")]).await;
        let publish = format!("/cases/{id}/publish");
        let told = [("question", "补助名单可以公开吗？"), ("answer", "可以，名单在村务公开栏。")];
        desk.get(&format!("/cases/{id}")).await.expect(200).hides(&publish).shows("登记是否同意公开答复");
        desk.get(&publish).await.expect(409).shows("没有登记申请人同意公开");
        desk.post(&publish, &told).await.expect(409).shows("没有登记申请人同意公开");
        step(&mut desk, &id, "consent_noted", &[("consent", "yes"), ("how", "")]).await.expect(422);
        step(&mut desk, &id, "consent_noted", &[("consent", "yes"), ("how", "当面交来书面意见")]).await.expect(303);
        desk.get(&format!("/cases/{id}")).await.expect(200).shows(&publish).shows("同意公开");
        for (question, answer, why) in [
            ("金丝雀·申请人 七四一问什么？", told[1].1, "当事人"),
            (told[0].1, "王　大　山补助15000元。", "第三方"),
            (told[0].1, "王先生补助15000元。", "第三方"),
            (told[0].1, "身份证330106195203074528的补助。", "不能公开"),
        ] {
            let fields = [("question", question), ("answer", answer)];
            form(&mut desk, &publish, &fields).await.expect(422).shows(why);
        }
        form(&mut desk, &publish, &told).await.expect(303);
        // What is annulled meanwhile is not passed.
        step(&mut desk, &id, "review_filed", &[]).await.expect(303);
        step(&mut desk, &id, "review_decided", &[("review_finding", "annulled")]).await.expect(303);
        head.post(&format!("{publish}/pass"), &told).await.expect(409).shows("已被行政复议");
        desk.get(&publish).await.expect(409);
        app.visitor().get("/foi/answers").await.expect(200).hides("补助名单可以公开吗");
    }

    async fn nothing_is_erased_while_a_review_is_open(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        answered(&mut desk, &mut head, &id, &[]).await;
        step(&mut desk, &id, "review_filed", &[]).await.expect(303);
        let erase = format!("/cases/{id}/erase");
        app.pass(SignedDuration::from_hours(24 * 200));
        let mut other = app.person("head-office", "QH001", &[Role::OrganHead]).await;
        other.post(&erase, &[("reason", "档案到期")]).await.expect(409).shows("还没有登记结果");
        let mut desk = app.sign_in("foi-editor").await;
        step(&mut desk, &id, "review_decided", &[("review_finding", "upheld")]).await.expect(303);
        other.post(&erase, &[("reason", "档案到期")]).await.expect(409).shows("还可以起诉、上诉");
        app.pass(SignedDuration::from_hours(24 * 61));
        let mut other = app.sign_in("head-office").await;
        // The log keeps the reason for good.
        let named = format!("{NAME}书面要求删除");
        other.post(&erase, &[("reason", named.as_str())]).await.expect(422).shows("长期留在操作记录里");
        assert_eq!(events(app, "case.erased").await, 0);
        other.post(&erase, &[("reason", "申请人书面要求删除")]).await.expect(303);
    }

    async fn the_nightly_rule_waits_for_an_open_suit(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        answered(&mut desk, &mut head, &id, &[]).await;
        step(&mut desk, &id, "suit_filed", &[]).await.expect(303);
        app.pass(SignedDuration::from_hours(24 * 1_200));
        assert!(case::due_for_erasure(app.ctx(), 10).await.expect("due").is_empty());
        let mut desk = app.sign_in("foi-editor").await;
        step(&mut desk, &id, "suit_decided", &[("suit_finding", "upheld")]).await.expect(303);
        app.pass(SignedDuration::from_hours(24 * 61));
        assert_eq!(case::due_for_erasure(app.ctx(), 10).await.expect("due").len(), 1);
    }

    async fn what_others_read_and_what_the_log_keeps_names_nobody(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let notice = format!("/foi/cases/{id}/notices/consult_third_party");
        let named = format!("{NAME}申请的名单中您的姓名");
        for matter in [named.as_str(), "11010519491231002X的低保档案", "回电 138 0000 7410"] {
            let fields = [("whom", "王大山"), ("matter", matter)];
            form(&mut desk, &notice, &fields).await.expect(422).shows("对方会看到这里的内容");
            let joint = [("organ", "QH010"), ("matter", matter)];
            form(&mut head, &format!("/foi/cases/{id}/joint"), &joint).await.expect(422).shows("对方会看到这里的内容");
            let over = [("organ", "QH010"), ("matter", matter), ("agreed", "电话同意")];
            form(&mut head, &format!("/foi/cases/{id}/hand-over"), &over).await.expect(422).shows("对方会看到这里的内容");
        }
        let letter = form(&mut desk, &notice, &[("whom", "王大山"), ("matter", "名单")]).await.expect(303).location();
        let version = desk.get(&letter).await.expect(200).field("version");
        let text = format!("申请人{NAME}要求公开名单。");
        let revised =
            [("version", version.as_str()), ("addressee", "王大山"), ("title", "征询书"), ("text", text.as_str())];
        desk.post(&letter, &revised).await.expect(422).shows("对方会看到这里的内容");
        let party: String = store::query_scalar("SELECT id FROM case_party")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a party");
        let why = format!("给{NAME}打电话");
        let kept = "长期留在操作记录里";
        head.post(&format!("/cases/{id}/parties/{party}"), &[("reason", why.as_str())]).await.expect(422).shows(kept);
        head.post(&format!("/cases/{id}/oversee"), &[("words", "请致电 13800007410")]).await.expect(422).shows(kept);
        assert_eq!((events(app, "case.unmasked").await, events(app, "case.intervened").await), (0, 0));
    }

    async fn what_looks_wrong_is_told_before_it_is_registered(app) {
        let mut desk = editor(app).await;
        let mut entry = vec![
            ("channel", "counter"), ("came", "2026-03-02"), ("organ", "QH001"), ("wanted", "我要11010519491231002X的低保档案"),
            ("applicant", "natural_person"), ("name", NAME), ("proof_number", "110105194912310021"), ("delivery", "fax"),
            ("consent", "yes"),
        ];
        let page = form(&mut desk, "/foi/register", &entry).await.expect(422);
        page.shows("校验码不对").shows("传真号码").shows("会进入对外的文书").shows("照此登记");
        entry.push(("as_written", "true"));
        form(&mut desk, "/foi/register", &entry).await.expect(200);
        let id = newest(app).await;
        // No list names anybody by number, and no letter to others begins with one.
        desk.get("/cases").await.expect(200).hides("19491231");
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("同意公开");
        for page in ["notices/consult_third_party", "notices/consult_organ"] {
            let shown = desk.get(&format!("/foi/cases/{id}/{page}")).await.expect(200).text();
            let field = shown.split("name=\"matter\"").nth(1).and_then(|rest| rest.split("</textarea>").next());
            assert!(field.is_some_and(|field| !field.contains("11010519491231002X")), "{shown}");
        }
    }
}
