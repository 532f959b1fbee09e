//! What people do to duties, each as one write of its own: for bulk actions, the demonstration and tests. Forms go through
//! [`web::act`] and the same rules.

use duty::{Target, duties, extra, permissions::MANAGE_DUTIES, report};
use jiff::civil::Date;
use kernel::{
    Actor,
    id::{DutyId, ShareId},
    may,
};
use store::Tx;
use web::{Ctx, Refusal};

use crate::{
    duties::{by, sources},
    model::Visibility,
};

/// Result of an act.
pub type Done<T = Target> = Result<T, Refusal>;

/// One write by somebody.
pub(super) async fn write<T>(ctx: &Ctx, change: impl AsyncFnOnce(&mut Tx) -> Done<T>) -> Done<T> {
    let mut tx = ctx.db().write().await?;
    let done = change(&mut tx).await?;
    tx.commit().await?;
    Ok(done)
}

/// Adds a progress note for the organ.
///
/// # Errors
/// See [`report::add_note`].
pub async fn note(ctx: &Ctx, actor: &Actor, share: &ShareId, text: &str) -> Done {
    let directory = ctx.directory();
    write(ctx, async |tx| report::add_note(tx, &by(ctx, actor, &directory), share, text).await).await
}

/// Fills in further fields, in a write.
///
/// # Errors
/// See [`extra::set`].
pub(crate) async fn set_extra_in(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    share: &ShareId,
    typed: &[(String, String)],
) -> Done {
    let directory = ctx.directory();
    let keeper = may(actor, &MANAGE_DUTIES).is_ok();
    extra::set(tx, &by(ctx, actor, &directory), &sources(ctx), share, typed, keeper).await
}

/// Fills in further fields.
///
/// # Errors
/// See [`extra::set`].
pub async fn set_extra(ctx: &Ctx, actor: &Actor, share: &ShareId, typed: &[(String, String)]) -> Done {
    write(ctx, async |tx| set_extra_in(ctx, tx, actor, share, typed).await).await
}

/// Moves the due date of an issued duty. `false` when it had this date already.
///
/// # Errors
/// When the actor may not, no reason is given, or the duty has ended.
pub async fn set_due(ctx: &Ctx, actor: &Actor, duty: &DutyId, due_on: Date, reason: &str) -> Done<bool> {
    may(actor, &MANAGE_DUTIES)?;
    write(ctx, async |tx| duties::set_due(tx, actor, duty, due_on, reason).await).await
}

/// Opens or closes an issued duty to the public. `false` when it was so already.
///
/// # Errors
/// When the actor may not, no reason is given, the duty has ended, or its source refuses what the public would see.
pub async fn set_visibility(
    ctx: &Ctx,
    actor: &Actor,
    duty: &DutyId,
    visibility: Visibility,
    reason: &str,
) -> Done<bool> {
    may(actor, &MANAGE_DUTIES)?;
    let sources = sources(ctx);
    write(ctx, async |tx| duties::set_visibility(tx, actor, &sources, duty, visibility, reason).await).await
}

/// Ends an issued duty.
///
/// # Errors
/// When the actor may not, the duty has ended, or the reason does not do.
pub(crate) async fn end_in(ctx: &Ctx, tx: &mut Tx, actor: &Actor, duty: &DutyId, reason: &str) -> Done<()> {
    may(actor, &MANAGE_DUTIES)?;
    duties::end_one(tx, actor, &sources(ctx), duty, reason).await
}
