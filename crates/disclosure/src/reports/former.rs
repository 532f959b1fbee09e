//! What readers saw of a report before: which version, from when until when, and what the present one says otherwise. Figures that
//! were public do not change unseen.

use ::store::{Executor, FromRow, Tx, query, query_as, query_scalar};
use annual_report::{Report, layout};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::page as part;
use kernel::time;
use web::{Ctx, Error, PortalShell, Reader, Result, page::portal_page};

use super::rows::{self, AnnualReportId, Row};

/// A time for which a version was public.
#[derive(Debug, Clone, FromRow)]
struct Release {
    place: i64,
    version: i64,
    at: String,
    until: String,
    /// `replaced`, `withdrawn`; empty = readers see it now.
    ended: String,
}

/// A cell that says something else than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Row and column in words.
    pub(super) said: String,
    pub(super) before: String,
    pub(super) now: String,
}

/// A former time as pages tell it.
pub(super) struct Line {
    pub(super) words: String,
    /// Address of what readers saw; empty = it was taken back.
    pub(super) href: String,
}

/// What a page tells of before.
#[derive(Default)]
pub(super) struct Before {
    pub(super) lines: Vec<Line>,
    /// Against the version that stood directly before this one, if that was replaced and not taken back.
    pub(super) changes: Vec<Change>,
}

/// Newest first.
async fn releases(executor: impl Executor<'_>, id: &AnnualReportId) -> ::store::Result<Vec<Release>> {
    query_as(
        "SELECT place, version, at, until, ended FROM annual_report_release WHERE report = $1 ORDER BY place DESC LIMIT 100",
    )
    .bind(id)
    .fetch_all(executor)
    .await
}

/// Readers see another version, or none any more.
pub(super) async fn ended(tx: &mut Tx, id: &AnnualReportId, how: &str) -> ::store::Result<()> {
    let now = tx.now();
    query("UPDATE annual_report_release SET until = $2, ended = $3 WHERE report = $1 AND until = ''")
        .bind(id)
        .bind(now)
        .bind(how)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Readers see this version from now on, in the place of the one before.
pub(super) async fn begun(tx: &mut Tx, id: &AnnualReportId, version: i64) -> ::store::Result<()> {
    ended(tx, id, "replaced").await?;
    let now = tx.now();
    let place: i64 = query_scalar("SELECT COALESCE(MAX(place), 0) + 1 FROM annual_report_release WHERE report = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await?;
    query(
        "INSERT INTO annual_report_release (report, place, version, at, until, ended) VALUES ($1, $2, $3, $4, '', '')",
    )
    .bind(id)
    .bind(place)
    .bind(version)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a version held.
async fn of_version(ctx: &Ctx, row: &Row, version: i64) -> Result<Option<Report>> {
    let figures: Option<String> =
        query_scalar("SELECT figures FROM annual_report_version WHERE report = $1 AND version = $2")
            .bind(&row.id)
            .bind(version)
            .fetch_optional(ctx.db().read())
            .await?;
    Ok(figures.map(|figures| Row { figures, ..row.clone() }.report(&ctx.directory())))
}

/// The cells in which two reports of one form differ.
pub(super) fn changes(before: &Report, now: &Report) -> Vec<Change> {
    let fields = |report: &Report| {
        let placed = layout::tables(report).into_iter().flat_map(|table| table.rows.into_iter().flatten());
        placed.filter_map(|placed| placed.as_field().cloned()).collect::<Vec<_>>()
    };
    let old = fields(before);
    let mut all = Vec::new();
    for field in fields(now) {
        let was = old.iter().find(|one| one.name == field.name).map_or("", |one| one.cell.printed.as_str());
        if was != field.cell.printed {
            all.push(Change { said: field.said, before: was.to_owned(), now: field.cell.printed });
        }
    }
    all
}

/// What is told beside what readers see now. `row` is that of [`rows::public`].
///
/// # Errors
/// When the database fails.
pub(super) async fn before(ctx: &Ctx, row: &Row, now: &Report) -> Result<Before> {
    let past: Vec<Release> =
        releases(ctx.db().read(), &row.id).await?.into_iter().filter(|one| !one.ended.is_empty()).collect();
    let mut told = Before::default();
    if let Some(last) = past.first().filter(|one| one.ended == "replaced")
        && let Some(report) = of_version(ctx, row, last.version).await?
    {
        told.changes = changes(&report, now);
    }
    for one in past {
        let (from, until) = (time::show_date(&one.at), time::show_date(&one.until));
        let replaced = one.ended == "replaced";
        told.lines.push(Line {
            words: format!("{from} 公布，{until} {}", if replaced { "更正" } else { "撤回" }),
            href: if replaced { format!("/reports/{}/former/{}", row.id, one.place) } else { String::new() },
        });
    }
    Ok(told)
}

#[derive(Template)]
#[template(path = "reports/templates/former.html")]
struct Page {
    shell: PortalShell,
    id: AnnualReportId,
    /// Escaped, with the places where it may break.
    title: String,
    from: String,
    until: String,
    tables: Vec<layout::Laid>,
}

/// `GET /reports/{id}/former/{place}`: what readers saw before it was corrected.
pub(super) async fn page(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path((id, place)): Path<(AnnualReportId, i64)>,
) -> Result<Response> {
    let row = rows::public(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    let all = releases(ctx.db().read(), &id).await?;
    let found = all.into_iter().find(|one| one.place == place && one.ended == "replaced").ok_or(Error::NotFound)?;
    let report = of_version(&ctx, &row, found.version).await?.ok_or(Error::NotFound)?;
    let title = format!("{}{}年政府信息公开工作年度报告数据（更正以前）", report.organ, row.year);
    let shell = part::shell(&ctx, &reader, &title, "openness", "已经更正的数据，留作对照。");
    portal_page(&Page {
        shell,
        from: time::show_date(&found.at),
        until: time::show_date(&found.until),
        tables: layout::tables(&report),
        title: web::breaks::marked(&title),
        id,
    })
}

#[cfg(test)]
mod tests {
    use annual_report::{Cell, Edition, Tables, form::TOTAL};

    use super::*;

    #[test]
    fn what_is_corrected_is_told_cell_by_cell() {
        let report = |received: i64| {
            let mut tables = Tables::filled_with(Edition::Y2021, &Cell::count(0));
            tables.requests[0].cells[TOTAL] = Cell::count(received);
            Report { year: Some(2025), tables, ..Report::default() }
        };
        assert_eq!(changes(&report(20), &report(20)), []);
        let found = changes(&report(20), &report(19));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].before.as_str(), found[0].now.as_str()), ("20", "19"));
    }
}
