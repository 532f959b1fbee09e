//! What one row must hold by itself.

use item::{Check, Decimal, Item, Rule, Severity, Type, Value};
use jiff::civil::Date;

use crate::{
    Elsewhere, Found, Row, Values, begin,
    expression::{Counted, Sum, apart, figure, named, plain, terms, tolerance, unit},
    shape,
};

/// A rule with its names looked up once.
enum Ready {
    Equals {
        left: Sum,
        right: Sum,
        tolerance: Decimal,
    },
    AtMost {
        left: Sum,
        right: Sum,
    },
    NotAfter {
        left: Named,
        right: Named,
        long_term: Option<Date>,
    },
    Between {
        cell: Named,
        least: Option<Decimal>,
        most: Option<Decimal>,
    },
    NotFuture {
        cell: Named,
        long_term: Option<Date>,
    },
    Apart {
        left: Named,
        right: Named,
        n: u32,
        is_working: bool,
    },
    Quotient {
        ratio: Named,
        numerator: Sum,
        denominator: Sum,
        tolerance: Decimal,
    },
    CreditCode(Named),
    Brackets(Named),
    /// The codes with their labels.
    RequiredWhen {
        cell: Named,
        codes: Vec<(String, String)>,
        then: Vec<Named>,
    },
    SameAs {
        left: Sum,
        other: Other,
        tolerance: Decimal,
    },
}

/// What is asked of another item.
struct Other {
    item: String,
    /// Its title where it is in the box, else its key.
    title: String,
    right: Vec<(bool, String)>,
    by: Vec<String>,
    is_sum: bool,
}

/// A column: key, as printed, unit.
struct Named {
    key: String,
    label: String,
    unit: String,
}

/// The checks of an item that look at one row, ready for many.
pub(crate) struct Prepared<'a>(Vec<(&'a Check, Ready)>);

pub(crate) fn prepare(item: &Item) -> Prepared<'_> {
    Prepared(item.checks.iter().filter_map(|check| Some((check, of(item, &check.rule)?))).collect())
}

fn of(item: &Item, rule: &Rule) -> Option<Ready> {
    let one = |key: &str| {
        let column = item.column(key)?;
        Some(Named { key: key.to_owned(), label: named(item, key), unit: unit(column).to_owned() })
    };
    let long_term = |key: &str| match item.column(key).map(|column| &column.typed) {
        Some(Type::Date { long_term }) => *long_term,
        _ => None,
    };
    let sides = |left: &str, right: &str| {
        let left = Sum::of(item, left, None)?;
        let right = Sum::of(item, right, Some(&left.unit))?;
        Some((left, right))
    };
    Some(match rule {
        Rule::Equals { left, right, tolerance: within } => {
            let (left, right) = sides(left, right)?;
            Ready::Equals { left, right, tolerance: tolerance(within) }
        }
        Rule::AtMost { left, right } => {
            let (left, right) = sides(left, right)?;
            Ready::AtMost { left, right }
        }
        Rule::NotAfter { left, right } => {
            Ready::NotAfter { left: one(left)?, right: one(right)?, long_term: long_term(left) }
        }
        Rule::Between { column, least, most } => {
            Ready::Between { cell: one(column)?, least: least.trim().parse().ok(), most: most.trim().parse().ok() }
        }
        Rule::NotFuture { column } => Ready::NotFuture { cell: one(column)?, long_term: long_term(column) },
        Rule::AtLeastApart { left, right, n, unit } => {
            Ready::Apart { left: one(left)?, right: one(right)?, n: *n, is_working: unit == "working_days" }
        }
        Rule::Quotient { ratio, numerator, denominator, tolerance: within } => {
            let (numerator, denominator) = sides(numerator, denominator)?;
            let places = match item.column(ratio).map(|column| &column.typed) {
                Some(Type::Ratio { places, .. } | Type::Number { places, .. }) => *places,
                _ => 2,
            };
            // Without a tolerance, a ratio may be rounded at its last place.
            let rounding = Decimal::new(5, places.min(26) + 1);
            let tolerance = if within.trim().is_empty() { rounding } else { tolerance(within) };
            Ready::Quotient { ratio: one(ratio)?, numerator, denominator, tolerance }
        }
        Rule::Shape { column, shape } => match shape.as_str() {
            "credit_code" => Ready::CreditCode(one(column)?),
            "number_brackets" => Ready::Brackets(one(column)?),
            _ => return None,
        },
        Rule::RequiredWhen { column, codes, columns } => {
            let then = columns.iter().filter_map(|key| one(key)).collect();
            let codes = codes.iter().map(|code| (code.clone(), choice(item, column, code))).collect();
            Ready::RequiredWhen { cell: one(column)?, codes, then }
        }
        Rule::SameAs { left, item: other, right, by, tolerance: within }
        | Rule::SumOf { left, item: other, right, by, tolerance: within } => {
            let known = item::boxed().iter().find(|known| known.key.as_str() == other);
            let title = known.map_or_else(|| other.clone(), |known| known.title.clone());
            let is_sum = matches!(rule, Rule::SumOf { .. });
            let other = Other { item: other.clone(), title, right: terms(right)?, by: by.clone(), is_sum };
            Ready::SameAs { left: Sum::of(item, left, None)?, other, tolerance: tolerance(within) }
        }
        Rule::TotalRow { .. }
        | Rule::Carries { .. }
        | Rule::Jump { .. }
        | Rule::Balances { .. }
        | Rule::RefersTo { .. }
        | Rule::Organ { .. }
        | Rule::Unique => return None,
    })
}

