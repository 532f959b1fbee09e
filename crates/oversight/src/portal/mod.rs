//! Plans as the public sees them: the text as issued, how far each clause and organ has come, evidence one click away, and
//! the same as JSON and CSV. Only confirmed plans, only public duties, only public documents.

mod api;
mod data;
mod feed;
mod load;
mod pages;

use duty::Progress;
use kernel::permission::READ_PUBLIC;
use web::{
    Capability, Ctx, Listener, Result, Routes,
    hooks::{Dataset, Mapped},
};

/// Routes of the portal.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/plans", &READ_PUBLIC, pages::list)
        .get("/plans/{id}", &READ_PUBLIC, pages::plan)
        .get("/plans/{id}/text", &READ_PUBLIC, pages::text)
        .get("/plans/{id}/clauses/{clause}", &READ_PUBLIC, pages::clause)
        .get("/plans/{id}/feed.atom", &READ_PUBLIC, feed::feed)
        .get("/plans/{id}/duties.csv", &READ_PUBLIC, data::csv)
        .get(api::LIST.path, &READ_PUBLIC, api::list)
        .get(api::ONE.path, &READ_PUBLIC, api::one)
        .get(api::DUTIES.path, &READ_PUBLIC, api::duties)
        .get(api::DUTY.path, &READ_PUBLIC, api::one_duty)
}

/// Declares what programs may ask.
pub(crate) fn declared(capability: Capability) -> Capability {
    [api::LIST, api::ONE, api::DUTIES, api::DUTY].into_iter().fold(capability, Capability::declare)
}

/// The work plans in force of the year: of the newest year that has begun, else of the first one to come. A plan for a later
/// year never stands before one that runs.
async fn current(ctx: &Ctx) -> Result<Option<(i64, Vec<load::Line>)>> {
    let mut plans = load::all(ctx).await?;
    plans.retain(|line| line.kind == crate::model::PlanKind::WorkPoints && !line.superseded && !line.revoked);
    let years = || plans.iter().map(|line| line.year);
    let today = i64::from(ctx.today().year());
    let Some(year) = years().filter(|year| *year <= today).max().or_else(|| years().min()) else { return Ok(None) };
    plans.retain(|line| line.year == year);
    Ok(Some((year, plans)))
}

/// The work plans in force of the year, counted together, for the first page.
pub(crate) async fn current_progress(ctx: &Ctx) -> Result<Option<Progress>> {
    let Some((year, plans)) = current(ctx).await? else { return Ok(None) };
    let sum = |pick: fn((u32, u32, u32, u32)) -> u32| -> i64 {
        plans.iter().map(|line| i64::from(pick(line.tally.bar()))).sum()
    };
    let (path, title) = match plans.as_slice() {
        [one] => (format!("/plans/{}", one.id), one.title.clone()),
        several => ("/plans".to_owned(), format!("{year} 年 {} 份工作要点", several.len())),
    };
    Ok(Some(Progress {
        year,
        path,
        title,
        total: plans.iter().map(|line| i64::from(line.tally.total())).sum(),
        confirmed: sum(|bar| bar.0),
        doing: sum(|bar| bar.1),
        overdue: sum(|bar| bar.2),
    }))
}

/// The pages of plans, revoked ones apart: those lead nowhere.
pub(crate) async fn on_map(ctx: &Ctx) -> Result<Vec<Mapped>> {
    let mut plans = load::all(ctx).await?;
    plans.retain(|line| !line.revoked);
    let pages = plans.into_iter().flat_map(|line| ["", "/text"].map(|part| format!("/plans/{}{part}", line.id)));
    Ok(pages.map(|href| Mapped { href, changed: String::new() }).collect())
}

/// Every plan in force that the public can see, of whatever year and kind, for whoever takes data.
pub(crate) async fn datasets(ctx: &Ctx) -> Result<Vec<Dataset>> {
    let mut plans = load::all(ctx).await?;
    plans.retain(|line| !line.superseded && !line.revoked);
    let dataset = |line: load::Line| Dataset {
        href: format!("/plans/{}", line.id),
        about: "逐项任务、责任机关、期限、落实情况",
        rows: i64::from(line.tally.total()),
        json: format!("/api/v1/plans/{}", line.id),
        title: line.title,
    };
    Ok(plans.into_iter().map(dataset).collect())
}
