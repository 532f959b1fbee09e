//! How a batch becomes public: in the write of its last gate, or, where it is large, by a job that can be taken up again
//! and shows
//! the batch when all of it is there.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use kernel::{Actor, NewEvent, OrganCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Executor, FromRow, Tx,
    jobs::{Failure, Handle, NewJob},
    query, query_as, query_scalar,
};
use web::{Ctx, Refusal};

use crate::{
    away,
    batch::{self, Batch},
    close, counts, cover,
    events::PUBLISHED,
    gates,
    ids::{BatchId, RecordId, RowId},
    laid,
    state::{BatchState, State},
    values, write,
};

/// Batches with more rows become public by a job.
pub(crate) const AT_ONCE: i64 = 5_000;
/// Rows that the job makes public in one write.
const STEP: i64 = 2_000;

/// The kind of job that publishes large batches.
pub(crate) const PUBLISH: &str = "record.publish";

/// Payload of [`PUBLISH`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Publish {
    batch: BatchId,
    /// Who passed the last gate, as the log names them.
    by: Acting,
}

/// Who acts, as a job keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Acting(Option<kernel::Staff>);

impl From<&Actor> for Acting {
    fn from(actor: &Actor) -> Self {
        Self(actor.staff().cloned())
    }
}

impl From<Acting> for Actor {
    fn from(kept: Acting) -> Self {
        kept.0.map_or(Self::System, Self::Staff)
    }
}

/// Takes what the publication of a batch locks, before any event of the write.
pub(crate) async fn ready(tx: &mut Tx, id: &BatchId) -> Result<(), Refusal> {
    let batch = batch::find(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    tx.lock(&format!("records of {}", batch.item)).await?;
    let done = query(
        "UPDATE record_batch SET state = 'publishing', version = version + 1 WHERE id = $1 \
         AND state IN ('draft', 'returned', 'in_review')",
    )
    .bind(id)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(review::Refusal::Changed(gates::WORDS).into());
    }
    close::lock(tx, &batch).await
}

