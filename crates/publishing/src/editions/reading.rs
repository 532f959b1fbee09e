//! Who has read what of the texts in review, as a record of its own.

use std::{collections::HashSet, time::Duration};

use document::Whole;
use kernel::id::{AccountId, EditionId};
use review::Review;
use store::{Db, Tx, Value, built, places, query, query_scalar};
use web::{Ctx, Desk, Result, act_now};

use super::{checks, subject::EDITION};

/// A reader waits no longer than this for the record: who writes now would hold up a page that only shows.
const PATIENCE: Duration = Duration::from_secs(3);

/// Notes that this person has the whole text of an edition in review before them, once for each round. What could not be noted
/// now is noted when it is opened again.
///
/// # Errors
/// When the database fails for another reason than that it can be written to by nobody now: that keeps no one from reading.
pub(crate) async fn note(ctx: &Ctx, desk: &Desk, whole: &Whole) -> Result<()> {
    let (me, edition) = (&desk.staff.account, &whole.edition);
    if edition.state != "in_review" || whole.is_by(me) {
        return Ok(());
    }
    let newest = review::rows::newest(ctx.db().read(), &checks::about(whole)).await?;
    let Some(Review { id: round, .. }) = newest.filter(|review| review.round.stage().is_some()) else { return Ok(()) };
    let known: i64 = query_scalar("SELECT COUNT(*) FROM text_read WHERE review = $1 AND account = $2")
        .bind(&round)
        .bind(me)
        .fetch_one(ctx.db().read())
        .await?;
    if known > 0 {
        return Ok(());
    }
    let noted = act_now(ctx, async |tx: &mut Tx| {
        let now = tx.now();
        query("INSERT INTO text_read (review, account, edition_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(&round)
            .bind(me)
            .bind(&edition.id)
            .bind(now)
            .execute(tx.conn())
            .await?;
        Ok::<_, store::Error>(())
    });
    match tokio::time::timeout(PATIENCE, noted).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) if error.trouble().is_none() => return Err(error.into()),
        Ok(Err(_)) | Err(_) => tracing::warn!(edition = %edition.id, "that a text was read could not be noted now"),
    }
    Ok(())
}

/// Which of these editions this person has read in the round of review that is open.
pub(crate) async fn read_by(db: &Db, person: &AccountId, editions: &[EditionId]) -> Result<HashSet<EditionId>> {
    if editions.is_empty() {
        return Ok(HashSet::new());
    }
    // SQL: fixed text and numbers of placeholders; every value is bound.
    let sql = format!(
        "SELECT r.subject_id FROM review r JOIN text_read t ON t.review = r.id AND t.edition_id = r.subject_id \
         WHERE r.subject_kind = $1 AND r.state = 'open' AND t.account = $2 AND r.subject_id IN ({})",
        places(3, editions.len())
    );
    let found: Vec<EditionId> = query_scalar(built(sql))
        .bind(EDITION)
        .bind(person)
        .bind_all(editions.iter().map(Value::from))
        .fetch_all(db.read())
        .await?;
    Ok(found.into_iter().collect())
}
