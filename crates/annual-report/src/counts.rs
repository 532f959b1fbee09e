//! Where figures come from when nobody types them: requests and remedies as they are counted into chapters three and four, and
//! what whoever keeps the register offers to whoever writes the report.

use std::{future::Future, pin::Pin};

use crate::{
    cell::Cell,
    form::{self, APPLICANTS, Edition, RESULTS, TOTAL},
    model::{REMEDY_CELLS, Report, Row, full_label},
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

    /// The cases that a figure counts, by their identifiers in the register: those of these organs, by their codes. A case that
    /// is counted twice in a figure of chapter four is named once.
    fn behind<'a>(&'a self, with: &'a C, figure: &'a Figure, codes: &'a [String]) -> Answer<'a, Vec<String>>;
}

/// A figure that is counted, of chapter three or four of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub year: i16,
    pub what: Counting,
}

/// Which figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counting {
    /// Key of the row of chapter three, and the column among [`APPLICANTS`].
    Request { key: String, column: usize },
    /// Number of the cell of chapter four.
    Remedy(usize),
}

impl Counting {
    /// What a cell of a report counts, by the name that it has in [`crate::layout`]; `None` for chapter two and for rows that a
    /// province has added.
    pub fn of_cell(report: &Report, name: &str) -> Option<Self> {
        if let Some(at) = name.strip_prefix('m') {
            return at.parse::<usize>().ok().filter(|at| *at < REMEDY_CELLS).map(Self::Remedy);
        }
        let (row, column) = name.strip_prefix('r')?.split_once('-')?;
        let row = report.tables.requests.get(row.parse::<usize>().ok()?)?;
        Self::request(&row.key, column)
    }

    fn request(key: &str, place: &str) -> Option<Self> {
        let known = Edition::ALL.iter().any(|edition| form::requests(*edition).iter().any(|line| line.key == key));
        let column = place.parse::<usize>().ok().filter(|column| *column < APPLICANTS.len())?;
        known.then(|| Self::Request { key: key.to_owned(), column })
    }

    /// Whether the figure counts this request.
    pub fn holds(&self, request: &Request) -> bool {
        let Self::Request { key, column } = self else { return false };
        // （六） is one row in the older form alone.
        let edition = if key == "3.6" { Edition::Y2019 } else { Edition::Y2021 };
        let fits = *column == TOTAL || *column == request.applicant.min(TOTAL - 1);
        fits && keys(edition, request).contains(&key.as_str())
    }

    /// Whether the figure counts this review or suit.
    pub fn holds_remedy(&self, remedy: &Remedy) -> bool {
        matches!(self, Self::Remedy(at) if places(*remedy).contains(at))
    }

    /// The row and the column in words: “（一）予以公开”，自然人.
    pub fn words(&self) -> String {
        match self {
            Self::Remedy(at) => form::remedy(*at).replace('·', "，"),
            Self::Request { key, column } => {
                let lines = form::requests(if key == "3.6" { Edition::Y2019 } else { Edition::Y2021 });
                let label = lines.iter().find(|line| line.key == key).map_or("", |line| line.label);
                format!("“{label}”，{}", APPLICANTS.get(*column).copied().unwrap_or_default())
            }
        }
    }
}

impl Figure {
    /// As an address names it: `2025-3.3.8-0`, `2025-m14`.
    pub fn code(&self) -> String {
        match &self.what {
            Counting::Request { key, column } => format!("{}-{key}-{column}", self.year),
            Counting::Remedy(at) => format!("{}-m{at}", self.year),
        }
    }

    /// `None` for what names none.
    pub fn of(code: &str) -> Option<Self> {
        let (year, rest) = code.split_once('-')?;
        let year = year.parse::<i16>().ok().filter(|year| (2008..=2100).contains(year))?;
        let what = match rest.split_once('-') {
            Some((key, column)) => Counting::request(key, column)?,
            None => {
                let at = rest.strip_prefix('m')?.parse::<usize>().ok().filter(|at| *at < REMEDY_CELLS)?;
                Counting::Remedy(at)
            }
        };
        Some(Self { year, what })
    }
}

/// Keys of the rows in which a request adds one. An outcome that the form does not have is counted as （六）'s last row.
fn keys(edition: Edition, request: &Request) -> Vec<&str> {
    let other = match edition {
        Edition::Y2019 => "3.6",
        Edition::Y2021 => "3.6.3",
    };
    let known = |key: &str| form::requests(edition).iter().any(|line| line.key == key);
    let begun = if request.carried_in { "2" } else { "1" };
    match &request.outcome {
        None => vec![begun, "4"],
        Some(key) if known(key) => vec![begun, key.as_str(), "3.7"],
        Some(_) => vec![begun, other, "3.7"],
    }
}

/// The two cells of chapter four in which a review or a suit adds one.
fn places(remedy: Remedy) -> [usize; 2] {
    let first = remedy.group.min(form::REMEDIES.len() - 1) * RESULTS.len();
    [first + remedy.result.min(RESULTS.len() - 2), first + RESULTS.len() - 1]
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
    for request in requests {
        let column = request.applicant.min(TOTAL - 1);
        for key in keys(edition, request) {
            if let Some(at) = lines.iter().position(|line| line.key == key) {
                counts[at][column] += 1;
                counts[at][TOTAL] += 1;
            }
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
    for at in remedies.iter().flat_map(|remedy| places(*remedy)) {
        counts[at] += 1;
    }
    counts.into_iter().map(Cell::count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identities, model::Tables};

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
            // Behind each figure stand as many requests as it says.
            for placed in crate::layout::tables(&report).iter().flat_map(|table| table.rows.iter().flatten()) {
                let Some(field) = placed.as_field().filter(|field| !field.name.starts_with('p')) else { continue };
                let what = Counting::of_cell(&report, &field.name).expect("a figure");
                let figure = Figure { year: 2024, what: what.clone() };
                assert_eq!(Figure::of(&figure.code()), Some(figure));
                let behind = requests.iter().filter(|request| what.holds(request)).count();
                let behind = behind + remedies.iter().filter(|remedy| what.holds_remedy(remedy)).count();
                assert_eq!(field.cell, Cell::count(i64::try_from(behind).unwrap_or(-1)), "{}", what.words());
            }
        }
    }

    #[test]
    fn what_names_no_figure_is_none() {
        for code in ["", "2025", "2025-3.9-0", "2025-3.1-7", "2025-m15", "1999-m1", "x-m1", "2025-m"] {
            assert_eq!(Figure::of(code), None, "{code}");
        }
        let figure = Figure::of("2025-3.1-0").expect("a figure");
        assert_eq!(figure.what.words(), "“（一）予以公开”，自然人");
    }
}
