//! The charts of an item, drawn of all its public records, each with its table.

use std::sync::Arc;

use charts::figures::{Drawn, Sums, draw};
use futures::StreamExt;
use item::{ChartKind, Item};
use record::Query;
use web::{Ctx, Result};

use super::{ask::NEWEST, cells, tables::SUBJECTS};

/// Records of which charts are drawn; beyond that a reader waits too long.
const MOST: i64 = 200_000;

/// All charts of the item; none where it has none, or no record. Drawn once until something becomes public or is taken away.
pub(super) async fn all(ctx: &Ctx, item: &Arc<Item>, records: i64) -> Result<Vec<Drawn>> {
    if item.charts.is_empty() || records == 0 || records > MOST {
        return Ok(Vec::new());
    }
    let key = format!("charts of {} {}", item.key, item.version);
    Ok(ctx.db().while_subjects_unchanged(&SUBJECTS, key, fresh(ctx, item)).await?)
}

async fn fresh(ctx: &Ctx, item: &Arc<Item>) -> store::Result<Vec<Drawn>> {
    let is_open = |key: &String| key.is_empty() || cells::open(item).any(|column| column.key == *key);
    let charts = item.charts.iter().filter(|chart| {
        is_open(&chart.by) && is_open(&chart.series) && is_open(&chart.newest) && chart.figures.iter().all(is_open)
    });
    let mut sums: Vec<Sums<'_>> = charts.clone().map(|chart| Sums::new(item, chart)).collect();
    let query = Query::new(Arc::clone(item));
    let mut rows = query.export(ctx.db(), NEWEST).await?;
    while let Some(row) = rows.next().await {
        let values = row?.data.typed(item);
        sums.iter_mut().for_each(|one| one.add(&values));
    }
    let drawn = charts.zip(sums).map(|(chart, sums)| (chart.kind, draw(chart.kind, &sums.done(None), None)));
    // Without the borders of the county a map is a list of degrees, which says nothing to readers.
    let drawn = drawn.filter(|(kind, drawn)| *kind != ChartKind::Map || !drawn.svg.is_empty());
    Ok(drawn.map(|(_, drawn)| drawn).collect())
}
