//! Duties and their shares as their source writes them: prepared, issued to organs, changed, ended.
//!
//! Callers hold the lock of the source ([`crate::source::lock`]) and have authorised the person.

pub use crate::row::{DutyRow, get, of_source, with_ids};

use jiff::civil::Date;
use kernel::{
    Actor, NewEvent, OrganCode,
    id::{DutyId, ShareId, SubjectRef},
    time,
};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as};
use web::Refusal;

use crate::{
    events, facts,
    model::{OwnerRole, Visibility},
    privacy, project,
    source::{self, SourceKey, Sources},
    tidings,
};

/// Writes a duty: a new row, or all columns of the one with its id. What is issued stands anew at once.
pub async fn put(tx: &mut Tx, row: &DutyRow) -> store::Result<()> {
    // Another place in its source is told with the source.
    if !row.issued_at.is_empty() {
        tx.touch(&SubjectRef::new(events::SUBJECT, &row.id));
    }
    query(
        "INSERT INTO duty (id, source_kind, source_id, place, place_label, place_title, place_part, place_order, position, \
         text, measure, due_words, due_on, cadence, grace_days, visibility, extra, waiting, issued_at, ended_at, \
         ended_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
         ON CONFLICT (id) DO UPDATE SET place = $4, place_label = $5, place_title = $6, place_part = $7, place_order = $8, \
         position = $9, text = $10, measure = $11, due_words = $12, due_on = $13, cadence = $14, grace_days = $15, \
         visibility = $16, extra = $17, waiting = $18, issued_at = $19, ended_at = $20, ended_reason = $21",
    )
    .bind(&row.id)
    .bind(&row.source_kind)
    .bind(&row.source_id)
    .bind(&row.place)
    .bind(&row.place_label)
    .bind(&row.place_title)
    .bind(&row.place_part)
    .bind(row.place_order)
    .bind(row.position)
    .bind(&row.text)
    .bind(&row.measure)
    .bind(&row.due_words)
    .bind(&row.due_on)
    .bind(&row.cadence)
    .bind(row.grace_days)
    .bind(&row.visibility)
    .bind(&row.extra)
    .bind(&row.waiting)
    .bind(&row.issued_at)
    .bind(&row.ended_at)
    .bind(&row.ended_reason)
    .execute(tx.conn())
    .await?;
    if row.issued_at.is_empty() { Ok(()) } else { project::refresh(tx, std::slice::from_ref(&row.id)).await }
}

/// Deletes the duties of a place that were never issued; issued ones stay.
pub async fn drop_prepared(tx: &mut Tx, source: &SourceKey, place: &str) -> store::Result<()> {
    query("DELETE FROM duty WHERE source_kind = $1 AND source_id = $2 AND place = $3 AND issued_at = ''")
        .bind(&source.kind)
        .bind(&source.id)
        .bind(place)
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn event(
    tx: &mut Tx,
    kind: &'static kernel::EventKind,
    duty: &DutyRow,
    actor: &Actor,
    mut data: serde_json::Value,
) -> store::Result<NewEvent> {
    data["source"] = json!(duty.source_id);
    data["of"] = json!(source::get(tx.conn(), &duty.source()).await?.map(|row| row.title));
    Ok(NewEvent::new(kind, &duty.id, actor).data(data))
}

async fn insert_share(tx: &mut Tx, duty: &DutyId, organ: &OrganCode, role: OwnerRole) -> store::Result<ShareId> {
    let (id, now) = (ShareId::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO duty_share (id, duty, organ, role, issued_at, ended_at, ended_reason, version) \
         VALUES ($1, $2, $3, $4, $5, '', '', 1)",
    )
    .bind(&id)
    .bind(duty)
    .bind(organ)
    .bind(role.code())
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Issues a prepared duty to its organs.
pub async fn issue(tx: &mut Tx, actor: &Actor, duty: &DutyRow, organs: &[(OrganCode, OwnerRole)]) -> store::Result<()> {
    let now = tx.now();
    query("UPDATE duty SET issued_at = $2 WHERE id = $1 AND issued_at = ''")
        .bind(&duty.id)
        .bind(now)
        .execute(tx.conn())
        .await?;
    for (organ, role) in organs {
        insert_share(tx, &duty.id, organ, *role).await?;
    }
    project::refresh(tx, std::slice::from_ref(&duty.id)).await?;
    let codes: Vec<&OrganCode> = organs.iter().map(|(organ, _)| organ).collect();
    let data = json!({ "place": duty.place, "organs": codes, "due_on": duty.due_on, "cadence": duty.cadence });
    let mut event = event(tx, &events::ISSUED, duty, actor, data).await?;
    if let Some(first) = codes.first() {
        event = event.organ(first);
    }
    tx.append(event).await?;
    Ok(())
}

/// A share as its source keeps it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ShareRow {
    pub id: ShareId,
    pub duty: DutyId,
    pub organ: OrganCode,
    pub role: String,
    pub issued_at: String,
    pub ended_at: String,
    pub ended_reason: String,
}

/// All shares of a source, ended ones too, oldest first.
pub async fn shares<'e>(executor: impl Executor<'e>, source: &SourceKey) -> store::Result<Vec<ShareRow>> {
    query_as(
        "SELECT a.id, a.duty, a.organ, a.role, a.issued_at, a.ended_at, a.ended_reason FROM duty_share a \
         JOIN duty d ON d.id = a.duty WHERE d.source_kind = $1 AND d.source_id = $2 ORDER BY a.issued_at, a.id",
    )
    .bind(&source.kind)
    .bind(&source.id)
    .fetch_all(executor)
    .await
}

