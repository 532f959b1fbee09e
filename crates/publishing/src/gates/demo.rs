//! The demonstration county: figures go out past three gates, and one of its reviewers is away.

use std::sync::Arc;

use jiff::{SignedDuration, ToSpan};
use kernel::{Actor, Role, Staff};
use review::{
    Gate, Route, Stage,
    set::{self, Scope},
    stand_in::{self, Wanted},
};
use web::{
    Ctx,
    demo::{Cast, Failure, Scene},
    hooks::Recipients,
};

use crate::editions::subject::EDITION;

/// Column of the figures.
const FIGURES: &str = "statistics";

/// One column with gates of its own, as the office has set them.
pub(super) fn scenes(_: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let ago = |hours| cast.now - SignedDuration::from_hours(hours);
    Ok(vec![
        Scene::new(ago(30), |ctx, cast| async move { figures(&ctx, &cast).await }),
        Scene::new(ago(1), |ctx, _| async move { away(&ctx).await }),
    ])
}

/// Figures of the statistics office change no policy: their column leaves that gate out.
async fn figures(ctx: &Ctx, cast: &Cast) -> Result<Vec<Scene>, Failure> {
    let stages = vec![Stage::at(Gate::SECRECY, 1), Stage::at(Gate::WORDING, 2), Stage::at(Gate::POLITICAL, 1)];
    let scope = Scope { column: FIGURES.into(), sort: String::new() };
    let route = Route::of(stages).map_err(|why| why.to_string())?;
    let mut tx = ctx.db().write().await?;
    let place = "栏目“统计信息”、所有种类的稿件";
    let done = set::put(&mut tx, &cast.chief(), (EDITION, &scope, place), route, 0).await;
    done.map_err(|why| why.words())?;
    tx.commit().await?;
    Ok(Vec::new())
}

/// Of two who keep the last gate one is away for some days.
async fn away(ctx: &Ctx) -> Result<Vec<Scene>, Failure> {
    let roles = [Role::ReviewerPolitical];
    let people = ctx.one::<Arc<dyn Recipients>>().people(ctx, &roles).await.map_err(|why| format!("{why:?}"))?;
    let mut staff = people.into_iter().map(|one| Staff {
        account: one.account,
        name: one.name,
        organ: one.organ,
        roles: roles.to_vec(),
        central: true,
    });
    let (Some(away), Some(deputy)) = (staff.next(), staff.next()) else {
        return Err("演示数据缺少第二位政治关审核员".into());
    };
    let today = ctx.today();
    let last_on = today.checked_add(4.days())?;
    let wanted = Wanted { away: away.clone(), deputy, first_on: today, last_on, note: "赴省培训".to_owned() };
    let mut tx = ctx.db().write().await?;
    let done = stand_in::set(&mut tx, &Actor::Staff(away), &wanted, today).await;
    done.map_err(|why| why.words())?;
    tx.commit().await?;
    Ok(Vec::new())
}
