//! What this capability keeps, and what it asks of the tables of records.

use std::sync::Arc;

use item::ItemKey;
use jiff::civil::Date;
use kernel::{OrganCode, id::AccountId};
use record::{BatchId, BatchState, Data, RecordId};
use store::{By, Executor, FromColumn, FromRow, List, Sealed, built, places, query_as, query_scalar};

store::ids! {
    /// That a decision was revoked.
    RevocationId,
    /// A row that came back from the platform.
    ReturnId,
}

/// What became of a decision (行政处罚法 Art. 48).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Revoked,
    Changed,
    Unlawful,
    Void,
}

impl What {
    pub(super) const ALL: [Self; 4] = [Self::Revoked, Self::Changed, Self::Unlawful, Self::Void];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Changed => "changed",
            Self::Unlawful => "unlawful",
            Self::Void => "void",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Revoked => "被撤销",
            Self::Changed => "被变更",
            Self::Unlawful => "被确认违法",
            Self::Void => "被确认无效",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.code() == code)
    }
}

impl FromColumn for What {
    fn from_column(column: &store::Column<'_>) -> store::Result<Self> {
        let code = column.text()?;
        Self::from_code(code).ok_or_else(|| store::Error::Value(format!("{code} 读不懂")))
    }
}

/// Columns of a [`Revocation`].
const REVOCATION: &str = "v.id, v.record, v.item, v.organ, v.what, v.words, v.decided_on, v.due_on, v.state, v.at, v.by_name, \
     v.ended_at, v.ended_name, v.ended_why";

/// That a decision was revoked, until its record is taken away.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Revocation {
    pub(super) id: RevocationId,
    pub(super) record: RecordId,
    /// Key of the item.
    pub(super) item: String,
    pub(super) organ: OrganCode,
    pub(super) what: What,
    /// For readers.
    pub(super) words: String,
    pub(super) decided_on: String,
    pub(super) due_on: String,
    /// `open`, `done`, `dropped`.
    pub(super) state: String,
    pub(super) at: String,
    pub(super) by_name: String,
    pub(super) ended_at: String,
    pub(super) ended_name: String,
    pub(super) ended_why: String,
}

impl Revocation {
    pub(super) fn is_open(&self) -> bool {
        self.state == "open"
    }
}

/// Those of these organs: `newest`, or by the last day (`due`).
pub(super) fn revocations(organs: Vec<OrganCode>, state: &str) -> List {
    List::new(REVOCATION, "enforcement_revocation v", "v.id")
        .sort("newest", &[By::down("v.at")])
        .sort("due", &[By::up("v.due_on")])
        .only_of("v.organ", organs)
        .equals("v.state", (!state.is_empty()).then(|| state.to_owned()))
}

pub(super) async fn revocation(executor: impl Executor<'_>, id: &RevocationId) -> store::Result<Option<Revocation>> {
    // SQL: all pieces are literals.
    query_as(built(format!("SELECT {REVOCATION} FROM enforcement_revocation v WHERE v.id = $1")))
        .bind(id)
        .fetch_optional(executor)
        .await
}

/// The one that waits for this record to be taken away.
pub(super) async fn open_of(executor: impl Executor<'_>, record: &RecordId) -> store::Result<Option<Revocation>> {
    // SQL: all pieces are literals.
    query_as(built(format!(
        "SELECT {REVOCATION} FROM enforcement_revocation v WHERE v.record = $1 AND v.state = 'open'"
    )))
    .bind(record)
    .fetch_optional(executor)
    .await
}

/// Open ones of these organs whose record is still public, the most urgent first.
pub(super) async fn urgent(
    executor: impl Executor<'_>,
    organs: &[OrganCode],
    most: i64,
) -> store::Result<Vec<Revocation>> {
    if organs.is_empty() {
        return Ok(Vec::new());
    }
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT {REVOCATION} FROM enforcement_revocation v JOIN record r ON r.record = v.record AND r.state = 'public' \
         WHERE v.state = 'open' AND v.organ IN ({}) ORDER BY v.due_on, v.id LIMIT $1",
        places(2, organs.len())
    );
    query_as(built(sql)).bind(most).bind_all(organs.iter()).fetch_all(executor).await
}

/// A row that came back.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Returned {
    pub(super) id: ReturnId,
    pub(super) item: String,
    pub(super) organ: OrganCode,
    pub(super) record: RecordId,
    pub(super) number: String,
    /// In the words of the platform.
    pub(super) reason: String,
    /// `open`, `done`.
    pub(super) state: String,
    pub(super) at: String,
    pub(super) ended_at: String,
    pub(super) ended_name: String,
}

