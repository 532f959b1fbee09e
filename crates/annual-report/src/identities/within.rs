//! Identities within one report: what the tables say of themselves.

use super::{Breach, CellRef, Identity, Judging};
use crate::{
    form::{self, APPLICANTS, TOTAL},
    model::{Report, Row},
    number::Number,
};

/// A row that the form has and the report lacks, as a cell that was not seen.
fn missing(report: &Report, key: &str) -> CellRef {
    let edition = report.tables.requests_edition().unwrap_or_else(|| report.edition());
    let label = form::requests(edition).into_iter().find(|line| line.key == key).map_or("", |line| line.label);
    CellRef {
        table: "requests",
        row: key.to_owned(),
        label: label.to_owned(),
        column: APPLICANTS[TOTAL].to_owned(),
        year: report.year,
        value: None,
        place: String::new(),
    }
}

fn cell(report: &Report, row: &Row, at: usize) -> (CellRef, Option<Number>) {
    (CellRef::request(report, row, at), row.cells.get(at).and_then(|cell| cell.figure()))
}

fn numbers(cells: &[(CellRef, Option<Number>)]) -> Vec<Number> {
    cells.iter().filter_map(|(_, number)| *number).collect()
}

fn refs(cells: Vec<(CellRef, Option<Number>)>) -> Vec<CellRef> {
    cells.into_iter().map(|(cell, _)| cell).collect()
}

/// 新收 + 结转 = 总计 + 结转下年, for every column.
pub(super) fn one(report: &Report) -> Identity {
    let mut judging = Judging::new("1");
    let mut rows = Vec::new();
    for key in ["1", "2", "3.7", "4"] {
        match report.tables.row(key) {
            Some(row) => rows.push(row),
            None => judging.unknown.push(missing(report, key)),
        }
    }
    if rows.len() < 4 {
        return judging.done();
    }
    for (at, column) in APPLICANTS.iter().enumerate() {
        // A total left blank over filled cells is not nought: identity 3 says that it is lacking, and nothing follows from it here.
        let number = |row: &Row| {
            let (cell, number) = cell(report, row, at);
            (cell, number.filter(|_| at != TOTAL || !is_left_blank(row)))
        };
        let cells: Vec<_> = rows.iter().map(|row| number(row)).collect();
        if judging.lacks(&cells) {
            continue;
        }
        judging.judged += 1;
        let n = numbers(&cells);
        let (left, right) = (n[0] + n[1], n[2] + n[3]);
        if left != right {
            let message = format!(
                "“{column}”列：新收 {} ＋ 上年结转 {} ＝ {left}，办理结果总计 {} ＋ 结转下年度 {} ＝ {right}，相差 {}",
                n[0],
                n[1],
                n[2],
                n[3],
                (left - right).abs()
            );
            judging.breaches.push(Breach::new("1", (left, right), refs(cells), message));
        }
    }
    judging.done()
}

/// Whether the total of a row was left blank over filled cells.
fn is_left_blank(row: &Row) -> bool {
    let blank = row.cells.get(TOTAL).is_some_and(|cell| cell.is_blank());
    blank && row.cells.iter().take(TOTAL).any(|cell| cell.is_filled())
}

/// 总计 of an outcome: as printed, or what its cells give where it was left blank over filled ones (that is identity 3's error).
fn total_of(row: &Row) -> (Option<Number>, bool) {
    let Some(total) = row.cells.get(TOTAL) else { return (None, false) };
    let parts = &row.cells[..TOTAL.min(row.cells.len())];
    if is_left_blank(row) {
        let sum: Option<Vec<Number>> = parts.iter().map(|cell| cell.figure()).collect();
        return (sum.map(|numbers| numbers.into_iter().sum()), true);
    }
    (total.figure(), false)
}

/// （七）总计 = the sum of all outcomes, for every column.
pub(super) fn two(report: &Report) -> Identity {
    let mut judging = Judging::new("2");
    let outcomes = report.tables.outcomes();
    let Some(total) = report.tables.row("3.7") else {
        judging.unknown.push(missing(report, "3.7"));
        return judging.done();
    };
    if let Some(edition) = report.tables.requests_edition() {
        let lines = form::requests(edition);
        let lacking = lines.iter().filter(|line| line.key.starts_with("3.") && report.tables.row(line.key).is_none());
        judging.unknown.extend(lacking.map(|line| missing(report, line.key)));
    }
    if outcomes.is_empty() || !judging.unknown.is_empty() {
        return judging.done();
    }
    for (at, column) in APPLICANTS.iter().enumerate() {
        let mut cells = Vec::new();
        let mut supplied = false;
        for row in &outcomes {
            if at == TOTAL {
                let (number, made) = total_of(row);
                supplied |= made;
                cells.push((CellRef::request(report, row, at), number));
            } else {
                cells.push(cell(report, row, at));
            }
        }
        let printed = cell(report, total, at);
        let mut all = cells.clone();
        all.push(printed.clone());
        if judging.lacks(&all) {
            continue;
        }
        judging.judged += 1;
        let left: Number = numbers(&cells).into_iter().sum();
        let right = printed.1.unwrap_or_default();
        let blank = total.cells.get(at).is_some_and(|cell| cell.is_blank());
        let filled = outcomes.iter().any(|row| row.cells.get(at).is_some_and(|cell| cell.is_filled()));
        if left != right || (blank && filled) {
            // Rows with nothing in them explain nothing.
            let told: Vec<_> =
                cells.iter().filter(|(_, number)| number.is_some_and(|n| !n.is_zero())).cloned().collect();
            let sum = told
                .iter()
                .map(|(cell, number)| format!("{} {}", short(&cell.label), number.unwrap_or_default()))
                .collect::<Vec<_>>()
                .join("＋");
            let says = if blank { "没有填写".to_owned() } else { format!("填写的是 {right}") };
            let sum = if sum.is_empty() { String::new() } else { format!("（{sum}）") };
            let message = format!(
                "“{column}”列：各项办理结果之和是 {left}{sum}，“（七）总计”{says}，相差 {}",
                (left - right).abs()
            );
            let mut named = refs(told);
            named.push(printed.0);
            judging.breaches.push(Breach::new("2", (left, right), named, message));
        } else if supplied {
            judging.aside = Some("有的行没有填写总计，按该行各列之和相加。".to_owned());
        }
    }
    judging.done()
}

