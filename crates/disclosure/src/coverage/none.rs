//! Declarations that an organ has no information of an item: made by the organ, confirmed or returned by another person of the
//! county office, ended before their time by either; they lapse by themselves.

use std::sync::Arc;

use item::ItemKey;
use jiff::{ToSpan, civil::Date};
use kernel::{Actor, NewEvent, OrganCode, may, may_for, time};
use serde_json::json;
use store::{Executor, FromRow, Sealed, Tx, built, places, query, query_as, query_scalar};
use web::{Ctx, FormErrors, Refusal};

use super::{
    CONFIRM, CONFIRMED, DECLARE, DECLARED, ENDED, RETURNED, SUBJECT, denied, load, map::Map, settings::Coverage,
};

::store::ids! {
    /// An organ has no information of an item in a stretch of time, as it says.
    DeclarationId,
}

/// Longest reason, in characters.
pub(super) const REASON: usize = 300;

/// A declaration as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Row {
    pub(super) id: DeclarationId,
    pub(super) item: String,
    pub(super) organ: OrganCode,
    pub(super) from_on: String,
    pub(super) until_on: String,
    pub(super) reason: String,
    pub(super) state: String,
    pub(super) declared_by: String,
    pub(super) declared_name: String,
    pub(super) declared_at: String,
    pub(super) decided_by: String,
    pub(super) decided_name: String,
    pub(super) decided_at: String,
    pub(super) note: String,
    pub(super) version: i64,
}

impl Row {
    /// The first and the last day on which it holds.
    pub(super) fn days(&self) -> Option<(Date, Date)> {
        time::parse_date(&self.from_on).zip(time::parse_date(&self.until_on))
    }

    /// Whether it was confirmed and is over by itself.
    pub(super) fn has_lapsed(&self, today: Date) -> bool {
        self.state == "confirmed" && self.days().is_some_and(|(_, until)| until < today)
    }

    /// How it stands, in a word, and the kind of chip.
    pub(super) fn standing(&self, today: Date) -> (&'static str, &'static str) {
        match self.state.as_str() {
            "offered" => ("待确认", "soon"),
            "returned" => ("已退回", "late"),
            "ended" => ("已撤销", "off"),
            _ if self.has_lapsed(today) => ("已到期", "off"),
            _ => ("已确认", "ok"),
        }
    }
}

/// All of an item and these organs, the newest first: as many as a page shows.
pub(super) async fn of(executor: impl Executor<'_>, item: &ItemKey, organs: &[OrganCode]) -> store::Result<Vec<Row>> {
    if organs.is_empty() {
        return Ok(Vec::new());
    }
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!(
        "SELECT * FROM coverage_none WHERE item = $1 AND organ IN ({}) ORDER BY declared_at DESC, id DESC LIMIT 500",
        places(2, organs.len())
    );
    query_as(built(sql)).bind(item.as_str()).bind_all(organs.iter()).fetch_all(executor).await
}

/// Those that wait for the county office, the oldest first.
pub(super) async fn waiting(executor: impl Executor<'_>) -> store::Result<Vec<Row>> {
    query_as("SELECT * FROM coverage_none WHERE state = 'offered' ORDER BY declared_at, id LIMIT 500")
        .fetch_all(executor)
        .await
}

/// Those that were sent back to this person, or taken back by another since a moment (stored form), and are followed by none.
pub(super) async fn returned(executor: impl Executor<'_>, maker: &str, since: &str) -> store::Result<Vec<Row>> {
    query_as(
        "SELECT * FROM coverage_none n WHERE n.declared_by = $1 AND (n.state = 'returned' \
         OR (n.state = 'ended' AND n.decided_by <> n.declared_by AND n.decided_at >= $2)) AND NOT EXISTS \
         (SELECT 1 FROM coverage_none o WHERE o.item = n.item AND o.organ = n.organ AND o.id <> n.id \
          AND (o.declared_at > n.declared_at OR o.declared_at = n.declared_at AND o.state IN ('offered', 'confirmed'))) \
         ORDER BY n.decided_at, n.id LIMIT 50",
    )
    .bind(maker)
    .bind(since)
    .fetch_all(executor)
    .await
}

