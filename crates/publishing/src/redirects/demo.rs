//! The demonstration county has changed its site: a few addresses of the old one that others still link to.

use std::sync::Arc;

use jiff::ToSpan;
use kernel::time;
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::store;

/// Old addresses and where they lead.
const MOVED: [(&str, &str); 3] = [
    ("/xxgk/gkzn/index.html", "/columns/guide"),
    ("/col/col1203/index.html?uid=88", "/columns/social-relief"),
    ("/zwgk/zcwj.html", "/policies"),
];

/// The clerk enters them some weeks ago.
pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(40.days())?;
    let at = cast.moment(ctx, day, "redirects");
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        let told = |refusal: Refusal| Failure::from(refusal.words());
        let mut tx = ctx.db().write().await?;
        tx.lock("moved_address").await?;
        for (from, to) in MOVED {
            store::put(&mut tx, &cast.clerk(), from, to).await.map_err(told)?;
        }
        tx.commit().await?;
        Ok(Vec::new())
    })])
}
