//! Taking a record away: at once, with a reason; a line stays that says what and why, without the data. A revoked
//! penalty within three
//! working days (《行政处罚法》第四十八条). What was taken away by mistake comes back.

use std::sync::Arc;

use clock::rule::ENFORCEMENT_WITHDRAW;
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, may_for};
use serde_json::json;
use store::{By, Executor, FromRow, List, Tx, places, query, query_as};
use web::{Ctx, Refusal};

use crate::{
    correct, counts,
    events::{KEPT_AWAY, RESTORED, WANTED_BACK, WITHDRAWN},
    ids::{RecordId, WithdrawalId},
    permissions::WITHDRAW_RECORDS,
    rows, said,
    state::{Reason, State},
};

/// Most characters of the words that readers see.
const LONGEST: usize = 300;

/// Columns of a [`Withdrawn`].
const COLUMNS: &str = "w.id, w.record, w.item, w.organ, w.reason, w.words, w.decided_on, w.due_on, w.public_on, w.at, w.by_name, \
     w.restored_at, w.back_account, w.back_name, w.back_reason, w.back_at";

/// A line about something that was taken away. Public but for who did it.
#[derive(Debug, Clone, FromRow)]
pub struct Withdrawn {
    pub id: WithdrawalId,
    pub record: RecordId,
    /// Key of the item.
    pub item: String,
    pub organ: OrganCode,
    pub reason: Reason,
    /// For readers.
    pub words: String,
    /// The day of what leads to it; empty = none.
    pub decided_on: String,
    /// By when it had to be done; empty = no term.
    pub due_on: String,
    /// Since when it had been public.
    pub public_on: String,
    pub at: String,
    /// Not for readers.
    pub by_name: String,
    /// When it came back; empty = it did not.
    pub restored_at: String,
    /// Who asked for it to come back; empty = nobody. Not for readers, as what follows.
    pub back_account: String,
    pub back_name: String,
    pub back_reason: String,
    pub back_at: String,
}

/// What is taken away, and why.
#[derive(Debug, Clone)]
pub struct Withdrawal {
    pub record: RecordId,
    /// As the form showed it.
    pub version: i64,
    pub reason: Reason,
    /// For readers, without the data: 原行政处罚决定已被复议机关撤销.
    pub words: String,
    /// The day on which the decision was revoked, or the repair granted.
    pub decided_on: Option<Date>,
}

/// Who has to know when a record is taken away, in the same write and whichever way it goes. Declared as `Arc<dyn Gone>`.
pub trait Gone: Send + Sync {
    /// The record is locked, and public until the end of the write.
    fn gone<'a>(&'a self, tx: &'a mut Tx, actor: &'a Actor, record: &'a RecordId)
    -> BoxFuture<'a, Result<(), Refusal>>;
}

/// The last day for taking away what was revoked on this day; `None` for other reasons.
pub fn due(ctx: &Ctx, reason: Reason, decided_on: Option<Date>) -> Option<Date> {
    let from = decided_on.filter(|_| reason == Reason::Revoked)?;
    clock::probable(&ENFORCEMENT_WITHDRAW, from, &[], 0, &ctx.calendar()).ok().map(|run| run.due().date())
}

