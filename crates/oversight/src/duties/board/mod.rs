//! The duty board (任务台账): the county office sees every organ's duties, an organ its own; filters, saved filters, bulk
//! actions, export, print.

mod bulk;
mod export;
pub(crate) mod filter;
mod views;

use askama::Template;
use axum::{extract::State, response::Response};
use kernel::{Action, may};
use web::{Ctx, Desk, Listener, OfficeShell, Pager, Query, Result, Routes, filters, office_page, svg};

use crate::{duties::model, model::PlanKind};
use filter::{Board, Filter, Row, board};
use views::View;

/// Routes of the board.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/duties", Action::ViewDuties, page)
        .get("/duties/print", Action::ViewDuties, print)
        .get("/duties/export.xlsx", Action::ViewDuties, export::xlsx)
        .post("/duties/views", Action::ViewDuties, views::save)
        .post("/duties/views/{id}/delete", Action::ViewDuties, views::delete)
        .post("/duties/bulk", Action::ConfirmDuties, bulk::post)
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
    pager: Pager,
    bar: String,
    figures: (u32, u32, u32, u32),
    presets: Vec<(String, &'static str, bool)>,
    views: Vec<View>,
    kinds: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, &'static str)>,
    bulk: bool,
    central: bool,
    query: String,
}

async fn page(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let mut board = board(&ctx, &desk.staff, &filter).await?;
    let total = i64::try_from(board.rows.len()).unwrap_or(i64::MAX);
    let query = filter.query();
    let pager = Pager::new(filter.page, total, Pager::SIZE, &query);
    let skip = usize::try_from(pager.offset(Pager::SIZE)).unwrap_or(0);
    let rows: Vec<Row> = board.rows.drain(..).skip(skip).take(usize::try_from(Pager::SIZE).unwrap_or(50)).collect();
    let (done, doing, late, rest) = board.tally.bar();
    let central = desk.staff.central;
    let page = Page {
        shell: desk.shell(&ctx, "任务台账").await?,
        heading: if central {
            "全县任务".into()
        } else {
            format!("{}的任务", ctx.directory().short_name(desk.organ()))
        },
        groups: grouped(rows, &filter),
        pager,
        bar: svg::progress(done, doing, late, rest, ""),
        figures: (done + doing + late + rest, done, doing, late),
        presets: presets(&ctx, &filter),
        views: views::of(ctx.db(), &desk.staff.account).await?,
        kinds: PlanKind::ALL.iter().map(|kind| (kind.code(), kind.label())).collect(),
        states: states(),
        bulk: may(&desk.actor(), Action::ConfirmDuties).is_ok(),
        central,
        query,
        filter,
        board,
    };
    office_page(&page)
}

fn states() -> Vec<(&'static str, &'static str)> {
    std::iter::once(("open", "未办结的全部"))
        .chain(model::State::ALL.iter().map(|state| (state.code(), state.label())))
        .collect()
}

/// The filters that are asked for most often: query, label, whether it is the one shown.
fn presets(ctx: &Ctx, filter: &Filter) -> Vec<(String, &'static str, bool)> {
    let soon = ctx.today().saturating_add(jiff::ToSpan::days(30)).to_string();
    let blank = Filter { view: filter.view.clone(), ..Filter::default() };
    let presets = [
        (Filter { ..blank.clone() }, "全部"),
        (Filter { overdue: "1".into(), ..blank.clone() }, "逾期"),
        (Filter { state: "evidenced".into(), ..blank.clone() }, "待确认"),
        (Filter { state: "returned".into(), ..blank.clone() }, "已退回"),
        (Filter { state: "open".into(), to: soon, ..blank.clone() }, "30 天内到期"),
        (Filter { group: "clause".into(), sort: "clause".into(), ..blank.clone() }, "按条目"),
        (Filter { group: "organ".into(), ..blank }, "按机关"),
    ];
    let now = Filter { page: 0, ..filter.clone() };
    presets.into_iter().map(|(preset, label)| (preset.query(), label, preset == now)).collect()
}

fn grouped(rows: Vec<Row>, filter: &Filter) -> Vec<Group> {
    let name = |row: &Row| match filter.group.as_str() {
        "clause" => format!("{}　{}", row.plan_title, row.clause_name),
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
    groups: Vec<Group>,
    figures: (u32, u32, u32, u32),
    now: String,
}

async fn print(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let board = board(&ctx, &desk.staff, &filter).await?;
    let (done, doing, late, rest) = board.tally.bar();
    let page = Print {
        shell: desk.shell(&ctx, "任务台账（打印）").await?,
        heading: if desk.staff.central {
            "任务台账".into()
        } else {
            format!("{}任务台账", ctx.directory().short_name(desk.organ()))
        },
        groups: grouped(board.rows, &filter),
        figures: (done + doing + late + rest, done, doing, late),
        now: kernel::time::show_minute(&kernel::time::to_db(ctx.seams().now())),
    };
    office_page(&page)
}
