//! Rows of sums are no records, and yet they tell whether the records are all there and right: what they say is compared with the
//! rows that they can be the sum of. A sheet adds up in many ways (parts of a group, groups, only the 类 among 类, 款 and 项, with or
//! without 其中); what is none of them is told.

use std::collections::BTreeSet;

use item::{Column, Decimal, Item, Type, Value, parse};
use sheet::{Found, Line, Mapping, Record};

use super::Said;

/// Rows with a rounded figure of which the rounding may add up.
const ROUNDED: i64 = 20;

/// A line of a table, as far as it matters for one column.
struct Entry {
    number: u32,
    /// The figure; `None` = the cell is empty.
    figure: Option<Decimal>,
    sum: Sum,
    /// It is a part of another row: 其中：….
    is_part: bool,
    /// Digits of its code; 0 = none.
    deep: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sum {
    No,
    /// 小计.
    Part,
    /// 合计, 总计.
    Whole,
}

/// What is wrong with the sums of a table; those rows of sums are left out that the item checks itself.
pub(super) fn wrong(item: &Item, found: &Found, mapping: &Mapping) -> Vec<Said> {
    if found.totals.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<Line> = found.rows.iter().chain(&found.totals).cloned().collect();
    lines.sort_by_key(|line| line.number);
    let checked: BTreeSet<u32> =
        sheet::records(item, &Found { rows: Vec::new(), ..with(found, &found.totals) }, mapping)
            .into_iter()
            .map(|record| record.number)
            .collect();
    let whole = Found { rows: lines, totals: Vec::new(), ..with(found, &[]) };
    let records = sheet::records(item, &whole, mapping);
    let mut said = Vec::new();
    for column in item.columns.iter().filter(|column| is_summed(column)) {
        let Some(entries) = entries(item, column, found, &whole, &records, &mut said) else { continue };
        for at in 0..entries.len() {
            if entries[at].sum == Sum::No || checked.contains(&entries[at].number) {
                continue;
            }
            said.extend(compared(column, &entries, at));
        }
    }
    said.sort_by_key(|one| one.row);
    said
}

/// The heads of a table with these totals and no rows.
fn with(found: &Found, totals: &[Line]) -> Found {
    Found { heads: found.heads.clone(), unit: found.unit.clone(), totals: totals.to_vec(), ..Found::default() }
}

/// Whether figures of a column are added up: not prices, standards and shares.
fn is_summed(column: &Column) -> bool {
    const NOT: [&str; 12] = ["单价", "标准", "价格", "率", "比", "均", "年", "月", "龄", "分数", "期限", "浓度"];
    let label = column.label.split(['（', '(']).next().unwrap_or_default();
    matches!(column.typed, Type::Money { .. } | Type::Number { .. }) && !NOT.iter().any(|word| label.contains(word))
}

/// The lines of a table for a column; `None` where no record has a figure in it.
fn entries(
    item: &Item,
    column: &Column,
    found: &Found,
    whole: &Found,
    records: &[Record],
    said: &mut Vec<Said>,
) -> Option<Vec<Entry>> {
    let sums: BTreeSet<u32> = found.totals.iter().map(|line| line.number).collect();
    let mut entries = Vec::with_capacity(records.len());
    let mut any = false;
    for record in records {
        let line = whole.rows.binary_search_by_key(&record.number, |line| line.number).ok();
        let words = || line.into_iter().flat_map(|at| whole.rows[at].cells.iter().take(3)).map(|(_, text)| text.trim());
        let sum = if !sums.contains(&record.number) {
            Sum::No
        } else if words().any(|text| text.contains("小计")) {
            Sum::Part
        } else {
            Sum::Whole
        };
        let text = record.cells.get(&column.key);
        if sum != Sum::No && text.is_some_and(|text| text.trim() == documents::tables::NO_RESULT) {
            let message = "这一行合计的公式没有保存结果，没有核对。请用 Excel 或 WPS 打开文件，保存一次再上传。";
            said.push(told(column, record.number, message.to_owned()));
        }
        let unit = record.units.get(&column.key).map(String::as_str);
        let parsed = text.and_then(|text| parse(column, text, unit).ok()).and_then(|parsed| parsed.value);
        let figure = if let Some(Value::Number(figure)) = parsed { Some(figure) } else { None };
        // a cell that cannot be read is told of itself, and nothing is known of its sum
        if text.is_some_and(|text| !text.trim().is_empty()) && figure.is_none() && sum == Sum::No {
            let is_none = text.is_some_and(|text| parse(column, text, unit).is_ok());
            if !is_none {
                return None;
            }
        }
        any |= sum == Sum::No && figure.is_some();
        let deep = item.column("code").and_then(|_| record.cells.get("code")).map_or(0, |code| code.trim().len());
        let is_part = words().any(|text| text.starts_with("其中") || text.starts_with('#'));
        entries.push(Entry { number: record.number, figure, sum, is_part, deep });
    }
    any.then_some(entries)
}

/// What a row of sums says, where that is none of the sums that its rows have.
fn compared(column: &Column, entries: &[Entry], at: usize) -> Option<Said> {
    let figure = entries[at].figure?;
    let ends_above = |entry: &&Entry| match entries[at].sum {
        Sum::Part => entry.sum == Sum::No,
        _ => entry.sum != Sum::Whole,
    };
    let above: Vec<&Entry> = entries[..at].iter().rev().take_while(ends_above).collect();
    let below: Vec<&Entry> = entries[at + 1..].iter().take_while(ends_above).collect();
    // 总计 over several 合计
    let is_whole = entries[at].sum == Sum::Whole;
    let all: Vec<&Entry> = if is_whole { entries[..at].iter().collect() } else { Vec::new() };
    let mut rows = 0;
    let mut possible: Vec<Decimal> = Vec::new();
    for part in [&above, &below, &all] {
        let own = part.iter().filter(|entry| entry.sum == Sum::No).count();
        rows = rows.max(own);
        possible.extend(sums_of(part));
    }
    let slack = slack(column, figure, rows);
    if possible.is_empty() || possible.iter().any(|sum| (*sum - figure).abs() <= slack) {
        return None;
    }
    let sum = possible[0];
    let word = if entries[at].sum == Sum::Part { "小计" } else { "合计" };
    let unit = column.unit();
    let message = format!(
        "{word}写的是 {}{unit}，各行相加是 {}{unit}，请核对是哪一处有误。",
        figure.normalize(),
        sum.normalize()
    );
    Some(told(column, entries[at].number, message))
}

/// What some lines can add up to: all rows; without 其中; the outermost codes, the innermost; the sums among them.
fn sums_of(part: &[&Entry]) -> Vec<Decimal> {
    let of = |is: &dyn Fn(&Entry) -> bool| {
        let mut figures = part.iter().filter(|entry| is(entry)).filter_map(|entry| entry.figure).peekable();
        figures.peek()?;
        Some(figures.fold(Decimal::ZERO, |sum, figure| sum.checked_add(figure).unwrap_or(sum)))
    };
    let rows = || part.iter().filter(|entry| entry.sum == Sum::No && entry.deep > 0).map(|entry| entry.deep);
    let (least, most) = (rows().min().unwrap_or(0), rows().max().unwrap_or(0));
    let is_row = |entry: &Entry| entry.sum == Sum::No;
    let mut sums: Vec<Option<Decimal>> = Vec::new();
    if least != most {
        sums.push(of(&|entry: &Entry| is_row(entry) && entry.deep == least));
    }
    sums.push(of(&is_row));
    sums.push(of(&|entry: &Entry| is_row(entry) && !entry.is_part));
    sums.push(of(&|entry: &Entry| entry.sum == Sum::Part));
    sums.push(of(&|entry: &Entry| entry.sum == Sum::Whole));
    sums.into_iter().flatten().collect()
}

/// How far the sum of rounded figures may be from a rounded sum: nothing in 元 and whole numbers.
fn slack(column: &Column, figure: Decimal, rows: usize) -> Decimal {
    if !column.unit().contains(['万', '亿']) {
        return Decimal::ZERO;
    }
    let rows = i64::try_from(rows).unwrap_or(ROUNDED).min(ROUNDED);
    Decimal::new(5 * rows, figure.scale().max(2) + 1)
}

fn told(column: &Column, row: u32, message: String) -> Said {
    Said { row, column: column.key.clone(), label: column.label.clone(), message }
}

#[cfg(test)]
mod tests {
    use sheet::Head;

