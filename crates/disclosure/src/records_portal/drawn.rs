//! The charts of an item, drawn of all its public records, each with its table.

use std::sync::Arc;

use charts::figures::{ChartKind, Drawn, Outline, Plane, Sums, draw};
use futures::StreamExt;
use item::{Chart, Item};
use record::Query;
use web::{
    Ctx, Result,
    hooks::{Boundaries, Outlines},
};

use super::{ask::NEWEST, cells, settings::Population, tables::SUBJECTS};

/// Records of which charts are drawn; beyond that a reader waits too long.
const MOST: i64 = 200_000;

/// All charts of the item; none where it has none, or no record. Drawn once until something becomes public or is taken away.
pub(super) async fn all(ctx: &Ctx, item: &Arc<Item>, records: i64) -> Result<Vec<Drawn>> {
    if item.charts.is_empty() || records == 0 || records > MOST {
        return Ok(Vec::new());
    }
    let key = format!("charts of {} {}", item.key, item.version);
    let has_map = item.charts.iter().any(|chart| chart.kind == ChartKind::Map);
    let map = if has_map { ctx.declared::<Arc<dyn Boundaries>>().next() } else { None };
    let subjects: Vec<&'static str> = SUBJECTS.into_iter().chain(map.map(|map| map.subject())).collect();
    Ok(ctx.db().while_subjects_unchanged(&subjects, key, fresh(ctx, item, map)).await?)
}

async fn fresh(ctx: &Ctx, item: &Arc<Item>, map: Option<&Arc<dyn Boundaries>>) -> store::Result<Vec<Drawn>> {
    let plane = match map {
        Some(map) => map.outlines(ctx).await?.map(plane),
        None => None,
    };
    let population = ctx.settings::<Population>().known();
    let is_open = |key: &String| key.is_empty() || cells::open(item).any(|column| column.key == *key);
    let charts = item.charts.iter().filter(|chart| {
        is_open(&chart.by)
            && is_open(&chart.series)
            && is_open(&chart.newest)
            && chart.figures.iter().all(is_open)
            && chart.apart.iter().all(is_open)
            && chart.only.iter().all(|only| is_open(&only.column))
    });
    let mut sums: Vec<Sums<'_>> = charts.clone().map(|chart| Sums::new(item, chart)).collect();
    let query = Query::new(Arc::clone(item));
    let mut rows = query.export(ctx.db(), NEWEST).await?;
    while let Some(row) = rows.next().await {
        let values = row?.data.typed(item);
        sums.iter_mut().for_each(|one| one.add(&values));
    }
    let drawn = |(chart, sums): (&Chart, Sums<'_>)| draw(chart.kind, &sums.done(population.as_ref()), plane.as_ref());
    Ok(charts.zip(sums).map(drawn).collect())
}

/// The county's outlines as charts take them.
fn plane(outlines: Outlines) -> Plane {
    let Outlines { wide, high, areas, window, approval, source } = outlines;
    let outlines = areas.into_iter().map(|area| Outline { name: area.name, path: area.path, at: area.at }).collect();
    Plane { wide, high, outlines, window, approval, source }
}
