//! The pages of duties (任务), whatever their source: the board of office and organs, a duty's page with its forms, reminders.
//! What holds for every duty is the machine's (`duty`); here are the pages with their words.

mod actions;
pub mod acts;
mod board;
mod history;
mod hooks;
pub mod jobs;
pub mod look;
mod owners;
mod pages;

use duty::{
    By, Publishes, Sources, Target, lapse,
    permissions::{CONFIRM_DUTIES, REPORT_DUTIES, VIEW_DUTIES},
};
use kernel::{Actor, Directory};
use web::{Ctx, Listener, Result, Routes};

pub(crate) use hooks::{desk_source, evidence_uses, plan_progress};

use crate::permissions::MANAGE_PLANS;

/// Routes of the duty board and of the duties' pages.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .merge(board::routes())
        .get("/duties/{id}", &VIEW_DUTIES, pages::duty)
        .post("/duties/{id}/notes", &REPORT_DUTIES, actions::note)
        .post("/duties/{id}/evidence", &REPORT_DUTIES, actions::evidence)
        .post("/duties/{id}/evidence/{evidence}/take-back", &REPORT_DUTIES, actions::take_back)
        .post("/duties/{id}/evidence/{evidence}/look", &REPORT_DUTIES, actions::look)
        .post("/duties/{id}/evidence/{evidence}/confirm", &CONFIRM_DUTIES, actions::confirm)
        .post("/duties/{id}/evidence/{evidence}/return", &CONFIRM_DUTIES, actions::send_back)
        .post("/duties/{id}/evidence/{evidence}/undo", &CONFIRM_DUTIES, actions::undo)
        .post("/duties/{id}/extra", &REPORT_DUTIES, actions::extra)
        .post("/duties/{id}/extra/settle", &CONFIRM_DUTIES, actions::settle)
        .post("/duties/{id}/due", &MANAGE_PLANS, actions::due)
        .post("/duties/{id}/visibility", &MANAGE_PLANS, actions::visibility)
}

/// All sources of duties that capabilities declare.
pub(crate) fn sources(ctx: &Ctx) -> Sources {
    Sources::new(ctx.declared::<std::sync::Arc<dyn duty::Source>>().cloned().collect())
}

/// With which events what is evidence leaves the public and comes back.
fn publishes(ctx: &Ctx) -> Vec<Publishes> {
    ctx.declared::<Publishes>().copied().collect()
}

/// Brings evidence up to the log. Before anything is read that a withdrawn document must not close any more: what left the
/// public a moment ago is on no page.
pub(crate) async fn catch_up(ctx: &Ctx) -> Result<()> {
    Ok(lapse::catch_up(ctx.db(), &publishes(ctx)).await?)
}

/// By whom, today.
fn by<'a>(ctx: &Ctx, actor: &'a Actor, directory: &'a Directory) -> By<'a> {
    By { actor, directory, today: ctx.today() }
}

/// Where a duty is worked on, at the share that it is about.
fn address(target: &Target) -> String {
    format!("/duties/{}#a-{}", target.duty, target.share)
}
