//! Facts of this installation, by name.

use crate::{Db, Result, Tx};

/// The value of a setting.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &Db, name: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT value FROM setting WHERE name = $1").bind(name).fetch_optional(db.read()).await?)
}

/// Sets a value.
///
/// # Errors
/// When the database fails.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    sqlx::query("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(value)
        .execute(tx.conn())
        .await?;
    Ok(())
}