/// The beginning of a label, for a sum of many.
fn short(label: &str) -> String {
    let words = label.split('（').find(|part| !part.is_empty()).unwrap_or(label);
    let words = if label.starts_with('（') { label } else { words };
    let mut chars = words.chars();
    let start: String = chars.by_ref().take(14).collect();
    if chars.next().is_some() { format!("{start}…") } else { start }
}

/// 总计 = natural persons + the five kinds of organisations, for every row; a blank total over filled cells is an error.
pub(super) fn three(report: &Report) -> Identity {
    let mut judging = Judging::new("3");
    let edition = report.tables.requests_edition();
    if let Some(edition) = edition {
        let lines = form::requests(edition);
        let lacking = lines.iter().filter(|line| report.tables.row(line.key).is_none());
        judging.unknown.extend(lacking.map(|line| missing(report, line.key)));
    }
    for row in &report.tables.requests {
        let parts: Vec<_> = (0..TOTAL).map(|at| cell(report, row, at)).collect();
        let printed = cell(report, row, TOTAL);
        let mut all = parts.clone();
        all.push(printed.clone());
        if judging.lacks(&all) {
            continue;
        }
        judging.judged += 1;
        let left: Number = numbers(&parts).into_iter().sum();
        let right = printed.1.unwrap_or_default();
        let blank = row.cells.get(TOTAL).is_some_and(|cell| cell.is_blank());
        let filled = row.cells.iter().take(TOTAL).any(|cell| cell.is_filled());
        if left == right && !(blank && filled) {
            continue;
        }
        let told: Vec<String> = parts
            .iter()
            .filter(|(_, number)| number.is_some_and(|n| !n.is_zero()))
            .map(|(cell, number)| format!("{} {}", cell.column, number.unwrap_or_default()))
            .collect();
        let sum = if told.is_empty() { "各列都是 0".to_owned() } else { told.join("＋") };
        let message = if blank {
            format!("“{}”一行没有填写总计，各列之和是 {left}（{sum}）", row.name())
        } else {
            let apart = (left - right).abs();
            format!("“{}”一行：{sum}，合计 {left}，总计填写的是 {right}，相差 {apart}", row.name())
        };
        let filled_in = |cell: &CellRef| cell.value.as_deref().is_some_and(|value| !value.is_empty() && value != "0");
        let mut named: Vec<CellRef> = refs(parts).into_iter().filter(filled_in).collect();
        named.push(printed.0);
        judging.breaches.push(Breach::new("3", (left, right), named, message));
    }
    judging.done()
}

/// Chapter four: each 总计 = the sum of its four.
pub(super) fn four(report: &Report) -> Identity {
    let mut judging = Judging::new("4");
    for (first, group) in report.tables.remedy_groups() {
        let cells: Vec<_> =
            group.iter().enumerate().map(|(at, cell)| (CellRef::remedy(report, first + at), cell.figure())).collect();
        let size = form::RESULTS.len();
        if cells.len() < size {
            judging.unknown.push(CellRef::remedy(report, first + cells.len()));
            continue;
        }
        if judging.lacks(&cells) {
            continue;
        }
        judging.judged += 1;
        let n = numbers(&cells);
        let left: Number = n[..size - 1].iter().copied().sum();
        let right = n[size - 1];
        let blank = group[size - 1].is_blank() && group[..size - 1].iter().any(|cell| cell.is_filled());
        if left == right && !blank {
            continue;
        }
        let (over, way) = form::REMEDIES[first / size];
        let name = if way.is_empty() { over } else { way };
        let sum: Vec<String> =
            form::RESULTS[..size - 1].iter().zip(&n).map(|(result, number)| format!("{result} {number}")).collect();
        let says = if blank { "没有填写".to_owned() } else { format!("填写的是 {right}") };
        let message = format!("{name}：{} ＝ {left}，总计{says}，相差 {}", sum.join("＋"), (left - right).abs());
        judging.breaches.push(Breach::new("4", (left, right), refs(cells), message));
    }
    judging.done()
}
