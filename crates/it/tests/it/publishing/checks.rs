//! Stories of what the gates look for: words put right by one press, the county's list of words, the weight of rules, the library.

use document::common::{DOCUMENT_NUMBER, IN_FORCE, REPEALED, VALIDITY};
use publishing::{
    kinds::POLICY,
    seed::{Seed, seed},
};

use super::*;

/// A policy that is public, with its validity.
async fn policy(app: &TestApp, title: &str, number: &str, validity: &str) {
    let at = "2020-01-05T01:00:00Z".parse().expect("moment");
    let body = "<p>第一条 甲。</p><p>第二条 乙。</p>";
    let mut one = Seed::published("QH001".into(), "notices", &POLICY, title, body, at);
    one.values = one.values.with(&VALIDITY, validity).with(&DOCUMENT_NUMBER, number);
    let mut tx = app.ctx().db().write().await.expect("write");
    seed(app.ctx(), &mut tx, one).await.expect("seeded");
    tx.commit().await.expect("commit");
}

/// Saves a text in the editor; the page after.
async fn save(client: &mut Client, id: &str, body: &str, more: &[(&str, &str)]) -> Reply {
    let path = format!("/documents/{id}/edit");
    let page = client.get(&path).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    let mut fields = form("检查的通知", body, &version, &once);
    fields.extend(more);
    client.post(&format!("/documents/{id}/save"), &fields).await.expect(303);
    client.get(&path).await.expect(200)
}

/// Puts an entry into the list of words.
async fn term(clerk: &mut Client, sort: &str, form: &str, right: &str, level: &str) -> Reply {
    let once = clerk.get("/checks/terms").await.expect(200).field("once");
    let fields = [
        ("sort", sort),
        ("form", form),
        ("right", right),
        ("reason", "县定"),
        ("level", level),
        ("once", once.as_str()),
    ];
    clerk.post("/checks/terms", &fields).await
}

