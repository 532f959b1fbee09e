//! Corrections of a draft, as pure changes of the tree. Nothing is ever deleted: what is no duty is marked so, and the
//! words as issued stay in `original`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{Directory, OrganCode, time};
use serde_json::{Map, Value};

use crate::{
    model::{Cadence, OwnerRole, PlanKind, Visibility},
    plans::{
        owners::{self, Resolution},
        table::field_error,
        tree::{DutyRow, OwnerRow, Tree},
    },
};

/// The mark at which a text is split.
pub const SPLIT: char = '‖';

/// The fields of a duty as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// Words.
    pub text: String,
    /// What counts as done.
    pub measure: String,
    /// Due date, in any form that [`time::parse_date`] reads; empty = none.
    pub due_on: String,
    /// Code of the cadence; empty = none.
    pub cadence: String,
    /// Days after the end of a period; empty = 0.
    pub grace_days: String,
    /// `public` or `internal`.
    pub visibility: String,
    /// Further fields of the kind.
    pub extra: BTreeMap<String, String>,
}

/// How a duty is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// 不作为任务.
    NotADuty,
    /// A duty again.
    Duty,
    /// 不落实到单位.
    Principle,
    /// Organs answer for it again.
    Owed,
}

impl Mark {
    /// What it does, in words.
    fn label(self) -> &'static str {
        match self {
            Self::NotADuty => "不作为任务",
            Self::Duty => "恢复为任务",
            Self::Principle => "标为不落实到单位",
            Self::Owed => "恢复为落实到单位",
        }
    }
}

/// One correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Writes the fields; a text with [`SPLIT`] is split there.
    Save(String, Fields),
    /// Writes the fields and splits the text at [`SPLIT`], or at line ends where there is none.
    Split(String, Fields),
    /// Joins a duty with the next one of the clause.
    Merge(String),
    /// Moves a duty to the end of another clause.
    Move(String, String),
    /// Marks a duty.
    Mark(String, Mark),
    /// Marks all duties of a clause as 不落实到单位, or takes the mark away.
    Principle(String, bool),
    /// Adds a duty that does not stand in the text, at the end of a clause.
    Append(String, String),
    /// An owner means these organs; so does the same name elsewhere in the plan, where it is not matched yet.
    Choose(String, Vec<OrganCode>),
    /// An owner that was abolished means its successor; likewise elsewhere.
    Successor(String),
    /// The collective name is expanded anew.
    Expand(String),
    /// An owner's part.
    Part(String, OwnerRole),
    /// Takes an owner away; its name stays in the owner note.
    Remove(String),
    /// Adds an owner to a clause, or to one duty of it alone (last part, may be empty).
    Add(String, OrganCode, OwnerRole, String),
    /// A duty gets owners of its own, at first those of the clause.
    Own(String),
    /// A duty has the owners of its clause again.
    Share(String),
}

/// What an edit needs to know besides the tree.
pub struct Surroundings<'a> {
    /// Kind of the plan.
    pub kind: PlanKind,
    /// Organs.
    pub directory: &'a Directory,
    /// Today.
    pub day: Date,
    /// Gives fresh ids.
    pub fresh: &'a mut (dyn FnMut() -> String + Send),
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Why an edit is refused: field and message.
pub type Wrong = Vec<(String, String)>;

fn wrong(field: &str, message: &str) -> Wrong {
    vec![(field.to_owned(), message.to_owned())]
}

fn gone() -> Wrong {
    wrong("text", "这一项已经不在原处，可能刚被合并或撤销。请刷新页面后再改。")
}

impl Edit {
    /// The clauses that it touches, as the tree stands; empty when its object is gone.
    pub fn clauses(&self, tree: &Tree) -> Vec<String> {
        let of_duty = |id: &str| tree.duty(id).map(|duty| duty.clause.clone());
        let of_owner = |id: &str| tree.owners.iter().find(|owner| owner.id == id).map(|owner| owner.clause.clone());
        let of_clause = |id: &str| tree.clause(id).map(|clause| clause.id.clone());
        let touched: Vec<Option<String>> = match self {
            Self::Save(id, _) | Self::Split(id, _) | Self::Merge(id) | Self::Mark(id, _) | Self::Own(id)
            | Self::Share(id) => vec![of_duty(id)],
            Self::Move(id, to) => vec![of_duty(id), of_clause(to)],
            Self::Principle(id, _) | Self::Append(id, _) | Self::Add(id, ..) => vec![of_clause(id)],
            Self::Choose(id, _) | Self::Successor(id) => {
                let namesakes = namesakes(tree, id).into_iter().map(|at| Some(tree.owners[at].clause.clone()));
                std::iter::once(of_owner(id)).chain(namesakes).collect()
            }
            Self::Expand(id) | Self::Part(id, _) | Self::Remove(id) => vec![of_owner(id)],
        };
        let mut clauses: Vec<String> = Vec::new();
        for clause in touched.into_iter().flatten() {
            if !clauses.contains(&clause) {
                clauses.push(clause);
            }
        }
        clauses
    }

