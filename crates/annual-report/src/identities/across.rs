//! Identities between reports: with the year before, and of a summary with its parts.

use super::{Breach, CellRef, Identity, Judging};
use crate::{
    cell::{Cell, Unit},
    form::{self, APPLICANTS, Edition},
    model::{Proactive, Report},
    number::Number,
};

/// The first year of the newer form: nothing of chapter two is carried over to it.
const CHANGED: i16 = 2021;

fn no_neighbour(report: &Report) -> String {
    match (report.year, report.organ.is_empty()) {
        (None, _) => "没有写明年度，不能与上一年比较。".to_owned(),
        (_, true) => "没有写明机关，不能与上一年比较。".to_owned(),
        (Some(year), false) => format!("没有同一机关 {} 年的年报，不能比较。", year - 1),
    }
}

/// What was carried in is what was carried out the year before, for every column.
pub(super) fn five(report: &Report, before: Option<&Report>) -> Identity {
    let Some(before) = before else { return Judging::open("5", no_neighbour(report)) };
    let mut judging = Judging::new("5");
    let (Some(into), Some(out)) = (report.tables.row("2"), before.tables.row("4")) else {
        return Judging::open("5", "没有“上年结转”或上一年的“结转下年度”一行，不能比较。");
    };
    for (at, column) in APPLICANTS.iter().enumerate() {
        let figure = |row: &crate::model::Row| row.cells.get(at).and_then(|cell| cell.figure());
        let cells =
            vec![(CellRef::request(report, into, at), figure(into)), (CellRef::request(before, out, at), figure(out))];
        if judging.lacks(&cells) {
            continue;
        }
        judging.judged += 1;
        let (right, left) = (figure(into).unwrap_or_default(), figure(out).unwrap_or_default());
        if left != right {
            let message = format!(
                "“{column}”列：{} 年结转下年度 {left}，{} 年上年结转填写的是 {right}，相差 {}",
                before.year.unwrap_or_default(),
                report.year.unwrap_or_default(),
                (left - right).abs()
            );
            let named = cells.into_iter().map(|(cell, _)| cell).collect();
            judging.breaches.push(Breach::new("5", (left, right), named, message));
        }
    }
    judging.done()
}

/// The cell of a row in the column whose head holds a word, with its name.
fn headed(report: &Report, row: &Proactive, head: &str) -> Option<(CellRef, Option<Number>)> {
    let at = row.columns.iter().position(|column| column.contains(head))?;
    Some((CellRef::proactive(report, row, at), row.cells.get(at).and_then(Cell::figure)))
}

/// Whether chapter two of two years may be compared: both of this edition, and not over the change of forms.
fn comparable(report: &Report, before: &Report, edition: Edition) -> Result<(), String> {
    if report.year == Some(CHANGED) {
        return Err("2021 年起表格改版，对外公开总数量与现行有效件数口径不同，不与 2020 年比较。".to_owned());
    }
    let editions = (report.tables.proactive_edition(), before.tables.proactive_edition());
    if editions != (Some(edition), Some(edition)) {
        return Err(format!("两年的第二部分不都是 {} 年格式，没有这一项。", edition.code()));
    }
    Ok(())
}