/// All that were confirmed, over or not.
pub(super) async fn confirmed(executor: impl Executor<'_>) -> store::Result<Vec<Row>> {
    query_as("SELECT * FROM coverage_none WHERE state = 'confirmed' ORDER BY item, organ, from_on, id")
        .fetch_all(executor)
        .await
}

/// Those that were confirmed for days of a year, for readers: also those that are over, since what they say of their days stands.
pub(super) async fn of_year(executor: impl Executor<'_>, year: i16) -> store::Result<Vec<Row>> {
    query_as(
        "SELECT * FROM coverage_none WHERE state = 'confirmed' AND until_on >= $1 AND from_on <= $2 \
         ORDER BY organ, item, from_on, id",
    )
    .bind(format!("{year:04}-01-01"))
    .bind(format!("{year:04}-12-31"))
    .fetch_all(executor)
    .await
}

/// A declaration.
pub(super) async fn one(executor: impl Executor<'_>, id: &DeclarationId) -> store::Result<Option<Row>> {
    query_as("SELECT * FROM coverage_none WHERE id = $1").bind(id).fetch_optional(executor).await
}

/// A declaration as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct New {
    pub(super) from: Date,
    pub(super) until: Date,
    pub(super) reason: String,
}

/// Reads a form. Until when it holds is said, since nobody has nothing for ever.
pub(super) fn read(from: &str, until: &str, reason: &str, most: i64) -> Result<New, FormErrors> {
    let mut errors = FormErrors::new();
    let (first, last) = (time::parse_date(from), time::parse_date(until));
    errors.require(first.is_some(), "from", "请填写从哪一天起没有，例如 2026-01-01。");
    errors.require(last.is_some(), "until", "请填写到哪一天为止，例如 2026-12-31。到期自行失效，需要时再次声明。");
    let reason = document::values::lines(reason, REASON);
    errors.require(!reason.is_empty(), "reason", "请写明为什么没有，公众会看到，例如 本机关不承担这项职能。");
    if let Some((first, last)) = first.zip(last) {
        errors.require(first <= last, "until", "截止日期早于起始日期，请核对。");
        let end = first.checked_add(most.months()).unwrap_or(last);
        errors.require(last < end, "until", &format!("一次最多声明 {most} 个月，请把截止日期改到 {end} 以前。"));
    }
    match first.zip(last).filter(|_| errors.is_empty()) {
        Some((from, until)) => Ok(New { from, until, reason }),
        None => Err(errors),
    }
}

/// What on the map speaks against a declaration.
fn against(map: &Map, (item, organ): (&ItemKey, &OrganCode), new: &New) -> Option<Refusal> {
    let conflict = |text: &str| Some(Refusal::Conflict(text.to_owned()));
    let Some(line) = map.line(item.as_str()) else {
        return conflict("这个事项没有施行或者已经停用，不用声明。");
    };
    if !line.item.confirmed {
        return conflict("这个事项还没有确认，不要求公开，不用声明。");
    }
    let Some(owing) = line.owing.iter().find(|owing| owing.owes.organ == *organ) else {
        return conflict("这个机关不是这个事项的公开主体，不用声明。");
    };
    let within = |first: Date, last: Date| new.from <= first && last <= new.until;
    let public = line.stretches.iter().zip(&owing.cells).find(|(stretch, why)| {
        matches!(why, super::judge::Why::Published(..) | super::judge::Why::Tardy(..))
            && within(stretch.first, stretch.last)
    });
    public.map(|(stretch, why)| {
        let text =
            format!("{}{}，不能声明没有此类信息。请核对起止日期。", stretch.label, why.words().trim_end_matches('。'));
        Refusal::field("from", text)
    })
}

