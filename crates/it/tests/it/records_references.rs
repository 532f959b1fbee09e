//! Stories of what records refer to, and of names that stand by the sort of their list: what is not there is told at its cell, a
//! name that need not be known is covered on every surface.

use std::{collections::BTreeMap, sync::Arc};

use item::{Check, Item, ItemKey, Names, Rule, Severity};
use kernel::OrganCode;
use record::{
    BatchId,
    batch::{self, New, NewRow},
    form, rows,
};
use testkit::{TestApp, both};
use web::{Refusal, page::escape_query};

use crate::{
    catalogue::{edit, issued, pools, second},
    records::{ORGAN, editor, published, stands_in_clear, written},
};

async fn found(app: &TestApp, key: &str) -> Arc<Item> {
    let key = ItemKey::new(key).expect("a key");
    record::items::find(app.ctx(), &key).await.expect("items").expect("an item")
}

fn row(item: &Item, number: u32, cells: &[(&str, &str)]) -> NewRow {
    let typed: BTreeMap<String, String> =
        cells.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    NewRow { number, ..form::read(item, &typed).expect("a form that can be read").row }
}

async fn put(app: &TestApp, item: &Arc<Item>, rows: Vec<NewRow>) -> Result<BatchId, Refusal> {
    let mut tx = written(app).await;
    let new = New::form(item, &OrganCode::from(ORGAN));
    let id = batch::enter(app.ctx(), &mut tx, &editor(), new, rows).await?;
    tx.commit().await.expect("commit");
    Ok(id)
}

/// Inspections of pools, each of a pool that is public.
fn inspections() -> Item {
    let mut item = pools("pool-check", "泳池检查", true);
    item.keys = Vec::new();
    item.checks = vec![Check {
        key: "pool-known".to_owned(),
        rule: Rule::RefersTo { column: "pool".to_owned(), item: "pool".to_owned(), there: "pool".to_owned() },
        severity: Severity::Reject,
        message: "检查的泳池应当在泳池水质里".to_owned(),
    }];
    item
}

