//! Stories of the machine of records: what somebody forges past the program is named, what cannot be asked answers nothing, what is
//! accepted can be published, what is handed in is checked whole, what is large becomes public together.

use std::{collections::BTreeMap, sync::Arc};

use item::{Item, ItemKey};
use kernel::{OrganCode, Role};
use record::{
    BatchId, Query,
    batch::{self, New, NewRow},
    counts, form, gates,
    query::Asked,
    rows, withdraw,
};
use store::{Value, built, query, query_scalar};
use testkit::{TestApp, both};

use crate::records::{ORGAN, editor, entered, filled, head, permit, person, public, published, taken_away, written};

/// What somebody writes into a public row, by column.
const FORGED: &[(&str, &str)] = &[
    ("state", "'draft'"),
    ("state", "'doubtful'"),
    ("state", "'closed'"),
    ("state", "'superseded'"),
    ("state", "'withdrawn'"),
    ("state", "'expired', data = '{}'"),
    ("item", "'penalty'"),
    ("item_version", "77"),
    ("number", "77"),
    ("organ", "'QH011'"),
    ("closed", "1"),
    ("replaces", "'nothing'"),
    ("keyed", "'forged'"),
    ("twin", "'forged'"),
    ("period", "'1999-01'"),
    ("sort_on", "'1999-01-01'"),
    ("keep_until", "'2026-01-01'"),
    ("public_on", "'2020-01-01'"),
    ("public_at", "'2020-01-01T00:00:00.000000Z'"),
    ("ended_at", "'2020-01-01T00:00:00.000000Z'"),
    ("data", "'{}'"),
    ("doubt", "'{}'"),
    ("digest", "'forged'"),
    ("t1", "'forged'"),
    ("t8", "'forged'"),
    ("n1", "5"),
    ("d1", "'1999-01-01'"),
    ("p1", "'forged'"),
];

async fn forge(app: &TestApp, sql: String, values: Vec<Value>) {
    // SQL: written in this test.
    let done = store::test::tamper(app.ctx().db(), query(built(sql.clone())).bind_all(values)).await.expect("forged");
    assert!(done > 0, "{sql}");
}

async fn whole(app: &TestApp) -> Option<String> {
    identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad
}

/// What lies in a column of the only row of a batch.
async fn lies(app: &TestApp, column: &str, batch: &BatchId) -> Value {
    // SQL: written in this test.
    let sql = format!("SELECT {column} FROM record WHERE batch = $1");
    let row = query(built(sql)).bind(batch).fetch_optional(app.ctx().db().read()).await.expect("database");
    row.expect("a row").at::<Value>(0).expect("a value")
}

/// Writes into a column what lay there; nothing has no type.
async fn laid_back(app: &TestApp, batch: &BatchId, column: &str, was: Value) {
    if was == Value::Null {
        forge(app, format!("UPDATE record SET {column} = NULL WHERE batch = $1"), vec![batch.into()]).await;
        return;
    }
    forge(app, format!("UPDATE record SET {column} = $2 WHERE batch = $1"), vec![batch.into(), was]).await;
}

async fn found(app: &TestApp, key: &str) -> Arc<Item> {
    let key = ItemKey::new(key).expect("a key");
    record::items::find(app.ctx(), &key).await.expect("items").expect("in the box")
}

fn row(item: &Item, number: u32, cells: &[(&str, &str)]) -> NewRow {
    let typed: BTreeMap<String, String> =
        cells.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    NewRow { number, ..form::read(item, &typed).expect("a form that can be read").row }
}

async fn put(app: &TestApp, item: &Arc<Item>, rows: Vec<NewRow>) -> Result<BatchId, web::Refusal> {
    put_for(app, item, ORGAN, rows).await
}

async fn put_for(app: &TestApp, item: &Arc<Item>, organ: &str, rows: Vec<NewRow>) -> Result<BatchId, web::Refusal> {
    let mut tx = written(app).await;
    let new = New::form(item, &OrganCode::from(organ));
    let id = batch::enter(app.ctx(), &mut tx, &person("editor", organ, &[Role::Editor]), new, rows).await?;
    tx.commit().await.expect("commit");
    Ok(id)
}

