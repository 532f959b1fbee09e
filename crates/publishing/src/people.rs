//! Who can do something, named on a page.

use std::sync::Arc;

use kernel::{OrganCode, Permission, Staff, id::AccountId};
use review::{
    Stage,
    model::{Facts, Round},
};
use web::{
    Ctx, Result,
    hooks::{Person, Recipients},
};

/// The people who may do this on what belongs to `keeper`, without those named.
pub(crate) async fn who_may(
    ctx: &Ctx,
    permission: &Permission,
    keeper: &OrganCode,
    without: &[AccountId],
) -> Result<Vec<Person>> {
    let mut people = ctx.one::<Arc<dyn Recipients>>().people(ctx, permission.roles).await?;
    let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
    people.retain(|one| (one.organ == *keeper || one.organ == office) && !without.contains(&one.account));
    Ok(people)
}

/// Whether somebody who holds a role of this stage passes it for what belongs to `keeper`: by organ, and by name where one is
/// named.
pub(crate) fn passes(stage: &Stage, keeper: &OrganCode, office: &OrganCode, one: &Person) -> bool {
    stage.is_near(&one.organ, one.organ == *office, keeper)
        && stage.person.as_ref().is_none_or(|named| named.account == one.account)
}

/// The people who may pass this stage of what belongs to `keeper`, without those named.
pub(crate) async fn passers(
    ctx: &Ctx,
    stage: &Stage,
    keeper: &OrganCode,
    without: &[AccountId],
) -> Result<Vec<Person>> {
    let mut people = ctx.one::<Arc<dyn Recipients>>().people(ctx, &stage.roles).await?;
    let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
    people.retain(|one| passes(stage, keeper, &office, one) && !without.contains(&one.account));
    Ok(people)
}

/// The people who can decide where this round stands: who may pass the stage, and whom nothing keeps out.
pub(crate) async fn deciders(ctx: &Ctx, round: &Round, facts: &Facts) -> Result<Vec<Person>> {
    let Some(stage) = round.stage() else { return Ok(Vec::new()) };
    let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
    let now = ctx.seams().now();
    let mut people = passers(ctx, stage, &facts.keeper, &facts.authors).await?;
    people.retain(|one| round.kept_out(&staff(one, stage, &office), facts, now).is_none());
    Ok(people)
}

/// Somebody who passes this stage, as the rules of a round know them.
pub(crate) fn staff(one: &Person, stage: &Stage, office: &OrganCode) -> Staff {
    Staff {
        account: one.account.clone(),
        name: one.name.clone(),
        organ: one.organ.clone(),
        roles: stage.roles.clone(),
        central: one.organ == *office,
    }
}

/// Their names, a few of many; empty when there is nobody.
pub(crate) fn names(people: &[Person]) -> String {
    let few: Vec<&str> = people.iter().take(3).map(|one| one.name.as_str()).collect();
    let more = if people.len() > few.len() { format!("等 {} 人", people.len()) } else { String::new() };
    format!("{}{more}", few.join("、"))
}
