//! Whether the rows of public batches are what was committed to: the digest of a batch is sealed by the log, each row gives the
//! digest that it has, and everything else in a row is worked out again: its slots, period and order from the item, its days from
//! its batch, its state from what corrects it, took it away or erased it, the counts from all of them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures::{TryStreamExt, future::BoxFuture};
use item::{Column, Item, ItemKey};
use kernel::{OrganCode, id::SubjectRef, time};
use store::{FromRow, Row, Value, built, query, query_as, query_scalar};
use web::{
    Ctx, Result,
    hooks::{Few, Proof},
};

use crate::{
    batch::{self, Batch},
    counts,
    events::{BATCH, EXPIRED, SEALED},
    ids::{BatchId, RecordId, RowId},
    proven,
    publish::{AT_ONCE, RELAY},
    slots::{self, Layout},
    state::State,
    values::{self, Data},
    write,
};

/// Rows against the digests of their batches.
pub(crate) struct Rows;

/// A row as it lies in the table.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Seen {
    record: RecordId,
    version: i64,
    item: String,
    item_version: i64,
    number: i64,
    organ: OrganCode,
    state: State,
    closed: i64,
    replaces: RowId,
    keyed: String,
    twin: String,
    period: String,
    sort_on: String,
    keep_until: String,
    public_on: String,
    public_at: String,
    ended_at: String,
    data: String,
    doubt: String,
    pub(crate) digest: String,
    sealed: String,
    /// When it was taken away, where it did not come back.
    away: String,
    /// When a later version of a public batch took its place.
    replaced: String,
}

/// How rows are read as [`Seen`], with their slots; the condition follows.
pub(crate) const SEEN: &str = "SELECT r.record, r.version, r.item, r.item_version, r.number, r.organ, r.state, r.closed, \
     r.replaces, r.keyed, r.twin, r.period, r.sort_on, r.keep_until, r.public_on, r.public_at, r.ended_at, r.data, r.doubt, \
     r.digest, COALESCE(p.sealed, '') AS sealed, \
     COALESCE((SELECT MAX(w.at) FROM record_withdrawal w WHERE w.record = r.record AND w.restored_at = ''), '') AS away, \
     COALESCE((SELECT MAX(b.public_at) FROM record o JOIN record_batch b ON b.id = o.batch WHERE o.record = r.record \
     AND o.replaces = r.id AND b.state = 'public' AND o.state NOT IN ('draft', 'doubtful')), '') AS replaced, \
     r.t1, r.t2, r.t3, r.t4, r.t5, r.t6, r.t7, r.t8, r.n1, r.n2, r.n3, r.n4, r.n5, r.n6, r.n7, r.n8, \
     r.d1, r.d2, r.d3, r.d4, r.p1, r.p2, r.p3 \
     FROM record r LEFT JOIN record_private p ON p.id = r.id";

/// An item by which rows are laid.
struct Laid {
    item: Arc<Item>,
    layout: Layout,
}

impl Seen {
    /// Whether it is what its digest commits to, as a row of this item.
    pub(crate) fn is_genuine(&self, item: &str) -> bool {
        let committed = values::Committed {
            item,
            record: &self.record,
            version: self.version,
            organ: &self.organ,
            data: &self.data,
            sealed: &self.sealed,
            number: self.number,
            item_version: self.item_version,
            is_closed: self.closed == 1,
            replaces: self.replaces.as_str(),
            keep_until: &self.keep_until,
            origins: &self.doubt,
        };
        self.item == item && values::row_digest(&committed) == self.digest
    }

    /// Whether it was public, and was sealed since its record turned out to be about a minor.
    fn is_sealed(&self) -> bool {
        self.state == State::Closed && !self.public_on.is_empty()
    }

