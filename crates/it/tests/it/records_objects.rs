//! Objects of the walk over records.

use review::Gate;
use testkit::TestApp;

use crate::{
    matrix::{OWN, Object},
    records_office as office,
};

/// Batches of the organ in every state with a row each, a record that is public and one that was taken away, a doubtful row, sheets
/// that were told and refused.
pub(crate) async fn records(app: &TestApp) -> Vec<Object> {
    let object = |state, under, places: &[(&'static str, String)], version: i64| {
        let own =
            [("version", version.to_string()), ("organ", OWN.to_owned()), ("decided_on", "2026-02-01".to_owned())];
        let words = [("reason", "试试"), ("note", "试试"), ("words", "试试"), ("why", "wrong"), ("act", "save")];
        let words = words.map(|(name, value)| (name, value.to_owned()));
        Object {
            state,
            under,
            places: places.iter().cloned().collect(),
            fields: own.into_iter().chain(words).collect(),
        }
    };
    let of_batch: &'static [&'static str] = &["/records/batches/{batch}"];
    let of_record: &'static [&'static str] = &["/records/{item}"];
    let version = async |page: &str| -> i64 {
        let sql = "SELECT version FROM record_batch WHERE id = $1";
        let found = store::query_scalar(sql).bind(office::id_of(page)).fetch_one(app.ctx().db().read());
        found.await.expect("the batch")
    };
    let mut objects = Vec::new();
    for (state, number) in [("draft", "1"), ("in_review", "2"), ("returned", "3"), ("public", "4")] {
        let page = office::entered(app, &format!("青财许〔2025〕{number}号")).await;
        if state != "draft" {
            office::submitted(app, &page).await;
        }
        if state == "returned" {
            let mut reviewer = app.reviewer(Gate::SECRECY).await;
            let now = version(&page).await.to_string();
            reviewer
                .post(&format!("{page}/return"), &[("version", now.as_str()), ("reason", "请改")])
                .await
                .expect(303);
        }
        if state == "public" {
            office::passed(app, &page).await;
        }
        // What is found in it is known, so that nobody who may not looks it through.
        app.clerk().await.get(&page).await.expect(200);
        let places = [("batch", office::id_of(&page).to_owned()), ("row", office::row_of(app, &page).await)];
        objects.push(object(state, of_batch, &places, version(&page).await));
    }
    for (state, number) in [("record", "5"), ("withdrawn", "6")] {
        let page = office::published(app, &format!("青财许〔2025〕{number}号")).await;
        if state == "withdrawn" {
            let form = [("version", "1"), ("why", "wrong"), ("words", "登记有误")];
            app.clerk().await.post(&format!("{page}/withdraw"), &form).await.expect(303);
        }
        let places = [("item", "permit".to_owned()), ("record", office::id_of(&page).to_owned())];
        objects.push(object(state, of_record, &places, 1));
    }
    let told = office::brought(app, &[&[], &[("valid_to", "改天")]], &[("what", "new")]).await;
    objects.push(object("told", &["/records/imports/{import}"], &[("import", office::id_of(&told).to_owned())], 2));
    let backfill = [("what", "backfill"), ("source", "旧档案"), ("confidence", "50")];
    let page = office::brought(app, &[&[]], &backfill).await;
    let mut editor = app.editor(OWN).await;
    let now = editor.get(&page).await.expect(200).field("version");
    editor.post(&page, &[("version", now.as_str()), ("act", "all")]).await.expect(303);
    app.work().await;
    let row: String = store::query_scalar("SELECT id FROM record_doubt")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a doubtful row");
    objects.push(object("doubtful", &["/records/doubts/{row}"], &[("row", row)], 0));
    objects
}
