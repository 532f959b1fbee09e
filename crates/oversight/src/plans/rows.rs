//! Questions about plans as rows, for lists and work lists; a plan with its text is read by [`super::tree`].

use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, id::PlanId, time};
use serde_json::json;
use store::{
    Db, Executor, FromRow, Result, Tx, query, query_as, query_scalar,
    sql::{By, List, Page},
};
use web::{Ctx, Error};

use crate::{
    events,
    model::PlanState,
    plans::tree::{self, PlanRow},
};

/// A plan as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Listed {
    pub(crate) id: PlanId,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) document_number: String,
    pub(crate) year: i64,
    pub(crate) state: String,
    pub(crate) revoked_at: String,
    pub(crate) as_of: String,
    pub(crate) version: i64,
}

/// What the list is filtered by; codes, empty = all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) kind: &'a str,
    pub(crate) state: &'a str,
    pub(crate) year: Option<i64>,
    /// Drafts too, for those who manage plans.
    pub(crate) drafts: bool,
    /// Name of the order: `title`, `changed` or `year`, with `-` behind it from the last to the first; anything else = newest
    /// year first.
    pub(crate) sort: &'a str,
}

/// A page of plans, newest year first unless wanted otherwise, and how many there are in all.
pub(crate) async fn page(db: &Db, wanted: Wanted<'_>, after: &str, size: usize) -> Result<(Page<Listed>, i64)> {
    let some = |code: &str| (!code.is_empty()).then(|| code.to_owned());
    let columns = "p.id, p.kind, p.title, p.document_number, p.year, p.state, p.revoked_at, s.as_of, p.version";
    let list = List::new(columns, "plan p JOIN duty_source s ON s.kind = p.kind AND s.id = p.id", "p.id")
        .sort("year-", &[By::down("p.year"), By::down("p.created_at")])
        .sort("year", &[By::up("p.year"), By::up("p.created_at")])
        .sort("title", &[By::up("p.title")])
        .sort("title-", &[By::down("p.title")])
        .sort("changed", &[By::up("s.as_of")])
        .sort("changed-", &[By::down("s.as_of")])
        .equals("p.state", some(if wanted.state == "revoked" { "superseded" } else { wanted.state }))
        .equals("p.kind", some(wanted.kind))
        .equals("p.year", wanted.year);
    let list = match (wanted.state, wanted.drafts) {
        ("superseded", _) => list.given("p.revoked_at = ''"),
        ("revoked", _) => list.given("p.revoked_at <> ''"),
        ("", false) => list.given("p.state IN ('confirmed', 'superseded')"),
        _ => list,
    };
    let total = list.count(db, i64::MAX - 1).await?.rows;
    Ok((list.page(db, Some(wanted.sort), Some(after), size).await?, total))
}

/// The plans that were revoked: few, since each was a mistake.
pub(crate) async fn revoked(db: &Db) -> Result<Vec<PlanId>> {
    query_scalar("SELECT id FROM plan WHERE revoked_at <> '' ORDER BY id").fetch_all(db.read()).await
}

/// The years of which there are plans, newest first.
pub(crate) async fn years(db: &Db) -> Result<Vec<i64>> {
    query_scalar("SELECT DISTINCT year FROM plan ORDER BY year DESC").fetch_all(db.read()).await
}

/// A draft that waits to be issued.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Draft {
    pub(crate) id: PlanId,
    pub(crate) title: String,
    pub(crate) created_at: String,
}

/// Drafts that wait to be issued, oldest first; at most fifty.
pub(crate) async fn drafts(db: &Db) -> Result<Vec<Draft>> {
    query_as("SELECT id, title, created_at FROM plan WHERE state = 'draft' ORDER BY created_at LIMIT 50")
        .fetch_all(db.read())
        .await
}

/// How many drafts wait.
pub(crate) async fn count_drafts(db: &Db) -> Result<i64> {
    query_scalar("SELECT COUNT(*) FROM plan WHERE state = 'draft'").fetch_one(db.read()).await
}

/// Id and title of the plans that gave way to this one.
pub(crate) async fn replaced_by<'e>(executor: impl Executor<'e>, plan: &PlanId) -> Result<Vec<(PlanId, String)>> {
    query_as(
        "SELECT id, title FROM plan WHERE superseded_by = $1 AND state = 'superseded' AND revoked_at = '' ORDER BY id",
    )
    .bind(plan)
    .fetch_all(executor)
    .await
}

