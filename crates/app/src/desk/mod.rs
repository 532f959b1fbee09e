//! The work list (待办台): what waits for this person over all contexts, by date.

mod find;
mod first;

use std::iter;

use askama::Template;
use axum::{extract::State, response::Response};
use kernel::permission::USE_DESK;
use kernel::{Countdown, Urgency, may};
use serde::Deserialize;
use web::{
    Capability, Ctx, Desk, Listener, Nav, OfficeShell, Pager, Query, Result, Routes,
    hooks::{DeskItem, Group, Verb},
    office_page,
    page::query_string,
    views,
};

/// What waits for a person, over all capabilities.
pub fn capability() -> Capability {
    Capability::new("desk", "待办台")
        .routes(routes)
        .permissions(&[&first::SEE])
        .nav(Nav::under("", "/", "待办台", &USE_DESK, 0).letter("d"))
        .declare(Verb::new("开始使用", "新县 安装以后 还差什么", "/first-steps", &first::SEE))
}

fn routes() -> Routes {
    Routes::new(Listener::Office).get("/", &USE_DESK, list).get("/find", &USE_DESK, find::find).get(
        "/first-steps",
        &first::SEE,
        first::page,
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filter {
    group: String,
    /// `kind`, `title`, `organ`, `due`; anything else = by urgency.
    sort: String,
    /// `desc` or anything else.
    dir: String,
    /// Page, from 1.
    page: i64,
}

impl Filter {
    /// The query without the page.
    fn query(&self) -> String {
        query_string(&[("group", &self.group), ("sort", &self.sort), ("dir", &self.dir)])
    }

    /// Whether the lines stand in an order of their own instead of by urgency.
    fn is_sorted(&self) -> bool {
        ["kind", "title", "organ", "due"].contains(&self.sort.as_str())
    }
}

/// Lines on a page.
const SIZE: usize = 100;

/// One line as shown.
struct Line {
    item: DeskItem,
    clock: String,
    due: String,
    left: String,
    tone: &'static str,
}

/// Lines of one urgency: its name, how many there are on all pages, and those of this page.
struct Section {
    name: &'static str,
    many: usize,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "desk/templates/desk.html")]
struct Page {
    shell: OfficeShell,
    organ: String,
    filters: Vec<(&'static str, &'static str, usize)>,
    filter: Filter,
    /// The query without the order, to be continued by the heads.
    sort_base: String,
    saved: Vec<views::Kept>,
    /// The list as it is, to be kept under a name; empty = nothing to keep.
    keep: String,
    groups: Vec<Section>,
    /// Lines in all, whatever the filter.
    many: usize,
    pager: Pager,
    calendar_warning: String,
    steps: Vec<(&'static str, &'static str)>,
    /// Whether this person is shown the way to the whole list of first steps.
    begins: bool,
}

async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let sources = ctx.capabilities().desk().map(|source| source.items(&ctx, &desk.staff));
    let items = futures::future::try_join_all(sources).await?.concat();
    let (filters, many) = (filters(&items), items.len());
    let (groups, pager) = by_urgency(&ctx, items, &filter);
    let page = Page {
        organ: ctx.directory().short_name(desk.organ()).to_owned(),
        groups,
        many,
        pager,
        // Only to those who can do something about it.
        calendar_warning: may(&desk.actor(), &identity::permissions::MANAGE_CALENDAR)
            .map_or_else(|_| String::new(), |()| calendar_warning(&ctx)),
        steps: first_steps(&ctx, &desk).await?,
        begins: may(&desk.actor(), &first::SEE).is_ok() && !first::has_begun(&ctx).await?,
        shell: desk.shell(&ctx, "待办台").await?,
        filters,
        sort_base: views::base(&query_string(&[("group", &filter.group)])),
        saved: views::kept(&ctx, &desk.staff, "/", &filter.query()).await?,
        keep: filter.query(),
        filter,
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
    if may(&actor, &identity::permissions::MANAGE_ACCOUNTS).is_ok() && identity::accounts::count(ctx.db()).await? < 4 {
        steps.push(("建立或导入工作人员的账号", "/accounts/import"));
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

fn line(ctx: &Ctx, item: DeskItem, left: Option<Countdown>) -> Line {
    let Some(left) = left else {
        return Line { clock: String::new(), due: String::new(), left: "无期限".into(), tone: "off", item };
    };
    let ruler = ctx.calendar().ruler(item.since.unwrap_or(ctx.today()), left.due(), ctx.today());
    let clock =
        charts::clock(charts::Clock { total: ruler.total, used: ruler.used, paused: Vec::new(), label: ruler.words() });
    Line { clock, due: left.due().to_string(), left: left.words(), tone: left.tone(), item }
}

/// What came back stands first of all; then what can still be kept, what is late, and the rest; without a date last.
const SECTIONS: [(Option<Urgency>, &str); 5] = [
    (Some(Urgency::Today), "今天到期"),
    (Some(Urgency::Near), "三个工作日内"),
    (Some(Urgency::Past), "已逾期"),
    (Some(Urgency::Later), "以后"),
    (None, "没有期限"),
];

/// One page of the lines that the filter shows, under how urgent they are.
fn by_urgency(ctx: &Ctx, items: Vec<DeskItem>, filter: &Filter) -> (Vec<Section>, Pager) {
    let (calendar, today) = (ctx.calendar(), ctx.today());
    let class = |left: Option<Countdown>| {
        let urgency = left.map(|left| left.urgency());
        1 + SECTIONS.iter().position(|(known, _)| *known == urgency).unwrap_or(SECTIONS.len() - 1)
    };
    let mut placed: Vec<(usize, Option<Countdown>, DeskItem)> = items
        .into_iter()
        .filter(|item| shows(item, &filter.group))
        .map(|item| {
            let left = item.due.map(|due| calendar.countdown(today, due));
            (if item.group == Group::RETURNED { 0 } else { class(left) }, left, item)
        })
        .collect();
    // Stable: what has one date stays in the order in which its source gives it, a plan's duties in that of the plan.
    placed.sort_by(|(a, _, one), (b, _, other)| (a, one.due).cmp(&(b, other.due)));
    let mut names: Vec<&'static str> =
        iter::once(Group::RETURNED.label).chain(SECTIONS.map(|(_, name)| name)).collect();
    if filter.is_sorted() {
        names = vec![""];
        sort(&mut placed, filter);
    }
    let section = |name| Section { name, many: 0, lines: Vec::new() };
    let mut groups: Vec<Section> = names.into_iter().map(section).collect();
    for (at, _, _) in &placed {
        groups[*at].many += 1;
    }
    let size = i64::try_from(SIZE).unwrap_or(i64::MAX);
    let total = i64::try_from(placed.len()).unwrap_or(i64::MAX);
    let pager = Pager::new(filter.page, total, size, &filter.query());
    let skip = usize::try_from(pager.offset(size)).unwrap_or(0);
    for (at, left, item) in placed.into_iter().skip(skip).take(SIZE) {
        groups[at].lines.push(line(ctx, item, left));
    }
    groups.retain(|group| !group.lines.is_empty());
    (groups, pager)
}

/// Lines in the order of one column, as one group; what has no date stands last, whichever way.
fn sort(placed: &mut [(usize, Option<Countdown>, DeskItem)], filter: &Filter) {
    let down = filter.dir == "desc";
    placed.iter_mut().for_each(|(at, _, _)| *at = 0);
    placed.sort_by(|(_, _, one), (_, _, other)| {
        let order = match filter.sort.as_str() {
            "kind" => one.kind.cmp(&other.kind),
            "title" => one.title.cmp(&other.title),
            "organ" => one.organ.cmp(&other.organ),
            _ if one.due.is_none() || other.due.is_none() => return one.due.is_none().cmp(&other.due.is_none()),
            _ => one.due.cmp(&other.due),
        };
        if down { order.reverse() } else { order }
    });
}

/// Statutory clocks need next year's notice; people are told before they run out.
fn calendar_warning(ctx: &Ctx) -> String {
    let known = ctx.calendar().known_until();
    let left = ctx.today().until(known).map_or(0, |span| span.get_days());
    if left > 60 {
        return String::new();
    }
    format!("工作日历只录到 {known}。请在“工作日历”录入下一年度放假通知，否则跨年的法定期限无法计算。")
}
