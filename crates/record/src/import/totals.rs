//! Whether a sheet adds up: the 合计 over its rows, and, where rows are budget subjects, each subject over those below it. What a
//! spreadsheet prints of itself is no record, but what does not add up is told: a figure of one of them is wrong. Where it is not
//! plain which rows are summed (其中, several totals, codes in some rows alone) nothing is said.

use std::collections::{BTreeMap, HashMap};

use item::{Column, Decimal, Item, Rule, Type, Value, parse};
use sheet::{Found, Mapping};

use super::Said;
use crate::write::NewRow;

/// The columns that may hold the codes by which rows lie below each other: 208, 20805, 2080501.
const CODES: [&str; 2] = ["code", "class"];
/// How a row begins that is a part of the one above it.
const PARTS: [&str; 5] = ["其中", "（", "(", "#", "－"];
/// Rounded figures differ by this, at most.
const MOST_ROUNDED: Decimal = Decimal::from_parts(1, 0, 0, false, 1);

/// What does not add up in a table. `rows` are its records, all of them as they were read.
pub(super) fn amiss(item: &Item, found: &Found, mapping: &Mapping, rows: &[NewRow]) -> Vec<Said> {
    // An item may say itself how its total is checked.
    if rows.is_empty() || item.checks.iter().any(|check| matches!(check.rule, Rule::TotalRow { .. })) {
        return Vec::new();
    }
    let Some(parents) = parents(rows) else { return Vec::new() };
    let is_figure = |column: &&Column| {
        matches!(column.typed, Type::Money { .. } | Type::Number { .. })
            && !column.privacy.never_public
            && !column.privacy.mask
    };
    let total = total(item, found, mapping);
    let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            children.entry(*parent).or_default().push(at);
        }
    }
    let mut all = Vec::new();
    for column in item.columns.iter().filter(is_figure) {
        let figures: Vec<Option<Decimal>> = rows.iter().map(|row| figure(&row.values, &column.key)).collect();
        let said =
            |row: u32, message: String| Said { row, column: column.key.clone(), label: column.label.clone(), message };
        if let Some((row, values)) = &total
            && let Some(printed) = figure(values, &column.key)
        {
            let top = figures.iter().zip(&parents).filter(|(_, parent)| parent.is_none()).filter_map(|(own, _)| *own);
            let off = differs(printed, &top.collect::<Vec<_>>());
            all.extend(off.map(|off| said(*row, words("合计", &off))));
        }
        for (at, below) in &children {
            let Some(printed) = figures[*at] else { continue };
            let below: Vec<Decimal> = below.iter().filter_map(|at| figures[*at]).collect();
            let of = format!("“{}”", code(&rows[*at]));
            all.extend(differs(printed, &below).map(|off| said(rows[*at].number, words(&of, &off))));
        }
    }
    all
}

/// A figure beside the sum of what it should be.
struct Off {
    printed: Decimal,
    sum: Decimal,
}

/// `None` where it adds up, where there is nothing to add, or where the sum is beyond 28 digits.
fn differs(printed: Decimal, parts: &[Decimal]) -> Option<Off> {
    let (first, rest) = parts.split_first()?;
    let sum = rest.iter().try_fold(*first, |sum, part| sum.checked_add(*part))?;
    let places = parts.iter().map(Decimal::scale).max().unwrap_or_default().max(printed.scale());
    let half = Decimal::try_new(5, places.saturating_add(1)).ok()?;
    let rounded = half.checked_mul(Decimal::from(parts.len() + 1))?.min(MOST_ROUNDED);
    (printed.checked_sub(sum)?.abs() > rounded).then_some(Off { printed, sum })
}

fn words(of: &str, off: &Off) -> String {
    let Off { printed, sum } = off;
    let apart = (*printed - *sum).abs().normalize();
    let (printed, sum) = (printed.normalize(), sum.normalize());
    format!("{of}是 {printed}，其下各行相加是 {sum}，相差 {apart}。请核对是合计还是某一行写错了。")
}

fn figure(values: &BTreeMap<String, Value>, key: &str) -> Option<Decimal> {
    match values.get(key) {
        Some(Value::Number(figure)) => Some(*figure),
        _ => None,
    }
}

/// The code of a row; empty where it has none in digits.
fn code(row: &NewRow) -> &str {
    let found = CODES.iter().find_map(|key| match row.values.get(*key) {
        Some(Value::Text(code)) => Some(code.as_str()),
        _ => None,
    });
    found.filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or_default()
}

/// The row below whose code each row lies, all `None` where rows have no codes; `None` where it cannot be told.
fn parents(rows: &[NewRow]) -> Option<Vec<Option<usize>>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        let code = code(row);
        if !code.is_empty() && places.insert(code, at).is_some() {
            return None;
        }
    }
    if places.is_empty() {
        return (!rows.iter().any(is_part)).then(|| vec![None; rows.len()]);
    }
    if places.len() < rows.len() {
        return None;
    }
    let above = |row: &NewRow| {
        let code = code(row);
        (1..code.len()).rev().find_map(|long| places.get(&code[..long]).copied())
    };
    Some(rows.iter().map(above).collect())
}

