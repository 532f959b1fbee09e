//! The demonstration: of the public penalties one was revoked and went in time, another was revoked yesterday and waits.

use std::sync::Arc;

use ::store::Tx;
use item::ItemKey;
use jiff::ToSpan;
use kernel::time;
use record::Query as Records;
use web::{
    Ctx, Refusal, act_now,
    demo::{Cast, Failure, Scene},
};

use super::revocation;

fn told(refusal: Refusal) -> Failure {
    Failure::from(refusal.words())
}

pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(1.days())?;
    let at = cast.moment(ctx, day, "enforcement-revoked");
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        revoked(&ctx, &cast).await?;
        Ok(Vec::new())
    })])
}

/// Nothing where the demonstration has no public penalties.
async fn revoked(ctx: &Ctx, cast: &Cast) -> Result<(), Failure> {
    let Some(key) = ItemKey::new("penalty") else { return Ok(()) };
    let found = record::items::find(ctx, &key).await.map_err(|error| told(error.into()))?;
    let Some(item) = found else { return Ok(()) };
    let Some(column) = item.keys.first().cloned() else { return Ok(()) };
    let page = Records::new(item).page(ctx.db(), "newest", None, 2).await?;
    let words = ["原行政处罚决定已被行政复议撤销", "原行政处罚决定经自查发现事实不清，已依法撤销"];
    for (row, words) in page.rows.iter().zip(words) {
        let number = row.data.get(&column).to_owned();
        let clerk = cast.clerk();
        act_now(ctx, async |tx: &mut Tx| revocation::seeded(ctx, tx, &clerk, (&number, words)).await)
            .await
            .map_err(told)?;
    }
    if let Some(row) = page.rows.first() {
        let chief = cast.chief();
        act_now(ctx, async |tx: &mut Tx| revocation::went(ctx, tx, &chief, &row.record).await).await.map_err(told)?;
    }
    Ok(())
}
