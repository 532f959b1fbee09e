//! The list of cases over all kinds, by the last day; also of those that a figure of a yearly report counts.

use std::sync::Arc;

use annual_report::counts::{Counts, Figure};
use askama::Template;
use axum::{extract::State, response::Response};
use case::{
    Channel, Kind, Phase,
    queue::{self, Filter, Row},
};
use documents::tables::{Cell, Sheet, write_xlsx};
use futures::TryStreamExt;
use jiff::ToSpan;
use kernel::{Countdown, OrganCode, id::CaseId, may};
use serde::Deserialize;
use web::{Ctx, Desk, Error, OfficeShell, Query, Result, Steps, filters, office_page, page, views};

use super::former;

/// Rows on a page.
const SIZE: usize = 50;
/// Counted no further.
const COUNTED: i64 = 5_000;
/// Cases behind one figure that a list can show: databases take no more of them in a question.
const BEHIND: usize = 20_000;
/// Most rows of one file.
const EXPORTED: usize = 50_000;

const PHASES: [(&str, &str); 2] = [("ended", "已办结"), ("all", "全部")];
const DUES: [(&str, &str); 3] = [("past", "已超期"), ("today", "今天到期"), ("week", "7 天内到期")];
const HOLDERS: [(&str, &str); 2] = [("me", "由我办理"), ("none", "没有人领办")];

/// What is asked for, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    state: String,
    phase: String,
    due: String,
    organ: String,
    channel: String,
    holder: String,
    q: String,
    /// A figure of a yearly report: [`Figure::code`].
    counted: String,
    sort: String,
    dir: String,
    after: String,
}

impl Asked {
    fn query(&self, sorted: bool) -> String {
        let order = if sorted { (self.sort.as_str(), self.dir.as_str()) } else { ("", "") };
        page::query_string(&[
            ("kind", &self.kind),
            ("state", &self.state),
            ("phase", &self.phase),
            ("due", &self.due),
            ("organ", &self.organ),
            ("channel", &self.channel),
            ("holder", &self.holder),
            ("q", &self.q),
            ("counted", &self.counted),
            ("sort", order.0),
            ("dir", order.1),
        ])
    }

    fn is_any(&self) -> bool {
        !self.query(false).is_empty()
    }

    fn order(&self) -> String {
        if self.sort.is_empty() { "due".to_owned() } else { views::order(&self.sort, &self.dir) }
    }
}

/// The kinds that somebody handles.
pub(super) fn kinds_of(ctx: &Ctx, staff: &kernel::Staff) -> Vec<Kind> {
    let actor = staff.clone().into();
    case::kinds(ctx).into_iter().filter(|kind| may(&actor, kind.handle).is_ok()).collect()
}

/// The organs whose cases somebody sees: `None` = all.
fn organs_of(ctx: &Ctx, desk: &Desk, asked: &str) -> Option<Vec<OrganCode>> {
    let directory = ctx.directory();
    match (desk.staff.central, asked) {
        (true, "") => None,
        (true, code) => Some(directory.answered_by(&OrganCode::from(code), ctx.today())),
        (false, _) => Some(directory.answered_by(desk.organ(), ctx.today())),
    }
}

fn filter(ctx: &Ctx, desk: &Desk, asked: &Asked) -> Filter {
    let today = ctx.today();
    let kinds = kinds_of(ctx, &desk.staff);
    let named = |kind: &&Kind| asked.kind.is_empty() || kind.key == asked.kind;
    let before = match asked.due.as_str() {
        "past" => Some(today),
        "today" => today.tomorrow().ok(),
        "week" => today.checked_add(8.days()).ok(),
        _ => None,
    };
    Filter {
        organs: organs_of(ctx, desk, &asked.organ),
        kinds: kinds.iter().filter(named).map(|kind| kind.key).collect(),
        state: asked.state.clone(),
        phase: asked.phase.clone(),
        due_before: before,
        // What is overdue has a list of its own.
        due_from: matches!(asked.due.as_str(), "today" | "week").then_some(today),
        holder: (asked.holder == "me").then(|| desk.staff.account.clone()),
        free: asked.holder == "none",
        number: asked.q.clone(),
        channel: asked.channel.clone(),
        only: None,
    }
}

