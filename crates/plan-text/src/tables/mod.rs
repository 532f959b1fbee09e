//! Rows of a task table (任务分解表): cells between tabs, named by a header such as 序号, 工作任务, 责任单位, 完成时限,
//! which may take two rows.
//!
//! A row becomes a heading line of its own: number, task, and its other cells as its owner note. A cell that stands for
//! several rows (一、平台建设), and a row with nothing but such words, become a section. The header is dropped and named,
//! for it is no text of any clause. `〃` and 同上 say what the cell above says: that is how the readers of Word and Excel
//! files write a cell merged over rows. An empty cell below a filled one is only warned of: nothing says that it was
//! merged. Tabs without a header are only warned of, too.

mod header;
mod row;

use std::collections::VecDeque;

use super::{
    Warning, headings,
    lines::{Line, Row},
    owners, residue,
};
use header::Column;

/// Who leads, where the head of a column says it: `责任单位（牵头单位加▲）`.
pub(super) fn lead_rule(line: &Line) -> Option<owners::LeadRule> {
    const LONGEST: usize = 30;
    let heads = line.text.split('\t').filter(|cell| cell.chars().take(LONGEST + 1).count() <= LONGEST);
    let heads = heads.filter(|cell| cell.contains(['（', '(']) && (cell.contains("单位") || cell.contains("部门")));
    heads.into_iter().find_map(owners::lead_rule)
}

/// Whether a cell says that the one above it holds.
fn is_ditto(cell: &str) -> bool {
    matches!(cell, "〃" | "″" | "同上" | "同前" | "同左上")
}

/// A header and what has been read below it.
struct Table {
    columns: Vec<Column>,
    /// The column whose cells stand for several rows.
    group: Option<usize>,
    /// What it last said.
    group_says: String,
    /// The last filled cell of each column.
    above: Vec<String>,
    /// Marks of merged cells that stand in no field.
    ditto: Warning,
}

/// Makes headings of the rows of tables.
pub(super) fn read(lines: Vec<Line>, warnings: &mut Vec<Warning>) -> Vec<Line> {
    let mut out = Vec::with_capacity(lines.len());
    let mut table: Option<Table> = None;
    let mut warned = false;
    let mut all = VecDeque::from(lines);
    while let Some(mut line) = all.pop_front() {
        if let Some(columns) = header::read(&line, all.front()) {
            let mut dropped = line.text.clone();
            if columns.rows == 2 {
                let second = all.pop_front().map(|line| line.text).unwrap_or_default();
                dropped = format!("{dropped}\t{second}");
            }
            let message = format!("已按表头“{}”把表格各行读成条目，请核对各行。", dropped.replace('\t', "　"));
            let stages: Vec<&str> =
                dropped.split('\t').filter(|name| name.contains("季度") || name.contains("半年")).collect();
            if !stages.is_empty() {
                let stages = stages.join("、");
                let message = format!("表头“{stages}”写有分期安排，没有读成时限，请核对并填写期限。");
                warnings.push(Warning::at(line.no, &message));
            }
            warnings.push(Warning { line: line.no, message, dropped });
            if !columns.unknown.is_empty() {
                let names = columns.unknown.join("、");
                let message = format!("没有认出表头“{names}”，这一列没有读成责任单位或时限，请核对各行。");
                warnings.push(Warning::at(line.no, message));
            }
            // the same header again, on a further page: the table goes on
            if table.as_ref().is_none_or(|table| table.columns != columns.list) {
                finish(table.take(), warnings);
                table = Some(Table::new(columns.list, &all));
            }
            continue;
        }
        let tabbed = is_tabbed(&line);
        if let Some(table) = &mut table {
            if let Some(row) = Some(&line).filter(|_| tabbed).and_then(|line| table.numbered_section(line)) {
                (line.text, line.row) = (line.text.trim_end().to_owned(), Some(row));
                table.group_says.clear();
                out.push(line);
                continue;
            }
            if tabbed && let Some(mut rows) = table.rows(&line, warnings) {
                out.append(&mut rows);
                warned = false;
                continue;
            }
            if !tabbed
                && matches!(
                    line.text.trim_matches(['（', '）', '(', ')']),
                    "续表" | "续上表" | "接上表" | "续" | "表续"
                )
            {
                residue::drop_line(&line.text, line.no, "表格续页的标记", warnings);
                continue;
            }
            // the title of a further table, or of a further sheet, is no text of the last row
            if !tabbed && is_over_table(&line.text, &all) {
                line.row = Some(Row::section(&line.text));
                table.group_says.clear();
                out.push(line);
                continue;
            }
            if !tabbed && is_over_rows(&line.text, &all, table.columns.len()) {
                line.row = Some(Row::section(&line.text));
                table.group_says.clear();
                out.push(line);
                continue;
            }
        }
        if looks_like_row(&line.text) {
            if !warned {
                warnings.push(Warning::at(
                    line.no,
                    "这里像是表格，但没有认出表头，各格未能分开，请核对或改用 Excel 表导入。",
                ));
            }
            warned = true;
        } else {
            warned = false;
        }
        out.push(line);
    }
    finish(table, warnings);
    out
}

