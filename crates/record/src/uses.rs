//! Whether records hold values of a column: a column that has data is not taken out of the catalogue.

use item::{Column, ItemKey};
use store::{anywhere, query_scalar};
use web::Ctx;

/// How many versions of records that have not expired hold a value of this column, public or not; counted no further than 1000.
///
/// # Errors
/// When the database fails.
pub async fn uses(ctx: &Ctx, item: &ItemKey, column: &Column) -> store::Result<i64> {
    let shown = anywhere(&format!("\"{}\":\"", column.key));
    let hidden = anywhere(&format!(",{},", column.key));
    query_scalar(
        // What is public and what is not lie in indexes of their own: no record of another item is looked at.
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM record r LEFT JOIN record_private p ON p.id = r.id WHERE r.item = $1 \
         AND r.state = 'public' AND (r.data LIKE $2 ESCAPE '\\' OR p.columns LIKE $3 ESCAPE '\\') \
         UNION ALL SELECT 1 AS one FROM record r LEFT JOIN record_private p ON p.id = r.id WHERE r.item = $1 \
         AND r.state <> 'public' AND r.state <> 'expired' AND (r.data LIKE $2 ESCAPE '\\' OR p.columns LIKE $3 ESCAPE '\\') \
         LIMIT 1000) AS found",
    )
    .bind(item.as_str())
    .bind(shown)
    .bind(hidden)
    .fetch_one(ctx.db().read())
    .await
}
