//! An amending decision becomes a draft of the document that it amends: read, shown instruction by instruction, never published.

use testkit::{Client, TestApp, both};

use crate::{
    library::policy,
    policy::{column, put},
};

const TITLE: &str = "停车管理办法";
const OLD: &str =
    "<h2>第一章　总则</h2><p>第一条　停车收费每小时2元。</p><p>第二条　由<strong>县住建局</strong>负责。</p>";
const DECISION: &str = "关于修改《停车管理办法》的决定";
const WORDS: &str = "<p>县财政局决定对《停车管理办法》作如下修改：</p><p>一、将第一条修改为：“第一条　停车收费每小时3元。”</p>\
    <p>二、删去第九条。</p><p>三、增加一条，作为第三条：“第三条　本办法自公布之日起施行。”</p><p>本决定自公布之日起施行。</p>";

/// The old text and the decision, both public.
async fn pair(app: &TestApp) -> (String, String) {
    column(app).await;
    let old = put(app, policy("QH010", TITLE, "青禾财发〔2020〕3号", OLD, "2026-02-20T02:00:00Z")).await;
    let decision = put(app, policy("QH010", DECISION, "青禾财发〔2026〕9号", WORDS, "2026-02-25T02:00:00Z")).await;
    app.work().await;
    (old, decision)
}

/// The form of the page as its reader would send it.
async fn made(editor: &mut Client, page: &str, more: &[(&str, &str)]) -> testkit::Reply {
    let shown = editor.get(page).await.expect(200);
    let (base, version, once) = (shown.field("base"), shown.field("version"), shown.field("once"));
    let own = [("base", base.as_str()), ("version", version.as_str()), ("once", once.as_str())];
    let fields: Vec<(&str, &str)> = own.into_iter().chain(more.iter().copied()).collect();
    let to = page.split('?').next().expect("an address").to_owned();
    editor.post(&to, &fields).await
}

both! {
    async fn a_decision_becomes_a_draft_and_what_was_not_done_is_named(app) {
        let (old, decision) = pair(app).await;
        let mut editor = app.editor("QH010").await;
        let amend = format!("/documents/{old}/amend");
        editor.get(&format!("/documents/{old}")).await.expect(200).shows(&amend);
        // The library has found that it amends this one: it is offered.
        editor.get(&amend).await.expect(200).shows(DECISION).shows(&format!("{amend}?decision={decision}"));
        let page = format!("{amend}?decision={decision}");
        let shown = editor.get(&page).await.expect(200).shows("应用 2 处").shows("没有应用 1 处").shows("删去第九条");
        let shown = shown.shows("把第一条换成").shows("<del>2</del>").shows("<ins>3</ins>").shows("本办法自公布之日起施行");
        shown.shows("看全文");
        // What was not done must have been looked at.
        made(&mut editor, &page, &[("decision", &decision)]).await.expect(422).shows("有 1 处没有应用").shows("每小时");
        let fields = [("decision", decision.as_str()), ("sure", "true")];
        let done = made(&mut editor, &page, &fields).await.expect(303);
        assert_eq!(done.location(), format!("/documents/{old}/edit"));
        let edit = editor.get(&format!("/documents/{old}/edit")).await.expect(200);
        // What did not change keeps its look.
        let edit = edit.shows("每小时3元").shows("县住建局&#60;/strong&#62;").shows("根据《关于修改〈停车管理办法〉的决定》修改。");
        edit.shows("应用 2 处").shows("还有 1 处没有应用");
        // Nobody outside sees anything of it.
        app.visitor().get(&format!("/policies/{old}")).await.expect(200).shows("每小时2元").hides("每小时3元");
        // A second time it changes nothing.
        editor.get(&page).await.expect(200).shows("第 2 版已经按这份决定改过");
        made_again(&mut editor, &old, &decision).await;
    }

    async fn one_decision_after_the_other_and_what_is_none(app) {
        let (old, decision) = pair(app).await;
        let mut editor = app.editor("QH010").await;
        let amend = format!("/documents/{old}/amend");
        let read = format!("{amend}/read");
        let fields = [("decision", decision.as_str()), ("sure", "true")];
        made(&mut editor, &format!("{amend}?decision={decision}"), &fields).await.expect(303);
        // The second is applied to what the first has made.
        let second = "关于再次修改《停车管理办法》的决定\n一、将第三条修改为：“第三条　本办法自2026年5月1日起施行。”";
        let shown = editor.upload(&read, &[("text", second)], &[]).await.expect(200);
        let shown = shown.shows("用在第 2 版草稿上").shows("应用 1 处").shows("2026年5月1日").hides("看全文");
        let (base, version, once) = (shown.field("base"), shown.field("version"), shown.field("once"));
        let form = [("text", second), ("base", base.as_str()), ("version", version.as_str()), ("once", once.as_str())];
        editor.post(&amend, &form).await.expect(303);
        editor.get(&format!("/documents/{old}/edit")).await.expect(200).shows("2026年5月1日").shows("每小时3元");
        // Who was slower is told, and sees what it would be now.
        let again = [("text", second), ("base", base.as_str()), ("version", version.as_str())];
        editor.post(&amend, &again).await.expect(409).shows("文字又改过");
        // Two at once, another law, no decision, nothing at all: each in words, with what was typed.
        let two = format!("{DECISION}\n一、删去第二条。\n{second}");
        editor.upload(&read, &[("text", &two)], &[]).await.expect(422).shows("请按先后各办一次").shows("删去第二条");
        let other = "关于修改《采砂管理办法》的决定\n一、删去第二条。";
        editor.upload(&read, &[("text", other)], &[]).await.expect(200).shows("说的是别的文件").shows("选错了文件");
        let none = "各乡镇：请做好慰问工作。";
        editor.upload(&read, &[("text", none)], &[]).await.expect(422).shows("没有读出要改什么").shows("慰问");
        editor.upload(&read, &[("other", "青禾财发〔1999〕77号")], &[]).await.expect(422).shows("没有找到这份修改决定");
        editor.upload(&read, &[("text", "")], &[]).await.expect(422).shows("请指明修改决定");
        let file = second.as_bytes();
        editor.upload(&read, &[], &[("file", "决定.txt", file)]).await.expect(200).shows("应用 1 处");
        // The text of another organ is not theirs to amend.
        app.editor("QH011").await.get(&amend).await.expect(404);
    }
}

/// The same form once more, with the draft as it is: refused in words.
async fn made_again(editor: &mut Client, old: &str, decision: &str) {
    let page = format!("/documents/{old}/amend");
    let version = editor.get(&format!("/documents/{old}/edit")).await.expect(200).field("version");
    let form = [("decision", decision), ("sure", "true"), ("version", version.as_str())];
    editor.post(&page, &form).await.expect(409);
}
