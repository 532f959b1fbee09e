//! What is kept no longer: what nobody has confirmed in time, what was sent long ago.

use jiff::SignedDuration;
use kernel::time;
use store::{query, query_scalar};
use web::Ctx;

use crate::{
    rows::{self, SubscriptionId},
    settings::Subscriptions,
};

/// Subscriptions deleted at a time.
const STEP: i64 = 1_000;

/// Deletes it; the address of a subscription that nobody has confirmed is nowhere afterwards.
///
/// # Errors
/// When the database fails.
pub(crate) async fn expire(ctx: &Ctx) -> store::Result<()> {
    let now = ctx.seams().now();
    let days = i64::from(ctx.settings::<Subscriptions>().history_days);
    let before = now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(now);
    let mut tx = ctx.db().write().await?;
    let sql = "SELECT id FROM subscription WHERE state = 'pending' AND expires_at <= $1 ORDER BY id LIMIT $2";
    let late: Vec<SubscriptionId> = query_scalar(sql).bind(time::to_db(now)).bind(STEP).fetch_all(tx.conn()).await?;
    for id in &late {
        rows::erase(&mut tx, id).await?;
    }
    for sql in [
        "DELETE FROM subscription_notice WHERE mail_id IN \
         (SELECT id FROM subscription_mail WHERE done_at <> '' AND done_at < $1)",
        "DELETE FROM subscription_mail WHERE done_at <> '' AND done_at < $1",
    ] {
        query(sql).bind(time::to_db(before)).execute(tx.conn()).await?;
    }
    tx.commit().await
}