/// Another plan of the same kind and year.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Twin {
    /// Which.
    pub id: PlanId,
    pub title: String,
    /// 发文字号; may be empty.
    pub document_number: String,
    /// Moment since when it is in force, stored form; empty for a draft.
    pub confirmed_at: String,
    /// Whether it is in force; else it is a draft.
    pub in_force: bool,
}

/// The other plans of this kind and year that are in force or in preparation, oldest first.
pub(crate) async fn twins<'e>(executor: impl Executor<'e>, plan: &PlanRow) -> Result<Vec<Twin>> {
    query_as(
        "SELECT id, title, document_number, confirmed_at, CASE WHEN state = 'confirmed' THEN 1 ELSE 0 END AS in_force \
         FROM plan WHERE kind = $1 AND year = $2 AND id <> $3 AND state IN ('confirmed', 'draft') ORDER BY created_at, id",
    )
    .bind(&plan.kind)
    .bind(plan.year)
    .bind(&plan.id)
    .fetch_all(executor)
    .await
}

/// Id and title of the confirmed plans of the same kind that may take this one's place.
pub(crate) async fn successors(db: &Db, plan: &PlanRow) -> Result<Vec<(String, String)>> {
    query_as(
        "SELECT id, title FROM plan WHERE kind = $1 AND state = 'confirmed' AND id <> $2 AND confirmed_at >= $3 \
         ORDER BY confirmed_at DESC LIMIT 20",
    )
    .bind(&plan.kind)
    .bind(&plan.id)
    .bind(&plan.confirmed_at)
    .fetch_all(db.read())
    .await
}

/// The day as of which duties of a plan are counted: today, or the last of a plan that another has replaced.
pub(crate) async fn counted_on(ctx: &Ctx, plan: &PlanRow) -> Result<Date> {
    if plan.state() != PlanState::Superseded {
        return Ok(ctx.today());
    }
    let last = duty::source::as_of(ctx.db().read(), &plan.key()).await?;
    Ok(time::from_db(&last).map_or(ctx.today(), time::date_in_china))
}

/// Which edition of a plan the public read at a moment (stored form): 1 as it was issued, one more with each amendment.
pub(crate) async fn edition(executor: impl Executor<'_>, plan: &PlanId, at: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) + 1 AS edition FROM plan_amendment \
         WHERE plan = $1 AND state = 'confirmed' AND confirmed_at <= $2";
    query_scalar(sql).bind(plan).bind(at).fetch_one(executor).await
}

/// A step in a plan's life.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) plan: &'a PlanId,
    /// The version that the person saw.
    pub(crate) version: i64,
    pub(crate) from: PlanState,
    pub(crate) to: PlanState,
    /// The plan that takes its place; empty when none does.
    pub(crate) by: &'a PlanId,
}

/// Moves a plan from one state to another, with its duties.
///
/// # Errors
/// When it was changed meanwhile, or is in another state.
pub(crate) async fn change_state(
    tx: &mut Tx,
    actor: &Actor,
    office: &OrganCode,
    change: Change<'_>,
) -> web::Result<()> {
    let Change { plan, version, from, to, by } = change;
    let row = tree::plan(tx.conn(), plan).await?.ok_or(Error::NotFound)?;
    tree::lock(tx, &row).await?;
    let changed = query(
        "UPDATE plan SET state = $4, superseded_by = $5, version = version + 1 WHERE id = $1 AND version = $2 AND state = $3",
    )
    .bind(plan)
    .bind(version)
    .bind(from.code())
    .bind(to.code())
    .bind(by)
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict("这份计划刚被别人改动，没有执行您的操作。请刷新页面，看过最新情况再决定。".into()));
    }
    tree::put_source(tx, plan).await?;
    let kind = match to {
        PlanState::Discarded => &events::DISCARDED,
        PlanState::Superseded | PlanState::Revoked => &events::SUPERSEDED,
        PlanState::Draft | PlanState::Confirmed => &events::RESTORED,
    };
    tx.append(NewEvent::new(kind, plan, actor).organ(office).data(json!({"by": by}))).await?;
    Ok(())
}
