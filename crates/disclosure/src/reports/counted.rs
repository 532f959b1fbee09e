//! Figures that need not be typed: counted by whoever keeps the ledger of normative documents and the register of requests.

use std::sync::Arc;

use ::store::Tx;
use annual_report::{
    Cell, Edition, Report, Tables,
    counts::{self, Counted, Counts, CountsTexts, Texts},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::OrganCode;
use web::{Ctx, Desk, Done, Form, Refusal, Result, act};

use super::{
    actions::Button,
    office,
    rows::{AnnualReportId, Row},
    store,
};

/// What can be counted for a report.
#[derive(Debug, Clone, Default)]
struct Found {
    texts: Option<Texts>,
    cases: Option<Counted>,
}

/// What is offered, in words: 规范性文件台账, 依申请公开登记簿. Empty when nothing is.
pub(super) fn offered(ctx: &Ctx, edition: Edition) -> Vec<&'static str> {
    let mut words = Vec::new();
    // The older form asks how many were made and opened, of which the ledger knows nothing.
    if edition == Edition::Y2021 && ctx.declared::<Arc<dyn CountsTexts<Ctx>>>().next().is_some() {
        words.push("规范性文件台账");
    }
    if ctx.declared::<Arc<dyn Counts<Ctx>>>().next().is_some() {
        words.push("依申请公开登记簿");
    }
    words
}

/// The organs whose cases a report counts: its own, of the summary all that report.
fn organs_of(ctx: &Ctx, row: &Row) -> Vec<OrganCode> {
    if row.is_county() {
        office::reporting(ctx, row.year).into_iter().map(|organ| organ.code).collect()
    } else {
        vec![row.organ.clone()]
    }
}

/// What the register counts now for a report; `None` while nobody keeps one.
///
/// # Errors
/// In words, when it cannot be read.
pub(super) async fn of_register(ctx: &Ctx, row: &Row) -> std::result::Result<Option<Counted>, String> {
    let Some(register) = ctx.declared::<Arc<dyn Counts<Ctx>>>().next() else { return Ok(None) };
    let year = i16::try_from(row.year).unwrap_or_default();
    let mut all = Counted::default();
    for organ in organs_of(ctx, row) {
        let one = register.requests(ctx, year, organ.as_str()).await?;
        all.requests.extend(one.requests);
        all.remedies.extend(one.remedies);
    }
    Ok(Some(all))
}

/// What the ledger counts of one organ; `None` while nobody keeps one.
///
/// # Errors
/// In words, when it cannot be read.
pub(super) async fn of_ledger(ctx: &Ctx, organ: &OrganCode, year: i64) -> std::result::Result<Option<Texts>, String> {
    let Some(ledger) = ctx.declared::<Arc<dyn CountsTexts<Ctx>>>().next() else { return Ok(None) };
    ledger.texts(ctx, i16::try_from(year).unwrap_or_default(), organ.as_str()).await.map(Some)
}

/// Counts for the organ of a report; for the summary for all that report.
async fn counted(ctx: &Ctx, row: &Row, report: &Report) -> std::result::Result<Found, String> {
    let mut found = Found::default();
    if report.tables.proactive_edition() == Some(Edition::Y2021) {
        for organ in organs_of(ctx, row) {
            let Some(one) = of_ledger(ctx, &organ, row.year).await? else { break };
            let all = found.texts.get_or_insert_default();
            all.made += one.made;
            all.repealed += one.repealed;
            all.in_force += one.in_force;
        }
    }
    found.cases = of_register(ctx, row).await?;
    Ok(found)
}

/// Puts the texts into their row; `false` where the form has no such row.
pub(super) fn put_texts(tables: &mut Tables, texts: Texts) -> bool {
    let about = tables.proactive.iter_mut().find(|one| one.kind() == Some("规范性文件"));
    let Some(one) = about.filter(|one| one.cells.len() == 3) else { return false };
    one.cells = [texts.made, texts.repealed, texts.in_force].into_iter().map(Cell::count).collect();
    true
}

/// Puts what was counted into the tables, in words what that is.
fn fill(report: &mut Report, found: &Found) -> Vec<&'static str> {
    let mut filled = Vec::new();
    if let Some(texts) = found.texts
        && put_texts(&mut report.tables, texts)
    {
        filled.push("行政规范性文件");
    }
    if let Some(cases) = &found.cases {
        let edition = report.tables.requests_edition().unwrap_or_else(|| report.edition());
        report.tables.requests = counts::rows(edition, &cases.requests);
        report.tables.remedies = counts::remedies(&cases.remedies);
        filled.push("第三、第四部分");
    }
    filled
}

/// POST /annual-reports/{id}/count: saved as a version, to be looked over.
pub(super) async fn count(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AnnualReportId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let row = office::visible(&ctx, &desk, &id).await?;
    let before = row.report(&ctx.directory());
    let found = counted(&ctx, &row, &before).await;
    let done = async |tx: &mut Tx| {
        let found = found.clone().map_err(Refusal::Conflict)?;
        let mut report = before.clone();
        let filled = fill(&mut report, &found);
        if filled.is_empty() {
            return Err(Refusal::Conflict("这份年报没有可以统计的部分，请填写或者导入。".to_owned()));
        }
        let saved = store::save(&ctx, tx, &desk.actor(), (&id, button.version), (&report, "counted")).await?;
        let filled = filled.join("、");
        let said = if saved {
            format!("已统计填写{filled}，请核对。")
        } else {
            format!("{filled}与统计的相同，没有改动。")
        };
        Ok(Done::ok(format!("/annual-reports/{id}"), said))
    };
    Ok(act(&ctx, &button.once, done).await?)
}

#[cfg(test)]
mod tests {
    use annual_report::counts::Request;

    use super::*;

    #[test]
    fn what_is_counted_takes_the_place_of_what_was_there() {
        let tables = Tables::filled_with(Edition::Y2021, &Cell::unknown());
        let mut report = Report { year: Some(2024), tables, ..Report::default() };
        assert!(fill(&mut report, &Found::default()).is_empty());
        let requests = vec![Request { applicant: 0, carried_in: false, outcome: Some("3.1".to_owned()) }];
        let cases = Some(Counted { requests, remedies: Vec::new() });
        let texts = Some(Texts { made: 2, repealed: 1, in_force: 9 });
        assert_eq!(fill(&mut report, &Found { texts, cases }).len(), 2);
        assert_eq!(report.tables.row("1").map(|row| row.cells[6].clone()), Some(Cell::count(1)));
        assert_eq!(report.tables.about("规范性文件").map(|row| row.cells[2].clone()), Some(Cell::count(9)));
    }
}