/// 现行有效 = that of the year before + made − repealed.
pub(super) fn six(report: &Report, before: Option<&Report>) -> Identity {
    if report.tables.proactive_edition() == Some(Edition::Y2019) {
        return Judging::open("6", "2019 年格式没有“现行有效件数”，不适用。");
    }
    let Some(before) = before else { return Judging::open("6", no_neighbour(report)) };
    if let Err(why) = comparable(report, before, Edition::Y2021) {
        return Judging::open("6", why);
    }
    let mut judging = Judging::new("6");
    for kind in ["规章", "规范性文件"] {
        let (Some(now), Some(then)) = (report.tables.about(kind), before.tables.about(kind)) else { continue };
        let cells: Vec<_> = [
            headed(before, then, "现行有效"),
            headed(report, now, "制发"),
            headed(report, now, "废止"),
            headed(report, now, "现行有效"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if cells.len() < 4 || judging.lacks(&cells) {
            continue;
        }
        judging.judged += 1;
        let n: Vec<Number> = cells.iter().filter_map(|(_, number)| *number).collect();
        let (left, right) = (n[0] + n[1] - n[2], n[3]);
        if left != right {
            let message = format!(
                "{}：上年现行有效 {} ＋ 本年制发 {} － 本年废止 {} ＝ {left}，现行有效填写的是 {right}，相差 {}",
                now.label,
                n[0],
                n[1],
                n[2],
                (left - right).abs()
            );
            let named = cells.into_iter().map(|(cell, _)| cell).collect();
            judging.breaches.push(Breach::new("6", (left, right), named, message));
        }
    }
    judging.done()
}

/// The older form: newly open is part of all that is open (7a), and next year's 上一年项目数量 is this year's with 增/减 (7b).
pub(super) fn seven(report: &Report, before: Option<&Report>) -> Identity {
    if report.tables.proactive_edition() != Some(Edition::Y2019) {
        return Judging::open("7", "只用于 2019 年格式，不适用。");
    }
    let mut judging = Judging::new("7");
    for kind in ["规章", "规范性文件"] {
        let Some(row) = report.tables.about(kind) else { continue };
        let (Some(new), Some(all)) = (headed(report, row, "新公开"), headed(report, row, "对外公开总")) else {
            continue;
        };
        let cells = vec![new, all];
        if judging.lacks(&cells) {
            continue;
        }
        judging.judged += 1;
        let (left, right) = (cells[0].1.unwrap_or_default(), cells[1].1.unwrap_or_default());
        if left > right {
            let message = format!("{}：本年新公开 {left}，大于对外公开总数量 {right}", row.label);
            let named = cells.into_iter().map(|(cell, _)| cell).collect();
            judging.breaches.push(Breach::new("7a", (left, right), named, message));
        }
    }
    if let Some(before) = before
        && comparable(report, before, Edition::Y2019).is_ok()
    {
        items(report, before, &mut judging);
    }
    judging.done()
}

/// 7b: many organs misread these columns, so that nothing is concluded from cells that hold no number.
fn items(report: &Report, before: &Report, judging: &mut Judging) {
    for kind in ["行政许可", "其他对外管理服务事项", "行政处罚", "行政强制", "行政事业性收费"]
    {
        let (Some(now), Some(then)) = (report.tables.about(kind), before.tables.about(kind)) else { continue };
        let cells: Vec<_> =
            [headed(before, then, "上一年项目"), headed(before, then, "增/减"), headed(report, now, "上一年项目")]
                .into_iter()
                .flatten()
                .collect();
        let n: Vec<Number> = cells.iter().filter_map(|(_, number)| *number).collect();
        if n.len() < 3 {
            continue;
        }
        judging.judged += 1;
        let (left, right) = (n[0] + n[1], n[2]);
        if left != right {
            let message = format!(
                "{kind}：{} 年的上一年项目数量 {} 加增/减 {} ＝ {left}，{} 年的上一年项目数量填写的是 {right}，相差 {}",
                before.year.unwrap_or_default(),
                n[0],
                n[1],
                report.year.unwrap_or_default(),
                (left - right).abs()
            );
            let named = cells.into_iter().map(|(cell, _)| cell).collect();
            judging.breaches.push(Breach::new("7b", (left, right), named, message));
        }
    }
}

/// A cell to add up: amounts of money in 元 where a unit is known on all sides.
fn amount(cell: &Cell, head: &str) -> Option<Number> {
    if head.contains("金额") {
        let unit = head.contains("万元").then_some(Unit::TenThousand);
        return cell.yuan(unit);
    }
    cell.figure()
}

/// One cell of the summary with those of its parts.
struct Cells {
    named: CellRef,
    own: Option<Number>,
    parts: Vec<Option<Number>>,
    /// Amounts of money are added up in 元.
    money: bool,
}

/// The summary = its parts, cell by cell, over all three tables.
pub(super) fn eight(report: &Report, parts: &[&Report]) -> Identity {
    if parts.is_empty() {
        return Judging::open("8", "没有一并核对的下属单位年报，不能核对汇总。");
    }
    let mut judging = Judging::new("8");
    for cells in summed(report, parts) {
        let numbers: Option<Vec<Number>> = cells.parts.iter().copied().collect();
        let (Some(own), Some(numbers)) = (cells.own, numbers) else {
            judging.unknown.push(cells.named);
            continue;
        };
        judging.judged += 1;
        let sum: Number = numbers.into_iter().sum();
        if sum != own {
            let unit = if cells.money { " 元" } else { "" };
            let message = format!(
                "{}：{} 个单位之和是 {sum}{unit}，汇总填写的是 {own}{unit}，相差 {}",
                cells.named.name(),
                parts.len(),
                (sum - own).abs()
            );
            judging.breaches.push(Breach::new("8", (sum, own), vec![cells.named], message));
        }
    }
    // The summary may have a figure where one of its parts has none.
    if let Some(first) = judging.unknown.first() {
        let many = judging.unknown.len();
        let why = format!("有 {many} 个单元格（例如{}），汇总或者下属单位没有数字，不能核对。", first.name());
        judging.why = Some(why);
    }
    judging.done()
}

fn summed(report: &Report, parts: &[&Report]) -> Vec<Cells> {
    let mut all = Vec::new();
    for row in &report.tables.proactive {
        let Some(kind) = row.kind() else { continue };
        for (at, head) in row.columns.iter().enumerate() {
            let of = |other: &Report| {
                let row = other.tables.about(kind)?;
                let at = row.columns.iter().position(|column| column == head)?;
                row.cells.get(at).and_then(|cell| amount(cell, head))
            };
            all.push(Cells {
                named: CellRef::proactive(report, row, at),
                own: row.cells.get(at).and_then(|cell| amount(cell, head)),
                parts: parts.iter().map(|part| of(part)).collect(),
                money: head.contains("金额"),
            });
        }
    }
    for row in &report.tables.requests {
        for at in 0..APPLICANTS.len() {
            let of = |other: &Report| {
                let same = other.tables.row(&row.key);
                same.and_then(|row| row.cells.get(at)).and_then(Cell::figure)
            };
            all.push(Cells {
                named: CellRef::request(report, row, at),
                own: of(report),
                parts: parts.iter().map(|part| of(part)).collect(),
                money: false,
            });
        }
    }
    for at in 0..report.tables.remedies.len().min(form::REMEDIES.len() * form::RESULTS.len()) {
        let of = |other: &Report| other.tables.remedies.get(at).and_then(Cell::figure);
        all.push(Cells {
            named: CellRef::remedy(report, at),
            own: of(report),
            parts: parts.iter().map(|part| of(part)).collect(),
            money: false,
        });
    }
    all
}
