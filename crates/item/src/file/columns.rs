//! The columns of a table: keys, heads, types, who may see them, how they are asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::Faults;
use crate::cell::{folded, held, yuan};
use crate::{Choice, Column, Expression, Filter, Names, Type, slots};

/// Decimals that a column without a filter may have.
const PLACES: u32 = 10;

pub(super) fn check(faults: &mut Faults<'_>) {
    let item = faults.item;
    let mut keys = BTreeSet::new();
    let mut heads: BTreeMap<(Vec<String>, String), &str> = BTreeMap::new();
    for column in &item.columns {
        let part = part(column);
        if !is_key(&column.key) {
            faults.tell(&part, "列的标识要用小写字母、数字和下划线，以字母开头，最多 40 个字符");
        }
        if !keys.insert(column.key.as_str()) {
            faults.tell(&part, "两列用了同一个标识，请改一个");
        }
        if column.label.trim().is_empty() {
            faults.tell(&part, "缺少列名 label");
        }
        let group: Vec<String> = column.group.iter().map(|head| folded(head)).collect();
        let mut own = BTreeSet::new();
        for head in std::iter::once(&column.label).chain(&column.aliases) {
            let head = folded(head);
            if head.is_empty() || !own.insert(head.clone()) {
                continue;
            }
            if let Some(other) = heads.insert((group.clone(), head.clone()), column.key.as_str()) {
                faults.tell(
                    &part,
                    format!("表头“{head}”已经是 {other} 这一列的，表格里分不清，请改一个或者写上层表头 group"),
                );
            }
        }
        typed(faults, column, &part);
        privacy(faults, column, &part);
        names(faults, column, &part);
        filter(faults, column, &part);
    }
    letters(faults);
}

/// The place of a column in messages.
pub(super) fn part(column: &Column) -> String {
    format!("columns · {}", column.key)
}

/// `decision_number`.
fn is_key(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
    begins && text.len() <= 40 && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
}

fn typed(faults: &mut Faults<'_>, column: &Column, part: &str) {
    match &column.typed {
        Type::Text { max } if !(1..=4000).contains(max) => {
            faults.tell(part, "一行文字的 max 在 1 和 4000 之间；更长的用 long");
        }
        Type::Long { max } if !(1..=100_000).contains(max) => {
            faults.tell(part, "多行文字的 max 在 1 和 100000 之间");
        }
        Type::Enum { choices, open } => choice(faults, choices, *open, part),
        Type::Money { unit, .. } if yuan(&unit.0).is_none() => {
            faults.tell(part, format!("金额的单位“{}”不认识，请写 元、万元、亿元，或者 元/月 这样的写法", unit.0));
        }
        Type::Number { unit, .. } if unit.0.chars().count() > 20 || unit.0.trim() != unit.0 => {
            faults.tell(part, "单位 unit 最多 20 字，前后不留空格");
        }
        Type::Ratio { numerator, denominator, .. } => {
            if numerator.is_empty() != denominator.is_empty() {
                faults.tell(part, "numerator 和 denominator 要么都写，要么都不写");
            }
            for key in [numerator, denominator].into_iter().filter(|key| !key.is_empty()) {
                figure(faults, key, part);
            }
        }
        _ => {}
    }
    if let Some(held) = held(&column.typed) {
        let most = if slots::wants(faults.item, column) { slots::PLACES } else { PLACES };
        if held.places > most {
            faults.tell(part, format!("小数位数 places 最多 {most} 位"));
        }
    }
}

/// Tells where a key names no column of figures.
pub(super) fn figure(faults: &mut Faults<'_>, key: &str, part: &str) {
    match faults.item.column(key) {
        None => faults.tell(part, format!("没有“{key}”这一列")),
        Some(column) if !column.is_figure() => faults.tell(part, format!("“{key}”不是数字，不能用来计算")),
        Some(_) => {}
    }
}

fn choice(faults: &mut Faults<'_>, choices: &[Choice], open: bool, part: &str) {
    if choices.is_empty() && !open {
        faults.tell(part, "没有列出可填的内容 choices");
    }
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for (at, choice) in choices.iter().enumerate() {
        if choice.code.trim().is_empty() || choice.label.trim().is_empty() {
            faults.tell(part, format!("第 {} 个可填的内容缺少代码 code 或者名称 label", at + 1));
        }
        for name in [&choice.code, &choice.label].into_iter().chain(&choice.aliases) {
            match names.insert(folded(name), at) {
                Some(before) if before != at => {
                    faults.tell(part, format!("“{name}”是两个可填内容的写法，分不清是哪一个"));
                }
                _ => {}
            }
        }
    }
}

