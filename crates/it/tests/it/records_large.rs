//! Stories of many records at once: what cannot become public goes back as it was, portion by portion; what expires in one night
//! is erased and counted together.

use std::{collections::BTreeMap, sync::Arc};

use item::{Item, ItemKey};
use kernel::OrganCode;
use record::{
    BatchId, BatchState, Query,
    batch::{self, New, NewRow},
    counts, form,
};
use store::{query, query_scalar};
use testkit::{TestApp, both};

use crate::records::{ORGAN, editor, filled, found, passed, permit, public, published, written};

/// More than become public in one write.
const ROWS: u32 = 5_001;

async fn water(app: &TestApp) -> Arc<Item> {
    let key = ItemKey::new("water").expect("a key");
    record::items::find(app.ctx(), &key).await.expect("items").expect("in the box")
}

/// A batch that becomes public by a job.
async fn large(app: &TestApp) -> BatchId {
    let item = water(app).await;
    let row = |at: u32| {
        let cells = [("name", format!("第{at}水厂")), ("period", "2026-Q1".to_owned())];
        let typed: BTreeMap<String, String> = cells.into_iter().map(|(key, text)| (key.to_owned(), text)).collect();
        NewRow { number: at, ..form::read(&item, &typed).expect("a form that can be read").row }
    };
    let rows: Vec<NewRow> = (1..=ROWS).map(row).collect();
    let mut tx = written(app).await;
    let new = New::form(&item, &OrganCode::from(ORGAN));
    let id = batch::enter(app.ctx(), &mut tx, &editor(), new, rows).await.expect("entered");
    tx.commit().await.expect("commit");
    id
}

async fn of_state(app: &TestApp, id: &BatchId, state: &str) -> i64 {
    query_scalar("SELECT COUNT(*) FROM record WHERE batch = $1 AND state = $2")
        .bind(id)
        .bind(state)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a number")
}

both! {
    async fn a_large_batch_that_cannot_become_public_goes_back_as_it_was(app) {
        let id = large(app).await;
        passed(app, &id).await;
        assert_eq!(found(app, &id).await.state, BatchState::Publishing);
        // The job had written some portions when the program stopped; then somebody changed a row past it.
        let db = app.ctx().db();
        let some = "UPDATE record SET state = 'public', public_on = '2026-03-02', public_at = '2026-03-02T01:00:00.000000Z' \
                    WHERE batch = $1 AND number <= 4500";
        store::test::tamper(db, query(some).bind(&id)).await.expect("portions");
        let changed = "UPDATE record SET data = '{}' WHERE batch = $1 AND number = 5000";
        store::test::tamper(db, query(changed).bind(&id)).await.expect("changed");
        app.work().await;
        assert_eq!(found(app, &id).await.state, BatchState::Returned);
        assert_eq!((of_state(app, &id, "public").await, of_state(app, &id, "draft").await), (0, i64::from(ROWS)));
        let all = Query::new(water(app).await);
        assert!(all.page(db, "newest", None, 10).await.expect("a page").rows.is_empty(), "nobody has seen any");
    }

    async fn what_expires_in_one_night_is_erased_and_counted_together(app) {
        let item = permit(app).await;
        let numbers = ["青财许〔2026〕71号", "青财许〔2026〕72号", "青财许〔2026〕73号"];
        let row = |(at, number): (u32, &str)| {
            NewRow { number: at, ..form::read(&item, &filled(&item, number)).expect("a form that can be read").row }
        };
        let rows: Vec<NewRow> = (1..).zip(numbers).map(row).collect();
        let mut tx = written(app).await;
        let new = New::form(&item, &OrganCode::from(ORGAN));
        let id = batch::enter(app.ctx(), &mut tx, &editor(), new, rows).await.expect("entered");
        tx.commit().await.expect("commit");
        published(app, &id).await;
        let last = public(app, numbers[0]).await.expect("public").keep_until;
        let last = kernel::time::parse_date(&last).expect("a day");
        app.at(kernel::time::start_of_day(last.tomorrow().expect("a day")));
        assert_eq!(record::retention::expire(app.ctx()).await.expect("expired"), 3);
        let kept = counts::of_item(app.ctx().db().read(), &permit(app).await.key).await.expect("counts");
        let sum = kept.iter().fold((0, 0), |(records, expired), one| (records + one.records, expired + one.expired));
        assert_eq!(sum, (0, 3));
        assert_eq!(identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad, None);
    }
}
