//! What the register of requests holds behind a report: each of its figures opens the cases that it counts, and what has become
//! different since is told. A report changes by nothing but a new version; one that is public stays as it is.

use annual_report::{
    Cell, Report,
    counts::{self, Counting, Figure},
    layout::{self, Laid},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::permissions::HANDLE_CASES;
use kernel::may_for;
use web::{Ctx, Desk, Error, OfficeShell, Result, office_page, page};

use super::{
    counted, office,
    rows::{AnnualReportId, Row, Version},
    store::keeper,
};

/// A figure for which the register says something else now.
pub(super) struct Shifted {
    /// Row and column in words.
    said: String,
    /// What the report says.
    stands: String,
    /// What the register counts.
    now: String,
    /// The cases that it counts; empty where there are none, or the viewer may not see them.
    href: String,
}

/// Whether this person sees the cases behind a report: those of all organs behind the summary.
fn may_open(ctx: &Ctx, desk: &Desk, row: &Row) -> bool {
    let all = desk.staff.central || !row.is_county();
    all && may_for(&desk.actor(), &HANDLE_CASES, &keeper(ctx, &row.organ)).is_ok()
}

/// Address of the cases that a figure counts.
fn address(row: &Row, what: Counting) -> String {
    let figure = Figure { year: i16::try_from(row.year).unwrap_or_default(), what };
    let organ = if row.is_county() { "" } else { row.organ.as_str() };
    format!("/cases?{}", page::query_string(&[("phase", "all"), ("organ", organ), ("counted", &figure.code())]))
}

/// Has the figures of a report lead to their cases, where they were counted from the register and this person may see those.
pub(super) fn lead(ctx: &Ctx, desk: &Desk, row: &Row, versions: &[Version], (report, tables): (&Report, &mut [Laid])) {
    let counted = |version: &Version| version.origin == "counted" || (row.is_county() && version.origin == "sum");
    if !may_open(ctx, desk, row) || !versions.iter().any(counted) {
        return;
    }
    layout::lead(tables, |field| {
        field.cell.figure().filter(|number| !number.is_zero())?;
        Some(address(row, Counting::of_cell(report, &field.name)?))
    });
}

/// Where the register says something else now than the report; `None` while it knows nothing of the year.
///
/// # Errors
/// When the database fails.
pub(super) async fn shifted(ctx: &Ctx, desk: &Desk, row: &Row, report: &Report) -> Result<Option<Vec<Shifted>>> {
    let Some(cases) = counted::of_register(ctx, row).await.map_err(Error::internal)? else { return Ok(None) };
    if cases.requests.is_empty() && cases.remedies.is_empty() {
        return Ok(None);
    }
    let edition = report.tables.requests_edition().unwrap_or_else(|| report.edition());
    let (rows, remedies) = (counts::rows(edition, &cases.requests), counts::remedies(&cases.remedies));
    let mut pairs: Vec<(String, Cell, Cell)> = Vec::new();
    for (number, stands) in report.tables.requests.iter().enumerate() {
        let Some(now) = rows.iter().find(|now| now.key == stands.key) else { continue };
        for (at, (stands, now)) in stands.cells.iter().zip(&now.cells).enumerate() {
            pairs.push((format!("r{number}-{at}"), stands.clone(), now.clone()));
        }
    }
    for (at, (stands, now)) in report.tables.remedies.iter().zip(&remedies).enumerate() {
        pairs.push((format!("m{at}"), stands.clone(), now.clone()));
    }
    let opens = may_open(ctx, desk, row);
    let told = |(name, stands, now): (String, Cell, Cell)| {
        let number = now.figure()?;
        // A cell that nobody has filled says nothing else.
        stands.figure().filter(|stands| *stands != number)?;
        let what = Counting::of_cell(report, &name)?;
        Some(Shifted {
            said: what.words(),
            stands: stands.shown().to_owned(),
            now: number.to_string(),
            href: if opens && !number.is_zero() { address(row, what) } else { String::new() },
        })
    };
    Ok(Some(pairs.into_iter().filter_map(told).collect()))
}

#[derive(Template)]
#[template(path = "reports/templates/register.html")]
struct Page {
    shell: OfficeShell,
    row: Row,
    name: String,
    /// The register knows something of the year.
    known: bool,
    lines: Vec<Shifted>,
}

/// GET /annual-reports/{id}/register
pub(super) async fn compared(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AnnualReportId>) -> Result<Response> {
    let row = office::visible(&ctx, &desk, &id).await?;
    let report = row.report(&ctx.directory());
    let found = shifted(&ctx, &desk, &row, &report).await?;
    let name = row.name(&ctx.directory());
    office_page(&Page {
        shell: desk.shell(&ctx, format!("{name} {} 年年报与登记簿比较", row.year)).await?,
        known: found.is_some(),
        lines: found.unwrap_or_default(),
        row,
        name,
    })
}
