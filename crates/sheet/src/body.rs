//! What stands below a head: records, totals, notes, the head again on a new page, and where the next table begins.

use std::collections::{BTreeMap, HashSet};

use crate::Line;
use crate::head::{HeadRows, begins, is_letters};
use crate::lines::Lines;
use crate::words::{
    is_day, is_figure, is_headlike, is_note, is_numbered, is_of_table, is_table_number, is_title, is_total, plain, when,
};

/// Records that tell what the columns hold.
const SAMPLE: usize = 200;

/// What a line is to its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Record,
    Total,
    Note,
    /// The head once more.
    Head,
    /// The title or another line above the head once more.
    Above,
}

/// The lines below a head.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) kinds: Vec<(usize, Kind)>,
    /// The first line that is of another table.
    pub(crate) end: usize,
}

struct Scan<'l> {
    lines: &'l Lines,
    head: &'l HeadRows,
    /// The first line above the head.
    from: usize,
    kinds: Vec<(usize, Kind)>,
    /// Lines of which the next one tells what they are.
    pending: Vec<usize>,
    /// Notes go on.
    in_notes: bool,
    /// Empty rows since the last record.
    apart: bool,
    records: usize,
    /// Filled cells and figures among them, by column.
    figures: BTreeMap<u32, (usize, usize)>,
    /// Records have numbers in words before their names.
    numbered: bool,
    /// What stood in the columns of the first records.
    said: HashSet<(u32, String)>,
}

/// The lines below a head, to the next table or the end of the sheet. `from` is the first line above the head.
pub(crate) fn scan(lines: &Lines, from: usize, head: &HeadRows) -> Body {
    let mut scan = Scan {
        lines,
        head,
        from,
        kinds: Vec::new(),
        pending: Vec::new(),
        in_notes: false,
        apart: false,
        records: 0,
        figures: BTreeMap::new(),
        numbered: false,
        said: HashSet::new(),
    };
    let mut at = head.after;
    while at < lines.len() {
        let again = scan.head_again(at);
        if let Some(end) = scan.titled_anew(at).filter(|_| again > 0) {
            scan.pending.retain(|at| *at < end);
            scan.kinds.retain(|(at, _)| *at < end);
            scan.settle();
            scan.notes_below();
            return Body { kinds: scan.kinds, end };
        }
        if again > 0 {
            scan.settle();
            scan.kinds.extend((at..at + again).map(|at| (at, Kind::Head)));
            at += again;
            continue;
        }
        if let Some(end) = scan.next_table(at) {
            scan.settle();
            scan.notes_below();
            return Body { kinds: scan.kinds, end };
        }
        scan.see(at);
        at += 1;
    }
    scan.settle();
    scan.notes_below();
    Body { kinds: scan.kinds, end: lines.len() }
}

