//! Articles that wait for a person, on the work list of those who may send.

use futures::future::BoxFuture;
use kernel::{Staff, may, time};
use store::sql::{By, List, Page};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use crate::{
    PUSH_ARTICLES,
    articles::rows::{COLUMNS, FROM, Row},
    pages,
};

const GROUP: Group = Group { key: "push", label: "公众号推送", place: 28 };
/// Lines of one person.
const MOST: usize = 50;
/// Counted no further.
const CAP: i64 = 1_000;

/// What waits for a person.
pub(crate) struct Open;

/// Those of the organ of this person; of all for the office.
fn open(ctx: &Ctx, staff: &Staff) -> List {
    List::new(COLUMNS, FROM, "a.id")
        .sort("old", &[By::up("a.changed_at")])
        .given("a.state IN ('asked', 'refused', 'unsure')")
        .any_of("d.organ", pages::organs(ctx, staff))
}

impl DeskSource for Open {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &PUSH_ARTICLES).is_err() {
                return Ok(Vec::new());
            }
            let found: Page<Row> = open(ctx, staff).page(ctx.db(), None, None, MOST).await?;
            let directory = ctx.directory();
            let item = |row: Row| DeskItem {
                kind: format!("公众号文章：{}", row.state().label()),
                group: GROUP,
                title: row.shown_title().to_owned(),
                href: format!("/push/articles/{}", row.id),
                organ: directory.short_name(&row.organ).to_owned(),
                since: time::from_db(&row.changed_at).map(time::date_in_china),
                due: None,
                mine: false,
            };
            Ok(found.rows.into_iter().map(item).collect())
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &PUSH_ARTICLES).is_err() {
                return Ok(Vec::new());
            }
            Ok(vec![("/push", open(ctx, staff).count(ctx.db(), CAP).await?.rows)])
        })
    }
}
