//! Stories of readers of records: they find, ask, page, take away; what is not public is on no surface; what was taken away
//! says so.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use item::{Item, ItemKey};
use jiff::SignedDuration;
use kernel::OrganCode;
use record::{
    BatchId,
    batch::{self, New},
    correct, form,
};
use testkit::{Client, TestApp, both};
use web::page::escape_query;

use crate::records::{HIDDEN, ORGAN, editor, entered, filled, permit, public, published, taken_away, written};

/// Every address of the portal that tells of a permit.
fn surfaces(record: &str) -> Vec<String> {
    let fixed = [
        "/records",
        "/records/permit",
        "/records/permit.csv",
        "/records/permit.json",
        "/records/permit.xlsx",
        "/records/permit/feed.atom",
        "/api/v1/records",
        "/api/v1/records/permit",
        "/data",
        "/data.jsonld",
        "/is-it-public?q=%E8%A1%8C%E6%94%BF%E8%AE%B8%E5%8F%AF",
        "/sitemap.xml",
    ];
    let own = [format!("/records/permit/{record}"), format!("/api/v1/records/permit/{record}")];
    fixed.map(str::to_owned).into_iter().chain(own).collect()
}

/// Enters permits by hand, a row for each number, with what is changed in it.
async fn entered_all(app: &TestApp, item: &Arc<Item>, numbers: &[String], changes: &[(&str, &str)]) -> BatchId {
    let mut all = Vec::new();
    for (at, number) in (1..).zip(numbers) {
        let mut typed = filled(item, number);
        typed.extend(changes.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())));
        let mut row = form::read(item, &typed).expect("a form that can be read").row;
        row.number = at;
        all.push(row);
    }
    let mut tx = written(app).await;
    let new = New::form(item, &OrganCode::from(ORGAN));
    let id = batch::enter(app.ctx(), &mut tx, &editor(), new, all).await.expect("entered");
    tx.commit().await.expect("commit");
    id
}

/// Numbers in a list of the page, and where the next page is.
fn numbers(page: &str) -> (BTreeSet<String>, Option<String>) {
    let found = page.split("青财许〔2026〕").skip(1).filter_map(|rest| rest.split('号').next());
    let found = found.filter(|number| number.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned).collect();
    let next = page.split("\" rel=\"next\"").next().filter(|before| before.len() < page.len());
    let next = next.and_then(|before| before.rsplit("href=\"").next()).map(|href| href.replace("&#38;", "&"));
    (found, next)
}

async fn count(reader: &mut Client, query: &str) -> i64 {
    let answer = reader.get(&format!("/api/v1/records/permit?{query}")).await.expect(200).json();
    answer["total"].as_i64().expect("a total")
}