/// Another organ takes part in a duty that runs.
pub async fn assign(
    tx: &mut Tx,
    actor: &Actor,
    duty: &DutyRow,
    organ: &OrganCode,
    role: OwnerRole,
) -> store::Result<()> {
    insert_share(tx, &duty.id, organ, role).await?;
    project::refresh(tx, std::slice::from_ref(&duty.id)).await?;
    let event = event(tx, &events::ASSIGNED, duty, actor, json!({ "role": role.code() })).await?;
    tx.append(event.organ(organ)).await?;
    Ok(())
}

/// An organ that has, or had, a share takes this part. What had ended is owed again, from now on: for the time between nobody
/// can be reminded. `false` when nothing changes.
pub async fn set_role(
    tx: &mut Tx,
    actor: &Actor,
    duty: &DutyRow,
    share: &ShareRow,
    role: OwnerRole,
) -> store::Result<bool> {
    let runs = share.ended_at.is_empty();
    if runs && share.role == role.code() {
        return Ok(false);
    }
    let now = tx.now();
    query(
        "UPDATE duty_share SET role = $2, issued_at = CASE WHEN ended_at = '' THEN issued_at ELSE $3 END, ended_at = '', \
         ended_reason = '', version = version + 1 WHERE id = $1",
    )
    .bind(&share.id)
    .bind(role.code())
    .bind(now)
    .execute(tx.conn())
    .await?;
    project::refresh(tx, std::slice::from_ref(&duty.id)).await?;
    let kind = if runs { &events::ROLE_CHANGED } else { &events::ASSIGNED };
    let data = json!({ "role": role.code(), "was": share.role });
    let event = event(tx, kind, duty, actor, data).await?;
    tx.append(event.organ(&share.organ)).await?;
    Ok(true)
}

/// An organ takes part no longer.
pub async fn release(tx: &mut Tx, actor: &Actor, duty: &DutyRow, share: &ShareRow, reason: &str) -> store::Result<()> {
    let now = tx.now();
    query(
        "UPDATE duty_share SET ended_at = $2, ended_reason = $3, version = version + 1 WHERE id = $1 AND ended_at = ''",
    )
    .bind(&share.id)
    .bind(now)
    .bind(reason)
    .execute(tx.conn())
    .await?;
    project::refresh(tx, std::slice::from_ref(&duty.id)).await?;
    let data = json!({ "role": share.role, "reason": reason });
    let event = event(tx, &events::RELEASED, duty, actor, data).await?;
    tx.append(event.organ(&share.organ)).await?;
    Ok(())
}

