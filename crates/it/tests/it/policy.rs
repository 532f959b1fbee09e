//! Stories of policies that people understand: who owes an interpretation, and what readers see of one.

use document::common::VALIDITY;
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, OrganCode};
use policy::interpretation::{INTERPRETATION, INTERPRETS};
use publishing::{
    columns::ColumnData,
    kinds::POLICY,
    seed::{Seed, seed},
};
use review::Gate;
use testkit::{Client, Reply, TestApp, both};

use crate::publishing::{changes, count, draft, edition, is_public, pass_all};

pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().expect("moment")
}

pub(crate) async fn column(app: &TestApp) {
    let mut tx = app.ctx().db().write().await.expect("write");
    let data = ColumnData {
        slug: "policies".into(),
        name: "政策文件".into(),
        description: "本县政策".into(),
        kind: "policy".into(),
        ..ColumnData::default()
    };
    publishing::columns::put(&mut tx, &Actor::System, &data).await.expect("column");
    tx.commit().await.expect("commit");
}

pub(crate) async fn put(app: &TestApp, one: Seed) -> String {
    let mut tx = app.ctx().db().write().await.expect("write");
    let id = seed(app.ctx(), &mut tx, one).await.expect("seed");
    tx.commit().await.expect("commit");
    String::from(id)
}

pub(crate) fn policy(title: &str, at: &str) -> Seed {
    let mut seed = Seed::published(OrganCode::from("QH010"), "policies", &POLICY, title, "<p>正文。</p>", moment(at));
    seed.values.read(&VALIDITY, "in_force");
    seed
}

/// Arranges how a policy is interpreted, with these fields.
async fn arrange(client: &mut Client, id: &str, fields: &[(&str, &str)]) -> Reply {
    let path = format!("/interpretations/{id}");
    let page = client.get(&path).await.expect(200);
    let (once, version) = (page.field("once"), page.field("version"));
    let own = [("once", once.as_str()), ("version", version.as_str())];
    client.post(&path, &[fields, own.as_slice()].concat()).await
}

/// The interpretation of a draft comes out some days after it.
pub(crate) async fn explained_later(client: &mut Client, id: &str) {
    let fields = [("mode", "later"), ("due_on", "2026-03-05"), ("reason", "等待配套表格印制")];
    arrange(client, id, &fields).await.expect(303);
}

/// Submits a draft of this kind with these fields besides.
async fn submit(client: &mut Client, id: &str, kind: &str, title: &str, more: &[(&str, &str)]) -> Reply {
    let page = client.get(&format!("/documents/{id}/edit")).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    let own = [
        ("title", title),
        ("body_html", "<p>第一条　为了老有所养。</p><p>第二条　每人每月 100 元。</p>"),
        ("disclosure", "open"),
        ("kind", kind),
        ("column", "notices"),
        ("validity", "in_force"),
        ("written_on", "2026-03-01"),
        ("version", version.as_str()),
        ("once", once.as_str()),
    ];
    client.post(&format!("/documents/{id}/submit"), &[own.as_slice(), more].concat()).await
}

const NUMBER: (&str, &str) = ("document_number", "青禾财发〔2026〕1号");

/// The part of a page about one of its lines.
fn line<'a>(page: &'a str, title: &str) -> &'a str {
    page.split("<tr").find(|part| part.contains(title)).unwrap_or_else(|| panic!("no line “{title}”"))
}

