//! How many public records there are, by item, organ and period: a table that every write keeps which makes records
//! public or takes
//! them away, so that the coverage map asks no million of rows.

use item::{Item, ItemKey};
use kernel::OrganCode;
use store::{Executor, FromRow, Tx, built, query, query_as, query_scalar};

use crate::{cover, ids::BatchId, slots::Layout, values};

/// Public records of one item, organ and period.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Counted {
    /// Key of the item.
    pub item: String,
    pub organ: OrganCode,
    /// `2026`, `2026-H1`, `2026-Q2`, `2026-03`, as often as the item has something new; empty = standing.
    pub period: String,
    pub records: i64,
    /// Day of the newest publication, also where all have been taken away since.
    pub last_on: String,
    /// Day of the first publication; empty = not known, since it was brought in from history or corrected into the period.
    pub first_on: String,
    /// Records that were public until their time was over: what was published has not been missing since.
    pub expired: i64,
}

/// Everything that is counted: few rows, one for each item, organ and period.
///
/// # Errors
/// When the database fails.
pub async fn all(executor: impl Executor<'_>) -> store::Result<Vec<Counted>> {
    query_as("SELECT item, organ, period, records, last_on, first_on, expired FROM record_count ORDER BY item, organ, period")
        .fetch_all(executor)
        .await
}

/// What is counted of one item.
///
/// # Errors
/// When the database fails.
pub async fn of_item(executor: impl Executor<'_>, item: &ItemKey) -> store::Result<Vec<Counted>> {
    query_as(
        "SELECT item, organ, period, records, last_on, first_on, expired FROM record_count WHERE item = $1 \
         ORDER BY organ, period",
    )
    .bind(item.as_str())
    .fetch_all(executor)
    .await
}

/// By which versions of items records lie, as one word: another one once records were laid anew, whose periods are counted anew
/// without an event.
///
/// # Errors
/// When the database fails.
pub async fn laid(executor: impl Executor<'_>) -> store::Result<String> {
    let laid: Vec<(String, i64)> =
        query_as("SELECT item, version FROM record_laid ORDER BY item, version").fetch_all(executor).await?;
    Ok(laid.iter().fold(String::new(), |words, (item, version)| words + &format!("{item}.{version} ")))
}

/// How many public records an item has, of one organ and period where they are given (an empty period = all).
///
/// # Errors
/// When the database fails.
pub async fn public(
    executor: impl Executor<'_>,
    item: &ItemKey,
    organ: Option<&OrganCode>,
    period: &str,
) -> store::Result<i64> {
    query_scalar(
        "SELECT CAST(COALESCE(SUM(records), 0) AS BIGINT) FROM record_count WHERE item = $1 AND ($2 = '' OR organ = $2) \
         AND ($3 = '' OR period = $3)",
    )
    .bind(item.as_str())
    .bind(organ.map_or("", OrganCode::as_str))
    .bind(period)
    .fetch_one(executor)
    .await
}

