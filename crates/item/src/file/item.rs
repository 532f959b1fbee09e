//! The item itself: its names, grounds, owners, periods.

use std::collections::BTreeSet;
use std::hash::Hash;

use super::Faults;
use crate::{Audience, ItemKey, Owner, Type, slots};

/// Characters that a title may have.
const TITLE: usize = 200;

pub(super) fn check(faults: &mut Faults<'_>) {
    names(faults);
    owners(faults);
    let item = faults.item;
    for (at, basis) in item.basis.iter().enumerate() {
        let part = format!("basis · 第 {} 个", at + 1);
        if basis.title.trim().is_empty() {
            faults.tell(&part, "缺少依据的名称");
        }
        if let (Some(from), Some(until)) = (basis.from, basis.until)
            && until < from
        {
            faults.tell(&part, format!("截止日期 {until} 早于起始日期 {from}"));
        }
    }
    if item.retention == Some(0) || item.retention_person == Some(0) {
        faults.tell("retention", "公开期限以月计，不能是 0；长期公开就不写这一项");
    }
    if let Some(person) = item.retention_person
        && item.retention.is_some_and(|all| person > all)
    {
        faults.tell("retention_person", "自然人记录的公开期限不能比其他记录长");
    }
    table(faults);
}

fn names(faults: &mut Faults<'_>) {
    let item = faults.item;
    if ItemKey::new(item.key.as_str()).is_none() {
        faults.tell("key", "标识要用小写字母、数字和单个连字符，以字母开头，2 到 40 个字符，例如 land-notice");
    }
    if item.version == 0 {
        faults.tell("version", "版本从 1 起");
    }
    if ItemKey::new(&item.domain.key).is_none() {
        faults.tell("domain · key", "领域的标识要用小写字母、数字和单个连字符，例如 social-aid");
    }
    if item.domain.name.trim().is_empty() {
        faults.tell("domain · name", "缺少领域的名称");
    }
    if item.matter.trim().is_empty() {
        faults.tell("matter", "缺少一级事项");
    }
    match item.title.trim().chars().count() {
        0 => faults.tell("title", "缺少名称"),
        long if long > TITLE => faults.tell("title", format!("名称最多 {TITLE} 字，这里有 {long} 字")),
        _ => {}
    }
}

fn owners(faults: &mut Faults<'_>) {
    let item = faults.item;
    match &item.owner {
        Owner::Organs(which) | Owner::Named(which) => {
            if which.is_empty() || which.iter().any(|one| one.trim().is_empty()) {
                faults.tell("owner · which", "缺少公开主体：写机关代码，或者名称里的字");
            }
        }
        Owner::Departments | Owner::Townships | Owner::All => {}
    }
    if let Audience::Group(which) = &item.audience
        && which.trim().is_empty()
    {
        faults.tell("audience · which", "特定群体要写明是哪些人");
    }
    if let Some(part) =
        [("channels", twice(&item.channels)), ("levels", twice(&item.levels))].iter().find(|part| part.1)
    {
        faults.tell(part.0, "有一个写了两次");
    }
}

fn twice<T: Eq + Hash>(all: &[T]) -> bool {
    let mut seen = std::collections::HashSet::new();
    !all.iter().all(|one| seen.insert(one))
}

/// Keys, order and slots of a table.
fn table(faults: &mut Faults<'_>) {
    let item = faults.item;
    let mut seen = BTreeSet::new();
    for key in &item.keys {
        match item.column(key) {
            None => faults.tell("keys", format!("没有“{key}”这一列")),
            Some(column) if column.privacy.never_public => {
                faults.tell("keys", format!("“{key}”不得公开，不能用来区分记录"));
            }
            Some(column) if matches!(column.typed, Type::Long { .. } | Type::File | Type::Link) => {
                faults.tell("keys", format!("“{key}”的类型不能用来区分记录"));
            }
            Some(_) => {}
        }
        if !seen.insert(key) {
            faults.tell("keys", format!("“{key}”写了两次"));
        }
    }
    if !item.newest_by.is_empty() {
        match item.column(&item.newest_by) {
            None => faults.tell("newest_by", format!("没有“{}”这一列", item.newest_by)),
            Some(column) if column.privacy.never_public => faults.tell("newest_by", "这一列不得公开，不能按它排序"),
            Some(column) if !matches!(column.typed, Type::Date { .. } | Type::Period | Type::Number { .. }) => {
                faults.tell("newest_by", "只能按日期、时期或者数字（例如年份）排序");
            }
            Some(_) => {}
        }
    }
    let given = slots::slots(item);
    let wanting = item.columns.iter().filter(|column| slots::wants(item, column));
    let left: Vec<&str> = wanting
        .filter(|column| !given.iter().any(|(key, _)| *key == column.key))
        .filter(|column| !matches!(column.typed, Type::Point | Type::File | Type::Link))
        .map(|column| column.key.as_str())
        .collect();
    if !left.is_empty() {
        let most = format!("文字 {}、数字 {}、日期 {}、地点 1", slots::TEXTS, slots::NUMBERS, slots::DAYS);
        faults.tell(
            "columns",
            format!("可以查询和排序的列太多（最多：{most}），请去掉这些列的 filter：{}", left.join("、")),
        );
    }
}
