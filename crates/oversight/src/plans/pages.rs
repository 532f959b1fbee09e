//! Pages of plans in the office: list, import form, correction screen, confirmation, overview, export.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use duty::{
    board::{self, Line},
    duties,
    model::Tally,
};
use kernel::{
    OrganCode, Staff,
    id::{ClauseId, DutyId, PlanId},
    may, time,
};
use serde::Deserialize;
use web::{
    Ctx, Desk, Error, FormErrors, OfficeShell, Query, Redirect, Result, Steps, filters, hooks::OrganAliases,
    office_page, page,
};

use crate::{
    model::{PlanKind, PlanState},
    permissions::MANAGE_PLANS,
    plans::{
        amend::AmendmentId,
        confirm::{self, Readiness},
        rows::{self, Listed, Wanted},
        steps::{self, Step},
        table::RowError,
        tree::{self, PlanRow, Tree},
        view,
    },
};

/// What the list is filtered by.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    kind: String,
    state: String,
    year: String,
    after: String,
}

/// Rows on a page.
const SIZE: usize = 50;

struct ListItem {
    id: PlanId,
    title: String,
    document_number: String,
    kind: &'static str,
    year: i64,
    state: PlanState,
    changed: String,
    version: i64,
    href: String,
}

#[derive(Template)]
#[template(path = "plans/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    filter: Filter,
    kinds: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, &'static str)>,
    years: Vec<(String, String)>,
    items: Vec<ListItem>,
    steps: Steps,
    total: i64,
    may_manage: bool,
    filtered: bool,
}

/// All plans. Those who do not manage plans see what was issued.
pub(crate) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let may_manage = may(&desk.actor(), &MANAGE_PLANS).is_ok();
    let state = match (PlanState::from_code(&filter.state), may_manage) {
        (Some(state), true) => state.code(),
        (Some(state @ (PlanState::Confirmed | PlanState::Superseded)), false) => state.code(),
        _ => "",
    };
    let kind = PlanKind::from_code(&filter.kind).map_or("", PlanKind::code);
    let year = filter.year.parse::<i64>().ok().filter(|year| *year > 0);
    let wanted = Wanted { kind, state, year, drafts: may_manage };
    let (found, total) = rows::page(ctx.db(), wanted, &filter.after, SIZE).await?;
    let rest = page::query_string(&[("kind", kind), ("state", state), ("year", &filter.year)]);
    let steps = Steps::new(&found, &rest);
    let years = rows::years(ctx.db()).await?;
    let item = |row: Listed| {
        let state = PlanState::from_code(&row.state).unwrap_or(PlanState::Discarded);
        let end = if state == PlanState::Draft { "/draft" } else { "" };
        ListItem {
            href: format!("/plans/{}{end}", row.id),
            id: row.id,
            title: row.title,
            document_number: row.document_number,
            kind: PlanKind::from_code(&row.kind).map_or("", PlanKind::label),
            year: row.year,
            state,
            changed: time::show_minute(&row.as_of),
            version: row.version,
        }
    };
    office_page(&ListPage {
        shell: desk.shell(&ctx, "工作要点").await?,
        kinds: PlanKind::ALL.iter().map(|kind| (kind.code(), kind.label())).collect(),
        states: PlanState::ALL.iter().filter(|_| may_manage).map(|state| (state.code(), state.label())).collect(),
        years: years.iter().map(|year| (year.to_string(), format!("{year} 年"))).collect(),
        items: found.rows.into_iter().map(item).collect(),
        steps,
        total,
        may_manage,
        filtered: !rest.is_empty(),
        filter,
    })
}

/// The import form as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewForm {
    pub(crate) kind: String,
    pub(crate) year: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) replaces: String,
}

