//! The eight identities of a report: within its tables (1 to 4, and half of 7), with the year before (5, 6, the rest of 7), and
//! of a summary with the reports that it sums up (8).
//!
//! A published blank is nought, but a total that was left blank over filled cells is an error. What was not seen is never
//! reckoned with: then nothing is said. 6 and 7 are warnings, and are not carried over the change of forms from 2020 to 2021,
//! where 对外公开总数量 is not 现行有效.

mod across;
mod within;

use serde::Serialize;

use crate::{
    cell::Cell,
    form::{self, APPLICANTS},
    model::{Proactive, Rank, Report, Row, bare_name},
    number::Number,
};

/// How much a breach weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// The tables contradict each other.
    Error,
    /// There may be a reason for it, that somebody should know.
    Warning,
}

/// A cell as it is named to people and programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellRef {
    /// `proactive`, `requests` or `remedies`.
    pub table: &'static str,
    /// Key of the row in chapter three; in chapter two its label; empty in chapter four.
    pub row: String,
    /// The row in words.
    pub label: String,
    pub column: String,
    pub year: Option<i16>,
    /// As printed; empty for blanks, `null` for what was not seen.
    pub value: Option<String>,
    /// Where it stood in the file; empty where the file has no places.
    pub place: String,
}

impl CellRef {
    fn new(table: &'static str, report: &Report, cell: &Cell, (row, label, column): (&str, &str, &str)) -> Self {
        Self {
            table,
            row: row.to_owned(),
            label: label.to_owned(),
            column: column.to_owned(),
            year: report.year,
            value: (!cell.is_unknown()).then(|| cell.printed.clone()),
            place: cell.place.clone(),
        }
    }

    pub(crate) fn request(report: &Report, row: &Row, at: usize) -> Self {
        let column = APPLICANTS.get(at).copied().unwrap_or_default();
        let cell = row.cells.get(at).cloned().unwrap_or_else(Cell::unknown);
        Self::new("requests", report, &cell, (&row.key, row.name(), column))
    }

    pub(crate) fn proactive(report: &Report, row: &Proactive, at: usize) -> Self {
        let column = row.columns.get(at).map_or("", String::as_str);
        let cell = row.cells.get(at).cloned().unwrap_or_else(Cell::unknown);
        Self::new("proactive", report, &cell, (&row.label, &row.label, column))
    }

    pub(crate) fn remedy(report: &Report, at: usize) -> Self {
        let cell = report.tables.remedies.get(at).cloned().unwrap_or_else(Cell::unknown);
        Self::new("remedies", report, &cell, ("", "", &form::remedy(at)))
    }

    /// “（一）予以公开”的“总计”
    pub fn name(&self) -> String {
        if self.label.is_empty() {
            format!("“{}”", self.column)
        } else {
            format!("“{}”的“{}”", self.label, self.column)
        }
    }
}

/// One place where an identity does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// `1` to `8`, `7a` or `7b`.
    pub part: &'static str,
    /// What the cells give.
    pub left: Number,
    /// What is printed.
    pub right: Number,
    /// Left minus right.
    pub difference: Number,
    pub cells: Vec<CellRef>,
    /// In the reader's words, with the values.
    pub message: String,
}

impl Breach {
    fn new(part: &'static str, (left, right): (Number, Number), cells: Vec<CellRef>, message: String) -> Self {
        Self { part, left, right, difference: left - right, cells, message }
    }
}

/// What came of one identity for one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// `1` to `8`.
    pub id: &'static str,
    /// What it says, in words.
    pub rule: &'static str,
    pub weight: Weight,
    /// `None` where cells were not seen, where the report to compare with is missing, or where the form has no such cells.
    pub holds: Option<bool>,
    /// The cells that break it; where nothing can be said those that were not seen.
    pub cells: Vec<CellRef>,
    pub message: String,
    pub breaches: Vec<Breach>,
}