/// Counts the public records of a batch again where it has just become public: adds them.
pub(crate) async fn add_batch(tx: &mut Tx, batch: &BatchId, public_on: &str) -> store::Result<()> {
    query(
        "INSERT INTO record_count (item, organ, period, records, last_on, first_on, expired) \
         SELECT r.item, r.organ, r.period, COUNT(*), CAST($2 AS TEXT), \
         CASE WHEN MAX(b.what) = 'new' THEN CAST($2 AS TEXT) ELSE '' END, 0 \
         FROM record r JOIN record_batch b ON b.id = r.batch WHERE r.batch = $1 AND r.state = 'public' \
         GROUP BY r.item, r.organ, r.period \
         ON CONFLICT (item, organ, period) DO UPDATE SET records = record_count.records + excluded.records, \
         last_on = excluded.last_on",
    )
    .bind(batch)
    .bind(public_on)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What there is to be counted of an item (`$1`; empty = of all), worked out from the versions of records that are or were
/// public, in the order of the columns of `record_count`. The first day is that of the first batch of the period, and known
/// where that was new: a correction of what came in time does not come late. Of what has expired the newest version counts,
/// unless it was taken away before, or is about a minor.
pub(crate) const THERE: &str = "SELECT r.item, r.organ, r.period, SUM(CASE WHEN r.state = 'public' THEN 1 ELSE 0 END), \
     MAX(r.public_on), CASE WHEN MIN(b.public_at) = MIN(CASE WHEN b.what = 'new' THEN b.public_at END) \
     THEN MIN(CASE WHEN b.what = 'new' THEN r.public_on END) ELSE '' END, \
     SUM(CASE WHEN r.state = 'expired' AND r.closed = 0 \
     AND NOT EXISTS (SELECT 1 FROM record o WHERE o.record = r.record AND o.state = 'expired' AND o.version > r.version) \
     AND NOT EXISTS (SELECT 1 FROM record_withdrawal w WHERE w.record = r.record AND w.restored_at = '') \
     THEN 1 ELSE 0 END) FROM record r JOIN record_batch b ON b.id = r.batch \
     WHERE ($1 = '' OR r.item = $1) AND r.public_on <> '' AND b.state = 'public' GROUP BY r.item, r.organ, r.period";

/// Counts an item anew from its records.
pub(crate) async fn anew(tx: &mut Tx, item: &ItemKey) -> store::Result<()> {
    query("DELETE FROM record_count WHERE item = $1").bind(item.as_str()).execute(tx.conn()).await?;
    let sql = format!("INSERT INTO record_count (item, organ, period, records, last_on, first_on, expired) {THERE}");
    // SQL: all pieces are literals.
    query(built(sql)).bind(item.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// Items, organs and periods of which something else is kept than there is, at most so many. Both sides are read in one moment.
pub(crate) async fn differing(
    executor: impl Executor<'_>,
    most: i64,
) -> store::Result<Vec<(String, OrganCode, String)>> {
    let sql = format!(
        "SELECT DISTINCT item, organ, period FROM (SELECT item, organ, period FROM \
         (SELECT item, organ, period, records, last_on, first_on, expired FROM record_count UNION ALL {THERE}) AS added \
         GROUP BY item, organ, period, records, last_on, first_on, expired HAVING COUNT(*) <> 2) AS differing \
         ORDER BY item, organ, period LIMIT $2"
    );
    // SQL: all pieces are literals.
    query_as(built(sql)).bind("").bind(most).fetch_all(executor).await
}

/// Adds to, or takes from, what is counted of one item, organ and period.
pub(crate) async fn shift(tx: &mut Tx, (item, organ, period): (&str, &OrganCode, &str), by: i64) -> store::Result<()> {
    // Less than nothing is never kept, whatever somebody has written into the table: verification names it.
    query(
        "UPDATE record_count SET records = CASE WHEN records + $4 < 0 THEN 0 ELSE records + $4 END \
         WHERE item = $1 AND organ = $2 AND period = $3",
    )
    .bind(item)
    .bind(organ)
    .bind(period)
    .bind(by)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Counts so many public records as some whose time is over.
pub(crate) async fn expire(
    tx: &mut Tx,
    (item, organ, period): (&str, &OrganCode, &str),
    rows: i64,
) -> store::Result<()> {
    query(
        "UPDATE record_count SET records = CASE WHEN records > $4 THEN records - $4 ELSE 0 END, expired = expired + $4 \
         WHERE item = $1 AND organ = $2 AND period = $3",
    )
    .bind(item)
    .bind(organ)
    .bind(period)
    .bind(rows)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether a change of an item gives its columns other slots, its records other periods or names, so that they must be laid anew
/// ([`crate::relay`]).
pub fn relaid(old: &Item, new: &Item) -> bool {
    Layout::of(old) != Layout::of(new)
        || old.newest_by != new.newest_by
        || old.period != new.period
        || old.keys != new.keys
        || values::is_sole(old) != values::is_sole(new)
        || values::dated_by(old) != values::dated_by(new)
        || !cover::closes(old, new).is_empty()
}
