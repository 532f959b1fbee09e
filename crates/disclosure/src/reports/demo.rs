//! The demonstration county has filled in the yearly reports of some years: those of its first organs, summed up and public,
//! one of the last year still waiting for its second person.

use std::sync::Arc;

use annual_report::{
    Cell, Edition, Report, Tables,
    counts::{self, Remedy, Request},
    sum::sum,
};
use jiff::ToSpan;
use kernel::{Actor, time};
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::{counted, office, rows, site_rows, store};

/// Organs that have filled in their reports.
const ORGANS: usize = 6;
/// Years before this one that are filled in.
const YEARS: i64 = 4;
/// Outcomes in their turn.
const OUTCOMES: [&str; 8] = ["3.1", "3.4.1", "3.1", "3.2", "3.3.8", "3.4.1", "3.5.2", "3.1"];

fn told(refusal: Refusal) -> Failure {
    Failure::from(refusal.words())
}

pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(26.days())?;
    let at = cast.moment(ctx, day, "annual-reports");
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        filled(&ctx, &cast).await?;
        Ok(Vec::new())
    })])
}

/// What an organ reports on a year of those from the first to the last: made from cases, so that it agrees with itself and
/// with the year before. The last year leaves nothing to the one that runs, whose cases are those of the register.
fn tables(organ: usize, year: i64, (first, last): (i64, i64)) -> Tables {
    let edition = i16::try_from(year).map_or(Edition::Y2021, Edition::of_year);
    let seed = organ + usize::try_from(year).unwrap_or(0);
    let mut requests: Vec<Request> = (0..4 + seed % 5)
        .map(|at| Request {
            applicant: if (at + seed) % 4 == 3 { 1 } else { 0 },
            carried_in: false,
            outcome: Some(OUTCOMES[(at + seed) % OUTCOMES.len()].to_owned()),
        })
        .collect();
    // Each year but the last ends with one that goes on, and the next begins with it.
    if let Some(open) = requests.last_mut().filter(|_| year < last) {
        *open = Request { applicant: 0, carried_in: false, outcome: None };
    }
    if year > first {
        requests.push(Request { applicant: 0, carried_in: true, outcome: Some("3.1".to_owned()) });
    }
    let remedies: Vec<Remedy> = (0..organ % 2).map(|_| Remedy { group: 0, result: 0 }).collect();
    let mut tables = Tables::filled_with(edition, &Cell::count(0));
    tables.requests = counts::rows(edition, &requests);
    tables.remedies = counts::remedies(&remedies);
    let (size, age) = (i64::try_from(organ).unwrap_or(0), year - first);
    for row in &mut tables.proactive {
        let cells = match (edition, row.kind()) {
            (Edition::Y2021, Some("行政许可")) => vec![Cell::count(120 * size + 7 * age)],
            (Edition::Y2021, Some("行政处罚")) => vec![Cell::count(11 * size + age)],
            (Edition::Y2021, Some("行政事业性收费")) if organ == 1 => vec![Cell::read("36.5")],
            _ => continue,
        };
        row.cells = cells;
    }
    tables
}

async fn filled(ctx: &Ctx, cast: &Cast) -> Result<(), Failure> {
    let this = i64::from(ctx.today().year());
    let first = (this - YEARS).max(2021);
    for year in first..this {
        let mut reports = Vec::new();
        for (at, organ) in office::reporting(ctx, year).into_iter().take(ORGANS).enumerate() {
            let writer = Actor::Staff(cast.of(&organ.code).clone());
            let mut tables = tables(at, year, (first, this - 1));
            if let Some(texts) = counted::of_ledger(ctx, &organ.code, year).await? {
                counted::put_texts(&mut tables, texts);
            }
            let report = Report { year: i16::try_from(year).ok(), tables, complete: true, ..Report::default() };
            let released = !(year == this - 1 && at + 1 == ORGANS);
            put(ctx, cast, (&organ.code, year, "own"), (&writer, &report, "file"), released).await?;
            reports.push(report);
        }
        let parts: Vec<&Report> = reports.iter().collect();
        let Some(edition) = parts.first().map(|report| report.edition()) else { continue };
        let whole = Report { year: i16::try_from(year).ok(), tables: sum(edition, &parts), ..Report::default() };
        let released = year < this - 1;
        put(ctx, cast, (&ctx.office_organ(), year, "county"), (&cast.clerk(), &whole, "sum"), released).await?;
    }
    sheet(ctx, cast, this - 1).await
}

/// The sheet of the site, as far as somebody has filled it in.
async fn sheet(ctx: &Ctx, cast: &Cast, year: i64) -> Result<(), Failure> {
    let cells = [
        ("visitors", "61240"),
        ("visits", "183204"),
        ("specials", "6"),
        ("specials_new", "2"),
        ("messages", "148"),
        ("messages_done", "146"),
        ("messages_days", "3.5"),
        ("checks", "4"),
        ("problems", "3"),
        ("solved", "3"),
        ("media", "是"),
        ("novel", "首页增加长者模式，政策文件附一图读懂。"),
    ];
    let cells = cells.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let mut tx = ctx.db().write().await?;
    site_rows::save(ctx, &mut tx, &cast.clerk(), (year, 0), &cells).await.map_err(told)?;
    tx.commit().await?;
    Ok(())
}

/// Begins a report, saves what it holds, and has the chief make it public.
async fn put(
    ctx: &Ctx,
    cast: &Cast,
    of: (&kernel::OrganCode, i64, &str),
    (writer, report, origin): (&Actor, &Report, &str),
    released: bool,
) -> Result<(), Failure> {
    let mut tx = ctx.db().write().await?;
    let empty = Report {
        tables: Tables::filled_with(report.edition(), &Cell::unknown()),
        year: report.year,
        ..Report::default()
    };
    let (id, _) = store::begin(ctx, &mut tx, writer, of, &empty).await.map_err(told)?;
    store::save(ctx, &mut tx, writer, (&id, 1), (report, origin)).await.map_err(told)?;
    let version = rows::one(tx.conn(), &id).await?.map_or(1, |row| row.version);
    if released {
        // Only the first organs of the demonstration report.
        let reason = if of.2 == "county" { "演示数据，只含部分机关" } else { "" };
        store::release(ctx, &mut tx, &cast.chief(), (&id, version), reason).await.map_err(told)?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use annual_report::form;

    use super::*;

    #[test]
    fn the_last_year_leaves_nothing_to_the_register() {
        let carried = |year| {
            let tables = tables(2, year, (2022, 2025));
            let at = form::requests(Edition::Y2021).iter().position(|line| line.key == "4").expect("a row");
            tables.requests[at].cells.last().cloned().expect("a total")
        };
        assert_eq!((carried(2024), carried(2025)), (Cell::count(1), Cell::count(0)));
    }
}
