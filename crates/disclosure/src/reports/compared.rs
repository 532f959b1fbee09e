//! Years side by side: the figures that readers look for, as a table and as charts.

use annual_report::{Number, Report, form::TOTAL};

/// A figure over the years.
pub(super) struct Line {
    pub(super) label: &'static str,
    /// A value for each year; empty = not known or not in that year's form.
    pub(super) values: Vec<String>,
    /// Bars, one for each year, with words for who does not see them.
    pub(super) svg: String,
    /// What the last year is more or less than the one before; empty where one of them is not known.
    pub(super) change: String,
}

type Figure = fn(&Report) -> Option<Number>;

fn request(report: &Report, key: &str) -> Option<Number> {
    report.tables.row(key)?.cells.get(TOTAL)?.figure()
}

fn remedies(report: &Report, places: &[usize]) -> Option<Number> {
    let numbers: Option<Vec<Number>> =
        places.iter().map(|at| report.tables.remedies.get(*at).and_then(|cell| cell.figure())).collect();
    numbers.map(|numbers| numbers.into_iter().sum())
}

fn proactive(report: &Report, kind: &str, head: &str) -> Option<Number> {
    report.tables.about(kind)?.cell(head)?.figure()
}

fn opened(report: &Report) -> Option<Number> {
    Some(request(report, "3.1")? + request(report, "3.2")?)
}

const FIGURES: [(&str, Figure); 8] = [
    ("新收申请（件）", |report| request(report, "1")),
    ("办结申请（件）", |report| request(report, "3.7")),
    ("予以公开和部分公开（件）", opened),
    ("结转下年度（件）", |report| request(report, "4")),
    ("行政复议（件）", |report| remedies(report, &[4])),
    ("行政诉讼（件）", |report| remedies(report, &[9, 14])),
    ("现行有效行政规范性文件（件）", |report| proactive(report, "规范性文件", "现行有效")),
    ("行政事业性收费（万元）", |report| proactive(report, "行政事业性收费", "收费金额")),
];

/// The figures of these reports, oldest first. Those that no year has are left out.
pub(super) fn lines(reports: &[Report]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (label, figure) in FIGURES {
        let numbers: Vec<Option<Number>> = reports.iter().map(figure).collect();
        if numbers.iter().all(Option::is_none) {
            continue;
        }
        let points: Vec<(String, f64, String)> = reports
            .iter()
            .zip(&numbers)
            .filter_map(|(report, number)| {
                let (year, number) = (report.year?, (*number)?);
                Some((year.to_string(), number.to_f64(), number.to_string()))
            })
            .collect();
        let change = match numbers.as_slice() {
            [.., Some(before), Some(last)] if last > before => format!("增加 {}", *last - *before),
            [.., Some(before), Some(last)] if last < before => format!("减少 {}", *before - *last),
            [.., Some(_), Some(_)] => "持平".to_owned(),
            _ => String::new(),
        };
        let shown = |number: &Option<Number>| number.map(|number| number.to_string()).unwrap_or_default();
        lines.push(Line {
            label,
            values: numbers.iter().map(shown).collect(),
            svg: charts::years(&points, label),
            change,
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use annual_report::{Cell, Edition, Tables};

    use super::*;

    #[test]
    fn years_stand_side_by_side_and_what_a_form_lacks_stays_open() {
        let report = |year, edition, received| {
            let mut tables = Tables::filled_with(edition, &Cell::count(0));
            tables.requests[0].cells[TOTAL] = Cell::count(received);
            Report { year: Some(year), tables, ..Report::default() }
        };
        let years = [report(2020, Edition::Y2019, 12), report(2021, Edition::Y2021, 20)];
        let found = lines(&years);
        assert_eq!((found[0].values.join(" "), found[0].change.as_str()), ("12 20".to_owned(), "增加 8"));
        let texts = found.iter().find(|line| line.label.starts_with("现行有效")).expect("texts in force");
        assert_eq!((texts.values[0].as_str(), texts.values[1].as_str(), texts.change.as_str()), ("", "0", ""));
    }
}
