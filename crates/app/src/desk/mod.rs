//! The work list (待办台): what waits for this person over all contexts, by date.

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::civil::Date;
use kernel::may;
use kernel::permission::USE_DESK;
use serde::Deserialize;
use web::{
    Capability, Ctx, Desk, Listener, Nav, OfficeShell, Query, Result, Routes,
    hooks::{DeskItem, Group},
    office_page, svg,
};

/// What waits for a person, over all capabilities.
pub fn capability() -> Capability {
    Capability::new("desk", "待办台").routes(routes).nav(Nav::under("", "/", "待办台", &USE_DESK, 0).letter("d"))
}

fn routes() -> Routes {
    Routes::new(Listener::Office).get("/", &USE_DESK, list)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filter {
    group: String,
}

/// One line as shown.
struct Line {
    item: DeskItem,
    clock: String,
    due: String,
    left: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "desk/templates/desk.html")]
struct Page {
    shell: OfficeShell,
    organ: String,
    filters: Vec<(&'static str, &'static str, usize)>,
    filter: String,
    groups: Vec<(&'static str, Vec<Line>)>,
    calendar_warning: String,
    steps: Vec<(&'static str, &'static str)>,
}

async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let sources = ctx.capabilities().desk().map(|source| source.items(&ctx, &desk.staff));
    let mut items = futures::future::try_join_all(sources).await?.concat();
    items.sort_by_key(|item| (item.due.is_none(), item.due, item.title.clone()));
    let filters = filters(&items);
    let lines = items.into_iter().filter(|item| shows(item, &filter.group)).map(|item| line(&ctx, item)).collect();
    let page = Page {
        organ: ctx.directory().short_name(desk.organ()).to_owned(),
        groups: by_urgency(&ctx, lines),
        // Only to those who can do something about it.
        calendar_warning: may(&desk.actor(), &identity::permissions::MANAGE_CALENDAR)
            .map_or_else(|_| String::new(), |()| calendar_warning(&ctx)),
        steps: first_steps(&ctx, &desk).await?,
        shell: desk.shell(&ctx, "待办台").await?,
        filters,
        filter: filter.group,
    };
    office_page(&page)
}

/// What a new installation lacks, for whoever can do it: an empty list of work does not mean that all is done.
async fn first_steps(ctx: &Ctx, desk: &Desk) -> Result<Vec<(&'static str, &'static str)>> {
    let actor = desk.actor();
    let mut steps = Vec::new();
    if may(&actor, &identity::permissions::MANAGE_ORGANS).is_ok() && ctx.directory().all().len() < 2 {
        steps.push(("导入机关名录", "/organs/import"));
    }
    if may(&actor, &publishing::columns::MANAGE_COLUMNS).is_ok()
        && document::columns::tree(ctx.db().read()).await?.is_empty()
    {
        steps.push(("导入或新建栏目：没有栏目，稿件无处可放", "/columns/import"));
    }
    if may(&actor, &identity::permissions::MANAGE_ACCOUNTS).is_ok() {
        let accounts: i64 = store::query_scalar("SELECT COUNT(*) FROM account").fetch_one(ctx.db().read()).await?;
        if accounts < 4 {
            steps.push(("建立或导入工作人员的账号", "/accounts/import"));
        }
    }
    Ok(steps)
}

/// The filters with how many lines each shows: the usual groups, and those in which something waits.
fn filters(items: &[DeskItem]) -> Vec<(&'static str, &'static str, usize)> {
    let mut groups = vec![Group::REVIEW, Group::DUTY, Group::DRAFT];
    for item in items {
        if !groups.contains(&item.group) {
            groups.push(item.group);
        }
    }
    groups.sort_by_key(|group| (group.place, group.key));
    let named =
        [("", "全部"), ("mine", "我已领取")].into_iter().chain(groups.iter().map(|group| (group.key, group.label)));
    named.map(|(key, label)| (key, label, items.iter().filter(|item| shows(item, key)).count())).collect()
}

fn shows(item: &DeskItem, group: &str) -> bool {
    match group {
        "" => true,
        "mine" => item.mine,
        group => item.group.key == group,
    }
}

fn line(ctx: &Ctx, item: DeskItem) -> Line {
    let (calendar, today) = (ctx.calendar(), ctx.today());
    let Some(due) = item.due else {
        return Line { clock: String::new(), due: String::new(), left: "无期限".into(), tone: "", item };
    };
    let left = calendar.working_days_left(today, due);
    let since = item.since.unwrap_or(today).min(due);
    let total = calendar.working_days_left(since, due).max(1);
    let used = calendar.working_days_left(since, today.min(due)).clamp(0, total);
    let number = |days: i64| u32::try_from(days).unwrap_or(0);
    let label = format!("共 {total} 个工作日，已用 {used} 个");
    let clock = svg::clock(svg::Clock { total: number(total), used: number(used), paused: Vec::new(), label });
    let (text, tone) = match left {
        ..0 => (format!("已超 {} 个工作日", -left), "late"),
        0 if due < today => ("已到期".to_owned(), "late"),
        0 => ("今天到期".to_owned(), "late"),
        1 => ("还剩 1 个工作日".to_owned(), "late"),
        2..=5 => (format!("还剩 {left} 个工作日"), "soon"),
        _ => (format!("还剩 {left} 个工作日"), ""),
    };
    Line { clock, due: due.to_string(), left: text, tone, item }
}

fn by_urgency(ctx: &Ctx, lines: Vec<Line>) -> Vec<(&'static str, Vec<Line>)> {
    let (calendar, today) = (ctx.calendar(), ctx.today());
    let class = |due: Option<Date>| match due.map(|due| (due < today, calendar.working_days_left(today, due))) {
        Some((true, _)) => 0,
        Some((_, 0)) => 1,
        Some((_, 1..=3)) => 2,
        Some(_) => 3,
        None => 4,
    };
    let names = ["已逾期", "今天到期", "三个工作日内", "以后", "没有期限"];
    let mut groups: Vec<(&'static str, Vec<Line>)> = names.into_iter().map(|name| (name, Vec::new())).collect();
    for line in lines {
        groups[class(line.item.due)].1.push(line);
    }
    groups.retain(|(_, lines)| !lines.is_empty());
    groups
}

/// Statutory clocks need next year's notice; people are told before they run out.
fn calendar_warning(ctx: &Ctx) -> String {
    let known = ctx.calendar().known_until();
    let left = ctx.today().until(known).map_or(0, |span| span.get_days());
    if left > 60 {
        return String::new();
    }
    format!("工作日历只录到 {known}。请在「工作日历」录入下一年度放假通知，否则跨年的法定期限无法计算。")
}
