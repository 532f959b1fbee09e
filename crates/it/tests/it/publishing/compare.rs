//! Two editions held against each other: in the office any two, before everybody only what everybody could and may read.

use jiff::SignedDuration;
use kernel::OrganCode;
use publishing::{kinds::NOTICE, seed::Seed};
use testkit::{Client, TestApp, both};

use super::{changes::withdraw, column, draft, edition, pass_all, published, submit};

const CANARY: &str = "金丝雀五二零八";

/// A public document of 县财政局 with this text.
async fn public(app: &TestApp, title: &str, body: &str) -> String {
    column(app).await;
    let mut editor = app.editor("QH010").await;
    let id = draft(&mut editor, title).await;
    submit(&mut editor, &id, title, body, &[]).await.expect(303);
    pass_all(app, &id).await;
    id
}

/// A correction of it, submitted.
async fn corrected(app: &TestApp, id: &str, title: &str, body: &str, more: &[(&str, &str)]) {
    let mut editor = app.editor("QH010").await;
    editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
    let more: Vec<(&str, &str)> = more.iter().copied().chain([("note", "更正标准")]).collect();
    submit(&mut editor, id, title, body, &more).await.expect(303);
}

async fn missing(reader: &mut Client, path: &str) {
    reader.get(path).await.expect(404).hides(CANARY);
}

