//! Work that follows: scheduled publication, emptying the bin.

use jiff::SignedDuration;
use kernel::{Actor, NewEvent, time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::jobs::{Failure, Handlers};
use web::{Ctx, Error, Result};

use crate::editions::{deciding, model::EditionState, store as rows, writing::BIN_DAYS};

/// The kind of job that publishes a scheduled edition.
pub const PUBLISH_DUE: &str = "publishing.publish_due";

/// Payload of [`PUBLISH_DUE`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PublishDue {
    /// The edition.
    pub edition: String,
}

/// The handlers of this context's jobs.
pub fn handlers(ctx: Ctx) -> Handlers {
    Handlers::default().with(PUBLISH_DUE, move |job: PublishDue| {
        let ctx = ctx.clone();
        async move {
            match publish_one(&ctx, &job.edition).await {
                Ok(()) => Ok(()),
                // Gone or changed meanwhile: whoever changed it has decided.
                Err(Error::NotFound | Error::Conflict(_)) => Ok(()),
                Err(Error::Internal(error)) => Err(Failure::Retry(error.to_string())),
                Err(other) => Err(Failure::Retry(format!("{other:?}"))),
            }
        }
    })
}

/// Publishes the edition if its moment has come. Doing it twice does no harm: the second finds it public.
async fn publish_one(ctx: &Ctx, edition: &str) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    let loaded = rows::load(ctx, &mut tx, &Actor::System, edition).await?;
    let EditionState::Scheduled { at } = loaded.edition.state()? else { return Ok(()) };
    if at > ctx.seams().now() {
        return Ok(());
    }
    match deciding::come_due(ctx, &mut tx, &loaded).await {
        Ok(()) => {}
        Err(Error::Conflict(why)) => deciding::hold(&mut tx, &loaded, &why).await?,
        Err(other) => return Err(other),
    }
    tx.commit().await?;
    Ok(())
}

/// Publishes every scheduled edition whose moment has come, and empties the bin of what lies there longer than 30 days.
/// Called every minute: a moment that passed while nothing ran must not be missed. What fails with one text is logged and
/// does not stop the others. Returns how many were due.
///
/// # Errors
/// When it cannot even be asked what is due.
pub async fn publish_due(ctx: &Ctx) -> Result<usize> {
    let now = time::to_db(ctx.seams().now());
    let due: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM edition WHERE state = 'scheduled' AND binned_at = '' AND publish_at <= $1 ORDER BY publish_at",
    )
    .bind(&now)
    .fetch_all(ctx.db().read())
    .await?;
    for edition in &due {
        match publish_one(ctx, edition).await {
            Ok(()) | Err(Error::NotFound | Error::Conflict(_)) => {}
            // One that fails must not keep the others from the public; it is tried again the next time.
            Err(error) => tracing::error!(edition, ?error, "a scheduled text could not be published"),
        }
    }
    if let Err(error) = empty_bin(ctx).await {
        tracing::error!(?error, "the bin could not be emptied");
    }
    Ok(due.len())
}

/// Removes drafts that have lain in the bin for more than 30 days, and documents of which nothing is left. What was public
/// once is never removed.
async fn empty_bin(ctx: &Ctx) -> Result<()> {
    let now = ctx.seams().now();
    let limit = now.checked_sub(SignedDuration::from_hours(24 * BIN_DAYS)).unwrap_or(now);
    let old: Vec<(String, String)> = sqlx::query_as(
        // Only these two states can lie in the bin; naming them lets the index find the few rows.
        "SELECT id, document_id FROM edition WHERE state IN ('draft', 'returned') AND binned_at <> '' AND binned_at < $1 \
         AND published_at = '' LIMIT 500",
    )
    .bind(time::to_db(limit))
    .fetch_all(ctx.db().read())
    .await?;
    for (edition, document) in old {
        let mut tx = ctx.db().write().await?;
        rows::lock(ctx, &mut tx, &document).await?;
        let Some(about) = rows::document(tx.conn(), &document).await? else { continue };
        let gone = sqlx::query("DELETE FROM edition WHERE id = $1 AND binned_at <> ''").bind(&edition);
        if gone.execute(tx.conn()).await?.rows_affected() == 0 {
            // Brought back meanwhile.
            continue;
        }
        for sql in [
            "DELETE FROM attachment WHERE edition_id = $1",
            "DELETE FROM gate_pass WHERE edition_id = $1",
            "DELETE FROM finding_override WHERE edition_id = $1",
        ] {
            sqlx::query(sql).bind(&edition).execute(tx.conn()).await?;
        }
        sqlx::query(
            "DELETE FROM document WHERE id = $1 AND first_published_at = '' \
             AND NOT EXISTS (SELECT 1 FROM edition WHERE document_id = $1)",
        )
        .bind(&document)
        .execute(tx.conn())
        .await?;
        let event = NewEvent::new("document.purged", "document", &document, &Actor::System).organ(&about.organ());
        tx.append(event.data(json!({ "edition": edition }))).await?;
        tx.commit().await?;
    }
    Ok(())
}