fn finish(table: Option<Table>, warnings: &mut Vec<Warning>) {
    if let Some(mut ditto) = table.map(|table| table.ditto).filter(|ditto| !ditto.dropped.is_empty()) {
        ditto.message = "表中有合并的单元格，从本行开始已按上一行读，请核对各行的分组。".to_owned();
        warnings.push(ditto);
    }
}

fn is_tabbed(line: &Line) -> bool {
    line.indent > 0 || line.text.contains('\t')
}

/// At least three cells and no sentence: text that is merely indented by tabs has sentences.
fn looks_like_row(text: &str) -> bool {
    text.split('\t').filter(|cell| !cell.trim().is_empty()).take(3).count() == 3 && !text.contains('。')
}

/// A line that stands over the header of a further table, perhaps with another line between: `表二：民生类`.
fn is_over_table(text: &str, below: &VecDeque<Line>) -> bool {
    const LONGEST: usize = 40;
    const BETWEEN: usize = 2;
    let between = below.iter().take(BETWEEN + 1).take_while(|line| !is_tabbed(line)).count();
    let headed = between <= BETWEEN
        && below.get(between).is_some_and(|line| header::read(line, below.get(between + 1)).is_some());
    let remark =
        ["注", "备注", "说明", "附注", "单位：", "填", "制表", "（注"].iter().any(|word| text.starts_with(word));
    let short = text.chars().take(LONGEST + 1).count() <= LONGEST && !text.contains(['。', '；']);
    headed && short && !remark && headings::read(text).is_none()
}

/// A line alone in its row, with rows below it: `（一）平台建设`, `政策公开`.
fn is_over_rows(text: &str, below: &VecDeque<Line>, columns: usize) -> bool {
    const LONGEST: usize = 40;
    let next = below.front().is_some_and(|next| {
        is_tabbed(next)
            && header::read(next, below.get(1)).is_none()
            && next.text.split('\t').count() + next.indent <= columns
    });
    let remark = ["注", "备注", "说明", "附", "单位：", "填报", "（注"].iter().any(|word| text.starts_with(word));
    next && !remark && !text.contains('。') && text.chars().take(LONGEST + 1).count() <= LONGEST
}

impl Table {
    fn new(columns: Vec<Column>, below: &VecDeque<Line>) -> Table {
        let group = group(&columns, below);
        let above = vec![String::new(); columns.len()];
        Table { columns, group, group_says: String::new(), above, ditto: Warning::at(0, "") }
    }

    /// The lines of a row: perhaps the section that it opens, and the row.
    fn rows(&mut self, line: &Line, warnings: &mut Vec<Warning>) -> Option<Vec<Line>> {
        let (ditto, says, count) = (self.ditto.dropped.len(), self.group_says.clone(), warnings.len());
        let rows = self.read_rows(line, warnings);
        if rows.is_none() {
            // the line stays as it is: nothing of it was dropped
            self.ditto.dropped.truncate(ditto);
            self.group_says = says;
            warnings.truncate(count);
        }
        rows
    }

