//! Stories of lists under names: for oneself, for the organ, and when what they ask for is gone.

use kernel::{Role, id::ColumnId};
use testkit::{Client, both};

async fn save(client: &mut Client, name: &str, query: &str, shared: &str) {
    let form = [("list", "/documents"), ("name", name), ("query", query), ("shared", shared)];
    client.post("/views", &form).await.expect(303);
}

both! {
    async fn a_list_is_kept_under_a_name_for_oneself_or_for_the_organ(app) {
        crate::publishing::column(app).await;
        let mut editor = app.editor("QH010").await;
        let page = editor.get("/documents?column=notices&sort=title&dir=asc").await.expect(200);
        page.shows("把现在的筛选和排序存为").shows("name=\"query\" value=\"column=notices&#38;sort=title&#38;dir=asc\"");
        save(&mut editor, "通知按标题", "column=notices&sort=title&dir=asc", "").await;
        save(&mut editor, "本局已退回", "state=returned", "1").await;
        editor.get("/documents").await.expect(200).shows("通知按标题").shows("本局已退回").shows("本机关共享");
        let page = editor.get("/documents?column=notices&sort=title&dir=asc").await.expect(200);
        page.shows("?column=notices&#38;sort=title&#38;dir=asc\" aria-current=\"page\">通知按标题");
        // Others of the organ are shown what is shared and by whom; other organs nothing.
        let mut colleague = app.person("second", "QH010", &[Role::Editor]).await;
        let page = colleague.get("/documents").await.expect(200);
        page.shows("本局已退回（editor-qh010（测试））").hides("通知按标题");
        app.editor("QH011").await.get("/documents").await.expect(200).hides("本局已退回");
        // One of the same name takes the place of the one before.
        save(&mut editor, "本局已退回", "state=returned&mine=1", "1").await;
        let text = editor.get("/documents").await.expect(200).text();
        assert!(text.contains("state=returned&#38;mine=1") && !text.contains("?state=returned\">本局已退回"), "{text}");
        // Only one's own can be taken out.
        let id = editor.get("/documents").await.expect(200).field("id");
        colleague.post("/views/remove", &[("id", &id), ("list", "/documents")]).await.expect(404);
        editor.post("/views/remove", &[("id", &id), ("list", "/documents")]).await.expect(303);
        editor.post("/views/remove", &[("id", &id), ("list", "/documents")]).await.expect(404);
        // Nothing that leads elsewhere is kept.
        for (list, query) in [("https://elsewhere.example", "a=b"), ("/documents", "a=b\"><script>"), ("/nothing", "")] {
            let to = editor.post("/views", &[("list", list), ("name", "x"), ("query", query)]).await.expect(303).location();
            assert_eq!(to, "/");
        }
        assert_eq!(editor.post("/views", &[("list", "/documents"), ("name", " ")]).await.expect(303).location(), "/documents");
    }

    async fn a_kept_list_of_something_that_is_gone_says_so(app) {
        crate::publishing::column(app).await;
        let mut clerk = app.clerk().await;
        save(&mut clerk, "通知", "column=notices", "").await;
        clerk.get("/documents").await.expect(200).hides("已失效");
        let mut tx = app.ctx().db().write().await.expect("write");
        document::columns::delete(&mut tx, &kernel::Actor::System, &ColumnId::from("notices")).await.expect("deleted");
        tx.commit().await.expect("commit");
        clerk.get("/documents").await.expect(200).shows("通知（已失效）").shows("筛选的栏目已经删除");
    }

    async fn other_lists_are_kept_and_ordered_by_their_heads_too(app) {
        let mut admin = app.person("sec", "QH001", &[Role::SecurityAdmin]).await;
        let address = "/accounts?sort=name&dir=desc";
        admin.get(address).await.expect(200).shows("aria-sort=\"descending\"").shows("把现在的筛选和排序存为");
        let form = [("list", "/accounts"), ("name", "按姓名"), ("query", "sort=name&dir=desc"), ("shared", "")];
        admin.post("/views", &form).await.expect(303);
        admin.get(address).await.expect(200).shows("aria-current=\"page\">按姓名");
        let mut clerk = app.clerk().await;
        for list in ["/", "/reviews", "/organs", "/plans"] {
            let form = [("list", list), ("name", "常看"), ("query", "sort=organ&dir=asc"), ("shared", "")];
            clerk.post("/views", &form).await.expect(303);
            clerk.get(&format!("{list}?sort=organ&dir=asc")).await.expect(200).shows("aria-current=\"page\">常看");
            clerk.get(&format!("{list}?sort=nothing&dir=desc")).await.expect(200);
        }
    }
}
