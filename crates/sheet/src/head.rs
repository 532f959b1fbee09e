//! The head of a table: which rows it goes over, and the words of each column, outermost first.

use std::collections::BTreeSet;

use documents::Merge;

use crate::lines::Lines;
use crate::words::{
    are_heads, column_name, is_headlike, is_letter, is_letter_label, is_note, is_of_table, is_organ_alone,
    is_table_number, is_title, is_year_alone, plain, tidy,
};
use crate::{Head, Line, units};

/// Lines in which a head is looked for.
const LOOKED_AT: usize = 100;
/// Rows of a head, at most.
const DEEPEST: u32 = 6;
/// Lines below a head that tell how wide its table is.
const BELOW: usize = 12;

/// Where a head is. Without rows of words (`first == after`) the table has none.
#[derive(Debug, Clone)]
pub(crate) struct HeadRows {
    /// The first line of it.
    pub(crate) first: usize,
    /// The first line behind it, and behind its formula letters.
    pub(crate) after: usize,
    /// The rows of its words, as the spreadsheet numbers them.
    rows: (u32, u32),
}

/// The next head from a line on.
pub(crate) fn find(lines: &Lines, from: usize) -> Option<HeadRows> {
    let to = lines.len().min(from.saturating_add(LOOKED_AT));
    if let Some(at) = (from..to).find(|at| begins(lines, *at)) {
        let at = if is_line_above(lines, at) { at + 1 } else { at };
        return Some(rows_of(lines, from, at));
    }
    // figures without a head: the columns are told by their letters
    let at = (from..to).find(|at| {
        let line = lines.line(*at);
        line.cells.len() >= 2 && !line.cells.iter().all(|(_, text)| is_of_table(text)) && !notes(line)
    });
    at.filter(|_| from == 0).map(|at| HeadRows { first: at, after: at, rows: (1, 0) })
}

/// Whether a head begins in a line: words alone, over half of the columns that are filled below.
pub(crate) fn begins(lines: &Lines, at: usize) -> bool {
    let Some(line) = lines.get(at) else { return false };
    let words = line.cells.len() >= 2 && are_heads(&line.cells);
    if !words || line.cells.iter().all(|(_, text)| is_of_table(text)) || notes(line) || is_numbers(line) {
        return false;
    }
    // a title and 附件1, a year and 万元
    let aside = |text: &str| is_table_number(text) || units::of_line(text).is_some_and(|unit| plain(text) == unit);
    if line.cells.len() == 2 && line.cells.iter().any(|(_, text)| aside(text)) {
        return false;
    }
    let wide = width(lines, at);
    if wide.is_empty() {
        return line.cells.len() >= 3;
    }
    let merges = lines.merges(line.number, line.number);
    let within = |column: u32| {
        merges
            .iter()
            .any(|merge| (merge.columns.0..=merge.columns.1).contains(&column) && line.get(merge.columns.0).is_some())
    };
    let own = wide.iter().filter(|column| line.get(**column).is_some() || within(**column)).count();
    if own * 2 >= wide.len() {
        return true;
    }
    // without merged cells the lower row fills what the upper one leaves open
    let Some(next) = lines.get(at + 1).filter(|next| are_heads(&next.cells)) else {
        return false;
    };
    let both = wide.iter().filter(|column| line.get(**column).is_some() || next.get(**column).is_some()).count();
    line.cells.len() >= 3 && both * 2 >= wide.len()
}

/// Whether two filled cells (an organ, a year) stand above a head that has more, and are no groups of it.
fn is_line_above(lines: &Lines, at: usize) -> bool {
    let line = lines.line(at);
    let wider = lines.get(at + 1).is_some_and(|next| next.cells.len() > 2);
    // 某县民政局 and 2026年度 go over nothing, wherever they lie
    let says = |is: fn(&str) -> bool| line.cells.iter().any(|(_, text)| is(text));
    let is_caption = says(is_year_alone) && says(is_organ_alone);
    line.cells.len() == 2
        && wider
        && begins(lines, at + 1)
        && (is_caption || !goes_on(lines, (line.number, line.number), at + 1))
}

