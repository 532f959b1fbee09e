//! What the office may still change of an issued duty without amending the plan: its due date and whether the public sees it.

use jiff::civil::Date;
use kernel::{Action, Actor, NewEvent, may};
use serde_json::json;
use store::{FromRow, Tx, query, query_as, query_scalar};
use web::{Ctx, Error};

use crate::{duties::report::as_of, model::Visibility, plans::tree, privacy};

#[derive(FromRow)]
struct DutyHead {
    plan: String,
    due_on: String,
    visibility: String,
    ended_at: String,
    issued_at: String,
}

async fn duty_head(tx: &mut Tx, duty: &str) -> Result<DutyHead, Error> {
    let plan: Option<String> =
        query_scalar("SELECT plan FROM duty WHERE id = $1").bind(duty).fetch_optional(tx.conn()).await?;
    tree::lock(tx, &plan.ok_or(Error::NotFound)?).await?;
    let head: Option<DutyHead> =
        query_as("SELECT plan, due_on, visibility, ended_at, issued_at FROM duty WHERE id = $1 AND issued_at <> ''")
            .bind(duty)
            .fetch_optional(tx.conn())
            .await?;
    let head = head.ok_or(Error::NotFound)?;
    if !head.ended_at.is_empty() || head.issued_at.is_empty() {
        return Err(Error::Conflict("这项任务已在要点调整时终止，不能再改。".into()));
    }
    Ok(head)
}

/// Moves the due date of an issued duty. `false` when it had this date already.
///
/// # Errors
/// When the actor may not, the duty has ended, or somebody else moved it at the same time.
pub async fn set_due(ctx: &Ctx, actor: &Actor, duty: &str, due_on: Date) -> Result<bool, Error> {
    may(actor, Action::ManagePlans)?;
    let mut tx = ctx.db().write().await?;
    let head = duty_head(&mut tx, duty).await?;
    if head.due_on == due_on.to_string() {
        return Ok(false);
    }
    // The words of the text stay: an amendment that says the same leaves this date alone.
    let done = query("UPDATE duty SET due_on = $2 WHERE id = $1 AND due_on = $3 AND ended_at = ''")
        .bind(duty)
        .bind(due_on.to_string())
        .bind(&head.due_on)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Conflict("刚才有人先一步改了期限，这次没有改动。请刷新后查看。".into()));
    }
    if head.visibility == Visibility::Public.code() {
        as_of(&mut tx, &head.plan).await?;
    }
    let data = json!({ "plan": head.plan, "from": head.due_on, "to": due_on.to_string() });
    tx.append(NewEvent::new("duty.due_changed", "duty", duty, actor).data(data)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Opens or closes an issued duty to the public. `false` when it was so already.
///
/// # Errors
/// When the actor may not, the duty has ended, or the public would see somebody's personal number.
pub async fn set_visibility(ctx: &Ctx, actor: &Actor, duty: &str, visibility: Visibility) -> Result<bool, Error> {
    may(actor, Action::ManagePlans)?;
    let mut tx = ctx.db().write().await?;
    let head = duty_head(&mut tx, duty).await?;
    let done = query("UPDATE duty SET visibility = $2 WHERE id = $1 AND visibility <> $2")
        .bind(duty)
        .bind(visibility.code())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    if visibility == Visibility::Public {
        let tree = tree::load_in(&mut tx, &head.plan).await?.ok_or(Error::NotFound)?;
        if let Some(refusal) = privacy::refusal(&tree) {
            return Err(Error::Conflict(format!("没有改为公开。{refusal}")));
        }
    }
    as_of(&mut tx, &head.plan).await?;
    let data = json!({ "plan": head.plan, "to": visibility.code() });
    tx.append(NewEvent::new("duty.visibility_changed", "duty", duty, actor).data(data)).await?;
    // The search index reads plans by events of plans.
    let data = json!({ "duty": duty, "visibility": visibility.code() });
    tx.append(NewEvent::new("plan.visibility_changed", "plan", &head.plan, actor).data(data)).await?;
    tx.commit().await?;
    Ok(true)
}
