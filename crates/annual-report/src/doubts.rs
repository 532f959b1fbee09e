//! Figures that cannot be right by themselves, though no identity names them: rules made by who may make none, half a request.

use serde::Serialize;

use crate::{
    cell::{Cell, Value},
    identities::CellRef,
    model::{Rank, Report},
};

/// Something to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    pub cells: Vec<CellRef>,
    pub message: String,
}

/// What is wrong with a count by itself, in words.
fn of_count(cell: &Cell) -> Option<&'static str> {
    match cell.value {
        Value::Words => Some("不是数字"),
        Value::Number(number, _) if number.is_negative() => Some("小于 0"),
        Value::Number(number, _) if !number.is_whole() => Some("有小数"),
        _ => None,
    }
}

/// All of a report.
pub fn doubts(report: &Report) -> Vec<Doubt> {
    let mut found = Vec::new();
    // 立法法: 规章 are made by ministries, provinces and cities with districts.
    let may_make = matches!(report.rank, Rank::Unknown | Rank::Above);
    if let Some(row) = report.tables.about("规章").filter(|_| !may_make) {
        let filled = |cell: &Cell| cell.figure().is_some_and(|number| !number.is_zero());
        let places = (0..row.cells.len()).filter(|at| row.cells.get(*at).is_some_and(filled));
        let cells: Vec<CellRef> = places.map(|at| CellRef::proactive(report, row, at)).collect();
        if !cells.is_empty() {
            let message = "县级机关、乡镇不能制定规章，“规章”一行却有数字，请核对是不是行政规范性文件。".to_owned();
            found.push(Doubt { cells, message });
        }
    }
    for (place, row) in report.tables.requests.iter().enumerate() {
        if report.tables.requests[..place].iter().any(|other| other.key == row.key) {
            let cells = vec![CellRef::request(report, row, crate::form::TOTAL)];
            let message = format!("“{}”一行出现了不止一次，每次都会计入合计，请只留一行。", row.name());
            found.push(Doubt { cells, message });
        }
        for (at, cell) in row.cells.iter().enumerate() {
            if let Some(why) = of_count(cell) {
                let named = CellRef::request(report, row, at);
                let message = format!("{}填写的是“{}”，{why}，请核对。", named.name(), cell.printed);
                found.push(Doubt { cells: vec![named], message });
            }
        }
    }
    for (at, cell) in report.tables.remedies.iter().enumerate() {
        if let Some(why) = of_count(cell) {
            let named = CellRef::remedy(report, at);
            let message = format!("{}填写的是“{}”，{why}，请核对。", named.name(), cell.printed);
            found.push(Doubt { cells: vec![named], message });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{form::Edition, model::Tables};

    #[test]
    fn what_cannot_be_right_by_itself_is_named() {
        let tables = Tables::filled_with(Edition::Y2021, &Cell::count(0));
        let mut report = Report { rank: Rank::Township, tables, ..Report::default() };
        assert!(doubts(&report).is_empty());
        report.tables.proactive[0].cells[2] = Cell::count(6);
        report.tables.requests[0].cells[0] = Cell::read("1.5");
        report.tables.remedies[3] = Cell::read("-1");
        let said: Vec<String> = doubts(&report).into_iter().map(|doubt| doubt.message).collect();
        assert_eq!(said.len(), 3);
        assert!(said[0].contains("规章") && said[1].contains("有小数") && said[2].contains("小于 0"), "{said:?}");
        let twice = report.tables.requests[1].clone();
        report.tables.requests.push(twice);
        assert!(doubts(&report).iter().any(|doubt| doubt.message.contains("不止一次")));
        report.tables.requests.pop();
        report.rank = Rank::Above;
        assert_eq!(doubts(&report).len(), 2, "a city makes rules");
    }
}
