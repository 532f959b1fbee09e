//! A plan in force gives way to another: what that stops, in numbers, for whoever decides it; and who hears of it.

use std::collections::BTreeSet;

use duty::{Notice, Why, duties};
use kernel::{Actor, OrganCode, id::PlanId};
use store::Tx;
use web::{Ctx, Refusal, Result};

use super::{
    rows, standing,
    tree::{self, PlanRow},
};
use crate::model::PlanState;

/// What stops when a plan in force gives way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stopping {
    pub(crate) title: String,
    /// Duties that count.
    pub(crate) duties: u32,
    pub(crate) done: u32,
    pub(crate) late: u32,
    /// Duties whose evidence waits for confirmation.
    pub(crate) waiting: u32,
    /// Organs that owe something.
    pub(crate) organs: usize,
}

impl Stopping {
    /// In one sentence.
    pub(crate) fn words(&self) -> String {
        format!(
            "“{}”停止执行：共 {} 项任务，已办结 {} 项、逾期 {} 项、佐证待确认 {} 项都不再办理，首页不再统计；涉及 {} 个机关，会邮件告知",
            self.title, self.duties, self.done, self.late, self.waiting, self.organs
        )
    }
}

/// What stops with this plan; `None` when it is not in force.
///
/// # Errors
/// When the database fails.
pub(crate) async fn stopping(ctx: &Ctx, plan: &PlanId) -> Result<Option<Stopping>> {
    let Some(tree) = tree::load(ctx.db(), plan).await? else { return Ok(None) };
    if tree.plan.state() != PlanState::Confirmed {
        return Ok(None);
    }
    let tally = standing::tally(ctx, &tree).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let held = duties::shares(ctx.db().read(), &tree.plan.key()).await?;
    let organs: BTreeSet<OrganCode> = held
        .iter()
        .filter(|share| share.ended_at.is_empty())
        .map(|share| directory.stands_for(&share.organ, today))
        .collect();
    Ok(Some(Stopping {
        duties: tally.total(),
        done: tally.confirmed,
        late: tally.overdue,
        waiting: tally.evidenced,
        organs: organs.len(),
        title: tree.plan.title,
    }))
}

/// The organs that owe something of a plan, as the write sees it.
///
/// # Errors
/// When the database fails.
pub(crate) async fn organs(tx: &mut Tx, plan: &PlanRow) -> store::Result<Vec<OrganCode>> {
    let held = duties::shares(tx.conn(), &plan.key()).await?;
    let organs: BTreeSet<OrganCode> =
        held.into_iter().filter(|share| share.ended_at.is_empty()).map(|share| share.organ).collect();
    Ok(organs.into_iter().collect())
}

/// A plan in force gives way to `by`, and its organs hear of it.
///
/// # Errors
/// When it was changed meanwhile.
pub(crate) async fn give_way(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    old: &PlanRow,
    by: &PlanRow,
    why: &str,
) -> std::result::Result<(), Refusal> {
    let organs = organs(tx, old).await?;
    let (from, to) = (PlanState::Confirmed, PlanState::Superseded);
    let change = rows::Change { plan: &old.id, version: old.version, from, to, by: &by.id };
    rows::change_state(tx, actor, &ctx.office_organ(), change).await?;
    let reason = format!("由“{}”替代，{}", by.title, why.trim().trim_end_matches('。'));
    let told = Notice::new(old.key(), organs, Why::Replaced);
    told.because(&reason).at(format!("/plans/{}", old.id)).send(tx).await?;
    Ok(())
}
