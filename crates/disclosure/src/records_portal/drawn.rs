//! The charts of an item, drawn of all its public records, each with its table.

use std::sync::Arc;

use charts::figures::{ChartKind, Drawn, Outline, Plane, Population as People, Sums, draw};
use futures::StreamExt;
use item::{Chart, Item};
use record::{Data, Query, events::SHOWN, items};
use tokio::sync::mpsc;
use web::{
    Ctx, Result,
    hooks::{Boundaries, Outlines},
};

use super::{ask::NEWEST, cells, settings::Population};

/// Records of which charts are drawn; beyond that a reader waits too long.
const MOST: i64 = 200_000;
/// Records that are added at a time.
const STEP: usize = 1_000;

/// All charts of the item; none where it has none, or no record. Drawn once until something becomes public or is taken away.
pub(super) async fn all(ctx: &Ctx, item: &Arc<Item>, records: i64) -> Result<Vec<Drawn>> {
    if item.charts.is_empty() || records == 0 || records > MOST {
        return Ok(Vec::new());
    }
    let key = format!("charts of {} {}", item.key, item.version);
    let has_map = item.charts.iter().any(|chart| chart.kind == ChartKind::Map);
    let map = if has_map { ctx.declared::<Arc<dyn Boundaries>>().next() } else { None };
    let subjects: Vec<&'static str> = std::iter::once(items::SUBJECT).chain(map.map(|map| map.subject())).collect();
    Ok(ctx.db().while_events_unchanged(&subjects, &SHOWN, key, fresh(ctx, item, map)).await?)
}

/// Why a table that has charts shows none; empty = it shows them, or has none.
pub(super) fn missing(item: &Item, records: i64) -> String {
    if item.charts.is_empty() || records <= MOST {
        return String::new();
    }
    format!("记录超过 {} 万条，这一页不画图表。", MOST / 10_000)
}

async fn fresh(ctx: &Ctx, item: &Arc<Item>, map: Option<&Arc<dyn Boundaries>>) -> store::Result<Vec<Drawn>> {
    let plane = match map {
        Some(map) => map.outlines(ctx).await?.map(plane),
        None => None,
    };
    let population = ctx.settings::<Population>().known();
    // Summed and drawn on a thread that answers nobody, while the records are read.
    let (send, receive) = mpsc::channel::<Vec<Data>>(2);
    let own = Arc::clone(item);
    let drawing = tokio::task::spawn_blocking(move || summed(&own, receive, population.as_ref(), plane.as_ref()));
    let query = Query::new(Arc::clone(item));
    let mut rows = query.export(ctx.db(), NEWEST).await?;
    let mut some: Vec<Data> = Vec::with_capacity(STEP);
    while let Some(row) = rows.next().await {
        some.push(row?.data);
        if some.len() == STEP && send.send(std::mem::take(&mut some)).await.is_err() {
            break;
        }
    }
    // Nobody listens any more only where drawing has failed, which is told below.
    let _ = send.send(some).await;
    drop(send);
    drawing.await.map_err(|error| store::Error::Value(format!("charts of {}: {error}", item.key)))
}

/// The charts of all records that come.
fn summed(
    item: &Item,
    mut records: mpsc::Receiver<Vec<Data>>,
    population: Option<&People>,
    plane: Option<&Plane>,
) -> Vec<Drawn> {
    let is_open = |key: &String| key.is_empty() || cells::open(item).any(|column| column.key == *key);
    let charts = item.charts.iter().filter(|chart| {
        is_open(&chart.by)
            && is_open(&chart.series)
            && is_open(&chart.newest)
            && chart.figures.iter().all(is_open)
            && chart.apart.iter().all(is_open)
            && chart.only.iter().all(|only| is_open(&only.column))
    });
    let charts: Vec<&Chart> = charts.collect();
    let mut sums: Vec<Sums<'_>> = charts.iter().copied().map(|chart| Sums::new(item, chart)).collect();
    while let Some(some) = records.blocking_recv() {
        for data in some {
            let values = data.typed(item);
            sums.iter_mut().for_each(|one| one.add(&values));
        }
    }
    let drawn = |(chart, sums): (&Chart, Sums<'_>)| draw(chart.kind, &sums.done(population), plane);
    charts.into_iter().zip(sums).map(drawn).collect()
}

/// The county's outlines as charts take them.
fn plane(outlines: Outlines) -> Plane {
    let Outlines { wide, high, areas, window, approval, source } = outlines;
    let outlines = areas.into_iter().map(|area| Outline { name: area.name, path: area.path, at: area.at }).collect();
    Plane { wide, high, outlines, window, approval, source }
}