#[derive(Template)]
#[template(path = "plans/templates/new.html")]
struct NewPage {
    shell: OfficeShell,
    errors: FormErrors,
    form: NewForm,
    kinds: Vec<(&'static str, &'static str, &'static str)>,
    rows: Vec<RowError>,
    /// The plan with the same text: address, title, state.
    same: Option<(String, String, &'static str)>,
    replaced: Option<String>,
    once: String,
}

/// What a refused import shows besides the form.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    pub(crate) errors: FormErrors,
    pub(crate) rows: Vec<RowError>,
    pub(crate) same: Option<(String, String, &'static str)>,
}

/// The import form; also after a refusal, with everything typed kept.
pub(crate) async fn new_page(ctx: &Ctx, desk: &Desk, form: NewForm, refused: Refused) -> Result<Response> {
    let failed = !refused.errors.is_empty() || refused.same.is_some();
    let hint = |kind: PlanKind| match kind {
        PlanKind::WorkPoints => "政务公开工作要点等，按章节和条目编排",
        PlanKind::GovernmentWorkReport => "政府工作报告任务分解，可填分管县领导",
        PlanKind::KeyProject => "可上传表格，一行一个项目；可填总投资、建设阶段",
        PlanKind::InspectionFinding => "可上传问题清单表格；可填整改措施、问责情况",
        PlanKind::AuditFinding => "可上传问题清单表格；可填整改措施、问责情况",
    };
    let replaced = match form.replaces.as_str() {
        "" => None,
        id => tree::plan(ctx.db().read(), &id.into()).await?.map(|plan| plan.title),
    };
    let template = NewPage {
        shell: desk.shell(ctx, "导入工作要点").await?.with_error(failed),
        errors: refused.errors,
        kinds: PlanKind::ALL.iter().map(|kind| (kind.code(), kind.label(), hint(*kind))).collect(),
        rows: refused.rows,
        same: refused.same,
        replaced,
        once: ctx.once(),
        form,
    };
    if failed { page::office_errors(&template) } else { office_page(&template) }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewQuery {
    from: String,
}

/// The import form, empty or with the text of a draft that is to be read anew.
pub(crate) async fn new(State(ctx): State<Ctx>, desk: Desk, Query(query): Query<NewQuery>) -> Result<Response> {
    let mut form = NewForm {
        kind: PlanKind::WorkPoints.code().into(),
        year: ctx.today().year().to_string(),
        ..NewForm::default()
    };
    if !query.from.is_empty() {
        let plan = tree::plan(ctx.db().read(), &query.from.as_str().into()).await?.ok_or(Error::NotFound)?;
        if plan.state() != PlanState::Draft {
            return Err(steps::no_draft(plan.state()));
        }
        form = NewForm {
            kind: plan.kind,
            year: plan.year.to_string(),
            title: plan.title,
            text: plan.source,
            replaces: plan.id.to_string(),
        };
    }
    new_page(&ctx, &desk, form, Refused::default()).await
}

#[derive(Template)]
#[template(path = "plans/templates/draft.html")]
struct DraftPage {
    shell: OfficeShell,
    errors: FormErrors,
    plan: PlanRow,
    imported: String,
    sections: Vec<view::SectionView>,
    lines: Vec<view::Line>,
    names: Vec<view::NameView>,
    warnings: Vec<plan_text::Warning>,
    ready: Readiness,
    undo: Option<Step>,
    recent: Vec<String>,
    conflict: Vec<String>,
    kept: String,
    organs: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    clauses: Vec<(String, String)>,
    cadences: Vec<(&'static str, &'static str)>,
    roles: Vec<(&'static str, &'static str)>,
    visibilities: Vec<(&'static str, &'static str)>,
    aliases: bool,
}

/// What a refused correction shows: the form as typed, errors, or the changes of others.
#[derive(Debug, Default)]
pub(crate) struct Again {
    pub(crate) open: String,
    pub(crate) typed: view::Typed,
    pub(crate) errors: FormErrors,
    pub(crate) conflict: Vec<String>,
    pub(crate) kept: String,
}

/// The correction screen; also after a refusal.
pub(crate) async fn draft_page(ctx: &Ctx, desk: &Desk, id: &PlanId, again: Again) -> Result<Response> {
    let tree = tree::load(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    if tree.plan.state() != PlanState::Draft {
        return if again.errors.is_empty() && again.conflict.is_empty() {
            Ok(Redirect::to(format!("/plans/{id}")).into_response())
        } else {
            Err(steps::no_draft(tree.plan.state()))
        };
    }
    let (directory, today) = (ctx.directory(), ctx.today());
    let failed = !again.errors.is_empty() || !again.conflict.is_empty();
    let conflicted = !again.conflict.is_empty();
    let imported = format!("{} 由{}导入", time::show_minute(&tree.plan.created_at), tree.plan.created_by_name);
    let template = DraftPage {
        shell: desk.shell(ctx, format!("核对：{}", tree.plan.title)).await?.with_error(failed),
        errors: again.errors,
        imported,
        sections: view::sections(&tree, &again.open, &again.typed, &directory, today),
        lines: view::lines(&tree),
        names: view::unmatched_names(&tree, &directory, today),
        warnings: tree.plan.warnings(),
        ready: confirm::readiness(&tree, &directory, today),
        undo: steps::last(ctx, id).await?,
        recent: steps::recent(ctx, id, 20).await?.iter().map(Step::line).collect(),
        conflict: again.conflict,
        kept: again.kept,
        organs: directory.options(today),
        groups: view::group_choices(&directory, today),
        clauses: view::clause_choices(&tree),
        cadences: view::cadence_choices(),
        roles: view::role_choices(),
        visibilities: view::visibility_choices(),
        aliases: may(&desk.actor(), ctx.one::<Arc<dyn OrganAliases>>().permission()).is_ok(),
        plan: tree.plan,
    };
    let mut response = if failed { page::office_errors(&template)? } else { office_page(&template)? };
    if conflicted {
        *response.status_mut() = axum::http::StatusCode::CONFLICT;
    }
    Ok(response)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DraftQuery {
    open: String,
}

/// The correction screen.
pub(crate) async fn draft(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<PlanId>,
    Query(query): Query<DraftQuery>,
) -> Result<Response> {
    draft_page(&ctx, &desk, &id, Again { open: query.open, ..Again::default() }).await
}

#[derive(Template)]
#[template(path = "plans/templates/confirm.html")]
struct ConfirmPage {
    shell: OfficeShell,
    plan: PlanRow,
    ready: Readiness,
    organs: Vec<String>,
    once: String,
    effect: String,
}

/// What will be issued, in numbers, and what stands in the way.
pub(crate) async fn confirm_page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<PlanId>) -> Result<Response> {
    let tree = tree::load(ctx.db(), &id).await?.ok_or(Error::NotFound)?;
    match tree.plan.state() {
        PlanState::Draft => {}
        PlanState::Confirmed => return Ok(Redirect::to(format!("/plans/{id}")).into_response()),
        other => return Err(steps::no_draft(other)),
    }
    let directory = ctx.directory();
    let ready = confirm::readiness(&tree, &directory, ctx.today());
    let mut effect = format!("将向 {} 个机关下达 {} 项任务", ready.organs.len(), ready.duties);
    if ready.public > 0 {
        effect.push_str(&format!("|其中 {} 项的进展向全社会公开", ready.public));
    }
    effect.push_str("|下达后不能退回草稿，变动须走年中调整");
    office_page(&ConfirmPage {
        shell: desk.shell(&ctx, format!("下达：{}", tree.plan.title)).await?,
        organs: ready.organs.iter().map(|code| directory.short_name(code).to_owned()).collect(),
        once: ctx.once(),
        effect,
        ready,
        plan: tree.plan,
    })
}

struct ClauseProgress {
    id: ClauseId,
    number: String,
    title: String,
    duties: usize,
    words: String,
    done: u32,
    total: u32,
    late: u32,
    ended: String,
}

struct SectionProgress {
    heading: String,
    bar: String,
    tally: Tally,
    clauses: Vec<ClauseProgress>,
}

#[derive(Template)]
#[template(path = "plans/templates/overview.html")]
struct OverviewPage {
    shell: OfficeShell,
    plan: PlanRow,
    sections: Vec<SectionProgress>,
    all: Tally,
    organs: usize,
    confirmed: String,
    amendments: Vec<(String, String, String)>,
    open_amendment: Option<AmendmentId>,
    may_manage: bool,
    successors: Vec<(String, String)>,
    replacement: Option<(PlanId, String)>,
}

/// A confirmed plan for the office: how far each section and clause has come.
pub(crate) async fn overview(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<PlanId>) -> Result<Response> {
    let tree = tree::load(ctx.db(), &id).await?.ok_or(Error::NotFound)?;
    let may_manage = may(&desk.actor(), &MANAGE_PLANS).is_ok();
    match (tree.plan.state(), may_manage) {
        (PlanState::Confirmed | PlanState::Superseded, _) => {}
        (PlanState::Draft, true) => return Ok(Redirect::to(format!("/plans/{id}/draft")).into_response()),
        (PlanState::Discarded, true) => return Err(steps::no_draft(PlanState::Discarded)),
        // A draft is nobody's business but the office's.
        _ => return Err(Error::NotFound),
    }
    let (lines, shares) = (lines(&ctx, &tree).await?, shares(&ctx, &tree).await?);
    let open = open(&ctx, &desk.staff, &tree, &shares);
    let whole = tree.duties.iter().all(|duty| open.contains(&duty.id));
    let mut all = Tally::default();
    let mut sections = Vec::new();
    for section in &tree.sections {
        let mut tally = Tally::default();
        let mut clauses = Vec::new();
        for clause in tree.clauses.iter().filter(|clause| clause.section == section.id) {
            let shown: Vec<_> = tree.duties_of(&clause.id).filter(|duty| open.contains(&duty.id)).collect();
            let closed = tree.duties_of(&clause.id).count() > shown.len();
            if closed && shown.is_empty() {
                continue;
            }
            let mut own = Tally::default();
            for duty in tree.duties_of(&clause.id).filter(|duty| duty.ended_at.is_empty()) {
                if let Some(line) = lines.get(&duty.id).filter(|_| open.contains(&duty.id)) {
                    own.add(line.state, line.overdue);
                    tally.add(line.state, line.overdue);
                    all.add(line.state, line.overdue);
                }
            }
            clauses.push(ClauseProgress {
                id: clause.id.clone(),
                number: tree.clause_number(clause),
                title: match (clause.title.as_str(), closed) {
                    ("", false) => filters::shortened(&clause.text, 30),
                    // The clause's words would tell of what is closed.
                    ("", true) => shown.first().map(|duty| filters::shortened(&duty.text, 30)).unwrap_or_default(),
                    (title, _) => title.to_owned(),
                },
                duties: shown.len(),
                words: words_of(own),
                done: own.confirmed,
                total: own.total(),
                late: own.overdue,
                ended: clause.ended_reason.clone(),
            });
        }
        let heading = match section.number.as_str() {
            "" => section.title.clone(),
            number => format!("{number}、{}", section.title),
        };
        let (done, doing, late, rest) = tally.bar();
        let bar = web::svg::progress(done, doing, late, rest, &heading);
        sections.push(SectionProgress { heading, bar, tally, clauses });
    }
    let organs: BTreeSet<_> = shares.iter().filter(|(duty, _)| open.contains(duty)).map(|(_, organ)| organ).collect();
    let (amendments, open_amendment) = crate::plans::amend::history(&ctx, &id).await?;
    let successors = if may_manage { rows::successors(ctx.db(), &tree.plan).await? } else { Vec::new() };
    let replacement = match tree.plan.superseded_by.as_str() {
        "" => None,
        _ => tree::plan(ctx.db().read(), &tree.plan.superseded_by).await?.map(|plan| (plan.id, plan.title)),
    };
    let confirmed = format!("{} 由{}下达", time::show_minute(&tree.plan.confirmed_at), tree.plan.confirmed_by_name);
    let mut plan = tree.plan;
    if !whole {
        plan.source.clear();
    }
    office_page(&OverviewPage {
        shell: desk.shell(&ctx, plan.title.clone()).await?,
        sections,
        all,
        organs: organs.len(),
        confirmed,
        amendments,
        open_amendment,
        may_manage,
        successors,
        replacement,
        plan,
    })
}

/// How the duties of a plan stand today.
pub(crate) async fn lines(ctx: &Ctx, tree: &Tree) -> Result<HashMap<DutyId, Line>> {
    let filter = board::Filter { source: Some(tree.plan.key()), closed: true, ..board::Filter::default() };
    let lines = board::all(ctx.db(), board::Rows::Duties, &filter, board::Order::default(), ctx.today()).await?;
    Ok(lines.into_iter().map(|line| (line.duty.clone(), line)).collect())
}

/// Which organs have a share of which duty of a plan, ended ones too.
pub(crate) async fn shares(ctx: &Ctx, tree: &Tree) -> Result<Vec<(DutyId, OrganCode)>> {
    let shares = duties::shares(ctx.db().read(), &tree.plan.key()).await?;
    Ok(shares.into_iter().map(|share| (share.duty, share.organ)).collect())
}

/// The duties of an issued plan whose words and state this person may see: all for the competent department, else the
/// public ones and those of which the own organ has a share.
fn open(ctx: &Ctx, staff: &Staff, tree: &Tree, shares: &[(DutyId, OrganCode)]) -> HashSet<DutyId> {
    let seen = tree.duties.iter().filter(|duty| staff.central || duty.is_public()).map(|duty| duty.id.clone());
    let own = ctx.directory().answered_by(&staff.organ, ctx.today());
    let shared = shares.iter().filter(|(_, organ)| own.contains(organ)).map(|(duty, _)| duty.clone());
    seen.chain(shared).collect()
}

fn words_of(tally: Tally) -> String {
    if tally.total() == 0 {
        return "原则性表述，没有下达任务".into();
    }
    let mut words = format!("已办结 {} 项，共 {} 项", tally.confirmed, tally.total());
    if tally.overdue > 0 {
        words.push_str(&format!("，逾期 {} 项", tally.overdue));
    }
    words
}
