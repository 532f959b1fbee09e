//! Cases by the number that they had in a register kept before: letters and people still name them by it.

use std::sync::Arc;

use case::queue::Filter;
use futures::future::BoxFuture;
use kernel::id::CaseId;
use web::{Ctx, Result};

/// Who knows such numbers. Declared as `Arc<dyn Former>`.
pub(crate) trait Former: Send + Sync {
    /// The cases that had this number, as somebody types it, in whatever organ; few.
    fn cases<'a>(&'a self, ctx: &'a Ctx, number: &'a str) -> BoxFuture<'a, Result<Vec<CaseId>>>;
}

/// Looks for the cases of a former number in the place of those of the number that the filter names, if there are any. Figures
/// alone are the running number of the platform's register.
///
/// # Errors
/// When the database fails.
pub(super) async fn narrow(ctx: &Ctx, filter: &mut Filter) -> Result<()> {
    let typed = filter.number.trim().to_owned();
    if typed.is_empty() || filter.only.is_some() || typed.chars().all(|c| c.is_ascii_digit()) {
        return Ok(());
    }
    let mut found = Vec::new();
    let known: Vec<&Arc<dyn Former>> = ctx.declared::<Arc<dyn Former>>().collect();
    for former in known {
        found.extend(former.cases(ctx, &typed).await?);
    }
    if !found.is_empty() {
        filter.number.clear();
        filter.only = Some(found);
    }
    Ok(())
}