    /// Does it; the answer says in words what was done.
    ///
    /// # Errors
    /// What is wrong, at the fields of the form; the tree is then not to be used.
    pub fn apply(&self, tree: &mut Tree, with: &mut Surroundings<'_>) -> Result<String, Wrong> {
        match self {
            Self::Save(id, fields) => {
                let place = place(tree, id)?;
                write(tree, id, fields, with)?;
                if fields.text.contains(SPLIT) {
                    return split(tree, id, with).map(|count| format!("把{place}拆分为 {count} 项"));
                }
                Ok(format!("修改{place}"))
            }
            Self::Split(id, fields) => {
                let place = place(tree, id)?;
                let mut fields = fields.clone();
                if !fields.text.contains(SPLIT) {
                    let lines: Vec<_> = fields.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                    fields.text = lines.join(&SPLIT.to_string());
                }
                write(tree, id, &fields, with)?;
                split(tree, id, with).map(|count| format!("把{place}拆分为 {count} 项"))
            }
            Self::Merge(id) => merge(tree, id),
            Self::Move(id, to) => shift(tree, id, to),
            Self::Mark(id, mark) => {
                let place = place(tree, id)?;
                let duty = tree.duties.iter_mut().find(|duty| duty.id == *id).ok_or_else(gone)?;
                match mark {
                    Mark::NotADuty => duty.is_duty = 0,
                    Mark::Duty => duty.is_duty = 1,
                    Mark::Principle => duty.principle = 1,
                    Mark::Owed => duty.principle = 0,
                }
                Ok(format!("{place}{}", mark.label()))
            }
            Self::Principle(clause, on) => {
                let number = tree.clause(clause).map(|row| tree.clause_number(row)).ok_or_else(gone)?;
                for duty in tree.duties.iter_mut().filter(|duty| duty.clause == *clause) {
                    duty.principle = i64::from(*on);
                }
                Ok(format!("{number}{}", if *on { "全条标为不落实到单位" } else { "全条恢复为落实到单位" }))
            }
            Self::Append(clause, text) => append(tree, clause, text, with),
            _ => self.apply_owner(tree, with),
        }
    }

