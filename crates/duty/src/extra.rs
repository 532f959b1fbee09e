//! The further fields of a duty (整改措施、建设阶段 …): organs fill them in, the office accepts what becomes public.

use kernel::{NewEvent, id::DutyId, may};
use serde_json::{Map, Value, json};
use store::{Tx, query};
use web::Refusal;

use crate::{
    duties, events,
    model::Values,
    permissions::CONFIRM_DUTIES,
    privacy,
    report::{By, Target, reportable, touch},
    source::{self, Sources},
};

/// Writes the values, if they are still as they were read.
async fn store_values(tx: &mut Tx, duty: &DutyId, before: (&str, &str), values: &Values) -> Result<(), Refusal> {
    let done = query("UPDATE duty SET extra = $2, waiting = $3 WHERE id = $1 AND extra = $4 AND waiting = $5")
        .bind(duty)
        .bind(values.held_text())
        .bind(values.waiting_text())
        .bind(before.0)
        .bind(before.1)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        let text = "刚才有人也在填写这几项，您的内容没有保存。请返回任务页，看过最新内容后再填。";
        return Err(Refusal::Conflict(text.into()));
    }
    Ok(())
}

/// Fills in further fields of the source's kind. Organs that answer for the duty fill them in; fields of the office alone are
/// passed over unless `source_keeper` says that the person keeps the source. What the office writes holds at once; what an
/// organ writes into a published field waits for the office.
///
/// # Errors
/// When the actor may not, a value does not fit its field, or it carries somebody's personal number into the public.
pub async fn set(
    tx: &mut Tx,
    by: &By<'_>,
    sources: &Sources,
    share: &kernel::id::ShareId,
    typed: &[(String, String)],
    source_keeper: bool,
) -> Result<Target, Refusal> {
    let held = reportable(tx, by, share).await?;
    let office = may(by.actor, &CONFIRM_DUTIES).is_ok();
    if !office && !held.answers() {
        let text = "办理情况由牵头或负责的单位填写。您单位是配合单位，可以报送进展和佐证。";
        return Err(Refusal::Conflict(text.into()));
    }
    let mut values = Values::read(&held.extra, &held.waiting);
    let mut changed = Map::new();
    for field in sources.fields(&held.source.kind) {
        let Some((_, value)) = typed.iter().find(|(key, _)| key == field.key) else { continue };
        if field.office && !source_keeper {
            continue;
        }
        let value = field.shape.check(value).map_err(|message| Refusal::field(field.key, message))?;
        if values.put(field.key, &value, office || !field.published) {
            if let Some(objection) = privacy::objection(&value).filter(|_| field.published) {
                return Err(Refusal::field(field.key, objection));
            }
            changed.insert(field.key.to_owned(), Value::from(value));
        }
    }
    if !changed.is_empty() {
        store_values(tx, &held.duty, (&held.extra, &held.waiting), &values).await?;
        if values.held_text() == Values::read(&held.extra, "").held_text() {
            // What waits does not move the moment of the public page.
            query("UPDATE duty_share SET version = version + 1 WHERE id = $1")
                .bind(&held.id)
                .execute(tx.conn())
                .await?;
        } else {
            touch(tx, &held).await?;
        }
        let data = json!({ "fields": changed, "pending": values.waits() });
        tx.append(held.event(&events::REPORTED, by.actor, data)).await?;
    }
    Ok(held.target())
}

/// Accepts what waits (`accept`), or drops it. `seen` is what the person saw ([`Values::waiting_text`]): what was filled in
/// later is not accepted unseen.
///
/// # Errors
/// When the actor may not, the duty has ended, nothing waits, something else waits than was seen, or it carries somebody's
/// personal number.
pub async fn settle(tx: &mut Tx, by: &By<'_>, duty: &DutyId, seen: &str, accept: bool) -> Result<(), Refusal> {
    may(by.actor, &CONFIRM_DUTIES)?;
    let found = duties::get(tx.conn(), duty).await?.ok_or(Refusal::NotFound)?;
    let key = found.source();
    source::lock(tx, &key).await?;
    let row = duties::get(tx.conn(), duty).await?.filter(|row| !row.issued_at.is_empty()).ok_or(Refusal::NotFound)?;
    if !row.ended_at.is_empty() || !source::runs(tx.conn(), &key).await? {
        return Err(Refusal::Conflict("这项任务已不再执行，办理情况不能再改。历史记录仍保留在任务页。".into()));
    }
    let mut values = row.values();
    if !values.waits() {
        return Err(Refusal::Conflict("没有待采纳的办理情况，可能刚被别人处理。请返回任务页查看。".into()));
    }
    if values.waiting_text() != seen {
        let text = "报送单位刚修改了办理情况，没有采纳。请返回任务页，看过最新内容后再处理。";
        return Err(Refusal::Conflict(text.into()));
    }
    let waited = values.settle(accept);
    if accept && let Some(objection) = waited.values().filter_map(Value::as_str).find_map(privacy::objection) {
        return Err(Refusal::Conflict(format!("没有采纳。{objection}")));
    }
    store_values(tx, duty, (&row.extra, &row.waiting), &values).await?;
    if accept && row.is_public() {
        source::touch(tx, &key).await?;
    }
    let kind = if accept { &events::EXTRA_ACCEPTED } else { &events::EXTRA_DECLINED };
    let data = json!({ "source": key.id, "fields": waited });
    tx.append(NewEvent::new(kind, duty, by.actor).data(data)).await?;
    Ok(())
}
