//! Views that the clerk of the demonstration county shares with the office.

use std::sync::Arc;

use jiff::ToSpan;
use kernel::time;
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::rows;

/// List, name, query.
const SHARED: [(&str, &str, &str); 2] = [
    ("/documents", "全县已退回", "state=returned&sort=updated&dir=asc"),
    ("/documents", "政策文件按标题", "column=policies&sort=title&dir=asc"),
];

/// The clerk keeps them some weeks ago.
pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).checked_sub(30.days())?;
    let at = cast.moment(ctx, day, "views");
    Ok(vec![Scene::new(at, |ctx, cast| async move {
        let told = |refusal: Refusal| Failure::from(refusal.words());
        let mut tx = ctx.db().write().await?;
        for (list, name, query) in SHARED {
            rows::save(&mut tx, &cast.clerk, list, name, query, true).await.map_err(told)?;
        }
        tx.commit().await?;
        Ok(Vec::new())
    })])
}