both! {
    async fn the_office_compares_any_two_editions(app) {
        let old = "<p>补贴标准为每人每月100元。</p><p>自2026年3月5日起施行。</p>";
        let id = public(app, "补贴办法", old).await;
        let page = format!("/documents/{id}/compare");
        let mut editor = app.editor("QH010").await;
        editor.get(&page).await.expect(200).shows("只有一版，没有可以对照的");
        let new = "<p>补贴标准为每人每月120元。</p><p>自2026年4月1日起施行。</p><table><tr><td>档次</td><td>金额</td></tr></table>";
        corrected(app, &id, "补贴暂行办法", new, &[("changes", "第 1 段：标准随物价提高")]).await;
        let reply = editor.get(&page).await.expect(200);
        let reply = reply.shows("第 1 版（现在公开的）").shows("第 2 版（审核中）").shows("补贴<ins>暂行</ins>办法");
        let reply = reply.shows("<del>100</del>").shows("<ins>120</ins>").shows("<del>2026年3月5日</del>").shows("增加表格");
        reply.shows("正文共 3 处不同：修改 2 处、增加 1 处").shows("href=\"#c2\"").shows("id=\"c3\"");
        // What its authors say of the changes stands beside them.
        editor.get(&page).await.expect(200).shows("说明：标准随物价提高").hides("<th scope=\"row\">逐处说明</th>");
        // Whatever the order of asking, the older one stands first.
        let (second, ..) = edition(app, &id).await;
        let turned = editor.get(&format!("{page}?old={second}&all=1")).await.expect(200);
        turned.shows("两边选的是同一版");
        let first: String = store::query_scalar("SELECT id FROM edition WHERE document_id = $1 AND number = 1")
            .bind(&id).fetch_one(app.ctx().db().read()).await.expect("edition");
        editor.get(&format!("{page}?old={second}&new={first}")).await.expect(200).shows("<del>100</del>");
        editor.get(&format!("/documents/{id}")).await.expect(200).shows(&format!("{page}?new={second}"));
        // What belongs to no edition of this document is not there, and who may not see the document sees no comparison.
        let other = published(app, "另一份通知").await;
        let (foreign, ..) = edition(app, &other).await;
        editor.get(&format!("{page}?old={foreign}")).await.expect(404);
        app.editor("QH011").await.get(&page).await.expect(404).hides("120");
        // The reviewer sees the same beside the decision.
        let mut reviewer = app.reviewer(review::Gate::SECRECY).await;
        reviewer.get(&format!("/reviews/{second}")).await.expect(200).shows("与公开的第 1 版相比").shows("<del>100</del>");
    }

    async fn readers_compare_what_they_could_read(app) {
        let id = public(app, "补贴办法", "<p>补贴标准为每人每月100元。</p><p>不变的一段。</p>").await;
        let (page, mut reader) = (format!("/documents/{id}/compare"), app.visitor());
        missing(&mut reader, &page).await;
        reader.get(&format!("/documents/{id}")).await.expect(200).hides("/compare");
        corrected(app, &id, "补贴办法", "<p>补贴标准为每人每月120元。</p><p>不变的一段。</p>", &[]).await;
        // Nothing of a correction before it is public.
        missing(&mut reader, &page).await;
        missing(&mut reader, &format!("{page}?old=1&new=2")).await;
        pass_all(app, &id).await;
        reader.get(&format!("/documents/{id}")).await.expect(200).shows(&format!("{page}?old=1"));
        let reply = reader.get(&page).await.expect(200);
        let reply = reply.shows("<del>100</del>").shows("<ins>120</ins>").shows("noindex").shows("第 2 版（现在公开的）");
        reply.shows("更正标准").shows("只看改动");
        reader.get(&format!("{page}?old=1&new=2&all=1")).await.expect(200).shows("不变的一段");
        for asked in ["old=2&new=2", "old=1&new=9", "old=0"] {
            missing(&mut reader, &format!("{page}?{asked}")).await;
        }
        reader.get(&format!("{page}?old=x")).await.expect(400);
        // Another address of the same document leads to its own.
        let to = reader.get(&format!("/policies/{id}/compare")).await.expect(307).location();
        assert_eq!(to, page);
        // Two documents that are both public; nothing of one that is not.
        let other = published(app, "旧的补贴办法").await;
        let beside = reader.get(&format!("{page}?with={other}")).await.expect(200);
        beside.shows("没有登记替代、废止或者修改的关系").shows("《旧的补贴办法》").shows("<ins>").shows(&format!("/documents/{other}"));
        let hidden = draft(&mut app.editor("QH010").await, CANARY).await;
        for with in [hidden.as_str(), id.as_str(), "nothing"] {
            missing(&mut reader, &format!("{page}?with={with}")).await;
        }
        // A third edition that is being written is nowhere.
        corrected(app, &id, CANARY, &format!("<p>{CANARY}</p>"), &[]).await;
        reader.get(&page).await.expect(200).hides(CANARY);
        missing(&mut reader, &format!("{page}?old=1&new=3")).await;
        // What was withdrawn is compared with nothing.
        withdraw(app, &id, "标准有误").await;
        let to = reader.get(&page).await.expect(307).location();
        assert_eq!(to, format!("/documents/{id}"));
        reader.get(&format!("{page}?old=1&new=2")).await.expect(307).hides("100");
    }

    async fn what_should_not_be_read_again_is_not_compared(app) {
        let mut reader = app.visitor();
        // Withdrawn, and public again in other words.
        let id = public(app, "名单公示", &format!("<p>{CANARY}</p>")).await;
        withdraw(app, &id, "标准有误").await;
        corrected(app, &id, "名单公示", "<p>改正后的名单。</p>", &[]).await;
        pass_all(app, &id).await;
        reader.get(&format!("/documents/{id}")).await.expect(200).hides(CANARY).hides("/compare");
        missing(&mut reader, &format!("/documents/{id}/compare")).await;
        missing(&mut reader, &format!("/documents/{id}/compare?old=1&new=2")).await;
        // Its authors say so.
        let id = public(app, "名单公布", &format!("<p>{CANARY}</p>")).await;
        corrected(app, &id, "名单公布", "<p>第二次的名单。</p>", &[("compared", "no")]).await;
        pass_all(app, &id).await;
        missing(&mut reader, &format!("/documents/{id}/compare?old=1&new=2")).await;
        // Without an answer it is not submitted, and nobody reads the old text.
        let mut editor = app.editor("QH010").await;
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        let unanswered = [("note", "更正标准"), ("compared", "")];
        let reply = submit(&mut editor, &id, "名单公布", "<p>第三次的名单。</p>", &unanswered).await.expect(422);
        reply.shows("请选择公众能不能把这一版与旧版逐字对照");
        // It is said of that correction, not of those after it.
        submit(&mut editor, &id, "名单公布", "<p>第三次的名单。</p>", &[("note", "更正标准")]).await.expect(303);
        pass_all(app, &id).await;
        missing(&mut reader, &format!("/documents/{id}/compare?old=1&new=3")).await;
        reader.get(&format!("/documents/{id}/compare?old=a")).await.expect(400).shows("版本写法不对");
        // Links that are passed on carry names of others; a query that no page makes is told.
        reader.get(&format!("/documents/{id}/compare?from=timeline")).await.expect(200);
        reader.get(&format!("/documents/{id}/compare?old={}", "1".repeat(9_000))).await.expect(400).shows("网址太长");
        reader.get(&format!("/documents/{id}/compare")).await.expect(200).shows("<del>第二</del>次").shows("<ins>第三</ins>次").hides(CANARY);
    }

    async fn a_personal_number_that_was_corrected_away_is_not_shown_again(app) {
        column(app).await;
        let mut tx = app.ctx().db().write().await.expect("write");
        let at = "2026-02-10T02:00:00Z".parse().expect("moment");
        let body = "<p>联系人手机 13800138000，请来电。</p>";
        let one = Seed::published(OrganCode::from("QH010"), "notices", &NOTICE, "联系方式", body, at);
        let id = String::from(publishing::seed::seed(app.ctx(), &mut tx, one).await.expect("seed"));
        tx.commit().await.expect("commit");
        app.pass(SignedDuration::from_mins(1));
        corrected(app, &id, "联系方式", "<p>联系人请见公告栏，请来电。</p>", &[]).await;
        pass_all(app, &id).await;
        let reply = app.visitor().get(&format!("/documents/{id}/compare")).await.expect(200);
        reply.shows("这两版不提供对照").hides("13800138000");
        // Whoever decides on it sees it all the same.
        app.editor("QH010").await.get(&format!("/documents/{id}/compare")).await.expect(200).shows("13800138000");
    }
}
