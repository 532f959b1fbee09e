//! Who of an organ gets mail about its duties. The one place where this context reads accounts.

use std::collections::HashMap;

use kernel::{OrganCode, Role};
use store::{FromRow, Result, query_as};
use web::Ctx;

use crate::duties::store::answering;

#[derive(FromRow)]
struct Address {
    organ: String,
    email: String,
    roles: String,
}

/// Whether one of the roles, as stored with commas, is that of somebody who reports on duties.
fn reports(roles: &str) -> bool {
    roles.split(',').any(|role| [Role::Editor.code(), Role::OrganHead.code()].contains(&role.trim()))
}

/// Mail addresses of those who report for each organ: editors and heads whose accounts are in use, by the organ for which
/// they act today. After a reform that is the successor, so look up the organ that answers ([`answering`]).
///
/// # Errors
/// When the database fails.
pub(crate) async fn addresses(ctx: &Ctx) -> Result<HashMap<OrganCode, Vec<String>>> {
    let rows: Vec<Address> =
        query_as("SELECT organ, email, roles FROM account WHERE disabled = 0 AND email <> '' ORDER BY login")
            .fetch_all(ctx.db().read())
            .await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut addresses: HashMap<OrganCode, Vec<String>> = HashMap::new();
    for row in rows.into_iter().filter(|row| reports(&row.roles)) {
        addresses.entry(answering(&directory, &OrganCode(row.organ), today)).or_default().push(row.email);
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::{Role, reports};

    #[test]
    fn only_the_exact_roles_count() {
        assert!(reports(&format!("auditor, {}", Role::Editor.code())) && reports(Role::OrganHead.code()));
        assert!(!reports(&format!("sub_{}", Role::Editor.code())) && !reports(""));
    }
}