/// A note with words beside it; 负责人 and 备注 head columns too.
fn notes(line: &Line) -> bool {
    is_note(line.first()) && plain(line.first()).contains(':')
}

/// The columns that are filled below a line.
fn width(lines: &Lines, at: usize) -> BTreeSet<u32> {
    let mut columns = BTreeSet::new();
    let mut figures = false;
    for below in at + 1..lines.len().min(at + 1 + BELOW) {
        let line = lines.line(below);
        let alone = line.cells.len() < 2;
        if !columns.is_empty() && (alone || (figures && lines.is_apart(below))) {
            break;
        }
        if !alone && !line.cells.iter().all(|(_, text)| is_of_table(text)) {
            columns.extend(line.cells.iter().map(|(column, _)| *column));
            figures |= !line.cells.iter().all(|(_, text)| is_headlike(text));
        }
    }
    columns
}

/// The head that begins in the line `at`, where the lines from `from` on are free.
fn rows_of(lines: &Lines, from: usize, at: usize) -> HeadRows {
    let top = lines.line(at).number;
    let mut last = top;
    let mut after = at + 1;
    loop {
        let before = last;
        for merge in lines.merges(top, last) {
            if merge.rows.1 > last && merge.rows.1 < top + DEEPEST {
                last = merge.rows.1;
            }
        }
        while lines.get(after).is_some_and(|line| line.number <= last) {
            after += 1;
        }
        if last + 1 < top + DEEPEST && goes_on(lines, (top, last), after) {
            last = lines.line(after).number;
            after += 1;
        }
        if last == before {
            break;
        }
    }
    let first = if from < at && is_over_all(lines, at - 1, at) { at - 1 } else { at };
    let rows = (lines.line(first).number, last);
    // 栏次 and 公式 below each other
    for _ in 0..2 {
        if lines.get(after).is_some_and(is_letters) {
            after += 1;
        }
    }
    HeadRows { first, after, rows }
}

/// Whether a line is one more row of the head over it: each of its words lies under a head over several columns, or where nothing
/// stands over it.
fn goes_on(lines: &Lines, (top, last): (u32, u32), at: usize) -> bool {
    let Some(next) = lines.get(at).filter(|next| next.number == last + 1) else { return false };
    if !are_heads(&next.cells) || is_letters(next) || is_note(next.first()) {
        return false;
    }
    let merges = lines.merges(top, last);
    let covering = |column: u32| {
        merges.iter().find(|merge| (merge.columns.0..=merge.columns.1).contains(&column) && merge.rows.1 >= last)
    };
    let empty = Line::default();
    let low = lines.numbered(last).unwrap_or(&empty);
    let mut under = next.cells.len() >= 2;
    for (column, _) in &next.cells {
        if let Some(merge) = covering(*column) {
            if merge.columns.0 == merge.columns.1 {
                return false;
            }
            under = true;
        } else if low.get(*column).is_some() {
            let right = column + 1;
            if low.get(right).is_some() || covering(right).is_some() || next.get(right).is_none() {
                return false;
            }
            under = true;
        } else {
            let is_outside = low.cells.first().is_none_or(|(first, _)| first > column);
            if is_outside || (top..last).any(|row| lines.numbered(row).is_some_and(|line| is_alone(line, *column))) {
                return false;
            }
        }
    }
    under
}

/// A head with another beside it goes over its own column alone.
fn is_alone(line: &Line, column: u32) -> bool {
    line.get(column).is_some() && line.get(column + 1).is_some()
}

/// Whether a line is a head over all columns: 行政处罚实施数量（宗）.
fn is_over_all(lines: &Lines, at: usize, below: usize) -> bool {
    let (line, head) = (lines.line(at), lines.line(below));
    let text = line.first();
    let wide = lines.merges(line.number, line.number).iter().any(|merge| {
        let first = head.cells.first().map_or(0, |(column, _)| *column);
        let last = head.cells.last().map_or(0, |(column, _)| *column);
        merge.columns.0 <= first && merge.columns.1 >= last && merge.rows.1 < head.number
    });
    wide && line.cells.len() == 1
        && head.number == line.number + 1
        && units::of_head(text).is_some()
        && !text.trim_start().starts_with(['（', '('])
        && !is_title(text)
        && !is_note(text)
        && !is_of_table(text)
        && !is_table_number(text)
}

