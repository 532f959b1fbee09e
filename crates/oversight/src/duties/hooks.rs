//! What duties offer the rest of the program: work for people, the progress of the year, what a document is evidence of.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::{ToSpan, civil::Date};
use kernel::{Action, Staff, may, may_for, time};
use store::{FromRow, query_as, query_scalar};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, EvidenceUse, EvidenceUses, PlanProgress, Progress},
};

use crate::{
    duties::{
        extra::Values,
        lapse,
        model::State,
        store::{Assigned, Scope, answered_by, assigned},
    },
    portal,
};

/// Duties to report on, evidence to decide on, drafts of plans.
pub fn desk_source() -> Arc<dyn DeskSource> {
    Arc::new(Desk)
}

/// Which public duties a document is evidence of.
pub fn evidence_uses() -> Arc<dyn EvidenceUses> {
    Arc::new(Uses)
}

/// The progress of the newest work plan.
pub fn plan_progress() -> Arc<dyn PlanProgress> {
    Arc::new(Year)
}

struct Desk;

/// Days before the due date from which a duty stands in the work list.
const AHEAD: i64 = 30;

/// The own organ's shares that want something done: returned, overdue, or due soon. Supporting organs are asked only when
/// their own evidence came back.
async fn own_work(ctx: &Ctx, staff: &Staff) -> Result<Vec<Assigned>> {
    if may_for(&staff.clone().into(), Action::ReportDuties, &staff.organ).is_err() {
        return Ok(Vec::new());
    }
    let today = ctx.today();
    let organs = Some(answered_by(&ctx.directory(), &staff.organ, today));
    let mut rows = assigned(ctx.db(), &Scope { organs, ..Scope::default() }, today).await?;
    let soon = today.saturating_add(AHEAD.days());
    rows.retain(|row| {
        let standing = &row.standing;
        let open = !matches!(standing.state, State::Confirmed | State::Evidenced) || standing.overdue;
        let near = standing.overdue || standing.due_on.is_some_and(|due| due <= soon);
        !standing.ended && (standing.state == State::Returned || (row.role.answers() && open && near))
    });
    Ok(rows)
}

#[derive(FromRow)]
struct Waiting {
    duty: String,
    assignment: String,
    organ: String,
    text: String,
    since: String,
}

async fn waiting(ctx: &Ctx) -> Result<Vec<Waiting>> {
    Ok(query_as(
        "SELECT e.duty, e.assignment, e.organ, d.text, MIN(e.submitted_at) AS since FROM evidence e \
         JOIN duty d ON d.id = e.duty JOIN plan p ON p.id = e.plan WHERE e.decision = '' AND e.submitted_at <> '' \
         AND e.withdrawn_at = '' AND p.state = 'confirmed' GROUP BY e.duty, e.assignment, e.organ, d.text \
         ORDER BY since LIMIT 200",
    )
    .fetch_all(ctx.db().read())
    .await?)
}

#[derive(FromRow)]
struct FilledIn {
    id: String,
    text: String,
    extra: String,
}

/// Duties in which organs filled in something that the office has not accepted.
async fn filled_in(ctx: &Ctx) -> Result<Vec<FilledIn>> {
    let mut rows: Vec<FilledIn> = query_as(
        "SELECT d.id, d.text, d.extra FROM duty d JOIN plan p ON p.id = d.plan WHERE d.extra LIKE '%\"pending\":{%' \
         AND d.ended_at = '' AND p.state = 'confirmed' ORDER BY d.plan, d.id LIMIT 200",
    )
    .fetch_all(ctx.db().read())
    .await?;
    rows.retain(|row| !Values::read(&row.extra).waiting().is_empty());
    Ok(rows)
}

#[derive(FromRow)]
struct Draft {
    id: String,
    title: String,
    created_at: String,
}

fn day(stored: &str) -> Option<Date> {
    time::from_db(stored).map(time::date_in_china)
}

/// Working days within which the office should decide on evidence: a habit of the house, not law.
const DECIDE_DAYS: i64 = 5;

fn decide_by(ctx: &Ctx, since: Date) -> Date {
    let calendar = ctx.calendar();
    let (mut day, mut left) = (since, DECIDE_DAYS);
    while left > 0 {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        left -= i64::from(calendar.is_probably_working(day));
    }
    day
}

