//! The pages.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use duty::{
    changes::{self, Change, What},
    model::Tally,
};
use kernel::{
    id::{ClauseId, DutyId, PlanId},
    time,
};
use serde::Deserialize;
use web::{Ctx, Error, PortalShell, Query, Reader, Result, filters, portal_page};

use super::load::{self, Clause, Line, OrganLine, PublicPlan};
use crate::plans::tree::PlanRow;

const SECTION: &str = "工作要点";

/// Figures with their bar.
struct Bar {
    svg: String,
    total: u32,
    done: u32,
    doing: u32,
    late: u32,
}

fn bar(tally: &Tally) -> Bar {
    let (done, doing, late, rest) = tally.bar();
    Bar { svg: charts::progress(done, doing, late, rest, ""), total: tally.total(), done, doing, late }
}

fn shell(ctx: &Ctx, reader: &Reader, title: &str) -> PortalShell {
    reader
        .shell(ctx, title, SECTION, "openness")
        .column(
            SECTION,
            "县政府工作要点逐项落实情况：任务、承办机关、进度和佐证",
            "工作要点,任务,落实,佐证",
            "政务公开",
        )
        .crumb("政务公开", "/openness")
}

struct ListLine {
    line: Line,
    bar: Bar,
}

struct YearGroup {
    year: i64,
    lines: Vec<ListLine>,
}

#[derive(Template)]
#[template(path = "portal/templates/plans.html")]
struct ListPage {
    shell: PortalShell,
    years: Vec<YearGroup>,
}