    fn read_rows(&mut self, line: &Line, warnings: &mut Vec<Warning>) -> Option<Vec<Line>> {
        let mut cells = cells(line, self.columns.len())?;
        if cells.iter().any(|cell| matches!(*cell, "合计" | "总计" | "小计")) {
            return None;
        }
        let mut out = Vec::with_capacity(2);
        if let Some(cell) = self.group.map(|group| cells[group].trim()).filter(|cell| !cell.is_empty()) {
            if is_ditto(cell) {
                self.drop_ditto(line.no, cell);
            } else if cell == self.group_says {
                let message = format!("“{cell}”与上面的分组相同，各行已归入同一节。");
                warnings.push(Warning { line: line.no, message, dropped: cell.to_owned() });
            } else {
                self.group_says = cell.to_owned();
                let mut row = Row::section(cell);
                let mut text = cell.to_owned();
                // the number is the section's where the tasks have their own
                if let Some(number) = self.number_of_group(&cells).filter(|_| row.number.is_empty()) {
                    row.number = std::mem::take(&mut cells[number]).to_owned();
                    text = format!("{}\t{cell}", row.number);
                    row.rest = text.len() - cell.len();
                    row.note = text.len()..text.len();
                }
                let after_blank = line.after_blank;
                out.push(Line { no: line.no, text, after_blank, indent: 0, row: Some(row), outline: 0 });
            }
        }
        let others = cells.iter().enumerate().filter(|&(index, _)| Some(index) != self.group);
        if !out.is_empty() && others.clone().all(|(_, cell)| cell.is_empty()) {
            return Some(out);
        }
        let (text, row) = row::read(self, &cells, line.no, warnings)?;
        out.push(Line { no: line.no, text, after_blank: line.after_blank, indent: 0, row: Some(row), outline: 0 });
        Some(out)
    }

    /// The column of the number that belongs to the group: it stands before it, and the task has a number of its own.
    fn number_of_group(&self, cells: &[&str]) -> Option<usize> {
        let group = self.group?;
        let number = self.columns[..group].iter().position(|column| *column == Column::Number)?;
        let mut tasks = self.columns.iter().zip(cells).enumerate().filter(|(index, _)| *index != group);
        let task = tasks.find(|(_, (column, cell))| **column == Column::Task && !cell.is_empty())?;
        let own = headings::read(task.1.1).is_some();
        (own && !cells[number].is_empty() && !is_ditto(cells[number])).then_some(number)
    }

    /// `一`, `平台建设` and nothing more in the row: a section above rows that are numbered in digits.
    fn numbered_section(&self, line: &Line) -> Option<Row> {
        let cells = cells(line, self.columns.len())?;
        let mut filled = cells.iter().zip(&self.columns).filter(|(cell, _)| !cell.is_empty());
        let ((number, first), (_, second)) = (filled.next()?, filled.next()?);
        let counted = *first == Column::Number && number.chars().all(headings::is_numeral);
        let named = matches!(second, Column::Task | Column::Kind) && filled.next().is_none();
        let rest = line.text.find('\t')? + 1;
        (counted && named && line.indent == 0).then(|| Row {
            number: (*number).to_owned(),
            mark: String::new(),
            rest: line.text.len() - line.text[rest..].trim_start().len(),
            note: 0..0,
            reading: String::new(),
            section: true,
        })
    }

    fn drop_ditto(&mut self, no: usize, mark: &str) {
        if self.ditto.line == 0 {
            self.ditto.line = no;
        }
        self.ditto.dropped.push_str(mark);
    }
}

/// The cells of a row, as many as there are columns; `None` when there are more.
fn cells(line: &Line, columns: usize) -> Option<Vec<&str>> {
    let mut cells: Vec<&str> = std::iter::repeat_n("", line.indent.min(columns + 1))
        .chain(line.text.split('\t').map(str::trim))
        .take(columns + 1)
        .collect();
    if cells.len() > columns {
        return None;
    }
    cells.resize(columns, "");
    Some(cells)
}

/// The column whose cells stand for several rows: the first of two columns of tasks, where a cell is empty, merged or the
/// same again beside a filled one, or where its cells are numbered as sections are.
fn group(columns: &[Column], below: &VecDeque<Line>) -> Option<usize> {
    let mut tasks = columns.iter().enumerate().filter(|(_, column)| matches!(column, Column::Task | Column::Kind));
    let (first, other) = (tasks.next()?.0, tasks.next()?.0);
    let mut before = "";
    for (index, line) in below.iter().enumerate() {
        if !is_tabbed(line) {
            continue;
        }
        if header::read(line, below.get(index + 1)).is_some_and(|header| header.list != columns) {
            break;
        }
        let Some(cells) = cells(line, columns.len()) else { continue };
        let cell = cells[first];
        let beside = columns[other..].iter().zip(&cells[other..]);
        let task = beside.into_iter().any(|(column, cell)| matches!(column, Column::Task) && !cell.is_empty());
        let merged = !before.is_empty() && (cell.is_empty() || is_ditto(cell) || cell == before);
        let sectioned = headings::read(cell).is_some_and(|heading| heading.level == 1);
        if task && (merged || sectioned) {
            return Some(first);
        }
        if !cell.is_empty() {
            before = cell;
        }
    }
    None
}