impl Scan<'_> {
    /// How many lines from this one on are the head again.
    fn head_again(&self, at: usize) -> usize {
        let length = self.head.after - self.head.first;
        let same = |skipped: usize| {
            let wanted = length.saturating_sub(skipped);
            (0..wanted).take_while(|down| self.lines.are_same(at + down, self.head.first + skipped + down)).count()
        };
        // a head over all columns may be left out on the second page
        let again = same(0);
        if again == 0 && length > 1 { if same(1) == length - 1 { length - 1 } else { 0 } } else { again }
    }

    /// Where the lines begin that stand directly above a head that comes again, where they say another period than those above the
    /// first one, or the first one has no period and they read as a title: what follows is a table of its own.
    fn titled_anew(&self, at: usize) -> Option<usize> {
        let is_above = |at: &usize| {
            let line = self.lines.line(*at);
            let is_single = line.cells.len() == 1 || line.cells.iter().all(|(_, text)| is_of_table(text));
            is_single && *at >= self.head.after && !is_note(line.first()) && !is_sum(line)
        };
        let from = (0..at).rev().take_while(is_above).last()?;
        let same = |at: usize| (self.from..self.head.first).any(|above| self.lines.are_same(above, at));
        let words = |at: usize| self.lines.line(at).cells.iter().map(|(_, text)| text.as_str());
        let before: Vec<&str> = (self.from..self.head.first).flat_map(words).filter_map(when).collect();
        let fresh = |at: &usize| {
            let mut said = words(*at).filter_map(when).peekable();
            let is_dated = said.peek().is_some();
            let other = said.any(|said| !before.contains(&said));
            !same(*at) && (other || (!is_dated && before.is_empty() && words(*at).any(is_title)))
        };
        // notes of the table and records of one cell may stand before its title
        (from..at).find(fresh)
    }

    /// What was pending belongs to no other table: a line above the head once more, else a note.
    fn settle(&mut self) {
        for at in std::mem::take(&mut self.pending) {
            let above = (self.from..self.head.first).any(|above| self.lines.are_same(above, at));
            self.kinds.push((at, if above { Kind::Above } else { Kind::Note }));
        }
    }

    /// Where the next table begins, if the line is the head of one.
    fn next_table(&mut self, at: usize) -> Option<usize> {
        let line = self.lines.line(at);
        if line.cells.len() < 2 {
            return None;
        }
        let apart = self.apart || self.lines.is_apart(at);
        let title = self.pending.iter().position(|at| opens(self.lines.line(*at)));
        if (title.is_none() && !apart && !self.in_notes) || !begins(self.lines, at) {
            return None;
        }
        let breaks = self.breaks_figures(line);
        let known = line.cells.iter().any(|(column, text)| self.said.contains(&(*column, text.clone())));
        let has_figures = self.figure_columns().next().is_some();
        let fresh = if has_figures { breaks } else { !known };
        let enough = title.is_some() || breaks || (self.in_notes && apart);
        // a title names the next table where its columns are others, however the figures lie
        let other = title.is_some() && !known && self.records > 0 && self.is_wider(line);
        if !((fresh && enough) || other) {
            return None;
        }
        let end = title.and_then(|title| self.pending.get(title).copied()).unwrap_or(at);
        self.pending.retain(|at| *at < end);
        Some(end)
    }

    /// Whether words stand where the table has figures.
    fn breaks_figures(&self, line: &Line) -> bool {
        self.figure_columns().any(|column| line.get(column).is_some_and(is_headlike))
    }

    fn figure_columns(&self) -> impl Iterator<Item = u32> + '_ {
        self.figures.iter().filter(|(_, (filled, figures))| figures * 5 >= filled * 4).map(|(column, _)| *column)
    }

    /// Whether a line has words in columns that no record of the table has.
    fn is_wider(&self, line: &Line) -> bool {
        line.cells.iter().any(|(column, _)| !self.figures.contains_key(column))
    }

    fn see(&mut self, at: usize) {
        let line = self.lines.line(at);
        self.apart |= self.lines.is_apart(at);
        let after_head = self.kinds.last().is_some_and(|(_, kind)| *kind == Kind::Head);
        if after_head && is_letters(line) {
            self.kinds.push((at, Kind::Head));
        } else if is_sum(line) {
            self.settle();
            self.kinds.push((at, Kind::Total));
            self.in_notes = false;
        } else if line.cells.len() == 1 || line.cells.iter().all(|(_, text)| is_of_table(text)) {
            self.alone(at);
        } else {
            self.settle();
            self.record(at);
        }
    }

    /// A line with a single cell, or of names with their values.
    fn alone(&mut self, at: usize) {
        let line = self.lines.line(at);
        let text = line.first();
        let opening = opens(line);
        if is_note(text) && !opening && self.pending.is_empty() {
            self.kinds.push((at, Kind::Note));
            self.in_notes = true;
        } else if !self.pending.is_empty() {
            self.pending.push(at);
        } else if self.in_notes {
            let sentence = is_numbered(text) || text.trim_end().ends_with(['。', '；', '，']);
            if opening && !sentence {
                self.pending.push(at);
            } else {
                self.kinds.push((at, Kind::Note));
            }
        } else if is_table_number(text) || self.is_across(line) || (opening && self.is_opened(at)) {
            self.pending.push(at);
        } else if self.is_section(line) {
            self.kinds.push((at, Kind::Note));
        } else {
            self.record(at);
        }
    }

    /// Whether a line of one cell names the group of the rows below it (一、城区学校), where no row has a number of its own.
    fn is_section(&self, line: &Line) -> bool {
        let wide = (self.head.first..self.head.after).map(|at| self.lines.line(at).cells.len()).max().unwrap_or(0);
        let text = line.first();
        let words = plain(text);
        let said = words.trim_start_matches('(').starts_with(|c: char| "一二三四五六七八九十".contains(c));
        wide >= 3 && !self.numbered && said && is_numbered(text) && line.cells[0].0 <= 1
    }

    /// Whether a line that reads as the beginning of a table is one.
    fn is_opened(&self, at: usize) -> bool {
        let breaks = || self.lines.get(at + 1).is_some_and(|next| self.breaks_figures(next));
        self.apart || self.lines.line(at).cells.len() > 1 || (begins(self.lines, at + 1) && breaks())
    }

    /// Whether the cell goes over several columns, as titles and the names of sections do.
    fn is_across(&self, line: &Line) -> bool {
        let merges = self.lines.merges(line.number, line.number);
        let column = line.cells.first().map_or(0, |(column, _)| *column);
        merges.iter().any(|merge| merge.columns.0 == column && merge.columns.1 > column)
    }

    fn record(&mut self, at: usize) {
        self.kinds.push((at, Kind::Record));
        self.in_notes = false;
        self.apart = false;
        self.records += 1;
        self.numbered |= is_numbered(self.lines.line(at).first());
        if self.records > SAMPLE {
            return;
        }
        for (column, text) in &self.lines.line(at).cells {
            let counts = self.figures.entry(*column).or_default();
            counts.0 += 1;
            counts.1 += usize::from(is_figure(text) || is_day(text));
            self.said.insert((*column, text.clone()));
        }
    }

    /// Lines of a single cell below the last record are notes: who filled it in, a day. A numbered name without figures is a record.
    fn notes_below(&mut self) {
        let lines = self.lines;
        for (at, kind) in self.kinds.iter_mut().rev() {
            let line = lines.line(*at);
            match kind {
                Kind::Record if line.cells.len() == 1 && !is_numbered(line.first()) => *kind = Kind::Note,
                Kind::Record | Kind::Head | Kind::Total => break,
                Kind::Note | Kind::Above => {}
            }
        }
    }
}

/// Whether a line may stand above the head of another table: its number, its title, its unit.
fn opens(line: &Line) -> bool {
    let text = line.first();
    is_table_number(text) || is_title(text) || (!is_note(text) && line.cells.iter().all(|(_, text)| is_of_table(text)))
}

/// Whether a line is one of sums; a running number, or the name of its group, may stand before the word.
pub(crate) fn is_sum(line: &Line) -> bool {
    let first = line.first();
    let second = line.cells.get(1).filter(|_| line.cells.len() > 2).map(|(_, text)| text.as_str()).unwrap_or_default();
    let bare = || matches!(plain(second).as_str(), "合计" | "小计" | "总计" | "共计");
    is_total(first) || (is_figure(first) && is_total(second)) || bare()
}
