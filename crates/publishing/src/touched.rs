//! What of an organ's documents a reform touches.

use std::sync::Arc;

use document::public::{Filter, count};
use futures::future::BoxFuture;
use kernel::OrganCode;
use store::query_as;
use web::{Ctx, Result, hooks::Touched};

pub(crate) fn touched() -> Arc<dyn Touched> {
    Arc::new(Documents)
}

struct Documents;

impl Touched for Documents {
    fn counts<'a>(&'a self, ctx: &'a Ctx, organ: &'a OrganCode) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let (drafts, reviews): (i64, i64) = query_as(
                "SELECT COALESCE(SUM(CASE WHEN state IN ('draft', 'returned', 'scheduled') THEN 1 ELSE 0 END), 0) AS drafts, \
                 COALESCE(SUM(CASE WHEN state = 'in_review' THEN 1 ELSE 0 END), 0) AS reviews \
                 FROM edition WHERE organ = $1 AND head = 1",
            )
            .bind(organ)
            .fetch_one(ctx.db().read())
            .await?;
            // As the organ's own page on the portal counts them.
            let filter = Filter { organ: Some(organ.clone()), ..Filter::default() };
            let public = count(ctx.db(), &filter, i64::MAX - 1).await?.n;
            Ok(vec![("未发布稿件", drafts), ("审核中", reviews), ("已公开文件", public)])
        })
    }
}
