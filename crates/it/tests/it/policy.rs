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
use testkit::{TestApp, both};

fn moment(text: &str) -> Timestamp {
    text.parse().expect("moment")
}

async fn column(app: &TestApp) {
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

async fn put(app: &TestApp, one: Seed) -> String {
    let mut tx = app.ctx().db().write().await.expect("write");
    let id = seed(app.ctx(), &mut tx, one).await.expect("seed");
    tx.commit().await.expect("commit");
    String::from(id)
}

fn policy(title: &str, at: &str) -> Seed {
    let mut seed = Seed::published(OrganCode::from("QH010"), "policies", &POLICY, title, "<p>正文。</p>", moment(at));
    seed.values.read(&VALIDITY, "in_force");
    seed
}

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
}