/// The label of a code in a column; the code where it has none.
pub(crate) fn choice(item: &Item, key: &str, code: &str) -> String {
    match item.column(key).map(|column| &column.typed) {
        Some(Type::Enum { choices, .. }) => {
            choices.iter().find(|choice| choice.code == code).map(|it| it.label.clone())
        }
        _ => None,
    }
    .unwrap_or_else(|| code.to_owned())
}

/// Whether a cell is filled.
pub(crate) fn is_filled(value: Option<&Value>) -> bool {
    match value {
        None => false,
        Some(Value::Text(text) | Value::Enum(text)) => !text.trim().is_empty(),
        Some(Value::Date(_) | Value::Number(_)) => true,
    }
}

/// Whether a value is of the type of its column.
fn fits(typed: &Type, value: &Value) -> bool {
    match (typed, value) {
        (Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. }, value) => matches!(value, Value::Number(_)),
        (Type::Date { .. }, value) => matches!(value, Value::Date(_)),
        (Type::Enum { choices, open }, Value::Enum(code)) => *open || choices.iter().any(|choice| choice.code == *code),
        (Type::Enum { .. }, _) => false,
        (_, value) => matches!(value, Value::Text(_)),
    }
}

/// Types, cells that must be filled, credit codes: what columns ask without a check being declared.
pub(crate) fn cells(item: &Item, at: usize, row: &Row<'_>, found: &mut Found) {
    for column in &item.columns {
        let value = row.values.get(&column.key).filter(|value| is_filled(Some(*value)));
        let label = || named(item, &column.key);
        let Some(value) = value else {
            if column.required {
                let message = format!("第 {} 行“{}”没有填写，这一项必填。", row.number, label());
                found.tell(at, row, &column.key, ("required", Severity::Reject), message);
            }
            continue;
        };
        if !fits(&column.typed, value) {
            let message = format!("第 {} 行“{}”的内容不合这一列的类型。", row.number, label());
            found.tell(at, row, &column.key, ("type", Severity::Reject), message);
            continue;
        }
        if let (Type::CreditCode, Value::Text(code)) = (&column.typed, value) {
            let is_declared = item.checks.iter().any(|check| {
                matches!(&check.rule, Rule::Shape { column: of, shape } if *of == column.key && shape == "credit_code")
            });
            if let Some(fault) = shape::credit_code(code).filter(|_| !is_declared) {
                let message = format!("第 {} 行“{}”{code}：{fault}，请核对。", row.number, label());
                found.tell(at, row, &column.key, ("credit_code", Severity::Warn), message);
            }
        }
    }
}

/// The checks of the item that look at this row alone.
pub(crate) fn rules(
    prepared: &Prepared<'_>,
    at: usize,
    row: &Row<'_>,
    (today, elsewhere): (Date, &dyn Elsewhere),
    found: &mut Found,
) {
    for (check, ready) in &prepared.0 {
        for (key, severity, fault) in broken(ready, check.severity, row.values, (today, elsewhere)) {
            let message = format!("{}：第 {} 行{fault}。", begin(&check.message), row.number);
            found.tell(at, row, &key, (check.key.as_str(), severity), message);
        }
    }
}

type Faults = Vec<(String, Severity, String)>;

