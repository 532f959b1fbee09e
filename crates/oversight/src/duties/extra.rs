//! The further fields of a duty (整改措施、建设阶段 …): organs fill them in, the county office accepts what becomes public.
//!
//! In the JSON of the column `extra` the accepted values stand under their fields. What an organ filled in waits under
//! [`PENDING`] until the office accepts it: nothing reaches the portal that nobody of the office has seen (政府信息公开条例
//! Art. 17: a review precedes publication). Fields that are never published need no acceptance.

use kernel::{Action, Actor, NewEvent, may};
use serde_json::{Map, Value, json};
use store::{FromRow, Once, Tx, query, query_as, query_scalar};
use web::{Ctx, Error};

use crate::{
    duties::report::{Done, Refusal, as_of, event, reportable, touch, trimmed},
    model::{FieldShape, OwnerRole, PlanKind, Visibility, is_published},
    plans::tree,
    privacy,
};

/// Where values wait that the office has not accepted.
const PENDING: &str = "pending";

/// The values of a duty as stored: what is accepted, and what waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    accepted: Map<String, Value>,
    pending: Map<String, Value>,
}

impl Values {
    /// From the column `extra`.
    pub fn read(stored: &str) -> Self {
        let mut accepted: Map<String, Value> = serde_json::from_str(stored).unwrap_or_default();
        let pending = match accepted.remove(PENDING) {
            Some(Value::Object(pending)) => pending,
            _ => Map::new(),
        };
        Self { accepted, pending }
    }

    /// For the column `extra`.
    fn write(&self) -> String {
        let mut map = self.accepted.clone();
        if !self.pending.is_empty() {
            map.insert(PENDING.to_owned(), Value::Object(self.pending.clone()));
        }
        Value::Object(map).to_string()
    }

    /// The accepted value; empty when there is none.
    pub fn accepted(&self, key: &str) -> &str {
        self.accepted.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The value that waits; `None` when nothing waits. It may be empty: the organ wants the field emptied.
    pub fn pending(&self, key: &str) -> Option<&str> {
        self.pending.get(key).and_then(Value::as_str)
    }

    /// What waits, as text: a person who accepts names what was seen. Empty when nothing waits.
    pub fn waiting(&self) -> String {
        if self.pending.is_empty() { String::new() } else { Value::Object(self.pending.clone()).to_string() }
    }

    /// Takes a value in; `false` when it changes nothing.
    fn put(&mut self, key: &str, value: &str, at_once: bool) -> bool {
        let before = (self.accepted(key).to_owned(), self.pending(key).map(str::to_owned));
        if at_once {
            if before.0 != value {
                self.accepted.insert(key.to_owned(), json!(value));
                self.pending.remove(key);
            }
        } else if before.0 == value {
            self.pending.remove(key);
        } else {
            self.pending.insert(key.to_owned(), json!(value));
        }
        before != (self.accepted(key).to_owned(), self.pending(key).map(str::to_owned))
    }
}

async fn store(tx: &mut Tx, duty: &str, before: &str, values: &Values) -> Result<(), Error> {
    let done = query("UPDATE duty SET extra = $2 WHERE id = $1 AND extra = $3")
        .bind(duty)
        .bind(values.write())
        .bind(before)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        let text = "刚才有人也在填写这几项，您的内容没有保存。请返回任务页，看过最新内容后再填。";
        return Err(Error::Conflict(text.into()));
    }
    Ok(())
}

/// Fills in further fields of the plan's kind. Organs that answer for the duty fill them in; the finding itself (`problem`)
/// is the office's. What the office writes holds at once; what an organ writes into a published field waits for the office.
///
/// # Errors
/// When the actor may not, a value does not fit its field, or it carries somebody's personal number into the public.
pub async fn set_extra(ctx: &Ctx, actor: &Actor, assignment: &str, values: &[(String, String)], once: &str) -> Done {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(once).await? {
        return Ok(to);
    }
    let held = reportable(ctx, &mut tx, actor, assignment).await?;
    let kind = PlanKind::from_code(&held.plan_kind).unwrap_or(PlanKind::WorkPoints);
    let office = may(actor, Action::ConfirmDuties).is_ok();
    if !office && !OwnerRole::from_code(&held.role).is_some_and(OwnerRole::answers) {
        let text = "办理情况由牵头或负责的单位填写。您单位是配合单位，可以报送进展和佐证。";
        return Err(Error::Conflict(text.into()).into());
    }
    let mut stored = Values::read(&held.extra);
    let accepted = stored.accepted.clone();
    let mut changed = Map::new();
    for field in kind.fields() {
        let Some((_, value)) = values.iter().find(|(key, _)| key == field.key) else { continue };
        if field.key == "problem" && may(actor, Action::ManagePlans).is_err() {
            continue;
        }
        let value = trimmed(value, 2000);
        fits(field.shape, &value).map_err(|message| Refusal::Field(field.key, message))?;
        if stored.put(field.key, &value, office || !is_published(field.key)) {
            if let Some(objection) = privacy::objection(&value).filter(|_| is_published(field.key)) {
                return Err(Refusal::Field(field.key, objection));
            }
            changed.insert(field.key.to_owned(), json!(value));
        }
    }
    if !changed.is_empty() {
        store(&mut tx, &held.duty, &held.extra, &stored).await?;
        if accepted == stored.accepted {
            // What waits does not move the moment of the public page.
            query("UPDATE assignment SET version = version + 1 WHERE id = $1")
                .bind(&held.id)
                .execute(tx.conn())
                .await?;
        } else {
            touch(&mut tx, &held).await?;
        }
        let data = json!({ "fields": changed, "pending": !stored.pending.is_empty() });
        tx.append(event(&held, "duty.reported", actor, data)).await?;
    }
    let target = held.target();
    tx.remember(once, &target).await?;
    tx.commit().await?;
    Ok(target)
}