/// One organ answers today for what these shares of a duty were given to: they become one, with everything that was reported.
/// `others` are folded into `root`; what had been folded into them before comes along.
pub async fn fold(
    tx: &mut Tx,
    actor: &Actor,
    duty: &DutyRow,
    root: &ShareRow,
    others: &[ShareRow],
) -> store::Result<()> {
    for other in others {
        for sql in [
            "UPDATE duty_share SET folded_into = $1, version = version + 1 WHERE id = $2 OR folded_into = $2",
            "UPDATE progress_note SET share = $1 WHERE share = $2",
            "UPDATE evidence SET share = $1 WHERE share = $2",
        ] {
            query(sql).bind(&root.id).bind(&other.id).execute(tx.conn()).await?;
        }
        // The kept share has reminders of its own.
        query("DELETE FROM duty_reminder WHERE share = $1").bind(&other.id).execute(tx.conn()).await?;
    }
    project::refresh(tx, std::slice::from_ref(&duty.id)).await?;
    if duty.is_public() {
        source::touch(tx, &duty.source()).await?;
    }
    let from: Vec<&OrganCode> = others.iter().map(|other| &other.organ).collect();
    let event = event(tx, &events::FOLDED, duty, actor, json!({ "share": root.id, "from": from })).await?;
    tx.append(event.organ(&root.organ)).await?;
    Ok(())
}

/// A share that had become part of another stands by itself again, as it was issued.
pub async fn unfold(
    tx: &mut Tx,
    actor: &Actor,
    duty: &DutyRow,
    share: &ShareId,
    organ: &OrganCode,
) -> store::Result<()> {
    query("UPDATE duty_share SET folded_into = '', version = version + 1 WHERE id = $1")
        .bind(share)
        .execute(tx.conn())
        .await?;
    project::refresh(tx, std::slice::from_ref(&duty.id)).await?;
    if duty.is_public() {
        source::touch(tx, &duty.source()).await?;
    }
    let event = event(tx, &events::UNFOLDED, duty, actor, json!({ "share": share })).await?;
    tx.append(event.organ(organ)).await?;
    Ok(())
}

/// The source no longer obliges to it; it stays visible with its reason.
pub async fn end(tx: &mut Tx, actor: &Actor, duty: &DutyRow, reason: &str) -> store::Result<()> {
    let now = tx.now();
    for sql in [
        "UPDATE duty SET ended_at = $2, ended_reason = $3 WHERE id = $1 AND ended_at = ''",
        "UPDATE duty_share SET ended_at = $2, ended_reason = $3, version = version + 1 WHERE duty = $1 AND ended_at = ''",
    ] {
        query(sql).bind(&duty.id).bind(&now).bind(reason).execute(tx.conn()).await?;
    }
    project::refresh(tx, std::slice::from_ref(&duty.id)).await?;
    let event = event(tx, &events::ENDED, duty, actor, json!({ "reason": reason })).await?;
    tx.append(event).await?;
    Ok(())
}

/// Tells that the source changed words or date of a duty; the row has been put.
pub async fn tell_amended(tx: &mut Tx, actor: &Actor, duty: &DutyRow, reason: &str) -> store::Result<()> {
    let data = json!({ "text": duty.text, "due_on": duty.due_on, "cadence": duty.cadence, "reason": reason });
    let event = event(tx, &events::AMENDED, duty, actor, data).await?;
    tx.append(event).await?;
    Ok(())
}

