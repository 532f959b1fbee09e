//! Rows of a task table (任务分解表): cells between tabs, named by a header row such as 序号, 工作任务, 责任单位, 完成时限.
//!
//! A row becomes a heading line of its own: number, task, and the cells of owners and term as its owner note. The
//! header row is dropped and named, for it is no text of any clause. Tabs without a header row are only warned of.

use std::ops::Range;

use super::{Warning, headings, lines::Line, owners};

/// A line that was a row of a table. Its text is number, task, and behind a line feed the cells of the owner note.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: String,
    pub(super) mark: String,
    /// Byte of the line where the task begins.
    pub(super) rest: usize,
    /// Bytes of the line that are the owner note; empty when no cell names an owner or a term.
    pub(super) note: Range<usize>,
    /// The note with the names of its columns, as it would stand in running text: for reading only.
    pub(super) reading: String,
}

enum Column {
    Number,
    Task,
    /// Owner, term, person: its name as a label.
    Note(String),
    /// 备注, 类别.
    Other,
}

/// Makes headings of the rows of tables.
pub(super) fn read(lines: Vec<Line>, warnings: &mut Vec<Warning>) -> Vec<Line> {
    let mut out = Vec::with_capacity(lines.len());
    let mut columns: Option<Vec<Column>> = None;
    let mut warned = false;
    for mut line in lines {
        let tabbed = line.indent > 0 || line.text.contains('\t');
        if let Some(found) =
            Some(&line.text).filter(|text| text.contains('\t')).and_then(|text| header(text, line.indent))
        {
            columns = Some(found);
            let message = format!("已按表头“{}”把表格各行读成条目，请核对各行。", line.text.replace('\t', "　"));
            warnings.push(Warning { line: line.no, message, dropped: line.text });
            continue;
        }
        let row = columns.as_ref().filter(|_| tabbed).and_then(|columns| row(&line, columns));
        if let Some((text, row)) = row {
            line.text = text;
            line.row = Some(row);
            warned = false;
        } else if looks_like_row(&line.text) {
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
    out
}

/// At least three cells and no sentence: text that is merely indented by tabs has sentences.
fn looks_like_row(text: &str) -> bool {
    text.split('\t').filter(|cell| !cell.trim().is_empty()).take(3).count() == 3 && !text.contains('。')
}

/// Reads a header row: short cells, one of them a task's and one an owner's.
fn header(text: &str, indent: usize) -> Option<Vec<Column>> {
    const MOST: usize = 20;
    let mut columns: Vec<Column> = (0..indent.min(MOST)).map(|_| Column::Other).collect();
    for cell in text.split('\t').take(MOST + 1) {
        let name: String = cell.chars().filter(|c| !c.is_whitespace()).take(13).collect();
        if name.chars().count() > 12 || name.contains(['。', '，', '：']) {
            return None;
        }
        columns.push(column(name));
    }
    let has = |test: fn(&Column) -> bool| columns.iter().any(test);
    let owners = |column: &Column| matches!(column, Column::Note(label) if !label.starts_with("完成时限"));
    (columns.len() <= MOST && has(|column| matches!(column, Column::Task)) && has(owners)).then_some(columns)
}

fn column(name: String) -> Column {
    const TERMS: [&str; 5] = ["时限", "期限", "完成时间", "时间节点", "时间进度"];
    const TASKS: [&str; 9] = ["任务", "内容", "事项", "工作", "措施", "举措", "要求", "项目", "问题"];
    let label = format!("{name}：");
    if TERMS.iter().any(|word| name.ends_with(word)) {
        Column::Note("完成时限：".to_owned())
    } else if owners::starts_with_label(&label) {
        Column::Note(label)
    } else if matches!(name.as_str(), "序号" | "编号" | "号") {
        Column::Number
    } else if TASKS.iter().any(|word| name.contains(word)) {
        Column::Task
    } else {
        Column::Other
    }
}

/// The line of a row, with its cells in the order of a clause.
fn row(line: &Line, columns: &[Column]) -> Option<(String, Row)> {
    let cells: Vec<&str> = std::iter::repeat_n("", line.indent.min(columns.len() + 1))
        .chain(line.text.split('\t').map(str::trim))
        .take(columns.len() + 1)
        .collect();
    if cells.len() > columns.len() {
        return None;
    }
    let (mut number, mut mark) = (String::new(), String::new());
    let (mut tasks, mut others, mut notes, mut reading) = (Vec::new(), Vec::new(), Vec::new(), String::new());
    for (cell, column) in cells.into_iter().zip(columns).filter(|(cell, _)| !cell.is_empty()) {
        match column {
            Column::Number if number.is_empty() => (number, mark) = numbered(cell)?,
            Column::Number => return None,
            Column::Task => tasks.push(cell),
            Column::Other => others.push(cell),
            Column::Note(label) => {
                notes.push(cell);
                reading.push_str(label);
                reading.push_str(cell);
                reading.push('；');
            }
        }
    }
    if tasks.is_empty() {
        return None;
    }
    let mut text = format!("{number}{mark}");
    if !text.is_empty() {
        text.push('\t');
    }
    let rest = text.len();
    tasks.append(&mut others);
    text.push_str(&tasks.join("\n"));
    let mut note = text.len()..text.len();
    if !notes.is_empty() {
        text.push('\n');
        note.start = text.len();
        text.push_str(&notes.join("\t"));
        note.end = text.len();
    }
    Some((text, Row { number, mark, rest, note, reading }))
}

/// `1`, `1.`, `（一）`: a number and its pause mark.
fn numbered(cell: &str) -> Option<(String, String)> {
    let number = cell.trim_end_matches(['、', '．', '.']);
    let mark = &cell[number.len()..];
    let short = number.chars().take(6).count() <= 5 && mark.chars().count() <= 1;
    let value = Some(number).filter(|_| short).and_then(headings::value);
    value.map(|_| (number.to_owned(), mark.to_owned()))
}
