//! Where figures come from when nobody types them: requests and remedies as they are counted into chapters three and four, and
//! what whoever keeps the register offers to whoever writes the report.

use std::{future::Future, pin::Pin};

use crate::{
    cell::Cell,
    form::{self, APPLICANTS, Edition, RESULTS, TOTAL},
    model::{REMEDY_CELLS, Row, full_label},
};

/// A request as a year's table counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Column of the applicant among [`APPLICANTS`], 0 to 5.
    pub applicant: usize,
    /// It was received before the year began.
    pub carried_in: bool,
    /// Key of the row of its outcome in the year (`3.3.8`); `None` while it goes on at the year's end.
    pub outcome: Option<String>,
}

/// A review or a suit as a year's table counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remedy {
    /// Among [`form::REMEDIES`].
    pub group: usize,
    /// Among the four of [`RESULTS`] before 总计.
    pub result: usize,
}

/// What was counted of a year and an organ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    pub requests: Vec<Request>,
    pub remedies: Vec<Remedy>,
}

/// Texts in force, for the first block of chapter two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Texts {
    /// 本年制发件数
    pub made: i64,
    /// 本年废止件数
    pub repealed: i64,
    /// 现行有效件数 at the end of the year
    pub in_force: i64,
}

/// An answer that somebody waits for; what went wrong in words.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Offered by whoever keeps the register of requests. `C` is what it asks with (the program's context): this crate knows none.
pub trait Counts<C>: Send + Sync {
    /// What a year's report of an organ counts; the organ by its code.
    fn requests<'a>(&'a self, with: &'a C, year: i16, code: &'a str) -> Answer<'a, Counted>;
}

/// Offered by whoever keeps the library of normative documents.
pub trait CountsTexts<C>: Send + Sync {
    /// 行政规范性文件 of an organ in a year; the organ by its code.
    fn texts<'a>(&'a self, with: &'a C, year: i16, code: &'a str) -> Answer<'a, Texts>;
}

/// Chapter three of what was counted: identities 1 to 3 hold by how it is made. A request whose outcome the form does not have is
/// counted as （六）'s last row.
pub fn rows(edition: Edition, requests: &[Request]) -> Vec<Row> {
    let lines = form::requests(edition);
    let mut counts = vec![[0_i64; 7]; lines.len()];
    let other = match edition {
        Edition::Y2019 => "3.6",
        Edition::Y2021 => "3.6.3",
    };
    let place = |key: &str| lines.iter().position(|line| line.key == key);
    for request in requests {
        let column = request.applicant.min(TOTAL - 1);
        let ended = match &request.outcome {
            None => "4",
            Some(key) if place(key).is_some() => key.as_str(),
            Some(_) => other,
        };
        let mut keys = vec![if request.carried_in { "2" } else { "1" }, ended];
        if ended != "4" {
            keys.push("3.7");
        }
        for at in keys.into_iter().filter_map(place) {
            counts[at][column] += 1;
            counts[at][TOTAL] += 1;
        }
    }
    let row = |(line, counts): (&form::Line, [i64; 7])| Row {
        key: line.key.to_owned(),
        label: full_label(line.group, line.label),
        cells: counts.into_iter().take(APPLICANTS.len()).map(Cell::count).collect(),
    };
    lines.iter().zip(counts).map(row).collect()
}

/// Chapter four of what was counted.
pub fn remedies(remedies: &[Remedy]) -> Vec<Cell> {
    let mut counts = [0_i64; REMEDY_CELLS];
    for remedy in remedies {
        let first = remedy.group.min(form::REMEDIES.len() - 1) * RESULTS.len();
        counts[first + remedy.result.min(RESULTS.len() - 2)] += 1;
        counts[first + RESULTS.len() - 1] += 1;
    }
    counts.into_iter().map(Cell::count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identities,
        model::{Report, Tables},
    };

    #[test]
    fn what_is_counted_agrees_with_itself() {
        for edition in Edition::ALL {
            let mut requests = Vec::new();
            for (number, line) in form::requests(edition).iter().enumerate() {
                let outcome = line.key.starts_with("3.").then(|| line.key.to_owned()).filter(|key| key != "3.7");
                requests.push(Request { applicant: number % 6, carried_in: number % 5 == 0, outcome });
            }
            requests.push(Request { applicant: 1, carried_in: false, outcome: Some("9.9".to_owned()) });
            let remedies = [Remedy { group: 0, result: 0 }, Remedy { group: 2, result: 3 }];
            let blank = Tables::filled_with(edition, &Cell::count(0));
            let tables = Tables { requests: rows(edition, &requests), remedies: super::remedies(&remedies), ..blank };
            let report = Report { year: Some(2024), tables, ..Report::default() };
            let found = identities::check(&report, None, &[]);
            let held: Vec<_> = found.iter().take(4).map(|identity| identity.holds).collect();
            assert_eq!(held, [Some(true); 4], "{found:?}");
            let total = report.tables.row("3.7").and_then(|row| row.cells[TOTAL].figure());
            assert_eq!(total.and_then(|number| number.to_whole()), i64::try_from(requests.len() - 4).ok());
        }
    }
}
