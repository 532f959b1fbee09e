//! An issued plan in the office: how far each section and clause has come, its amendments, and how it leaves force.

use std::collections::{BTreeSet, HashMap, HashSet};

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use duty::{board::Line, duties, model::Tally};
use kernel::{
    OrganCode, Staff,
    id::{ClauseId, DutyId, PlanId},
    may, time,
};
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Redirect, Result, filters, office_page, page};

use crate::{
    model::PlanState,
    permissions::MANAGE_PLANS,
    plans::{
        amend::{self, AmendmentId},
        public, replace,
        revoke::{self, Revocation},
        rows, standing, steps,
        tree::{self, PlanRow, Tree},
    },
};

struct ClauseProgress {
    id: ClauseId,
    number: String,
    title: String,
    duties: u32,
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
    amendments: Vec<amend::Done>,
    open_amendment: Option<AmendmentId>,
    may_manage: bool,
    successors: Vec<(String, String)>,
    replacement: Option<(PlanId, String)>,
    /// Address of the public page; empty when there is none.
    public: String,
    /// What was said of another plan of its year, in words.
    twin: String,
    revocation: Option<Revocation>,
    /// A request that was not agreed to: when, who, why.
    refused: Option<(String, String, String)>,
    /// Whether this person asked for it, and so is not the one who decides.
    own_request: bool,
    /// Titles of the plans that this one replaced.
    replaced: Vec<String>,
    /// The plan that is to take its place, when that is what was asked for: its title.
    gives_way_to: String,
    /// Of all duties, how many the public does not count.
    internal: usize,
    /// What stops when another takes its place, in words; empty when nothing could.
    stops: String,
    errors: FormErrors,
    reason: String,
    once: String,
}

/// A confirmed plan for the office: how far each section and clause has come.
pub(crate) async fn overview(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<PlanId>) -> Result<Response> {
    overview_page(&ctx, &desk, &id, String::new(), FormErrors::new()).await
}

