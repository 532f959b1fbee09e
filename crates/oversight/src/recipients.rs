//! Who of an organ gets mail about its duties.

use std::{collections::HashMap, sync::Arc};

use kernel::{OrganCode, Role};
use web::{Ctx, Result, hooks::Recipients};

/// Mail addresses of those who report for each organ: editors and heads, by the organ for which they act today. After a reform
/// that is the successor, so look up the organ that answers (`Directory::stands_for`).
///
/// # Errors
/// When the database fails.
pub(crate) async fn addresses(ctx: &Ctx) -> Result<HashMap<OrganCode, Vec<String>>> {
    ctx.one::<Arc<dyn Recipients>>().addresses(ctx, &[Role::Editor, Role::OrganHead]).await
}
