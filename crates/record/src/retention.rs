//! The end of records: when their time is over their data are erased, in every version and with what is sealed beside;
//! that there was
//! a record stays, and a line in the log.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, id::SubjectRef};
use serde_json::json;
use store::{Tx, built, places, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    batch, counts,
    events::{BATCH, EXPIRED},
    ids::{BatchId, RecordId, RowId},
    state::State,
    write,
};

/// Records that one write erases.
const STEP: i64 = 500;

/// Erases what may be public no longer, as of today; how many records these were. Done every night.
///
/// # Errors
/// When the database fails; what was erased until then stays erased.
pub async fn expire(ctx: &Ctx) -> Result<i64, Refusal> {
    let mut all = 0;
    loop {
        let mut tx = ctx.db().write().await?;
        let some = step(&mut tx, ctx.today()).await?;
        tx.commit().await?;
        all += some;
        if some == 0 {
            return Ok(all);
        }
    }
}

/// The first batch that has such records: so many of them.
async fn step(tx: &mut Tx, today: Date) -> Result<i64, Refusal> {
    let (today, now) = (today.to_string(), tx.now());
    let mut first: Option<BatchId> = None;
    for sql in [
        "SELECT batch FROM record WHERE state = 'public' AND keep_until <> '' AND keep_until < $1 \
         ORDER BY keep_until, id LIMIT 1",
        "SELECT batch FROM record WHERE state = 'withdrawn' AND keep_until <> '' AND keep_until < $1 \
         ORDER BY keep_until, id LIMIT 1",
        // What was never public, or is no more since it is about a minor, is kept no longer than the rest.
        "SELECT batch FROM record WHERE state = 'closed' AND public_on = '' AND keep_until <> '' AND keep_until < $1 \
         ORDER BY keep_until, id LIMIT 1",
    ] {
        if first.is_none() {
            first = query_scalar(sql).bind(&today).fetch_optional(tx.conn()).await?;
        }
    }
    let Some(batch) = first else { return Ok(0) };
    tx.lock_row("record_batch", batch.as_str()).await?;
    let mut over: Vec<(RecordId, String, OrganCode, String, String)> = query_as(
        "SELECT record, state, organ, period, item FROM record WHERE batch = $1 \
         AND (state IN ('public', 'withdrawn') OR (state = 'closed' AND public_on = '')) \
         AND keep_until <> '' AND keep_until < $2 ORDER BY organ, period, id LIMIT $3",
    )
    .bind(&batch)
    .bind(&today)
    .bind(STEP)
    .fetch_all(tx.conn())
    .await?;
    // What is told is told of one organ: its log has all of its records, and none of another's.
    let first = over.first().map(|(_, _, organ, ..)| organ.clone());
    over.retain(|(_, _, organ, ..)| first.as_ref() == Some(organ));
    let Some((_, _, organ, _, item)) = over.first() else { return Ok(0) };
    let records: Vec<RecordId> = over.iter().map(|(record, ..)| record.clone()).collect();
    // Corrections that are under way hold the same data: what they lock is locked before the log is.
    let mut open: BTreeMap<BatchId, Vec<(RowId, i64)>> = BTreeMap::new();
    let mut sources: BTreeSet<BatchId> = BTreeSet::from([batch.clone()]);
    let sql = format!("SELECT id, batch, number, state FROM record WHERE record IN ({})", places(1, records.len()));
    // SQL: fixed text and placeholders; every value is bound.
    let versions: Vec<(RowId, BatchId, i64, State)> =
        query_as(built(sql)).bind_all(records.iter()).fetch_all(tx.conn()).await?;
    for (id, of, number, state) in versions {
        if matches!(state, State::Draft | State::Doubtful) {
            open.entry(of.clone()).or_default().push((id, number));
        }
        sources.insert(of);
    }
    for of in open.keys() {
        tx.lock_row("record_batch", of.as_str()).await?;
    }
    tx.hold_log().await?;
    // Some may have been taken away while the log was waited for: only what readers see until now is counted.
    let sql = format!(
        "SELECT item, organ, period, COUNT(*) FROM record WHERE state = 'public' AND record IN ({}) \
         GROUP BY item, organ, period ORDER BY item, organ, period",
        places(1, records.len())
    );
    // SQL: fixed text and placeholders; every value is bound.
    let shown: Vec<(String, OrganCode, String, i64)> =
        query_as(built(sql)).bind_all(records.iter()).fetch_all(tx.conn()).await?;
    erase(tx, &records, &now).await?;
    for (item, organ, period, rows) in &shown {
        counts::expire(tx, (item, organ, period), *rows).await?;
    }
    for (of, rows) in &open {
        let Some(corrects) = batch::find(tx.conn(), of).await? else { continue };
        for (id, number) in rows {
            write::remove(tx, of, Some(id)).await?;
            batch::changed(tx, &Actor::System, &corrects, ("removed", *number)).await?;
        }
    }
    for of in &sources {
        if forget_source(tx, of).await? {
            tx.touch(&SubjectRef::new(BATCH, of));
        }
        if !open.contains_key(of) {
            review::rows::forget_findings(tx, &crate::gates::about(of)).await?;
            crate::import::forget(tx, of).await?;
        }
    }
    let rows = i64::try_from(over.len()).unwrap_or(i64::MAX);
    let data = json!({ "item": item, "rows": rows, "on": today });
    tx.append(NewEvent::new(&EXPIRED, &batch, &Actor::System).organ(organ).data(data)).await?;
    Ok(rows)
}

/// Erases all versions of records that passed their review, also those that were never public: all in two statements.
async fn erase(tx: &mut Tx, records: &[RecordId], now: &str) -> store::Result<()> {
    const PASSED: &str = "state IN ('public', 'superseded', 'withdrawn', 'closed')";
    let private = format!(
        "DELETE FROM record_private WHERE id IN (SELECT id FROM record WHERE record IN ({}) AND {PASSED})",
        places(1, records.len())
    );
    // SQL: fixed text and placeholders; every value is bound.
    query(built(private)).bind_all(records.iter()).execute(tx.conn()).await?;
    let nothing: String = crate::slots::ALL.iter().fold(String::new(), |sql, name| sql + ", " + name + " = NULL");
    let sql = format!(
        "UPDATE record SET state = 'expired', ended_at = $1, keyed = '', data = '{{}}', doubt = ''{nothing} \
         WHERE record IN ({}) AND {PASSED}",
        places(2, records.len())
    );
    // SQL: as above.
    query(built(sql)).bind(now).bind_all(records.iter()).execute(tx.conn()).await?;
    Ok(())
}

/// The file from which a batch was read goes when none of its rows is left: it holds the same data.
async fn forget_source(tx: &mut Tx, batch: &BatchId) -> store::Result<bool> {
    let done = query(
        "DELETE FROM record_source WHERE batch = $1 AND NOT EXISTS \
         (SELECT 1 FROM record WHERE batch = $1 AND state <> 'expired')",
    )
    .bind(batch)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}