/// What came back for these organs, the newest first.
pub(super) fn returned(organs: Vec<OrganCode>, state: &str) -> List {
    List::new(
        "t.id, t.item, t.organ, t.record, t.number, t.reason, t.state, t.at, t.ended_at, t.ended_name",
        "enforcement_return t",
        "t.id",
    )
    .sort("newest", &[By::down("t.at")])
    .only_of("t.organ", organs)
    .equals("t.state", (!state.is_empty()).then(|| state.to_owned()))
}

/// How many wait for these organs.
pub(super) async fn returned_open(executor: impl Executor<'_>, organs: &[OrganCode]) -> store::Result<i64> {
    if organs.is_empty() {
        return Ok(0);
    }
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT COUNT(*) FROM enforcement_return WHERE state = 'open' AND organ IN ({})",
        places(1, organs.len())
    );
    query_scalar(built(sql)).bind_all(organs.iter()).fetch_one(executor).await
}

/// Decisions of one day that became public on one day.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Day {
    pub(super) organ: OrganCode,
    pub(super) decided_on: String,
    /// When the first version of the records became public.
    pub(super) public_on: String,
    pub(super) records: i64,
}

/// The first version of each public record that was not brought in from before.
const FIRST: &str = "record r JOIN record f ON f.record = r.record AND f.version = 1 \
     JOIN record_batch b ON b.id = f.batch AND b.what <> 'backfill' WHERE r.state = 'public'";

/// How decisions of a stretch of time became public: few rows, one for each pair of days.
pub(super) async fn by_days(
    executor: impl Executor<'_>,
    item: &ItemKey,
    organs: &[OrganCode],
    (from, to): (Date, Date),
) -> store::Result<Vec<Day>> {
    if organs.is_empty() {
        return Ok(Vec::new());
    }
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT r.organ AS organ, r.sort_on AS decided_on, f.public_on AS public_on, COUNT(*) AS records FROM {FIRST} \
         AND r.item = $1 AND r.sort_on >= $2 AND r.sort_on <= $3 AND r.organ IN ({}) \
         GROUP BY r.organ, r.sort_on, f.public_on ORDER BY r.sort_on DESC, r.organ, f.public_on",
        places(4, organs.len())
    );
    query_as(built(sql))
        .bind(item.as_str())
        .bind(from.to_string())
        .bind(to.to_string())
        .bind_all(organs.iter())
        .fetch_all(executor)
        .await
}

/// The records of such a pair of days, at most so many after the first ones.
pub(super) async fn of_day(
    executor: impl Executor<'_>,
    item: &ItemKey,
    day: &Day,
    (skip, most): (i64, i64),
) -> store::Result<Vec<(RecordId, Data)>> {
    // SQL: all pieces are literals.
    let sql = format!(
        "SELECT r.record, r.data FROM {FIRST} AND r.item = $1 AND r.organ = $2 AND r.sort_on = $3 AND f.public_on = $4 \
         ORDER BY r.id LIMIT $5 OFFSET $6"
    );
    query_as(built(sql))
        .bind(item.as_str())
        .bind(&day.organ)
        .bind(&day.decided_on)
        .bind(&day.public_on)
        .bind(most)
        .bind(skip)
        .fetch_all(executor)
        .await
}

/// A batch with decisions that are not public yet.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Waiting {
    pub(super) batch: BatchId,
    pub(super) title: String,
    pub(super) state: BatchState,
    pub(super) organ: OrganCode,
    pub(super) item: String,
    /// The day of its oldest decision.
    pub(super) decided_on: String,
    pub(super) records: i64,
}

/// Batches of these organs that are on their way, those with the oldest decisions first.
pub(super) async fn waiting(
    executor: impl Executor<'_>,
    items: &[String],
    organs: &[OrganCode],
    most: i64,
) -> store::Result<Vec<Waiting>> {
    if organs.is_empty() || items.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT b.id AS batch, b.title AS title, b.state AS state, r.organ AS organ, r.item AS item, \
         MIN(r.sort_on) AS decided_on, COUNT(*) AS records \
         FROM record_batch b JOIN record r ON r.batch = b.id AND r.version = 1 AND r.closed = 0 AND r.sort_on <> '' \
         WHERE b.state IN ('draft', 'in_review', 'returned', 'publishing') AND b.what = 'new' AND r.item IN ({}) \
         AND r.organ IN ({}) GROUP BY b.id, b.title, b.state, r.organ, r.item \
         ORDER BY MIN(r.sort_on), b.id LIMIT $1",
        places(2, items.len()),
        places(2 + items.len(), organs.len())
    );
    // SQL: fixed text and placeholders; every value is bound.
    query_as(built(sql)).bind(most).bind_all(items.iter().cloned()).bind_all(organs.iter()).fetch_all(executor).await
}

