//! The demonstration county has looked through a part of its catalogue: items that the box leaves unconfirmed in its first such
//! domains are confirmed by the clerk and issued by the chief, one waits to be issued, one is being changed.

use std::sync::Arc;

use item::ItemKey;
use jiff::ToSpan;
use kernel::time;
use record::items::{self, Sort, acts};
use store::Tx;
use web::{
    Ctx, Refusal, act_now,
    demo::{Cast, Failure, Scene},
};

/// Unconfirmed items that are confirmed.
const CONFIRMED: usize = 12;

fn told(refusal: Refusal) -> Failure {
    Failure::from(refusal.words())
}

pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let today = time::date_in_china(cast.now);
    let (first, then) = (today.checked_sub(60.days())?, today.checked_sub(4.days())?);
    let (first, then) = (cast.moment(ctx, first, "items"), cast.moment(ctx, then, "items-later"));
    Ok(vec![
        Scene::new(first, |ctx, cast| async move {
            confirmed(&ctx, &cast).await?;
            Ok(Vec::new())
        }),
        Scene::new(then, |ctx, cast| async move {
            waiting(&ctx, &cast).await?;
            Ok(Vec::new())
        }),
    ])
}

/// Keys of items that nobody has confirmed or works on.
async fn unconfirmed(ctx: &Ctx) -> Result<Vec<ItemKey>, Failure> {
    let all = items::catalogue(ctx).await.map_err(|error| told(error.into()))?;
    let open = all.entries().iter().filter(|entry| entry.in_force && !entry.item.confirmed && entry.open.is_none());
    Ok(open.map(|entry| entry.key().clone()).collect())
}

async fn confirmed(ctx: &Ctx, cast: &Cast) -> Result<(), Failure> {
    for key in unconfirmed(ctx).await?.into_iter().take(CONFIRMED) {
        let (clerk, chief) = (cast.clerk(), cast.chief());
        act_now(ctx, async |tx: &mut Tx| acts::confirm(ctx, tx, &clerk, &key, "与省级标准目录核对一致。").await)
            .await
            .map_err(told)?;
        let all = items::catalogue(ctx).await.map_err(|error| told(error.into()))?;
        let Some(open) = all.entry(&key).and_then(|entry| entry.open.clone()) else { continue };
        act_now(ctx, async |tx: &mut Tx| acts::issue(ctx, tx, &chief, (&open.id, open.revision)).await)
            .await
            .map_err(told)?;
    }
    Ok(())
}

/// One more is confirmed and waits for its second person; another is written on.
async fn waiting(ctx: &Ctx, cast: &Cast) -> Result<(), Failure> {
    let clerk = cast.clerk();
    let mut keys = unconfirmed(ctx).await?.into_iter();
    if let Some(key) = keys.next() {
        act_now(ctx, async |tx: &mut Tx| acts::confirm(ctx, tx, &clerk, &key, "").await).await.map_err(told)?;
    }
    if let Some(key) = keys.next() {
        let Some(item) = items::find(ctx, &key).await.map_err(|error| told(error.into()))? else { return Ok(()) };
        let mut item = item::Item::clone(&item);
        if !item.elements.is_empty() {
            item.elements.push('\n');
        }
        item.elements.push_str("办理地点和咨询电话");
        let note = "补充群众常问的办理地点和咨询电话。";
        let change = acts::Put { item: &item, sort: Sort::Form, note, from_on: None, seen: None };
        act_now(ctx, async |tx: &mut Tx| acts::put(ctx, tx, &clerk, change).await).await.map_err(told)?;
    }
    Ok(())
}