#[derive(FromRow)]
struct Head {
    plan: String,
    visibility: String,
    extra: String,
    ended_at: String,
    plan_state: String,
}

/// Accepts what waits (`accept`), or drops it. `seen` is what the person saw ([`Values::waiting`]): what was filled in later
/// is not accepted unseen.
///
/// # Errors
/// When the actor may not, the duty has ended, nothing waits, something else waits than was seen, or it carries somebody's
/// personal number.
pub async fn settle(ctx: &Ctx, actor: &Actor, duty: &str, seen: &str, accept: bool, once: &str) -> Done {
    may(actor, Action::ConfirmDuties)?;
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(once).await? {
        return Ok(to);
    }
    let plan: Option<String> =
        query_scalar("SELECT plan FROM duty WHERE id = $1").bind(duty).fetch_optional(tx.conn()).await?;
    tree::lock(&mut tx, &plan.ok_or(Error::NotFound)?).await?;
    let head: Option<Head> = query_as(
        "SELECT d.plan, d.visibility, d.extra, d.ended_at, p.state AS plan_state FROM duty d JOIN plan p ON p.id = d.plan \
         WHERE d.id = $1 AND d.issued_at <> ''",
    )
    .bind(duty)
    .fetch_optional(tx.conn())
    .await?;
    let head = head.ok_or(Error::NotFound)?;
    if head.plan_state != "confirmed" || !head.ended_at.is_empty() {
        return Err(Error::Conflict("这项任务已不再执行，办理情况不能再改。历史记录仍保留在任务页。".into()).into());
    }
    let mut values = Values::read(&head.extra);
    if values.pending.is_empty() {
        return Err(Error::Conflict("没有待采纳的办理情况，可能刚被别人处理。请返回任务页查看。".into()).into());
    }
    if values.waiting() != seen {
        let text = "报送单位刚修改了办理情况，没有采纳。请返回任务页，看过最新内容后再处理。";
        return Err(Error::Conflict(text.into()).into());
    }
    let pending = std::mem::take(&mut values.pending);
    if accept {
        for value in pending.values().filter_map(Value::as_str) {
            if let Some(objection) = privacy::objection(value) {
                return Err(Error::Conflict(format!("没有采纳。{objection}")).into());
            }
        }
        values.accepted.extend(pending.clone());
    }
    store(&mut tx, duty, &head.extra, &values).await?;
    if accept && head.visibility == Visibility::Public.code() {
        as_of(&mut tx, &head.plan).await?;
    }
    let kind = if accept { "duty.extra_accepted" } else { "duty.extra_declined" };
    tx.append(NewEvent::new(kind, "duty", duty, actor).data(json!({ "plan": head.plan, "fields": pending }))).await?;
    let target = format!("/duties/{duty}");
    tx.remember(once, &target).await?;
    tx.commit().await?;
    Ok(target)
}

fn fits(shape: FieldShape, value: &str) -> Result<(), String> {
    match shape {
        _ if value.is_empty() => Ok(()),
        FieldShape::Amount => {
            let decimals = value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let plain = value.bytes().all(|b| b.is_ascii_digit() || b == b'.') && value.parse::<f64>().is_ok();
            if plain && decimals <= 2 {
                Ok(())
            } else {
                Err("请填写数字，单位万元，最多两位小数，例如 860.5。".into())
            }
        }
        FieldShape::Choice(choices) if !choices.contains(&value) => {
            Err(format!("请从这几项中选择：{}。", choices.join("、")))
        }
        FieldShape::Choice(_) | FieldShape::Line | FieldShape::Text => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_choices_are_checked() {
        assert!(fits(FieldShape::Amount, "12500").is_ok() && fits(FieldShape::Amount, "860.55").is_ok());
        for wrong in ["1,000", "12.345", "一百", "-5", "1e5", "."] {
            assert!(fits(FieldShape::Amount, wrong).is_err(), "{wrong}");
        }
        assert!(fits(FieldShape::Choice(&["在建"]), "竣工").is_err());
        assert!(fits(FieldShape::Text, "").is_ok());
    }

    #[test]
    fn what_an_organ_writes_waits_and_what_the_office_writes_holds() {
        let mut values = Values::read(r#"{"phase":"在建"}"#);
        assert!(values.put("phase", "竣工", false));
        assert_eq!((values.accepted("phase"), values.pending("phase")), ("在建", Some("竣工")));
        let mut read = Values::read(&values.write());
        assert_eq!(read, values);
        assert!(!read.put("phase", "竣工", false) && !read.put("phase", "在建", true), "nothing new");
        assert!(read.put("phase", "前期", true));
        assert_eq!((read.accepted("phase"), read.pending("phase"), read.waiting().as_str()), ("前期", None, ""));
        assert!(values.put("phase", "在建", false) && values.pending("phase").is_none(), "back to what holds");
    }
}
