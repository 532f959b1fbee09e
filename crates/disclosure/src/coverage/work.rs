//! The map on the work list: what is red of the own organ, what is due this week, declarations that came back; for the county
//! office declarations that wait.

use futures::future::{BoxFuture, ready};
use jiff::ToSpan;
use kernel::{Actor, Staff, may, may_for, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use super::{
    CONFIRM, DECLARE, denied,
    judge::Tone,
    load, none,
    office::{Asked, due_in, week},
};

const GROUP: Group = Group { key: "coverage", label: "公开覆盖", place: 27 };
/// Lines of one sort on one work list; the map shows the rest.
const MOST: usize = 10;
/// Days for which a declaration that another took back stands on the work list of who made it.
const TOLD_DAYS: i64 = 30;

pub(super) struct Work;

/// A line about a declaration.
fn about(ctx: &Ctx, row: &none::Row, title: &str, (group, words): (Group, &str)) -> DeskItem {
    let since = if row.decided_at.is_empty() { &row.declared_at } else { &row.decided_at };
    let heir = ctx.directory().stands_for(&row.organ, ctx.today());
    DeskItem {
        kind: "没有此类信息".to_owned(),
        group,
        title: format!("{title}：{words}"),
        href: format!("/coverage/{}/{heir}?year={}", row.item, row.from_on.get(..4).unwrap_or_default()),
        organ: ctx.directory().short_name(&row.organ).to_owned(),
        since: time::from_db(since).map(time::date_in_china),
        due: None,
        mine: false,
    }
}

async fn declarations(ctx: &Ctx, actor: &Actor) -> Result<Vec<DeskItem>> {
    let all = record::items::catalogue(ctx).await?;
    let title = |row: &none::Row| {
        let key = item::ItemKey::new(&row.item);
        key.and_then(|key| all.entry(&key)).map_or_else(|| row.item.clone(), |entry| entry.item.title.clone())
    };
    let mut found = Vec::new();
    if may(actor, &CONFIRM).is_ok() {
        let waiting = none::waiting(ctx.db().read()).await?;
        let others = waiting.iter().filter(|row| row.declared_by != actor.log_id()).take(2 * MOST);
        found.extend(others.map(|row| about(ctx, row, &title(row), (GROUP, "声明没有此类信息，待确认"))));
    }
    let since = ctx.today().checked_sub(TOLD_DAYS.days()).map(time::start_of_day).map(time::to_db).unwrap_or_default();
    let returned = none::returned(ctx.db().read(), actor.log_id(), &since).await?;
    found.extend(returned.iter().take(MOST).map(|row| {
        let words = if row.state == "ended" {
            "没有此类信息的声明已被撤销"
        } else {
            "没有此类信息的声明已退回"
        };
        about(ctx, row, &title(row), (Group::RETURNED, words))
    }));
    // What readers find beside it refutes it: the organ ends it, or the county office does.
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut rows = none::of_year(ctx.db().read(), today.year()).await?;
    rows.retain(|row| may_for(actor, &DECLARE, &directory.stands_for(&row.organ, today)).is_ok());
    let denied = denied::of_each(ctx, &rows).await?;
    let refuted = rows.iter().zip(denied).filter(|(_, denied)| denied.is_some());
    found.extend(
        refuted
            .take(MOST)
            .map(|(row, _)| about(ctx, row, &title(row), (GROUP, "声明没有此类信息，但已有公开的数据，请撤销声明"))),
    );
    Ok(found)
}

/// What the own organ owes.
async fn owed(ctx: &Ctx, staff: &Staff) -> Result<Vec<DeskItem>> {
    let today = ctx.today();
    let maps = [load::map(ctx, today.year() - 1).await?, load::map(ctx, today.year()).await?];
    let asked = Asked { organ: staff.organ.to_string(), ..Asked::default() };
    let organ = ctx.directory().short_name(&staff.organ).to_owned();
    let mut found = Vec::new();
    for map in &maps {
        let late = map.cells(|line, owing| asked.takes(line, owing)).filter(|cell| cell.why.tone() == Tone::Late);
        let (mut many, mut first) = (0, None);
        for cell in late {
            many += 1;
            first = first.into_iter().chain(cell.why.due()).min();
        }
        if many > 0 {
            found.push(DeskItem {
                kind: "公开覆盖".to_owned(),
                group: GROUP,
                title: format!("{} 年应公开未公开 {many} 项", map.year),
                href: format!("/coverage?year={}&organ={}&state=late", map.year, staff.organ),
                organ: organ.clone(),
                since: None,
                due: first,
                mine: false,
            });
        }
    }
    for (year, due, cell) in due_in(&maps, (today, week(today).1), &asked).into_iter().take(MOST) {
        found.push(DeskItem {
            kind: "公开覆盖".to_owned(),
            group: GROUP,
            title: format!("{}：{}还没有公开", cell.line.item.title, cell.stretch.label),
            href: cell.href(year),
            organ: organ.clone(),
            since: None,
            due: Some(due),
            mine: false,
        });
    }
    Ok(found)
}

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let actor: Actor = staff.clone().into();
            if may(&actor, &DECLARE).is_err() {
                return Ok(Vec::new());
            }
            let mut found = declarations(ctx, &actor).await?;
            found.extend(owed(ctx, staff).await?);
            Ok(found)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(ready(Ok(Vec::new())))
    }
}
