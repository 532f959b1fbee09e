//! Time limits: numbers with units, days of the year, columns that start them.

use super::Faults;
use crate::{Limit, LimitKind, Type};

/// What limits are counted in.
const UNITS: [&str; 3] = ["working_days", "days", "months"];

pub(super) fn check(faults: &mut Faults<'_>) {
    for (at, limit) in faults.item.limits.iter().enumerate() {
        let part = format!("limits · 第 {} 个", at + 1);
        one(faults, limit, &part);
    }
}

fn one(faults: &mut Faults<'_>, limit: &Limit, part: &str) {
    let numbered = matches!(limit.kind, LimitKind::Within | LimitKind::Before | LimitKind::Displayed);
    if numbered && limit.n == 0 && limit.rule.is_empty() {
        faults.tell(part, "这种时限要写数目 n 和单位 unit，或者写明所用的时限规则 rule");
    }
    if limit.n > 0 && !UNITS.contains(&limit.unit.as_str()) {
        faults.tell(part, format!("n 的单位 unit 可以写：{}", UNITS.join("、")));
    }
    if limit.n == 0 && !limit.unit.is_empty() {
        faults.tell(part, "写了单位 unit 而没有写数目 n");
    }
    if limit.n > 1200 {
        faults.tell(part, format!("n 是 {}，太大了，请核对", limit.n));
    }
    match (limit.kind, limit.day.is_empty()) {
        (LimitKind::YearDay, _) if !is_day_of_year(&limit.day) => {
            faults.tell(part, "要写截止的月和日 day，例如 01-31");
        }
        (LimitKind::YearDay, _) | (_, true) => {}
        (_, false) => faults.tell(part, "只有按日期截止的时限（kind = \"year_day\"）才写 day"),
    }
    let rule = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if !limit.rule.chars().all(rule) {
        faults.tell(part, format!("时限规则 rule 的写法不对：{}", limit.rule));
    }
    if !limit.column.is_empty() {
        match faults.item.column(&limit.column) {
            None => faults.tell(part, format!("没有“{}”这一列", limit.column)),
            Some(column) if !matches!(column.typed, Type::Date { .. } | Type::Period) => {
                faults.tell(part, format!("“{}”不是日期，时限不能从它起算", limit.column));
            }
            Some(_) => {}
        }
    }
    if limit.printed.trim().is_empty() {
        faults.tell(part, "缺少时限的原文 printed");
    }
}

/// `01-31`; 02-29 is a day too.
fn is_day_of_year(text: &str) -> bool {
    text.len() == 5 && format!("2024-{text}").parse::<jiff::civil::Date>().is_ok()
}
