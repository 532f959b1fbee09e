//! What the heads of an organ's sheets stand for, remembered for the next file with the same heads.

use item::Item;
use kernel::OrganCode;
use sheet::{Found, Mapping};
use store::{Executor, query, query_scalar};
use web::Ctx;

use crate::values;

/// The heads of a table as they are remembered by: the words of their paths.
pub(super) fn heads_of(found: &Found) -> Vec<String> {
    found.keys()
}

/// SHA-256 of heads, whatever their order.
fn digest(mut heads: Vec<&str>) -> String {
    heads.sort_unstable();
    values::digest_of(heads)
}

/// What is remembered of a table with these heads; empty = nothing.
///
/// # Errors
/// When the database fails.
pub async fn remembered(
    executor: impl Executor<'_>,
    item: &Item,
    organ: &OrganCode,
    heads: &[String],
) -> store::Result<Mapping> {
    let kept: Option<String> =
        query_scalar("SELECT mapping FROM record_mapping WHERE item = $1 AND organ = $2 AND heads = $3")
            .bind(item.key.as_str())
            .bind(organ)
            .bind(digest(heads.iter().map(String::as_str).collect()))
            .fetch_optional(executor)
            .await?;
    Ok(kept.map(|json| serde_json::from_str(&json)).transpose()?.unwrap_or_default())
}

/// Remembers what the heads of a table stand for, once its rows were stored by it.
pub(crate) async fn remember(ctx: &Ctx, item: &Item, organ: &OrganCode, mapping: &Mapping) -> store::Result<()> {
    let mut tx = ctx.db().write().await?;
    query(
        "INSERT INTO record_mapping (item, organ, heads, mapping, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (item, organ, heads) DO UPDATE SET mapping = excluded.mapping, at = excluded.at",
    )
    .bind(item.key.as_str())
    .bind(organ)
    .bind(digest(mapping.keys().map(String::as_str).collect()))
    .bind(serde_json::to_string(mapping)?)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    tx.commit().await
}
