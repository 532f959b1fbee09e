//! Which columns have had nothing new for how long (栏目更新): the list by organ, and a line on the desk of the organ that keeps
//! the column. What is late is said by [`document::columns::fresh`] alone; the portal shows nothing of it.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::{Cadence, ColumnKind, Fresh, fresh},
    permissions::WRITE_DOCUMENTS,
};
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{Countdown, OrganCode, Staff, may};
use serde::Deserialize;
use web::{
    Ctx, Desk, OfficeShell, Query, Result,
    hooks::{DeskItem, DeskSource, Group},
    office_page,
};

/// Columns to renew, among the filters of the work list.
const GROUP: Group = Group { key: "column", label: "栏目更新", place: 25 };
/// So many days before its last one a column comes to the desk.
const BEFORE: i32 = 7;

/// The organ that sees to a column today: the one that was named, or that took over its work; else the county office.
fn keeper(ctx: &Ctx, column: &Fresh) -> OrganCode {
    if column.row.organ.as_str().is_empty() {
        return ctx.office_organ();
    }
    ctx.directory().stands_for(&column.row.organ, ctx.today())
}

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// `1` = only what is late.
    late: String,
    /// `name` = in the order of the tree; else by the day on which something new is due.
    sort: String,
}

/// A column as shown.
struct Line {
    column: Fresh,
    left: Option<Countdown>,
    /// Whole days since the newest text, or since the column was made.
    days: i64,
}

impl Line {
    fn newest(&self) -> String {
        self.column.newest.map(|day| day.to_string()).unwrap_or_default()
    }

    fn due(&self) -> String {
        self.column.limit.map(|limit| limit.due.to_string()).unwrap_or_default()
    }

    fn rule(&self) -> &'static str {
        self.column.limit.map_or("", |limit| limit.rule)
    }

    fn cadence(&self) -> &'static str {
        self.column.row.renewed().label()
    }

    fn kind(&self) -> &'static str {
        ColumnKind::from_code(&self.column.row.kind).map_or("", ColumnKind::label)
    }

    fn is_empty(&self) -> bool {
        self.column.newest.is_none()
    }

    /// Whether nothing is waited for in it.
    fn fills_itself(&self) -> bool {
        is_only_for_pages(&self.column)
    }
}

/// The columns of one organ.
struct Part {
    code: OrganCode,
    organ: String,
    late: usize,
    lines: Vec<Line>,
}

impl Part {
    fn late_words(&self) -> String {
        format!("超期 {} 个", self.late)
    }
}

#[derive(Template)]
#[template(path = "columns/templates/freshness.html")]
struct Page {
    shell: OfficeShell,
    filter: Filter,
    parts: Vec<Part>,
    /// Columns in all that this person is shown, late ones, and those in which nothing has ever been public.
    many: usize,
    late: usize,
    empty: usize,
    may_manage: bool,
}

/// GET /freshness
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let (today, calendar, directory) = (ctx.today(), ctx.calendar(), ctx.directory());
    let mut parts: Vec<Part> = Vec::new();
    let (mut many, mut late, mut empty) = (0, 0, 0);
    for column in fresh(ctx.db(), &calendar, today).await? {
        let code = keeper(&ctx, &column);
        if !desk.staff.central && code != *desk.organ() {
            continue;
        }
        let is_late = column.is_late(today);
        many += 1;
        late += usize::from(is_late);
        empty += usize::from(column.newest.is_none() && !is_only_for_pages(&column));
        if filter.late == "1" && !is_late {
            continue;
        }
        let line = Line {
            left: column.limit.map(|limit| calendar.countdown(today, limit.due)),
            days: i64::from((today - column.since).get_days()),
            column,
        };
        let at = parts.iter().position(|part| part.code == code).unwrap_or_else(|| {
            let organ = directory.short_name(&code).to_owned();
            parts.push(Part { code, organ, late: 0, lines: Vec::new() });
            parts.len() - 1
        });
        parts[at].late += usize::from(is_late);
        parts[at].lines.push(line);
    }
    if filter.sort != "name" {
        for part in &mut parts {
            part.lines.sort_by_key(|line| line.column.limit.map_or(Date::MAX, |limit| limit.due));
        }
    }
    // Who has most to do stands first.
    parts.sort_by(|a, b| (b.late, &a.code).cmp(&(a.late, &b.code)));
    let page = Page {
        shell: desk.shell(&ctx, "栏目更新").await?,
        filter,
        parts,
        many,
        late,
        empty,
        may_manage: may(&desk.actor(), &super::MANAGE_COLUMNS).is_ok(),
    };
    office_page(&page)
}

/// Whether pages fill the column and not texts: requests, services and the like have no text of their own to wait for.
fn is_only_for_pages(column: &Fresh) -> bool {
    !column.row.purpose.is_empty() && column.row.renewed() == Cadence::Irregular
}

/// Columns that lack something new, for the people who write for the organ that keeps them.
pub(super) fn desk_source() -> Arc<dyn DeskSource> {
    Arc::new(Stale)
}

struct Stale;

impl DeskSource for Stale {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &WRITE_DOCUMENTS).is_err() {
                return Ok(Vec::new());
            }
            let (today, directory) = (ctx.today(), ctx.directory());
            let item = |column: Fresh| {
                let limit = column.limit.filter(|limit| (limit.due - today).get_days() <= BEFORE)?;
                let code = keeper(ctx, &column);
                let told = match column.newest {
                    Some(day) => format!("最近一次公开是 {day}"),
                    None => "还没有公开过信息".to_owned(),
                };
                (code == staff.organ).then(|| DeskItem {
                    kind: "更新栏目".to_owned(),
                    group: GROUP,
                    title: format!("栏目“{}”{told}（{}）", column.row.name, limit.rule),
                    href: "/freshness".to_owned(),
                    organ: directory.short_name(&code).to_owned(),
                    since: Some(column.since),
                    due: Some(limit.due),
                    mine: false,
                })
            };
            Ok(fresh(ctx.db(), &ctx.calendar(), today).await?.into_iter().filter_map(item).collect())
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