    /// What of a row of a public batch does not fit, in words.
    fn wrong(&self, batch: &Batch, laid: Option<&Laid>, slots: &[(&'static str, Value)]) -> Option<&'static str> {
        // What has expired is erased; how many have is counted.
        if self.state == State::Expired {
            return (self.item != batch.item || self.data != "{}").then_some("内容");
        }
        // What was public of a record about a minor is sealed; how many have been is counted.
        if self.is_sealed() {
            return (self.item != batch.item || self.data != "{}" || self.closed == 0).then_some("内容");
        }
        if !self.is_genuine(&batch.item) {
            return Some("内容");
        }
        if !self.stands(batch) {
            return Some("状态");
        }
        if !self.is_dated(batch) {
            return Some("公开日期");
        }
        let laid = laid?;
        self.is_laid_otherwise(batch, laid, slots)
    }

    /// Whether its state is what its batch, its corrections and withdrawals make it.
    fn stands(&self, batch: &Batch) -> bool {
        let is_open = self.closed == 0 && self.ended_at.is_empty();
        match self.state {
            State::Public => is_open && self.away.is_empty() && self.replaced.is_empty(),
            State::Closed => self.closed == 1 && self.ended_at == batch.public_at,
            State::Superseded => self.closed == 0 && !self.replaced.is_empty() && self.ended_at == self.replaced,
            State::Withdrawn => {
                self.closed == 0 && self.replaced.is_empty() && !self.away.is_empty() && self.ended_at == self.away
            }
            State::Doubtful => true,
            State::Draft | State::Expired => false,
        }
    }

    /// Whether it became public with its batch.
    fn is_dated(&self, batch: &Batch) -> bool {
        if matches!(self.state, State::Closed | State::Doubtful) {
            return self.public_on.is_empty() && self.public_at.is_empty();
        }
        // Rows of a large batch are written one portion after another, and are shown together.
        let at = self.public_at == batch.public_at
            || (batch.total > AT_ONCE && self.public_at >= batch.submitted_at && self.public_at < batch.public_at);
        at && self.public_on == time::show_date(&batch.public_at)
    }

    /// What the item makes of its values otherwise than it lies there.
    fn is_laid_otherwise(&self, batch: &Batch, laid: &Laid, slots: &[(&'static str, Value)]) -> Option<&'static str> {
        let Laid { item, layout } = laid;
        let Ok(data) = Data::read(&self.data) else { return Some("内容") };
        let typed = data.typed(item);
        let filled: HashMap<&str, Value> = layout.filled(|key| typed.get(key)).into_iter().collect();
        if slots.iter().any(|(name, value)| filled.get(name).unwrap_or(&Value::Null) != value) {
            return Some("查询内容");
        }
        let sort_on = if item.newest_by.is_empty() { self.public_on.clone() } else { values::sort_on(item, &typed) };
        if self.sort_on != sort_on {
            return Some("排序日期");
        }
        let is_hidden = |column: &Column| column.privacy.never_public || item.may_cover(column);
        let dated = values::dated_by(item);
        let is_open = self.closed == 0 && !dated.iter().any(|key| item.column(key).is_some_and(is_hidden));
        // A record without a day of its own has the period in which it was entered, or became public.
        let period = |at: &str| time::from_db(at).map(|at| values::period(item, &typed, time::date_in_china(at)));
        let (from, until) = (period(&batch.created_at), period(&self.public_at));
        let fits = from.is_some_and(|from| from <= self.period) && until.is_some_and(|until| self.period <= until);
        if is_open && !fits {
            return Some("所属时期");
        }
        let is_masked = |key: &String| item.column(key).is_some_and(is_hidden);
        if self.closed == 0 && !item.keys.iter().any(is_masked) && values::keyed(item, &typed) != self.keyed {
            return Some("编号");
        }
        let twin = if values::is_sole(item) { "" } else { self.record.as_str() };
        (self.twin != twin).then_some("编号")
    }
}

/// The slots of a row, with their names.
fn slots_of(row: &Row) -> store::Result<Vec<(&'static str, Value)>> {
    slots::ALL.iter().map(|name| Ok::<_, store::Error>((*name, row.get::<Value>(name)?))).collect()
}

impl Proof for Rows {
    fn altered<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let mut few = Few::default();
            let mut laid: HashMap<String, Option<Laid>> = HashMap::new();
            let mut after = BatchId::from("");
            loop {
                let some: Vec<BatchId> = query_scalar(
                    "SELECT id FROM record_batch WHERE state = 'public' AND id > $1 ORDER BY id LIMIT 200",
                )
                .bind(&after)
                .fetch_all(ctx.db().read())
                .await?;
                let Some(last) = some.last() else { break };
                after = last.clone();
                for id in &some {
                    let Some(batch) = batch::find(ctx.db().read(), id).await? else { continue };
                    let known = match laid.remove(&batch.item) {
                        Some(known) => known,
                        None => of(ctx, &batch.item).await?,
                    };
                    look(ctx, &batch, known.as_ref(), &mut few).await?;
                    laid.insert(batch.item, known);
                }
            }
            misplaced(ctx, &mut few).await?;
            miscounted(ctx, &mut few).await?;
            proven::faults(ctx.db(), &mut few).await?;
            Ok(few.told("领域数据"))
        })
    }
}

/// By what the rows of an item lie; `None` while they are laid anew, and where the catalogue has it no more.
async fn of(ctx: &Ctx, key: &str) -> Result<Option<Laid>> {
    if store::jobs::left(ctx.db(), RELAY, key).await?.is_some() {
        return Ok(None);
    }
    let Some(key) = ItemKey::new(key) else { return Ok(None) };
    let found = crate::items::find(ctx, &key).await?;
    Ok(found.map(|item| Laid { layout: Layout::of(&item), item }))
}

async fn look(ctx: &Ctx, batch: &Batch, laid: Option<&Laid>, few: &mut Few) -> Result<()> {
    let (mut digests, mut has_expired, mut sealed) = (Vec::new(), false, 0_i64);
    // SQL: all pieces are literals.
    let mut rows = query(built(format!("{SEEN} WHERE r.batch = $1"))).bind(&batch.id).fetch(ctx.db().read());
    while let Some(row) = rows.try_next().await? {
        let one = Seen::from_row(&row)?;
        has_expired |= one.state == State::Expired;
        sealed += i64::from(one.is_sealed());
        if one.state == State::Doubtful {
            continue;
        }
        if let Some(part) = one.wrong(batch, laid, &slots_of(&row)?) {
            few.add(|| {
                let (title, record, version) = (&batch.title, &one.record, one.version);
                format!("领域数据“{title}”的记录 {record}（第 {version} 版）的{part}与留痕不一致")
            });
        }
        digests.push(one.digest);
    }
    drop(rows);
    if write::digest_of_rows(digests).await? != batch.rows_digest {
        few.add(|| format!("领域数据“{}”（{}）增加、减少或者改动过记录", batch.title, batch.id));
    }
    if has_expired {
        erased(ctx, batch, few).await?;
    }
    if sealed > 0 && sealed > told(ctx, batch, SEALED.name).await? {
        few.add(|| format!("领域数据“{}”（{}）有记录没有留痕就被封存了内容", batch.title, batch.id));
    }
    Ok(())
}

/// How many rows the events of this kind tell of, in all.
async fn told(ctx: &Ctx, batch: &Batch, kind: &str) -> Result<i64> {
    let events = store::log::of_subject(ctx.db(), &SubjectRef::new(BATCH, &batch.id)).await?;
    let rows = |data: &str| serde_json::from_str::<serde_json::Value>(data).ok()?.get("rows")?.as_i64();
    Ok(events.iter().filter(|one| one.kind == kind).filter_map(|one| rows(&one.data)).sum())
}

/// Rows that are erased though no event says so.
async fn erased(ctx: &Ctx, batch: &Batch, few: &mut Few) -> Result<()> {
    let gone: i64 = query_scalar(
        "SELECT COUNT(*) FROM record r WHERE r.batch = $1 AND r.state = 'expired' AND NOT EXISTS \
         (SELECT 1 FROM record o WHERE o.record = r.record AND o.state = 'expired' AND o.version > r.version)",
    )
    .bind(&batch.id)
    .fetch_one(ctx.db().read())
    .await?;
    if gone > told(ctx, batch, EXPIRED.name).await? {
        few.add(|| format!("领域数据“{}”（{}）有记录没有到期就被删除了内容", batch.title, batch.id));
    }
    Ok(())
}

/// Rows that are shown, or have been, though their batch is not public; rows that are shown though they were taken away.
async fn misplaced(ctx: &Ctx, few: &mut Few) -> Result<()> {
    let early: Vec<(RecordId,)> = query_as(
        "SELECT r.record FROM record_batch b JOIN record r ON r.batch = b.id WHERE b.state <> 'public' \
         AND r.state NOT IN ('draft', 'doubtful') AND NOT (b.state = 'publishing' AND r.state = 'public') LIMIT 50",
    )
    .fetch_all(ctx.db().read())
    .await?;
    for (record,) in early {
        few.add(|| format!("记录 {record} 没有经过审核就公开了"));
    }
    let back: Vec<(RecordId,)> = query_as(
        "SELECT r.record FROM record_withdrawal w JOIN record r ON r.record = w.record WHERE w.restored_at = '' \
         AND r.state = 'public' LIMIT 50",
    )
    .fetch_all(ctx.db().read())
    .await?;
    for (record,) in back {
        few.add(|| format!("记录 {record} 已经撤下，又绕过本程序公开了"));
    }
    Ok(())
}

/// Counts that are not what there is; those of items that are being laid anew are counted when that is done.
async fn miscounted(ctx: &Ctx, few: &mut Few) -> Result<()> {
    const MOST: i64 = 50;
    let keys: Vec<String> = query_scalar("SELECT DISTINCT item FROM record_count").fetch_all(ctx.db().read()).await?;
    let mut moving: HashSet<String> = HashSet::new();
    for key in keys {
        if store::jobs::left(ctx.db(), RELAY, &key).await?.is_some() {
            moving.insert(key);
        }
    }
    for (item, organ, period) in counts::differing(ctx.db().read(), MOST).await? {
        if moving.contains(&item) || store::jobs::left(ctx.db(), RELAY, &item).await?.is_some() {
            continue;
        }
        few.add(|| {
            format!("事项 {item}、机关 {organ}、时期“{period}”的公开条数、期满条数或者最早、最近公开日期与记录不一致")
        });
    }
    Ok(())
}