/// Takes a public record away.
///
/// # Errors
/// [`Refusal::Fields`] at `words` and `decided_on`; [`Refusal::Conflict`] where it was changed or taken away meanwhile; when the
/// person may not.
pub async fn withdraw(ctx: &Ctx, tx: &mut Tx, actor: &Actor, one: Withdrawal) -> Result<WithdrawalId, Refusal> {
    tx.lock(&format!("record {}", one.record)).await?;
    let stored = correct::current(tx, &one.record).await?;
    may_for(actor, &WITHDRAW_RECORDS, &ctx.directory().stands_for(&stored.organ, ctx.today()))?;
    check(ctx, &one)?;
    says_nobody(ctx, tx.conn(), &stored, &one.words).await?;
    if stored.version != one.version {
        return Err(Refusal::Conflict(
            "这条记录在您打开之后有了变化。您的操作没有执行。请看过现在的情况再办理。".into(),
        ));
    }
    let (id, now) = (WithdrawalId::fresh(&tx.seams()), tx.now());
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let due_on = day(due(ctx, one.reason, one.decided_on));
    let (decided_on, words) = (day(one.decided_on), one.words.trim());
    let since = rows::versions(tx.conn(), &one.record).await?;
    let since =
        since.iter().filter(|version| !version.public_on.is_empty()).map(|version| version.public_on.clone()).min();
    let told: Vec<Arc<dyn Gone>> = ctx.declared::<Arc<dyn Gone>>().cloned().collect();
    for listener in told {
        listener.gone(tx, actor, &one.record).await?;
    }
    // Counts are changed by every publication: the log's lock comes before them.
    tx.hold_log().await?;
    let done = query("UPDATE record SET state = 'withdrawn', ended_at = $2 WHERE id = $1 AND state = 'public'")
        .bind(&stored.id)
        .bind(&now)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Refusal::Conflict("这条记录刚刚有了变化。请看过现在的情况再办理。".into()));
    }
    query(
        "INSERT INTO record_withdrawal (id, record, item, organ, reason, words, decided_on, due_on, public_on, at, by_account, \
         by_name, restored_at, back_account, back_name, back_reason, back_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', '', '', '')",
    )
    .bind(&id)
    .bind(&one.record)
    .bind(&stored.item)
    .bind(&stored.organ)
    .bind(one.reason)
    .bind(words)
    .bind(&decided_on)
    .bind(&due_on)
    .bind(since.unwrap_or_default())
    .bind(&now)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    counts::shift(tx, (&stored.item, &stored.organ, &stored.period), -1).await?;
    let data = json!({
        "item": stored.item, "withdrawal": id.as_str(), "why": one.reason.code(), "words": words, "decided_on": decided_on,
        "due_on": due_on, "version": stored.version,
    });
    tx.append(NewEvent::new(&WITHDRAWN, &one.record, actor).organ(&stored.organ).data(data)).await?;
    Ok(id)
}

/// Refuses words for readers that name whom a record is about: as soon as they are written, whenever the record goes.
///
/// # Errors
/// [`Refusal::Fields`] at `words`; when the database fails.
pub async fn says_nobody(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    stored: &rows::Stored,
    words: &str,
) -> Result<(), Refusal> {
    let Some(key) = item::ItemKey::new(&stored.item) else { return Ok(()) };
    let Some(item) = crate::items::find(ctx, &key).await? else { return Ok(()) };
    said::names_nobody(ctx, executor, (&item, stored), ("words", words)).await
}

fn check(ctx: &Ctx, one: &Withdrawal) -> Result<(), Refusal> {
    let mut errors = web::FormErrors::new();
    let words = one.words.trim();
    errors.require(
        !words.is_empty(),
        "words",
        "请写明撤下的说明（会公开，不要写当事人和具体内容），例如“原决定已依法撤销”。",
    );
    errors.require(words.chars().count() <= LONGEST, "words", "说明太长，请缩短到 300 字以内。");
    let needs_day = matches!(one.reason, Reason::Revoked | Reason::Repaired);
    errors.require(
        one.decided_on.is_some() || !needs_day,
        "decided_on",
        "请填写撤销、变更或者信用修复的日期，例如 2026-03-05。",
    );
    errors.require(one.decided_on.is_none_or(|day| day <= ctx.today()), "decided_on", "日期不能在今天之后。");
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// What became of a wish to bring something back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// It waits for another person.
    Asked,
    /// Readers see it again.
    Restored,
}