/// What identities say.
const RULES: [(&str, &str, Weight); 8] = [
    ("1", "新收＋上年结转＝办理结果总计＋结转下年度", Weight::Error),
    ("2", "办理结果总计＝各项办理结果之和", Weight::Error),
    ("3", "总计＝自然人＋五类法人或其他组织", Weight::Error),
    ("4", "行政复议、行政诉讼的总计＝四种结果之和", Weight::Error),
    ("5", "上年结转＝上一年度报告的结转下年度", Weight::Error),
    ("6", "现行有效件数＝上年现行有效＋本年制发－本年废止", Weight::Warning),
    ("7", "本年新公开≤对外公开总数；上一年项目数量＝上年的上一年项目数量＋增/减", Weight::Warning),
    ("8", "全县汇总＝县直机关＋乡镇之和", Weight::Error),
];

/// Breaches told in a message; the rest is counted.
const TOLD: usize = 6;

/// An identity while it is judged.
struct Judging {
    id: &'static str,
    breaches: Vec<Breach>,
    unknown: Vec<CellRef>,
    judged: usize,
    /// Why nothing can be said, where it is not for unseen cells.
    why: Option<String>,
    /// What readers should know although it holds.
    aside: Option<String>,
}

impl Judging {
    fn new(id: &'static str) -> Self {
        Self { id, breaches: Vec::new(), unknown: Vec::new(), judged: 0, why: None, aside: None }
    }

    /// Nothing can be said, for this reason.
    fn open(id: &'static str, why: impl Into<String>) -> Identity {
        Self { why: Some(why.into()), ..Self::new(id) }.done()
    }

    /// Cells without a number among these, which are then remembered.
    fn lacks(&mut self, cells: &[(CellRef, Option<Number>)]) -> bool {
        let lacking: Vec<CellRef> =
            cells.iter().filter(|(_, number)| number.is_none()).map(|(cell, _)| cell.clone()).collect();
        let lacks = !lacking.is_empty();
        self.unknown.extend(lacking);
        lacks
    }

    fn done(self) -> Identity {
        let (id, rule, weight) = RULES.into_iter().find(|(id, ..)| *id == self.id).unwrap_or(RULES[0]);
        let whole = self.judged > 0 && self.unknown.is_empty();
        let holds = if !self.breaches.is_empty() {
            Some(false)
        } else if whole {
            Some(true)
        } else {
            None
        };
        let (cells, message) = match holds {
            Some(false) => {
                let mut told: Vec<&str> = Vec::new();
                for breach in self.breaches.iter().take(TOLD) {
                    told.push(&breach.message);
                }
                let mut message = told.join("；");
                if self.breaches.len() > TOLD {
                    message.push_str(&format!("；另有 {} 处", self.breaches.len() - TOLD));
                }
                let cells = self.breaches.iter().flat_map(|breach| breach.cells.iter().cloned()).collect();
                (cells, message + "。")
            }
            Some(true) => (Vec::new(), format!("相符。{}", self.aside.unwrap_or_default())),
            None => {
                let why = self.why.unwrap_or_else(|| unseen(&self.unknown));
                (self.unknown, why)
            }
        };
        Identity { id, rule, weight, holds, cells, message, breaches: self.breaches }
    }
}

/// Why nothing can be said: cells that were not seen, or hold words.
fn unseen(cells: &[CellRef]) -> String {
    let words = cells.iter().find(|cell| cell.value.as_ref().is_some_and(|value| !value.is_empty()));
    if let Some(cell) = words {
        let value = cell.value.clone().unwrap_or_default();
        return format!("{}写的是“{value}”，不是数字，不能核对。", cell.name());
    }
    match cells.first() {
        Some(first) => format!("有 {} 个单元格未见（例如{}），不能核对。", cells.len(), first.name()),
        None => "表里没有这一项要核对的内容。".to_owned(),
    }
}

/// Whether two names are of one organ, with or without what stands in brackets behind them.
pub fn same_organ(one: &str, other: &str) -> bool {
    let (one, other) = (bare_name(one), bare_name(other));
    !one.is_empty() && one == other
}

