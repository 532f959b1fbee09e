//! Who of an organ gets mail, for the capabilities that remind and notify.

use std::{collections::HashMap, sync::Arc};

use futures::future::BoxFuture;
use kernel::{OrganCode, Role, id::AccountId};
use store::{FromRow, query_as, query_scalar};
use web::{
    Ctx, Result,
    hooks::{Person, Recipients},
};

/// Accounts in use that have an address.
pub(crate) fn recipients() -> Arc<dyn Recipients> {
    Arc::new(Accounts)
}

struct Accounts;

#[derive(FromRow)]
struct Address {
    organ: OrganCode,
    email: String,
    role: String,
}

#[derive(FromRow)]
struct PersonRow {
    id: AccountId,
    name: String,
    organ: OrganCode,
    email: String,
    role: String,
}

impl Recipients for Accounts {
    fn addresses<'a>(
        &'a self,
        ctx: &'a Ctx,
        roles: &'a [Role],
    ) -> BoxFuture<'a, Result<HashMap<OrganCode, Vec<String>>>> {
        Box::pin(async move {
            let rows: Vec<Address> = query_as(
                "SELECT a.organ, a.email, r.role FROM account a JOIN account_role r ON r.account = a.id \
                     WHERE a.disabled = 0 AND a.email <> '' ORDER BY a.login",
            )
            .fetch_all(ctx.db().read())
            .await?;
            let (directory, today) = (ctx.directory(), ctx.today());
            let mut addresses: HashMap<OrganCode, Vec<String>> = HashMap::new();
            for row in rows.into_iter().filter(|row| roles.iter().any(|role| role.code() == row.role)) {
                let of_organ = addresses.entry(directory.stands_for(&row.organ, today)).or_default();
                // Whoever holds two of the roles hears once.
                if !of_organ.contains(&row.email) {
                    of_organ.push(row.email);
                }
            }
            Ok(addresses)
        })
    }

    fn mail_of<'a>(&'a self, ctx: &'a Ctx, accounts: &'a [AccountId]) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let mut found = Vec::new();
            for account in accounts {
                let one: Option<String> =
                    query_scalar("SELECT email FROM account WHERE id = $1 AND disabled = 0 AND email <> ''")
                        .bind(account)
                        .fetch_optional(ctx.db().read())
                        .await?;
                found.extend(one.filter(|email| !found.contains(email)));
            }
            Ok(found)
        })
    }

    fn gathered<'a>(&'a self, ctx: &'a Ctx, address: &'a str) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            // Two accounts may have one address: as long as one of them wants each mail at once, it does.
            let each: Option<i64> =
                query_scalar("SELECT MIN(mail_gathered) FROM account WHERE email = $1 AND disabled = 0")
                    .bind(address)
                    .fetch_one(ctx.db().read())
                    .await?;
            Ok(each == Some(1))
        })
    }

    fn reaches<'a>(&'a self, ctx: &'a Ctx, address: &'a str) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let many: i64 = query_scalar("SELECT COUNT(*) FROM account WHERE email = $1 AND disabled = 0")
                .bind(address)
                .fetch_one(ctx.db().read())
                .await?;
            Ok(many > 0)
        })
    }

    fn people<'a>(&'a self, ctx: &'a Ctx, roles: &'a [Role]) -> BoxFuture<'a, Result<Vec<Person>>> {
        Box::pin(async move {
            let rows: Vec<PersonRow> = query_as(
                "SELECT a.id, a.name, a.organ, a.email, r.role FROM account a JOIN account_role r ON r.account = a.id \
                     WHERE a.disabled = 0 ORDER BY a.login",
            )
            .fetch_all(ctx.db().read())
            .await?;
            let (directory, today) = (ctx.directory(), ctx.today());
            let mut people: Vec<Person> = Vec::new();
            for row in rows.into_iter().filter(|row| roles.iter().any(|role| role.code() == row.role)) {
                if !people.iter().any(|known| known.account == row.id) {
                    let organ = directory.stands_for(&row.organ, today);
                    people.push(Person { account: row.id, name: row.name, organ, email: row.email });
                }
            }
            Ok(people)
        })
    }
}