/// Brings back what was taken away, by two persons, as everything that becomes public: the first one asks for it and says why, another
/// one who may take records away has it shown again.
///
/// # Errors
/// [`Refusal::Fields`] at `reason`; [`Refusal::Conflict`] where it is not away, its time is over, another record has its keys by
/// now, or the person asked for it alone; when the person may not.
pub async fn restore(ctx: &Ctx, tx: &mut Tx, actor: &Actor, record: &RecordId, reason: &str) -> Result<Back, Refusal> {
    tx.lock(&format!("record {record}")).await?;
    let versions = rows::versions(tx.conn(), record).await?;
    let stored = versions.iter().find(|version| version.state == State::Withdrawn);
    let stored = stored.ok_or_else(|| Refusal::Conflict("这条记录没有被撤下，不用恢复。".into()))?;
    may_for(actor, &WITHDRAW_RECORDS, &ctx.directory().stands_for(&stored.organ, ctx.today()))?;
    if reason.trim().is_empty() {
        return Err(Refusal::field("reason", "请写明恢复公开的理由，例如“撤销决定适用于另一案件，撤下有误”。"));
    }
    let today = ctx.today().to_string();
    if !stored.keep_until.is_empty() && stored.keep_until < today {
        return Err(Refusal::Conflict("这条记录的公示期已满，不能恢复公开。".into()));
    }
    let line = of_record(tx.conn(), record).await?.filter(|line| line.restored_at.is_empty());
    let line = line.ok_or(Refusal::NotFound)?;
    if line.back_account.is_empty() {
        ask_back(tx, actor, (&line, stored), reason.trim()).await?;
        return Ok(Back::Asked);
    }
    if line.back_account == actor.log_id() {
        return Err(Refusal::Conflict("恢复公开是您提请的，要由另一位有权撤下记录的同事核准。".into()));
    }
    tx.hold_log().await?;
    let opened = query("UPDATE record SET state = 'public', ended_at = '' WHERE id = $1 AND state = 'withdrawn'")
        .bind(&stored.id)
        .execute(tx.conn())
        .await;
    match opened {
        Ok(_) => {}
        Err(error) if error.is_unique_violation() => {
            return Err(Refusal::Conflict("已有编号相同的另一条记录公开，不能恢复。请先核对那一条。".into()));
        }
        Err(error) => return Err(error.into()),
    }
    query("UPDATE record_withdrawal SET restored_at = $2 WHERE id = $1")
        .bind(&line.id)
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
    // What comes back is nothing new: the day of the newest publication stays.
    counts::shift(tx, (&stored.item, &stored.organ, &stored.period), 1).await?;
    let data = json!({
        "item": stored.item, "withdrawal": line.id.as_str(), "reason": reason.trim(), "version": stored.version,
    });
    tx.append(NewEvent::new(&RESTORED, record, actor).organ(&stored.organ).data(data)).await?;
    Ok(Back::Restored)
}

/// Keeps that somebody wants a record back.
async fn ask_back(
    tx: &mut Tx,
    actor: &Actor,
    (line, stored): (&Withdrawn, &rows::Stored),
    reason: &str,
) -> Result<(), Refusal> {
    query(
        "UPDATE record_withdrawal SET back_account = $2, back_name = $3, back_reason = $4, back_at = $5 WHERE id = $1",
    )
    .bind(&line.id)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(reason)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let data = json!({
        "item": stored.item, "withdrawal": line.id.as_str(), "reason": reason, "version": stored.version,
    });
    tx.append(NewEvent::new(&WANTED_BACK, &line.record, actor).organ(&stored.organ).data(data)).await?;
    Ok(())
}

/// What became of a wish that was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Another person decided so.
    Refused,
    /// Who asked does so no more.
    TakenBack,
}