fn privacy(faults: &mut Faults<'_>, column: &Column, part: &str) {
    let privacy = column.privacy;
    if privacy.never_public {
        if column.filter != Filter::None {
            faults.tell(part, "不得公开的列不能查询：请去掉 filter");
        }
        if column.listed {
            faults.tell(part, "不得公开的列不能列在公开的表里：请去掉 listed");
        }
        if privacy.mask {
            faults.tell(part, "不得公开（never_public）和遮盖后公开（mask）只能选一个");
        }
    }
    if privacy.mask {
        if !matches!(
            column.typed,
            Type::Text { .. } | Type::Long { .. } | Type::CreditCode | Type::IdNumber | Type::Phone
        ) {
            faults.tell(part, "这种类型不能遮盖；要保密就写 never_public");
        }
        if column.filter != Filter::None {
            faults.tell(part, "遮盖的列不能查询，否则可以逐个试出来：请去掉 filter");
        }
    }
    if matches!(column.typed, Type::IdNumber) && !privacy.never_public && !privacy.mask {
        faults.tell(part, "证件号码不能整个公开：请写 never_public，或者 mask");
    }
    if privacy.minor {
        let says = match &column.typed {
            Type::Date { .. } => true,
            Type::Enum { choices, .. } => choices.iter().any(|choice| choice.code == "minor"),
            _ => false,
        };
        if !says {
            faults.tell(part, "minor 要写在出生日期上，或者写在有 minor 这个代码的可选内容上");
        }
    }
}

fn names(faults: &mut Faults<'_>, column: &Column, part: &str) {
    let Some(names) = &column.names else { return };
    let privacy = column.privacy;
    if !matches!(column.typed, Type::Text { .. }) || !privacy.natural_person || privacy.never_public || privacy.mask {
        faults.tell(part, "names 只能写在公开的、写明 natural_person 的文字列上，不能与 never_public、mask 同时写");
    }
    let Names::By { column: key, whole } = names else { return };
    match faults.item.column(key) {
        Some(Column { typed: Type::Enum { choices, open }, privacy, .. }) if !privacy.never_public => {
            for code in whole.iter().filter(|code| !open && !choices.iter().any(|choice| choice.code == **code)) {
                faults.tell(part, format!("names：“{key}”没有 {code} 这个代码"));
            }
        }
        Some(_) => faults.tell(part, format!("names：“{key}”要是公开的、可选内容的列，才能按它决定姓名怎样显示")),
        None => faults.tell(part, format!("names：没有“{key}”这一列")),
    }
    if whole.is_empty() {
        faults.tell(part, "names：要写明哪些代码 whole 显示全名；都只显示姓的，写 shown = \"surname\"");
    }
}

fn filter(faults: &mut Faults<'_>, column: &Column, part: &str) {
    let fits = match &column.typed {
        Type::Text { .. } => matches!(column.filter, Filter::Exact | Filter::Text),
        Type::Long { .. } => column.filter == Filter::Text,
        Type::Enum { .. } => matches!(column.filter, Filter::Exact | Filter::Text),
        Type::Date { .. } | Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } | Type::Period => {
            matches!(column.filter, Filter::Exact | Filter::Range)
        }
        Type::CreditCode | Type::IdNumber | Type::Phone => column.filter == Filter::Exact,
        Type::Place => column.filter == Filter::Place,
        Type::Point | Type::File | Type::Link => false,
    };
    if column.filter != Filter::None && !fits {
        let may = match &column.typed {
            Type::Text { .. } | Type::Enum { .. } => "exact 或者 text",
            Type::Long { .. } => "text",
            Type::Place => "place",
            Type::CreditCode | Type::IdNumber | Type::Phone => "exact",
            Type::Point | Type::File | Type::Link => "none（不能查询）",
            _ => "range 或者 exact",
        };
        faults.tell(part, format!("这种类型的 filter 可以写 {may}"));
    }
}

/// Formula letters: each once, and formulas of letters that are there.
fn letters(faults: &mut Faults<'_>) {
    let item = faults.item;
    let own = |column: &Column| column.letter.split(['=', '＝']).next().unwrap_or_default().trim().to_owned();
    let letters: Vec<String> = item.columns.iter().map(own).collect();
    for (at, column) in item.columns.iter().enumerate().filter(|(_, column)| !column.letter.is_empty()) {
        let part = part(column);
        if letters[..at].contains(&letters[at]) {
            faults.tell(&part, format!("公式字母 {} 已经是另一列的", letters[at]));
        }
        let Some((_, formula)) = column.letter.split_once(['=', '＝']) else { continue };
        match Expression::parse(formula) {
            Err(problem) => faults.tell(&part, format!("公式 letter：{problem}")),
            Ok(sum) => {
                for letter in sum.columns().filter(|letter| !letters.iter().any(|own| own == letter)) {
                    faults.tell(&part, format!("公式里的 {letter} 不是任何一列的字母"));
                }
            }
        }
    }
}
