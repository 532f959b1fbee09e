//! Stories of what reviewers note beside passages: for authors and reviewers, never for the public.

use kernel::Role;
use review::Gate;
use testkit::{TestApp, both};

use super::{column, count, draft, edition, pass_all, submit};

/// A word that no reader may find.
const CANARY: &str = "批注里的金丝雀";

async fn comment_id(app: &TestApp) -> String {
    store::query_scalar("SELECT id FROM text_comment").fetch_one(app.ctx().db().read()).await.expect("comment")
}

both! {
    async fn a_comment_goes_to_the_authors_and_never_to_the_public(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "补贴标准").await;
        let body = "<p>第一段。</p><p>补贴标准为每亩 100 元。</p>";
        submit(&mut editor, &id, "补贴标准", body, &[]).await.expect(303);
        let (edition_id, version, _) = edition(app, &id).await;
        let address = format!("/reviews/{edition_id}/comments");
        let mut reviewer = app.reviewer(Gate::SECRECY).await;
        reviewer.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("批注哪一处");
        // Beside nothing, beside words that do not stand there, and without words: told at the field, and what was typed stays.
        let strange = [("quote", "每亩 120 元"), ("comment", CANARY)];
        reviewer.post(&address, &strange).await.expect(422).shows("没有这句话").shows(CANARY);
        reviewer.post(&address, &[("quote", ""), ("comment", CANARY)]).await.expect(422).shows("请写明批注的是哪一处");
        reviewer.post(&address, &[("quote", "每亩100元"), ("comment", " ")]).await.expect(422).shows("请写批注");
        reviewer.post(&address, &[("quote", "每亩100元"), ("comment", CANARY)]).await.expect(303);
        reviewer.get(&format!("/reviews/{edition_id}")).await.expect(200).shows(CANARY).shows("正文第 2 段").shows("1 条未处理");
        // Its authors write none, and nobody of another organ sees any.
        editor.post(&address, &[("quote", "第一段"), ("comment", "自己写的")]).await.expect(409).shows("参与撰写");
        app.editor("QH011").await.post(&address, &[("quote", "第一段"), ("comment", "外人写的")]).await.expect(404);
        app.person("colleague", "QH010", &[Role::Editor]).await.post(&address, &[("quote", "第一段"), ("comment", "同事写的")]).await.expect(409);
        // The version is the same: no decision that is open elsewhere is lost by it.
        assert_eq!(edition(app, &id).await.1, version);
        let fields = [("version", &*version.to_string()), ("reason", "请看批注")];
        reviewer.post(&format!("/reviews/{edition_id}/return"), &fields).await.expect(303);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("审核员的批注").shows(CANARY).shows("正文第 2 段");
        let comment = comment_id(app).await;
        let answered = [("answer", "已改为 120 元"), ("from", "edit")];
        let done = editor.post(&format!("{address}/{comment}"), &answered).await.expect(303);
        assert_eq!(done.location(), format!("/documents/{id}/edit"));
        let body = "<p>第一段。</p><p>补贴标准为每亩 120 元。</p>";
        submit(&mut editor, &id, "补贴标准", body, &[]).await.expect(303);
        let page = reviewer.get(&format!("/reviews/{edition_id}")).await.expect(200);
        page.shows("原文已改动").shows("已改为 120 元").hides("条未处理");
        reviewer.post(&format!("{address}/{comment}"), &[("to", "open")]).await.expect(303);
        reviewer.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("1 条未处理");
        assert_eq!((count(app, "document.commented").await, count(app, "document.comment_turned").await), (1, 2));
        pass_all(app, &id).await;
        app.work().await;
        let mut reader = app.visitor();
        for path in [format!("/documents/{id}"), format!("/api/v1/documents/{id}"), "/feed.atom".into(), "/documents.json".into()] {
            reader.get(&path).await.expect(200).hides(CANARY);
        }
        // Kept with the record, and changed by nobody any more.
        editor.post(&format!("{address}/{comment}"), &[("answer", "补写")]).await.expect(409);
        reviewer.get(&format!("/reviews/{edition_id}")).await.expect(200).shows(CANARY);
        reviewer.post(&address, &[("quote", "第一段"), ("comment", "迟到的")]).await.expect(409);
    }
}