both! {
    async fn before_anything_is_public_the_tables_say_so(app) {
        let mut reader = app.visitor();
        reader.get("/records").await.expect(200).shows("领域数据");
        reader.get("/records/permit").await.expect(200).shows("这张表还没有数据");
        entered(app, "青财许〔2026〕1号").await;
        reader.get("/records/permit").await.expect(200).shows("这张表还没有数据").hides("青财许");
        reader.get("/records/permit.csv").await.expect(200).shows("行政许可决定文书号").hides("青财许");
        reader.get("/records/permit/nothing").await.expect(404);
        reader.get("/records/no-such-table").await.expect(404);
        reader.get("/records/permit.exe").await.expect(404);
        let moved = reader.get("/records/Permit.csv").await.expect(308);
        assert_eq!(moved.location(), "/records/permit.csv");
        reader.get("/data.jsonld").await.expect(200).shows("dcat:Catalog").hides("/records/permit");
        let answer = reader.get(&format!("/is-it-public?q={}", escape_query("行政许可信息"))).await.expect(200);
        answer.shows("行政许可信息").shows("7个工作日").shows("/foi/apply?about=").shows("/mistakes?page=");
    }

    async fn what_is_public_is_everywhere_and_what_is_not_is_nowhere(app) {
        let number = "青财许〔2026〕7号";
        published(app, &entered(app, number).await).await;
        let stored = public(app, number).await.expect("public");
        let mut reader = app.visitor();
        for address in surfaces(stored.record.as_str()) {
            reader.get(&address).await.expect(200).hides(HIDDEN).hides("person_id\":\"1");
        }
        for address in ["/records/permit", "/records/permit.csv", "/records/permit.json", "/records/permit/feed.atom"] {
            reader.get(address).await.expect(200).shows(number);
        }
        let page = reader.get(&format!("/records/permit/{}", stored.record)).await.expect(200);
        page.shows(number).shows("许可内容").hides("自然人证件号码").hides("更正记录");
        let one = reader.get(&format!("/api/v1/records/permit/{}", stored.record)).await.expect(200).json();
        assert_eq!(one["values"]["document_number"], number);
        assert!(one["values"].get("person_id").is_none() && one["values"].get("person_id_kind").is_none());
        let tables = reader.get("/api/v1/records").await.expect(200).json();
        let permits = tables["items"].as_array().expect("tables").iter().find(|one| one["key"] == "permit").cloned();
        let permits = permits.expect("the table");
        assert_eq!(permits["records"], 1);
        let columns = permits["columns"].as_array().expect("columns");
        assert!(columns.iter().all(|column| column["key"] != "person_id"), "nor is it told that there is one");
        reader.get("/data.jsonld").await.expect(200).shows("/records/permit.csv");
        reader.get("/records/permit/feed.atom").await.expect(200).shows("<entry>");
        // Under another table it is not.
        reader.get(&format!("/records/penalty/{}", stored.record)).await.expect(404);
    }

    async fn a_table_stands_in_the_search_once_whichever_batch_was_drafted_first(app) {
        let (first, second) = (entered(app, "青财许〔2026〕61号").await, entered(app, "青财许〔2026〕62号").await);
        let all = app.ctx().capabilities().search();
        let source = all.iter().find(|one| one.subject_kind() == record::events::BATCH).expect("tables in the search");
        for batch in [&second, &first] {
            published(app, batch).await;
            app.at(app.ctx().seams().now() + SignedDuration::from_mins(1));
            assert_eq!(source.ids(app.ctx(), "", 10).await.expect("ids"), [second.to_string()]);
        }
        assert_eq!(source.entries(app.ctx(), second.as_str()).await.expect("entries").len(), 1);
        assert!(source.entries(app.ctx(), first.as_str()).await.expect("entries").is_empty(), "nor does it stand twice");
    }

    async fn a_number_leads_to_its_record(app) {
        let number = "青财许〔2026〕8号";
        published(app, &entered(app, number).await).await;
        let stored = public(app, number).await.expect("public");
        let href = format!("/records/permit/{}", stored.record);
        let mut reader = app.visitor();
        for typed in [number, "青财许（2026）8号", "青财许[2026] 8 号"] {
            reader.get(&format!("/search?q={}", escape_query(typed))).await.expect(200).shows("在领域数据里").shows(&href);
            reader.get(&format!("/is-it-public?q={}", escape_query(typed))).await.expect(200).shows(&href);
        }
        let other = escape_query("青财许〔2026〕9号");
        reader.get(&format!("/search?q={other}")).await.expect(200).hides("在领域数据里");
        reader.get(&format!("/is-it-public?q={other}")).await.expect(200).hides("在领域数据里");
    }

    async fn what_is_asked_for_is_read_with_its_year(app) {
        published(app, &entered(app, "青财许〔2026〕8号").await).await;
        let mut reader = app.visitor();
        let asked = |question: &str| format!("/is-it-public?q={}", escape_query(question));
        reader.get(&asked("行政许可信息")).await.expect(200).shows("下面的表里有");
        reader.get(&asked("2019年的行政许可信息")).await.expect(200).shows("行政许可信息").hides("下面的表里有");
        reader.get(&asked("金丝雀镇行政许可信息")).await.expect(200).shows("没有按它找");
    }

    async fn readers_ask_by_number_range_and_words(app) {
        let numbers: Vec<String> = (1..=3).map(|at| format!("青财许〔2026〕{at}号")).collect();
        let item = permit(app).await;
        let id = entered_all(app, &item, &numbers, &[("content", "准予举办赛龙舟活动")]).await;
        published(app, &id).await;
        let mut reader = app.visitor();
        assert_eq!(count(&mut reader, "").await, 3);
        assert_eq!(count(&mut reader, &format!("document_number={}", escape_query("青财许[2026] 2 号"))).await, 1);
        assert_eq!(count(&mut reader, &format!("q={}", escape_query("龙舟"))).await, 3);
        assert_eq!(count(&mut reader, &format!("q={}", escape_query("龙舟 2026"))).await, 3);
        assert_eq!(count(&mut reader, &format!("q={}", escape_query("划船"))).await, 0);
        assert_eq!(count(&mut reader, "decided_on.from=2026-02-01&decided_on.to=2026-02-28").await, 3);
        assert_eq!(count(&mut reader, "decided_on.from=2026-02-11").await, 0);
        assert_eq!(count(&mut reader, "organ=QH011").await, 0);
        let page = reader.get("/records/permit?decided_on.from=2026-02-01").await.expect(200);
        page.shows("许可决定日期：2026-02-01 起").shows("取消条件").shows("noindex");
        let none = reader.get("/records/permit?decided_on.from=2027-01-01").await.expect(200);
        none.shows("没有符合条件的记录").shows("看全部 3 条").shows("/foi/apply?about=");
        let wrong = reader.get(&format!("/records/permit?decided_on.from={}", escape_query("去年"))).await.expect(200);
        wrong.shows("日期读不懂").shows("aria-invalid").shows("共 3 条");
        reader.get("/records/permit.csv?decided_on.from=x").await.expect(400);
        let refused = reader.get("/api/v1/records/permit?decided_on.from=x").await.expect(400).json();
        assert_eq!(refused["parameter"], "decided_on.from");
        for name in ["person_id", "no_column", "content.sort"] {
            let refused = reader.get(&format!("/api/v1/records/permit?{name}=1")).await.expect(400).json();
            assert_eq!(refused["parameter"], name);
        }
        let sorted = reader.get("/api/v1/records/permit?decided_on.sort=asc&limit=1").await.expect(200).json();
        assert!(sorted["next"].as_str().is_some_and(|next| next.contains("decided_on.sort=asc")), "{sorted}");
    }

    async fn a_list_is_walked_to_its_end_and_files_are_whole(app) {
        let all: Vec<String> = (1..=70).map(|at| format!("青财许〔2026〕{at}号")).collect();
        let item = permit(app).await;
        published(app, &entered_all(app, &item, &all, &[]).await).await;
        let mut reader = app.visitor();
        let (mut seen, mut next, mut pages) = (BTreeSet::new(), Some("?".to_owned()), 0);
        while let Some(query) = next {
            let page = reader.get(&format!("/records/permit{query}")).await.expect(200).text();
            let (found, following) = numbers(&page);
            assert!(!found.is_empty() && found.is_disjoint(&seen), "page {pages}: {found:?}");
            seen.extend(found);
            next = following;
            pages += 1;
        }
        assert_eq!((seen.len(), pages), (70, 3));
        let csv = reader.get("/records/permit.csv").await.expect(200);
        assert!(csv.bytes.starts_with("\u{feff}".as_bytes()), "Excel reads it as UTF-8");
        assert_eq!(csv.text().lines().count(), 71);
        let json = reader.get("/records/permit.json").await.expect(200).json();
        assert_eq!(json["count"], 70);
        assert_eq!(json["records"].as_array().map(Vec::len), Some(70));
        let book = reader.get("/records/permit.xlsx").await.expect(200);
        assert!(book.bytes.starts_with(b"PK"));
        reader.get("/records/permit?after=broken").await.expect(400);
        let refused = reader.get("/api/v1/records/permit?after=broken").await.expect(400).json();
        assert_eq!(refused["parameter"], "after");
    }

    async fn a_spreadsheet_takes_nothing_for_a_formula(app) {
        let number = ["青财许〔2026〕8号".to_owned()];
        let item = permit(app).await;
        let changes = [("content", "=1+2"), ("certificate_name", "@SUM(A1)"), ("note", "+86")];
        published(app, &entered_all(app, &item, &number, &changes).await).await;
        let mut reader = app.visitor();
        let csv = reader.get("/records/permit.csv").await.expect(200);
        csv.shows("'=1+2").shows("'@SUM(A1)").shows("'+86").hides(",=1+2").hides(",@SUM");
        reader.get("/records/permit").await.expect(200).shows("=1+2");
    }

    async fn a_correction_is_told_and_what_is_taken_away_says_why(app) {
        let number = "青财许〔2026〕9号";
        published(app, &entered(app, number).await).await;
        let stored = public(app, number).await.expect("public");
        let item = permit(app).await;
        let mut typed = filled(&item, number);
        typed.insert("content".to_owned(), "准予变更代理记账机构的地址".to_owned());
        let row = form::read(&item, &typed).expect("a form").row;
        let mut tx = written(app).await;
        let corrected = correct::correct(app.ctx(), &mut tx, &editor(), (&stored.record, 1), (row, "内容登记有误")).await;
        let id = corrected.expect("begun");
        tx.commit().await.expect("commit");
        published(app, &id).await;
        let (mut reader, address) = (app.visitor(), format!("/records/permit/{}", stored.record));
        let page = reader.get(&address).await.expect(200);
        page.shows("更正记录").shows("准予开设代理记账机构").shows("准予变更代理记账机构的地址").shows("内容登记有误");
        let one = reader.get(&format!("/api/v1{address}")).await.expect(200).json();
        assert_eq!(one["history"].as_array().map(Vec::len), Some(2));
        reader.get("/records/permit/feed.atom").await.expect(200).shows("（更正）");
        let now = public(app, number).await.expect("public");
        taken_away(app, &now).await;
        let gone = reader.get(&address).await.expect(410);
        gone.shows("这条记录已不再公开").shows("原决定已依法撤销").hides("代理记账").hides(HIDDEN);
        let gone = reader.get(&format!("/api/v1{address}")).await.expect(410).json();
        assert!(gone["detail"].as_str().is_some_and(|words| words.contains("原决定已依法撤销")), "{gone}");
        for address in ["/records/permit", "/records/permit.csv", "/records/permit.json", "/api/v1/records/permit"] {
            reader.get(address).await.expect(200).hides(number).hides("代理记账");
        }
        reader.get("/records/permit/feed.atom").await.expect(200).shows("at:deleted-entry").hides("代理记账");
    }

    async fn a_map_is_drawn_on_the_countys_own_outlines_and_changes_with_them(app) {
        let key = ItemKey::new("culture-free-opening").expect("a key");
        let item = record::items::find(app.ctx(), &key).await.expect("items").expect("in the box");
        let cells = [
            ("name", "河口镇综合文化站"),
            ("kind", "02"),
            ("hours", "周二至周日 9:00—17:00"),
            ("place", "青禾县/河口镇"),
            ("point", "110.05,30.05"),
        ];
        let typed: BTreeMap<String, String> =
            cells.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
        let row = form::read(&item, &typed).expect("a form that can be read").row;
        let mut tx = written(app).await;
        let new = New::form(&item, &OrganCode::from(ORGAN));
        let id = batch::enter(app.ctx(), &mut tx, &editor(), new, vec![row]).await.expect("entered");
        tx.commit().await.expect("commit");
        published(app, &id).await;
        let mut reader = app.visitor();
        let page = reader.get("/records/culture-free-opening").await.expect(200);
        page.shows("本县还没有边界图").shows("<th scope=\"row\">河口镇综合文化站</th>").hides("class=\"dot\"");
        let ring = [[110.0, 30.0], [110.1, 30.0], [110.1, 30.1], [110.0, 30.1], [110.0, 30.0]];
        let file = serde_json::json!({
            "type": "Feature",
            "properties": { "name": "河口镇" },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        });
        let words = [("source", "青禾县自然资源局"), ("approval", "青S（2026）012号")];
        let mut clerk = app.clerk().await;
        let bytes = file.to_string().into_bytes();
        let sent = clerk.upload("/county-map", &words, &[("file", "边界.geojson", bytes.as_slice())]).await.expect(303);
        let look = sent.location();
        let id = look.split("id=").nth(1).and_then(|rest| rest.split('&').next()).expect("an id").to_owned();
        clerk.post("/county-map/show", &[("id", id.as_str())]).await.expect(303);
        let page = reader.get("/records/culture-free-opening").await.expect(200).hides("本县还没有边界图");
        page.shows("class=\"dot\"").shows("审图号：青S（2026）012号　边界数据来源：青禾县自然资源局");
        clerk.post("/county-map/remove", &[]).await.expect(303);
        reader.get("/records/culture-free-opening").await.expect(200).shows("本县还没有边界图").hides("class=\"dot\"");
    }

    async fn a_record_leads_to_the_document_that_bears_its_number(app) {
        let number = "青财许〔2026〕21号";
        crate::policy::column(app).await;
        let mut text = crate::policy::policy("关于准予开设代理记账机构的批复", "2026-02-23T02:00:00Z");
        text.values.read(&document::common::DOCUMENT_NUMBER, number);
        let text = crate::policy::put(app, text).await;
        let mut other = crate::policy::policy("另一件批复", "2026-02-23T03:00:00Z");
        other.values.read(&document::common::DOCUMENT_NUMBER, "青财许〔2026〕210号");
        crate::policy::put(app, other).await;
        published(app, &entered(app, number).await).await;
        let stored = public(app, number).await.expect("public");
        let page = app.visitor().get(&format!("/records/permit/{}", stored.record)).await.expect(200);
        page.shows("<dt>原文</dt>").shows("关于准予开设代理记账机构的批复").shows(&text).hides("另一件批复");
    }

    async fn a_record_about_a_minor_is_not_there(app) {
        let key = ItemKey::new("penalty").expect("a key");
        let item = record::items::find(app.ctx(), &key).await.expect("items").expect("in the box");
        let number = ["青财罚〔2026〕1号".to_owned()];
        let id = entered_all(app, &item, &number, &[("person_minor", "minor")]).await;
        published(app, &id).await;
        let mut reader = app.visitor();
        for address in ["/records/penalty", "/records/penalty.csv", "/records/penalty.json", "/api/v1/records/penalty"] {
            reader.get(address).await.expect(200).hides("青财罚").hides(HIDDEN);
        }
        let rows = batch::rows(&id).page::<record::rows::Stored>(app.ctx().db(), None, None, 10).await.expect("rows");
        let record = rows.rows.first().expect("the row").record.clone();
        reader.get(&format!("/records/penalty/{record}")).await.expect(404);
        reader.get(&format!("/api/v1/records/penalty/{record}")).await.expect(404);
    }
}