/// `GET /plans`
pub(super) async fn list(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let mut years: Vec<YearGroup> = Vec::new();
    for line in load::all(&ctx).await? {
        let item = ListLine { bar: bar(&line.tally), line };
        match years.last_mut() {
            Some(group) if group.year == item.line.year => group.lines.push(item),
            _ => years.push(YearGroup { year: item.line.year, lines: vec![item] }),
        }
    }
    portal_page(&ListPage {
        shell: shell(&ctx, &reader, "工作要点落实情况").crumb(SECTION, "").shared(&ctx), years
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct View {
    view: String,
}

struct ClauseView {
    clause: Clause,
    bar: Bar,
    evidence: usize,
    short: String,
}

struct SectionView {
    heading: String,
    count: usize,
    duties: u32,
    clauses: Vec<ClauseView>,
}

struct OrganView {
    line: OrganLine,
    bar: Bar,
}

#[derive(Template)]
#[template(path = "portal/templates/plan.html")]
struct PlanPage {
    shell: PortalShell,
    plan: PublicPlan,
    bar: Bar,
    by_organ: bool,
    sections: Vec<SectionView>,
    organs: Vec<OrganView>,
    /// Clauses that an amendment ended, with its reason.
    ended: Vec<Clause>,
    as_of: String,
}

impl PlanPage {
    /// The title, with the places where it may break.
    fn heading(&self) -> String {
        web::breaks::marked(&self.plan.row.title)
    }
}

fn content(shell: PortalShell, ctx: &Ctx, plan: &PublicPlan, title: &str) -> PortalShell {
    let source =
        ctx.directory().get(&ctx.office_organ()).map_or_else(|| ctx.site().host.clone(), |organ| organ.name.clone());
    let description = format!("{}逐项任务的承办机关、进度和佐证", plan.row.title);
    shell
        .content(title, &time::show_minute(&plan.row.confirmed_at), &source, "工作要点,落实情况", &description)
        .shared(ctx)
}

/// Longest text of a clause that stands on the plan's page in full.
const SHORT: usize = 110;

/// `GET /plans/{id}`
pub(super) async fn plan(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path(id): Path<PlanId>,
    Query(view): Query<View>,
) -> Result<Response> {
    if let Some(plan) = load::tombstone(&ctx, &id).await? {
        return tombstone(&ctx, &reader, plan).await;
    }
    let plan = load::plan(&ctx, &id).await?;
    let title = format!("{}落实情况", plan.row.title);
    let shell = content(shell(&ctx, &reader, &title), &ctx, &plan, &title);
    let organs: Vec<OrganView> =
        load::organs(&plan).into_iter().map(|line| OrganView { bar: bar(&line.tally), line }).collect();
    let clause = |clause: &Clause| ClauseView {
        bar: bar(&clause.tally),
        evidence: clause.evidence().len(),
        short: filters::shortened(&clause.text, SHORT),
        clause: clause.clone(),
    };
    let sections = plan.sections.iter().map(|section| {
        let clauses: Vec<ClauseView> = section.clauses.iter().filter(|one| !one.ended).map(clause).collect();
        SectionView { heading: section.heading(), count: clauses.len(), duties: section.duties(), clauses }
    });
    let page = PlanPage {
        shell: shell.crumb(SECTION, "/plans").crumb(&plan.row.title, ""),
        bar: bar(&plan.tally),
        by_organ: view.view == "organ",
        sections: sections.filter(|section| !section.clauses.is_empty()).collect(),
        organs,
        ended: plan.sections.iter().flat_map(|section| &section.clauses).filter(|one| one.ended).cloned().collect(),
        as_of: time::show_minute(&plan.as_of),
        plan,
    };
    portal_page(&page)
}

#[derive(Template)]
#[template(path = "portal/templates/revoked.html")]
struct RevokedPage {
    shell: PortalShell,
    plan: PlanRow,
    reason: String,
    when: String,
    others: Vec<Line>,
}

impl RevokedPage {
    fn heading(&self) -> String {
        web::breaks::marked(&self.plan.title)
    }
}

/// What stands where a revoked plan stood: that it was, and why, with the plans of its year that are in force.
fn tombstone_page(ctx: &Ctx, reader: &Reader, plan: PlanRow, others: Vec<Line>) -> Result<Response> {
    let shell = shell(ctx, reader, &format!("已撤销：{}", plan.title)).crumb(SECTION, "/plans").crumb(&plan.title, "");
    let (reason, when) =
        (format!("原因：{}", plan.revoked_reason), format!("撤销日期：{}", time::show_date(&plan.revoked_at)));
    let mut response = portal_page(&RevokedPage { shell, plan, reason, when, others })?;
    *response.status_mut() = axum::http::StatusCode::GONE;
    Ok(response)
}

async fn tombstone(ctx: &Ctx, reader: &Reader, plan: PlanRow) -> Result<Response> {
    let mut others = load::all(ctx).await?;
    let same = |line: &Line| line.kind == plan.kind() && line.year == plan.year && !line.superseded && !line.revoked;
    others.retain(same);
    tombstone_page(ctx, reader, plan, others)
}

#[derive(Template)]
#[template(path = "portal/templates/text.html")]
struct TextPage {
    shell: PortalShell,
    plan: PublicPlan,
    preamble: Vec<String>,
    closing: Vec<String>,
}

impl TextPage {
    fn heading(&self) -> String {
        web::breaks::marked(&self.plan.row.title)
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// `GET /plans/{id}/text`
pub(super) async fn text(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<PlanId>) -> Result<Response> {
    let plan = load::plan(&ctx, &id).await?;
    let shell = content(shell(&ctx, &reader, &plan.row.title), &ctx, &plan, &plan.row.title);
    let page = TextPage {
        shell: shell.crumb(SECTION, "/plans").crumb("落实情况", format!("/plans/{id}")).crumb("原文", ""),
        preamble: paragraphs(&plan.row.preamble),
        closing: paragraphs(&plan.row.closing),
        plan,
    };
    portal_page(&page)
}

#[derive(Template)]
#[template(path = "portal/templates/clause.html")]
struct ClausePage {
    shell: PortalShell,
    plan: PublicPlan,
    clause: Clause,
    bar: Bar,
    as_of: String,
    changes: HashMap<DutyId, Vec<String>>,
}

impl ClausePage {
    fn heading(&self) -> String {
        web::breaks::marked(&format!("{}{}", self.clause.full_number, self.clause.title))
    }

    /// What the office changed on a duty after it was issued, in words.
    fn changes(&self, duty: &DutyId) -> &[String] {
        self.changes.get(duty).map_or(&[], Vec::as_slice)
    }
}

/// A change after the issue: 2026-03-05 期限由 2026-06-30 调整为 2026-07-31，原因：上级通知顺延.
fn changed(change: &Change) -> String {
    let date = |text: &str| if text.is_empty() { "无期限".to_owned() } else { text.to_owned() };
    let what = match &change.what {
        What::Due(from, to) => format!("期限由 {} 调整为 {}", date(from), date(to)),
        What::Opened => "改为公开".to_owned(),
    };
    let on = change.on.map(|day| format!("{day} ")).unwrap_or_default();
    let reason = if change.reason.is_empty() { String::new() } else { format!("，原因：{}", change.reason) };
    format!("{on}{what}{reason}")
}

/// `GET /plans/{id}/clauses/{clause}`
pub(super) async fn clause(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path((id, clause)): Path<(PlanId, ClauseId)>,
) -> Result<Response> {
    let plan = load::plan(&ctx, &id).await?;
    let mut all = plan.sections.iter().flat_map(|section| &section.clauses);
    let clause = all.find(|one| one.id == clause).ok_or(Error::NotFound)?.clone();
    let title = format!("{}{}", clause.full_number, clause.title).trim().to_owned();
    let duties: Vec<DutyId> = clause.duties.iter().map(|duty| duty.id.clone()).collect();
    let changes = changes::of(ctx.db(), &duties).await?.into_iter();
    let changes = changes.map(|(duty, changes)| (duty, changes.iter().map(changed).collect())).collect();
    let shell = content(shell(&ctx, &reader, &format!("{title} - {}", plan.row.title)), &ctx, &plan, &title);
    let page = ClausePage {
        shell: shell.crumb(SECTION, "/plans").crumb(&plan.row.title, format!("/plans/{id}")).crumb(title, ""),
        bar: bar(&clause.tally),
        as_of: time::show_minute(&plan.as_of),
        changes,
        clause,
        plan,
    };
    portal_page(&page)
}
