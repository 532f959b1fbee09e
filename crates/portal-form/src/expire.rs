//! Removing what is past its time: drafts with their files, receipts, traces of networks.

use kernel::time;
use store::{query, query_scalar};

use crate::{draft::DraftId, limit};
use web::{Ctx, Result};

/// Drafts that are removed in one write, so that nobody waits for long.
const AT_ONCE: i64 = 200;

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// Drafts, sent ones included: these only led to their receipts.
    pub drafts: u64,
    /// Files of drafts.
    pub files: u64,
    pub receipts: u64,
    /// Allowances of networks that are whole again.
    pub buckets: u64,
}

/// Removes what is past its time. To be done every hour; when it is not, links past their time open nothing all the same.
///
/// # Errors
/// When database or disk fail.
pub async fn expire(ctx: &Ctx) -> Result<Expired> {
    let mut expired = Expired::default();
    while let Some((drafts, files)) = some_drafts(ctx).await? {
        expired.drafts += drafts;
        expired.files += files;
    }
    let mut tx = ctx.db().write().await?;
    let now = tx.now();
    let gone = query("DELETE FROM portal_receipt WHERE expires_at <= $1").bind(now).execute(tx.conn()).await?;
    tx.commit().await?;
    expired.receipts = gone.rows_affected();
    expired.buckets = limit::forget(ctx.db()).await?;
    Ok(expired)
}

async fn some_drafts(ctx: &Ctx) -> Result<Option<(u64, u64)>> {
    let now = time::to_db(ctx.seams().now());
    let ids: Vec<DraftId> =
        query_scalar("SELECT id FROM portal_draft WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2")
            .bind(&now)
            .bind(AT_ONCE)
            .fetch_all(ctx.db().read())
            .await?;
    if ids.is_empty() {
        return Ok(None);
    }
    let mut tx = ctx.db().write().await?;
    let (mut drafts, mut digests) = (0, Vec::<String>::new());
    for id in ids {
        let files: Vec<String> = query_scalar("SELECT digest FROM portal_draft_file WHERE draft_id = $1")
            .bind(&id)
            .fetch_all(tx.conn())
            .await?;
        // Somebody may have gone on with it since it was found.
        let done = query("DELETE FROM portal_draft WHERE id = $1 AND expires_at <= $2")
            .bind(&id)
            .bind(&now)
            .execute(tx.conn())
            .await?;
        if done.rows_affected() == 1 {
            drafts += 1;
            digests.extend(files);
        }
    }
    tx.commit().await?;
    let files = digests.len() as u64;
    for digest in digests {
        // Sealed for that draft alone. What a crash leaves here is swept with what nobody refers to.
        ctx.files().delete(ctx.db(), &digest).await?;
    }
    Ok(Some((drafts, files)))
}
