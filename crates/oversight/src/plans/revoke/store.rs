//! Requests to revoke a plan or to have another take its place, and carrying one out.

use std::sync::Arc;

use duty::{Notice, Why, privacy::objection};
use kernel::{
    Actor, NewEvent, OrganCode,
    id::{AccountId, PlanId, SubjectRef},
};
use serde_json::json;
use store::{Db, Executor, FromRow, Tx, built, jobs::NewJob, log, query, query_as};
use web::{
    Ctx, Refusal,
    hooks::Recipients,
    mail::{Mail, SEND},
};

use crate::{
    events,
    model::PlanState,
    plans::{
        replace, rows,
        tree::{self, PlanRow},
    },
};

store::ids! {
    /// A request to revoke a plan.
    RevocationId,
}

/// Row of `plan_revocation`; the migration says what the columns mean.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Revocation {
    pub(crate) id: RevocationId,
    pub(crate) plan: PlanId,
    pub(crate) reason: String,
    pub(crate) restores: bool,
    /// The plan that takes its place; empty = it is revoked.
    pub(crate) gives_way_to: PlanId,
    pub(crate) requested_at: String,
    pub(crate) requested_by: String,
    pub(crate) requested_by_name: String,
}

const COLUMNS: &str = "id, plan, reason, restores, gives_way_to, requested_at, requested_by, requested_by_name";

/// The request that waits for the other person.
pub(crate) async fn open<'e>(executor: impl Executor<'e>, plan: &PlanId) -> store::Result<Option<Revocation>> {
    let sql = format!("SELECT {COLUMNS} FROM plan_revocation WHERE plan = $1 AND state = 'requested'");
    // SQL: built from the names of columns above.
    query_as(built(sql)).bind(plan).fetch_optional(executor).await
}

/// A request as a work list shows it.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Waiting {
    pub(crate) plan: PlanId,
    pub(crate) title: String,
    pub(crate) gives_way_to: PlanId,
    pub(crate) requested_at: String,
    pub(crate) requested_by: String,
}

/// The requests that wait, oldest first; at most fifty.
pub(crate) async fn waiting<'e>(executor: impl Executor<'e>) -> store::Result<Vec<Waiting>> {
    query_as(
        "SELECT r.plan, p.title, r.gives_way_to, r.requested_at, r.requested_by FROM plan_revocation r JOIN plan p ON p.id = r.plan \
         WHERE r.state = 'requested' ORDER BY r.requested_at LIMIT 50",
    )
    .fetch_all(executor)
    .await
}

/// The plan, locked and in force.
async fn in_force(tx: &mut Tx, plan: &PlanId) -> Result<PlanRow, Refusal> {
    let row = tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?;
    tree::lock(tx, &row).await?;
    let row = tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?;
    if row.state() != PlanState::Confirmed {
        let text = format!("这份计划现在是“{}”，只有执行中的计划才能撤销或替代。", row.state().label());
        return Err(Refusal::Conflict(text));
    }
    Ok(row)
}

/// How a plan is to leave force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// It is revoked; what it had replaced is in force again, or not.
    Revoked {
        /// Whether plans that it replaced are in force again.
        restores: bool,
    },
    /// This other plan, in force itself, takes its place.
    Replaced(PlanId),
}

/// The plan that may take the place of another: in force, of the same kind.
async fn successor(tx: &mut Tx, plan: &PlanRow, by: &PlanId) -> Result<PlanRow, Refusal> {
    let found = tree::plan(tx.conn(), by).await?;
    let fits = |by: &PlanRow| by.state() == PlanState::Confirmed && by.id != plan.id && by.kind == plan.kind;
    found.filter(fits).ok_or_else(|| Refusal::field("by", "请选择一份已下达、正在执行的同类计划来替代。"))
}