both! {
    async fn a_wrong_word_is_put_right_by_one_press_wherever_it_stands(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "检查的通知").await;
        let body = "<p>会议布署了工作，再次布署。</p><p>会议公布署名文章。</p>";
        let page = save(&mut editor, &id, body, &[]).await.shows("疑似错别字").shows("文字关").shows("等 2 处");
        let digest = page.field("replace");
        let page = save(&mut editor, &id, body, &[("replace", &digest)]).await;
        page.shows("已将 2 处“布署”改为“部署”").shows("会议部署了工作，再次部署").shows("会议公布署名文章").hides("疑似错别字");
    }

    async fn what_a_text_cites_is_held_against_the_library_as_it_stands_today(app) {
        column(app).await;
        policy(app, "青禾县旧补贴办法", "青府发〔2019〕1号", REPEALED).await;
        policy(app, "青禾县新补贴办法", "青府发〔2020〕1号", IN_FORCE).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "检查的通知").await;
        let body = "<p>根据《青禾县旧补贴办法》和《青禾县新补贴办法》第九条，制定本方案。详见<a href=\"/documents/none\">方案</a>。</p>";
        let page = save(&mut editor, &id, body, &[]).await;
        page.shows("引用已废止的文件").shows("引用的条款不存在").shows("打不开的链接");
        // The text stays, the library changes: it is looked through anew.
        let mut tx = app.ctx().db().write().await.expect("write");
        let sql = "UPDATE document_facet SET value = 'in_force' WHERE key = 'validity' AND value = 'repealed'";
        store::query(sql).execute(tx.conn()).await.expect("lists");
        tx.commit().await.expect("commit");
        store::test::reseal(app.ctx().db()).await.expect("taken as it is");
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).hides("引用已废止的文件").shows("引用的条款不存在");
        document::rebuild(app.ctx().db(), &publishing::house(app.ctx()).kinds).await.expect("lists as they should be");
    }

    async fn the_county_keeps_a_list_of_words_and_texts_follow_it(app) {
        column(app).await;
        let (mut clerk, mut editor) = (app.clerk().await, app.editor("QH010").await);
        let id = draft(&mut editor, "检查的通知").await;
        let body = "<p>推进甲乙工程，县政府、县委领导出席。</p>";
        save(&mut editor, &id, body, &[]).await.hides("禁用表述").hides("排列次序");
        term(&mut clerk, "forbidden", "甲乙工程", "甲乙项目", "warn").await.expect(303);
        term(&mut clerk, "order", "县委、县人大、县政府、县政协", "", "info").await.expect(303);
        term(&mut clerk, "form", "甲乙", "", "warn").await.expect(422).shows("请填写规范写法").shows("value=\"甲乙\"");
        clerk.get("/checks").await.expect(200).shows("还有 1 份稿件等待");
        assert_eq!(publishing::look_again(app.ctx()).await.expect("looked"), 1);
        assert_eq!(publishing::look_again(app.ctx()).await.expect("looked"), 0);
        clerk.get("/checks").await.expect(200).hides("份稿件等待");
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("禁用表述").shows("理由：县定").shows("县委、县政府");
        // A bench shows by which entry, and keeps nothing.
        let tried = clerk.post("/checks/bench", &[("text", "甲乙工程和手机13800138000")]).await.expect(200);
        tried.shows("political.forbidden").shows("privacy.mobile").shows("138****8000");
        // What stops is let through by an authorised person alone.
        term(&mut clerk, "forbidden", "甲乙工程", "甲乙项目", "block").await.expect(303);
        submit(&mut editor, &id, "检查的通知", body, &[]).await.expect(422).shows("必须处理的问题未处理");
        let entry = clerk.get("/checks/terms").await.expect(200).field("id");
        clerk.post("/checks/terms/remove", &[("id", &entry)]).await.expect(303);
        clerk.post("/checks/terms/remove", &[("id", &entry)]).await.expect(404);
        assert_eq!(count(app, "check_book.term_set").await, 3);
        for path in ["/checks", "/checks/terms", "/checks/bench", "/checks/terms/export.csv"] {
            editor.get(path).await.expect(403);
        }
    }

    async fn a_list_comes_in_after_a_look_and_goes_out_as_it_came(app) {
        let mut clerk = app.clerk().await;
        let file = "类别,词语,规范写法,理由,处理\n禁用,甲乙工程,甲乙项目,县定,请核对\n什么,丙丁,,,\n规范,李示范,县长李示范,,提示\n\
                    禁用,甲乙工程,,,\n次序,县委、县政府,,,\n".as_bytes();
        let page = clerk.upload("/checks/terms/preview", &[], &[("file", "词表.csv", file)]).await.expect(200);
        let page = page.shows("读出 3 条：增加 3，修改 0，不变 0").shows("第 3 行：类别“什么”不认识").shows("第 5 行：“甲乙工程”与第 2 行重复");
        clerk.get("/checks/terms").await.expect(200).shows("共 0 条");
        let text = page.text();
        let carried = text.split("<textarea name=\"terms\"").nth(1).and_then(|rest| rest.split_once('>')).expect("entries").1;
        let carried = carried.split("</textarea>").next().expect("entries").to_owned();
        let once = page.field("once");
        let fields = [("terms", carried.as_str()), ("once", once.as_str())];
        clerk.post("/checks/terms/import", &fields).await.expect(303);
        clerk.get("/checks/terms").await.expect(200).shows("增加 3，修改 0，不变 0").shows("县长李示范").shows("共 3 条");
        let out = clerk.get("/checks/terms/export.csv").await.expect(200).bytes;
        let page = clerk.upload("/checks/terms/preview", &[], &[("file", "词表.csv", &out)]).await.expect(200);
        page.shows("读出 3 条：增加 0，修改 0，不变 3").shows("禁用：甲乙项目，请核对");
        let bare = "词语,规范写法\n甲乙工程,甲乙工程指挥部\n甲乙,\n".as_bytes();
        let page = clerk.upload("/checks/terms/preview", &[], &[("file", "词表.csv", bare)]).await.expect(200);
        page.shows("没有“类别”一列").shows("“甲乙工程”的规范写法“甲乙工程指挥部”仍会被词条“甲乙”（禁用，请核对）查出");
        clerk.upload("/checks/terms/preview", &[], &[]).await.expect(422).shows("请选择一个");
        assert_eq!(count(app, "check_book.imported").await, 1);
    }

    async fn a_rule_is_weighed_where_the_law_leaves_it(app) {
        column(app).await;
        let (mut clerk, mut editor) = (app.clerk().await, app.editor("QH010").await);
        let id = draft(&mut editor, "检查的通知").await;
        let body = "<p>会议布署了工作，电话13800138000。</p>";
        save(&mut editor, &id, body, &[]).await.shows("疑似错别字").shows("手机号码");
        let once = clerk.get("/checks").await.expect(200).field("once");
        clerk.post("/checks", &[("rule", "wording.word"), ("level", "off"), ("once", &once)]).await.expect(303);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).hides("疑似错别字").shows("手机号码");
        let once = clerk.get("/checks").await.expect(200).shows("已调整，原为“请核对”").field("once");
        clerk.post("/checks", &[("rule", "privacy.mobile"), ("level", "off"), ("once", &once)]).await.expect(409);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("手机号码");
        assert_eq!(count(app, "check_book.level_set").await, 1);
        // All rules of a gate are kept by one press: what is as it was is not written again.
        let page = clerk.get("/checks").await.expect(200);
        let once = page.field("once");
        assert_eq!(page.text().matches("的规则</button>").count(), 3, "one for each gate that can be set");
        let both = [
            ("rule", "wording.word"), ("level", "off"), ("rule", "wording.mark"), ("level", "off"), ("once", once.as_str()),
        ];
        clerk.post("/checks", &both).await.expect(303);
        assert_eq!(count(app, "check_book.level_set").await, 2);
        let once = clerk.get("/checks").await.expect(200).shows("已调整 1 条规则").field("once");
        clerk.post("/checks", &[("rule", "wording.word"), ("once", once.as_str())]).await.expect(404);
    }

    async fn a_masked_copy_takes_the_place_of_an_attachment(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "检查的通知").await;
        let sheet = documents::tables::Sheet {
            name: "值班".into(),
            header: vec!["项目".into(), "手机".into()],
            rows: vec![vec!["值班手机".into(), "13800138000".into()], vec!["备注".into(), "正常的一行".into()]],
            ..documents::tables::Sheet::default()
        };
        let bytes = documents::tables::write_xlsx(&sheet).expect("workbook");
        let path = format!("/documents/{id}/attachments");
        editor.upload(&path, &[], &[("file", "值班表.xlsx", &bytes)]).await.expect(303);
        let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("1 处须处理").shows("生成遮盖副本");
        let text = page.text();
        let file = text.split(&format!("{path}/")).nth(1).and_then(|rest| rest.split(['/', '"']).next()).expect("a file");
        editor.post(&format!("{path}/{file}/mask"), &[]).await.expect(303);
        let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        page.shows("已生成遮盖副本").shows("值班表.xlsx").hides("1 处须处理").shows("系统生成的遮盖副本");
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("用遮盖副本代替附件");
        // Nothing is left to be masked.
        let text = editor.get(&format!("/documents/{id}/edit")).await.expect(200).text();
        let file = text.split(&format!("{path}/")).nth(1).and_then(|rest| rest.split(['/', '"']).next()).expect("a file");
        editor.post(&format!("{path}/{file}/mask"), &[]).await.expect(303);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("没有可以自动遮盖的内容");
    }
    async fn a_table_without_form_is_masked_too(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "检查的通知").await;
        let (path, bytes) = (format!("/documents/{id}/attachments"), "项目,手机\r\n值班手机,13800138000\r\n".as_bytes());
        editor.upload(&path, &[], &[("file", "值班表.csv", bytes)]).await.expect(303);
        let text = editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("生成遮盖副本").text();
        let file = text.split(&format!("{path}/")).nth(1).and_then(|rest| rest.split(['/', '"']).next()).expect("a file");
        editor.post(&format!("{path}/{file}/mask"), &[]).await.expect(303);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("已生成遮盖副本").hides("1 处须处理");
    }

    async fn a_gate_says_what_the_checks_still_find(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "检查的通知").await;
        let body = "<p>会议布署了工作,请认真执行。</p>";
        submit(&mut editor, &id, "检查的通知", body, &[]).await.expect(303);
        let (edition, ..) = edition(app, &id).await;
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let page = secrecy.get(&format!("/reviews/{edition}")).await.expect(200);
        page.shows("检查提示的 2 处还在").shows("疑似错别字 1 处").shows("标点符号 1 处").hides("没有未处理的");
    }

    async fn a_text_may_cite_itself_before_the_library_holds_it(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "检查的通知").await;
        let title = "关于印发《青禾县甲补贴办法》的通知";
        let own = "<p>《青禾县甲补贴办法》已经审议通过，请执行。</p>";
        for (body, unknown) in [(own.to_owned(), false), (format!("{own}<p>根据《青禾县乙补贴办法》，制定本方案。</p>"), true)] {
            let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
            let (version, once) = (page.field("version"), page.field("once"));
            let fields = form(title, &body, &version, &once);
            editor.post(&format!("/documents/{id}/save"), &fields).await.expect(303);
            let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
            if unknown { page.shows("引用的文件没有查到") } else { page.hides("引用的文件没有查到") };
        }
    }

    async fn no_entry_of_the_list_switches_off_a_heavier_one(app) {
        let mut clerk = app.clerk().await;
        term(&mut clerk, "forbidden", "绿岛集团", "", "block").await.expect(303);
        term(&mut clerk, "form", "绿岛集团公司", "市属绿岛集团公司", "info").await.expect(303);
        for text in ["由市属绿岛集团公司承办", "由绿岛集团公司承办", "和绿 岛集团合作"] {
            let tried = clerk.post("/checks/bench", &[("text", text)]).await.expect(200);
            tried.shows("political.forbidden").shows("必须处理");
        }
    }

    async fn a_mark_that_closes_a_text_stops_it(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "检查的通知").await;
        let body = "<p>县公安局布控方案。</p><p>（此件不公开）</p>";
        save(&mut editor, &id, body, &[]).await.shows("涉密或者不公开的标记").shows("1 处须处理");
        submit(&mut editor, &id, "检查的通知", body, &[]).await.expect(422).shows("必须处理的问题");
        let body = "<p>县公安局工作安排。</p><p>（此件公开发布）</p>";
        submit(&mut editor, &id, "检查的通知", body, &[]).await.expect(303);
    }
}
