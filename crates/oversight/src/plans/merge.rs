//! Two people, or two tabs, at the fields of one duty: field by field, what only one changed is kept, and where both changed
//! the same field both values are shown.

use std::collections::BTreeMap;

use super::{
    due,
    edit::Fields,
    tree::{DutyRow, PlanRow},
};
use crate::model::{Cadence, Visibility};

/// The fields brought together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What was typed where it was changed or clashes, what is kept now elsewhere.
    pub fields: Fields,
    /// Fields that both changed, to different values.
    pub clashes: Vec<Clash>,
}

/// One field that both changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    pub label: &'static str,
    /// What is kept now.
    pub theirs: String,
    /// What was typed.
    pub mine: String,
}

/// A duty as its form shows it.
fn form(plan: &PlanRow, duty: &DutyRow) -> Fields {
    let extra = plan.kind().fields().iter().map(|field| (field.key.to_owned(), duty.extra(field.key)));
    Fields {
        text: duty.text.clone(),
        measure: duty.measure.clone(),
        due_on: duty.due_on.clone(),
        cadence: duty.cadence.clone(),
        grace_days: duty.grace_days.to_string(),
        visibility: duty.visibility.clone(),
        extra: extra.collect(),
    }
}

/// What was typed, in the form in which it would be kept.
fn normal(plan: &PlanRow, typed: &Fields) -> Fields {
    let year = i16::try_from(plan.year).unwrap_or(2100);
    let date = due::read(&typed.due_on, year).and_then(|due| due.on).map(|on| on.to_string());
    let extra = plan.kind().fields().iter().map(|field| {
        (field.key.to_owned(), typed.extra.get(field.key).map(|value| value.trim().to_owned()).unwrap_or_default())
    });
    Fields {
        text: typed.text.trim().to_owned(),
        measure: typed.measure.trim().to_owned(),
        due_on: date.unwrap_or_else(|| typed.due_on.trim().to_owned()),
        cadence: typed.cadence.clone(),
        grace_days: if typed.grace_days.trim().is_empty() {
            "0".to_owned()
        } else {
            typed.grace_days.trim().to_owned()
        },
        visibility: Visibility::from_code(&typed.visibility).code().to_owned(),
        extra: extra.collect::<BTreeMap<_, _>>(),
    }
}

/// Brings them together; without `base`, what the person saw is not known and every difference is a clash.
pub(super) fn merge(plan: &PlanRow, base: Option<&DutyRow>, theirs: &DutyRow, mine: &Fields) -> Merged {
    let (base, theirs, mine) = (base.map(|base| form(plan, base)), form(plan, theirs), normal(plan, mine));
    let mut clashes = Vec::new();
    let mut one = |label: &'static str, pick: &dyn Fn(&Fields) -> String, show: &dyn Fn(&str) -> String| {
        let (was, now, typed) = (base.as_ref().map(pick), pick(&theirs), pick(&mine));
        if was.as_ref() == Some(&typed) {
            return now;
        }
        if now != typed && was.as_ref() != Some(&now) {
            let shown = |value: &str| if value.is_empty() { "（空）".to_owned() } else { show(value) };
            clashes.push(Clash { label, theirs: shown(&now), mine: shown(&typed) });
        }
        typed
    };
    let plain = |value: &str| value.to_owned();
    let fields = Fields {
        text: one("任务内容", &|fields| fields.text.clone(), &plain),
        due_on: one("期限", &|fields| fields.due_on.clone(), &plain),
        cadence: one("频次", &|fields| fields.cadence.clone(), &|code| {
            Cadence::from_code(code).map_or("一次性", Cadence::label).to_owned()
        }),
        grace_days: one("宽限天数", &|fields| fields.grace_days.clone(), &plain),
        visibility: one("进展是否公开", &|fields| fields.visibility.clone(), &|code| {
            Visibility::from_code(code).label().to_owned()
        }),
        measure: one("完成标准", &|fields| fields.measure.clone(), &plain),
        extra: plan
            .kind()
            .fields()
            .iter()
            .map(|field| {
                let value = |fields: &Fields| fields.extra.get(field.key).cloned().unwrap_or_default();
                (field.key.to_owned(), one(field.label, &value, &plain))
            })
            .collect(),
    };
    Merged { fields, clashes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::PlanKind, plans::fixture};

    const SOURCE: &str = "2026年某县政务公开工作要点\n一、公开\n（一）公开预算。6月底前公开预算。（县财政局负责）\n";

    #[test]
    fn what_only_one_changed_is_kept_and_what_both_changed_is_shown() {
        let tree = fixture::tree(SOURCE, PlanKind::WorkPoints, &mut fixture::fresh("x"));
        let base = tree.duties[0].clone();
        let theirs = DutyRow { measure: "在网站公开".into(), ..base.clone() };
        let mut mine = form(&tree.plan, &base);
        mine.text = "公开本级预算。".into();
        let merged = merge(&tree.plan, Some(&base), &theirs, &mine);
        assert!(merged.clashes.is_empty(), "{merged:?}");
        assert_eq!((merged.fields.text.as_str(), merged.fields.measure.as_str()), ("公开本级预算。", "在网站公开"));
        // The same date in another form is no change.
        mine.due_on = "6月30日前".into();
        let theirs = DutyRow { text: "公开全部预算。".into(), ..base.clone() };
        let merged = merge(&tree.plan, Some(&base), &theirs, &mine);
        let clash = Clash {
            label: "任务内容", theirs: "公开全部预算。".into(), mine: "公开本级预算。".into()
        };
        assert_eq!((merged.clashes, merged.fields.text.as_str()), (vec![clash], "公开本级预算。"));
        // Nothing is known of what was seen: every difference is shown.
        assert_eq!(merge(&tree.plan, None, &DutyRow { measure: "甲".into(), ..base.clone() }, &mine).clashes.len(), 2);
    }
}