/// Asks to revoke a plan, or to have another take its place.
///
/// # Errors
/// Without a reason that may become public; when the plan is not in force, or somebody has asked already.
pub(crate) async fn request(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    plan: &PlanId,
    reason: &str,
    end: End,
) -> Result<(), Refusal> {
    let reason = reason.trim();
    let (field, what, example) = match end {
        End::Revoked { .. } => ("revoke_reason", "撤销", "年度登记有误，已重新下达"),
        End::Replaced(_) => ("supersede_reason", "替代", "县政府常务会议通过了新的要点"),
    };
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::field(field, format!("请写明{what}原因，500 字以内，例如 {example}。")));
    }
    if let Some(objection) = objection(reason) {
        return Err(Refusal::field(field, format!("{what}原因会告知各机关，撤销的还会向社会公开。{objection}")));
    }
    let row = in_force(tx, plan).await?;
    if let Some(asked) = open(tx.conn(), plan).await? {
        let text = format!("{}已经申请撤销或替代这份计划，正等待另一人确认。请刷新页面查看。", asked.requested_by_name);
        return Err(Refusal::Conflict(text));
    }
    let (restores, by) = match &end {
        End::Revoked { restores } => (*restores, PlanId::default()),
        End::Replaced(by) => (false, successor(tx, &row, by).await?.id),
    };
    let id = RevocationId::fresh(&tx.seams());
    query(
        "INSERT INTO plan_revocation (id, plan, state, reason, restores, gives_way_to, requested_at, requested_by, \
         requested_by_name, decided_at, decided_by, decided_by_name) \
         VALUES ($1, $2, 'requested', $3, $4, $5, $6, $7, $8, '', '', '')",
    )
    .bind(&id)
    .bind(plan)
    .bind(reason)
    .bind(restores)
    .bind(&by)
    .bind(tx.now())
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    let kind = match end {
        End::Revoked { .. } => &events::REVOCATION_REQUESTED,
        End::Replaced(_) => &events::REPLACEMENT_REQUESTED,
    };
    let event = NewEvent::new(kind, plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"revocation": id, "reason": reason, "by": by}))).await?;
    Ok(())
}

/// Ends a request, once.
async fn end(tx: &mut Tx, actor: &Actor, id: &RevocationId, state: &str) -> Result<(), Refusal> {
    let changed = query(
        "UPDATE plan_revocation SET state = $2, decided_at = $3, decided_by = $4, decided_by_name = $5 \
         WHERE id = $1 AND state = 'requested'",
    )
    .bind(id)
    .bind(state)
    .bind(tx.now())
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Refusal::Conflict("这次申请已经有了结果。请刷新页面，看过最新情况再决定。".into()));
    }
    Ok(())
}

async fn wanted(tx: &mut Tx, plan: &PlanId, id: &RevocationId) -> Result<Revocation, Refusal> {
    let gone = || Refusal::Conflict("这次申请已经有了结果。请刷新页面，看过最新情况再决定。".into());
    open(tx.conn(), plan).await?.filter(|asked| asked.id == *id).ok_or_else(gone)
}

/// Drops a request: whoever asked takes it back; or the other person does not agree and says why, and who asked is told.
///
/// # Errors
/// When it has been decided, or another person gives no reason.
pub(crate) async fn drop_request(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    plan: &PlanId,
    (id, why): (&RevocationId, &str),
) -> Result<(), Refusal> {
    let asked = wanted(tx, plan, id).await?;
    let (why, own) = (why.trim(), asked.requested_by == actor.log_id());
    if !own && (why.is_empty() || why.chars().count() > 500) {
        let text = "请写明不同意撤销的理由，500 字以内，申请人会看到，例如 只有一项期限有误，请用年中调整。";
        return Err(Refusal::field("drop_reason", text));
    }
    end(tx, actor, id, "dropped").await?;
    let event = NewEvent::new(&events::REVOCATION_DROPPED, plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"revocation": id, "reason": if own { "" } else { why }}))).await?;
    if !own {
        tell_refused(ctx, tx, actor, plan, (&asked, why)).await?;
    }
    Ok(())
}

/// To whoever asked: that it was not agreed to, and why.
async fn tell_refused(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    plan: &PlanId,
    (asked, why): (&Revocation, &str),
) -> Result<(), Refusal> {
    let author = [AccountId::from(asked.requested_by.as_str())];
    let to = ctx.one::<Arc<dyn Recipients>>().mail_of(ctx, &author).await?;
    let title = tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?.title;
    let what = if asked.gives_way_to.as_str().is_empty() { "撤销" } else { "替代" };
    if !to.is_empty() {
        let office = ctx.office_url();
        let text = format!(
            "{}不同意{what}“{title}”，计划照常执行。\n\n理由：{why}\n\n查看计划：{office}/plans/{plan}\n",
            actor.log_name()
        );
        tx.enqueue(NewJob::now(SEND, &Mail { to, subject: format!("没有同意{what}：{title}"), text })).await?;
    }
    Ok(())
}

/// A request that another person did not agree to.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Refused {
    pub(crate) plan: PlanId,
    pub(crate) title: String,
    pub(crate) decided_at: String,
    pub(crate) decided_by_name: String,
}