/// What was taken away stays away: another person who may take records away says why, or who asked for it to come back takes that
/// back.
///
/// # Errors
/// [`Refusal::Fields`] at `n-reason`; [`Refusal::Conflict`] where nobody asked for it; when the person may not.
pub async fn keep_away(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    record: &RecordId,
    reason: &str,
) -> Result<Kept, Refusal> {
    tx.lock(&format!("record {record}")).await?;
    let line = of_record(tx.conn(), record).await?.ok_or(Refusal::NotFound)?;
    may_for(actor, &WITHDRAW_RECORDS, &ctx.directory().stands_for(&line.organ, ctx.today()))?;
    if line.back_account.is_empty() || !line.restored_at.is_empty() {
        return Err(Refusal::Conflict("没有等待核准的恢复公开。请看现在的情况。".into()));
    }
    let is_own = line.back_account == actor.log_id();
    if reason.trim().is_empty() && !is_own {
        return Err(Refusal::field("n-reason", "请写明不同意恢复公开的理由，例如“撤销决定仍然有效”。"));
    }
    query(
        "UPDATE record_withdrawal SET back_account = '', back_name = '', back_reason = '', back_at = '' WHERE id = $1",
    )
    .bind(&line.id)
    .execute(tx.conn())
    .await?;
    let versions = rows::versions(tx.conn(), record).await?;
    let version = versions.first().map_or(0, |version| version.version);
    let reason = if reason.trim().is_empty() { "提请人收回" } else { reason.trim() };
    let data = json!({ "item": line.item, "withdrawal": line.id.as_str(), "reason": reason, "version": version });
    tx.append(NewEvent::new(&KEPT_AWAY, record, actor).organ(&line.organ).data(data)).await?;
    Ok(if is_own { Kept::TakenBack } else { Kept::Refused })
}

/// What somebody wants back and nobody has decided on yet, the oldest first; of all organs where none is named.
///
/// # Errors
/// When the database fails.
pub async fn wanted_back(
    executor: impl Executor<'_>,
    organs: Option<&[OrganCode]>,
    most: i64,
) -> store::Result<Vec<Withdrawn>> {
    if organs.is_some_and(<[OrganCode]>::is_empty) {
        return Ok(Vec::new());
    }
    let organs = organs.unwrap_or_default();
    let of_organs =
        if organs.is_empty() { String::new() } else { format!(" AND w.organ IN ({})", places(2, organs.len())) };
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT {COLUMNS} FROM record_withdrawal w WHERE w.restored_at = '' AND w.back_account <> ''{of_organs} \
         ORDER BY w.back_at, w.id LIMIT $1"
    );
    query_as(store::built(sql)).bind(most).bind_all(organs.iter()).fetch_all(executor).await
}

/// The newest line about a record; `None` = it was never taken away. What its page shows when it is not public.
///
/// # Errors
/// When the database fails.
pub async fn of_record(executor: impl Executor<'_>, record: &RecordId) -> store::Result<Option<Withdrawn>> {
    // SQL: all pieces are literals.
    let sql =
        format!("SELECT {COLUMNS} FROM record_withdrawal w WHERE w.record = $1 ORDER BY w.at DESC, w.id DESC LIMIT 1");
    query_as(store::built(sql)).bind(record).fetch_optional(executor).await
}

/// Lines as [`Withdrawn`], the newest first (`newest`); of one item where it is named. Those that came back are left out.
pub fn list(item: Option<&item::ItemKey>) -> List {
    List::new(COLUMNS, "record_withdrawal w", "w.id")
        .sort("newest", &[By::down("w.at")])
        .given("w.restored_at = ''")
        .equals("w.item", item.map(item::ItemKey::as_str))
}

/// Records of an item that were public and are no more without a line of their own: sealed, or their time is over. Ids and when,
/// the newest first.
///
/// # Errors
/// When the database fails.
pub async fn ended(
    executor: impl Executor<'_>,
    item: &item::ItemKey,
    most: usize,
) -> store::Result<Vec<(RecordId, String)>> {
    query_as(
        "SELECT r.record, MAX(r.ended_at) AS ended FROM record r WHERE r.item = $1 AND r.state IN ('closed', 'expired') \
         AND r.public_on <> '' AND NOT EXISTS (SELECT 1 FROM record c WHERE c.record = r.record AND c.state = 'public') \
         AND NOT EXISTS (SELECT 1 FROM record_withdrawal w WHERE w.record = r.record AND w.restored_at = '') \
         GROUP BY r.record ORDER BY ended DESC, r.record LIMIT $2",
    )
    .bind(item.as_str())
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(executor)
    .await
}
