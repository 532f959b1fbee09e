//! Checks and charts: what they name must be there, be of the right type and in one unit.

use std::collections::BTreeSet;

use super::Faults;
use super::columns::figure;
use crate::cell::between;
use crate::{Chart, ChartKind, Column, Decimal, Expression, ItemKey, Rule, Severity, Type};

pub(super) fn checks(faults: &mut Faults<'_>) {
    let item = faults.item;
    let mut seen = BTreeSet::new();
    for check in &item.checks {
        let part = format!("checks · {}", check.key);
        if !is_name(&check.key) {
            faults.tell(&part, "校验的标识要用小写字母、数字和连字符，例如 limit-covers-balance");
        }
        if !seen.insert(check.key.as_str()) {
            faults.tell(&part, "两条校验用了同一个标识，请改一个");
        }
        if check.message.trim().is_empty() {
            faults.tell(&part, "缺少说明 message：不成立时告诉填报的人什么不对");
        }
        rule(faults, &check.rule, &part);
        let warns = matches!(check.rule, Rule::Shape { .. } | Rule::AtLeastApart { .. });
        if warns && check.severity == Severity::Reject {
            faults.tell(&part, "这种校验只能提醒：请写 severity = \"warn\"");
        }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 60
        && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
}

fn rule(faults: &mut Faults<'_>, rule: &Rule, part: &str) {
    match rule {
        Rule::Equals { left, right, tolerance } => {
            sums(faults, &[left, right], part);
            decimal(faults, tolerance, "tolerance", part);
        }
        Rule::AtMost { left, right } => sums(faults, &[left, right], part),
        Rule::NotAfter { left, right } => {
            day(faults, left, part);
            day(faults, right, part);
        }
        Rule::Between { column, least, most } => bounds(faults, column, least, most, part),
        Rule::NotFuture { column } => day(faults, column, part),
        Rule::AtLeastApart { left, right, n, unit } => {
            day(faults, left, part);
            day(faults, right, part);
            if *n == 0 || !["working_days", "days"].contains(&unit.as_str()) {
                faults.tell(part, "要写大于 0 的 n，单位 unit 可以写 working_days、days");
            }
        }
        Rule::TotalRow { where_column, total, columns, tolerance } => {
            column(faults, where_column, part, "写着合计的列要是文字", |typed| {
                matches!(typed, Type::Text { .. } | Type::Enum { .. } | Type::Place)
            });
            if total.trim().is_empty() || columns.is_empty() {
                faults.tell(part, "要写明合计行的写法 total 和参加合计的列 columns");
            }
            for key in columns {
                figure(faults, key, part);
            }
            decimal(faults, tolerance, "tolerance", part);
        }
        Rule::SameAs { left, item, right, by, tolerance } | Rule::SumOf { left, item, right, by, tolerance } => {
            sums(faults, &[left], part);
            if ItemKey::new(item).is_none() || right.trim().is_empty() {
                faults.tell(part, "要写明另一个事项 item 和它的列 right");
            } else if let Err(problem) = Expression::parse(right) {
                faults.tell(part, problem.to_string());
            }
            matched(faults, by, part);
            decimal(faults, tolerance, "tolerance", part);
        }
        Rule::Carries { closing, opening, period: of, by, tolerance } => {
            figure(faults, closing, part);
            figure(faults, opening, part);
            period(faults, of, part);
            matched(faults, by, part);
            decimal(faults, tolerance, "tolerance", part);
        }
        Rule::Jump { column, period: of, by, factor } => {
            figure(faults, column, part);
            period(faults, of, part);
            matched(faults, by, part);
            if !Decimal::from_str_exact(factor).is_ok_and(|factor| factor > Decimal::ONE) {
                faults.tell(part, "倍数 factor 要大于 1，写成文字，例如 \"3\"");
            }
        }
        Rule::Quotient { ratio, numerator, denominator, tolerance } => {
            for key in [ratio, numerator, denominator] {
                figure(faults, key, part);
            }
            decimal(faults, tolerance, "tolerance", part);
        }
        Rule::Shape { column: key, shape } => {
            if !["credit_code", "number_brackets"].contains(&shape.as_str()) {
                faults.tell(part, "shape 可以写 credit_code、number_brackets");
            }
            let fits = |typed: &Type| matches!(typed, Type::Text { .. } | Type::Long { .. } | Type::CreditCode);
            column(faults, key, part, "要是文字", fits);
        }
        Rule::RequiredWhen { column, codes, columns } => required_when(faults, column, codes, columns, part),
        Rule::Balances { .. } | Rule::RefersTo { .. } | Rule::Organ { .. } => across(faults, rule, part),
        Rule::Unique => {
            if faults.item.keys.is_empty() {
                faults.tell(part, "事项没有写 keys，不知道什么是同一条记录");
            }
        }
    }
}

/// Rules over several rows, and over what lies elsewhere.
fn across(faults: &mut Faults<'_>, rule: &Rule, part: &str) {
    match rule {
        Rule::Balances { column: key, left, right, figure: sum, by, tolerance } => {
            let codes = [left.clone(), right.clone()];
            required_when(faults, key, &codes, std::slice::from_ref(key), part);
            if left == right {
                faults.tell(part, "两边 left 和 right 要是两个不同的代码");
            }
            figure(faults, sum, part);
            matched(faults, by, part);
            decimal(faults, tolerance, "tolerance", part);
        }
        Rule::RefersTo { column: key, item, there } => {
            column(faults, key, part, "能引用的是文字、代码、时期和可选的内容", refers);
            if ItemKey::new(item).is_none() || there.trim().is_empty() {
                faults.tell(part, "要写明在哪个事项 item 的哪一列 there 里找");
            } else if item == faults.item.key.as_str() && key == there {
                faults.tell(part, "引用的是它自己：column 和 there 不能是同一个事项的同一列");
            }
        }
        Rule::Organ { column: key } => {
            column(faults, key, part, "机关名称要是文字", |typed| matches!(typed, Type::Text { .. }));
        }
        _ => {}
    }
}

/// Types of which one value can be looked up among those of other records.
pub(super) fn refers(typed: &Type) -> bool {
    matches!(typed, Type::Text { .. } | Type::Enum { .. } | Type::Period | Type::CreditCode)
}

fn required_when(faults: &mut Faults<'_>, key: &str, codes: &[String], columns: &[String], part: &str) {
    match faults.item.column(key).map(|column| &column.typed) {
        None => faults.tell(part, format!("没有“{key}”这一列")),
        Some(Type::Enum { choices, open }) => {
            for code in codes.iter().filter(|code| !open && !choices.iter().any(|choice| choice.code == **code)) {
                faults.tell(part, format!("“{key}”没有 {code} 这个代码"));
            }
        }
        Some(_) => faults.tell(part, format!("“{key}”不是可选的内容")),
    }
    if codes.is_empty() || columns.is_empty() {
        faults.tell(part, "要写明哪些代码 codes 之下必填哪些列 columns");
    }
    for other in columns.iter().filter(|other| faults.item.column(other).is_none()).collect::<Vec<_>>() {
        faults.tell(part, format!("没有“{other}”这一列"));
    }
}

/// Tells where a key names no column, or one of a type that does not fit.
fn column(faults: &mut Faults<'_>, key: &str, part: &str, what: &str, fits: impl Fn(&Type) -> bool) {
    match faults.item.column(key) {
        None => faults.tell(part, format!("没有“{key}”这一列")),
        Some(column) if !fits(&column.typed) => faults.tell(part, format!("“{key}”的类型不对：{what}")),
        Some(_) => {}
    }
}

fn day(faults: &mut Faults<'_>, key: &str, part: &str) {
    column(faults, key, part, "要是日期", |typed| matches!(typed, Type::Date { .. }));
}

/// A column whose values follow each other: periods, days, years as numbers.
fn period(faults: &mut Faults<'_>, key: &str, part: &str) {
    column(faults, key, part, "要是时期、日期或者年份", |typed| {
        matches!(typed, Type::Period | Type::Date { .. } | Type::Number { .. })
    });
}

/// What records are matched by: columns here and there alike, else nothing is ever compared.
fn matched(faults: &mut Faults<'_>, by: &[String], part: &str) {
    for key in by {
        column(faults, key, part, "要能相等", |typed| {
            !matches!(typed, Type::Long { .. } | Type::File | Type::Link)
        });
    }
}

fn decimal(faults: &mut Faults<'_>, text: &str, name: &str, part: &str) {
    match Decimal::from_str_exact(text) {
        Ok(value) if !value.is_sign_negative() => {}
        _ => faults.tell(part, format!("{name} 要写成文字的小数，例如 \"0.01\"")),
    }
}

fn bounds(faults: &mut Faults<'_>, key: &str, least: &str, most: &str, part: &str) {
    figure(faults, key, part);
    if least.is_empty() && most.is_empty() {
        faults.tell(part, "最小 least 和最大 most 至少写一个");
    }
    let mut found = Vec::new();
    for (name, bound) in [("least", least), ("most", most)].into_iter().filter(|(_, bound)| !bound.is_empty()) {
        match Decimal::from_str_exact(bound) {
            Ok(value) => found.push(value),
            Err(_) => faults.tell(part, format!("{name} 要写成文字的小数，例如 \"0\"")),
        }
    }
    if let [least, most] = found.as_slice()
        && least > most
    {
        faults.tell(part, format!("最小 {least} 大于最大 {most}"));
    }
}

/// Sums that are compared: of figures, all in units of one size.
fn sums(faults: &mut Faults<'_>, texts: &[&String], part: &str) {
    let mut keys: Vec<String> = Vec::new();
    for text in texts {
        match Expression::parse(text) {
            Ok(sum) => keys.extend(sum.columns().map(str::to_owned)),
            Err(problem) => faults.tell(part, problem.to_string()),
        }
    }
    for key in &keys {
        figure(faults, key, part);
    }
    one_unit(faults, &keys, part);
}

fn one_unit(faults: &mut Faults<'_>, keys: &[String], part: &str) {
    let units: Vec<(String, String)> = keys
        .iter()
        .filter_map(|key| faults.item.column(key))
        .filter(|column| column.is_figure())
        .map(|column| (column.key.clone(), column.unit().to_owned()))
        .collect();
    let Some((first, unit)) = units.first() else { return };
    if let Some((other, differs)) = units.iter().find(|(_, other)| between(unit, other) != Some(0)) {
        faults.tell(part, format!("单位不同：{first} 以“{unit}”计，{other} 以“{differs}”计，不能放在一起算"));
    }
}

pub(super) fn charts(faults: &mut Faults<'_>) {
    let item = faults.item;
    let mut seen = BTreeSet::new();
    for chart in &item.charts {
        let part = format!("charts · {}", chart.key);
        if !is_name(&chart.key) {
            faults.tell(&part, "图表的标识要用小写字母、数字和连字符");
        }
        if !seen.insert(chart.key.as_str()) {
            faults.tell(&part, "两张图用了同一个标识，请改一个");
        }
        if chart.title.trim().is_empty() {
            faults.tell(&part, "缺少图的标题");
        }
        one_chart(faults, chart, &part);
    }
}

fn one_chart(faults: &mut Faults<'_>, chart: &Chart, part: &str) {
    for key in &chart.figures {
        figure(faults, key, part);
    }
    if chart.kind != ChartKind::Map {
        one_unit(faults, &chart.figures, part);
    }
    if matches!(chart.kind, ChartKind::Against | ChartKind::Pairs) && chart.figures.len() != 2 {
        faults.tell(part, format!("这种图要有两列数字 figures，这里有 {} 列", chart.figures.len()));
    }
    if chart.kind == ChartKind::Stacked && chart.series.is_empty() && chart.figures.len() < 2 {
        faults.tell(part, "叠加的图要写 series，或者两列以上的 figures");
    }
    match chart.kind {
        ChartKind::Lines | ChartKind::Against => period(faults, &chart.by, part),
        ChartKind::Map => column(faults, &chart.by, part, "地图要有坐标或者地点", |typed| {
            matches!(typed, Type::Point | Type::Place)
        }),
        ChartKind::Bars | ChartKind::Stacked | ChartKind::Pairs => {
            column(faults, &chart.by, part, "不能按它分组", groups);
        }
    }
    if !chart.series.is_empty() {
        column(faults, &chart.series, part, "不能按它分组", groups);
    }
    if !chart.newest.is_empty() {
        period(faults, &chart.newest, part);
    }
    restricted(faults, chart, part);
    let only = chart.only.iter().map(|only| &only.column);
    let named = chart.figures.iter().chain([&chart.by, &chart.series, &chart.newest]).chain(only).chain(&chart.apart);
    let hidden = |key: &&String| faults.item.column(key).is_some_and(|column: &Column| column.privacy.never_public);
    let hidden: Vec<String> = named.filter(hidden).cloned().collect();
    for key in hidden {
        faults.tell(part, format!("“{key}”不得公开，不能画在图上"));
    }
}

/// Rows that stand for the same in different ways (budget and final accounts, a part and its whole) must not be added: a choice
/// that is a part of the name of a record is what groups, parts or restricts a chart of sums, or keeps rows apart.
fn restricted(faults: &mut Faults<'_>, chart: &Chart, part: &str) {
    for only in &chart.only {
        match faults.item.column(&only.column).map(|column| &column.typed) {
            None => faults.tell(part, format!("没有“{}”这一列", only.column)),
            Some(Type::Enum { choices, open: false }) if !choices.iter().any(|choice| choice.code == only.is) => {
                faults.tell(part, format!("“{}”没有 {} 这个代码", only.column, only.is));
            }
            Some(_) => {}
        }
    }
    for key in chart.apart.iter().filter(|key| faults.item.column(key).is_none()).collect::<Vec<_>>() {
        faults.tell(part, format!("没有“{key}”这一列"));
    }
    if chart.figures.is_empty() {
        return;
    }
    let is_choice = |key: &&String| {
        faults.item.column(key).is_some_and(|column| matches!(column.typed, Type::Enum { open: false, .. }))
    };
    let is_said = |key: &&String| {
        [&chart.by, &chart.series, &chart.newest].contains(key)
            || chart.only.iter().any(|only| only.column == **key)
            || chart.apart.contains(key)
    };
    let added: Vec<&String> = faults.item.keys.iter().filter(is_choice).filter(|key| !is_said(key)).collect();
    for key in added {
        let words = format!("会把“{key}”不同的行加在一起。请用 only 选定其中一种，或者用 series 分开，或者写进 apart");
        faults.tell(part, words);
    }
}

fn groups(typed: &Type) -> bool {
    !matches!(
        typed,
        Type::Long { .. } | Type::File | Type::Link | Type::Point | Type::Money { .. } | Type::Ratio { .. }
    )
}
