//! Facts of this installation, by name.

use jiff::SignedDuration;
use kernel::time;

use crate::{Db, Result, Tx, query, query_scalar};

/// The value of a setting.
pub async fn get(db: &Db, name: &str) -> Result<Option<String>> {
    query_scalar("SELECT value FROM setting WHERE name = $1").bind(name).fetch_optional(db.read()).await
}

/// Removes the tokens of forms that were submitted more than two days ago: nobody sends those again.
pub async fn forget_submissions(db: &Db) -> Result<()> {
    let now = db.seams().now();
    let before = now.checked_sub(SignedDuration::from_hours(48)).unwrap_or(now);
    let mut tx = db.write().await?;
    query("DELETE FROM submission WHERE at < $1").bind(time::to_db(before)).execute(tx.conn()).await?;
    tx.commit().await
}

/// Sets the value of this name, new or in place of the former. What the program itself must remember; configuration
/// stands in its file.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    query("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(value)
        .execute(tx.conn())
        .await?;
    Ok(())
}