/// Whether a row says of itself that it is a part of another one or has parts: 其中：…, （一）…, 一、….
fn is_part(row: &NewRow) -> bool {
    let numbered = |text: &str| {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
        rest.len() < text.len() && rest.starts_with(['、', '.', '．'])
    };
    row.values.values().any(|value| match value {
        Value::Text(text) => PARTS.iter().any(|begin| text.trim_start().starts_with(*begin)) || numbered(text.trim()),
        _ => false,
    })
}

/// The one row of a table that is the total of all its rows, with its figures.
fn total(item: &Item, found: &Found, mapping: &Mapping) -> Option<(u32, BTreeMap<String, Value>)> {
    let is_whole = |text: &str| {
        let folded: String = fold::fold(text).chars().filter(|c| !c.is_whitespace()).collect();
        matches!(folded.trim_end_matches([':', '：']), "合计" | "总计" | "合计数")
    };
    let mut whole = found.totals.iter().filter(|line| line.cells.iter().any(|(_, text)| is_whole(text)));
    let line = whole.next().filter(|_| whole.next().is_none())?;
    let alone =
        Found { heads: found.heads.clone(), unit: found.unit.clone(), rows: vec![line.clone()], ..Found::default() };
    let record = sheet::records(item, &alone, mapping).into_iter().next()?;
    let mut values = BTreeMap::new();
    for (key, text) in &record.cells {
        let Some(column) = item.column(key) else { continue };
        let unit = record.units.get(key).map(String::as_str);
        if let Ok(Some(value)) = parse(column, text, unit).map(|parsed| parsed.value) {
            values.insert(key.clone(), value);
        }
    }
    Some((record.number, values))
}

#[cfg(test)]
mod tests {
    use sheet::{Head, Line, Target};

    use super::*;

    fn item(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("in the box")
    }

    /// A row of a subject with its amount.
    fn row(number: u32, code: &str, amount: &str) -> NewRow {
        let figure = Value::Number(amount.parse().expect("a figure"));
        let mut values = BTreeMap::from([("amount".to_owned(), figure)]);
        if !code.is_empty() {
            values.insert(CODES[0].to_owned(), Value::Text(code.to_owned()));
        }
        NewRow { number, values, ..NewRow::default() }
    }

    /// The total of a table of names and amounts.
    fn printed(words: &str, amount: &str) -> (Found, Mapping) {
        let head = |(at, path): (u32, &str)| Head { column: at, path: vec![path.to_owned()], ..Head::default() };
        let heads: Vec<Head> = [(0, "科目"), (1, "金额")].into_iter().map(head).collect();
        let cells = vec![(0, words.to_owned()), (1, amount.to_owned())];
        let found = Found { heads, totals: vec![Line { number: 9, cells }], ..Found::default() };
        let mapping = [("科目", Target::Nothing), ("金额", Target::Column("amount".to_owned()))];
        (found, mapping.into_iter().map(|(head, to)| (head.to_owned(), to)).collect())
    }

    fn told(rows: &[NewRow], words: &str, amount: &str) -> Vec<(u32, String)> {
        let (found, mapping) = printed(words, amount);
        let all = amiss(item("budget-department"), &found, &mapping, rows);
        all.into_iter().map(|said| (said.row, said.message)).collect()
    }

    #[test]
    fn a_total_that_does_not_add_up_names_its_row_and_both_figures() {
        let rows = [row(2, "", "999.60"), row(3, "", "380.80")];
        assert!(told(&rows, "合 计", "1380.40").is_empty());
        let off = told(&rows, "合 计", "1580.4");
        assert_eq!(off.len(), 1);
        assert_eq!(off[0].0, 9);
        assert!(off[0].1.starts_with("合计是 1580.4，其下各行相加是 1380.4，相差 200。"), "{off:?}");
        assert!(told(&rows, "小计", "1580.4").is_empty(), "whose total it is is not plain");
    }

    #[test]
    fn subjects_are_summed_level_by_level() {
        let rows = |item: &str| {
            [
                row(2, "208", "945.3"),
                row(3, "20805", "845.3"),
                row(4, "2080501", "612.8"),
                row(5, "2080502", item),
                row(6, "20899", "100"),
            ]
        };
        assert!(told(&rows("232.5"), "合计", "945.3").is_empty());
        let off = told(&rows("332.5"), "合计", "99999");
        assert_eq!(off.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [9, 3]);
        assert!(off[1].1.starts_with("“20805”是 845.3，其下各行相加是 945.3，相差 100。"), "{off:?}");
    }

    #[test]
    fn rounding_is_no_fault_and_what_is_not_plain_is_left_alone() {
        let thirds = [row(2, "", "33.33"), row(3, "", "33.33"), row(4, "", "33.33")];
        assert!(told(&thirds, "合计", "100").is_empty());
        let whole = [row(2, "", "3"), row(3, "", "4")];
        assert_eq!(told(&whole, "合计", "8").len(), 1, "whole figures are exact");
        let mut named = [row(2, "", "5"), row(3, "", "2")];
        named[1].values.insert("name".to_owned(), Value::Text("其中：人员经费".to_owned()));
        assert!(told(&named, "合计", "5").is_empty());
        assert!(told(&[row(2, "208", "5"), row(3, "", "2")], "合计", "99").is_empty(), "some rows have no code");
        assert!(told(&[row(2, "208", "5"), row(3, "208", "2")], "合计", "99").is_empty(), "two organs in one sheet");
    }
}
