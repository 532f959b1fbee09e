//! The roles of accounts as they are stored: a row each.

use kernel::{Role, id::AccountId};
use store::{Db, Tx, query, query_as, query_scalar};

/// In the order of the table of roles; codes that this program does not know are left out.
fn in_order(codes: &[String]) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| codes.iter().any(|code| code == role.code())).collect()
}

/// The roles of an account.
pub(crate) async fn of(db: &Db, account: &AccountId) -> store::Result<Vec<Role>> {
    let codes = query_scalar("SELECT role FROM account_role WHERE account = $1").bind(account).fetch_all(db.read());
    Ok(in_order(&codes.await?))
}

/// The same within a write.
pub(crate) async fn of_locked(tx: &mut Tx, account: &AccountId) -> store::Result<Vec<Role>> {
    let codes = query_scalar("SELECT role FROM account_role WHERE account = $1").bind(account).fetch_all(tx.conn());
    Ok(in_order(&codes.await?))
}

/// The roles of all accounts.
pub(crate) async fn of_all(db: &Db) -> store::Result<std::collections::HashMap<AccountId, Vec<Role>>> {
    let rows: Vec<(AccountId, String)> =
        query_as("SELECT account, role FROM account_role").fetch_all(db.read()).await?;
    let mut codes: std::collections::HashMap<AccountId, Vec<String>> = std::collections::HashMap::new();
    for (account, code) in rows {
        codes.entry(account).or_default().push(code);
    }
    Ok(codes.into_iter().map(|(account, codes)| (account, in_order(&codes))).collect())
}

/// Gives an account these roles instead of the ones it has.
pub(crate) async fn put(tx: &mut Tx, account: &AccountId, roles: &[Role]) -> store::Result<()> {
    query("DELETE FROM account_role WHERE account = $1").bind(account).execute(tx.conn()).await?;
    for role in roles {
        query("INSERT INTO account_role (account, role) VALUES ($1, $2)")
            .bind(account)
            .bind(role.code())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}
