//! How the duties of a plan stand, for every page and mail that counts them.

use std::collections::HashMap;

use duty::{
    board::{self, Line},
    model::Tally,
};
use kernel::id::DutyId;
use web::{Ctx, Result};

use crate::{
    model::PlanState,
    plans::{rows, tree::Tree},
};

/// All duties of a plan counted, as its pages do.
pub(crate) async fn tally(ctx: &Ctx, tree: &Tree) -> Result<Tally> {
    let lines = lines(ctx, tree).await?;
    let mut tally = Tally::default();
    for line in tree.duties.iter().filter(|duty| duty.ended_at.is_empty()).filter_map(|duty| lines.get(&duty.id)) {
        tally.add(line.state, line.overdue);
    }
    Ok(tally)
}

/// How the duties of a plan stand: today, or as they stood when another plan took its place, on the portal as in the office.
pub(crate) async fn lines(ctx: &Ctx, tree: &Tree) -> Result<HashMap<DutyId, Line>> {
    let filter = board::Filter { source: Some(tree.plan.key()), closed: true, ..board::Filter::default() };
    let day = rows::counted_on(ctx, &tree.plan).await?;
    let lines = board::all(ctx.db(), board::Rows::Duties, &filter, board::Order::default(), day).await?;
    // What was issued by mistake is late with nobody.
    let runs = tree.plan.state() != PlanState::Revoked;
    Ok(lines.into_iter().map(|line| (line.duty.clone(), Line { overdue: line.overdue && runs, ..line })).collect())
}
