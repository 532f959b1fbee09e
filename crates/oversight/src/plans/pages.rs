//! Pages of plans in the office: list, import form, correction screen, confirmation.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use kernel::{id::PlanId, may, time};
use serde::Deserialize;
use web::{
    Ctx, Desk, Error, FormErrors, OfficeShell, Query, Redirect, Result, Steps, filters, hooks::OrganAliases,
    office_page, page, views,
};

use crate::{
    model::{OwnerRole, PlanKind, PlanState},
    permissions::MANAGE_PLANS,
    plans::{
        clear::{Cleared, Seen},
        confirm::{self, Readiness},
        doubts,
        edit::{Bulk, HeadFields},
        head_doubts,
        merge::Clash,
        reach::{self, Reach},
        replace,
        rows::{self, Listed, Twin, Wanted},
        steps::{self, Step},
        table::RowError,
        tree::{self, DutyRow, PlanRow},
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
    sort: String,
    dir: String,
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
    /// The query without the order, to be continued by the heads.
    sort_base: String,
    saved: Vec<views::Kept>,
    /// The list as it is, to be kept under a name; empty = nothing to keep.
    keep: String,
}

/// All plans. Those who do not manage plans see what was issued.
pub(crate) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let may_manage = may(&desk.actor(), &MANAGE_PLANS).is_ok();
    let state = match (PlanState::from_code(&filter.state), may_manage) {
        (Some(state), true) => state.code(),
        (Some(state @ (PlanState::Confirmed | PlanState::Superseded | PlanState::Revoked)), false) => state.code(),
        _ => "",
    };
    let kind = PlanKind::from_code(&filter.kind).map_or("", PlanKind::code);
    let year = filter.year.parse::<i64>().ok().filter(|year| *year > 0);
    let order = views::order(&filter.sort, &filter.dir);
    let wanted = Wanted { kind, state, year, drafts: may_manage, sort: &order };
    let (found, total) = rows::page(ctx.db(), wanted, &filter.after, SIZE).await?;
    let rest = page::query_string(&[("kind", kind), ("state", state), ("year", &filter.year)]);
    let ordered = page::query_string(&[("sort", &filter.sort), ("dir", &filter.dir)]);
    let all: Vec<&str> = [rest.as_str(), &ordered].into_iter().filter(|part| !part.is_empty()).collect();
    let keep = all.join("&");
    let steps = Steps::new(&found, &keep);
    let years = rows::years(ctx.db()).await?;
    let item = |row: Listed| {
        let state = PlanState::of(&row.state, &row.revoked_at);
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
        saved: views::kept(&ctx, &desk.staff, "/plans", &keep).await?,
        keep,
        sort_base: views::base(&rest),
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
    pub(crate) sheet: String,
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
    let mut form = NewForm { kind: PlanKind::WorkPoints.code().into(), ..NewForm::default() };
    if !query.from.is_empty() {
        let plan = tree::plan(ctx.db().read(), &query.from.as_str().into()).await?.ok_or(Error::NotFound)?;
        if plan.state() != PlanState::Draft {
            return Err(steps::no_draft(plan.state()));
        }
        form = NewForm {
            kind: plan.kind,
            year: plan.year.to_string(),
            title: plan.title,
            sheet: String::new(),
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
    head: HeadFields,
    head_errors: FormErrors,
    head_open: bool,
    /// How many dates move with the year.
    moving: usize,
    twins: Vec<Twin>,
    settled: bool,
    twin_reason: String,
    twin_error: String,
    ended: Vec<view::EndedOrgan>,
    bulk: Bulk,
    picked: usize,
    open: String,
    clashes: Vec<Clash>,
    own: bool,
    imported: String,
    sections: Vec<view::SectionView>,
    /// What stands before and after the sections.
    frame: Vec<view::WordsView>,
    /// How it stands with the secrecy review, once anybody was asked.
    cleared: Option<Cleared>,
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
    pub(crate) clashes: Vec<Clash>,
    /// Whether the person did it all, in another tab.
    pub(crate) own: bool,
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
    let ready = confirm::readiness(&tree, &directory, today);
    let twins = rows::twins(ctx.db().read(), &tree.plan).await?;
    let at = |form: &str| again.typed.at == form;
    let of = |form: &str| if at(form) { again.typed.errors.clone() } else { FormErrors::new() };
    let none =
        Bulk { due_on: String::new(), cadence: String::new(), owner: String::new(), role: OwnerRole::Responsible };
    let template = DraftPage {
        shell: desk.shell(ctx, format!("核对：{}", tree.plan.title)).await?.with_error(failed),
        head: again.typed.head.clone().unwrap_or_else(|| head_of(&tree.plan)),
        head_errors: of("head"),
        head_open: at("head"),
        moving: doubts::moving(&tree, tree.plan.year).count().max(doubts::moving(&tree, tree.plan.text_year).count()),
        settled: doubts::is_settled(&tree.plan, &twins),
        twins,
        twin_reason: if at("twin") { again.typed.reason.clone() } else { tree.plan.twin_reason.clone() },
        twin_error: of("twin").of("twin_reason").unwrap_or_default().to_owned(),
        ended: view::ended_organs(&tree, &directory, today),
        bulk: again.typed.bulk.clone().unwrap_or(none),
        picked: again.typed.picked.len(),
        open: again.open.clone(),
        clashes: again.clashes,
        own: again.own,
        errors: again.errors,
        imported,
        frame: view::frame_words(&tree, &again.typed),
        cleared: Some(Cleared::of(ctx, desk, id, &Seen::draft(&tree)).await?).filter(|cleared| cleared.touched),
        sections: view::sections(&tree, &again.open, &again.typed, &ready, &directory, today),
        lines: view::lines(&tree),
        names: view::unmatched_names(&tree, &directory, today),
        warnings: tree.plan.warnings(),
        ready,
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
    /// `undated` ticks the duties without date and cadence.
    pick: String,
    /// A form that is shown at once: `head`, or `w-` and the part whose words are to be corrected.
    fix: String,
}

/// The head as its form shows it.
fn head_of(plan: &PlanRow) -> HeadFields {
    HeadFields {
        title: plan.title.clone(),
        year: plan.year.to_string(),
        document_number: plan.document_number.clone(),
        issued_on: plan.issued_on.clone(),
        moves_dates: true,
    }
}

/// The correction screen.
pub(crate) async fn draft(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<PlanId>,
    Query(query): Query<DraftQuery>,
) -> Result<Response> {
    let mut typed = view::Typed { at: query.fix, ..view::Typed::default() };
    if query.pick == "undated"
        && let Some(tree) = tree::load(ctx.db(), &id).await?
    {
        let undated = |duty: &&DutyRow| duty.is_owed() && duty.due_on.is_empty() && duty.cadence.is_empty();
        typed.picked = tree.duties.iter().filter(undated).map(|duty| duty.id.clone()).collect();
    }
    draft_page(&ctx, &desk, &id, Again { open: query.open, typed, ..Again::default() }).await
}

#[derive(Template)]
#[template(path = "plans/templates/confirm.html")]
struct ConfirmPage {
    shell: OfficeShell,
    plan: PlanRow,
    ready: Readiness,
    reach: Reach,
    twins: Vec<Twin>,
    settled: bool,
    organs: Vec<String>,
    cleared: Cleared,
    /// What of the head wants a reason.
    head: Vec<String>,
    /// What stops with the plan that gives way, in words; empty = none does.
    stops: String,
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
    let (twins, reach) = (rows::twins(ctx.db().read(), &tree.plan).await?, reach::of(&ctx, &ready.organs).await?);
    let cleared = Cleared::of(&ctx, &desk, &id, &Seen::draft(&tree)).await?;
    let head = head_doubts::of(&ctx, ctx.db().read(), &tree.plan).await?;
    let stops = replace::stopping(&ctx, &tree.plan.replaces).await?.map(|stops| stops.words()).unwrap_or_default();
    let mut effect = format!(
        "{} 年：将向 {} 个机关下达 {} 项任务|{}",
        tree.plan.year,
        ready.organs.len(),
        ready.duties,
        reach.sentence()
    );
    if let Some(old) = twins.iter().find(|twin| twin.id == tree.plan.replaces && twin.in_force) {
        effect.push_str(&format!("|由这份替代“{}”|{stops}", old.title));
    }
    if ready.public > 0 {
        effect.push_str(&format!("|其中 {} 项的进展向全社会公开", ready.public));
    }
    effect.push_str("|下达后不能退回草稿：变动须走年中调整，下达错了须由两人撤销");
    office_page(&ConfirmPage {
        shell: desk.shell(&ctx, format!("下达：{}", tree.plan.title)).await?,
        organs: ready.organs.iter().map(|code| directory.short_name(code).to_owned()).collect(),
        once: ctx.once(),
        settled: doubts::is_settled(&tree.plan, &twins),
        cleared,
        head,
        stops,
        reach,
        twins,
        effect,
        ready,
        plan: tree.plan,
    })
}
