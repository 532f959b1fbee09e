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

/// What chapter two comes to, in a sentence, of the form of 2021; empty where nothing of it is known.
pub fn proactive(report: &Report) -> String {
    let figure = |kind: &str, head: &str| report.tables.about(kind)?.cell(head)?.figure();
    let texts = [("制发", "制发件数"), ("废止", "废止件数"), ("现行有效", "现行有效")];
    let texts: Vec<String> = texts
        .into_iter()
        .filter_map(|(words, head)| figure("规范性文件", head).map(|number| format!("{words} {number} 件")))
        .collect();
    let decisions: Vec<String> = ["行政许可", "行政处罚", "行政强制"]
        .into_iter()
        .filter_map(|kind| figure(kind, "本年处理决定").map(|number| format!("{kind}决定 {number} 件")))
        .collect();
    let mut parts = Vec::new();
    if !texts.is_empty() {
        parts.push(format!("行政规范性文件{}", texts.join("、")));
    }
    if !decisions.is_empty() {
        parts.push(format!("作出{}", decisions.join("、")));
    }
    if let Some(fees) = figure("行政事业性收费", "收费金额") {
        parts.push(format!("行政事业性收费 {fees} 万元"));
    }
    if parts.is_empty() { String::new() } else { format!("主动公开方面，{}。", parts.join("；")) }
}

/// How the year differs from the one before, in a sentence; empty where nothing can be compared.
pub fn compared(report: &Report, before: &Report) -> String {
    let row = |report: &Report, key: &str| report.tables.row(key)?.cells.get(TOTAL)?.figure();
    let remedies = |report: &Report, places: &[usize]| -> Option<Number> {
        let each = places.iter().map(|at| report.tables.remedies.get(*at).and_then(|cell| cell.figure()));
        each.collect::<Option<Vec<Number>>>().map(|numbers| numbers.into_iter().sum())
    };
    let pairs = [
        ("新收申请", row(report, "1"), row(before, "1")),
        ("办结申请", row(report, "3.7"), row(before, "3.7")),
        ("行政复议", remedies(report, &[4]), remedies(before, &[4])),
        ("行政诉讼", remedies(report, &[9, 14]), remedies(before, &[9, 14])),
    ];
    let told = pairs.into_iter().filter_map(|(words, now, then)| Some(format!("{words}{}", change(now?, then?))));
    let told: Vec<String> = told.collect();
    match before.year {
        Some(year) if !told.is_empty() => format!("与 {year} 年相比，{}。", told.join("，")),
        _ => String::new(),
    }
}

/// 增加 3 件（25.0%）; the share only where there was something before.
fn change(now: Number, then: Number) -> String {
    if now == then {
        return "持平".to_owned();
    }
    let (word, many) = if now > then { ("增加", now - then) } else { ("减少", then - now) };
    let share = if then > Number::ZERO {
        format!("（{:.1}%）", many.to_f64() * 100.0 / then.to_f64())
    } else {
        String::new()
    };
    format!("{word} {many} 件{share}")
}

/// Chapter one as far as the tables tell it, a paragraph each: what was made public, what was asked for, how both differ from the
/// year before.
pub fn overall(report: &Report, before: Option<&Report>) -> Vec<String> {
    let compared = before.map(|before| compared(report, before)).unwrap_or_default();
    let all = [proactive(report), sentences(report), compared];
    all.into_iter().filter(|text| !text.is_empty()).collect()
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
            let mut before = report.clone();
            before.year = Some(2023);
            before.tables.requests[0].cells[TOTAL] = Cell::count(2);
            assert!(compared(&report, &before).starts_with("与 2023 年相比，新收申请增加 1 件（50.0%），办结申请持平"));
            let text = overall(&report, Some(&before)).join("\n");
            assert_eq!(text.lines().count(), if edition == Edition::Y2021 { 3 } else { 2 }, "{text}");
            report.chapters = vec![Chapter { title: String::new(), text }];
            assert!(narrative::differences(&report).is_empty(), "{:?}", narrative::differences(&report));
        }
        let open = Report { tables: Tables::filled_with(Edition::Y2021, &Cell::unknown()), ..Report::default() };
        assert_eq!(sentences(&open), "");
    }
}