/// The organ says that it has no such information.
///
/// # Errors
/// When the person may not, the organ owes nothing, there is something, or days are declared already.
pub(super) async fn declare(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (item, organ): (&ItemKey, &OrganCode),
    (new, maps): (&New, &[Arc<Map>]),
) -> Result<DeclarationId, Refusal> {
    may_for(actor, &DECLARE, organ)?;
    if let Some(number) = case::personal::number_in(&new.reason) {
        let text = format!("说明会公开，不能写证件号码或者银行卡号（{number}）。请只写为什么没有这类信息。");
        return Err(Refusal::field("reason", text));
    }
    tx.lock(SUBJECT).await?;
    let first = load::years(ctx).last().copied().unwrap_or_else(|| ctx.today().year());
    if new.from.year() < first {
        return Err(Refusal::field("from", format!("起始日期太早：本县从 {first} 年起统计，请填写这以后的日期。")));
    }
    if let Some(refusal) = maps.iter().find_map(|map| against(map, (item, organ), new)) {
        return Err(refusal);
    }
    let days = (new.from, new.until);
    if let Some(denied) = denied::of(ctx, tx.conn(), (item, organ), days).await? {
        return Err(Refusal::field("from", format!("{}请核对起止日期。", denied.refuses())));
    }
    let twice: Option<String> = query_scalar(
        "SELECT state FROM coverage_none WHERE item = $1 AND organ = $2 AND (state = 'offered' \
         OR (state = 'confirmed' AND from_on <= $4 AND until_on >= $3)) ORDER BY state DESC LIMIT 1",
    )
    .bind(item.as_str())
    .bind(organ)
    .bind(new.from.to_string())
    .bind(new.until.to_string())
    .fetch_optional(tx.conn())
    .await?;
    match twice.as_deref() {
        Some("offered") => {
            return Err(Refusal::Conflict("已有一份声明在等县政府办公室确认，没有重复提交。".to_owned()));
        }
        Some(_) => return Err(Refusal::field("from", "这些日子已经声明过，请填写此后的日期。")),
        None => {}
    }
    let (id, now) = (DeclarationId::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO coverage_none (id, item, organ, from_on, until_on, reason, state, declared_by, declared_name, \
         declared_at, decided_by, decided_name, decided_at, note, version) \
         VALUES ($1, $2, $3, $4, $5, $6, 'offered', $7, $8, $9, '', '', '', '', 1)",
    )
    .bind(&id)
    .bind(item.as_str())
    .bind(organ)
    .bind(new.from.to_string())
    .bind(new.until.to_string())
    .bind(&new.reason)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(now)
    .execute(tx.conn())
    .await?;
    let title = title_of(ctx, item).await;
    let data = json!({
        "item": item.as_str(), "title": title, "from": new.from.to_string(), "until": new.until.to_string(),
        "reason": new.reason,
    });
    tx.append(NewEvent::new(&DECLARED, &id, actor).organ(organ).data(data)).await?;
    Ok(id)
}

async fn title_of(ctx: &Ctx, item: &ItemKey) -> String {
    let found = record::items::find(ctx, item).await.ok().flatten();
    found.map(|item| item.title.clone()).unwrap_or_default()
}

/// What the county office, or the organ, decides of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Confirm,
    Return,
    /// The organ takes back its own.
    End,
    /// The county office takes back what it confirmed.
    Revoke,
}

