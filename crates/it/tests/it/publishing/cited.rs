//! Stories of what points at a text that somebody thinks of withdrawing.

use kernel::Role;
use testkit::both;

use super::{column, draft, pass_all, published, submit};

both! {
    async fn before_a_withdrawal_it_is_told_what_points_at_the_text(app) {
        column(app).await;
        let first = published(app, "补贴办法").await;
        let cited = format!("/documents/{first}/cited");
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
        head.get(&format!("/documents/{first}")).await.expect(200).shows(&cited);
        head.get(&cited).await.expect(200).shows("没有找到引用");
        let mut editor = app.editor("QH010").await;
        let second = draft(&mut editor, "补贴办法的通知").await;
        let body = format!("<p>全文见<a href=\"/documents/{first}\">补贴办法</a>。</p>");
        submit(&mut editor, &second, "补贴办法的通知", &body, &[]).await.expect(303);
        // What nobody can read points at nothing.
        head.get(&cited).await.expect(200).shows("没有找到引用");
        pass_all(app, &second).await;
        head.get(&cited).await.expect(200).shows("《补贴办法的通知》").shows("正文里的链接").hides("没有找到引用");
        // The question itself says so where a document is tied to it; links are looked for on the page.
        head.get(&format!("/documents/{first}")).await.expect(200).shows("正文里链接到它的，见“先看哪里引用了它”");
        let version = head.get(&format!("/documents/{first}")).await.expect(200).field("version");
        head.post(&format!("/documents/{first}/withdraw"), &[("version", &version), ("reason", "有误")]).await.expect(303);
        head.get(&cited).await.expect(200).shows("《补贴办法》").shows("现在没有公开，下面这些还指向它").hides("《》");
        editor.get(&cited).await.expect(403);
        app.person("head-qh011", "QH011", &[Role::OrganHead]).await.get(&cited).await.expect(404);
    }
}
