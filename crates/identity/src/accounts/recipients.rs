//! Who of an organ gets mail, for the capabilities that remind and notify.

use std::{collections::HashMap, sync::Arc};

use futures::future::BoxFuture;
use kernel::{OrganCode, Role};
use store::{FromRow, query_as};
use web::{Ctx, Result, hooks::Recipients};

use super::model::roles_from_db;

/// Accounts in use that have an address.
pub(crate) fn recipients() -> Arc<dyn Recipients> {
    Arc::new(Accounts)
}

struct Accounts;

#[derive(FromRow)]
struct Address {
    organ: OrganCode,
    email: String,
    roles: String,
}

impl Recipients for Accounts {
    fn addresses<'a>(
        &'a self,
        ctx: &'a Ctx,
        roles: &'a [Role],
    ) -> BoxFuture<'a, Result<HashMap<OrganCode, Vec<String>>>> {
        Box::pin(async move {
            let rows: Vec<Address> =
                query_as("SELECT organ, email, roles FROM account WHERE disabled = 0 AND email <> '' ORDER BY login")
                    .fetch_all(ctx.db().read())
                    .await?;
            let (directory, today) = (ctx.directory(), ctx.today());
            let mut addresses: HashMap<OrganCode, Vec<String>> = HashMap::new();
            for row in rows.into_iter().filter(|row| roles_from_db(&row.roles).iter().any(|role| roles.contains(role)))
            {
                addresses.entry(directory.stands_for(&row.organ, today)).or_default().push(row.email);
            }
            Ok(addresses)
        })
    }
}
