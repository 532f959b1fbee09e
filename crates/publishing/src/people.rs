//! Who can do something, named on a page.

use std::sync::Arc;

use kernel::{OrganCode, Permission, id::AccountId};
use review::{Stage, Within};
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

/// The people who may pass this stage of what belongs to `keeper`, without those named.
pub(crate) async fn passers(
    ctx: &Ctx,
    stage: &Stage,
    keeper: &OrganCode,
    without: &[AccountId],
) -> Result<Vec<Person>> {
    let mut people = ctx.one::<Arc<dyn Recipients>>().people(ctx, &stage.roles).await?;
    let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
    people.retain(|one| {
        let near = match stage.within {
            None => one.organ == *keeper || one.organ == office,
            Some(Within::Own) => one.organ == *keeper,
            Some(Within::Office) => one.organ == office,
        };
        let named = stage.person.as_ref().is_none_or(|named| named.account == one.account);
        near && named && !without.contains(&one.account)
    });
    Ok(people)
}

/// Their names, a few of many; empty when there is nobody.
pub(crate) fn names(people: &[Person]) -> String {
    let few: Vec<&str> = people.iter().take(3).map(|one| one.name.as_str()).collect();
    let more = if people.len() > few.len() { format!("等 {} 人", people.len()) } else { String::new() };
    format!("{}{more}", few.join("、"))
}
