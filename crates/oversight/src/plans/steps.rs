//! Corrections of a draft in the database: done once, kept as steps, taken back one by one, never over another's change.

use duty::source;
use kernel::{
    Actor, NewEvent,
    id::{ClauseId, DutyId, PlanId},
};
use serde_json::json;
use store::{FromRow, Tx, built, query, query_as, query_scalar};
use web::{Ctx, Error, Refusal};

use crate::{
    events,
    model::PlanState,
    plans::{
        edit::{Edit, Fields, Surroundings},
        merge::{self, Merged},
        tree::{self, Snapshot, Tree},
    },
};

store::ids! {
    /// One correction of a draft.
    StepId,
}

/// A step as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Step {
    /// Identifier.
    pub id: StepId,
    /// What was done.
    pub label: String,
    /// Ids of the clauses touched, JSON list.
    pub clauses: String,
    /// When, stored form.
    pub done_at: String,
    /// Account by whom.
    pub done_by: String,
    /// By whom.
    pub done_by_name: String,
    /// When taken back; empty while it stands.
    pub undone_at: String,
    /// By whom it was taken back.
    pub undone_by_name: String,
}

impl Step {
    fn clauses(&self) -> Vec<ClauseId> {
        serde_json::from_str(&self.clauses).unwrap_or_default()
    }

    fn touches(&self, clauses: &[ClauseId]) -> bool {
        self.clauses().iter().any(|clause| clauses.contains(clause))
    }

    /// Whether this person did it, and took it back if it was.
    fn is_by(&self, actor: &Actor) -> bool {
        let undone = self.undone_at.is_empty() || self.undone_by_name == actor.log_name();
        self.done_by == actor.log_id() && undone
    }

    /// The first clause that it touches.
    pub fn clause(&self) -> ClauseId {
        self.clauses().into_iter().next().unwrap_or_default()
    }

    /// Who did what and when, as one line.
    pub fn line(&self) -> String {
        if self.undone_at.is_empty() {
            format!("{} {}：{}", self.done_by_name, kernel::time::show_minute(&self.done_at), self.label)
        } else {
            format!("{} {}：撤销了“{}”", self.undone_by_name, kernel::time::show_minute(&self.undone_at), self.label)
        }
    }
}

/// What a correction that changes nothing says of itself.
pub const UNCHANGED: &str = "没有改动";

/// What became of a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was made.
    Made(Made),
    /// The same clause was changed meanwhile. Nothing was changed now.
    Changed(Changed),
}

/// What was done meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The steps, oldest first.
    pub steps: Vec<Step>,
    /// Whether the same person did all of them, in another tab.
    pub own: bool,
    /// The fields as they come together, where the correction was about the fields of a duty.
    pub merged: Option<Merged>,
}

/// The version of the plan that a person saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    version: i64,
    joins: bool,
}

impl Seen {
    /// A page that shows the result: fields that only others changed are kept as theirs.
    pub fn joining(version: i64) -> Self {
        Self { version, joins: true }
    }

    /// A form that goes on showing what it showed, so that it must know of every change.
    pub fn exactly(version: i64) -> Self {
        Self { version, joins: false }
    }
}

/// A correction that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What was done, in words.
    pub label: String,
    /// The version of the plan that holds it.
    pub version: i64,
    /// Whether fields that were changed elsewhere meanwhile were kept beside it.
    pub joined: bool,
}

const COLUMNS: &str = "id, label, clauses, done_at, done_by, done_by_name, undone_at, undone_by_name";

/// The steps done or taken back after version `seen` of the plan, oldest first.
async fn since(tx: &mut Tx, plan: &PlanId, seen: i64) -> store::Result<Vec<Step>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM plan_step WHERE plan = $1 AND (version > $2 OR undone_version > $2) ORDER BY seq"
    );
    // SQL: built from the names of columns above.
    query_as(built(sql)).bind(plan).bind(seen).fetch_all(tx.conn()).await
}

