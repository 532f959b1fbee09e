//! Stories of columns as a whole: the standard tree of a new county, the way out and back in, which have had nothing new for
//! long.

use document::columns::{self, ColumnData, Written};
use jiff::SignedDuration;
use kernel::{Actor, id::ColumnId};
use testkit::{Client, TestApp, both};

async fn put(app: &TestApp, data: ColumnData) -> Written {
    let mut tx = app.ctx().db().write().await.expect("write");
    let written = columns::put(&mut tx, &Actor::System, &data).await.expect("column");
    tx.commit().await.expect("commit");
    written
}

fn column(slug: &str, name: &str, cadence: &str, organ: &str) -> ColumnData {
    ColumnData {
        slug: slug.into(),
        name: name.into(),
        description: "说明，“带引号”".into(),
        kind: "topic".into(),
        cadence: cadence.into(),
        organ: organ.into(),
        ..ColumnData::default()
    }
}

async fn names(app: &TestApp) -> Vec<String> {
    columns::tree(app.ctx().db().read()).await.expect("columns").into_iter().map(|(_, row)| row.name).collect()
}

/// Everything of a column that a file could lose.
async fn everything(app: &TestApp) -> Vec<String> {
    let lines = publishing::columns::export::lines(app.ctx()).await.expect("columns");
    lines.iter().map(|line| format!("{:?} {}", ColumnData { version: 0, ..line.data.clone() }, line.hidden)).collect()
}

/// Sends the form of the standard columns with everything ticked that it offers, but for what `left_out` names.
async fn take(clerk: &mut Client, left_out: &str) {
    let page = clerk.get("/columns/import/standard").await.expect(200);
    let (once, text) = (page.field("once"), page.text());
    let offered: Vec<String> = text
        .split("name=\"take\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
        .collect();
    let lines = publishing::columns::standard::lines();
    let mut fields: Vec<(String, String)> = vec![("once".into(), once)];
    for slug in offered.into_iter().filter(|slug| slug != left_out) {
        let line = lines.iter().find(|line| line.data.slug.as_str() == slug).expect("a standard column");
        fields.push((format!("name-{slug}"), line.data.name.clone()));
        fields.push(("take".into(), slug));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    clerk.post("/columns/import/standard", &fields).await.expect(303);
}

both! {
    async fn a_new_county_takes_the_standard_columns_and_nothing_is_doubled(app) {
        let mut clerk = app.clerk().await;
        // One of its own bears a name of the standard tree under another address.
        put(app, column("gongzuo", "工作动态", "weekly", "")).await;
        clerk.get("/columns").await.expect(200).shows("/columns/import/standard");
        clerk.get("/columns/import/standard").await.expect(200).shows("名称相同").shows("/columns/gongzuo").hides("value=\"news\"");
        take(&mut clerk, "statutory").await;
        clerk.get("/columns").await.expect(200).shows("已建立").shows("原有的 1 个保持不变");
        let after = names(app).await;
        assert_eq!(after.iter().filter(|name| *name == "工作动态").count(), 1, "{after:?}");
        assert!(!after.contains(&"法定主动公开内容".to_owned()), "{after:?}");
        // What stands below one that was left out stands at the top.
        let budget = columns::one(app.ctx().db().read(), &ColumnId::from("budget")).await.expect("the column");
        assert_eq!((budget.parent.as_str(), budget.cadence.as_str()), ("", "yearly"));
        assert_eq!(columns::items(app.ctx().db().read()).await.expect("items")[&ColumnId::from("budget")], [7]);
        take(&mut clerk, "").await;
        take(&mut clerk, "").await;
        let all = names(app).await;
        assert_eq!(all.len(), publishing::columns::standard::lines().len(), "{all:?}");
        clerk.get("/columns/import/standard").await.expect(200).shows("这些栏目都已经有了").hides("name=\"take\"");
        let page = clerk.get("/columns/new").await.expect(200);
        page.shows("更新频次").shows("维护单位");
    }

    async fn a_name_of_a_standard_column_that_does_not_do_is_told_at_its_field(app) {
        let mut clerk = app.clerk().await;
        let form = [("take", "news"), ("name-news", " "), ("take", "notices"), ("name-notices", "告示")];
        clerk.post("/columns/import/standard", &form).await.expect(422).shows("请填写栏目名称").shows("value=\"告示\"");
        assert!(names(app).await.is_empty(), "all or nothing");
    }

    async fn columns_go_out_and_come_back_in_without_loss(app) {
        let mut clerk = app.clerk().await;
        put(app, column("relief", "社会救助", "monthly", "QH011")).await;
        let mut below = column("relief-low", "=低保", "", "");
        (below.parent, below.items, below.basis, below.keywords) =
            ("relief".into(), "七、八".into(), "《条例》".into(), "甲,乙".into());
        put(app, below).await;
        put(app, column("old", "旧栏目", "prompt", "QH010")).await;
        clerk.post("/columns/old/hide", &[("to", "hide")]).await.expect(303);
        let before = everything(app).await;
        for ending in ["csv", "xlsx", "toml"] {
            let file = clerk.get(&format!("/columns/export.{ending}")).await.expect(200).bytes;
            clerk.upload("/columns/import", &[], &[("file", &format!("栏目.{ending}"), &file)]).await.expect(303);
            clerk.get("/columns").await.expect(200).shows("新建 0，修改 0，不变 3");
            assert_eq!(everything(app).await, before, "{ending}");
        }
        // A table that says nothing of a field leaves it alone.
        let few = "网址名,栏目名称,类型\nrelief,社会救助和福利,专题\n".as_bytes();
        clerk.upload("/columns/import", &[], &[("file", "栏目.csv", few)]).await.expect(303);
        let row = columns::one(app.ctx().db().read(), &ColumnId::from("relief")).await.expect("the column");
        assert_eq!((row.name.as_str(), row.cadence.as_str(), row.organ.as_str()), ("社会救助和福利", "monthly", "QH011"));
        let wrong = "网址名,栏目名称,类型,更新频次,维护单位\nx1,甲,专题,每天,没有的局\n".as_bytes();
        let page = clerk.upload("/columns/import", &[], &[("file", "栏目.csv", wrong)]).await.expect(422);
        page.shows("请从列表中选择更新频次").shows("没有“没有的局”");
    }

    async fn a_column_without_anything_new_is_told_to_whoever_keeps_it(app) {
        put(app, column("relief", "社会救助", "weekly", "QH011")).await;
        put(app, column("calm", "不急的栏目", "", "QH011")).await;
        let mut keeper = app.editor("QH011").await;
        keeper.get("/freshness").await.expect(200).shows("2026-03-09").shows("从未公开").shows("没有时限").shows("超期 0 个");
        app.pass(SignedDuration::from_hours(24 * 10));
        let mut keeper = app.sign_in("editor-qh011").await;
        keeper.get("/freshness").await.expect(200).shows("超期 1 个").shows("已超 3 个工作日");
        keeper.get("/").await.expect(200).shows("栏目“社会救助”还没有公开过信息（每周更新）").hides("不急的栏目");
        let mut other = app.editor("QH010").await;
        other.get("/").await.expect(200).hides("社会救助");
        other.get("/freshness").await.expect(200).hides("社会救助").shows("没有由本机关维护的栏目");
        let mut clerk = app.clerk().await;
        clerk.get("/freshness?late=1").await.expect(200).shows("社会救助").hides("不急的栏目");
        clerk.get("/freshness?sort=name").await.expect(200).shows("不急的栏目");
        // Whoever reads the portal is told nothing of it.
        app.visitor().get("/columns/relief").await.expect(200).hides("每周更新").hides("超期");
    }
}
