//! Finding the tables of a sheet.

use std::collections::{BTreeSet, HashMap};

use documents::Grid;

use crate::body::{Body, Kind, scan};
use crate::head::{self, HeadRows};
use crate::lines::Lines;
use crate::words::{is_note, is_of_table, is_table_number, is_title, organ_of_line, plain, tidy};
use crate::{codes, sides, units};

/// The head of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// From 0.
    pub column: u32,
    /// Outermost first, the column's own words last. A head that stands over its column alone within a group (the total of the
    /// group) ends with the words of the group; a column without any words is called by its letter (第C列).
    pub path: Vec<String>,
    /// Of the row of formula letters: `A=B+C`; may be empty.
    pub letter: String,
    /// In brackets in the head: 金额（万元）; may be empty.
    pub unit: String,
}

/// A row outside of the records: a note, a total, a line above the head; or a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub number: u32,
    /// Filled cells by column, in order.
    pub cells: Vec<(u32, String)>,
}

/// A table of a sheet. Every filled row of the sheet lies in exactly one of its parts; tables side by side share their rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub sheet: String,
    pub title: String,
    /// Said above the head for the whole table: 万元; may be empty.
    pub unit: String,
    /// Of the organ that is named above the head (部门名称：…); may be empty.
    pub organ: String,
    /// The group of heads that this table was parted by (2029年预算数); empty in most.
    pub group: String,
    pub heads: Vec<Head>,
    /// The rows of records. Words in a cell over several rows stand in each of them.
    pub rows: Vec<Line>,
    /// 合计, 总计, 小计.
    pub totals: Vec<Line>,
    pub notes: Vec<Line>,
    /// Title, organ, unit and whatever else stands above the head, also where it stands again on a further page.
    pub above: Vec<Line>,
    /// Numbers of the rows of the head, its formula letters with them, also where it stands again on a further page.
    pub head_rows: Vec<u32>,
}

impl Found {
    /// What each head is called in a [`crate::Mapping`], in their order: the words of its path; of two that are the same the second
    /// one with a number.
    pub fn keys(&self) -> Vec<String> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let keys = self.heads.iter().map(|head| {
            let key = head.path.join("/");
            let count = seen.entry(key.clone()).or_default();
            *count += 1;
            if *count > 1 { format!("{key}（{count}）") } else { key }
        });
        keys.collect()
    }
}

/// The tables of a sheet, top to bottom, side by side from left to right. A sheet without a table is one without heads, whose rows
/// are notes; a hidden sheet has none.
pub fn tables(grid: &Grid) -> Vec<Found> {
    if grid.hidden {
        return Vec::new();
    }
    let lines = Lines::of(grid);
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(head) = head::find(&lines, at) else { break };
        let body = scan(&lines, at, &head);
        found.extend(assembled(&lines, at, &head, &body, &grid.name));
        at = body.end;
    }
    let rest = (at..lines.len()).map(|at| lines.line(at).clone());
    match found.last_mut() {
        Some(last) => last.notes.extend(rest),
        None if at < lines.len() => {
            let notes: Vec<Line> = rest.collect();
            let title = titled(&notes);
            found.push(Found { sheet: grid.name.clone(), title, notes, ..Found::default() });
        }
        None => {}
    }
    found
}

/// The table of a head and what stands below it, or the tables side by side under it.
fn assembled(lines: &Lines, from: usize, head: &HeadRows, body: &Body, sheet: &str) -> Vec<Found> {
    let above: Vec<Line> = (from..head.first).map(|at| lines.line(at).clone()).collect();
    let mut head_rows: Vec<u32> = (head.first..head.after).map(|at| lines.line(at).number).collect();
    let (mut rows, mut notes, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for (at, kind) in &body.kinds {
        let line = lines.line(*at);
        match kind {
            Kind::Record | Kind::Total => rows.push(line.clone()),
            Kind::Note => notes.push(line.clone()),
            Kind::Head => head_rows.push(line.number),
            Kind::Above => again.push(line.clone()),
        }
    }
    let mut columns: BTreeSet<u32> =
        rows.iter().flat_map(|line| line.cells.iter().map(|(column, _)| *column)).collect();
    for at in head.first..head.after {
        let line = lines.line(at);
        // a head over all columns has none of its own
        if line.cells.len() > 1 {
            columns.extend(line.cells.iter().map(|(column, _)| *column));
        }
    }
    let heads = head::heads(lines, head, &columns);
    let mut unit = first_of(&above, units::of_line);
    if !unit.contains('元') {
        let below = first_of(&notes, units::of_note);
        unit = [unit, below].into_iter().filter(|unit| !unit.is_empty()).collect::<Vec<_>>().join("、");
    }
    let whole = Found {
        sheet: sheet.to_owned(),
        title: titled(&above),
        unit,
        organ: first_of(&above, organ_of_line),
        heads,
        notes,
        above: above.into_iter().chain(again).collect(),
        head_rows,
        ..Found::default()
    };
    let mut tables = sides::split(whole, rows);
    for table in &mut tables {
        sides::fill_down(lines, table);
        codes::join(table);
    }
    tables
}

fn first_of(above: &[Line], of: impl Fn(&str) -> Option<String>) -> String {
    above.iter().flat_map(|line| &line.cells).find_map(|(_, text)| of(text)).unwrap_or_default()
}

/// The title among the lines above a head: the first that reads as one, else the longest that is nothing else.
fn titled(above: &[Line]) -> String {
    let other = |text: &str| is_table_number(text) || is_of_table(text) || is_note(text);
    let cells = || above.iter().flat_map(|line| &line.cells).map(|(_, text)| text.as_str());
    let alone = || above.iter().filter(|line| line.cells.len() == 1).map(Line::first).filter(|text| !other(text));
    let longest = || alone().max_by_key(|text| plain(text).chars().count());
    let titles = || cells().filter(|text| !other(text) && is_title(text));
    // 附件2：…公开表 is the title of the paper, and the table's own stands below it.
    let is_annex = |text: &str| ["附件", "附表"].iter().any(|word| plain(text).starts_with(word));
    let own = titles().find(|text| !is_annex(text)).or_else(|| titles().next());
    own.or_else(longest).map(tidy).unwrap_or_default()
}