both! {
    async fn a_policy_owes_its_interpretation_until_one_is_public(app) {
        column(app).await;
        // Monday; today is Monday a week later, so three working days ended last Thursday.
        put(app, policy("养老服务补贴办法", "2026-02-23T02:00:00Z")).await;
        let fresh = put(app, policy("停车管理办法", "2026-03-02T00:30:00Z")).await;
        let mut editor = app.editor("QH010").await;
        let page = editor.get("/interpretations").await.expect(200).text();
        assert!(line(&page, "养老服务补贴办法").contains("逾期未解读"), "{page}");
        assert!(line(&page, "停车管理办法").contains("待解读") && line(&page, "停车管理办法").contains("2026-03-05"), "{page}");
        editor.get("/?group=interpretation").await.expect(200).shows("停车管理办法").shows("政策解读");
        // Another organ's editor neither sees nor owes it.
        app.editor("QH011").await.get("/interpretations").await.expect(200).hides("停车管理办法");
        app.visitor().get("/policies").await.expect(200).hides("已配解读");

        let mut explained = Seed::published(
            OrganCode::from("QH010"), "policies", &INTERPRETATION, "《停车管理办法》解读", "<p>说明。</p>", moment("2026-03-02T00:50:00Z"),
        );
        explained.relations = vec![(&INTERPRETS, fresh.as_str().into())];
        put(app, explained).await;
        let page = editor.get("/interpretations").await.expect(200).text();
        assert!(line(&page, "停车管理办法").contains("已解读"), "{page}");
        editor.get("/?group=interpretation").await.expect(200).hides("停车管理办法").shows("养老服务补贴办法");
        app.visitor().get("/policies").await.expect(200).shows("已配解读");
        // That it was late is told once, and stands in the log.
        assert_eq!(policy::interpretation::remind(app.ctx()).await.expect("reminded"), 1);
        assert_eq!(policy::interpretation::remind(app.ctx()).await.expect("reminded"), 0);
        assert_eq!(count(app, "interpretation.overdue").await, 1);
        app.pass(SignedDuration::from_hours(24 * 60));
        // Long overdue it is still owed; what is no longer law is not.
        let mut dead = policy("停车场管理暂行办法", "2026-02-23T03:00:00Z");
        dead.values.read(&VALIDITY, "repealed");
        put(app, dead).await;
        editor = app.editor("QH010").await;
        editor.get("/?group=interpretation").await.expect(200).shows("养老服务补贴办法").hides("停车场管理暂行办法");
        let page = editor.get("/interpretations").await.expect(200).text();
        assert!(line(&page, "停车场管理暂行办法").contains("不再要求"), "{page}");
    }

    async fn a_policy_is_not_submitted_before_somebody_else_agreed_that_nothing_explains_it(app) {
        crate::publishing::column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let id = draft(&mut editor, "内部分工规定").await;
        submit(&mut editor, &id, "policy", "内部分工规定", &[NUMBER]).await.expect(422).shows("须配政策解读").shows(&format!("/interpretations/{id}"));
        // Who does not say why, or works elsewhere, arranges nothing.
        arrange(&mut editor, &id, &[("mode", "exempt"), ("reason", "不用")]).await.expect(422).shows("请写明理由").shows("不用");
        app.editor("QH011").await.get(&format!("/interpretations/{id}")).await.expect(404);
        arrange(&mut editor, &id, &[("mode", "exempt"), ("reason", "只涉及本机关内部分工")]).await.expect(303);
        submit(&mut editor, &id, "policy", "内部分工规定", &[NUMBER]).await.expect(422).shows("还没有人决定");
        clerk.get("/").await.expect(200).shows("申请不作解读");
        let path = format!("/interpretations/{id}/decision");
        editor.post(&path, &[("decision", "agreed"), ("version", "1")]).await.expect(403);
        clerk.post(&path, &[("decision", "refused"), ("version", "1")]).await.expect(422).shows("为什么不同意");
        let once = clerk.get(&format!("/interpretations/{id}")).await.expect(200).field("once");
        for _ in 0..2 {
            clerk.post(&path, &[("decision", "agreed"), ("version", "1"), ("once", &once)]).await.expect(303);
        }
        assert_eq!(count(app, "interpretation.exemption_decided").await, 1);
        clerk.post(&path, &[("decision", "refused"), ("answer", "应当解读的"), ("version", "1")]).await.expect(409);
        submit(&mut editor, &id, "policy", "内部分工规定", &[NUMBER]).await.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        app.reviewer(Gate::SECRECY).await.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("不作解读").shows("只涉及本机关内部分工");
        pass_all(app, &id).await;
        assert!(is_public(app, &id).await);
        let page = editor.get("/interpretations").await.expect(200).text();
        assert!(line(&page, "/interpretations/").contains("同意不作解读"), "{page}");
    }

    async fn a_day_that_is_too_late_holds_the_policy_until_it_is_mended(app) {
        crate::publishing::column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "补贴办法").await;
        submit(&mut editor, &id, "policy", "补贴办法", &[NUMBER]).await.expect(422);
        let late = [("mode", "later"), ("due_on", "2026-03-09"), ("reason", "等待配套表格印制")];
        arrange(&mut editor, &id, &late).await.expect(303);
        // It is told at once.
        editor.get(&format!("/interpretations/{id}")).await.expect(200).shows("到公开那天仍晚于期限的，先改日期才能公开");
        submit(&mut editor, &id, "policy", "补贴办法", &[NUMBER]).await.expect(303);
        pass_all(app, &id).await;
        assert_eq!(edition(app, &id).await.2, "scheduled");
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("至迟在 2026-03-05");
        app.pass(SignedDuration::from_mins(5));
        publishing::publish_due(app.ctx()).await.expect("due");
        assert!(!is_public(app, &id).await);
        app.clerk().await.get("/").await.expect(200).shows("还不能公开");
        let soon = [("mode", "later"), ("due_on", "2026-03-04"), ("reason", "等待配套表格印制")];
        arrange(&mut editor, &id, &soon).await.expect(303);
        publishing::publish_due(app.ctx()).await.expect("due");
        assert!(is_public(app, &id).await);
        // Owed by the day that was set, which is sooner than the term.
        let page = editor.get("/interpretations").await.expect(200).text();
        assert!(line(&page, "补贴办法").contains("2026-03-04"), "{page}");
    }

    async fn a_day_after_the_term_of_a_public_policy_is_refused_at_once(app) {
        column(app).await;
        let id = put(app, policy("停车管理办法", "2026-03-02T00:30:00Z")).await;
        let mut editor = app.editor("QH010").await;
        let later = |day: &'static str| [("mode", "later"), ("due_on", day), ("reason", "等待配套表格印制")];
        arrange(&mut editor, &id, &later("2026-03-06")).await.expect(422).shows("解读至迟在 2026-03-05 发布");
        arrange(&mut editor, &id, &later("2026-03-05")).await.expect(303);
        let nobody = [("mode", "together"), ("organ", "QH999")];
        arrange(&mut editor, &id, &nobody).await.expect(422).shows("请从列表里选择受委托的机关");
    }

    async fn a_refused_exemption_is_on_the_desk_of_who_writes_the_policy(app) {
        crate::publishing::column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let id = draft(&mut editor, "补贴办法").await;
        submit(&mut editor, &id, "policy", "补贴办法", &[NUMBER]).await.expect(422);
        arrange(&mut editor, &id, &[("mode", "exempt"), ("reason", "只涉及本机关内部分工")]).await.expect(303);
        let no = [("decision", "refused"), ("answer", "涉及群众补贴标准，应当解读"), ("version", "1")];
        clerk.post(&format!("/interpretations/{id}/decision"), &no).await.expect(303);
        editor.get("/").await.expect(200).shows("没有同意不作解读").shows("涉及群众补贴标准，应当解读");
        app.editor("QH011").await.get("/").await.expect(200).hides("涉及群众补贴标准");
        // What was said for the exemption is no reason of what is arranged instead.
        arrange(&mut editor, &id, &[("mode", "together"), ("reason", "只涉及本机关内部分工")]).await.expect(303);
        editor.get(&format!("/interpretations/{id}")).await.expect(200).hides("只涉及本机关内部分工");
        editor.get("/").await.expect(200).hides("没有同意不作解读");
    }

    async fn a_policy_and_its_interpretation_become_public_together(app) {
        column(app).await;
        crate::publishing::column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "补贴办法").await;
        submit(&mut editor, &id, "policy", "补贴办法", &[NUMBER]).await.expect(422);
        // What follows from the policy is filled in.
        let begin = format!("/documents/new?kind=interpretation&interprets={id}");
        let page = editor.get(&begin).await.expect(200).shows("《补贴办法》解读").shows("补贴办法（未公开）");
        let once = page.field("once");
        let form = [
            ("title", "《补贴办法》解读"), ("organ", "QH010"), ("kind", "interpretation"), ("column", "notices"),
            ("interprets", id.as_str()), ("once", once.as_str()),
        ];
        let to = editor.post("/documents", &form).await.expect(303).location();
        let reading = to.split('/').nth(2).expect("an id").to_owned();
        // What is demanded is not called optional, and the list of what is missing follows each saving.
        let page = editor.get(&format!("/documents/{reading}/edit")).await.expect(200).shows("请填写背景依据").text();
        let label = page.split("<label").find(|part| part.contains(">背景依据")).expect("a label");
        assert!(!label.split("</label>").next().is_some_and(|label| label.contains("选填")), "{label}");
        let fresh = editor.get(&format!("/documents/{reading}/edit")).await.expect(200);
        let (version, once) = (fresh.field("version"), fresh.field("once"));
        let typed = [
            ("title", "《补贴办法》解读"), ("body_html", "<p>说明。</p>"), ("disclosure", "open"), ("kind", "interpretation"),
            ("column", "notices"), ("interprets", id.as_str()), ("background", "依据省里的规定"), ("version", version.as_str()),
            ("once", once.as_str()),
        ];
        let saved = editor.post(&format!("/documents/{reading}/autosave"), &typed).await.expect(200).json();
        let needs = saved["needs"].as_str().expect("a list").to_owned();
        assert!(needs.contains("请填写主要内容") && !needs.contains("请填写背景依据"), "{needs}");

        submit(&mut editor, &id, "policy", "补贴办法", &[NUMBER]).await.expect(303);
        let more = [("interprets", id.as_str()), ("explained", "样稿"), ("interpretation_form", "text")];
        submit(&mut editor, &reading, "interpretation", "《补贴办法》解读", &more).await.expect(303);
        // The one that has passed first waits, and is told to.
        pass_all(app, &reading).await;
        assert_eq!(edition(app, &reading).await.2, "scheduled");
        editor.get(&format!("/documents/{reading}")).await.expect(200).shows("还没有公开：等下面").hides("自动发布");
        pass_all(app, &id).await;
        assert!(is_public(app, &id).await);
        // No round of the clock lies between: the queue has it at once.
        app.pass(SignedDuration::from_secs(2));
        app.work().await;
        assert!(is_public(app, &reading).await);
    }

    async fn who_did_not_draft_a_policy_does_not_interpret_it_and_nobody_one_that_is_gone(app) {
        column(app).await;
        crate::publishing::column(app).await;
        let theirs = put(app, policy("养老服务补贴办法", "2026-02-23T02:00:00Z")).await;
        let mut other = app.editor("QH011").await;
        let id = crate::publishing::draft_of(&mut other, "QH011", "别人写的解读").await;
        let tie = ("interprets", theirs.as_str());
        submit(&mut other, &id, "interpretation", "别人写的解读", &[tie, ("explained", "样稿")]).await.expect(422).shows("谁起草谁解读");
        let mut editor = app.editor("QH010").await;
        let own = draft(&mut editor, "自己写的解读").await;
        submit(&mut editor, &own, "interpretation", "自己写的解读", &[tie]).await.expect(422).shows("请填写背景依据");
        let video = [tie, ("explained", "样稿"), ("interpretation_form", "video")];
        submit(&mut editor, &own, "interpretation", "自己写的解读", &video).await.expect(422).shows("请填写音视频文稿");
        changes::withdraw(app, &theirs, "内容有误，撤回").await;
        let gone = [tie, ("explained", "样稿"), ("interpretation_form", "text")];
        submit(&mut editor, &own, "interpretation", "自己写的解读", &gone).await.expect(422).shows("现在公开的政策文件");
    }

    async fn readers_see_policy_and_interpretation_clause_by_clause_and_at_a_glance(app) {
        column(app).await;
        let mut law = policy("养老服务补贴办法", "2026-02-23T02:00:00Z");
        law.body_html = "<p>第一条　为了老有所养，制定本办法。</p><p>第二条　补贴每人每月 100 元。</p>".into();
        let id = put(app, law).await;
        let mut visitor = app.visitor();
        visitor.get(&format!("/policies/{id}/beside")).await.expect(404);
        let mut explained = Seed::published(
            OrganCode::from("QH010"), "policies", &INTERPRETATION, "补贴办法解读",
            "<p>第二条说的补贴按月打到卡上。</p>", moment("2026-02-24T02:00:00Z"),
        );
        explained.relations = vec![(&INTERPRETS, id.as_str().into())];
        let graphic = INTERPRETATION.facet("graphic").expect("a field");
        explained.values.read(graphic, "补贴怎么领\n给谁｜70 岁以上｜本县户籍\n给多少｜100 元｜每人每月\n怎么办｜｜到便民服务中心");
        let reading = put(app, explained).await;
        visitor.get(&format!("/policies/{id}")).await.expect(200).shows("原文和解读逐条对照");
        let page = visitor.get(&format!("/policies/{id}/beside")).await.expect(200).text();
        let second = page.split("<section class=\"beside").find(|part| part.contains("补贴每人每月 100 元")).expect("the clause");
        assert!(second.contains("第二条说的补贴按月打到卡上"), "{page}");
        // What nobody explains is folded; no block bears the class that keeps a number on one line.
        assert!(page.contains("<summary>第一条没有专门解读") && !page.contains("beside whole"), "{page}");
        visitor.get(&format!("/documents/{reading}/graphic")).await.expect(200).shows("每人每月").shows("<svg");
        visitor.get(&format!("/documents/{reading}/graphic.svg")).await.expect(200).shows("70 岁以上");
        visitor.get(&format!("/documents/{id}/graphic")).await.expect(404);
        visitor.get("/interpretations").await.expect(200).shows("补贴办法解读").shows("100%").shows("<table class=\"tbl\"");
    }
}
