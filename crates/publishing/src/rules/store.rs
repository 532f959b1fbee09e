//! Which texts are to be looked through anew.

use kernel::id::EditionId;
use review::{book, findings::RULES};
use store::{Db, query_scalar};
use web::Result;

/// Editions that somebody still works on and that were looked through by other rules or another list than today's, those that were
/// changed last first; at most so many. What is public or was taken off stays as it was found when it went out.
///
/// # Errors
/// When the database fails.
pub(crate) async fn behind(db: &Db, limit: i64) -> Result<Vec<EditionId>> {
    let version = book::version(db.read()).await?;
    let sql = "SELECT e.id FROM edition e WHERE e.state IN ('draft', 'in_review', 'returned', 'scheduled') AND e.binned_at = '' \
               AND EXISTS (SELECT 1 FROM finding_run r WHERE r.subject_kind = 'edition' AND r.subject_id = e.id \
               AND (r.rules <> $1 OR r.listed <> $2)) ORDER BY e.updated_at DESC, e.id LIMIT $3";
    Ok(query_scalar(sql).bind(RULES).bind(version).bind(limit).fetch_all(db.read()).await?)
}