/// The duty's fields as this person has them and as they were changed meanwhile, brought together. `None` when the duty is gone or
/// nothing is known of how it was.
async fn merge(tx: &mut Tx, tree: &Tree, seen: i64, id: &DutyId, mine: &Fields) -> Result<Option<Merged>, Error> {
    #[derive(FromRow)]
    struct Before {
        clauses: String,
        before: String,
        version: i64,
    }
    let Some(theirs) = tree.duty(id) else { return Ok(None) };
    // What the first step after that version found is what the person saw; a step that was taken back since tells nothing.
    let rows: Vec<Before> = query_as(
        "SELECT clauses, before, version FROM plan_step WHERE plan = $1 AND (version > $2 OR undone_version > $2) ORDER BY seq",
    )
    .bind(&tree.plan.id)
    .bind(seen)
    .fetch_all(tx.conn())
    .await?;
    let touching = |row: &&Before| row.clauses.contains(theirs.clause.as_str());
    let first = rows.iter().find(touching).filter(|row| row.version > seen);
    let before: Option<Snapshot> = first.map(|row| serde_json::from_str(&row.before)).transpose()?;
    let base = before.and_then(|rows| rows.duties.into_iter().find(|duty| duty.id == *id));
    Ok(Some(merge::merge(&tree.plan, base.as_ref(), theirs, mine)))
}

/// The last step that stands.
pub async fn last(ctx: &Ctx, plan: &PlanId) -> store::Result<Option<Step>> {
    let sql = format!("SELECT {COLUMNS} FROM plan_step WHERE plan = $1 AND undone_at = '' ORDER BY seq DESC LIMIT 1");
    // SQL: built from the names of columns above.
    query_as(built(sql)).bind(plan).fetch_optional(ctx.db().read()).await
}

/// The newest steps, newest first.
pub async fn recent(ctx: &Ctx, plan: &PlanId, limit: i64) -> store::Result<Vec<Step>> {
    let sql = format!("SELECT {COLUMNS} FROM plan_step WHERE plan = $1 ORDER BY seq DESC LIMIT $2");
    // SQL: built from the names of columns above.
    query_as(built(sql)).bind(plan).bind(limit).fetch_all(ctx.db().read()).await
}

/// The message when a plan is no draft any more.
pub fn no_draft(state: PlanState) -> Error {
    Error::Conflict(match state {
        PlanState::Confirmed => "这份要点已经确认下达，不能再改草稿。需要变动请用“年中调整”。".into(),
        PlanState::Superseded => "这份要点已被新的替代，不能再改。".into(),
        PlanState::Revoked => "这份要点已经撤销，不能再改。".into(),
        PlanState::Discarded => "这份草稿已作废。需要时请先恢复草稿，再修改。".into(),
        PlanState::Draft => "这份草稿刚被别人改动。请刷新页面后再试。".into(),
    })
}

async fn draft(tx: &mut Tx, plan: &PlanId) -> Result<Tree, Error> {
    let tree = tree::load_locked(tx, plan).await?.ok_or(Error::NotFound)?;
    match tree.plan.state() {
        PlanState::Draft => Ok(tree),
        other => Err(no_draft(other)),
    }
}

/// Counts the plan's version on; refuses when somebody was faster.
async fn advance(tx: &mut Tx, plan: &PlanId, version: i64) -> Result<(), Error> {
    let done = query("UPDATE plan SET version = version + 1 WHERE id = $1 AND version = $2 AND state = 'draft'")
        .bind(plan)
        .bind(version)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 { Err(no_draft(PlanState::Draft)) } else { Ok(()) }
}

/// Makes a correction. `seen` is the version of the plan that the person saw; changes by others in other clauses do not
/// stand in the way.
///
/// # Errors
/// What is wrong with the form; no such plan, no draft any more. Nothing was changed then.
pub async fn run(ctx: &Ctx, actor: &Actor, plan: &PlanId, seen: Seen, edit: &Edit) -> Result<Outcome, Refusal> {
    let mut tx = ctx.db().write().await?;
    let outcome = run_in(ctx, &mut tx, actor, plan, seen, edit).await?;
    tx.commit().await?;
    Ok(outcome)
}

