//! Corrections of the duties themselves: fields, splitting, joining, moving, adding.

use kernel::id::{ClauseId, DutyId};
use serde_json::{Map, Value};

use super::{Fields, SPLIT, Surroundings, Wrong, gone, place, wrong};
use crate::{
    model::{Cadence, Visibility},
    plans::{
        draft,
        due::{self, Due},
        tree::{DutyRow, OwnerRow, Tree},
    },
};

/// Checks the fields and writes them into the duty.
///
/// The answer says what changed, in words; empty when nothing did.
pub(super) fn write(
    tree: &mut Tree,
    id: &DutyId,
    fields: &Fields,
    with: &Surroundings<'_>,
) -> Result<Vec<String>, Wrong> {
    let mut errors = Wrong::new();
    let mut error = |field: &str, message: &str| errors.add(field, message);
    let text = fields.text.trim();
    if text.trim_matches(SPLIT).trim().is_empty() {
        error("text", "请填写任务内容；确实不是任务的，请用“不作为任务”。");
    } else if text.chars().count() > 4000 {
        error("text", "请把任务内容控制在 4000 字以内，可以拆分成几项。");
    }
    if fields.measure.chars().count() > 1000 {
        error("measure", "请把完成标准控制在 1000 字以内。");
    }
    let year = i16::try_from(tree.plan.year).unwrap_or(2100);
    let due = match fields.due_on.trim() {
        "" => Due::default(),
        typed => due::read(typed, year).unwrap_or_else(|| {
            error("due_on", DUE_HINT);
            Due::default()
        }),
    };
    let due_on = due.on.map(|on| on.to_string()).unwrap_or_default();
    let mut cadence = Cadence::from_code(&fields.cadence);
    if cadence.is_none() && !fields.cadence.is_empty() {
        error("cadence", "请从名单中选择频次，例如 每季度。");
    }
    match (cadence, due.cadence) {
        (None, read) => cadence = read,
        (Some(chosen), Some(read)) if chosen != read => {
            error("due_on", "期限里写的频次与所选频次不同。请只保留一个。");
        }
        _ => {}
    }
    let grace_days = match fields.grace_days.trim() {
        "" => 0,
        typed => typed.parse().ok().filter(|days| (0..=366).contains(days)).unwrap_or_else(|| {
            error("grace_days", "请填写 0 到 366 之间的天数，例如 10。");
            0
        }),
    };
    if cadence.is_none() && grace_days > 0 {
        error("grace_days", "宽限天数只用于按频次报送的任务。请选择频次，或填 0。");
    }
    let mut extra = Map::new();
    for field in with.kind.fields() {
        let value = fields.extra.get(field.key).map_or("", String::as_str);
        match field.shape.check(value) {
            Ok(value) if value.is_empty() => {}
            Ok(value) => drop(extra.insert(field.key.to_owned(), Value::String(value))),
            Err(message) => error(field.key, &message),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let duty = tree.duties.iter_mut().find(|duty| duty.id == *id).ok_or_else(gone)?;
    let before = duty.clone();
    duty.text = text.to_owned();
    duty.measure = fields.measure.trim().to_owned();
    duty.due_on = due_on;
    duty.cadence = cadence.map(|cadence| cadence.code().to_owned()).unwrap_or_default();
    duty.grace_days = grace_days;
    duty.visibility = Visibility::from_code(&fields.visibility).code().to_owned();
    duty.extra = Value::Object(extra).to_string();
    Ok(changes(&before, duty, with))
}

/// What is said to somebody whose date is not understood.
pub(super) const DUE_HINT: &str = "没有看懂这个期限。请填写日期，例如 2026-06-30，或 6月底前、每季度；没有期限的留空。";

/// What differs between a duty before and now, in words.
fn changes(before: &DutyRow, now: &DutyRow, with: &Surroundings<'_>) -> Vec<String> {
    let mut said = Vec::new();
    if before.text != now.text {
        said.push("内容".to_owned());
    }
    let shown = |value: &str| if value.is_empty() { "无".to_owned() } else { value.to_owned() };
    if before.due_on != now.due_on {
        said.push(format!("期限 {} → {}", shown(&before.due_on), shown(&now.due_on)));
    }
    let cadence = |duty: &DutyRow| duty.cadence().map_or("一次性", Cadence::label);
    if before.cadence != now.cadence {
        said.push(format!("频次 {} → {}", cadence(before), cadence(now)));
    }
    if before.grace_days != now.grace_days {
        said.push(format!("宽限天数 {} → {}", before.grace_days, now.grace_days));
    }
    if before.measure != now.measure {
        said.push("完成标准".to_owned());
    }
    if before.visibility != now.visibility {
        said.push(if now.is_public() { "改为公开" } else { "改为内部" }.to_owned());
    }
    let fields = with.kind.fields().iter().filter(|field| before.extra(field.key) != now.extra(field.key));
    said.extend(fields.map(|field| field.label.to_owned()));
    said
}

fn plain(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_whitespace() && *c != SPLIT)
}

/// Splits the duty's text at the marks. The words as issued are split at the same places when the text still reads as
/// issued; else they stay whole with the first part.
pub(super) fn split(tree: &mut Tree, id: &DutyId, with: &mut Surroundings<'_>) -> Result<usize, Wrong> {
    let at = tree.duties.iter().position(|duty| duty.id == *id).ok_or_else(gone)?;
    let base = tree.duties[at].clone();
    let parts: Vec<String> =
        base.text.split(SPLIT).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if parts.len() < 2 {
        return Err(wrong("text", "请在要断开的地方另起一行，或插入“‖”，然后再拆分。"));
    }
    let originals = split_original(&base, &parts);
    let owned: Vec<OwnerRow> = tree.owners.iter().filter(|owner| owner.duty == *id).cloned().collect();
    let mut rest = Vec::new();
    for (n, (text, original)) in parts.iter().zip(originals).enumerate() {
        if n == 0 {
            tree.duties[at].text = text.clone();
            tree.duties[at].original = original;
            continue;
        }
        let duty = DutyRow { id: (with.fresh)().into(), text: text.clone(), original, ..base.clone() };
        for owner in &owned {
            tree.owners.push(OwnerRow { id: (with.fresh)().into(), duty: duty.id.clone(), ..owner.clone() });
        }
        rest.push(duty);
    }
    tree.duties.splice(at + 1..at + 1, rest);
    tree.renumber(&[base.clause]);
    Ok(parts.len())
}

fn split_original(base: &DutyRow, parts: &[String]) -> Vec<String> {
    if !plain(&base.text).eq(plain(&base.original)) {
        let mut originals = vec![String::new(); parts.len()];
        originals[0] = base.original.clone();
        return originals;
    }
    let mut chars = base.original.chars().peekable();
    let mut originals = Vec::with_capacity(parts.len());
    for part in parts {
        let (mut wanted, mut taken) = (plain(part).count(), String::new());
        while wanted > 0 {
            let Some(c) = chars.next() else { break };
            wanted -= usize::from(!c.is_whitespace());
            taken.push(c);
        }
        // White space after a part stays with it.
        while let Some(c) = chars.next_if(|c| c.is_whitespace()) {
            taken.push(c);
        }
        originals.push(taken);
    }
    if let Some(last) = originals.last_mut() {
        last.extend(chars);
    }
    originals
}

/// Joins a duty with the next one of its clause; the first keeps its identity.
pub(super) fn merge(tree: &mut Tree, id: &DutyId) -> Result<String, Wrong> {
    let place = place(tree, id)?;
    let at = tree.duties.iter().position(|duty| duty.id == *id).ok_or_else(gone)?;
    let clause = tree.duties[at].clause.clone();
    let next = tree.duties.get(at + 1).filter(|next| next.clause == clause).map(|_| at + 1);
    let Some(next) = next else {
        return Err(wrong("text", "这是本条最后一项，后面没有可以合并的任务。"));
    };
    let other = tree.duties.remove(next);
    let duty = &mut tree.duties[at];
    duty.text.push_str(&other.text);
    duty.original.push_str(&other.original);
    if !other.measure.is_empty() {
        let joint = if duty.measure.is_empty() { "" } else { "；" };
        duty.measure = format!("{}{joint}{}", duty.measure, other.measure);
    }
    if duty.due_on.is_empty() && duty.cadence.is_empty() {
        duty.due_words = other.due_words;
        duty.due_on = other.due_on;
        duty.cadence = other.cadence;
        duty.grace_days = other.grace_days;
    }
    let mut extra: Map<String, Value> = serde_json::from_str(&duty.extra).unwrap_or_default();
    let more: Map<String, Value> = serde_json::from_str(&other.extra).unwrap_or_default();
    for (key, value) in more {
        extra.entry(key).or_insert(value);
    }
    duty.extra = Value::Object(extra).to_string();
    // What was internal does not become public by joining.
    if other.visibility == Visibility::Internal.code() {
        duty.visibility = other.visibility;
    }
    duty.is_duty |= other.is_duty;
    duty.principle &= other.principle;
    tree.owners.retain(|owner| owner.duty != other.id);
    tree.renumber(&[clause]);
    Ok(format!("把{place}与下一项合并"))
}

/// The duty before this one in its clause.
pub(super) fn previous(tree: &Tree, id: &DutyId) -> Result<DutyId, Wrong> {
    let duty = tree.duty(id).ok_or_else(gone)?;
    let before = tree.duties_of(&duty.clause).take_while(|other| other.id != *id).last();
    before.map(|before| before.id.clone()).ok_or_else(|| wrong("text", "这是本条第一项，前面没有可以合并的任务。"))
}

/// Moves a duty to the end of another clause.
pub(super) fn shift(tree: &mut Tree, id: &DutyId, to: &ClauseId) -> Result<String, Wrong> {
    let from = place(tree, id)?;
    let target = tree.clause(to).map(|clause| tree.clause_number(clause));
    let Some(target) = target else { return Err(wrong("to", "请选择要移到的条目。")) };
    let at = tree.duties.iter().position(|duty| duty.id == *id).ok_or_else(gone)?;
    let old = tree.duties[at].clause.clone();
    if old == *to {
        return Err(wrong("to", "这一项已经在该条目下。请选择另一条目。"));
    }
    let mut duty = tree.duties.remove(at);
    duty.clause = to.clone();
    let position = |clause: &ClauseId| tree.clauses.iter().position(|row| row.id == *clause);
    let order = position(to);
    // Behind the last duty of the target clause and of all clauses before it, which keeps the whole list in order.
    let end = tree.duties.iter().rposition(|other| position(&other.clause) <= order).map_or(0, |last| last + 1);
    tree.duties.insert(end, duty);
    for owner in tree.owners.iter_mut().filter(|owner| owner.duty == *id) {
        owner.clause = to.clone();
    }
    tree.renumber(&[old, to.clone()]);
    Ok(format!("把{from}移到{target}"))
}

/// Adds a duty that does not stand in the text.
pub(super) fn append(
    tree: &mut Tree,
    clause: &ClauseId,
    text: &str,
    with: &mut Surroundings<'_>,
) -> Result<String, Wrong> {
    let row = tree.clause(clause).cloned().ok_or_else(gone)?;
    let number = tree.clause_number(&row);
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 4000 {
        return Err(wrong("added", "请填写要增加的任务，例如 10月底前公开评估结果。"));
    }
    let order = tree.clauses.iter().position(|row| row.id == *clause);
    let end = tree
        .duties
        .iter()
        .rposition(|other| tree.clauses.iter().position(|row| row.id == other.clause) <= order)
        .map_or(0, |last| last + 1);
    let duty = DutyRow::new((with.fresh)().into(), &row, text, draft::default_visibility(with.kind));
    tree.duties.insert(end, duty);
    tree.renumber(std::slice::from_ref(clause));
    Ok(format!("在{number}增加一项任务"))
}