    fn apply_owner(&self, tree: &mut Tree, with: &mut Surroundings<'_>) -> Result<String, Wrong> {
        let owner = |tree: &Tree, id: &str| tree.owners.iter().position(|owner| owner.id == id).ok_or_else(gone);
        match self {
            Self::Choose(id, codes) => {
                let at = owner(tree, id)?;
                if codes.is_empty() || codes.iter().any(|code| with.directory.get(code).is_none()) {
                    return Err(wrong("organ", "请从名单中选择一个机关，例如 县财政局。"));
                }
                if let Some(gone) = codes.iter().filter_map(|code| with.directory.get(code)).find(|organ| !organ.exists_on(with.day)) {
                    let message = format!("{}已撤销，不能承担新任务。请选择承接职责的机关。", gone.short_name);
                    return Err(wrong("organ", &message));
                }
                let names: Vec<_> = codes.iter().map(|code| with.directory.short_name(code)).collect();
                let count = set_all(tree, id, codes, "chosen");
                Ok(format!("“{}”对应为{}{}", tree.owners[at].name, names.join("、"), elsewhere(count)))
            }
            Self::Successor(id) => {
                let at = owner(tree, id)?;
                let row = &tree.owners[at];
                let Resolution::Abolished(_, Some(next)) = owners::resolve(with.directory, &row.name, row.is_group == 1, with.day)
                else {
                    return Err(wrong("organ", "没有登记承接职责的机关。请从名单中选择。"));
                };
                let count = set_all(tree, id, std::slice::from_ref(&next), "successor");
                let name = &tree.owners[at].name;
                Ok(format!("“{name}”改由{}承接{}", with.directory.short_name(&next), elsewhere(count)))
            }
            Self::Expand(id) => {
                let at = owner(tree, id)?;
                let row = &mut tree.owners[at];
                row.organs = String::new();
                row.how = String::new();
                owners::settle(with.directory, row, with.day);
                Ok(format!("重新展开“{}”", row.name))
            }
            Self::Part(id, role) => {
                let at = owner(tree, id)?;
                tree.owners[at].role = role.code().into();
                Ok(format!("“{}”改为{}", tree.owners[at].name, role.label()))
            }
            Self::Remove(id) => {
                let at = owner(tree, id)?;
                let row = tree.owners.remove(at);
                tree.renumber(std::slice::from_ref(&row.clause));
                Ok(format!("去掉责任单位“{}”", row.name))
            }
            Self::Add(clause, organ, role, duty) => {
                tree.clause(clause).ok_or_else(gone)?;
                let Some(found) = with.directory.get(organ).filter(|found| found.exists_on(with.day)) else {
                    return Err(wrong("organ", "请从名单中选择一个机关，例如 县财政局。"));
                };
                let label = format!("增加责任单位“{}”", found.short_name);
                tree.owners.push(OwnerRow {
                    id: (with.fresh)(),
                    plan: tree.plan.id.clone(),
                    clause: clause.clone(),
                    duty: duty.clone(),
                    position: 0,
                    name: found.short_name.clone(),
                    role: role.code().into(),
                    is_group: 0,
                    organs: organ.0.clone(),
                    how: "chosen".into(),
                });
                tree.renumber(std::slice::from_ref(clause));
                Ok(label)
            }
            Self::Own(id) => {
                let place = place(tree, id)?;
                let duty = tree.duty(id).cloned().ok_or_else(gone)?;
                let copies: Vec<OwnerRow> = tree.owners_of_clause(&duty.clause).cloned().collect();
                for copy in copies {
                    tree.owners.push(OwnerRow { id: (with.fresh)(), duty: duty.id.clone(), ..copy });
                }
                tree.renumber(&[duty.clause]);
                Ok(format!("{place}单独设责任单位"))
            }
            Self::Share(id) => {
                let place = place(tree, id)?;
                tree.owners.retain(|owner| owner.duty != *id);
                Ok(format!("{place}沿用本条责任单位"))
            }
            _ => Err(gone()),
        }
    }
}

/// Places of unmatched owners with the same name as this one, itself included when it is unmatched.
fn namesakes(tree: &Tree, id: &str) -> Vec<usize> {
    let Some(name) = tree.owners.iter().find(|owner| owner.id == id).map(|owner| owner.name.as_str()) else { return Vec::new() };
    let same = |owner: &OwnerRow| owner.name == name && owner.is_unmatched();
    tree.owners.iter().enumerate().filter(|(_, owner)| same(owner)).map(|(at, _)| at).collect()
}

/// Puts these organs into an owner and its namesakes; how many there are.
fn set_all(tree: &mut Tree, id: &str, codes: &[OrganCode], how: &str) -> usize {
    let mut places = namesakes(tree, id);
    if let Some(at) = tree.owners.iter().position(|owner| owner.id == id).filter(|at| !places.contains(at)) {
        places.push(at);
    }
    for at in &places {
        tree.owners[*at].set_codes(codes);
        tree.owners[*at].how = how.to_owned();
    }
    places.len()
}

fn elsewhere(count: usize) -> String {
    if count > 1 { format!("，共 {count} 处") } else { String::new() }
}

/// Where a duty stands, in words: 一（二）第 3 项.
fn place(tree: &Tree, id: &str) -> Result<String, Wrong> {
    let duty = tree.duty(id).ok_or_else(gone)?;
    let number = tree.clause(&duty.clause).map(|clause| tree.clause_number(clause)).unwrap_or_default();
    Ok(format!("{number}第 {} 项", duty.position))
}