both! {
    async fn what_is_referred_to_is_public_first(app) {
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        issued(app, &mut clerk, &mut second, &[pools("pool", "泳池水质", true)]).await;
        issued(app, &mut clerk, &mut second, &[inspections()]).await;
        let (pool, check) = (found(app, "pool").await, found(app, "pool-check").await);
        let one = |name: &str| vec![row(&check, 1, &[("pool", name)])];
        let refused = put(app, &check, one("第7泳池")).await.expect_err("nothing is there").words();
        assert!(refused.contains("请先报送事项“泳池水质”的记录"), "{refused}");
        let all: Vec<NewRow> = (1..=700).map(|at| row(&pool, at, &[("pool", &format!("第{at}泳池（演示）"))])).collect();
        let batch = put(app, &pool, all).await.expect("entered");
        assert!(put(app, &check, one("第7泳池（演示）")).await.is_err(), "a draft is not public");
        published(app, &batch).await;
        put(app, &check, one("第7泳池 (演示)")).await.expect("however it is written");
        let refused = put(app, &check, one("第7泳池")).await.expect_err("another name").words();
        assert!(refused.contains("没有找到") && refused.contains("第7泳池"), "{refused}");
        // A whole sheet: more names than one query takes, one of them wrong.
        let mut sheet: Vec<NewRow> =
            (1..=700).map(|at| row(&check, at, &[("pool", &format!("第{at}泳池（演示）"))])).collect();
        put(app, &check, sheet.clone()).await.expect("all are there");
        sheet.push(row(&check, 701, &[("pool", "第701泳池（演示）")]));
        let refused = put(app, &check, sheet).await.expect_err("one is not there").words();
        assert!(refused.contains("第 701 行"), "{refused}");
    }

    async fn a_reference_is_written_in_the_office_and_told_to_readers(app) {
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        let file = |item: &Item| item::write(std::slice::from_ref(item));
        let mut lost = inspections();
        lost.checks[0].rule =
            Rule::RefersTo { column: "pool".to_owned(), item: "nowhere".to_owned(), there: "pool".to_owned() };
        let text = file(&lost);
        let files: [(&str, &str, &[u8]); 1] = [("file", "items.toml", text.as_bytes())];
        clerk.upload("/items/new", &[("note", "按新标准")], &files).await.expect(422).shows("没有“nowhere”这个事项");
        issued(app, &mut clerk, &mut second, &[pools("pool", "泳池水质", true)]).await;
        issued(app, &mut clerk, &mut second, &[inspections()]).await;
        let told = "“泳池名称”须在“泳池水质”已公开的“泳池名称”中";
        app.visitor().get("/catalogue/pools").await.expect(200).shows(told);
        clerk.get("/items/pool-check").await.expect(200).shows("泳池检查");
        clerk.get("/items/pool-check/edit").await.expect(200).shows("引用核对").shows("检查的泳池应当在泳池水质里");
        // What others refer to stays.
        let mut blind = pools("pool", "泳池水质", true);
        blind.columns[0].filter = item::Filter::None;
        let text = file(&blind);
        let fields = [("text", text.as_str()), ("note", "调整列"), ("id", ""), ("revision", "0")];
        clerk.upload("/items/pool/file", &fields, &[]).await.expect(422).shows("pool-known").shows("不能查询");
        let none = (String::new(), "0".to_owned());
        let refused = edit(&mut clerk, "pool", &none, &[("cf0", "none")]).await.expect(409);
        refused.shows("事项“泳池检查”的核对规则要用到这里的列");
        // The form changes it, and tells what is missing at its field.
        let line = [("title", "泳池检查"), ("rk0", "pool-known"), ("rc0", "pool"), ("rs0", "warn")];
        edit(&mut clerk, "pool-check", &none, &line).await.expect(422).shows("请选择在哪个事项里核对");
        let whole = [line.as_slice(), &[("ri0", "@organs"), ("rm0", "应当是机关名录里的机关")]].concat();
        edit(&mut clerk, "pool-check", &none, &whole).await.expect(303);
        clerk.get("/items/pool-check").await.expect(200).shows("“泳池名称”须在机关名录中");
    }

    async fn a_name_that_need_not_be_known_is_covered_everywhere(app) {
        let item = found(app, "coercion").await;
        assert_eq!(item.column("counterpart").and_then(|column| column.names.clone()), Some(Names::Surname));
        let cells = [
            ("authority", "青禾县自然资源局"),
            ("counterpart", "魏小岚"),
            ("person_minor", "adult"),
            ("kind", "02"),
            ("document_number", "青自然强〔2026〕1号"),
            ("conclusion", "扣押魏小岚的采砂设备一台"),
            ("decided_on", "2026-02-10"),
        ];
        let id = put(app, &item, vec![row(&item, 1, &cells)]).await.expect("entered");
        published(app, &id).await;
        let page = batch::rows(&id).page::<rows::Stored>(app.ctx().db(), None, None, 10).await.expect("rows");
        let stored = page.rows.into_iter().next().expect("a row");
        assert_eq!(stored.data.get("counterpart"), "魏某某");
        assert_eq!(stored.data.get("conclusion"), "扣押魏某某的采砂设备一台");
        assert!(!stands_in_clear(app, "魏小岚").await, "it lies sealed and nowhere else");
        let one = format!("/records/coercion/{}", stored.record);
        let mut reader = app.visitor();
        for address in [
            one.clone(),
            "/records/coercion".to_owned(),
            "/records/coercion.csv".to_owned(),
            "/records/coercion.json".to_owned(),
            "/records/coercion/feed.atom".to_owned(),
            format!("/api/v1{one}"),
            "/api/v1/records/coercion".to_owned(),
        ] {
            reader.get(&address).await.expect(200).hides("魏小岚");
        }
        reader.get(&one).await.expect(200).shows("魏某某");
        let asked = escape_query("魏小岚");
        for address in [format!("/search?q={asked}"), format!("/records/coercion?counterpart={asked}")] {
            reader.get(&address).await.expect(200).hides(&one);
        }
        let mut staff = app.editor(ORGAN).await;
        staff.get(&format!("/records/batches/{id}")).await.expect(200).hides("魏小岚");
        staff.get("/records/coercion/new").await.expect(200).shows("自然人姓名公开时只显示姓");
        let shown = staff.post(&format!("{one}/unmask"), &[("reason", "核对当事人身份")]).await.expect(200);
        shown.shows("魏小岚");
        assert_eq!(identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad, None);
    }
}