impl DeskSource for Desk {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let directory = ctx.directory();
            let short = |text: &str| web::filters::shortened(text, 70);
            let actor = staff.clone().into();
            let mut items = Vec::new();
            for row in own_work(ctx, staff).await? {
                items.push(DeskItem {
                    kind: if row.standing.state == State::Returned { "任务·退回" } else { "任务" }.into(),
                    group: "duty",
                    title: format!("{} {}", row.clause_number, short(&row.text)),
                    href: format!("/duties/{}", row.duty),
                    organ: directory.short_name(&row.organ).to_owned(),
                    since: row.standing.current_period().map(|now| now.period.start).or_else(|| day(&row.issued_at)),
                    due: row.standing.due_on,
                    mine: false,
                });
            }
            if may(&actor, Action::ConfirmDuties).is_ok() {
                for row in filled_in(ctx).await? {
                    items.push(DeskItem {
                        kind: "任务·采纳".into(),
                        group: "duty",
                        title: format!("办理情况待采纳：{}", short(&row.text)),
                        href: format!("/duties/{}", row.id),
                        organ: String::new(),
                        since: None,
                        due: None,
                        mine: false,
                    });
                }
                for row in waiting(ctx).await? {
                    let since = day(&row.since);
                    items.push(DeskItem {
                        kind: "任务·确认佐证".into(),
                        group: "duty",
                        title: short(&row.text),
                        href: format!("/duties/{}#a-{}", row.duty, row.assignment),
                        organ: directory.short_name(&kernel::OrganCode(row.organ)).to_owned(),
                        since,
                        due: since.map(|since| decide_by(ctx, since)),
                        mine: false,
                    });
                }
            }
            if may(&actor, Action::ManagePlans).is_ok() {
                let drafts: Vec<Draft> = query_as(
                    "SELECT id, title, created_at FROM plan WHERE state = 'draft' ORDER BY created_at LIMIT 50",
                )
                .fetch_all(ctx.db().read())
                .await?;
                for draft in drafts {
                    items.push(DeskItem {
                        kind: "要点草稿".into(),
                        group: "draft",
                        title: format!("{}：核对后下达", draft.title),
                        href: format!("/plans/{}/draft", draft.id),
                        organ: directory.short_name(&ctx.office_organ()).to_owned(),
                        since: day(&draft.created_at),
                        due: None,
                        mine: false,
                    });
                }
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let actor = staff.clone().into();
            let mut duties = i64::try_from(own_work(ctx, staff).await?.len()).unwrap_or(i64::MAX);
            let mut counts = Vec::new();
            if may(&actor, Action::ConfirmDuties).is_ok() {
                let waiting: i64 = query_scalar(
                    "SELECT COUNT(DISTINCT e.assignment) FROM evidence e JOIN plan p ON p.id = e.plan WHERE e.decision = '' \
                     AND e.submitted_at <> '' AND e.withdrawn_at = '' AND p.state = 'confirmed'",
                )
                .fetch_one(ctx.db().read())
                .await?;
                duties = duties.saturating_add(waiting);
            }
            counts.push(("/duties", duties));
            if may(&actor, Action::ManagePlans).is_ok() {
                let drafts: i64 =
                    query_scalar("SELECT COUNT(*) FROM plan WHERE state = 'draft'").fetch_one(ctx.db().read()).await?;
                counts.push(("/plans", drafts));
            }
            Ok(counts)
        })
    }
}

struct Uses;

#[derive(FromRow)]
struct Use {
    plan: String,
    title: String,
    clause: String,
    section_number: String,
    clause_number: String,
    clause_title: String,
}

impl EvidenceUses for Uses {
    fn of_document<'a>(&'a self, ctx: &'a Ctx, document: &'a str) -> BoxFuture<'a, Result<Vec<EvidenceUse>>> {
        Box::pin(async move {
            let rows: Vec<Use> = query_as(
                "SELECT DISTINCT e.plan, p.title, d.clause, s.number AS section_number, c.number AS clause_number, \
                 c.title AS clause_title, c.position, p.year FROM evidence e JOIN duty d ON d.id = e.duty \
                 JOIN plan_clause c ON c.id = d.clause JOIN plan_section s ON s.id = c.section JOIN plan p ON p.id = e.plan \
                 WHERE e.document = $1 AND e.decision = 'confirmed' AND e.withdrawn_at = '' AND d.visibility = 'public' \
                 AND p.state IN ('confirmed', 'superseded') AND c.ended_at = '' ORDER BY p.year DESC, e.plan, c.position LIMIT 20",
            )
            .bind(document)
            .fetch_all(ctx.db().read())
            .await?;
            if rows.is_empty() || lapse::withdrawn(ctx.db()).await?.contains_key(document) {
                return Ok(Vec::new());
            }
            let label =
                |row: &Use| format!("{} {}{} {}", row.title, row.section_number, row.clause_number, row.clause_title);
            let shown = rows.iter().map(|row| EvidenceUse {
                label: label(row).trim().to_owned(),
                path: format!("/plans/{}/clauses/{}", row.plan, row.clause),
            });
            Ok(shown.collect())
        })
    }
}

struct Year;

impl PlanProgress for Year {
    fn current<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<Progress>>> {
        Box::pin(async move { portal::current_progress(ctx).await })
    }
}
