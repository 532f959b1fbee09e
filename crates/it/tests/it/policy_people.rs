//! Stories of questions on policies, and of policies that find whom they are for.

use document::common::AUDIENCE;
use jiff::SignedDuration;
use kernel::OrganCode;
use policy::{
    interpretation::{INTERPRETATION, INTERPRETS},
    qa::{ANSWERS, QUESTION},
};
use publishing::seed::Seed;
use review::Gate;
use testkit::{Client, TestApp, both};

use crate::{
    policy::{column, moment, policy, put},
    publishing::{changes, count, everything, pass_all},
};

/// A public policy with two clauses.
async fn with_clauses(app: &TestApp) -> String {
    let mut law = policy("养老服务补贴办法", "2026-02-23T02:00:00Z");
    law.body_html = "<p>第一条　为了老有所养，制定本办法。</p><p>第二条　补贴每人每月 100 元。</p>".into();
    put(app, law).await
}

/// A public answer that rests on a clause of it.
async fn question(app: &TestApp, to: &str, clause: &str, title: &str) -> String {
    let at = moment("2026-02-24T02:00:00Z");
    let mut seed =
        Seed::published(OrganCode::from("QH010"), "policies", &QUESTION, title, "<p>每人每月 100 元。</p>", at);
    seed.relations = vec![(&ANSWERS, to.into())];
    seed.values.read(QUESTION.facet("clause").expect("a field"), clause);
    put(app, seed).await
}

/// Corrects the policy to this text, through all gates.
async fn correct(app: &TestApp, id: &str, body: &str) {
    submit_correction(app, id, body, "").await;
    pass_all(app, id).await;
}

/// Sends a correction of the policy to its gates, with these conditions.
async fn submit_correction(app: &TestApp, id: &str, body: &str, conditions: &str) {
    let mut editor = app.editor("QH010").await;
    editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
    let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    let fields = [
        ("title", "养老服务补贴办法"),
        ("body_html", body),
        ("disclosure", "open"),
        ("validity", "in_force"),
        ("written_on", "2026-02-20"),
        ("document_number", "青禾财发〔2026〕1号"),
        ("note", "提高补贴标准"),
        ("compared", "yes"),
        ("audience_rules", conditions),
        ("version", version.as_str()),
        ("once", once.as_str()),
    ];
    editor.post(&format!("/documents/{id}/submit"), &fields).await.expect(303);
}

async fn ask(client: &mut Client, fields: &[(&str, &str)]) -> testkit::Reply {
    client.post("/audience", fields).await
}

