//! What rows must hold with each other and with what is there: one name once, totals, figures carried over, jumps, references.

use std::collections::HashMap;

use item::{Check, Decimal, Item, Rule, Value};

use crate::{
    Elsewhere, Found, Row, begin,
    expression::{apart, figure, named, plain, tolerance, unit},
    period, reference,
    within::{choice, is_filled, shown, spaced},
};

/// Values as one text, so that equal figures are equal however many noughts they end in, names however they are written
/// ([`item::as_name`], as the table of records tells them apart), and no two lists run into each other.
pub(crate) fn digest(values: &[&Value]) -> String {
    let mut text = String::new();
    for value in values {
        let (sort, words) = match value {
            Value::Text(words) | Value::Enum(words) => ('t', item::as_name(words)),
            Value::Date(day) => ('d', day.to_string()),
            Value::Number(figure) => ('n', plain(*figure)),
        };
        text.push_str(&format!("{sort}{}:{words}", words.len()));
    }
    text
}

/// The check over all rows, where it looks at more than one.
pub(crate) fn rule(item: &Item, check: &Check, rows: &[Row<'_>], elsewhere: &dyn Elsewhere, found: &mut Found) {
    match &check.rule {
        Rule::Unique => unique(item, check, rows, elsewhere, found),
        Rule::TotalRow { where_column, total, columns, tolerance: within } => {
            totals(item, check, rows, (where_column, total, columns, tolerance(within)), found);
        }
        Rule::Carries { closing, opening, period, by, tolerance: within } => {
            let chain = Chain { before: closing, now: opening, period, by };
            let within = tolerance(within);
            chain.walk(item, check, rows, elsewhere, found, &|before, now| {
                let difference = apart(before, now)?;
                (difference > within).then(|| format!("相差 {}", plain(difference)))
            });
        }
        Rule::Jump { column, period, by, factor } => {
            let Some(factor) = factor.trim().parse::<Decimal>().ok().filter(|factor| *factor > Decimal::ONE) else {
                return;
            };
            let chain = Chain { before: column, now: column, period, by };
            chain.walk(item, check, rows, elsewhere, found, &|before, now| jumped(before, now, factor));
        }
        Rule::Balances { column, left, right, figure, by, tolerance: within } => {
            let sides = Sides { column, codes: [left, right], figure, by, within: tolerance(within) };
            sides.compare(item, check, rows, found);
        }
        Rule::RefersTo { column, item: other, there } => {
            let target = reference::Target { column, item: other, there };
            reference::refers(item, check, rows, &target, elsewhere, found);
        }
        Rule::Organ { column } => reference::organs(item, check, rows, column, elsewhere, found),
        _ => {}
    }
}

/// How far a figure has jumped, where that is more than the factor. From nought, and to it, there is no factor.
fn jumped(before: Decimal, now: Decimal, factor: Decimal) -> Option<String> {
    if before.is_zero() || now.is_zero() {
        return None;
    }
    if before.is_sign_negative() != now.is_sign_negative() {
        return Some("正负相反".to_owned());
    }
    let (small, large) = if now.abs() >= before.abs() { (before.abs(), now.abs()) } else { (now.abs(), before.abs()) };
    if large <= small.checked_mul(factor)? {
        return None;
    }
    let times = now.checked_div(before)?;
    let told = if now.abs() >= before.abs() {
        format!("{} 倍", plain(times.round_dp(2)))
    } else {
        format!("{}%", plain(times.checked_mul(Decimal::ONE_HUNDRED)?.round_dp(2)))
    };
    Some(format!("是上期的 {told}，变化超过 {} 倍，请核对数字和单位", plain(factor)))
}

fn unique(item: &Item, check: &Check, rows: &[Row<'_>], elsewhere: &dyn Elsewhere, found: &mut Found) {
    let Some(first) = item.keys.first() else { return };
    let labels: Vec<String> = item.keys.iter().map(|key| named(item, key)).collect();
    let nothing = Value::Text(String::new());
    let mut seen: HashMap<String, u32> = HashMap::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let part = |key: &String| row.values.get(key).filter(|value| is_filled(Some(*value)));
        let is_needed = |key: &&String| item.column(key).is_some_and(|column| column.required);
        // A part of the name that must be there is missing: `required` tells that. Nothing names nothing.
        if item.keys.iter().filter(is_needed).any(|key| part(key).is_none())
            || !item.keys.iter().any(|key| part(key).is_some())
        {
            continue;
        }
        // An optional part that is empty is a part of the name.
        let values: Vec<&Value> = item.keys.iter().map(|key| part(key).unwrap_or(&nothing)).collect();
        let cells = || {
            let said = |value: &Value| if is_filled(Some(value)) { shown(value) } else { "（空）".to_owned() };
            let parts = labels.iter().zip(&values).map(|(label, value)| format!("“{label}”{}", said(value)));
            parts.collect::<Vec<_>>().join("、")
        };
        let name = digest(&values);
        let told = match seen.get(&name).copied() {
            Some(earlier) => Some(format!("第 {} 行与第 {earlier} 行重复（{}）", row.number, cells())),
            None => {
                seen.insert(name, row.number);
                let owned: Vec<Value> = values.iter().map(|value| (*value).clone()).collect();
                let is_there = elsewhere.has(&owned);
                is_there.then(|| format!("第 {} 行在已有记录中已经存在（{}）", row.number, cells()))
            }
        };
        if let Some(told) = told {
            let message = format!("{}：{told}。", begin(&check.message));
            found.tell(at, row, first, (check.key.as_str(), check.severity), message);
        }
    }
}

/// Text without any spaces, as totals are spread over their cell: 合　计.
fn tight(value: Option<&Value>) -> String {
    value.map(shown).unwrap_or_default().split_whitespace().collect()
}

/// Sums of the rows below a total, by column, with how many rows they are.
#[derive(Default)]
struct Part {
    sums: Vec<Option<Decimal>>,
    rows: usize,
    is_too_large: bool,
}

/// A total stands for the rows that share with it the keys which are filled in the total row: the total of an organ for the rows
/// of that organ, one without an organ for all. Other totals (小计) count for nothing.
fn totals(
    item: &Item,
    check: &Check,
    rows: &[Row<'_>],
    (mark, total, columns, within): (&str, &str, &[String], Decimal),
    found: &mut Found,
) {
    let wanted: String = total.split_whitespace().collect();
    let keys: Vec<&String> = item.keys.iter().filter(|key| key.as_str() != mark).collect();
    let is_total: Vec<bool> = rows.iter().map(|row| tight(row.values.get(mark)) == wanted).collect();
    let is_between = |row: &Row<'_>| matches!(tight(row.values.get(mark)).as_str(), "小计" | "合计" | "总计");
    let filled = |row: &Row<'_>| -> Vec<bool> { keys.iter().map(|key| is_filled(row.values.get(*key))).collect() };
    let group = |row: &Row<'_>, mask: &[bool]| {
        let parts = keys.iter().zip(mask).filter(|(_, is_used)| **is_used);
        let values: Option<Vec<&Value>> = parts.map(|(key, _)| row.values.get(*key)).collect();
        values.map(|values| digest(&values))
    };
    // Few sorts of totals: one walk over the rows for each.
    let mut sorts: HashMap<Vec<bool>, HashMap<String, Part>> = HashMap::new();
    for (row, _) in rows.iter().zip(&is_total).filter(|(_, is_total)| **is_total) {
        let mask = filled(row);
        sorts.entry(mask).or_default();
    }
    for (mask, parts) in &mut sorts {
        for (row, _) in rows.iter().zip(&is_total).filter(|(_, is_total)| !**is_total) {
            let Some(name) = group(row, mask).filter(|_| !is_between(row)) else { continue };
            let part = parts.entry(name).or_default();
            part.sums.resize(columns.len(), None);
            part.rows += 1;
            for (sum, key) in part.sums.iter_mut().zip(columns) {
                let Some(figure) = figure(row.values, key) else { continue };
                match sum.unwrap_or(Decimal::ZERO).checked_add(figure) {
                    Some(after) => *sum = Some(after),
                    None => part.is_too_large = true,
                }
            }
        }
    }
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| is_total.get(*at) == Some(&true)) {
        let mask = filled(row);
        let part = group(row, &mask).and_then(|name| sorts.get(&mask)?.get(&name));
        let Some(part) = part else { continue };
        for (sum, key) in part.sums.iter().zip(columns) {
            let (Some(there), Some(here)) = (*sum, figure(row.values, key)) else { continue };
            let fault = if part.is_too_large {
                Some("数字过大（超过 28 位），无法核对".to_owned())
            } else {
                apart(here, there).filter(|difference| *difference > within).map(|difference| {
                    let unit = item.column(key).map(|column| spaced(unit(column))).unwrap_or_default();
                    format!("而其余 {} 行之和是 {}，相差 {}{unit}", part.rows, plain(there), plain(difference))
                })
            };
            if let Some(fault) = fault {
                let (say, label) = (begin(&check.message), named(item, key));
                let message = format!("{say}：第 {} 行“{total}”的“{label}”{here}，{fault}。", row.number);
                found.tell(at, row, key, (check.key.as_str(), check.severity), message);
            }
        }
    }
}

