//! Plans as the public sees them: the text as issued, how far each clause and organ has come, evidence one click away, and
//! the same as JSON and CSV. Only confirmed plans, only public duties, only public documents.

mod data;
mod load;
mod pages;

use duty::Progress;
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

/// The newest work plan in force that has public duties, for the first page.
pub(crate) async fn current_progress(ctx: &Ctx) -> Result<Option<Progress>> {
    let plans = load::all(ctx).await?;
    let plan = plans.into_iter().find(|line| line.kind == crate::model::PlanKind::WorkPoints && !line.superseded);
    Ok(plan.map(|line| {
        let (confirmed, doing, overdue, _) = line.tally.bar();
        Progress {
            year: line.year,
            path: format!("/plans/{}", line.id),
            title: line.title,
            total: i64::from(line.tally.total()),
            confirmed: i64::from(confirmed),
            doing: i64::from(doing),
            overdue: i64::from(overdue),
        }
    }))
}
