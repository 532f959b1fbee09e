//! Versions of an item: what a new one changes, and whether the records that are there allow it.

use crate::{Choice, Column, Item, Type};

/// A change from one version to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Words, limits, grounds: records stay as they are. Names the part.
    Said(String),
    ColumnAdded(String),
    /// Refused while records hold it.
    ColumnRemoved(String),
    /// Refused while records hold values that the new type does not take; also where the column was never public and would be.
    ColumnRetyped(String),
    KeysChanged,
}

/// What leads from `old` to `new`, in the order in which an item is printed; empty = they say the same. The version is none of
/// it.
pub fn compare(old: &Item, new: &Item) -> Vec<Change> {
    let parts = [
        ("标识", old.key != new.key),
        ("领域", old.domain != new.domain),
        ("一级事项", old.matter != new.matter),
        ("二级事项", old.sub_matter != new.sub_matter),
        ("名称", old.title != new.title),
        ("公开内容", old.elements != new.elements),
        ("公开依据", old.basis != new.basis),
        ("公开时限", old.limits != new.limits),
        ("公开主体", old.owner != new.owner),
        ("公开渠道", old.channels != new.channels),
        ("公开对象", old.audience != new.audience),
        ("主动或者依申请公开", old.way != new.way),
        ("公开层级", old.levels != new.levels),
        ("更新周期", old.period != new.period),
        ("公开期限", old.retention != new.retention || old.retention_person != new.retention_person),
        ("是否已确认", old.confirmed != new.confirmed),
        ("来源", old.source != new.source),
        ("站点栏目", old.site_columns != new.site_columns),
    ];
    let mut changes: Vec<Change> = said(&parts);
    columns(old, new, &mut changes);
    if old.keys != new.keys {
        changes.push(Change::KeysChanged);
    }
    changes.extend(said(&[
        ("排序", old.newest_by != new.newest_by),
        ("校验", old.checks != new.checks),
        ("图表", old.charts != new.charts),
        ("自行增加的列", old.more_columns != new.more_columns),
    ]));
    changes
}

fn said(parts: &[(&str, bool)]) -> Vec<Change> {
    parts.iter().filter(|(_, differs)| *differs).map(|(part, _)| Change::Said((*part).to_owned())).collect()
}

fn columns(old: &Item, new: &Item, changes: &mut Vec<Change>) {
    for column in &old.columns {
        if new.column(&column.key).is_none() {
            changes.push(Change::ColumnRemoved(column.key.clone()));
        }
    }
    for column in &new.columns {
        match old.column(&column.key) {
            None => changes.push(Change::ColumnAdded(column.key.clone())),
            Some(before) if before == column => {}
            Some(before) if takes_all(before, column) => {
                changes.push(Change::Said(format!("列“{}”（{}）", column.label, column.key)));
            }
            Some(_) => changes.push(Change::ColumnRetyped(column.key.clone())),
        }
    }
    let order = |one: &Item, other: &Item| -> Vec<String> {
        one.columns
            .iter()
            .filter(|column| other.column(&column.key).is_some())
            .map(|column| column.key.clone())
            .collect()
    };
    if order(old, new) != order(new, old) {
        changes.push(Change::Said("列的顺序".to_owned()));
    }
}

/// Whether each value that `old` allows is one of `new`, and lies where it lay.
fn takes_all(old: &Column, new: &Column) -> bool {
    // What is closed is covered in what lies there; what was never public lies elsewhere.
    if old.privacy.never_public && !new.privacy.never_public {
        return false;
    }
    match (&old.typed, &new.typed) {
        (Type::Text { max: before }, Type::Text { max } | Type::Long { max })
        | (Type::Long { max: before }, Type::Long { max }) => before <= max,
        (Type::Enum { choices: before, open: was }, Type::Enum { choices, open }) => {
            (*open || !*was) && before.iter().all(|choice| *open || knows(choices, choice))
        }
        (Type::Date { .. }, Type::Date { .. }) => true,
        (Type::Money { unit: was, places: before }, Type::Money { unit, places })
        | (Type::Number { unit: was, places: before }, Type::Number { unit, places }) => {
            was == unit && before <= places
        }
        (Type::Ratio { places: before, .. }, Type::Ratio { places, .. }) => before <= places,
        (before, now) => before == now,
    }
}

fn knows(choices: &[Choice], choice: &Choice) -> bool {
    choices.iter().any(|other| other.code == choice.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{column, item};
    use crate::{Filter, Unit};

    fn money(unit: &str, places: u32) -> Type {
        Type::Money { unit: Unit(unit.to_owned()), places }
    }

    #[test]
    fn nothing_changed_is_nothing_said() {
        let mut new = item();
        new.version += 1;
        assert!(compare(&item(), &new).is_empty());
    }

    #[test]
    fn what_records_hold_is_told_apart_from_words() {
        let mut old = item();
        old.columns = vec![
            column("name", Type::Text { max: 20 }, Filter::None),
            column("sum", money("元", 2), Filter::None),
            column("gone", Type::Period, Filter::None),
        ];
        let mut new = old.clone();
        new.title = "另一个名称".to_owned();
        new.columns.pop();
        new.columns[0].typed = Type::Text { max: 200 };
        new.columns[1].typed = money("万元", 6);
        new.columns.push(column("more", Type::Link, Filter::None));
        new.keys = vec!["name".to_owned()];
        let expected = [
            Change::Said("名称".to_owned()),
            Change::ColumnRemoved("gone".to_owned()),
            Change::Said("列“name”（name）".to_owned()),
            Change::ColumnRetyped("sum".to_owned()),
            Change::ColumnAdded("more".to_owned()),
            Change::KeysChanged,
        ];
        assert_eq!(compare(&old, &new), expected);
    }

    #[test]
    fn narrower_and_secret_columns_are_retyped() {
        let mut old = item();
        old.columns = vec![column("name", Type::Text { max: 200 }, Filter::None)];
        let retyped = [Change::ColumnRetyped("name".to_owned())];
        let mut new = old.clone();
        new.columns[0].typed = Type::Text { max: 20 };
        assert_eq!(compare(&old, &new), retyped);
        let mut new = old.clone();
        new.columns[0].privacy.never_public = true;
        assert!(matches!(compare(&old, &new)[..], [Change::Said(_)]), "a column is closed at any time");
        assert_eq!(compare(&new, &old), retyped, "and not opened while records hold it");
    }

    #[test]
    fn choices_may_be_added_and_not_taken_away() {
        let choice = |code: &str| Choice { code: code.to_owned(), label: format!("第{code}"), aliases: Vec::new() };
        let mut old = item();
        let one = Type::Enum { choices: vec![choice("01")], open: false };
        let two = Type::Enum { choices: vec![choice("01"), choice("02")], open: false };
        old.columns = vec![column("kind", one, Filter::None)];
        let mut new = old.clone();
        new.columns[0].typed = two;
        assert!(matches!(compare(&old, &new)[..], [Change::Said(_)]));
        assert!(matches!(compare(&new, &old)[..], [Change::ColumnRetyped(_)]));
    }
}
