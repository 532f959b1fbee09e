//! The story of an empty office: what is lacking is computed from what there is, and each is told to whoever can do it.

use kernel::Role;
use testkit::both;

both! {
    async fn an_empty_office_is_told_what_it_lacks_until_it_has_it(app) {
        let mut clerk = app.clerk().await;
        clerk.get("/").await.expect(200).shows("href=\"/first-steps\"");
        let page = clerk.get("/first-steps").await.expect(200);
        page.shows("还没有栏目").shows("导入今年的工作要点").shows("选做").hides("还没有这些角色的账号");
        // What is somebody else's business is named with whose it is, and no more.
        let mut security = app.person("security", "QH001", &[Role::SecurityAdmin]).await;
        security.get("/first-steps").await.expect(200).shows("还没有这些角色的账号").hides("导入今年的工作要点");
        let mut system = app.person("system", "QH001", &[Role::SystemAdmin]).await;
        system.get("/first-steps").await.expect(200).shows("没有配置邮件服务器").shows("site.icp").hides("还没有这些角色的账号");
        app.editor("QH010").await.get("/first-steps").await.expect(403);
        app.editor("QH010").await.get("/").await.expect(200).hides("/first-steps");
        // Done is what is there: nobody ticks it.
        let lines = publishing::columns::standard::lines();
        let mut tx = app.ctx().db().write().await.expect("write");
        let put = publishing::columns::import::put_all(app.ctx(), &mut tx, &kernel::Actor::System, lines).await;
        assert!(put.expect("written").is_ok(), "the standard columns fit");
        tx.commit().await.expect("commit");
        clerk.get("/first-steps").await.expect(200).hides("还没有栏目").shows("五个部分都有栏目");
    }
}