/// Two sides of a table that come to the same.
struct Sides<'a> {
    column: &'a str,
    codes: [&'a String; 2],
    figure: &'a str,
    by: &'a [String],
    within: Decimal,
}

/// What the rows of a group come to.
#[derive(Default)]
struct Sided {
    /// `None` = the side has no figure.
    sums: [Option<Decimal>; 2],
    /// Place of the first row of the left side.
    first: Option<usize>,
}

impl Sides<'_> {
    fn compare(&self, item: &Item, check: &Check, rows: &[Row<'_>], found: &mut Found) {
        let mut groups: HashMap<String, Sided> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let code = match row.values.get(self.column) {
                Some(Value::Enum(code)) => code,
                _ => continue,
            };
            let Some(side) = self.codes.iter().position(|known| *known == code) else { continue };
            let group: Option<Vec<&Value>> = self.by.iter().map(|key| row.values.get(key)).collect();
            let (Some(group), Some(figure)) = (group, figure(row.values, self.figure)) else { continue };
            let sided = groups.entry(digest(&group)).or_default();
            if side == 0 {
                sided.first.get_or_insert(at);
            }
            let before = sided.sums[side].unwrap_or(Decimal::ZERO);
            sided.sums[side] = Some(before.saturating_add(figure));
        }
        let unit = item.column(self.figure).map(|column| spaced(unit(column))).unwrap_or_default();
        let [left, right] = self.codes.map(|code| choice(item, self.column, code));
        for sided in groups.values() {
            let (Some(at), [Some(here), Some(there)]) = (sided.first, sided.sums) else { continue };
            let (Some(row), Some(difference)) = (rows.get(at), apart(here, there)) else { continue };
            if difference <= self.within {
                continue;
            }
            let (label, begin) = (named(item, self.figure), begin(&check.message));
            let message = format!(
                "{begin}：从第 {} 行起，“{left}”的“{label}”相加是 {}，而“{right}”的相加是 {}，相差 {}{unit}。",
                row.number,
                plain(here),
                plain(there),
                plain(difference)
            );
            found.tell(at, row, self.figure, (check.key.as_str(), check.severity), message);
        }
    }
}