/// Whether a line holds the names of the columns for programs, as the templates of provinces have them under the head: CF_XDR_MC.
fn is_codes(line: &Line) -> bool {
    let code = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    let parted = line.cells.iter().filter(|(_, text)| text.contains('_')).count();
    line.cells.len() >= 3 && parted * 2 >= line.cells.len() && line.cells.iter().all(|(_, text)| code(text))
}

/// Whether a line holds the formula letters or the numbers of the columns, or their names for programs; some columns may have none.
pub(crate) fn is_letters(line: &Line) -> bool {
    is_codes(line) || is_numbers(line)
}

fn is_numbers(line: &Line) -> bool {
    let labelled = is_letter_label(line.first());
    let rest = || line.cells.iter().skip(usize::from(labelled));
    let count = rest().count();
    let letters = rest().filter(|(_, text)| is_letter(text)).count();
    if labelled && count > 0 && letters * 2 >= count {
        return true;
    }
    if count >= 2 && letters == count && (labelled || rest().any(|(_, text)| text.contains('='))) {
        return true;
    }
    let numbers: Vec<u32> = rest().filter_map(|(_, text)| plain(text).parse().ok()).collect();
    let names = rest().filter(|(_, text)| is_letter_label(text)).count();
    labelled
        && !numbers.is_empty()
        && numbers.len() + names == count
        && numbers.windows(2).all(|two| two[1] == two[0] + 1)
}

/// The heads of these columns.
pub(crate) fn heads(lines: &Lines, head: &HeadRows, columns: &BTreeSet<u32>) -> Vec<Head> {
    let words: Vec<&Line> = (head.first..head.after).map(|at| lines.line(at)).collect();
    let letters: Vec<&Line> = words.iter().copied().filter(|line| line.number > head.rows.1).collect();
    let merges = lines.merges(head.rows.0, head.rows.1);
    let mut heads = Vec::with_capacity(columns.len());
    for column in columns {
        let mut path = path(lines, head, merges, *column);
        if path.is_empty() {
            path.push(format!("第{}列", column_name(*column)));
        }
        let unit = path.iter().rev().find_map(|word| units::of_head(word)).unwrap_or_default();
        let letter = letters.iter().find_map(|line| line.get(*column).filter(|text| is_letter(text)));
        heads.push(Head { column: *column, path, letter: letter.map(plain).unwrap_or_default(), unit });
    }
    heads
}

/// The words over a column, outermost first.
fn path(lines: &Lines, head: &HeadRows, merges: &[Merge], column: u32) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    for row in head.rows.0..=head.rows.1 {
        let own = lines.numbered(row).and_then(|line| line.get(column));
        let over = || {
            let mut covering = merges.iter().filter(|merge| {
                (merge.rows.0..=merge.rows.1).contains(&row) && (merge.columns.0..=merge.columns.1).contains(&column)
            });
            covering.next()
        };
        let text = match own {
            Some(text) => Some(text),
            None => match over() {
                Some(merge) => lines.numbered(merge.rows.0).and_then(|line| line.get(merge.columns.0)),
                None => beside(lines, head, merges, row, column),
            },
        };
        let text = text.map(tidy).filter(|text| !text.is_empty() && path.last() != Some(text));
        path.extend(text);
    }
    path
}

/// In a sheet without merged cells: the head to the left in the same row, where both columns have words of their own below it.
fn beside<'l>(lines: &'l Lines, head: &HeadRows, merges: &[Merge], row: u32, column: u32) -> Option<&'l str> {
    let line = lines.numbered(row)?;
    let (left, text) = line.cells.iter().rev().find(|(left, _)| *left < column)?;
    let below = |column: u32| {
        (row + 1..=head.rows.1).any(|row| lines.numbered(row).is_some_and(|line| line.get(column).is_some()))
    };
    let merged = merges.iter().any(|merge| {
        (merge.rows.0..=merge.rows.1).contains(&row) && (merge.columns.0..=merge.columns.1).contains(left)
    });
    (below(column) && below(*left) && !merged).then_some(text.as_str())
}
