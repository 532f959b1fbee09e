//! Stories of records whose item changes its columns: until all of them are laid anew, nothing is answered out of a slot in which
//! another column's values may lie; what was stopped on the way is taken up at night.

use std::sync::Arc;

use item::{Column, Filter, Item, Privacy, Type};
use kernel::Role;
use record::{
    Query,
    items::{self, acts},
    query::Asked,
};
use store::{query, query_as};
use testkit::{TestApp, both};

use crate::records::{entered, permit, person, published};

const NUMBER: &str = "青财许〔2026〕61号";

/// The item with one more column before all others, so that theirs move.
fn moved(item: &Item) -> Item {
    let first = Column {
        key: "volume".into(),
        label: "档案卷号".into(),
        aliases: Vec::new(),
        code: String::new(),
        letter: String::new(),
        group: Vec::new(),
        typed: Type::Text { max: 60 },
        required: false,
        hint: String::new(),
        privacy: Privacy::default(),
        names: None,
        filter: Filter::Exact,
        listed: false,
    };
    let mut changed = item.clone();
    changed.columns.insert(0, first);
    changed
}

/// Has another version of an item issued, by two of the office; the records are still as they were.
async fn issued(app: &TestApp, change: &Item) {
    let ctx = app.ctx();
    let (one, other) =
        (person("office-1", "QH001", &[Role::CountyOffice]), person("office-2", "QH001", &[Role::CountyOffice]));
    let put = acts::Put { item: change, sort: items::Sort::Form, note: "增加卷号", from_on: None, seen: None };
    let mut tx = ctx.db().write().await.expect("a write");
    let id = acts::put(ctx, &mut tx, &one, put).await.expect("written");
    tx.commit().await.expect("commit");
    let drafted = items::version(ctx, &id).await.expect("database").expect("the draft");
    let mut tx = ctx.db().write().await.expect("a write");
    acts::offer(ctx, &mut tx, &one, (&id, drafted.revision)).await.expect("offered");
    tx.commit().await.expect("commit");
    let offered = items::version(ctx, &id).await.expect("database").expect("the draft");
    let mut tx = ctx.db().write().await.expect("a write");
    acts::issue(ctx, &mut tx, &other, (&id, offered.revision)).await.expect("issued");
    tx.commit().await.expect("commit");
}

/// The question for the record of these stories, by its number.
async fn by_number(app: &TestApp) -> Query {
    let mut query = Query::new(permit(app).await);
    query.asked.insert("document_number".to_owned(), Asked::Is(NUMBER.to_owned()));
    query
}

/// Does what is done every night with versions of items whose day has come.
async fn night(app: &TestApp) {
    const KEY: &str = "items.turn";
    let all = app.ctx().capabilities().schedule(app.ctx());
    let entry = all.entries().find(|entry| entry.key() == KEY).cloned().expect("the entry");
    let schedule = store::Schedule::default().with(entry);
    schedule.run_due(app.ctx().db()).await.expect("entered");
    let mut tx = app.ctx().db().write().await.expect("a write");
    assert!(store::schedule::hasten(&mut tx, KEY).await.expect("database"));
    tx.commit().await.expect("commit");
    assert_eq!(schedule.run_due(app.ctx().db()).await.expect("run"), [KEY]);
}

async fn relays(app: &TestApp) -> i64 {
    store::query_scalar("SELECT COUNT(*) FROM job WHERE kind = 'record.relay'")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("jobs")
}

both! {
    async fn while_records_are_laid_anew_no_other_columns_slot_answers(app) {
        published(app, &entered(app, NUMBER).await).await;
        let mut reader = app.visitor();
        let db = app.ctx().db();
        assert!(by_number(app).await.unsettled(db, "newest").await.expect("database").is_empty());
        let item = permit(app).await;
        let change = moved(&item);
        issued(app, &change).await;
        // The number lies where the volume is asked for now: neither is answered, and everything else is.
        let asked = by_number(app).await;
        assert_eq!(asked.item.version, 2);
        assert_eq!(asked.unsettled(db, "newest").await.expect("database").len(), 1);
        assert!(asked.page(db, "newest", None, 10).await.is_err(), "not a false nothing");
        assert!(asked.count(db).await.is_err());
        assert!(asked.export(db, "newest").await.is_err());
        let mut volume = Query::new(Arc::clone(&asked.item));
        volume.asked.insert("volume".to_owned(), Asked::Is(NUMBER.to_owned()));
        assert!(volume.page(db, "newest", None, 10).await.is_err(), "nor another column's hit");
        let whole = Query::new(Arc::clone(&asked.item));
        assert_eq!(whole.page(db, "newest", None, 10).await.expect("a page").rows.len(), 1);
        reader.get("/records/permit").await.expect(200);
        for path in [
            "/records/permit?document_number=1",
            "/records/permit.csv?document_number=1",
            "/records/permit?q=%E8%B4%A2%E6%94%BF%E5%B1%80",
            "/api/v1/records/permit?document_number=1",
        ] {
            reader.get(path).await.expect(503).shows("正在重建查询");
        }
        app.work().await;
        assert_eq!(by_number(app).await.count(db).await.expect("a count").rows, 1);
        assert_eq!(volume.count(db).await.expect("a count").rows, 0);
        reader.get("/records/permit?q=%E8%B4%A2%E6%94%BF%E5%B1%80").await.expect(200);
        assert_eq!(identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad, None);
    }

    async fn what_was_not_laid_anew_is_taken_up_at_night_and_once(app) {
        published(app, &entered(app, NUMBER).await).await;
        let item = permit(app).await;
        let change = moved(&item);
        issued(app, &change).await;
        let db = app.ctx().db();
        store::test::tamper(db, query("DELETE FROM job WHERE kind = 'record.relay'")).await.expect("stopped");
        assert!(by_number(app).await.count(db).await.is_err());
        night(app).await;
        assert_eq!(relays(app).await, 1);
        app.work().await;
        assert_eq!(by_number(app).await.count(db).await.expect("a count").rows, 1);
        let laid: Vec<(String, i64)> =
            query_as("SELECT item, version FROM record_laid").fetch_all(db.read()).await.expect("laid");
        assert_eq!(laid, [("permit".to_owned(), 2)]);
        night(app).await;
        assert_eq!(relays(app).await, 0, "what lies as it should is left alone");
    }
}
