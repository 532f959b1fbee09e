//! What duties offer other capabilities. Declared by the context that has the pages; asked for with `ctx.one`.

use futures::future::BoxFuture;
use web::{Ctx, Result};

/// How far the plan of the year has come: shown on the portal's first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Year of the plans.
    pub year: i64,
    /// Title of the plan; where several are in force, how many there are.
    pub title: String,
    /// Address on the portal: of the plan, or of the list.
    pub path: String,
    /// Public duties.
    pub total: i64,
    /// Of these confirmed by evidence.
    pub confirmed: i64,
    /// Begun and not overdue.
    pub doing: i64,
    /// Past their date and not confirmed.
    pub overdue: i64,
}

/// Who knows the progress of plans. Declared as `Arc<dyn PlanProgress>`.
pub trait PlanProgress: Send + Sync {
    /// The work plans in force of the year, together.
    fn current<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<Progress>>>;
}