/// The same, also after a refused request to revoke it, with its `reason` as typed.
pub(crate) async fn overview_page(
    ctx: &Ctx,
    desk: &Desk,
    id: &PlanId,
    reason: String,
    errors: FormErrors,
) -> Result<Response> {
    let tree = tree::load(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    let may_manage = may(&desk.actor(), &MANAGE_PLANS).is_ok();
    match (tree.plan.state(), may_manage) {
        (PlanState::Confirmed | PlanState::Superseded | PlanState::Revoked, _) => {}
        (PlanState::Draft, true) => return Ok(Redirect::to(format!("/plans/{id}/draft")).into_response()),
        (PlanState::Discarded, true) => return Err(steps::no_draft(PlanState::Discarded)),
        // A draft is nobody's business but the office's.
        _ => return Err(Error::NotFound),
    }
    let (lines, issued) =
        (standing::lines(ctx, &tree).await?, duties::shares(ctx.db().read(), &tree.plan.key()).await?);
    let shares: Vec<(DutyId, OrganCode)> =
        issued.iter().map(|share| (share.duty.clone(), share.organ.clone())).collect();
    let open = open(ctx, &desk.staff, &tree, &shares);
    let whole = tree.plan.kind().has_public_text() || tree.duties.iter().all(|duty| open.contains(&duty.id));
    let (sections, all) = sections(&tree, &lines, &open);
    // Those who owe something today: after a reform the organ that answers, as on the board and on the portal.
    let (directory, today) = (ctx.directory(), ctx.today());
    let owing = issued.iter().filter(|share| share.ended_at.is_empty() && open.contains(&share.duty));
    let organs: BTreeSet<OrganCode> = owing.map(|share| directory.stands_for(&share.organ, today)).collect();
    let (amendments, open_amendment) = crate::plans::amend::history(ctx, id).await?;
    let successors = if may_manage { rows::successors(ctx.db(), &tree.plan).await? } else { Vec::new() };
    let replacement = match tree.plan.superseded_by.as_str() {
        "" => None,
        _ => tree::plan(ctx.db().read(), &tree.plan.superseded_by).await?.map(|plan| (plan.id, plan.title)),
    };
    let confirmed = format!("{} 由{}下达", time::show_minute(&tree.plan.confirmed_at), tree.plan.confirmed_by_name);
    let public = if public::clauses(&tree).iter().any(|clause| !clause.duties.is_empty()) {
        format!("{}/plans/{id}", ctx.portal_url())
    } else {
        String::new()
    };
    let revocation = revoke::open(ctx.db().read(), id).await?;
    let refused = if may_manage && revocation.is_none() { revoke::refused(ctx.db(), id).await? } else { None };
    let refused = refused.map(|(row, why)| (time::show_minute(&row.decided_at), row.decided_by_name, why));
    let own_request = revocation.as_ref().is_some_and(|asked| asked.requested_by == desk.actor().log_id());
    let replaced = if may_manage { rows::replaced_by(ctx.db().read(), id).await? } else { Vec::new() };
    let gives_way_to = match revocation.as_ref().map(|asked| asked.gives_way_to.clone()) {
        Some(by) if !by.as_str().is_empty() => {
            tree::plan(ctx.db().read(), &by).await?.map(|by| by.title).unwrap_or_default()
        }
        _ => String::new(),
    };
    let stops = if may_manage && (!successors.is_empty() || !gives_way_to.is_empty()) {
        replace::stopping(ctx, id).await?.map(|stops| stops.words()).unwrap_or_default()
    } else {
        String::new()
    };
    let hidden = |duty: &&tree::DutyRow| duty.is_owed() && !duty.is_public() && open.contains(&duty.id);
    let internal = tree.duties.iter().filter(hidden).count();
    let failed = !errors.is_empty();
    let mut plan = tree.plan;
    let twin = match (plan.twin_reason.as_str(), plan.replaces.as_str()) {
        ("", _) => String::new(),
        (reason, "") => format!("与同年度的计划并行：{reason}"),
        (reason, _) => format!("替代同年度的计划：{reason}"),
    };
    if !whole {
        plan.source.clear();
    }
    let template = OverviewPage {
        shell: desk.shell(ctx, plan.title.clone()).await?.with_error(failed),
        sections,
        all,
        organs: organs.len(),
        confirmed,
        amendments,
        open_amendment,
        may_manage,
        successors,
        replacement,
        public,
        twin,
        own_request,
        refused,
        revocation: revocation.filter(|_| may_manage),
        replaced: replaced.into_iter().map(|(_, title)| title).collect(),
        gives_way_to,
        internal,
        stops,
        errors,
        reason,
        once: ctx.once(),
        plan,
    };
    if failed { page::office_errors(&template) } else { office_page(&template) }
}

/// Each section with its clauses, and all duties counted: what this person may see of it.
fn sections(tree: &Tree, lines: &HashMap<DutyId, Line>, open: &HashSet<DutyId>) -> (Vec<SectionProgress>, Tally) {
    let mut all = Tally::default();
    let mut sections = Vec::new();
    for section in &tree.sections {
        let mut tally = Tally::default();
        let mut clauses = Vec::new();
        for clause in tree.clauses.iter().filter(|clause| clause.section == section.id) {
            let shown: Vec<_> = tree.duties_of(&clause.id).filter(|duty| open.contains(&duty.id)).collect();
            let closed = !tree.plan.kind().has_public_text() && tree.duties_of(&clause.id).count() > shown.len();
            if closed && shown.is_empty() {
                continue;
            }
            let mut own = Tally::default();
            let unowed = shown.iter().filter(|duty| duty.ended_at.is_empty() && !duty.is_owed()).count();
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
                duties: own.total(),
                words: if !clause.ended_at.is_empty() {
                    "已在调整时终止".to_owned()
                } else if own.total() == 0
                    && tree.duties_of(&clause.id).any(|duty| duty.is_owed() && !open.contains(&duty.id))
                {
                    "进展只对承担单位显示".to_owned()
                } else {
                    words_of(own, unowed)
                },
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
        let bar = charts::progress(done, doing, late, rest, &heading);
        sections.push(SectionProgress { heading, bar, tally, clauses });
    }
    (sections, all)
}

/// The duties of an issued plan whose words and state this person may see: all for the competent department, else the
/// public ones and those of which the own organ has a share.
fn open(ctx: &Ctx, staff: &Staff, tree: &Tree, shares: &[(DutyId, OrganCode)]) -> HashSet<DutyId> {
    let seen = tree.duties.iter().filter(|duty| staff.central || duty.is_public()).map(|duty| duty.id.clone());
    let own = ctx.directory().answered_by(&staff.organ, ctx.today());
    let shared = shares.iter().filter(|(_, organ)| own.contains(organ)).map(|(duty, _)| duty.clone());
    seen.chain(shared).collect()
}

fn words_of(tally: Tally, unowed: usize) -> String {
    if tally.total() == 0 {
        return "原则性表述，没有下达任务".into();
    }
    let mut words = format!("已办结 {} 项", tally.confirmed);
    if tally.overdue > 0 {
        words.push_str(&format!("，逾期 {} 项", tally.overdue));
    }
    if unowed > 0 {
        words.push_str(&format!("；另有 {unowed} 项没有下达"));
    }
    words
}