    use super::*;

    fn item(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    fn rows(key: &str, heads: &[&str], rows: &[&[&str]]) -> Vec<(u32, String)> {
        let cells = |cells: &[&str]| -> Vec<(u32, String)> {
            let filled = (0_u32..).zip(cells).filter(|(_, text)| !text.is_empty());
            filled.map(|(at, text)| (at, (*text).to_owned())).collect()
        };
        let heads = cells(heads).into_iter().map(|(column, word)| Head { column, path: vec![word], ..Head::default() });
        let lines = (3_u32..).zip(rows).map(|(number, row)| Line { number, cells: cells(row) });
        let is_sum = |line: &Line| line.cells.iter().any(|(_, text)| ["小计", "合计"].contains(&text.as_str()));
        let (totals, rows): (Vec<Line>, Vec<Line>) = lines.partition(is_sum);
        let found = Found { heads: heads.collect(), rows, totals, ..Found::default() };
        let fit = sheet::fit(item(key), &found, &Mapping::new());
        wrong(item(key), &found, &fit.mapping).into_iter().map(|said| (said.row, said.column)).collect()
    }

    #[test]
    fn sums_are_compared_with_their_rows() {
        let heads = ["补贴对象", "所在乡镇、村", "补贴金额（元）"];
        let table = |part: &'static str, all: &'static str| {
            let table: [&[&str]; 5] = [
                &["演示户A", "柳溪镇溪口村", "1000"],
                &["演示户B", "柳溪镇溪口村", "500"],
                &["小计", "", part],
                &["演示户C", "柳溪镇柳林村", "300"],
                &["合计", "", all],
            ];
            rows("subsidy", &heads, &table)
        };
        assert!(table("1500", "1800").is_empty());
        assert_eq!(table("1600", "9999"), [(5, "amount".to_owned()), (7, "amount".to_owned())]);
    }

    #[test]
    fn of_subjects_the_outermost_are_summed() {
        let heads = ["科目编码", "科目名称", "合计"];
        let table = |last: &'static str, all: &'static str| {
            let table: [&[&str]; 5] = [
                &["213", "农林水支出", "100"],
                &["21303", "水利", "100"],
                &["2130301", "行政运行", "40"],
                &["2130305", "水利工程建设", last],
                &["合计", "", all],
            ];
            rows("budget-department", &heads, &table).into_iter().map(|(row, _)| row).collect::<Vec<u32>>()
        };
        assert!(table("60", "100").is_empty());
        assert_eq!(table("60", "120"), [7]);
    }
}
