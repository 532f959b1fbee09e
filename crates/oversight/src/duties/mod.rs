//! The pages of duties (任务), whatever their source: the board of office and organs, a duty's page with its forms, reminders.
//! What holds for every duty is the machine's (`duty`); here are the pages with their words.

mod actions;
pub mod acts;
mod board;
mod days;
pub mod evidence;
mod held;
mod history;
mod hooks;
mod owners;
mod pages;

use duty::{
    By, Sources, Target,
    permissions::{CONFIRM_DUTIES, MANAGE_DUTIES, REPORT_DUTIES, VIEW_DUTIES},
};
use kernel::{Actor, Directory, OrganCode};
use web::{Ctx, Listener, Routes};

pub(crate) use board::{export::day, find::finder};
pub(crate) use hooks::{datasets, desk_source, mentions, on_map, plan_progress};

/// Routes of the duty board and of the duties' pages.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .merge(board::routes())
        .merge(evidence::routes())
        .get("/duties/{id}", &VIEW_DUTIES, pages::duty)
        .post("/duties/{id}/notes", &REPORT_DUTIES, actions::note)
        .post("/duties/{id}/extra", &REPORT_DUTIES, actions::extra)
        .weighty("/duties/{id}/extra/settle", &CONFIRM_DUTIES, actions::settle)
        .weighty("/duties/{id}/due", &MANAGE_DUTIES, actions::due)
        .weighty("/duties/{id}/visibility", &MANAGE_DUTIES, actions::visibility)
        .weighty("/duties/{id}/end", &MANAGE_DUTIES, actions::end)
}

/// All sources of duties that capabilities declare.
pub(crate) fn sources(ctx: &Ctx) -> Sources {
    Sources::new(ctx.declared::<std::sync::Arc<dyn duty::Source>>().cloned().collect())
}

/// The organs with running duties of which nobody can report: what lies with them lies with nobody.
async fn unreached(ctx: &Ctx) -> web::Result<Vec<OrganCode>> {
    let organs = duty::board::organs(ctx.db()).await?;
    web::hooks::unreached(ctx, &organs, REPORT_DUTIES.roles).await
}

/// Their short names: 县信访局、县统计局等 28 个机关.
fn named(ctx: &Ctx, organs: &[OrganCode], most: usize) -> String {
    let directory = ctx.directory();
    let names: Vec<&str> = organs.iter().take(most).map(|organ| directory.short_name(organ)).collect();
    if organs.len() > most { format!("{}等 {} 个机关", names.join("、"), organs.len()) } else { names.join("、") }
}

/// By whom, today.
fn by<'a>(ctx: &Ctx, actor: &'a Actor, directory: &'a Directory) -> By<'a> {
    By { actor, directory, today: ctx.today() }
}

/// Where a duty is worked on, at the share that it is about.
fn address(target: &Target) -> String {
    format!("/duties/{}#a-{}", target.duty, target.share)
}