both! {
    async fn an_answer_is_flagged_when_its_clause_changes_and_falls_with_its_policy(app) {
        column(app).await;
        let id = with_clauses(app).await;
        let asked = question(app, &id, "第二条", "补贴每月多少钱？").await;
        let other = question(app, &id, "第一条", "为什么要有这个办法？").await;
        app.work().await;
        let mut visitor = app.visitor();
        visitor.get(&format!("/policies/{id}")).await.expect(200).shows("补贴每月多少钱？");
        visitor.get("/questions").await.expect(200).shows("补贴每月多少钱？").hides("正在核对");
        visitor.get("/questions?q=%E4%B8%BA%E4%BB%80%E4%B9%88").await.expect(200).shows("为什么要有这个办法？");
        // The page of an answer leads to the very clause on which it rests.
        let clause = format!("href=\"/policies/{id}#第二条\"");
        let answer = visitor.get(&format!("/documents/{asked}")).await.expect(200).shows(&clause).text();
        let at = |words: &str| answer.find(words).unwrap_or_else(|| panic!("no {words} in {answer}"));
        assert!(at("class=\"prose\"") < at("<dl class=\"facts"), "the answer stands before what is known of it");
        app.pass(SignedDuration::from_hours(1));
        correct(app, &id, "<p>第一条　为了老有所养，制定本办法。</p><p>第二条　补贴每人每月 120 元。</p>").await;
        app.work().await;
        assert_eq!(count(app, "question.flagged").await, 1);
        visitor.get(&format!("/documents/{asked}")).await.expect(200).shows("所依据的条款已经修改");
        visitor.get(&format!("/documents/{other}")).await.expect(200).hides("正在核对");
        visitor.get("/questions").await.expect(200).shows("正在核对");
        let mut editor = app.editor("QH010").await;
        editor.get("/").await.expect(200).shows("补贴每月多少钱？");
        let page = editor.get("/questions").await.expect(200).shows("补贴每月多少钱？").text();
        assert!(!page.contains("为什么要有这个办法？"), "{page}");
        let mark = [("id", asked.as_str()), ("flag", "changed")];
        app.editor("QH011").await.post("/questions/checked", &mark).await.expect(403);
        editor.post("/questions/checked", &mark).await.expect(303);
        // The second time there is nothing left to look at.
        editor.post("/questions/checked", &mark).await.expect(409);
        visitor.get("/questions").await.expect(200).hides("正在核对");
        changes::withdraw(app, &id, "内容有误，撤回").await;
        app.work().await;
        visitor.get(&format!("/documents/{asked}")).await.expect(200).shows("所依据的文件已经撤回");
        let withdrawn = [("id", asked.as_str()), ("flag", "withdrawn")];
        editor.post("/questions/checked", &withdrawn).await.expect(409).shows("不能照旧适用");
    }

    async fn an_interpretation_is_looked_at_again_when_its_policy_is_corrected(app) {
        column(app).await;
        let id = with_clauses(app).await;
        let at = moment("2026-02-24T02:00:00Z");
        let mut explained =
            Seed::published(OrganCode::from("QH010"), "policies", &INTERPRETATION, "补贴办法解读", "<p>每月 100 元。</p>", at);
        explained.relations = vec![(&INTERPRETS, id.as_str().into())];
        let reading = put(app, explained).await;
        app.work().await;
        let (mut editor, mut visitor) = (app.editor("QH010").await, app.visitor());
        editor.get("/").await.expect(200).hides("核对政策解读");
        correct(app, &id, "<p>第一条　为了老有所养，制定本办法。</p><p>第二条　补贴每人每月 120 元。</p>").await;
        app.work().await;
        editor.get("/").await.expect(200).shows("核对政策解读").shows("所解读的文件已经修改");
        visitor.get(&format!("/documents/{reading}")).await.expect(200).shows("本解读正在核对");
        visitor.get("/questions").await.expect(200).hides("补贴办法解读");
        editor.post("/questions/checked", &[("id", reading.as_str()), ("flag", "changed")]).await.expect(303);
        visitor.get(&format!("/documents/{reading}")).await.expect(200).hides("本解读正在核对");
    }

    async fn five_answers_give_the_policies_that_fit_and_leave_no_trace(app) {
        column(app).await;
        let mut visitor = app.visitor();
        visitor.get("/audience").await.expect(200).shows("还没有写明适用条件");
        let mut elderly = policy("养老服务补贴办法", "2026-02-23T02:00:00Z");
        elderly.values.read(&AUDIENCE, "给：养老服务补贴\n对象：个人\n地区：河口镇\n年龄：70 岁以上\n金额：每人每月 100 元");
        let id = put(app, elderly).await;
        let mut loan = policy("创业担保贷款细则", "2026-02-24T02:00:00Z");
        loan.values.read(&AUDIENCE, "给：创业担保贷款\n对象：个人、企业\n情形：返乡创业、登记失业\n人数：20 人以下");
        put(app, loan).await;
        let mut old = policy("旧补贴办法", "2026-02-24T03:00:00Z");
        old.values.read(&document::common::VALIDITY, "repealed");
        old.values.read(&AUDIENCE, "给：旧的补贴\n对象：个人");
        put(app, old).await;
        visitor.get("/audience").await.expect(200).shows("1. 您是谁").shows("返乡创业").shows("河口镇");
        // Conditions stand below the text as a table of their own, not as lines of the law.
        let page = visitor.get(&format!("/policies/{id}")).await.expect(200).shows("答五个问题").shows("class=\"benefits\"");
        page.shows("<h3>养老服务补贴</h3>").hides("<p>给：");
        visitor.get("/").await.expect(200).shows("<ul class=\"doors\">").shows("<li><a href=\"/audience\">哪些政策适合我</a></li>");
        visitor.get("/sitemap").await.expect(200).shows("<a href=\"/questions\">").shows("<a href=\"/audience\">");
        let data = visitor.get("/audience.json").await.expect(200).json();
        assert_eq!(data["items"].as_array().map(Vec::len), Some(2), "{data}");
        assert_eq!(data["items"][1]["benefits"][0]["age"]["least"], 70, "{data}");
        visitor.get("/data").await.expect(200).shows("政策适用对象和条件");
        let before = everything(app).await;
        let sure = [("who", "person"), ("place", "河口镇"), ("age", "70"), ("no_other", "true")];
        let page = ask(&mut visitor, &sure).await.expect(200).shows("符合条件的（1 项）").shows("您填了 70 岁").shows("每人每月 100 元").text();
        assert!(!page.contains("创业担保贷款") && !page.contains("旧的补贴"), "{page}");
        ask(&mut visitor, &[("who", "person")]).await.expect(200).shows("可能符合的（2 项）").shows("您没有填年龄");
        ask(&mut visitor, &[("who", "company"), ("size", "20"), ("situations", "返乡创业")]).await.expect(200).shows("符合条件的（1 项）");
        ask(&mut visitor, &[("who", "company"), ("size", "21"), ("situations", "返乡创业")]).await.expect(200).shows("符合条件的（0 项）");
        // What is typed wrong is said, and kept.
        ask(&mut visitor, &[("who", ""), ("age", "七十")]).await.expect(422).shows("请选择您是谁").shows("value=\"七十\"");
        assert_eq!(before, everything(app).await);
    }

    async fn reviewers_read_conditions_as_the_public_will(app) {
        column(app).await;
        let id = with_clauses(app).await;
        submit_correction(app, &id, "<p>第一条　为了老有所养，制定本办法。</p><p>第二条　补贴每人每月 120 元。</p>",
            "给：养老服务补贴\n对象：个人\n年龄：70 岁以上\n金额：每人每月 120 元").await;
        let (edition, ..) = crate::publishing::edition(app, &id).await;
        let mut reviewer = app.reviewer(Gate::ALL[0]).await;
        let page = reviewer.get(&format!("/reviews/{edition}")).await.expect(200);
        page.shows("class=\"benefits\"").shows("<h3>养老服务补贴</h3>");
    }

    async fn situations_meet_however_organs_write_them(app) {
        column(app).await;
        crate::publishing::column(app).await;
        let mut relief = policy("医疗救助办法", "2026-02-23T02:00:00Z");
        relief.values.read(&AUDIENCE, "给：医疗救助\n对象：个人\n情形：低保家庭成员、孤儿");
        put(app, relief).await;
        let mut homes = policy("适老化改造补助办法", "2026-02-24T02:00:00Z");
        homes.values.read(&AUDIENCE, "给：改造补助\n对象：个人\n年龄：60 岁以上（不含 60 岁）\n情形：城乡低保对象、空巢老人");
        put(app, homes).await;
        let mut visitor = app.visitor();
        let form = visitor.get("/audience").await.expect(200).text();
        assert_eq!(form.matches("低保").count(), form.matches("城乡低保对象").count(), "one box for both: {form}");
        let base = [("who", "person"), ("situations", "城乡低保对象"), ("no_other", "true")];
        let at = |age: &'static str| -> Vec<(&str, &str)> { base.into_iter().chain([("age", age)]).collect() };
        ask(&mut visitor, &at("68")).await.expect(200).shows("符合条件的（2 项）").shows("其他情形都没有");
        // 不含 60 岁: sixty is not enough, and sixty-one is.
        ask(&mut visitor, &at("61")).await.expect(200).shows("符合条件的（2 项）");
        ask(&mut visitor, &at("60")).await.expect(200).shows("符合条件的（1 项）");
        let data = visitor.get("/audience.json").await.expect(200).json();
        assert_eq!(data["items"][0]["benefits"][0]["age"]["least"], 61, "{data}");
        ask(&mut visitor, &[("who", "person"), ("place", "火星")]).await.expect(422).shows("请从列表里选择乡镇");
        // Whoever writes a word that no policy uses is told of those that are used.
        let mut editor = app.editor("QH010").await;
        let id = crate::publishing::draft(&mut editor, "临时补贴办法").await;
        let path = format!("/documents/{id}/edit");
        let page = editor.get(&path).await.expect(200);
        let (version, once) = (page.field("version"), page.field("once"));
        let fields = [
            ("title", "临时补贴办法"), ("body_html", "<p>正文。</p>"), ("disclosure", "open"), ("kind", "policy"), ("column", "policies"),
            ("audience_rules", "给：补贴\n对象：个人\n情形：独居空巢老人、低保户"), ("version", version.as_str()), ("once", once.as_str()),
        ];
        editor.post(&format!("/documents/{id}/save"), &fields).await.expect(303);
        let page = editor.get(&path).await.expect(200).shows("情形“独居空巢老人”是第一次用，已经有相近的：空巢老人");
        // Those in use stand beside the field, each once.
        page.hides("情形“低保户”是第一次用").shows("各政策已用的情形（3 个）").shows("<li>空巢老人</li>").shows("本县的乡镇");
    }

    async fn conditions_that_contradict_each_other_are_not_submitted(app) {
        crate::publishing::column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = crate::publishing::draft(&mut editor, "补贴办法").await;
        let path = format!("/documents/{id}/submit");
        for (rules, why) in [
            ("给：补贴\n对象：个人\n年龄：60 岁以上\n年龄：不满 35 岁", "互相矛盾"),
            ("给：补贴\n对象：个人\n年龄：60 岁以上（女性 55 岁）", "读不出来"),
            ("给：补贴\n对象：个人\n地区：月亮镇", "不是本县的乡镇"),
            ("补贴很多", "名称：内容"),
        ] {
            let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
            let (version, once) = (page.field("version"), page.field("once"));
            let fields = [
                ("title", "补贴办法"), ("body_html", "<p>正文。</p>"), ("disclosure", "open"), ("kind", "policy"), ("column", "notices"),
                ("validity", "in_force"), ("written_on", "2026-03-01"), ("document_number", "青禾财发〔2026〕1号"),
                ("audience_rules", rules), ("version", version.as_str()), ("once", once.as_str()),
            ];
            editor.post(&path, &fields).await.expect(422).shows(why);
        }
    }
}
