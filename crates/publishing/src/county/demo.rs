//! The map of the demonstration county, which is nowhere: its boundaries are invented like its organs.

use std::sync::Arc;

use jiff::ToSpan;
use kernel::time;
use web::{
    Ctx,
    demo::{Cast, Failure, Scene},
};

use super::{geo, store};

/// Days before the present on which the clerk sent it.
const AGO: i64 = 120;

/// The clerk sends the boundaries.
pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let day = time::date_in_china(cast.now).saturating_sub(AGO.days());
    let sent = Scene::new(cast.moment(ctx, day, "county-map"), |ctx: Ctx, cast: Arc<Cast>| async move {
        let file = "county-map.geojson";
        let shapes = geo::read(cast.file(file)?.as_bytes()).map_err(|faults| faults.join("；"))?;
        let new = store::New {
            file: file.to_owned(),
            source: "演示数据，图形为虚构".to_owned(),
            approval: "演示，没有审图号".to_owned(),
            drawing: geo::draw(&shapes)?,
        };
        let mut tx = ctx.db().write().await?;
        store::replace(&mut tx, &cast.clerk(), &new).await.map_err(|refusal| refusal.words())?;
        tx.commit().await?;
        Ok::<_, Failure>(Vec::new())
    });
    Ok(vec![sent])
}