/// The same, narrowed to the cases that a figure of a yearly report counts, and what figure that is in words.
async fn narrowed(ctx: &Ctx, desk: &Desk, asked: &Asked) -> Result<(Filter, String)> {
    let mut filter = filter(ctx, desk, asked);
    former::narrow(ctx, &mut filter).await?;
    if asked.counted.is_empty() {
        return Ok((filter, String::new()));
    }
    let unknown = || Error::Invalid("地址里的年报单元格不对。请从年报数据页面的链接打开。".to_owned());
    let figure = Figure::of(&asked.counted).ok_or_else(unknown)?;
    let register = ctx.declared::<Arc<dyn Counts<Ctx>>>().next().ok_or_else(unknown)?;
    let directory = ctx.directory();
    let own = directory.answered_by(desk.organ(), ctx.today());
    let named = OrganCode::from(asked.organ.as_str());
    let codes: Vec<String> = match (desk.staff.central, asked.organ.as_str()) {
        // The county's report sums up those that report.
        (true, "") => directory.reporting(figure.year).into_iter().map(|organ| organ.code.to_string()).collect(),
        (true, code) => vec![code.to_owned()],
        (false, "") => own.iter().map(OrganCode::to_string).collect(),
        (false, _) => own.iter().filter(|code| **code == named).map(OrganCode::to_string).collect(),
    };
    let behind = register.behind(ctx, &figure, &codes).await.map_err(Error::internal)?;
    if behind.len() > BEHIND {
        let many = behind.len();
        return Err(Error::Invalid(format!("这一格有 {many} 件，一次最多列出 {BEHIND} 件。请按机关打开。")));
    }
    filter.only = Some(behind.iter().map(|id| CaseId::from(id.as_str())).collect());
    let whose = match asked.organ.as_str() {
        "" if desk.staff.central => "全县汇总".to_owned(),
        "" => directory.short_name(desk.organ()).to_owned(),
        _ => directory.short_name(&named).to_owned(),
    };
    Ok((filter, format!("{whose} {} 年年报：{}", figure.year, figure.what.words())))
}

/// A line of the page.
struct Line {
    id: String,
    number: String,
    brief: String,
    kind: &'static str,
    organ: String,
    standing: String,
    ended: bool,
    received_on: String,
    due_on: String,
    guess: bool,
    /// No clock runs: somebody else's turn, or a period without a law.
    waits: bool,
    left: Option<Countdown>,
    holder: String,
}

fn line(ctx: &Ctx, row: &Row) -> Result<Option<Line>> {
    let Some(kind) = case::find(ctx, &row.kind) else { return Ok(None) };
    let ended = !row.ended_at.is_empty();
    let outcome = kind.outcome(&row.outcome);
    let standing = if ended && !outcome.is_empty() { outcome } else { kind.state(&row.state).label };
    let left = row.due().filter(|_| !ended).map(|due| ctx.calendar().countdown(ctx.today(), due));
    Ok(Some(Line {
        id: row.id.to_string(),
        number: row.registered(kind),
        brief: row.brief(ctx)?,
        kind: kind.label,
        organ: ctx.directory().short_name(&row.organ).to_owned(),
        standing: standing.to_owned(),
        ended,
        received_on: row.received_on.clone(),
        due_on: row.due_on.clone(),
        guess: row.due_guess,
        waits: left.is_none() && !ended && kind.state(&row.state).phase == Phase::Waiting,
        left,
        holder: row.holder_name.clone(),
    }))
}

#[derive(Template)]
#[template(path = "cases/templates/list.html")]
struct Page {
    shell: OfficeShell,
    asked: Asked,
    /// The figure of a yearly report behind which these stand; empty = none.
    figure: String,
    lines: Vec<Line>,
    /// A last day among them may still move.
    guesses: bool,
    steps: Steps,
    count: String,
    kinds: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, String)>,
    phases: Vec<(&'static str, &'static str)>,
    dues: Vec<(&'static str, &'static str)>,
    holders: Vec<(&'static str, &'static str)>,
    channels: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    central: bool,
    /// What can be entered for somebody who comes or calls: label and address.
    entered: Vec<(&'static str, String)>,
    sort: String,
    dir: String,
    sort_base: String,
    saved: Vec<views::Kept>,
    keep: String,
    export: String,
}

