//! The charts of an item, drawn of all its public records or of those that answer, each with its table.

use std::sync::Arc;

use charts::figures::{ChartKind, Drawn, Outline, Plane, Population as People, Sums, draw};
use document::page::Link;
use futures::StreamExt;
use item::{Chart, Item};
use record::{Data, Query, events::SHOWN, items, query::Asked};
use store::Count;
use tokio::sync::mpsc;
use web::{
    Ctx, Result,
    hooks::{Boundaries, Outlines},
};

use super::{
    ask::{Asking, Field, NEWEST},
    cells,
    settings::Population,
};

/// Records of which charts are drawn; beyond that a reader waits too long.
const MOST: i64 = 200_000;
/// The same of records that answer to conditions: those are drawn whenever they are asked for.
const MOST_ASKED: i64 = 5_000;
/// Years that are offered beside charts.
const YEARS: usize = 8;
/// Records that are added at a time.
const STEP: usize = 1_000;

/// A record with the organ whose it is.
type Given = (String, Data);

/// The charts of the records that answer; none where the item has none, or there is no record. Those of the whole table are drawn
/// once until something becomes public or is taken away.
pub(super) async fn all(ctx: &Ctx, query: &Query, records: i64, count: &Count) -> Result<Vec<Drawn>> {
    let item = &query.item;
    if item.charts.is_empty() || count.rows == 0 || are_too_many(query, records, count) {
        return Ok(Vec::new());
    }
    let has_map = item.charts.iter().any(|chart| chart.kind == ChartKind::Map);
    let map = if has_map { ctx.declared::<Arc<dyn Boundaries>>().next() } else { None };
    if query.is_narrowed() {
        return Ok(fresh(ctx, query.clone(), map).await?);
    }
    let key = format!("charts of {} {}", item.key, item.version);
    let subjects: Vec<&'static str> = std::iter::once(items::SUBJECT).chain(map.map(|map| map.subject())).collect();
    Ok(ctx.db().while_events_unchanged(&subjects, &SHOWN, key, fresh(ctx, query.clone(), map)).await?)
}

fn are_too_many(query: &Query, records: i64, count: &Count) -> bool {
    if query.is_narrowed() { count.more || count.rows > MOST_ASKED } else { records > MOST }
}

/// Why a table that has charts shows none; empty = it shows them, or has none.
pub(super) fn missing(query: &Query, records: i64, count: &Count) -> String {
    if query.item.charts.is_empty() || !are_too_many(query, records, count) {
        return String::new();
    }
    if query.is_narrowed() {
        return format!("符合条件的记录超过 {MOST_ASKED} 条，这一页不画图表。");
    }
    format!("记录超过 {} 万条，这一页不画图表。", MOST / 10_000)
}

/// The other years of which charts can be drawn that show one year alone, the newest first, each with its address.
pub(super) fn years(asking: &Asking, fields: &[Field], path: &str) -> Vec<Link> {
    let charts = &asking.query.item.charts;
    let Some(key) = charts.iter().map(|chart| &chart.newest).find(|key| !key.is_empty()) else { return Vec::new() };
    let Some(field) = fields.iter().find(|field| field.name == *key && field.is_select()) else { return Vec::new() };
    let filled: Vec<_> = field.choices.iter().filter(|one| one.count != Some(0)).collect();
    let is_asked = field.choices.iter().any(|one| one.chosen);
    // Without a condition the newest is drawn already.
    let others = filled.into_iter().skip(usize::from(!is_asked)).filter(|one| !one.chosen).take(YEARS);
    let href = |value: &str| asking.with(path, (key.as_str(), value));
    others.map(|one| Link { href: href(&one.value), label: one.label.clone(), count: 0 }).collect()
}

async fn fresh(ctx: &Ctx, query: Query, map: Option<&Arc<dyn Boundaries>>) -> store::Result<Vec<Drawn>> {
    let plane = match map {
        Some(map) => map.outlines(ctx).await?.map(plane),
        None => None,
    };
    let population = ctx.settings::<Population>().known();
    // Summed and drawn on a thread that answers nobody, while the records are read.
    let (send, receive) = mpsc::channel::<Vec<Given>>(2);
    let (own, asked) = (Arc::clone(&query.item), pinned(&query));
    let drawing = tokio::task::spawn_blocking(move || {
        summed((own.as_ref(), asked.as_slice()), receive, population.as_ref(), plane.as_ref())
    });
    let mut rows = query.export(ctx.db(), NEWEST).await?;
    let mut some: Vec<Given> = Vec::with_capacity(STEP);
    while let Some(row) = rows.next().await {
        let row = row?;
        some.push((row.organ.to_string(), row.data));
        if some.len() == STEP && send.send(std::mem::take(&mut some)).await.is_err() {
            break;
        }
    }
    // Nobody listens any more only where drawing has failed, which is told below.
    let _ = send.send(some).await;
    drop(send);
    drawing.await.map_err(|error| store::Error::Value(format!("charts of {}: {error}", query.item.key)))
}

/// Columns of which one value is asked: over them no line can be drawn.
fn pinned(query: &Query) -> Vec<String> {
    let asked = query.asked.iter().filter(|(_, asked)| matches!(asked, Asked::Is(_)));
    asked.map(|(key, _)| key.clone()).collect()
}

/// The charts of all records that come.
fn summed(
    (item, pinned): (&Item, &[String]),
    mut records: mpsc::Receiver<Vec<Given>>,
    population: Option<&People>,
    plane: Option<&Plane>,
) -> Vec<Drawn> {
    let is_open = |key: &String| key.is_empty() || cells::open(item).any(|column| column.key == *key);
    let is_point =
        |chart: &Chart| matches!(chart.kind, ChartKind::Lines | ChartKind::Against) && pinned.contains(&chart.by);
    let charts = item.charts.iter().filter(|chart| {
        !is_point(chart)
            && is_open(&chart.by)
            && is_open(&chart.series)
            && is_open(&chart.newest)
            && chart.figures.iter().all(is_open)
            && chart.apart.iter().all(is_open)
            && chart.only.iter().all(|only| is_open(&only.column))
    });
    let charts: Vec<&Chart> = charts.collect();
    let mut sums: Vec<Sums<'_>> = charts.iter().copied().map(|chart| Sums::new(item, chart)).collect();
    while let Some(some) = records.blocking_recv() {
        for (organ, data) in some {
            let values = data.typed(item);
            sums.iter_mut().for_each(|one| one.add_of(&organ, &values));
        }
    }
    let drawn = |(chart, sums): (&Chart, Sums<'_>)| draw(chart.kind, &sums.done(population), plane);
    let all = charts.into_iter().zip(sums).map(drawn);
    // A frame around nothing tells nothing.
    all.filter(|one| !one.svg.is_empty() || !one.table.rows.is_empty()).collect()
}

/// The county's outlines as charts take them.
fn plane(outlines: Outlines) -> Plane {
    let Outlines { wide, high, areas, window, approval, source } = outlines;
    let outlines = areas.into_iter().map(|area| Outline { name: area.name, path: area.path, at: area.at }).collect();
    Plane { wide, high, outlines, window, approval, source }
}
