//! Yearly reports on the work list: a version that waits for a second person, and a year of which nobody has been told.

use futures::future::{BoxFuture, ready};
use kernel::{Staff, may, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use super::{RELEASE, due_on, duties, rows, store::keeper};

const GROUP: Group = Group { key: "annual_report", label: "年报数据", place: 29 };
/// Reports on one work list.
const MOST: usize = 20;

pub(super) struct Work;

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let directory = ctx.directory();
            let untold = duties::untold(ctx, staff).await?.map(|year| DeskItem {
                kind: "布置年报任务".to_owned(),
                group: GROUP,
                title: format!("{year} 年年报任务还没有布置，各机关的待办里没有"),
                href: format!("/annual-reports?year={year}"),
                organ: directory.short_name(&staff.organ).to_owned(),
                since: None,
                due: time::parse_date(&due_on(year, "own")),
                mine: false,
            });
            if may(&staff.clone().into(), &RELEASE).is_err() {
                return Ok(untold.into_iter().collect());
            }
            let waiting = rows::waiting(ctx.db().read(), &staff.account).await?;
            let own = waiting.into_iter().filter(|one| keeper(ctx, &one.organ) == staff.organ).take(MOST);
            let item = |one: rows::Waiting| {
                let name = if one.scope == "county" { rows::COUNTY } else { directory.short_name(&one.organ) };
                DeskItem {
                    kind: "年报数据".to_owned(),
                    group: GROUP,
                    title: format!("{name} {} 年年报数据待核对公布", one.year),
                    href: format!("/annual-reports/{}", one.id),
                    organ: directory.short_name(&one.organ).to_owned(),
                    since: time::from_db(&one.changed_at).map(time::date_in_china),
                    due: time::parse_date(&due_on(one.year, &one.scope)),
                    mine: false,
                }
            };
            Ok(untold.into_iter().chain(own.map(item)).collect())
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(ready(Ok(Vec::new())))
    }
}