fn broken(ready: &Ready, severity: Severity, values: &Values, (today, elsewhere): (Date, &dyn Elsewhere)) -> Faults {
    let told = |key: &str, fault: Option<String>| {
        fault.map(|fault| (key.to_owned(), severity, fault)).into_iter().collect::<Faults>()
    };
    match ready {
        Ready::Equals { left, right, tolerance } => told(&left.first(), unequal(left, right, *tolerance, values)),
        Ready::AtMost { left, right } => told(&left.first(), above(left, right, values)),
        Ready::NotAfter { left, right, long_term } => told(&left.key, after(left, right, *long_term, values)),
        Ready::Between { cell, least, most } => told(&cell.key, outside(cell, *least, *most, values)),
        Ready::NotFuture { cell, long_term } => {
            let to_come = date(values, &cell.key).filter(|day| *day > today && Some(*day) != *long_term);
            told(&cell.key, to_come.map(|day| format!("“{}”{day} 晚于今天（{today}）", cell.label)))
        }
        Ready::Apart { left, right, n, is_working } => {
            let fault = too_near((left, right), *n, *is_working, values, elsewhere);
            // What is the first day is disputed: told, never a reason to refuse.
            fault.map(|fault| (right.key.clone(), Severity::Warn, fault)).into_iter().collect()
        }
        Ready::Quotient { ratio, numerator, denominator, tolerance } => {
            told(&ratio.key, no_quotient(ratio, (numerator, denominator), *tolerance, values))
        }
        Ready::CreditCode(cell) => {
            let fault = text(values, &cell.key)
                .and_then(|code| shape::credit_code(code).map(|fault| format!("“{}”{code}：{fault}", cell.label)));
            fault.map(|fault| (cell.key.clone(), Severity::Warn, fault)).into_iter().collect()
        }
        Ready::Brackets(cell) => {
            let fault = text(values, &cell.key).and_then(|number| {
                let mended = shape::number_brackets(number)?;
                Some(format!("“{}”{number} 的年份应当用六角括号〔〕，即 {mended}", cell.label))
            });
            told(&cell.key, fault)
        }
        Ready::RequiredWhen { cell, codes, then } => {
            let code = match values.get(&cell.key) {
                Some(Value::Enum(code) | Value::Text(code)) => code.as_str(),
                _ => return Vec::new(),
            };
            let Some((_, chosen)) = codes.iter().find(|(known, _)| known == code) else { return Vec::new() };
            let empty = then.iter().filter(|column| !is_filled(values.get(&column.key)));
            let fault =
                |column: &Named| format!("“{}”为“{chosen}”时应当填写“{}”，这里是空的", cell.label, column.label);
            empty.map(|column| (column.key.clone(), severity, fault(column))).collect()
        }
        Ready::SameAs { left, other, tolerance } => {
            told(&left.first(), elsewhere_otherwise(left, other, *tolerance, values, elsewhere))
        }
    }
}

const TOO_LARGE: &str = "的数字过大（超过 28 位），无法核对";

fn unequal(left: &Sum, right: &Sum, within: Decimal, values: &Values) -> Option<String> {
    let (here, there) = match (left.count(values), right.count(values)) {
        (Counted::Empty, _) | (_, Counted::Empty) => return None,
        (Counted::Is(here), Counted::Is(there)) => (here, there),
        _ => return Some(TOO_LARGE.to_owned()),
    };
    let difference = apart(here, there)?;
    (difference > within).then(|| {
        let (first, second) = (left.told(values, here), right.told(values, there));
        format!("{first}，而{second}，相差 {}{}", plain(difference), spaced(&left.unit))
    })
}

fn above(left: &Sum, right: &Sum, values: &Values) -> Option<String> {
    let (here, there) = match (left.count(values), right.count(values)) {
        (Counted::Empty, _) | (_, Counted::Empty) => return None,
        (Counted::Is(here), Counted::Is(there)) => (here, there),
        _ => return Some(TOO_LARGE.to_owned()),
    };
    (here > there).then(|| {
        let over = here.checked_sub(there).map(plain).unwrap_or_default();
        let (first, second) = (left.told(values, here), right.told(values, there));
        format!("{first}，大于{second}，超出 {over}{}", spaced(&left.unit))
    })
}

fn after(left: &Named, right: &Named, long_term: Option<Date>, values: &Values) -> Option<String> {
    let (first, second) = (date(values, &left.key)?, date(values, &right.key)?);
    (first > second && Some(first) != long_term)
        .then(|| format!("“{}”{first} 晚于“{}”{second}", left.label, right.label))
}

fn outside(cell: &Named, least: Option<Decimal>, most: Option<Decimal>, values: &Values) -> Option<String> {
    let here = figure(values, &cell.key)?;
    let (shown, unit) = (format!("“{}”{here}", cell.label), spaced(&cell.unit));
    match (least.filter(|least| here < *least), most.filter(|most| here > *most)) {
        (Some(least), _) => Some(format!("{shown}，小于下限 {least}{unit}")),
        (_, Some(most)) => Some(format!("{shown}，大于上限 {most}{unit}")),
        _ => None,
    }
}

