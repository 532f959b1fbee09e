//! Plans as the public sees them: the text as issued, how far each clause and organ has come, evidence one click away, and
//! the same as JSON and CSV. Only confirmed plans, only public duties, only public documents.

mod data;
mod load;
mod pages;

use duty::{PlanLine, Progress};
use kernel::permission::READ_PUBLIC;
use web::{Ctx, Listener, Result, Routes};

/// Routes of the portal.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/plans", &READ_PUBLIC, pages::list)
        .get("/plans/{id}", &READ_PUBLIC, pages::plan)
        .get("/plans/{id}/text", &READ_PUBLIC, pages::text)
        .get("/plans/{id}/clauses/{clause}", &READ_PUBLIC, pages::clause)
        .get("/plans/{id}/duties.csv", &READ_PUBLIC, data::csv)
        .get("/api/v1/plans", &READ_PUBLIC, data::list)
        .get("/api/v1/plans/{id}", &READ_PUBLIC, data::json)
}

/// The work plans in force of the year, counted together, for the first page: of the newest year that has begun, else of the
/// first one to come. A plan for a later year never stands before one that runs.
pub(crate) async fn current_progress(ctx: &Ctx) -> Result<Option<Progress>> {
    let plans = load::all(ctx).await?;
    let in_force =
        |line: &&load::Line| line.kind == crate::model::PlanKind::WorkPoints && !line.superseded && !line.revoked;
    let years = || plans.iter().filter(in_force).map(|line| line.year);
    let today = i64::from(ctx.today().year());
    let Some(year) = years().filter(|year| *year <= today).max().or_else(|| years().min()) else { return Ok(None) };
    let of_year: Vec<&load::Line> = plans.iter().filter(in_force).filter(|line| line.year == year).collect();
    let sum = |pick: fn((u32, u32, u32, u32)) -> u32| -> i64 {
        of_year.iter().map(|line| i64::from(pick(line.tally.bar()))).sum()
    };
    let (path, title) = match of_year.as_slice() {
        [one] => (format!("/plans/{}", one.id), one.title.clone()),
        several => ("/plans".to_owned(), format!("{year} 年 {} 份工作要点", several.len())),
    };
    Ok(Some(Progress {
        year,
        path,
        title,
        total: of_year.iter().map(|line| i64::from(line.tally.total())).sum(),
        confirmed: sum(|bar| bar.0),
        doing: sum(|bar| bar.1),
        overdue: sum(|bar| bar.2),
        plans: of_year
            .iter()
            .map(|line| PlanLine {
                id: line.id.clone(),
                title: line.title.clone(),
                total: i64::from(line.tally.total()),
            })
            .collect(),
    }))
}
