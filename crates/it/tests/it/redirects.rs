//! Stories of addresses that lead on: of an old site, of a column that was taken away; and where nobody is led.

use testkit::{Client, both};

async fn add(clerk: &mut Client, source: &str, target: &str) -> testkit::Reply {
    let once = clerk.get("/redirects").await.expect(200).field("once");
    clerk.post("/redirects", &[("source", source), ("target", target), ("once", &once)]).await
}

both! {
    async fn an_old_address_leads_to_what_stands_now_and_never_hides_a_page(app) {
        crate::publishing::column(app).await;
        let (mut clerk, mut reader) = (app.clerk().await, app.visitor());
        reader.get("/art/2020/1/a.html?id=5").await.expect(404);
        add(&mut clerk, "http://www.old.example/art/2020/1/a.html?id=5", "/columns/notices").await.expect(303);
        clerk.get("/redirects").await.expect(200).shows("/art/2020/1/a.html?id=5").shows("/columns/notices");
        let reply = reader.get("/art/2020/1/a.html?id=5").await.expect(301);
        assert_eq!(reply.location(), "/columns/notices");
        reader.get("/art/2020/1/a.html?id=6").await.expect(404);
        reader.get("/art/2020/1/a.html").await.expect(404);
        // Without a query it stands for all that have none of their own.
        add(&mut clerk, "/art/2020/1/a.html", "/documents").await.expect(303);
        assert_eq!(reader.get("/art/2020/1/a.html?id=6").await.expect(301).location(), "/documents");
        assert_eq!(reader.get("/art/2020/1/a.html?id=5").await.expect(301).location(), "/columns/notices");
        // Chinese in an address is what browsers make of it.
        add(&mut clerk, "/公告/旧", "/columns/notices").await.expect(303);
        reader.get("/%e5%85%ac%e5%91%8a/%E6%97%A7").await.expect(301);
        // Where a page stands, it is shown; and nobody may say otherwise.
        add(&mut clerk, "/columns/notices", "/documents").await.expect(422).shows("现在有页面");
        add(&mut clerk, "/sitemap", "/documents").await.expect(422).shows("现在有页面");
        reader.get("/columns/notices").await.expect(200);
        for (target, why) in [
            ("/columns/none", "没有页面"), ("https://elsewhere.example/a", "本门户上的新网址"), ("/nothing/at/all", "没有页面"),
            ("/art/2020/1/a.html", "没有页面"),
        ] {
            add(&mut clerk, "/old", target).await.expect(422).shows(why).shows("value=\"/old\"");
        }
        // What was withdrawn says so for good.
        let id = crate::publishing::published(app, "要撤回的通知").await;
        clerk.post(&format!("/documents/{id}/withdraw"), &[("reason", "内容有误"), ("notice", "")]).await;
        let there = reader.get(&format!("/documents/{id}")).await.status.as_u16();
        assert!([200, 410].contains(&there), "{there}");
        add(&mut clerk, &format!("/documents/{id}"), "/columns/notices").await.expect(422).shows("现在有页面");
        // The interface answers programs as it always did.
        reader.get("/api/v1/nothing").await.expect(404);
        app.editor("QH010").await.get("/redirects").await.expect(403);
    }

    async fn a_redirect_is_one_step_and_can_be_taken_out(app) {
        crate::publishing::column(app).await;
        let (mut clerk, mut reader) = (app.clerk().await, app.visitor());
        // A column that is to be taken away: what led there would go on from it.
        let mut tx = app.ctx().db().write().await.expect("write");
        let gone = document::columns::ColumnData {
            slug: "gone".into(), name: "要删除的栏目".into(), description: "说明".into(), kind: "topic".into(),
            ..document::columns::ColumnData::default()
        };
        document::columns::put(&mut tx, &kernel::Actor::System, &gone).await.expect("column");
        tx.commit().await.expect("commit");
        add(&mut clerk, "/old", "/columns/gone").await.expect(303);
        clerk.post("/columns/gone/delete", &[]).await.expect(303);
        clerk.get("/redirects").await.expect(200).shows("请改为别的网址");
        add(&mut clerk, "/columns/gone", "/columns/notices").await.expect(422).shows("/old 已重定向到 /columns/gone");
        add(&mut clerk, "/old", "/columns/notices").await.expect(303);
        clerk.get("/redirects").await.expect(200).shows("已修改");
        add(&mut clerk, "/columns/gone", "/columns/notices").await.expect(303);
        assert_eq!(reader.get("/columns/gone").await.expect(301).location(), "/columns/notices");
        let id = clerk.get("/redirects").await.expect(200).field("id");
        clerk.post("/redirects/remove", &[("id", &id)]).await.expect(303);
        clerk.post("/redirects/remove", &[("id", &id)]).await.expect(404);
        let reply = reader.get("/columns/gone").await;
        assert!([301, 404].contains(&reply.status.as_u16()));
        assert_eq!(crate::publishing::count(app, "redirect.removed").await, 1);
    }

    async fn old_addresses_come_in_by_a_table_all_or_nothing(app) {
        crate::publishing::column(app).await;
        let (mut clerk, mut reader) = (app.clerk().await, app.visitor());
        let wrong = "原网址,新网址\n/a.html,/columns/notices\n/b.html,/columns/none\n".as_bytes();
        clerk.upload("/redirects/import", &[], &[("file", "旧网址.csv", wrong)]).await.expect(422).shows("第 3 行");
        reader.get("/a.html").await.expect(404);
        let chain = "原网址,新网址\n/a.html,/columns/notices\n/columns/gone,/a.html\n".as_bytes();
        clerk.upload("/redirects/import", &[], &[("file", "旧网址.csv", chain)]).await.expect(422).shows("第 3 行");
        let right = "原网址,新网址\n/a.html,/columns/notices\nhttp://old.example/c?x=1,/documents\n".as_bytes();
        clerk.upload("/redirects/import", &[], &[("file", "旧网址.csv", right)]).await.expect(303);
        clerk.get("/redirects").await.expect(200).shows("增加 2，修改 0，不变 0");
        reader.get("/a.html").await.expect(301);
        let file = clerk.get("/redirects/export.csv").await.expect(200).bytes;
        clerk.upload("/redirects/import", &[], &[("file", "旧网址.csv", &file)]).await.expect(303);
        clerk.get("/redirects").await.expect(200).shows("增加 0，修改 0，不变 2");
        clerk.upload("/redirects/import", &[], &[("file", "旧网址.csv", "甲,乙\n1,2\n".as_bytes())]).await.expect(422);
        clerk.upload("/redirects/import", &[], &[]).await.expect(422).shows("请选择一个");
    }
}
