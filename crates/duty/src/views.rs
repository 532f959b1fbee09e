//! Saved filters of the board: each account keeps its own under a name.

use kernel::id::AccountId;
use store::{Db, FromRow, Tx, query, query_as, query_scalar};
use web::Refusal;

store::ids! {
    /// A saved filter.
    ViewId,
}

/// A saved filter.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct View {
    /// Identifier.
    pub id: ViewId,
    pub name: String,
    /// Query string without the question mark.
    pub query: String,
}

/// Most that one account keeps.
const MOST: i64 = 20;

/// The saved filters of an account by name.
pub async fn of(db: &Db, account: &AccountId) -> store::Result<Vec<View>> {
    query_as("SELECT id, name, query FROM duty_view WHERE account = $1 ORDER BY name, id")
        .bind(account)
        .fetch_all(db.read())
        .await
}

/// Keeps a filter under a name; one of the same name is replaced.
///
/// # Errors
/// When the account keeps too many.
pub async fn save(tx: &mut Tx, account: &AccountId, name: &str, filter: &str) -> Result<(), Refusal> {
    tx.lock(&format!("duty_view:{account}")).await?;
    query("DELETE FROM duty_view WHERE account = $1 AND name = $2").bind(account).bind(name).execute(tx.conn()).await?;
    let count: i64 =
        query_scalar("SELECT COUNT(*) FROM duty_view WHERE account = $1").bind(account).fetch_one(tx.conn()).await?;
    if count >= MOST {
        return Err(Refusal::Conflict(format!("最多保存 {MOST} 组筛选条件。请先删去不用的，再保存新的。")));
    }
    let (id, now) = (ViewId::fresh(&tx.seams()), tx.now());
    query("INSERT INTO duty_view (id, account, name, query, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(account)
        .bind(name)
        .bind(filter)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Deletes one of the account's own; `false` when it has none of this id.
pub async fn delete(tx: &mut Tx, account: &AccountId, id: &ViewId) -> store::Result<bool> {
    let done =
        query("DELETE FROM duty_view WHERE id = $1 AND account = $2").bind(id).bind(account).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}