/// Figures of one period beside those of the period before, for the same organ, project or whatever `by` names.
struct Chain<'a> {
    before: &'a str,
    now: &'a str,
    period: &'a str,
    by: &'a [String],
}

/// The figures of a group in a period: their sum, and where the first of them stands.
struct Link {
    sum: Decimal,
    number: u32,
}

impl Chain<'_> {
    /// The values that name the group of a row.
    fn group<'r>(&self, row: &Row<'r>) -> Option<Vec<&'r Value>> {
        self.by.iter().map(|key| row.values.get(key)).collect()
    }

    fn walk(
        &self,
        item: &Item,
        check: &Check,
        rows: &[Row<'_>],
        elsewhere: &dyn Elsewhere,
        found: &mut Found,
        fault: &dyn Fn(Decimal, Decimal) -> Option<String>,
    ) {
        let befores = self.sums(rows, self.before);
        let nows = self.sums(rows, self.now);
        let (label_before, label_now) = (named(item, self.before), named(item, self.now));
        for (at, row) in rows.iter().enumerate() {
            let (Some(group), Some(period)) = (self.group(row), row.values.get(self.period)) else { continue };
            let Some(earlier) = period::before(period) else { continue };
            let Some(link) = nows.get(&name(&group, period)) else { continue };
            // The first row of a group and period speaks for all.
            if link.number != row.number {
                continue;
            }
            let (before, place) = match befores.get(&name(&group, &earlier)) {
                Some(link) => (link.sum, format!("第 {} 行", link.number)),
                None => {
                    let mut by: Vec<(String, Value)> =
                        self.by.iter().cloned().zip(group.iter().map(|value| (*value).clone())).collect();
                    by.push((self.period.to_owned(), earlier.clone()));
                    let Some(sum) = elsewhere.sum(item.key.as_str(), self.before, &by) else { continue };
                    (sum, "已有记录".to_owned())
                }
            };
            let Some(told) = fault(before, link.sum) else { continue };
            let unit = item.column(self.now).map(|column| spaced(unit(column))).unwrap_or_default();
            let message = format!(
                "{}：第 {} 行 {}“{label_now}”{}{unit}，{place} {}“{label_before}”{}{unit}，{told}。",
                begin(&check.message),
                row.number,
                shown(period),
                plain(link.sum),
                shown(&earlier),
                plain(before),
            );
            found.tell(at, row, self.now, (check.key.as_str(), check.severity), message);
        }
    }

    fn sums(&self, rows: &[Row<'_>], key: &str) -> HashMap<String, Link> {
        let mut sums: HashMap<String, Link> = HashMap::new();
        for row in rows {
            let (Some(group), Some(period)) = (self.group(row), row.values.get(self.period)) else { continue };
            let Some(figure) = figure(row.values, key) else { continue };
            let link = sums.entry(name(&group, period)).or_insert(Link { sum: Decimal::ZERO, number: row.number });
            // What is too large to be added is too large to be true: the columns bound it before.
            link.sum = link.sum.checked_add(figure).unwrap_or(link.sum);
        }
        sums
    }
}

fn name(group: &[&Value], period: &Value) -> String {
    let mut parts = group.to_vec();
    parts.push(period);
    digest(&parts)
}