async fn run_in(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    plan: &PlanId,
    seen: Seen,
    edit: &Edit,
) -> Result<Outcome, Refusal> {
    let Seen { version: seen, joins } = seen;
    let mut tree = draft(tx, plan).await?;
    let version = tree.plan.version;
    let clauses = edit.clauses(&tree);
    let others: Vec<Step> = if seen == version { Vec::new() } else { since(tx, plan, seen).await? };
    // An object that is gone was changed by somebody in any case: show the last steps rather than a riddle.
    let conflicts: Vec<Step> = others.into_iter().filter(|step| clauses.is_empty() || step.touches(&clauses)).collect();
    let mut joined = None;
    if !conflicts.is_empty() {
        let merged = match edit.fields() {
            Some((id, mine)) => merge(tx, &tree, seen, id, mine).await?,
            None => None,
        };
        match (edit, merged) {
            (Edit::Save(id, _), Some(merged)) if joins && merged.clashes.is_empty() => {
                joined = Some(Edit::Save(id.clone(), merged.fields));
            }
            (_, merged) => {
                let own = conflicts.iter().all(|step| step.is_by(actor));
                return Ok(Outcome::Changed(Changed { steps: conflicts, own, merged }));
            }
        }
    }
    let edit = joined.as_ref().unwrap_or(edit);
    let before = tree.snapshot(&clauses);
    let directory = ctx.directory();
    let seams = ctx.seams().clone();
    let mut fresh = || kernel::id::fresh(&seams);
    let mut around =
        Surroundings { kind: tree.plan.kind(), directory: &directory, day: ctx.today(), fresh: &mut fresh };
    let label = edit.apply(&mut tree, &mut around).map_err(Refusal::Fields)?;
    let after = tree.snapshot(&clauses);
    if before == after {
        // Saving without a change is no change.
        return Ok(Outcome::Made(Made { label: UNCHANGED.to_owned(), version: seen, joined: joined.is_some() }));
    }
    advance(tx, plan, version).await?;
    tree::replace(tx, &tree, &clauses, &after).await?;
    let seq: i64 = query_scalar("SELECT COALESCE(MAX(seq), 0) FROM plan_step WHERE plan = $1")
        .bind(plan)
        .fetch_one(tx.conn())
        .await?;
    query(
        "INSERT INTO plan_step (id, plan, seq, label, clauses, before, version, done_at, done_by, done_by_name, undone_at, \
         undone_by_name, undone_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', 0)",
    )
    .bind(StepId::fresh(&seams))
    .bind(plan)
    .bind(seq + 1)
    .bind(&label)
    .bind(serde_json::to_string(&clauses)?)
    .bind(serde_json::to_string(&before)?)
    .bind(version + 1)
    .bind(tx.now())
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    source::touch(tx, &tree.plan.key()).await?;
    let event = NewEvent::new(&events::EDITED, plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"what": label, "version": version + 1}))).await?;
    Ok(Outcome::Made(Made { label, version: version + 1, joined: joined.is_some() }))
}

/// Takes back the last step that stands, if it is still `step`. Returns what was taken back, in words, and the first clause that it
/// touched.
///
/// # Errors
/// When another step came after it, or the plan is no draft.
pub async fn undo(ctx: &Ctx, actor: &Actor, plan: &PlanId, step: &StepId) -> Result<(String, ClauseId), Error> {
    #[derive(FromRow)]
    struct Row {
        id: StepId,
        label: String,
        clauses: String,
        before: String,
    }
    let mut tx = ctx.db().write().await?;
    let tree = draft(&mut tx, plan).await?;
    let row: Option<Row> = query_as(
        "SELECT id, label, clauses, before FROM plan_step WHERE plan = $1 AND undone_at = '' ORDER BY seq DESC LIMIT 1",
    )
    .bind(plan)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else {
        return Err(Error::Conflict("没有可以撤销的修改。".into()));
    };
    if row.id != *step {
        let text = format!("最近一步已经是“{}”，可能是别人刚做的。请回到草稿看清楚，再决定是否撤销。", row.label);
        return Err(Error::Conflict(text));
    }
    let clauses: Vec<ClauseId> = serde_json::from_str(&row.clauses)?;
    let before: Snapshot = serde_json::from_str(&row.before)?;
    advance(&mut tx, plan, tree.plan.version).await?;
    tree::replace(&mut tx, &tree, &clauses, &before).await?;
    query("UPDATE plan_step SET undone_at = $2, undone_by_name = $3, undone_version = $4 WHERE id = $1")
        .bind(&row.id)
        .bind(tx.now())
        .bind(actor.log_name())
        .bind(tree.plan.version + 1)
        .execute(tx.conn())
        .await?;
    source::touch(&mut tx, &tree.plan.key()).await?;
    let event = NewEvent::new(&events::UNDONE, plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"what": row.label, "version": tree.plan.version + 1}))).await?;
    tx.commit().await?;
    Ok((row.label, clauses.into_iter().next().unwrap_or_default()))
}
