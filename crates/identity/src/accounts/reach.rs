//! Organs of which nobody can sign in and act: what is sent to them lies on nobody's desk.

use std::{collections::HashSet, sync::Arc};

use futures::future::BoxFuture;
use kernel::{OrganCode, Role};
use store::query_as;
use web::{Ctx, Result, hooks::Reach};

/// Accounts in use.
pub(crate) fn reach() -> Arc<dyn Reach> {
    Arc::new(Accounts)
}

struct Accounts;

impl Reach for Accounts {
    fn unreached<'a>(
        &'a self,
        ctx: &'a Ctx,
        organs: &'a [OrganCode],
        roles: &'a [Role],
    ) -> BoxFuture<'a, Result<Vec<OrganCode>>> {
        Box::pin(async move {
            let rows: Vec<(OrganCode, String)> = query_as(
                "SELECT DISTINCT a.organ, r.role FROM account a JOIN account_role r ON r.account = a.id \
                 WHERE a.disabled = 0",
            )
            .fetch_all(ctx.db().read())
            .await?;
            let (directory, today) = (ctx.directory(), ctx.today());
            let wanted = |role: &String| roles.iter().any(|one| one.code() == role.as_str());
            let reached: HashSet<OrganCode> = rows
                .into_iter()
                .filter(|(_, role)| wanted(role))
                .map(|(organ, _)| directory.stands_for(&organ, today))
                .collect();
            let mut unreached: Vec<OrganCode> = organs
                .iter()
                .map(|organ| directory.stands_for(organ, today))
                .filter(|organ| !reached.contains(organ))
                .collect();
            unreached.sort_unstable();
            unreached.dedup();
            Ok(unreached)
        })
    }
}
