//! Tables side by side (收入 and 支出), and cells over several rows.

use std::collections::HashSet;

use crate::body::is_sum;
use crate::lines::Lines;
use crate::periods::is_period;
use crate::words::{is_figure, is_serial, is_year, plain};
use crate::{Found, Head, Line};

/// Heads over the halves of tables that stand side by side.
const SIDES: [&str; 10] =
    ["收入", "支出", "资产", "负债", "来源", "运用", "资金来源", "资金运用", "收入项目", "支出项目"];
/// Cells that are filled by cells over several rows, at most: they may lie upon one another.
const FILLED: usize = 10_000_000;

/// Says what stands in a cell over several rows in each of them: an owner over three rows owns all three. Figures are not said
/// again, for sums would count them again.
pub(crate) fn fill_down(lines: &Lines, found: &mut Found) {
    let numbers = found.rows.first().zip(found.rows.last()).map(|(first, last)| (first.number, last.number));
    let Some((first, last)) = numbers else { return };
    let columns: HashSet<u32> = found.heads.iter().map(|head| head.column).collect();
    let rows = &mut found.rows;
    let mut room = FILLED;
    for merge in lines.all_merges(first, last) {
        if merge.rows.0 >= merge.rows.1 || !columns.contains(&merge.columns.0) {
            continue;
        }
        let Ok(top) = rows.binary_search_by_key(&merge.rows.0, |line| line.number) else { continue };
        let text = rows[top].get(merge.columns.0).map(str::to_owned);
        let Some(text) = text.filter(|text| !is_figure(text) || is_year(text)) else { continue };
        for line in rows.iter_mut().skip(top + 1).take_while(|line| line.number <= merge.rows.1) {
            let Some(left) = room.checked_sub(1) else { return };
            room = left;
            line.put(merge.columns.0, &text);
        }
    }
}

/// The tables that stand side by side, each with its part of every row; one in most sheets.
pub(crate) fn split(whole: Found, rows: Vec<Line>) -> Vec<Found> {
    let starts = starts(&whole.heads, &rows);
    if starts.len() < 2 {
        let (totals, rows) = rows.into_iter().partition(is_sum);
        return vec![Found { rows, totals, ..whole }];
    }
    let mut tables = Vec::with_capacity(starts.len());
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(whole.heads.len());
        let heads: Vec<Head> = whole.heads[*start..end].to_vec();
        // cells left of the first head are of the first table
        let first = if place == 0 { 0 } else { heads.first().map_or(0, |head| head.column) };
        let behind = whole.heads.get(end).map_or(u32::MAX, |head| head.column);
        let own = rows.iter().map(|line| Line {
            number: line.number,
            cells: line.cells.iter().filter(|(column, _)| (first..behind).contains(column)).cloned().collect(),
        });
        let (totals, rows) = own.filter(|line| !line.cells.is_empty()).partition(is_sum);
        let notes = if place == 0 { whole.notes.clone() } else { Vec::new() };
        tables.push(Found {
            sheet: whole.sheet.clone(),
            title: whole.title.clone(),
            unit: whole.unit.clone(),
            organ: whole.organ.clone(),
            group: String::new(),
            heads,
            rows,
            totals,
            notes,
            above: whole.above.clone(),
            head_rows: whole.head_rows.clone(),
        });
    }
    tables
}

/// The first head of each table side by side: where the first head comes again.
fn starts(heads: &[Head], rows: &[Line]) -> Vec<usize> {
    let own = |at: usize| heads.get(at).and_then(|head| head.path.last()).map(|word| plain(word)).unwrap_or_default();
    let serial = |at: usize| is_serial(&own(at));
    let base = (0..heads.len()).find(|at| !serial(*at)).unwrap_or(0);
    let word = own(base);
    let again: Vec<usize> = (base..heads.len()).filter(|at| own(*at) == word).collect();
    // a running number stands before the first head of each
    let starts: Vec<usize> = again.iter().map(|at| if *at > 0 && serial(at - 1) { at - 1 } else { *at }).collect();
    if starts.len() < 2 || starts[0] != 0 {
        return vec![0];
    }
    let ends = starts.iter().skip(1).copied().chain([heads.len()]);
    let parts: Vec<&[Head]> = starts.iter().zip(ends).map(|(start, end)| &heads[*start..end]).collect();
    let group = |part: &[Head]| part.first().filter(|head| head.path.len() > 1).map(|head| plain(&head.path[0]));
    let is_one = |part: &&[Head]| {
        let own = group(part);
        part.len() >= 2 && part.iter().all(|head| own.is_none() || head.path.first().map(|word| plain(word)) == own)
    };
    if !parts.iter().all(is_one) {
        return vec![0];
    }
    // two years side by side are parted by their groups, which say the year
    if parts.iter().all(|part| group(part).is_some_and(|group| is_period(&group))) {
        return vec![0];
    }
    let alike = parts.iter().all(|part| group(part).is_none());
    let sides = parts.iter().all(|part| group(part).is_some_and(|group| SIDES.contains(&group.as_str())));
    if alike || sides || rows.iter().any(|line| has_empty_side(&parts, line)) { starts } else { vec![0] }
}

/// Whether a row is empty under one of the parts: then they are tables of their own.
fn has_empty_side(parts: &[&[Head]], line: &Line) -> bool {
    parts.iter().any(|part| part.iter().all(|head| line.get(head.column).is_none()))
}