/// The newest request on a plan, if another person did not agree to it, with the reason given.
///
/// # Errors
/// When the database fails.
pub(crate) async fn refused(db: &Db, plan: &PlanId) -> web::Result<Option<(Refused, String)>> {
    let row: Option<Refused> = query_as(
        "SELECT r.plan, p.title, r.decided_at, r.decided_by_name FROM plan_revocation r \
         JOIN plan p ON p.id = r.plan WHERE r.plan = $1 AND r.state = 'dropped' AND r.decided_by <> r.requested_by \
         AND NOT EXISTS (SELECT 1 FROM plan_revocation o WHERE o.plan = r.plan AND o.requested_at > r.requested_at) \
         ORDER BY r.requested_at DESC LIMIT 1",
    )
    .bind(plan)
    .fetch_optional(db.read())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let told = log::newest(db, &SubjectRef::new("plan", plan), &[&events::REVOCATION_DROPPED]).await?;
    let data = told.map(|event| serde_json::from_str::<serde_json::Value>(&event.data).unwrap_or_default());
    let why = data.and_then(|data| data["reason"].as_str().map(ToOwned::to_owned)).unwrap_or_default();
    Ok(Some((row, why)))
}

/// Requests of this person that others did not agree to since a moment (stored form), newest first; at most twenty.
///
/// # Errors
/// When the database fails.
pub(crate) async fn refused_to<'e>(
    executor: impl Executor<'e>,
    account: &AccountId,
    since: &str,
) -> store::Result<Vec<Refused>> {
    query_as(
        "SELECT r.plan, p.title, r.decided_at, r.decided_by_name FROM plan_revocation r \
         JOIN plan p ON p.id = r.plan WHERE r.state = 'dropped' AND r.requested_by = $1 AND r.decided_by <> r.requested_by \
         AND r.decided_at >= $2 ORDER BY r.decided_at DESC LIMIT 20",
    )
    .bind(account)
    .bind(since)
    .fetch_all(executor)
    .await
}

/// Carries a request out; what was done, in words.
///
/// # Errors
/// When the same person asked, when it has been decided, or the plan is not in force any more.
pub(crate) async fn carry_out(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    plan: &PlanId,
    id: &RevocationId,
) -> Result<String, Refusal> {
    let row = in_force(tx, plan).await?;
    let asked = wanted(tx, plan, id).await?;
    if asked.requested_by == actor.log_id() {
        let text = "须由另一位有权限的人员确认，申请人不能自己确认。请联系本办公室的其他同事。";
        return Err(Refusal::Conflict(text.into()));
    }
    if !asked.gives_way_to.as_str().is_empty() {
        let by = successor(tx, &row, &asked.gives_way_to).await?;
        end(tx, actor, id, "carried_out").await?;
        replace::give_way(ctx, tx, actor, &row, &by, &asked.reason).await?;
        return Ok(format!("已由“{}”替代，原任务停止执行，正在邮件告知各机关", by.title));
    }
    // What holds for a plan of its year is decided under this lock; see `confirm`. Nobody who holds it waits for this plan.
    end(tx, actor, id, "carried_out").await?;
    let organs = replace::organs(tx, &row).await?;
    query(
        "UPDATE plan SET state = 'superseded', superseded_by = '', revoked_at = $2, revoked_reason = $3, \
         version = version + 1 WHERE id = $1",
    )
    .bind(plan)
    .bind(tx.now())
    .bind(&asked.reason)
    .execute(tx.conn())
    .await?;
    tree::put_source(tx, plan).await?;
    let office = ctx.office_organ();
    let event = NewEvent::new(&events::REVOKED, plan, actor).organ(&office);
    tx.append(event.data(json!({"revocation": id, "reason": asked.reason, "organs": organs.len()}))).await?;
    let restored = if asked.restores { restore(tx, actor, &office, &row).await? } else { Vec::new() };
    let address = format!("/plans/{plan}");
    let told = Notice::new(row.key(), organs, Why::Revoked);
    told.because(&asked.reason).at(address).send(tx).await?;
    let again = match restored.as_slice() {
        [] => String::new(),
        titles => format!("；{}恢复执行，正在邮件告知各机关", titles.join("、")),
    };
    Ok(format!("计划已撤销，任务不再执行；公开页面已写明原因{again}"))
}

/// Plans that gave way to the revoked one are in force again, and their organs hear of it; their titles, quoted.
async fn restore(tx: &mut Tx, actor: &Actor, office: &OrganCode, revoked: &PlanRow) -> Result<Vec<String>, Refusal> {
    let mut titles = Vec::new();
    for (id, _) in rows::replaced_by(tx.conn(), &revoked.id).await? {
        let old = tree::plan(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
        let (from, to) = (PlanState::Superseded, PlanState::Confirmed);
        let change = rows::Change { plan: &id, version: old.version, from, to, by: &PlanId::default() };
        rows::change_state(tx, actor, office, change).await?;
        let organs = replace::organs(tx, &old).await?;
        let why = format!("替代它的“{}”已撤销", revoked.title);
        Notice::new(old.key(), organs, Why::Resumed).because(&why).send(tx).await?;
        titles.push(format!("“{}”", old.title));
    }
    Ok(titles)
}