/// An issued duty that runs, locked.
async fn running(tx: &mut Tx, id: &DutyId) -> Result<DutyRow, Refusal> {
    let found = get(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    source::lock(tx, &found.source()).await?;
    let row = get(tx.conn(), id).await?.filter(|row| !row.issued_at.is_empty()).ok_or(Refusal::NotFound)?;
    if !row.ended_at.is_empty() {
        return Err(Refusal::Conflict("这项任务已经终止，不能再改。".into()));
    }
    Ok(row)
}

/// Why something that was issued is changed: it stands in the history, and with a public duty on the portal.
///
/// # Errors
/// When none is given (`example` says what one looks like), or it names what the public must not see; at the field `reason`.
fn reason(typed: &str, example: &str) -> Result<String, Refusal> {
    let reason: String = typed.trim().chars().take(1000).collect();
    if reason.is_empty() {
        return Err(Refusal::field("reason", example));
    }
    match privacy::objection(&reason) {
        Some(objection) => Err(Refusal::field("reason", objection)),
        None => Ok(reason),
    }
}

/// Years after that of its source in which a duty may still be due: projects run long, slips of the pen run longer.
const YEARS: i16 = 5;

/// What speaks against a new date: it was past before anybody knew of the duty, or lies in no year that can be meant.
pub fn objection(issued: Date, year: i16, due_on: Date) -> Option<String> {
    if due_on < issued {
        return Some(format!("期限 {due_on} 早于任务下达之日（{issued}），下达前不可能完成。请核对年份和月份。"));
    }
    let last = year.saturating_add(YEARS);
    (due_on.year() > last).then(|| format!("期限 {due_on} 已超过 {last} 年，请核对年份。"))
}

/// Moves the due date of an issued duty; with a cadence that is the last day on which it runs. `false` when it had this date
/// already. The words of its source stay: an amendment that says the same leaves this date alone.
///
/// # Errors
/// When the duty has ended, no reason is given, or the date cannot be meant.
pub async fn set_due(tx: &mut Tx, actor: &Actor, id: &DutyId, due_on: Date, why: &str) -> Result<bool, Refusal> {
    let reason = reason(why, "请写明为什么调整期限，例如“上级通知顺延一个月”。")?;
    let row = running(tx, id).await?;
    let to = due_on.to_string();
    if row.due_on == to {
        return Ok(false);
    }
    let issued = time::from_db(&row.issued_at).map_or(Date::MIN, time::date_in_china);
    let year = source::get(tx.conn(), &row.source()).await?.map_or(i16::MAX, |source| facts::year(source.year));
    if let Some(objection) = objection(issued, year, due_on) {
        return Err(Refusal::field("due_on", objection));
    }
    query("UPDATE duty SET due_on = $2 WHERE id = $1").bind(id).bind(&to).execute(tx.conn()).await?;
    project::refresh(tx, std::slice::from_ref(id)).await?;
    if row.is_public() {
        source::touch(tx, &row.source()).await?;
    }
    tidings::gather(tx, &row.source()).await?;
    let event =
        event(tx, &events::DUE_CHANGED, &row, actor, json!({ "from": row.due_on, "to": to, "reason": reason })).await?;
    tx.append(event).await?;
    Ok(true)
}

/// Opens or closes an issued duty to the public. `false` when it was so already.
///
/// # Errors
/// When the duty has ended, no reason is given, the public has no page of its place, or its source refuses what the public
/// would see.
pub async fn set_visibility(
    tx: &mut Tx,
    actor: &Actor,
    sources: &Sources,
    id: &DutyId,
    visibility: Visibility,
    why: &str,
) -> Result<bool, Refusal> {
    let reason = reason(why, "请写明为什么调整公开范围，例如“涉及尚未定案的事项，定案后再公开”。")?;
    let row = running(tx, id).await?;
    if row.visibility == visibility.code() {
        return Ok(false);
    }
    if visibility == Visibility::Public && !sources.is_on_portal(&row.source(), &row.place) {
        return Err(Refusal::Conflict("这项任务的来源没有公开页面，不能改为公开。".into()));
    }
    query("UPDATE duty SET visibility = $2 WHERE id = $1").bind(id).bind(visibility.code()).execute(tx.conn()).await?;
    project::refresh(tx, std::slice::from_ref(id)).await?;
    let key = row.source();
    source::touch(tx, &key).await?;
    tidings::gather(tx, &key).await?;
    let event =
        event(tx, &events::VISIBILITY_CHANGED, &row, actor, json!({ "to": visibility.code(), "reason": reason }))
            .await?;
    tx.append(event).await?;
    if let Some(keeper) = sources.keeper(&key.kind) {
        keeper.visibility_changed(tx, actor, &key, id, visibility).await?;
    }
    Ok(true)
}

/// The office ends an issued duty, whatever its source says.
///
/// # Errors
/// When it has ended already, no reason is given, or the reason names what the public must not see.
pub async fn end_one(tx: &mut Tx, actor: &Actor, sources: &Sources, id: &DutyId, why: &str) -> Result<(), Refusal> {
    let reason = self::reason(why, "请写明为什么终止，例如“上级已取消这项考核，不再开展”。")?;
    let row = running(tx, id).await?;
    let key = row.source();
    tidings::gather(tx, &key).await?;
    end(tx, actor, &row, &reason).await?;
    if row.is_public() {
        source::touch(tx, &key).await?;
    }
    if let Some(keeper) = sources.keeper(&key.kind) {
        keeper.ended(tx, actor, &key, id).await?;
    }
    Ok(())
}
