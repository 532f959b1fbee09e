//! Tables of two years or of two stages side by side: 2029年预算数 and 2030年预算数 over the same heads, or 预算数 and 决算数.

use std::collections::BTreeSet;

use crate::words::{is_year, plain};
use crate::{Found, Head, Line};

/// What stands over the figures of a stage; 执行数 is none, for no column says it.
const STAGES: [&str; 8] = ["预算", "预算数", "年初预算", "年初预算数", "部门预算", "决算", "决算数", "部门决算"];

/// The tables of the groups, each with the columns that stand outside of them and with its group in [`Found::group`]; empty where
/// a table has no such groups. A row without figures in any of them stays with the first.
pub fn by_period(found: &Found) -> Vec<Found> {
    let heads = &found.heads;
    // a group alone over one column cannot be told from a column of its own
    if heads.iter().any(|head| head.path.len() == 1 && is_period(&head.path[0])) {
        return Vec::new();
    }
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        let Some(group) = head.path.first().filter(|word| head.path.len() > 1 && is_period(word)) else { continue };
        match groups.last_mut() {
            Some((known, members)) if *known == *group && members.last() == at.checked_sub(1).as_ref() => {
                members.push(at);
            }
            _ => groups.push((group.clone(), vec![at])),
        }
    }
    let words = |members: &[usize]| -> Vec<String> {
        members.iter().map(|at| plain(&heads[*at].path[1..].join("/"))).collect()
    };
    let names: BTreeSet<String> = groups.iter().map(|(name, _)| plain(name)).collect();
    let Some((_, first)) = groups.first() else { return Vec::new() };
    let common = words(first);
    let are_alike = groups.iter().all(|(_, members)| words(members) == common);
    if groups.len() < 2 || names.len() < groups.len() || first.len() < 2 || !are_alike {
        return Vec::new();
    }
    let grouped: BTreeSet<u32> = groups.iter().flat_map(|(_, members)| members).map(|at| heads[*at].column).collect();
    let mut tables = Vec::with_capacity(groups.len());
    for (place, (name, members)) in groups.iter().enumerate() {
        let own: BTreeSet<u32> = members.iter().map(|at| heads[*at].column).collect();
        let kept = |column: u32| own.contains(&column) || !grouped.contains(&column);
        let is_own = |line: &Line| {
            let filled = |columns: &BTreeSet<u32>| line.cells.iter().any(|(column, _)| columns.contains(column));
            filled(&own) || (place == 0 && !filled(&grouped))
        };
        let part = |lines: &[Line]| -> Vec<Line> {
            let lines = lines.iter().filter(|line| is_own(line)).map(|line| Line {
                number: line.number,
                cells: line.cells.iter().filter(|(column, _)| kept(*column)).cloned().collect(),
            });
            lines.collect()
        };
        let own_heads = heads.iter().filter(|head| kept(head.column)).map(|head| {
            let path = if own.contains(&head.column) { head.path[1..].to_vec() } else { head.path.clone() };
            Head { path, ..head.clone() }
        });
        tables.push(Found {
            group: name.clone(),
            heads: own_heads.collect(),
            rows: part(&found.rows),
            totals: part(&found.totals),
            notes: if place == 0 { found.notes.clone() } else { Vec::new() },
            ..found.clone()
        });
    }
    tables
}

/// Whether a group of heads is named by a year, by a stage, or by both: 2029年, 2030年预算数, 决算数.
pub(crate) fn is_period(word: &str) -> bool {
    let word = plain(word);
    let bare = word.split('(').next().unwrap_or_default();
    let year: String = bare.chars().take(4).collect();
    let is_dated = is_year(&year);
    let rest = if is_dated { &bare[year.len()..] } else { bare };
    let rest =
        if is_dated { rest.strip_prefix("年度").or_else(|| rest.strip_prefix('年')).unwrap_or(rest) } else { rest };
    STAGES.contains(&rest) || (rest.is_empty() && is_dated)
}
