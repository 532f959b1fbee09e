//! The demonstration county: some organs have declared that they have no information of an item; one declaration is confirmed,
//! one waits, one came back.

use std::sync::Arc;

use item::ItemKey;
use jiff::ToSpan;
use kernel::{Actor, OrganCode, time};
use store::Tx;
use web::{
    Ctx, Refusal, act_now,
    demo::{Cast, Failure, Scene},
};

use super::{
    judge::Why,
    load,
    none::{self, New, Turn},
};

fn told(refusal: Refusal) -> Failure {
    Failure::from(refusal.words())
}

pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(6.days())?;
    let at = cast.moment(ctx, day, "coverage");
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        declared(&ctx, &cast).await?;
        Ok(Vec::new())
    })])
}

/// Items that are published as they happen and of which an organ has nothing: one for each of the first organs.
async fn empty(ctx: &Ctx) -> Result<Vec<(ItemKey, OrganCode)>, Failure> {
    let map = load::map(ctx, ctx.today().year()).await.map_err(|error| told(error.into()))?;
    let mut found: Vec<(ItemKey, OrganCode)> = Vec::new();
    for cell in map.cells(|_, _| true).filter(|cell| *cell.why == Why::Nothing) {
        let organ = &cell.owing.owes.organ;
        if !found.iter().any(|(item, other)| other == organ || *item == cell.line.item.key) {
            found.push((cell.line.item.key.clone(), organ.clone()));
        }
    }
    found.truncate(TURNS.len());
    Ok(found)
}

/// What becomes of each: a turn of the chief, and its words.
const TURNS: [(Option<Turn>, &str, &str); 3] = [
    (Some(Turn::Confirm), "", "本机关不承担这项职能，今年没有制作或者获取这类信息。"),
    (None, "", "今年没有办理过这类事项。"),
    (Some(Turn::Return), "年初有过一次，请核对后公开。", "没有这类信息。"),
];

async fn declared(ctx: &Ctx, cast: &Cast) -> Result<(), Failure> {
    let today = ctx.today();
    let (from, until) = (today.first_of_year(), today.last_of_year());
    for ((item, organ), (turn, note, reason)) in empty(ctx).await?.into_iter().zip(TURNS) {
        let writer = Actor::Staff(cast.of(&organ).clone());
        let new = New { from, until, reason: reason.to_owned() };
        let maps = none::seen(ctx, &new).await.map_err(|error| told(error.into()))?;
        let declared =
            async |tx: &mut Tx| none::declare(ctx, tx, &writer, (&item, &organ), (&new, maps.as_slice())).await;
        let id = act_now(ctx, declared).await.map_err(told)?;
        let Some(turn) = turn else { continue };
        let chief = cast.chief();
        act_now(ctx, async |tx: &mut Tx| none::decide(ctx, tx, &chief, (&id, 1), (turn, note)).await)
            .await
            .map_err(told)?;
    }
    Ok(())
}
