//! Plans, duties, evidence: parse, import, board, public plan page.

pub mod duties;
pub mod model;
pub mod plans;
pub mod portal;
pub mod privacy;
mod recipients;

use std::sync::Arc;

use kernel::{Actor, id::PlanId};
use store::jobs::Handlers;
use web::{Ctx, Error, Result, Routes, hooks::SearchSource};

use crate::{
    model::{PlanKind, PlanState},
    plans::{
        import::{Refusal, Spec},
        source::Source,
        tree,
    },
};

pub use duties::{
    desk_source, evidence_uses,
    jobs::{remind_daily, remind_once},
    plan_progress,
};
pub use portal::portal_routes;

/// Routes of the office.
pub fn routes() -> Routes {
    plans::routes().merge(duties::routes())
}

/// Handlers of the jobs of this context.
pub fn handlers(ctx: Ctx) -> Handlers {
    plans::handlers(&ctx).merge(duties::look::handlers(ctx.clone()))
}

/// Plans for the search.
pub fn search_source() -> Arc<dyn SearchSource> {
    plans::public::search_source()
}

/// A plan to be imported by the command line or the demonstration.
#[derive(Debug)]
pub struct Import {
    /// The text with the name of its file.
    pub source: Source,
    /// Title, year, kind.
    pub spec: Spec,
}

impl Import {
    /// Work points of a year. An empty title means the one in the text.
    pub fn work_points(title: impl Into<String>, year: i16, text: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            source: Source::text(text, name),
            spec: Spec { title: title.into(), year: Some(year), ..Spec::new(PlanKind::WorkPoints) },
        }
    }
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The draft.
    pub plan: PlanId,
    /// What the parser wants a person to look at.
    pub warnings: Vec<text::plan::Warning>,
}

/// Parses and stores a plan as a draft.
///
/// # Errors
/// [`Error::Conflict`] when the same text is there for the year, [`Error::Invalid`] when the input does not do, in words.
pub async fn import(ctx: &Ctx, actor: &Actor, import: Import) -> Result<Imported> {
    let plan =
        plans::import::import(ctx, actor, import.source, import.spec).await.map_err(|refusal| match refusal {
            Refusal::Fault(error) => error,
            Refusal::Same { plan, title, state } => {
                let end = if state == PlanState::Draft { "/draft" } else { "" };
                let address = format!("{}/plans/{plan}{end}", ctx.config().server.office_url);
                Error::Conflict(format!("同一文本已经导入过：“{title}”（{}）。请打开已有的：{address}", state.label()))
            }
            other => Error::Invalid(other.to_string()),
        })?;
    let warnings = tree::plan(ctx.db(), plan.as_str()).await?.map(|row| row.warnings()).unwrap_or_default();
    Ok(Imported { plan, warnings })
}

/// Confirms a draft as it stands: its duties are issued. For the demonstration and the benchmark; the office has a page.
///
/// # Errors
/// When something stands in the way: see [`plans::confirm::readiness`].
pub async fn confirm(ctx: &Ctx, actor: &Actor, plan: &PlanId) -> Result<()> {
    let row = tree::plan(ctx.db(), plan.as_str()).await?.ok_or(Error::NotFound)?;
    plans::confirm::confirm(ctx, actor, plan, row.version, "").await.map(drop)
}
