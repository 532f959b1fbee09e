//! Tables of organs that were uploaded and wait to be corrected and carried out.

use ::store::{Executor, Tx, query, query_as};
use documents::tables::Table;
use kernel::id::AccountId;
use web::{Error, Result};

::store::ids! {
    /// A table of organs that was uploaded.
    ImportId,
}

/// Keeps a table. What the same person uploaded before and never carried out is of no use any more.
pub(super) async fn add(tx: &mut Tx, account: &AccountId, file_name: &str, table: &Table) -> Result<ImportId> {
    let (id, now) = (ImportId::fresh(&tx.seams()), tx.now());
    query("DELETE FROM organ_import WHERE account = $1").bind(account).execute(tx.conn()).await?;
    query(
        "INSERT INTO organ_import (id, account, file_name, content, done_at, created_at) VALUES ($1, $2, $3, $4, '', $5)",
    )
    .bind(&id)
    .bind(account)
    .bind(file_name.chars().take(200).collect::<String>())
    .bind(serde_json::to_string(table)?)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Name and table of an upload of this person that was not carried out yet.
pub(super) async fn load(on: impl Executor<'_>, id: &ImportId, account: &AccountId) -> Result<(String, Table)> {
    let row: Option<(String, String)> =
        query_as("SELECT file_name, content FROM organ_import WHERE id = $1 AND account = $2 AND done_at = ''")
            .bind(id)
            .bind(account)
            .fetch_optional(on)
            .await?;
    let (name, content) = row.ok_or(Error::NotFound)?;
    Ok((name, serde_json::from_str(&content)?))
}

/// Keeps the table as it was corrected.
pub(super) async fn keep(tx: &mut Tx, id: &ImportId, table: &Table) -> Result<()> {
    query("UPDATE organ_import SET content = $2 WHERE id = $1")
        .bind(id)
        .bind(serde_json::to_string(table)?)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes that all of it was carried out.
pub(super) async fn finish(tx: &mut Tx, id: &ImportId) -> Result<()> {
    let now = tx.now();
    query("UPDATE organ_import SET done_at = $2 WHERE id = $1").bind(id).bind(now).execute(tx.conn()).await?;
    Ok(())
}
