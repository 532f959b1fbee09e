//! Stories of an organ's old register: faults at their cells, all or nothing, nothing twice, and what the yearly report counts.

use annual_report::counts::{Counts, Request};
use testkit::{Client, TestApp, both};

const NAME: &str = "金丝雀申请人八五二";
const HEAD: &str = "登记号,收到日期,申请人类别,申请人,联系电话,申请公开的信息,处理结果,不予公开的情形,答复日期\n";

fn table(rows: &[&str]) -> Vec<u8> {
    format!("\u{feff}{HEAD}{}", rows.join("\n")).into_bytes()
}

/// Uploads a register of the county office; the page on which it is checked.
async fn uploaded(desk: &mut Client, rows: &[&str]) -> String {
    let bytes = table(rows);
    desk.upload("/foi/import", &[("organ", "QH001")], &[("file", "旧登记簿.csv", &bytes)]).await.expect(303).location()
}

async fn act(desk: &mut Client, page: &str, what: &str, cells: &[(&str, &str)]) -> testkit::Reply {
    let once = desk.get(page).await.expect(200).field("once");
    let mut fields = vec![("once", once.as_str()), ("act", what)];
    fields.extend(cells);
    desk.post(page, &fields).await
}

async fn cases(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) FROM case_entry WHERE channel = 'import'";
    store::query_scalar(sql).fetch_one(app.ctx().db().read()).await.expect("a count")
}

fn finished(number: &str) -> String {
    format!("{number},2024-12-20,自然人,{NAME},13800008520,道路养护费用,不予公开,过程性信息,2025-01-10")
}

both! {
    async fn an_old_register_comes_in_once_and_counts_in_its_year(app) {
        let mut desk = app.editor("QH001").await;
        desk.get("/foi/import/template.xlsx").await.expect(200);
        desk.get("/foi/import").await.expect(200).shows("申请公开的信息").shows("信息不存在");
        desk.upload("/foi/import", &[("organ", "QH001")], &[("file", "x.csv", b"a,b\n1,2\n")]).await.expect(422).shows("请照模板填写表头");
        let (first, same) = (finished("2024-7"), finished("2024 - 7"));
        let wrong = "2024-8,去年,路人,,,水价成本,予以公开,,";
        let open = "2026-1,2026-02-27,商业企业,某某公司,,验收报告,,,";
        let page = uploaded(&mut desk, &[first.as_str(), wrong, open, same.as_str()]).await;
        let shown = desk.get(&page).await.expect(200).shows("需要更正 2").shows("第 3 行").shows("没有“路人”这种申请人类别");
        shown.shows("请填写答复日期").shows("与第 2 行的登记号相同").hides(NAME);
        // Nobody else sees it, and nothing is taken over while something is wrong.
        app.person("other-editor", "QH001", &[kernel::Role::Editor]).await.get(&page).await.expect(404);
        act(&mut desk, &page, "all", &[]).await.expect(303);
        app.work().await;
        assert_eq!(cases(app).await, 0);
        let mended = [("c3-1", "2024-12-30"), ("c3-2", "其他"), ("c3-11", "2025-01-15"), ("c5-0", "2024-9")];
        act(&mut desk, &page, "check", &mended).await.expect(303);
        desk.get(&page).await.expect(200).shows("可以导入 4");
        act(&mut desk, &page, "all", &[]).await.expect(303);
        desk.post(&page, &[("act", "all")]).await.expect(409).shows("已经在导入");
        app.work().await;
        desk.get(&page).await.expect(200).shows("已导入 4 件");
        assert_eq!(cases(app).await, 4);
        // Letters that were sent then name it by the number of then.
        desk.get("/cases?phase=all&q=2024%20-%207").await.expect(200).shows("道路养护费用");
        desk.get("/cases?phase=all&q=2024-77").await.expect(200).hides("道路养护费用");
        // The finished ones count in the year of their answers, and were carried over; the open one has its day.
        let register = app.ctx().one::<std::sync::Arc<dyn Counts<web::Ctx>>>();
        let year = register.requests(app.ctx(), 2025, "QH001").await.expect("figures");
        let row = |applicant: usize, outcome: &str| Request { applicant, carried_in: true, outcome: Some(outcome.to_owned()) };
        let expected = [row(0, "3.3.6"), row(0, "3.3.6"), row(5, "3.1")];
        assert_eq!(year.requests.len(), 3, "{:?}", year.requests);
        for one in expected {
            assert!(year.requests.contains(&one), "{one:?} in {:?}", year.requests);
        }
        let due: String = store::query_scalar("SELECT due_on FROM case_entry WHERE state = 'examining'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a day");
        assert!(!due.is_empty(), "what is open has a last day");
        // Again it is there already, and the upload is gone.
        let again = uploaded(&mut desk, &[first.as_str()]).await;
        desk.get(&again).await.expect(200).shows("已导入过 1").shows("没有要导入的内容");
        act(&mut desk, &again, "discard", &[]).await.expect(303);
        let kept: i64 = store::query_scalar("SELECT COUNT(*) FROM foi_import WHERE sealed <> ''")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a count");
        assert_eq!(kept, 0);
    }

    async fn the_right_rows_alone_come_in_when_they_are_chosen(app) {
        let mut desk = app.editor("QH001").await;
        let first = finished("2024-7");
        let page = uploaded(&mut desk, &[first.as_str(), "2024-8,2024-12-30,路人,,,水价成本,,,"]).await;
        act(&mut desk, &page, "good", &[]).await.expect(303);
        app.work().await;
        desk.get(&page).await.expect(200).shows("已导入 1 件").shows("需要更正 1");
        assert_eq!(cases(app).await, 1);
        let id: String = store::query_scalar("SELECT id FROM case_entry").fetch_one(app.ctx().db().read()).await.expect("a case");
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("已答复").shows("原登记簿导入，登记号：2024-7").hides(NAME);
        // The register goes out for inspection without persons, and nobody's name lies open anywhere.
        let sheet = desk.get("/cases/export.xlsx?phase=all").await.expect(200);
        let (wanted, limits) = (documents::tables::Wanted::default(), documents::Limits::default());
        let sheet = documents_read::read_table(&sheet.bytes, "a.xlsx", &wanted, &limits).expect("a table");
        assert_eq!(sheet.rows.len(), 1, "the register is there");
        for cell in sheet.rows.iter().flat_map(|row| &row.cells) {
            assert!(!cell.contains(NAME) && !cell.contains("道路养护费用"), "{cell}");
        }
        let mut snapshot = app.ctx().db().snapshot().await.expect("a moment");
        for table in snapshot.tables().await.expect("tables") {
            use futures::StreamExt;
            let mut rows = snapshot.rows(&table).expect("a table");
            while let Some(row) = rows.next().await {
                for (column, value) in row.expect("a row") {
                    let store::Value::Text(text) = value else { continue };
                    assert!(!text.contains(NAME) && !text.contains("13800008520"), "{table}.{column}");
                }
            }
        }
        snapshot.end().await.expect("read");
    }

    async fn a_register_is_brought_in_by_its_own_organ(app) {
        let mut other = app.editor("QH011").await;
        let bytes = table(&[finished("2024-7").as_str()]);
        let sent = other.upload("/foi/import", &[("organ", "QH001")], &[("file", "x.csv", &bytes)]).await;
        sent.expect(422).shows("请选择这是哪个机关的登记簿");
        other.get("/foi/import/nothing").await.expect(404);
    }
}