/// Checks the fields and writes them into the duty.
fn write(tree: &mut Tree, id: &str, fields: &Fields, with: &Surroundings<'_>) -> Result<(), Wrong> {
    let mut errors = Wrong::new();
    let mut error = |field: &str, message: &str| errors.push((field.to_owned(), message.to_owned()));
    let text = fields.text.trim();
    if text.trim_matches(SPLIT).trim().is_empty() {
        error("text", "请填写任务内容；确实不是任务的，请用“不作为任务”。");
    } else if text.chars().count() > 4000 {
        error("text", "请把任务内容控制在 4000 字以内，可以拆分成几项。");
    }
    if fields.measure.chars().count() > 1000 {
        error("measure", "请把完成标准控制在 1000 字以内。");
    }
    let due_on = match fields.due_on.trim() {
        "" => String::new(),
        typed => match time::parse_date(typed) {
            Some(date) => date.to_string(),
            None => {
                error("due_on", "请填写日期，例如 2026-06-30；没有期限的留空。");
                String::new()
            }
        },
    };
    let cadence = Cadence::from_code(&fields.cadence);
    if cadence.is_none() && !fields.cadence.is_empty() {
        error("cadence", "请从名单中选择频次，例如 每季度。");
    }
    let grace_days = match fields.grace_days.trim() {
        "" => 0,
        typed => typed.parse().ok().filter(|days| (0..=366).contains(days)).unwrap_or_else(|| {
            error("grace_days", "请填写 0 到 366 之间的天数，例如 10。");
            0
        }),
    };
    let mut extra = Map::new();
    for field in with.kind.fields() {
        let value = fields.extra.get(field.key).map_or("", |value| value.trim());
        if let Some(message) = field_error(field.shape, value) {
            error(field.key, &message);
        }
        if !value.is_empty() {
            extra.insert(field.key.to_owned(), Value::String(value.to_owned()));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let duty = tree.duties.iter_mut().find(|duty| duty.id == id).ok_or_else(gone)?;
    duty.text = text.to_owned();
    duty.measure = fields.measure.trim().to_owned();
    duty.due_on = due_on;
    duty.cadence = cadence.map(|cadence| cadence.code().to_owned()).unwrap_or_default();
    duty.grace_days = grace_days;
    duty.visibility = Visibility::from_code(&fields.visibility).code().to_owned();
    duty.extra = Value::Object(extra).to_string();
    Ok(())
}

fn plain(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_whitespace() && *c != SPLIT)
}

/// Splits the duty's text at the marks. The words as issued are split at the same places when the text still reads as
/// issued; else they stay whole with the first part.
fn split(tree: &mut Tree, id: &str, with: &mut Surroundings<'_>) -> Result<usize, Wrong> {
    let at = tree.duties.iter().position(|duty| duty.id == id).ok_or_else(gone)?;
    let base = tree.duties[at].clone();
    let parts: Vec<String> = base.text.split(SPLIT).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if parts.len() < 2 {
        return Err(wrong("text", "请在要断开的地方另起一行，或插入“‖”，然后再拆分。"));
    }
    let originals = split_original(&base, &parts);
    let owned: Vec<OwnerRow> = tree.owners.iter().filter(|owner| owner.duty == id).cloned().collect();
    let mut rest = Vec::new();
    for (n, (text, original)) in parts.iter().zip(originals).enumerate() {
        if n == 0 {
            tree.duties[at].text = text.clone();
            tree.duties[at].original = original;
            continue;
        }
        let duty = DutyRow { id: (with.fresh)(), text: text.clone(), original, ..base.clone() };
        for owner in &owned {
            tree.owners.push(OwnerRow { id: (with.fresh)(), duty: duty.id.clone(), ..owner.clone() });
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

fn merge(tree: &mut Tree, id: &str) -> Result<String, Wrong> {
    let place = place(tree, id)?;
    let at = tree.duties.iter().position(|duty| duty.id == id).ok_or_else(gone)?;
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
    duty.is_duty = duty.is_duty.max(other.is_duty);
    duty.principle = duty.principle.min(other.principle);
    tree.owners.retain(|owner| owner.duty != other.id);
    tree.renumber(&[clause]);
    Ok(format!("把{place}与下一项合并"))
}

fn shift(tree: &mut Tree, id: &str, to: &str) -> Result<String, Wrong> {
    let from = place(tree, id)?;
    let target = tree.clause(to).map(|clause| tree.clause_number(clause));
    let Some(target) = target else { return Err(wrong("to", "请选择要移到的条目。")) };
    let at = tree.duties.iter().position(|duty| duty.id == id).ok_or_else(gone)?;
    let old = tree.duties[at].clause.clone();
    if old == to {
        return Err(wrong("to", "这一项已经在该条目下。请选择另一条目。"));
    }
    let mut duty = tree.duties.remove(at);
    duty.clause = to.to_owned();
    let position = |clause: &str| tree.clauses.iter().position(|row| row.id == clause);
    let order = position(to);
    // Behind the last duty of the target clause and of all clauses before it, which keeps the whole list in order.
    let end = tree.duties.iter().rposition(|other| position(&other.clause) <= order).map_or(0, |last| last + 1);
    tree.duties.insert(end, duty);
    for owner in tree.owners.iter_mut().filter(|owner| owner.duty == id) {
        owner.clause = to.to_owned();
    }
    tree.renumber(&[old, to.to_owned()]);
    Ok(format!("把{from}移到{target}"))
}

fn append(tree: &mut Tree, clause: &str, text: &str, with: &mut Surroundings<'_>) -> Result<String, Wrong> {
    let number = tree.clause(clause).map(|row| tree.clause_number(row)).ok_or_else(gone)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 4000 {
        return Err(wrong("added", "请填写要增加的任务，例如 10月底前公开评估结果。"));
    }
    let order = tree.clauses.iter().position(|row| row.id == clause);
    let end = tree
        .duties
        .iter()
        .rposition(|other| tree.clauses.iter().position(|row| row.id == other.clause) <= order)
        .map_or(0, |last| last + 1);
    let duty = DutyRow {
        id: (with.fresh)(),
        plan: tree.plan.id.clone(),
        clause: clause.to_owned(),
        position: 0,
        text: text.to_owned(),
        original: String::new(),
        is_duty: 1,
        principle: 0,
        measure: String::new(),
        due_words: String::new(),
        due_on: String::new(),
        cadence: String::new(),
        grace_days: 0,
        visibility: super::draft::default_visibility(with.kind).code().to_owned(),
        extra: "{}".to_owned(),
        line: 0,
        issued_at: String::new(),
        ended_at: String::new(),
        ended_reason: String::new(),
    };
    tree.duties.insert(end, duty);
    tree.renumber(&[clause.to_owned()]);
    Ok(format!("在{number}增加一项任务"))
}

#[cfg(test)]
mod tests {
    use text::plan::{PlanReference, parse};

    use super::*;
    use crate::plans::{
        draft::{self, Frame},
        tree::PlanRow,
    };

    const SOURCE: &str = "2026年某县政务公开工作要点\n一、做好公开\n（一）公开预算。6月底前公开预算。每季度公开执行情况。\
        公开绩效。（县财政局负责）\n（二）公开决算。9月底前公开决算。（县审计局负责）\n";

    fn with<T>(run: impl FnOnce(&mut Tree, &mut Surroundings<'_>) -> T) -> T {
        let mut count = 0;
        let mut fresh = || {
            count += 1;
            format!("id{count}")
        };
        let directory = Directory::default();
        let day = Date::constant(2026, 3, 1);
        let parsed = parse(SOURCE, PlanReference { year: 2026 });
        let kind = PlanKind::KeyProject;
        let mut frame = Frame { plan: "p", kind, fresh: &mut fresh, directory: &directory, day };
        let rows = draft::rows(&parsed, &mut frame);
        let plan = PlanRow {
            id: "p".into(), kind: kind.code().into(), title: "某县".into(), document_number: String::new(), year: 2026,
            state: "draft".into(), superseded_by: String::new(), source: SOURCE.into(), source_digest: String::new(),
            source_name: String::new(), source_file: String::new(), preamble: String::new(), closing: String::new(),
            warnings: "[]".into(), version: 1, as_of: String::new(), created_at: String::new(), created_by: String::new(),
            created_by_name: String::new(), confirmed_at: String::new(), confirmed_by: String::new(),
            confirmed_by_name: String::new(),
        };
        let mut tree =
            Tree { plan, sections: rows.sections, clauses: rows.clauses, duties: rows.duties, owners: rows.owners };
        run(&mut tree, &mut Surroundings { kind, directory: &directory, day, fresh: &mut fresh })
    }

    fn fields(duty: &DutyRow, text: &str) -> Fields {
        Fields { text: text.into(), due_on: duty.due_on.clone(), visibility: duty.visibility.clone(), ..Fields::default() }
    }

    fn issued_words(tree: &Tree, clause: &str) -> String {
        tree.duties_of(clause).map(|duty| duty.original.as_str()).collect()
    }

    #[test]
    fn splitting_and_merging_keep_the_words_as_issued() {
        with(|tree, around| {
            let clause = tree.clauses[0].clone();
            assert_eq!(tree.duties_of(&clause.id).count(), 3);
            let first = tree.duties[0].clone();
            let edit = Edit::Split(first.id.clone(), fields(&first, "6月底前\n公开预算。"));
            assert_eq!(edit.clauses(tree), [clause.id.clone()]);
            edit.apply(tree, around).expect("split");
            let texts: Vec<_> = tree.duties_of(&clause.id).map(|duty| duty.text.clone()).collect();
            assert_eq!(texts[..2], ["6月底前", "公开预算。"]);
            assert_eq!(issued_words(tree, &clause.id), clause.text);
            Edit::Merge(first.id.clone()).apply(tree, around).expect("merge");
            assert_eq!(tree.duties[0].text, "6月底前公开预算。");
            assert_eq!(issued_words(tree, &clause.id), clause.text);
            assert_eq!(tree.duties_of(&clause.id).map(|duty| duty.position).collect::<Vec<_>>(), [1, 2, 3]);
        });
    }

    #[test]
    fn a_reworded_duty_keeps_its_words_as_issued_with_the_first_part() {
        with(|tree, around| {
            let clause = tree.clauses[0].clone();
            let first = tree.duties[0].clone();
            Edit::Save(first.id.clone(), fields(&first, "公开年度预算‖公开部门预算")).apply(tree, around).expect("save");
            assert_eq!(tree.duties[0].original, first.original);
            assert_eq!(tree.duties[1].original, "");
            assert_eq!(issued_words(tree, &clause.id), clause.text);
        });
    }

    #[test]
    fn a_duty_moves_behind_those_of_the_other_clause() {
        with(|tree, around| {
            let (from, to) = (tree.clauses[0].id.clone(), tree.clauses[1].id.clone());
            let first = tree.duties[0].id.clone();
            let edit = Edit::Move(first.clone(), to.clone());
            assert_eq!(edit.clauses(tree), [from.clone(), to.clone()]);
            edit.apply(tree, around).expect("move");
            let moved = tree.duty(&first).expect("duty");
            assert_eq!((moved.clause.as_str(), moved.position), (to.as_str(), 2));
            assert_eq!(tree.duties_of(&from).map(|duty| duty.position).collect::<Vec<_>>(), [1, 2]);
            Edit::Move(first.clone(), from.clone()).apply(tree, around).expect("back");
            let order: Vec<_> = tree.duties.iter().map(|duty| duty.clause.clone()).collect();
            assert!(order.is_sorted_by_key(|clause| tree.clauses.iter().position(|row| row.id == *clause)));
            assert!(Edit::Move(first, from).apply(tree, around).is_err(), "it is there already");
        });
    }

    #[test]
    fn wrong_fields_are_named_all_at_once() {
        with(|tree, around| {
            let first = tree.duties[0].clone();
            let mut typed = fields(&first, " ‖ ");
            typed.due_on = "下半年".into();
            typed.cadence = "daily".into();
            typed.grace_days = "-1".into();
            typed.extra.insert("investment".into(), "很多".into());
            let wrong = Edit::Save(first.id.clone(), typed).apply(&mut tree.clone(), around).expect_err("errors");
            let names: Vec<_> = wrong.iter().map(|(field, _)| field.as_str()).collect();
            assert_eq!(names, ["text", "due_on", "cadence", "grace_days", "investment"]);
            assert!(Edit::Merge("none".into()).apply(tree, around).is_err());
        });
    }

    #[test]
    fn a_duty_may_have_owners_of_its_own() {
        with(|tree, around| {
            let duty = tree.duties[0].clone();
            let before = tree.owners_of_duty(&duty).len();
            Edit::Own(duty.id.clone()).apply(tree, around).expect("own");
            let own: Vec<String> = tree.owners_of_duty(&duty).iter().map(|owner| owner.id.clone()).collect();
            assert_eq!(own.len(), before);
            Edit::Remove(own[0].clone()).apply(tree, around).expect("remove");
            Edit::Share(duty.id.clone()).apply(tree, around).expect("share");
            assert_eq!(tree.owners_of_duty(&duty).len(), before);
        });
    }

    #[test]
    fn what_was_internal_does_not_become_public_by_joining() {
        with(|tree, around| {
            let (first, second) = (tree.duties[0].id.clone(), tree.duties[1].clone());
            let mut internal = fields(&second, &second.text);
            internal.visibility = "internal".into();
            Edit::Save(second.id.clone(), internal).apply(tree, around).expect("save");
            Edit::Merge(first.clone()).apply(tree, around).expect("merge");
            assert!(!tree.duty(&first).expect("duty").is_public());
        });
    }
}
