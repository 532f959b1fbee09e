//! What of an organ in drafts of plans a reform touches.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::OrganCode;
use store::query_scalar;
use web::{Ctx, Result, hooks::Touched};

pub(crate) fn touched() -> Arc<dyn Touched> {
    Arc::new(Drafts)
}

struct Drafts;

impl Touched for Drafts {
    fn counts<'a>(&'a self, ctx: &'a Ctx, organ: &'a OrganCode) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let places: i64 = query_scalar(
                "SELECT COUNT(*) FROM plan_owner o JOIN plan p ON p.id = o.plan WHERE p.state = 'draft' \
                 AND o.organs LIKE $1",
            )
            // A list of codes in JSON; codes hold no quotation marks.
            .bind(format!("%\"{organ}\"%"))
            .fetch_one(ctx.db().read())
            .await?;
            Ok(vec![("计划草稿中的责任单位", places)])
        })
    }
}
