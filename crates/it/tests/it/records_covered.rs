//! Stories of columns that the catalogue closes: what is there already is covered too, its history with it, and the log fits.

use item::{Filter, Item};
use kernel::Role;
use record::{
    correct, form,
    items::{self, acts},
    rows,
};
use testkit::{TestApp, both};

use crate::records::{editor, entered, filled, permit, person, public, published, stands_in_clear, written};

const BEFORE: &str = "准予开设代理记账机构";
const AFTER: &str = "准予变更代理记账机构地址";

/// Has another version of an item issued, by two of the office, and what follows done.
async fn issued(app: &TestApp, change: &Item) {
    let ctx = app.ctx();
    let (one, other) =
        (person("office-1", "QH001", &[Role::CountyOffice]), person("office-2", "QH001", &[Role::CountyOffice]));
    let put = acts::Put { item: change, sort: items::Sort::Form, note: "内容不公开", from_on: None, seen: None };
    let mut tx = written(app).await;
    let id = acts::put(ctx, &mut tx, &one, put).await.expect("written");
    tx.commit().await.expect("commit");
    let drafted = items::version(ctx, &id).await.expect("database").expect("the draft");
    let mut tx = written(app).await;
    acts::offer(ctx, &mut tx, &one, (&id, drafted.revision)).await.expect("offered");
    tx.commit().await.expect("commit");
    let offered = items::version(ctx, &id).await.expect("database").expect("the draft");
    let mut tx = written(app).await;
    acts::issue(ctx, &mut tx, &other, (&id, offered.revision)).await.expect("issued");
    tx.commit().await.expect("commit");
    app.work().await;
}

/// A permit that is public and was corrected.
async fn corrected(app: &TestApp, number: &str) -> rows::Stored {
    published(app, &entered(app, number).await).await;
    let stored = public(app, number).await.expect("public");
    let item = permit(app).await;
    let mut typed = filled(&item, number);
    typed.insert("content".to_owned(), AFTER.to_owned());
    let row = form::read(&item, &typed).expect("a form").row;
    let mut tx = written(app).await;
    let id = correct::correct(app.ctx(), &mut tx, &editor(), (&stored.record, 1), (row, "登记有误")).await;
    tx.commit().await.expect("commit");
    published(app, &id.expect("begun")).await;
    stored
}

/// The item with its content closed: not public any more, or masked.
fn closed(item: &Item, is_masked: bool) -> Item {
    let mut change = item.clone();
    for column in change.columns.iter_mut().filter(|column| column.key == "content") {
        column.privacy.never_public = !is_masked;
        column.privacy.mask = is_masked;
        column.filter = Filter::None;
        column.listed = false;
    }
    change
}

async fn is_whole(app: &TestApp) -> bool {
    identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad.is_none()
}

both! {
    async fn a_column_that_is_closed_is_closed_in_what_is_public_and_in_its_history(app) {
        let number = "青财许〔2026〕41号";
        let stored = corrected(app, number).await;
        let waiting = entered(app, "青财许〔2026〕42号").await;
        let page = format!("/records/permit/{}", stored.record);
        app.visitor().get(&page).await.expect(200).shows(BEFORE).shows(AFTER);
        issued(app, &closed(permit(app).await.as_ref(), false)).await;
        app.visitor().get(&page).await.expect(200).hides(BEFORE).hides(AFTER);
        app.visitor().get(&format!("/api/v1{page}")).await.expect(200).hides(BEFORE).hides(AFTER);
        assert!(!stands_in_clear(app, BEFORE).await && !stands_in_clear(app, AFTER).await, "nor in any table");
        let item = permit(app).await;
        let now = public(app, number).await.expect("public");
        let (values, _) = rows::whole(app.ctx(), app.ctx().db().read(), &item, &now).await.expect("opened");
        assert!(values.contains_key("content"), "the office has it");
        assert!(is_whole(app).await, "what was covered is told, and fits");
        // What waited to be handed in is covered as well.
        published(app, &waiting).await;
        let second = public(app, "青财许〔2026〕42号").await.expect("public");
        assert_eq!(second.data.get("content"), "");
    }

    async fn former_values_are_shown_under_the_masks_of_today(app) {
        let stored = corrected(app, "青财许〔2026〕43号").await;
        let page = format!("/records/permit/{}", stored.record);
        issued(app, &closed(permit(app).await.as_ref(), true)).await;
        let shown = app.visitor().get(&page).await.expect(200).hides(BEFORE).hides(AFTER);
        shown.shows("准予开*****机构").shows("准予变*******地址");
        assert!(is_whole(app).await);
    }
}
