//! Reports read and checked: small ones of the kinds that are published, with the errors that are published.

mod across;
mod published;
mod within;

use gongkai_annual_report::{Cell, Edition, Identity, Report, Tables};

/// A report of noughts, as many are.
fn noughts(organ: &str, year: i16, edition: Edition) -> Report {
    let tables = Tables::filled_with(edition, &Cell::count(0));
    Report { year: Some(year), organ: organ.to_owned(), tables, complete: true, ..Report::default() }
}

/// Fills a row of chapter three.
fn fill(report: &mut Report, key: &str, cells: [&str; 7]) {
    let row = report.tables.requests.iter_mut().find(|row| row.key == key).expect("a row of the form");
    row.cells = cells.iter().map(|cell| Cell::read(cell)).collect();
}

/// Fills a row of chapter two.
fn told(report: &mut Report, kind: &str, cells: &[&str]) {
    let row = report.tables.proactive.iter_mut().find(|row| row.kind() == Some(kind)).expect("a row of the form");
    row.cells = cells.iter().map(|cell| Cell::read(cell)).collect();
}

/// What came of an identity.
fn held(found: &[Identity], id: &str) -> Option<bool> {
    found.iter().find(|identity| identity.id == id).expect("an identity").holds
}

fn all(found: &[Identity]) -> Vec<Option<bool>> {
    found.iter().map(|identity| identity.holds).collect()
}
