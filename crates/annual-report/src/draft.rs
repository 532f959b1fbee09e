//! The figures of the tables in sentences, for the chapters in words: what is written so never contradicts the tables.

use crate::{form::TOTAL, model::Report, number::Number};

/// What 依申请公开 of a year comes to, in sentences; what is not known is left out. Empty when nothing is.
pub fn sentences(report: &Report) -> String {
    let row = |key: &str| report.tables.row(key).and_then(|row| row.cells.get(TOTAL)).and_then(|cell| cell.figure());
    let group = |start: &str| -> Option<Number> {
        let rows = report.tables.outcomes().into_iter().filter(|row| row.key.starts_with(start));
        let numbers: Option<Vec<Number>> =
            rows.map(|row| row.cells.get(TOTAL).and_then(|cell| cell.figure())).collect();
        numbers.filter(|numbers| !numbers.is_empty()).map(|numbers| numbers.into_iter().sum())
    };
    let remedy = |at: usize| report.tables.remedies.get(at).and_then(|cell| cell.figure());
    let told = |parts: &[(&str, Option<Number>)], between: &str| {
        let known = parts.iter().filter_map(|(words, number)| number.map(|number| format!("{words} {number} 件")));
        known.collect::<Vec<_>>().join(between)
    };
    let received = told(&[("新收政府信息公开申请", row("1")), ("上年结转", row("2"))], "，");
    let outcomes = [
        ("予以公开", row("3.1")),
        ("部分公开", row("3.2")),
        ("不予公开", group("3.3")),
        ("无法提供", group("3.4")),
        ("不予处理", group("3.5")),
        ("其他处理", group("3.6")),
    ];
    let closed = told(&[("办结", row("3.7"))], "");
    let outcomes = told(&outcomes, "、");
    let closed = match (closed.is_empty(), outcomes.is_empty()) {
        (false, false) => format!("{closed}，其中{outcomes}"),
        _ => format!("{closed}{outcomes}"),
    };
    let carried = told(&[("结转下年度继续办理", row("4"))], "");
    let suits = remedy(9).zip(remedy(14)).map(|(straight, after)| straight + after);
    let remedies = told(&[("因政府信息公开引起的行政复议", remedy(4)), ("行政诉讼", suits)], "，");
    let parts = [received, closed, carried];
    let requests = parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("；");
    let sentences = [requests, remedies];
    let mut out: String = sentences.iter().filter(|part| !part.is_empty()).map(|part| format!("{part}。")).collect();
    if let Some(year) = report.year.filter(|_| !out.is_empty()) {
        out = format!("{year} 年，{out}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cell::Cell,
        form::Edition,
        model::{Chapter, Tables},
        narrative,
    };

    #[test]
    fn what_is_drafted_never_contradicts_the_tables() {
        for edition in Edition::ALL {
            let mut tables = Tables::filled_with(edition, &Cell::count(0));
            for (number, row) in (1_i64..).zip(&mut tables.requests) {
                row.cells[TOTAL] = Cell::count(number * 3);
            }
            for (number, cell) in (1_i64..).zip(&mut tables.remedies) {
                *cell = Cell::count(number);
            }
            let mut report = Report { year: Some(2024), tables, ..Report::default() };
            let text = sentences(&report);
            assert!(text.starts_with("2024 年，新收政府信息公开申请 3 件，上年结转 6 件；办结"), "{text}");
            report.chapters = vec![Chapter { title: String::new(), text }];
            assert!(narrative::differences(&report).is_empty(), "{:?}", narrative::differences(&report));
        }
        let open = Report { tables: Tables::filled_with(Edition::Y2021, &Cell::unknown()), ..Report::default() };
        assert_eq!(sentences(&open), "");
    }
}