/// All identities of a report, in their order. `before` is the same organ's report of the year before; `parts` are the reports
/// that it sums up, empty where it is no summary or they are not at hand.
pub fn check(report: &Report, before: Option<&Report>, parts: &[&Report]) -> Vec<Identity> {
    vec![
        within::one(report),
        within::two(report),
        within::three(report),
        within::four(report),
        across::five(report, before),
        across::six(report, before),
        across::seven(report, before),
        across::eight(report, parts),
    ]
}

/// The identities of several reports, each against those of the others that concern it. `summary` names the organ that all
/// others of its year are parts of; without it a county's report is a summary of the reports whose names begin with its own.
pub fn check_all(reports: &[Report], summary: Option<&str>) -> Vec<Vec<Identity>> {
    let one = |at: usize| {
        let report = &reports[at];
        let before = years_before(reports, report);
        let parts = parts_of(reports, at, summary);
        let mut found = check(report, before.first().copied(), &parts);
        // Of two reports of one year nobody knows which is right: what they do not agree on is open, whatever the order of files.
        for other in before.iter().skip(1) {
            let again = check(report, Some(*other), &parts);
            for (one, other) in found.iter_mut().zip(again) {
                if one.holds != other.holds || one.message != other.message {
                    *one = Judging::open(one.id, two_of(report));
                }
            }
        }
        found
    };
    (0..reports.len()).map(one).collect()
}

/// Why nothing is said against the year before when it stands there twice.
fn two_of(report: &Report) -> String {
    let year = report.year.map_or_else(String::new, |year| format!(" {} 年", year - 1));
    format!("同一机关{year}有不止一份年报，与上一年的比较结果不同。请只留下正确的一份再核对。")
}

/// All reports of the same organ of the year before; more than one where a corrected one lies beside the first.
fn years_before<'a>(reports: &'a [Report], report: &Report) -> Vec<&'a Report> {
    let Some(first) = year_before(reports, report) else { return Vec::new() };
    let exact = first.organ == report.organ;
    let same = |other: &&Report| {
        other.year == first.year
            && if exact { other.organ == report.organ } else { same_organ(&other.organ, &report.organ) }
    };
    reports.iter().filter(same).collect()
}

/// The same organ's report of the year before: under the very same name, else under the same without brackets.
pub fn year_before<'a>(reports: &'a [Report], report: &Report) -> Option<&'a Report> {
    let year = report.year? - 1;
    let of_year = || reports.iter().filter(move |other| other.year == Some(year));
    if report.organ.is_empty() {
        return None;
    }
    of_year()
        .find(|other| other.organ == report.organ)
        .or_else(|| of_year().find(|other| same_organ(&other.organ, &report.organ)))
}

fn parts_of<'a>(reports: &'a [Report], at: usize, summary: Option<&str>) -> Vec<&'a Report> {
    let report = &reports[at];
    let same_year = |other: &&Report| other.year.is_some() && other.year == report.year;
    let others = || reports.iter().enumerate().filter(move |(number, _)| *number != at).map(|(_, other)| other);
    if let Some(named) = summary {
        if !same_organ(&report.organ, named) {
            return Vec::new();
        }
        return others().filter(same_year).filter(|other| !same_organ(&other.organ, named)).collect();
    }
    if report.rank != Rank::County {
        return Vec::new();
    }
    let name = bare_name(&report.organ);
    let name = name.strip_suffix("人民政府").unwrap_or(&name).to_owned();
    let below = |other: &&Report| matches!(other.rank, Rank::Organ | Rank::Township);
    let own = |other: &&Report| !name.is_empty() && bare_name(&other.organ).starts_with(&name);
    let parts: Vec<&Report> = others().filter(same_year).filter(below).filter(own).collect();
    // One organ alone is no county.
    if parts.len() < 2 { Vec::new() } else { parts }
}