/// Days between two dates that are fewer than asked, the first not counted. Many notices count it: that one day is named.
fn too_near(
    (left, right): (&Named, &Named),
    n: u32,
    is_working: bool,
    values: &Values,
    elsewhere: &dyn Elsewhere,
) -> Option<String> {
    let (from, to) = (date(values, &left.key)?, date(values, &right.key)?);
    let days = u32::try_from((to - from).get_days()).unwrap_or(0);
    let (counted, unit) = if is_working {
        match elsewhere.working_days(from, to) {
            Some(counted) => (counted, "个工作日"),
            // Beyond the calendar there are at most as many working days as days.
            None => (days, "天"),
        }
    } else {
        (days, "天")
    };
    if counted >= n {
        return None;
    }
    let asked = if is_working { "个工作日" } else { "天" };
    let note = if counted + 1 == n {
        "；把起始日计算在内则刚好满期，各地公告算法不一，请核对"
    } else {
        "，把起始日计算在内也不够"
    };
    let (left, right) = (format!("“{}”{from}", left.label), format!("“{}”{to}", right.label));
    Some(format!("{left} 至{right} 只有 {counted} {unit}（起始日不计），应不少于 {n} {asked}{note}"))
}

fn no_quotient(
    ratio: &Named,
    (numerator, denominator): (&Sum, &Sum),
    within: Decimal,
    values: &Values,
) -> Option<String> {
    let here = figure(values, &ratio.key)?;
    let (above, below) = match (numerator.count(values), denominator.count(values)) {
        (Counted::Empty, _) | (_, Counted::Empty) => return None,
        (Counted::Is(above), Counted::Is(below)) => (above, below),
        _ => return Some(TOO_LARGE.to_owned()),
    };
    let (first, second) = (numerator.told(values, above), denominator.told(values, below));
    if below.is_zero() {
        return Some(format!("“{}”{here}%，但{second} 是 0，算不出比率", ratio.label));
    }
    let percent = above.checked_mul(Decimal::ONE_HUNDRED).and_then(|above| above.checked_div(below));
    let Some(percent) = percent else { return Some(TOO_LARGE.to_owned()) };
    (apart(here, percent)? > within).then(|| {
        let computed = plain(percent.round_dp(4));
        format!("“{}”{here}%，而{first} ÷ {second} ＝ {computed}%", ratio.label)
    })
}

fn elsewhere_otherwise(
    left: &Sum,
    asked: &Other,
    within: Decimal,
    values: &Values,
    elsewhere: &dyn Elsewhere,
) -> Option<String> {
    let here = match left.count(values) {
        Counted::Empty => return None,
        Counted::Is(here) => here,
        Counted::TooLarge => return Some(TOO_LARGE.to_owned()),
    };
    let by: Option<Vec<(String, Value)>> =
        asked.by.iter().map(|key| Some((key.clone(), values.get(key)?.clone()))).collect();
    let by = by?;
    let mut there: Option<Decimal> = None;
    for (minus, key) in &asked.right {
        let Some(term) = elsewhere.sum(&asked.item, key, &by) else { continue };
        let before = there.unwrap_or(Decimal::ZERO);
        there = Some(if *minus { before.checked_sub(term)? } else { before.checked_add(term)? });
    }
    // Nothing is there yet: nothing to differ from.
    let there = there?;
    let difference = apart(here, there)?;
    (difference > within).then(|| {
        let first = left.told(values, here);
        let other = if asked.is_sum { "各单位合计为" } else { "对应的数为" };
        let same: Vec<String> = by.iter().map(|(_, value)| shown(value)).collect();
        let place = if same.is_empty() { String::new() } else { format!("（{}）", same.join("、")) };
        let (right, item, unit) = (plain(there), &asked.title, spaced(&left.unit));
        format!("{first}，而事项“{item}”{place}{other} {right}，相差 {}{unit}", plain(difference))
    })
}

/// A unit behind a figure.
pub(crate) fn spaced(unit: &str) -> String {
    match unit {
        "" | "%" => unit.to_owned(),
        unit => format!(" {unit}"),
    }
}

/// A value as a reader is told it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Enum(text) => text.clone(),
        Value::Date(day) => day.to_string(),
        Value::Number(figure) => plain(*figure),
    }
}

fn date(values: &Values, key: &str) -> Option<Date> {
    match values.get(key) {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    }
}

fn text<'a>(values: &'a Values, key: &str) -> Option<&'a str> {
    match values.get(key) {
        Some(Value::Text(text)) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_box_can_be_prepared() {
        for item in item::boxed() {
            for check in &item.checks {
                let is_across = matches!(
                    check.rule,
                    Rule::TotalRow { .. }
                        | Rule::Carries { .. }
                        | Rule::Jump { .. }
                        | Rule::Balances { .. }
                        | Rule::RefersTo { .. }
                        | Rule::Organ { .. }
                        | Rule::Unique
                );
                assert!(is_across || of(item, &check.rule).is_some(), "{} {} is never asked", item.key, check.key);
            }
        }
    }
}