/// Makes a batch public that has passed, or has it made so.
pub(crate) async fn passed(ctx: &Ctx, tx: &mut Tx, actor: &Actor, id: &BatchId) -> Result<(), Refusal> {
    let batch = batch::find(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    write::living(ctx, &batch.organ)?;
    fits(tx.conn(), &batch).await?;
    in_time(ctx, tx, &batch).await?;
    let item = batch.item(ctx).await?;
    cover::done(ctx, tx, &batch, &item).await?;
    if batch.total > AT_ONCE {
        let payload = Publish { batch: id.clone(), by: actor.into() };
        tx.enqueue(NewJob::now(PUBLISH, &payload).dedup(id.as_str())).await?;
        return Ok(());
    }
    genuine(tx.conn(), &batch).await?;
    all(ctx, tx, actor, &batch).await
}

/// Refuses what has become untrue since the batch was submitted: a correction of what is corrected otherwise or taken
/// away, a key
/// that another record has by now.
async fn fits(executor: impl Executor<'_>, batch: &Batch) -> Result<(), Refusal> {
    let mut target = executor.target();
    let gone: Vec<i64> = query_scalar(
        "SELECT r.number FROM record r WHERE r.batch = $1 AND r.state = 'draft' AND r.replaces <> '' AND NOT EXISTS \
         (SELECT 1 FROM record o WHERE o.id = r.replaces AND o.state = 'public') ORDER BY r.number LIMIT 5",
    )
    .bind(&batch.id)
    .fetch_all(target.again())
    .await?;
    if !gone.is_empty() {
        return Err(Refusal::Conflict(format!(
            "第 {} 行所更正的记录已被撤下或者另行更正，不能公开。请退回，由填报人重新核对。",
            joined(&gone)
        )));
    }
    let taken: Vec<i64> = query_scalar(
        "SELECT r.number FROM record r WHERE r.batch = $1 AND r.state = 'draft' AND r.closed = 0 AND r.keyed <> '' \
         AND r.twin = '' AND EXISTS (SELECT 1 FROM record o WHERE o.item = r.item AND o.organ = r.organ AND o.keyed = r.keyed AND o.keyed <> '' \
         AND o.state = 'public' AND o.id <> r.replaces AND o.batch <> r.batch) ORDER BY r.number LIMIT 5",
    )
    .bind(&batch.id)
    .fetch_all(target.again())
    .await?;
    if !taken.is_empty() {
        return Err(doubled(&taken));
    }
    let away = away::refused(target.again(), &batch.id).await?;
    if !away.is_empty() {
        return Err(Refusal::Conflict(format!(
            "第 {} 行的记录已经撤下（被撤销、信用修复或者依法不再公开），不能作为新记录再公开。请退回，由填报人删去这些行；\
             确应公开的，在原记录上办理恢复公开。",
            joined(&away)
        )));
    }
    match twice(target, &batch.id).await? {
        Some(words) => Err(Refusal::Conflict(format!("{words}请退回，由填报人删除多余的行。"))),
        None => Ok(()),
    }
}

/// Which rows of a batch have one name, where a name is one record's.
pub(crate) async fn twice(executor: impl Executor<'_>, batch: &BatchId) -> store::Result<Option<String>> {
    let same: Vec<(i64, i64)> = query_as(
        "SELECT MIN(number), MAX(number) FROM record WHERE batch = $1 AND state = 'draft' AND closed = 0 AND keyed <> '' \
         AND twin = '' GROUP BY keyed, organ HAVING COUNT(*) > 1 ORDER BY MIN(number) LIMIT 5",
    )
    .bind(batch)
    .fetch_all(executor)
    .await?;
    let pairs: Vec<String> = same.iter().map(|(one, other)| format!("第 {one} 行和第 {other} 行")).collect();
    Ok((!pairs.is_empty()).then(|| format!("{}是同一条记录，只能公开一条。", pairs.join("、"))))
}

/// Refuses rows whose time was over before anybody saw them, by the organ's own last day (公示截止期) or by the term of the item: the
/// night would erase them in every version, and they would count as published.
async fn in_time(ctx: &Ctx, tx: &mut Tx, batch: &Batch) -> Result<(), Refusal> {
    // Portions of a large batch are written already, though nobody sees them yet.
    let over: Vec<i64> = query_scalar(
        "SELECT number FROM record WHERE batch = $1 AND state IN ('draft', 'public') AND closed = 0 AND keep_until <> '' \
         AND keep_until < $2 ORDER BY number LIMIT 5",
    )
    .bind(&batch.id)
    .bind(ctx.today().to_string())
    .fetch_all(tx.conn())
    .await?;
    if over.is_empty() {
        return Ok(());
    }
    Err(Refusal::Conflict(format!(
        "第 {} 行的公示期已满（公示截止期或者本事项规定的期限已经过了），不能再公开。请退回，由填报人核对日期或者删除这些行。",
        joined(&over)
    )))
}

fn doubled(rows: &[i64]) -> Refusal {
    Refusal::Conflict(format!(
        "第 {} 行与已公开的记录编号相同，不能重复公开。请退回，由填报人删除这些行或者改为更正。",
        joined(rows)
    ))
}

fn joined(numbers: &[i64]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
}

/// Refuses rows that were changed past the program since they were looked at.
async fn genuine(executor: impl Executor<'_>, batch: &Batch) -> Result<(), Refusal> {
    let mut digests = Vec::new();
    let sql = format!("{} WHERE r.batch = $1 AND r.state <> 'doubtful'", crate::proof::SEEN);
    // SQL: all pieces are literals.
    let mut rows = query_as::<crate::proof::Seen>(store::built(sql)).bind(&batch.id).fetch(executor);
    while let Some(row) = rows.try_next().await? {
        if !row.is_genuine(&batch.item) {
            return Err(altered());
        }
        digests.push(row.digest);
    }
    drop(rows);
    if write::digest_of_rows(digests).await? == batch.rows_digest { Ok(()) } else { Err(altered()) }
}

fn altered() -> Refusal {
    Refusal::Conflict(
        "这批数据的内容与审核时不一致，不能公开。数据可能被绕过本程序改动过，请报告审计管理员；请退回后由填报人重新录入。".into(),
    )
}

/// Everything of a batch that is not public yet, and its end: in one write.
async fn all(ctx: &Ctx, tx: &mut Tx, actor: &Actor, batch: &Batch) -> Result<(), Refusal> {
    let item = batch.item(ctx).await?;
    let now = tx.now();
    let today = kernel::time::show_date(&now);
    // Counts are changed by every publication: the log's lock comes before them.
    tx.hold_log().await?;
    let replaced = supersede(tx, &batch.id, &now).await?;
    let by_day = item.newest_by.is_empty();
    open(tx, &batch.id, (&today, &now), by_day, None).await?;
    // Portions of a large batch may have been written before midnight; readers see all of it from now on.
    query(
        "UPDATE record SET public_on = $2, sort_on = CASE WHEN $3 = 1 THEN $2 ELSE sort_on END WHERE batch = $1 \
         AND state = 'public' AND public_on <> $2",
    )
    .bind(&batch.id)
    .bind(&today)
    .bind(i64::from(by_day))
    .execute(tx.conn())
    .await?;
    query("UPDATE record SET state = 'closed', ended_at = $2 WHERE batch = $1 AND state = 'draft' AND closed = 1")
        .bind(&batch.id)
        .bind(&now)
        .execute(tx.conn())
        .await?;
    let sealed = close::earlier(ctx, tx, (&*item, batch)).await?;
    counts::add_batch(tx, &batch.id, &today).await?;
    query("UPDATE record_batch SET state = 'public', public_at = $2, version = version + 1 WHERE id = $1")
        .bind(&batch.id)
        .bind(&now)
        .execute(tx.conn())
        .await?;
    let data = json!({
        "item": batch.item, "what": batch.what.code(), "rows": batch.total, "digest": batch.rows_digest, "replaced": replaced,
    });
    tx.append(NewEvent::new(&PUBLISHED, &batch.id, actor).organ(&batch.organ).data(data)).await?;
    close::tell(tx, actor, (batch, &batch.organ), &sealed).await
}

/// The versions that a batch corrects are public no more; how many these were.
async fn supersede(tx: &mut Tx, batch: &BatchId, now: &str) -> Result<i64, Refusal> {
    const REPLACED: &str = "SELECT replaces FROM record WHERE batch = $1 AND state = 'draft' AND replaces <> ''";
    // SQL: all pieces are literals.
    let counted: Vec<(String, OrganCode, String, i64)> = query_as(store::built(format!(
        "SELECT item, organ, period, COUNT(*) FROM record WHERE state = 'public' AND id IN ({REPLACED}) \
         GROUP BY item, organ, period ORDER BY item, organ, period"
    )))
    .bind(batch)
    .fetch_all(tx.conn())
    .await?;
    let mut all = 0;
    for (item, organ, period, rows) in &counted {
        counts::shift(tx, (item, organ, period), -rows).await?;
        all += rows;
    }
    if all > 0 {
        let sql = format!(
            "UPDATE record SET state = 'superseded', ended_at = $2 WHERE state = 'public' AND id IN ({REPLACED})"
        );
        // SQL: all pieces are literals.
        query(store::built(sql)).bind(batch).bind(now).execute(tx.conn()).await?;
    }
    Ok(all)
}

/// Makes rows of a batch public; `some` = so many of those that correct nothing.
async fn open(
    tx: &mut Tx,
    batch: &BatchId,
    (today, now): (&str, &str),
    by_day: bool,
    some: Option<i64>,
) -> Result<u64, Refusal> {
    const SET: &str = "UPDATE record SET state = 'public', public_on = $2, public_at = $3, \
         sort_on = CASE WHEN $4 = 1 THEN $2 ELSE sort_on END WHERE batch = $1 AND state = 'draft' AND closed = 0";
    // SQL: all pieces are literals.
    let sql = match some {
        None => SET.to_owned(),
        Some(_) => format!(
            "{SET} AND id IN (SELECT id FROM record WHERE batch = $1 AND state = 'draft' AND closed = 0 \
             AND replaces = '' LIMIT $5)"
        ),
    };
    let question = query(store::built(sql)).bind(batch).bind(today).bind(now).bind(i64::from(by_day));
    let question = match some {
        Some(most) => question.bind(most),
        None => question,
    };
    match question.execute(tx.conn()).await {
        Ok(done) => Ok(done.rows_affected()),
        Err(error) if error.is_unique_violation() => Err(Refusal::Conflict(
            "有记录与已公开的记录编号相同，不能重复公开。请退回，由填报人删除重复的行或者改为更正。".into(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// The job: portions that readers do not see, then the rest and the end in one write.
pub(crate) async fn run(ctx: Ctx, payload: Publish, handle: Handle) -> Result<(), Failure> {
    let Publish { batch: id, by } = payload;
    let actor = Actor::from(by);
    match portions(&ctx, &actor, &id, &handle).await {
        Ok(()) => Ok(()),
        Err(Refusal::Conflict(reason)) => take_back(&ctx, &actor, &id, &reason).await,
        Err(other) => Err(web::Error::from(other).into()),
    }
}

async fn portions(ctx: &Ctx, actor: &Actor, id: &BatchId, handle: &Handle) -> Result<(), Refusal> {
    let Some(batch) = batch::find(ctx.db().read(), id).await? else { return Ok(()) };
    if batch.state != BatchState::Publishing {
        return Ok(());
    }
    let by_day = batch.item(ctx).await?.newest_by.is_empty();
    // Nobody changes a batch in this state: it is read beside whoever writes.
    fits(ctx.db().read(), &batch).await?;
    genuine(ctx.db().read(), &batch).await?;
    let total = u64::try_from(batch.total).unwrap_or_default();
    let mut done = 0;
    loop {
        let mut tx = ctx.db().write().await?;
        tx.lock(&format!("records of {}", batch.item)).await?;
        let moment = (ctx.today().to_string(), tx.now());
        let some = open(&mut tx, id, (&moment.0, &moment.1), by_day, Some(STEP)).await?;
        tx.commit().await?;
        done += some;
        handle.progress(done.min(total.saturating_sub(1)), total, "正在公开").await?;
        if some == 0 {
            break;
        }
    }
    let mut tx = ctx.db().write().await?;
    tx.lock_row("record_batch", id.as_str()).await?;
    tx.lock(&format!("records of {}", batch.item)).await?;
    close::lock(&mut tx, &batch).await?;
    fits(tx.conn(), &batch).await?;
    in_time(ctx, &mut tx, &batch).await?;
    all(ctx, &mut tx, actor, &batch).await?;
    tx.commit().await?;
    handle.progress(total, total, "已公开").await?;
    Ok(())
}

/// What cannot become public goes back to its authors as it was, and nobody has seen it.
async fn take_back(ctx: &Ctx, actor: &Actor, id: &BatchId, reason: &str) -> Result<(), Failure> {
    let back = async || -> Result<(), Refusal> {
        // Portion by portion, as they came: others write in between. The batch is taken up again where this stops.
        loop {
            let mut tx = ctx.db().write().await?;
            let done = query(
                "UPDATE record SET state = 'draft', public_on = '', public_at = '' WHERE id IN \
                 (SELECT id FROM record WHERE batch = $1 AND state = 'public' LIMIT $2)",
            )
            .bind(id)
            .bind(STEP)
            .execute(tx.conn())
            .await?;
            tx.commit().await?;
            if done.rows_affected() == 0 {
                break;
            }
        }
        let mut tx = ctx.db().write().await?;
        let (subject, matter) = gates::subject(ctx, &mut tx, id).await?;
        review::acts::stop(&mut tx, &subject, actor, &matter, reason).await?;
        tx.commit().await?;
        Ok(())
    };
    back().await.map_err(|refusal| web::Error::from(refusal).into())
}

/// The kind of job that fills the slots of an item's records anew, after a change of the item.
pub(crate) const RELAY: &str = "record.relay";

/// Payload of [`RELAY`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Relay {
    item: String,
}

/// Has the slots of the records of an item filled anew: in the write that puts a version of the item into force of which
/// [`counts::relaid`] says so.
///
/// # Errors
/// When the database fails.
pub async fn relay(tx: &mut Tx, item: &item::ItemKey) -> store::Result<()> {
    let payload = Relay { item: item.to_string() };
    tx.enqueue(NewJob::now(RELAY, &payload).dedup(item.as_str())).await
}

/// Has an item's records laid anew where what was just written lies by a version of it that is no longer in force.
pub(crate) async fn relay_older(ctx: &Ctx, tx: &mut Tx, by: &item::Item) -> web::Result<()> {
    let Some(now) = crate::items::find(ctx, &by.key).await? else { return Ok(()) };
    if counts::relaid(by, &now) {
        laid::may_lie(tx, by, by.version.max(1)).await?;
        relay(tx, &by.key).await?;
    }
    Ok(())
}

/// A version of a record that is laid anew.
#[derive(Debug, Clone, FromRow)]
struct Relaid {
    id: RowId,
    record: RecordId,
    organ: OrganCode,
    state: State,
    data: values::Data,
    public_on: String,
    period: String,
}

impl Relaid {
    async fn lay(&self, ctx: &Ctx, tx: &mut Tx, item: &item::Item, layout: &crate::slots::Layout) -> store::Result<()> {
        let typed = self.data.typed(item);
        let day = kernel::time::parse_date(&self.public_on);
        // A record without a day of its own keeps the period in which it came.
        let own = values::day_of(item, &typed).or(day);
        let period = own.map_or_else(|| self.period.clone(), |day| values::period(item, &typed, day));
        let sort_on = if item.newest_by.is_empty() { self.public_on.clone() } else { values::sort_on(item, &typed) };
        let keyed = self.keyed(ctx, tx, item, &typed).await?;
        let twin =
            if values::is_sole(item) && !self.is_taken(tx, item, &keyed).await? { "" } else { self.record.as_str() };
        write::lay(tx, layout, &self.id, &typed, (&period, &sort_on), (&keyed, twin)).await
    }

    /// Its name by the keys of the item, which may stand behind masks.
    async fn keyed(&self, ctx: &Ctx, tx: &mut Tx, item: &item::Item, typed: &values::Values) -> store::Result<String> {
        let is_open =
            |key: &String| item.column(key).is_none_or(|column| !item.may_cover(column)) && typed.contains_key(key);
        if item.keys.iter().all(is_open) {
            return Ok(values::keyed(item, typed));
        }
        let hidden = crate::rows::hidden(ctx, tx.conn(), &self.id).await?;
        let (whole, _) = values::joined(item, &self.data, &hidden);
        Ok(values::keyed(item, &whole))
    }

    /// Whether another public record has the name: catalogue changes are refused for that, so that it came in between.
    async fn is_taken(&self, tx: &mut Tx, item: &item::Item, keyed: &str) -> store::Result<bool> {
        if self.state != State::Public || keyed.is_empty() {
            return Ok(false);
        }
        let others: i64 = query_scalar(
            "SELECT COUNT(*) FROM record WHERE item = $1 AND keyed = $2 AND keyed <> '' AND organ = $3 AND twin = '' \
             AND state = 'public' AND id <> $4",
        )
        .bind(item.key.as_str())
        .bind(keyed)
        .bind(&self.organ)
        .bind(&self.id)
        .fetch_one(tx.conn())
        .await?;
        Ok(others > 0)
    }
}

/// The job of [`RELAY`].
pub(crate) async fn relay_all(ctx: Ctx, payload: Relay, handle: Handle) -> Result<(), Failure> {
    let Some(key) = item::ItemKey::new(&payload.item) else { return Ok(()) };
    let Some(mut item) = crate::items::find(&ctx, &key).await.map_err(Failure::from)? else { return Ok(()) };
    let all: i64 = query_scalar(
        "SELECT (SELECT COUNT(*) FROM record WHERE item = $1 AND state = 'public') + (SELECT COUNT(*) FROM record \
         WHERE item = $1 AND state <> 'public' AND state <> 'expired')",
    )
    .bind(key.as_str())
    .fetch_one(ctx.db().read())
    .await?;
    let total = u64::try_from(all).unwrap_or_default();
    let (mut after, mut done) = (RowId::from(""), 0_u64);
    loop {
        // What is read is written in the same write, and nothing is made public meanwhile.
        let mut tx = ctx.db().write().await?;
        cover::lock(&mut tx, &item, &after).await?;
        tx.lock(&format!("records of {key}")).await?;
        // A version that has come into force meanwhile is the one that counts, from the first record on.
        let now = crate::items::find(&ctx, &key).await.map_err(Failure::from)?;
        if let Some(now) = now.filter(|now| counts::relaid(&item, now)) {
            (item, after, done) = (now, RowId::from(""), 0);
        }
        let some = relay_some(&ctx, &mut tx, &item, &after).await?;
        let Some((last, rows)) = some else {
            tx.hold_log().await?;
            counts::anew(&mut tx, &key).await?;
            laid::lies(&mut tx, &item).await?;
            tx.commit().await?;
            break;
        };
        tx.commit().await?;
        after = last;
        done += rows;
        handle.progress(done.min(total.saturating_sub(1)), total, "正在重建查询").await?;
        // What is left undone so is taken up again at night.
        if handle.cancelled() {
            return Ok(());
        }
    }
    handle.progress(total, total, "查询已重建").await?;
    Ok(())
}

/// Lays the next rows behind this one; the last of them and how many, `None` = there is none.
async fn relay_some(ctx: &Ctx, tx: &mut Tx, item: &item::Item, after: &RowId) -> store::Result<Option<(RowId, u64)>> {
    let layout = crate::slots::Layout::of(item);
    let rows: Vec<Relaid> = query_as(
        "SELECT id, record, organ, state, data, public_on, period FROM record WHERE item = $1 AND id > $2 \
         AND state <> 'expired' ORDER BY id LIMIT 500",
    )
    .bind(item.key.as_str())
    .bind(after)
    .fetch_all(tx.conn())
    .await?;
    let Some(last) = rows.last() else { return Ok(None) };
    let (last, many) = (last.id.clone(), rows.len() as u64);
    let mut from: BTreeMap<BatchId, i64> = BTreeMap::new();
    for mut row in rows {
        let day = kernel::time::parse_date(&row.public_on).unwrap_or_else(|| ctx.today());
        if let Some((batch, shown)) = cover::row(ctx, tx, item, (&row.id, &row.data, day)).await? {
            *from.entry(batch).or_default() += 1;
            row.data = shown;
        }
        row.lay(ctx, tx, item, &layout).await?;
    }
    cover::tell(tx, &from).await?;
    Ok(Some((last, many)))
}