/// Decisions of one day that are on their way.
#[derive(Debug, Clone, FromRow)]
pub(super) struct OnTheWay {
    pub(super) organ: OrganCode,
    /// Key of the item.
    pub(super) item: String,
    pub(super) decided_on: String,
    pub(super) records: i64,
}

/// All decisions of these organs that are on their way, by their days: few rows, whatever the number of batches.
pub(super) async fn on_the_way(
    executor: impl Executor<'_>,
    items: &[String],
    organs: &[OrganCode],
) -> store::Result<Vec<OnTheWay>> {
    if organs.is_empty() || items.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT r.organ AS organ, r.item AS item, r.sort_on AS decided_on, COUNT(*) AS records \
         FROM record_batch b JOIN record r ON r.batch = b.id AND r.version = 1 AND r.closed = 0 AND r.sort_on <> '' \
         WHERE b.state IN ('draft', 'in_review', 'returned', 'publishing') AND b.what = 'new' AND r.item IN ({}) \
         AND r.organ IN ({}) GROUP BY r.organ, r.item, r.sort_on ORDER BY r.sort_on, r.organ, r.item",
        places(1, items.len()),
        places(1 + items.len(), organs.len())
    );
    // SQL: fixed text and placeholders; every value is bound.
    query_as(built(sql)).bind_all(items.iter().cloned()).bind_all(organs.iter()).fetch_all(executor).await
}

/// What counts into the totals of a year though readers see it no more: repaired, or taken away for another reason than
/// that the decision does not stand.
pub(super) async fn counted_though_away(
    executor: impl Executor<'_>,
    item: &ItemKey,
    organ: &OrganCode,
    (from, to): (Date, Date),
) -> store::Result<Vec<(RecordId, Data)>> {
    query_as(
        "SELECT r.record, r.data FROM record_withdrawal w JOIN record r ON r.record = w.record AND r.state = 'withdrawn' \
         WHERE w.item = $1 AND w.organ = $2 AND w.restored_at = '' AND w.reason IN ('repaired', 'lawful', 'asked') \
         AND r.sort_on >= $3 AND r.sort_on <= $4 ORDER BY r.sort_on DESC, r.id",
    )
    .bind(item.as_str())
    .bind(organ)
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_all(executor)
    .await
}

/// Who entered something: account and name.
pub(super) fn by(actor: &kernel::Actor) -> (AccountId, String) {
    let account = actor.staff().map_or_else(|| AccountId::from(""), |staff| staff.account.clone());
    (account, actor.log_name().to_owned())
}

/// What the log seals: that a decision was revoked is evidence of when it was known.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        super::REVOCATION,
        "处罚决定被撤销",
        "SELECT id FROM enforcement_revocation",
        "SELECT organ FROM enforcement_revocation WHERE id = $1",
    )
    .part(
        "enforcement_revocation/1",
        "登记",
        "SELECT id, record, item, organ, what, words, decided_on, due_on, state, at, by_account, ended_at, ended_why \
         FROM enforcement_revocation WHERE id = $1",
    )
}

/// What the log seals of data that the platform sent back: all of an organ.
pub(super) fn returns_sealed() -> Sealed {
    Sealed::each(
        super::RETURN,
        "平台退回数据",
        "SELECT DISTINCT organ AS id FROM enforcement_return",
        "SELECT MIN(organ) FROM enforcement_return WHERE organ = $1",
    )
    .part(
        "enforcement_return/1",
        "登记",
        "SELECT id, item, organ, record, number, reason, state, at, by_account, by_name, ended_at, ended_name \
         FROM enforcement_return WHERE organ = $1",
    )
}

/// An item by its key, as it is in force.
pub(super) async fn item(ctx: &web::Ctx, key: &str) -> web::Result<Option<Arc<item::Item>>> {
    match ItemKey::new(key) {
        Some(key) => record::items::find(ctx, &key).await,
        None => Ok(None),
    }
}