/// `GET /cases`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let (filter, figure) = narrowed(&ctx, &desk, &asked).await?;
    let list = queue::list(&filter);
    let order = asked.order();
    let found = list.page::<Row>(ctx.db(), Some(order.as_str()), Some(asked.after.as_str()), SIZE).await?;
    let count = list.count(ctx.db(), COUNTED).await?;
    let keep = asked.query(true);
    let steps = Steps::new(&found, &keep);
    let mut lines = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        lines.extend(line(&ctx, row)?);
    }
    let kinds = kinds_of(&ctx, &desk.staff);
    let chosen = kinds.iter().filter(|kind| asked.kind.is_empty() || kind.key == asked.kind);
    // Kinds call the same state by words of their own: all of them are offered.
    let mut states: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for state in chosen.flat_map(|kind| kind.states) {
        match states.iter_mut().find(|(key, _)| *key == state.key) {
            Some((_, labels)) if labels.contains(&state.label) => {}
            Some((_, labels)) => labels.push(state.label),
            None => states.push((state.key, vec![state.label])),
        }
    }
    let states = states.into_iter().map(|(key, labels)| (key, labels.join("、"))).collect();
    let sort = if asked.sort.is_empty() { "due".to_owned() } else { asked.sort.clone() };
    office_page(&Page {
        shell: desk.shell(&ctx, "办件").await?,
        guesses: lines.iter().any(|line| line.guess),
        lines,
        steps,
        count: count.to_string(),
        kinds: kinds.iter().map(|kind| (kind.key, kind.label)).collect(),
        states,
        phases: PHASES.to_vec(),
        dues: DUES.to_vec(),
        holders: HOLDERS.to_vec(),
        channels: Channel::ALL.iter().map(|channel| (channel.code(), channel.label())).collect(),
        organs: if desk.staff.central { ctx.directory().options(ctx.today()) } else { Vec::new() },
        central: desk.staff.central,
        entered: kinds
            .iter()
            .filter(|kind| !kind.desk.is_empty())
            .map(|kind| (kind.label, format!("/cases/new/{}", kind.key)))
            .collect(),
        sort,
        dir: asked.dir.clone(),
        sort_base: views::base(&asked.query(false)),
        saved: views::kept(&ctx, &desk.staff, "/cases", &keep).await?,
        export: if keep.is_empty() { String::new() } else { format!("?{keep}") },
        keep,
        figure,
        asked,
    })
}

/// `GET /cases/export.xlsx`: the register for inspection, without persons and without what they wrote.
pub(super) async fn export(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let list = queue::list(&narrowed(&ctx, &desk, &asked).await?.0);
    let order = asked.order();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut every = list.export::<Row>(ctx.db(), Some(order.as_str()));
    let directory = ctx.directory();
    while let Some(row) = every.try_next().await? {
        if rows.len() == EXPORTED {
            return Err(Error::Invalid(format!("一次最多导出 {EXPORTED} 行。请先按种类、机关或状态筛选，再导出。")));
        }
        let Some(kind) = case::find(&ctx, &row.kind) else { continue };
        let organ = directory.get(&row.organ).map_or(row.organ.to_string(), |organ| organ.name.clone());
        let ended = kernel::time::show_date(&row.ended_at);
        rows.push(vec![
            row.registered(kind).as_str().into(),
            row.number.as_str().into(),
            kind.label.into(),
            organ.as_str().into(),
            Channel::from_code(&row.channel).map_or("", Channel::label).into(),
            row.received_on.as_str().into(),
            row.due_on.as_str().into(),
            kind.state(&row.state).label.into(),
            kind.outcome(&row.outcome).into(),
            ended.as_str().into(),
        ]);
    }
    drop(every);
    let header =
        ["登记号", "回执编号", "种类", "办理机关", "收到方式", "收到日期", "办理期限", "状态", "结果", "办结日期"];
    let sheet = Sheet {
        name: "办件登记簿".into(),
        title: Some(format!("办件登记簿（{} 导出，不含当事人信息）", ctx.today())),
        header: header.map(String::from).to_vec(),
        rows,
        widths: vec![20.0, 24.0, 16.0, 24.0, 12.0, 12.0, 12.0, 12.0, 16.0, 12.0],
    };
    page::workbook(&format!("办件登记簿-{}.xlsx", ctx.today()), move || write_xlsx(&sheet)).await
}
