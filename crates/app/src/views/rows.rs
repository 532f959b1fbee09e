//! Views as they are kept.

use kernel::{OrganCode, Staff, id::AccountId};
use store::{Executor, FromRow, Tx, query, query_as, query_scalar};
use web::{
    Refusal,
    hooks::{SavedView, SavedViewId},
};

/// Most that one account keeps of one list.
const MOST: i64 = 20;
/// Most that are read of one list: those of all organs together.
const READ: i64 = 5000;

/// A view as it is kept.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    id: SavedViewId,
    pub(super) account: AccountId,
    account_name: String,
    pub(super) organ: OrganCode,
    name: String,
    query: String,
    shared: bool,
}

impl Row {
    /// As this person is shown it.
    pub(super) fn shown_to(self, account: &AccountId) -> SavedView {
        let by = if self.account == *account { String::new() } else { self.account_name };
        SavedView { id: self.id, name: self.name, query: self.query, by, shared: self.shared }
    }
}

/// The own views of a list, then all that anybody shares.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(executor: impl Executor<'_>, account: &AccountId, list: &str) -> store::Result<Vec<Row>> {
    query_as(
        "SELECT id, account, account_name, organ, name, query, shared FROM saved_view \
         WHERE list = $1 AND (account = $2 OR shared = 1) \
         ORDER BY CASE WHEN account = $2 THEN 0 ELSE 1 END, name, id LIMIT $3",
    )
    .bind(list)
    .bind(account)
    .bind(READ)
    .fetch_all(executor)
    .await
}

/// Keeps a list under a name; the own one of the same name is replaced.
///
/// # Errors
/// [`Refusal::Conflict`] when the account keeps too many.
pub(super) async fn save(
    tx: &mut Tx,
    staff: &Staff,
    list: &str,
    name: &str,
    filter: &str,
    shared: bool,
) -> Result<(), Refusal> {
    tx.lock(&format!("saved_view:{}", staff.account)).await?;
    query("DELETE FROM saved_view WHERE account = $1 AND list = $2 AND name = $3")
        .bind(&staff.account)
        .bind(list)
        .bind(name)
        .execute(tx.conn())
        .await?;
    let count: i64 = query_scalar("SELECT COUNT(*) FROM saved_view WHERE account = $1 AND list = $2")
        .bind(&staff.account)
        .bind(list)
        .fetch_one(tx.conn())
        .await?;
    if count >= MOST {
        return Err(Refusal::Conflict(format!("每个列表最多保存 {MOST} 个视图。请先删去不用的，再保存新的。")));
    }
    let (id, now) = (SavedViewId::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO saved_view (id, account, account_name, organ, list, name, query, shared, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(&staff.account)
    .bind(&staff.name)
    .bind(&staff.organ)
    .bind(list)
    .bind(name)
    .bind(filter)
    .bind(shared)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Deletes one of the account's own; `false` when it has none of this id.
///
/// # Errors
/// When the database fails.
pub(super) async fn remove(tx: &mut Tx, account: &AccountId, id: &SavedViewId) -> store::Result<bool> {
    let done = query("DELETE FROM saved_view WHERE id = $1 AND account = $2")
        .bind(id)
        .bind(account)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}