async fn version(app: &TestApp, id: &BatchId) -> i64 {
    batch::find(app.ctx().db().read(), id).await.expect("database").expect("the batch").version
}

both! {
    async fn whatever_is_forged_in_a_public_row_is_named(app) {
        let number = "青财许〔2026〕31号";
        let id = entered(app, number).await;
        published(app, &id).await;
        assert_eq!(whole(app).await, None);
        for (column, value) in FORGED {
            let mut before = Vec::new();
            for column in [*column, "state", "data"] {
                before.push((column, lies(app, column, &id).await));
            }
            forge(app, format!("UPDATE record SET {column} = {value} WHERE batch = $1"), vec![(&id).into()]).await;
            assert!(whole(app).await.is_some(), "{column} = {value} is not named");
            for (column, was) in before {
                laid_back(app, &id, column, was).await;
            }
            assert_eq!(whole(app).await, None, "{column} lies as it was");
        }
        for (forged, back) in [
            ("records = records + 500", "records = records - 500"),
            ("last_on = '2099-01-01'", "last_on = '2026-03-02'"),
            ("last_on = '2026-01-02'", "last_on = '2026-03-02'"),
            ("first_on = '2026-01-02'", "first_on = '2026-03-02'"),
            ("first_on = ''", "first_on = '2026-03-02'"),
            ("expired = expired + 7", "expired = expired - 7"),
            ("organ = 'QH011'", "organ = 'QH010'"),
        ] {
            forge(app, format!("UPDATE record_count SET {forged} WHERE item = 'permit'"), Vec::new()).await;
            assert!(whole(app).await.is_some(), "{forged} is not named");
            forge(app, format!("UPDATE record_count SET {back} WHERE item = 'permit'"), Vec::new()).await;
        }
        let invented = "INSERT INTO record_count (item, organ, period, records, last_on, first_on, expired) \
             VALUES ('penalty', 'QH010', '2026-01', 0, '2026-01-02', '2026-01-02', 9)";
        forge(app, invented.to_owned(), Vec::new()).await;
        assert!(whole(app).await.is_some(), "what never was there is named");
        forge(app, "DELETE FROM record_count WHERE item = 'penalty'".to_owned(), Vec::new()).await;
        assert_eq!(whole(app).await, None);
        taken_away(app, &public(app, number).await.expect("public")).await;
        assert_eq!(whole(app).await, None, "what was taken away in order is in order");
        let shown = "UPDATE record SET state = 'public', ended_at = '' WHERE batch = $1".to_owned();
        let ended = lies(app, "ended_at", &id).await;
        forge(app, shown, vec![(&id).into()]).await;
        assert!(whole(app).await.is_some(), "shown again past the program");
        let away = "UPDATE record SET state = 'withdrawn', ended_at = $2 WHERE batch = $1".to_owned();
        forge(app, away, vec![(&id).into(), ended]).await;
        assert_eq!(whole(app).await, None);
    }

    async fn what_is_counted_is_worked_out_again_after_all_that_happens_to_a_record(app) {
        let number = "青财许〔2026〕36号";
        published(app, &entered(app, number).await).await;
        let stored = public(app, number).await.expect("public");
        taken_away(app, &stored).await;
        assert_eq!(whole(app).await, None, "taken away");
        app.at(kernel::time::start_of_day(app.ctx().today().tomorrow().expect("a day")));
        for (who, back) in [("head", withdraw::Back::Asked), ("head-2", withdraw::Back::Restored)] {
            let who = person(who, ORGAN, &[Role::OrganHead]);
            let mut tx = written(app).await;
            let done = withdraw::restore(app.ctx(), &mut tx, &who, &stored.record, "撤下有误").await.expect("by two");
            assert_eq!(done, back);
            tx.commit().await.expect("commit");
        }
        assert_eq!(whole(app).await, None, "back again");
        let kept = counts::of_item(app.ctx().db().read(), &permit(app).await.key).await.expect("counts");
        let days: Vec<(&str, &str)> = kept.iter().map(|one| (one.first_on.as_str(), one.last_on.as_str())).collect();
        assert_eq!(days, [("2026-03-02", "2026-03-02")], "what comes back is nothing new");
        let until = kernel::time::parse_date(&stored.keep_until).expect("a day");
        app.at(kernel::time::start_of_day(until.tomorrow().expect("a day")));
        assert_eq!(record::retention::expire(app.ctx()).await.expect("expired"), 1);
        assert_eq!(whole(app).await, None, "expired");
    }

    async fn what_expires_is_told_in_the_log_of_each_organ(app) {
        let item = permit(app).await;
        let of = |at: u32, number: &str| {
            NewRow { number: at, ..form::read(&item, &filled(&item, number)).expect("a form").row }
        };
        let rows = vec![of(1, "青财许〔2026〕37号"), of(2, "青财许〔2026〕38号")];
        published(app, &put(app, &item, rows).await.expect("entered")).await;
        let other = put_for(app, &item, "QH011", vec![of(1, "青民许〔2026〕39号")]).await.expect("entered");
        published(app, &other).await;
        let until = public(app, "青财许〔2026〕37号").await.expect("public").keep_until;
        app.at(kernel::time::start_of_day(kernel::time::parse_date(&until).expect("a day").tomorrow().expect("a day")));
        assert_eq!(record::retention::expire(app.ctx()).await.expect("expired"), 3);
        let told: Vec<String> =
            query_scalar("SELECT organ FROM event WHERE kind = 'record_batch.expired' ORDER BY organ")
                .fetch_all(app.ctx().db().read())
                .await
                .expect("events");
        assert_eq!(told, [ORGAN, "QH011"]);
    }

    async fn what_cannot_be_asked_has_no_answer_and_one_record_is_found_by_its_key(app) {
        let number = "青财许〔2026〕32号";
        published(app, &entered(app, number).await).await;
        let item = permit(app).await;
        let mut query = Query::new(Arc::clone(&item));
        assert!(!query.can_ask("nothing"));
        query.asked.insert("nothing".to_owned(), Asked::Days(None, Some(app.ctx().today())));
        assert_eq!(query.count(app.ctx().db()).await.expect("a count").rows, 0);
        assert!(query.page(app.ctx().db(), "newest", None, 10).await.expect("a page").rows.is_empty());
        // Nobody may ask for the number any more.
        let mut blind = Item::clone(&item);
        blind.columns.iter_mut().for_each(|column| column.filter = item::Filter::None);
        let blind = Arc::new(blind);
        let organ = OrganCode::from(ORGAN);
        let named = rows::named(app.ctx().db(), &blind, Some(&organ), "青财许[2026]32号").await.expect("database");
        assert_eq!(named.len(), 1);
        let other = rows::named(app.ctx().db(), &blind, None, "青财许〔2026〕9999号").await.expect("database");
        assert!(other.is_empty(), "another number is not the first record of the table");
    }

    async fn what_is_accepted_can_be_published_and_what_cannot_is_told_at_once(app) {
        let water = found(app, "water").await;
        let same = [("name", "城关镇水厂"), ("period", "2026-Q1")];
        let id = put(app, &water, vec![row(&water, 1, &same), row(&water, 2, &same)]).await.expect("a warning is no refusal");
        published(app, &id).await;
        let both = counts::public(app.ctx().db().read(), &water.key, None, "").await.expect("counts");
        assert_eq!(both, 2, "both are public");
        assert_eq!(whole(app).await, None);
        // Where a name is one record's, an empty part is a part of it.
        let money = found(app, "three-public").await;
        let cells = [("year", "2025"), ("organ", "青禾县财政局"), ("total", "0")];
        let twice = put(app, &money, vec![row(&money, 1, &cells), row(&money, 2, &cells)]).await;
        assert!(twice.expect_err("told").words().contains("重复"));
        let once = put(app, &money, vec![row(&money, 1, &cells)]).await.expect("one");
        published(app, &once).await;
        assert!(put(app, &money, vec![row(&money, 1, &cells)]).await.is_err(), "nor in a second batch");
    }

    async fn a_large_batch_becomes_public_together_and_is_whole(app) {
        const ROWS: u32 = 5_001;
        let water = found(app, "water").await;
        let one = |at: u32| row(&water, at, &[("name", &format!("第{at}水厂")), ("period", "2026-Q1")]);
        let id = put(app, &water, (1..=ROWS).map(one).collect()).await.expect("entered");
        published(app, &id).await;
        let all = counts::public(app.ctx().db().read(), &water.key, None, "").await.expect("counts");
        assert_eq!(all, i64::from(ROWS));
        assert_eq!(whole(app).await, None);
        let hide = "UPDATE record SET state = 'draft' WHERE batch = $1 AND number = 4000".to_owned();
        forge(app, hide, vec![(&id).into()]).await;
        assert!(whole(app).await.is_some(), "one of many that is hidden is named");
        let back = "UPDATE record SET state = 'public' WHERE batch = $1 AND number = 4000".to_owned();
        forge(app, back, vec![(&id).into()]).await;
    }

    async fn a_batch_is_checked_whole_when_it_is_handed_in(app) {
        let item = permit(app).await;
        let id = entered(app, "青财许〔2026〕33号").await;
        let again = form::read(&item, &filled(&item, "青财许〔2026〕33号")).expect("a form").row;
        let seen = version(app, &id).await;
        let mut tx = written(app).await;
        // Row by row nothing is wrong with it.
        batch::put_row(app.ctx(), &mut tx, &editor(), (&id, seen), (None, again)).await.expect("put");
        tx.commit().await.expect("commit");
        gates::look_through(app.ctx(), &id).await.expect("looked through");
        let now = version(app, &id).await;
        let mut tx = written(app).await;
        let refused = gates::submit(app.ctx(), &mut tx, &editor(), (&id, now)).await.expect_err("refused");
        assert!(refused.words().contains("第 1 行"), "{}", refused.words());
    }

    async fn what_was_taken_away_comes_back_by_two(app) {
        let number = "青财许〔2026〕34号";
        published(app, &entered(app, number).await).await;
        let stored = public(app, number).await.expect("public");
        taken_away(app, &stored).await;
        let mut tx = written(app).await;
        let first = withdraw::restore(app.ctx(), &mut tx, &head(), &stored.record, "撤下有误").await.expect("asked");
        assert_eq!(first, withdraw::Back::Asked);
        assert!(withdraw::restore(app.ctx(), &mut tx, &head(), &stored.record, "再点一次").await.is_err());
        tx.commit().await.expect("commit");
        assert!(public(app, number).await.is_none(), "nobody alone makes something public");
    }

    async fn a_record_of_a_batch_that_is_not_whole_yet_is_neither_taken_away_nor_corrected(app) {
        let number = "青财许〔2026〕35号";
        let id = entered(app, number).await;
        published(app, &id).await;
        let stored = public(app, number).await.expect("public");
        let to = |state: &str| format!("UPDATE record_batch SET state = '{state}' WHERE id = $1");
        forge(app, to("publishing"), vec![(&id).into()]).await;
        let one = withdraw::Withdrawal {
            record: stored.record.clone(),
            version: 1,
            reason: record::Reason::Wrong,
            words: "登记有误".to_owned(),
            decided_on: None,
        };
        let mut tx = written(app).await;
        assert!(withdraw::withdraw(app.ctx(), &mut tx, &head(), one).await.is_err(), "nobody has seen it");
        drop(tx);
        forge(app, to("public"), vec![(&id).into()]).await;
        let records: i64 = query_scalar("SELECT records FROM record_count WHERE item = 'permit'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a number");
        assert_eq!(records, 1);
    }
}
