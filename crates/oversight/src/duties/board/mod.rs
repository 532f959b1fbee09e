//! The duty board (任务台账): the county office sees every organ's duties, an organ its own; filters, saved filters, bulk
//! actions, export, print.

mod bulk;
pub(crate) mod export;
pub(crate) mod filter;
pub(crate) mod find;
mod views;

use askama::Template;
use axum::{extract::State, response::Response};
use duty::{
    model::{OwnerRole, State as DutyState},
    permissions::{CONFIRM_DUTIES, VIEW_DUTIES},
    views::{self as saved, View},
};
use kernel::may;
use web::{Ctx, Desk, Listener, OfficeShell, Query, Result, Routes, Steps, filters, office_page};

use crate::duties::{named, unreached};
use filter::{Board, Filter, Row};

/// Routes of the board.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/duties", &VIEW_DUTIES, page)
        .get("/duties/print", &VIEW_DUTIES, print)
        .get("/duties/export.xlsx", &VIEW_DUTIES, export::xlsx)
        .post("/duties/views", &VIEW_DUTIES, views::save)
        .post("/duties/views/{id}/delete", &VIEW_DUTIES, views::delete)
        .weighty("/duties/bulk", &CONFIRM_DUTIES, bulk::post)
}

/// A row group under its heading; without grouping one group with an empty heading.
struct Group {
    name: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "duties/templates/board.html")]
struct Page {
    shell: OfficeShell,
    heading: String,
    filter: Filter,
    board: Board,
    groups: Vec<Group>,
    /// Rows that have ended: shown, and not counted above.
    ended: i64,
    steps: Steps,
    bar: String,
    figures: (u32, u32, u32, u32),
    presets: Vec<(String, String, bool)>,
    views: Vec<View>,
    states: Vec<(&'static str, &'static str)>,
    roles: Vec<(&'static str, &'static str)>,
    /// Organs that nobody reports for, by name; for those who see all.
    unreached: String,
    /// What is wrong with the dates asked for, and the query that was probably meant.
    advice: (String, String),
    bulk: bool,
    central: bool,
    query: String,
}

async fn page(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let filter = filter.whole(&ctx).await?;
    let board = filter::board(&ctx, &desk.staff, &filter).await?;
    let query = filter.query();
    let (rows, steps) = filter::rows(&ctx, &desk.staff, &filter).await?;
    let (done, doing, late, rest) = board.figures.tally.bar();
    let central = desk.staff.central;
    let page = Page {
        shell: desk.shell(&ctx, "任务台账").await?,
        heading: if central {
            "全县任务".into()
        } else {
            format!("{}的任务", ctx.directory().short_name(desk.organ()))
        },
        groups: grouped(told_apart(rows, &filter, &board.offers), &filter),
        ended: board.figures.rows - i64::from(done + doing + late + rest),
        steps,
        bar: charts::progress(done, doing, late, rest, ""),
        figures: (done + doing + late + rest, done, doing, late),
        presets: presets(&ctx, &filter, board.offers.place),
        views: saved::of(ctx.db(), &desk.staff.account).await?,
        states: states(),
        roles: OwnerRole::ALL.iter().map(|role| (role.code(), role.label())).collect(),
        unreached: if central { named(&ctx, &unreached(&ctx).await?, 10) } else { String::new() },
        advice: filter.advice(),
        bulk: may(&desk.actor(), &CONFIRM_DUTIES).is_ok(),
        central,
        query,
        filter,
        board,
    };
    office_page(&page)
}

impl Page {
    /// What the sums count, in words before them.
    fn per(&self) -> &'static str {
        if self.filter.by_duty() { "" } else { "按机关计，" }
    }
}

fn states() -> Vec<(&'static str, &'static str)> {
    std::iter::once(("open", "未办结的全部"))
        .chain(DutyState::ALL.iter().map(|state| (state.code(), state.label())))
        .collect()
}

/// The filters that are asked for most often: query, label, whether it is the one shown.
fn presets(ctx: &Ctx, filter: &Filter, place: &str) -> Vec<(String, String, bool)> {
    let today = ctx.today().to_string();
    let soon = ctx.today().saturating_add(jiff::ToSpan::days(30)).to_string();
    let blank = Filter { view: filter.view.clone(), ..Filter::default() };
    let presets = [
        (Filter { ..blank.clone() }, "全部".to_owned()),
        (Filter { overdue: "1".into(), ..blank.clone() }, "逾期".to_owned()),
        (Filter { state: "evidenced".into(), ..blank.clone() }, "待确认".to_owned()),
        (Filter { state: "returned".into(), ..blank.clone() }, "已退回".to_owned()),
        (Filter { state: "open".into(), from: today, to: soon, ..blank.clone() }, "30 天内到期".to_owned()),
        (Filter { state: "open".into(), undated: "1".into(), ..blank.clone() }, "没有期限".to_owned()),
        (Filter { group: "clause".into(), sort: "clause".into(), ..blank.clone() }, format!("按{place}")),
        (Filter { group: "organ".into(), ..blank }, "按机关".to_owned()),
    ];
    let now = Filter { after: String::new(), ..filter.clone() };
    presets.into_iter().map(|(preset, label)| (preset.query(), label, preset == now)).collect()
}

/// The rows, each with the name of its source where several could be meant.
fn told_apart(mut rows: Vec<Row>, filter: &Filter, offers: &filter::Offers) -> Vec<Row> {
    // Grouped by place, the source stands in the headings.
    if offers.sources.len() > 1 && filter.source.is_empty() && filter.group != "clause" {
        for row in &mut rows {
            row.clause_name = format!("{}　{}", row.source_title, row.clause_name);
        }
    }
    rows
}

fn grouped(rows: Vec<Row>, filter: &Filter) -> Vec<Group> {
    let name = |row: &Row| match filter.group.as_str() {
        "clause" => format!("{}　{}", row.source_title, row.clause_name),
        "organ" => row.organ.clone(),
        _ => String::new(),
    };
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let name = name(&row);
        match groups.last_mut() {
            Some(group) if group.name == name => group.rows.push(row),
            _ => groups.push(Group { name, rows: vec![row] }),
        }
    }
    groups
}

#[derive(Template)]
#[template(path = "duties/templates/board_print.html")]
struct Print {
    shell: OfficeShell,
    heading: String,
    /// What restricts the rows, in words.
    restricted: Vec<String>,
    by_duty: bool,
    query: String,
    place: &'static str,
    groups: Vec<Group>,
    figures: (u32, u32, u32, u32),
    now: String,
}

async fn print(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let filter = filter.whole(&ctx).await?;
    let (done, doing, late, rest) = filter::figures(&ctx, &desk.staff, &filter).await?.tally.bar();
    let rows = filter::all(&ctx, &desk.staff, &filter).await?;
    let offers = filter::offers(&ctx, &desk.staff, &filter).await?;
    let page = Print {
        shell: desk.shell(&ctx, "任务台账（打印）").await?,
        heading: if desk.staff.central {
            "任务台账".into()
        } else {
            format!("{}任务台账", ctx.directory().short_name(desk.organ()))
        },
        restricted: filter.in_words(&ctx, &offers),
        by_duty: filter.by_duty(),
        query: filter.query(),
        place: offers.place,
        groups: grouped(told_apart(rows, &filter, &offers), &filter),
        figures: (done + doing + late + rest, done, doing, late),
        now: kernel::time::show_minute(&kernel::time::to_db(ctx.seams().now())),
    };
    office_page(&page)
}