/// Confirms, returns or ends a declaration as it was seen.
///
/// # Errors
/// When the person may not, made it, or somebody was faster.
pub(super) async fn decide(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, seen): (&DeclarationId, i64),
    (turn, note): (Turn, &str),
) -> Result<Row, Refusal> {
    tx.lock(SUBJECT).await?;
    let row = one(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    match turn {
        Turn::Confirm | Turn::Return | Turn::Revoke => may(actor, &CONFIRM)?,
        Turn::End => may_for(actor, &DECLARE, &ctx.directory().stands_for(&row.organ, ctx.today()))?,
    }
    // The organ may take back what still waits; what is over by itself can be taken back too, since its days stay declared.
    let waits = row.state == "offered";
    let wanted = match turn {
        Turn::Confirm | Turn::Return => waits,
        Turn::End => waits || row.state == "confirmed",
        Turn::Revoke => row.state == "confirmed",
    };
    if row.version != seen || !wanted {
        return Err(Refusal::Conflict("这份声明已经有人办过，请核对现在的情况。".to_owned()));
    }
    if turn == Turn::Confirm && row.declared_by == actor.log_id() {
        return Err(Refusal::Conflict("这份声明是您提交的，请由另一位同事确认。".to_owned()));
    }
    if turn == Turn::Confirm
        && let (Some(days), Some(item)) = (row.days(), ItemKey::new(&row.item))
        && let Some(denied) = denied::of(ctx, tx.conn(), (&item, &row.organ), days).await?
    {
        return Err(Refusal::Conflict(format!("{}请退回这份声明。", denied.refuses())));
    }
    let needs_reason = turn != Turn::Confirm && !(turn == Turn::End && waits);
    if needs_reason && note.is_empty() {
        return Err(Refusal::field("note", "请写明理由。"));
    }
    let (kind, state) = match turn {
        Turn::Confirm => (&CONFIRMED, "confirmed"),
        Turn::Return => (&RETURNED, "returned"),
        Turn::End | Turn::Revoke => (&ENDED, "ended"),
    };
    let now = tx.now();
    query(
        "UPDATE coverage_none SET state = $2, decided_by = $3, decided_name = $4, decided_at = $5, note = $6, \
         version = version + 1 WHERE id = $1 AND version = $7",
    )
    .bind(id)
    .bind(state)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(now)
    .bind(note)
    .bind(seen)
    .execute(tx.conn())
    .await?;
    let data = json!({ "item": row.item, "from": row.from_on, "until": row.until_on, "note": note });
    tx.append(NewEvent::new(kind, id, actor).organ(&row.organ).data(data)).await?;
    Ok(row)
}

/// What speaks against the confirmation of a declaration, in words; `None` where nothing does, or it is none.
pub(super) async fn speaks_against(
    ctx: &Ctx,
    (item, organ): (&ItemKey, &OrganCode),
    id: &DeclarationId,
) -> web::Result<Option<String>> {
    let Some(row) = one(ctx.db().read(), id).await? else { return Ok(None) };
    let Some((from, until)) = row.days() else { return Ok(None) };
    let new = New { from, until, reason: row.reason };
    let maps = seen(ctx, &new).await?;
    let against = maps.iter().find_map(|map| against(map, (item, organ), &new));
    Ok(against.map(|refusal| format!("{}请退回这份声明。", refusal.words())))
}

/// The maps that a declaration is held against: of all years that it touches and that have begun, none of which lies before
/// what the county counts.
pub(super) async fn seen(ctx: &Ctx, new: &New) -> web::Result<Vec<Arc<Map>>> {
    let years = load::years(ctx);
    let mut maps = Vec::new();
    for year in (new.from.year()..=new.until.year()).filter(|year| years.contains(year)) {
        maps.push(load::map(ctx, year).await?);
    }
    if maps.is_empty() {
        maps.push(load::map(ctx, ctx.today().year()).await?);
    }
    Ok(maps)
}

/// Months for which one may hold.
pub(super) fn most(ctx: &Ctx) -> i64 {
    ctx.settings::<Coverage>().declare_months
}

/// What the log seals: that nothing is missing is nobody's to say past the program.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        SUBJECT,
        "没有此类信息的声明",
        "SELECT id FROM coverage_none",
        "SELECT item FROM coverage_none WHERE id = $1",
    )
    .part(
        "coverage_none/1",
        "声明的机关、事项、期限或状态",
        "SELECT id, item, organ, from_on, until_on, reason, state, declared_by, decided_by, note FROM coverage_none \
         WHERE id = $1",
    )
}
