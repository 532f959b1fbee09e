//! A row of a table as a clause: number, task, owners, term.

use super::{
    super::{
        Warning, dates,
        headings::{self, digit, is_numeral},
        notes::is_ender,
    },
    Row, Table,
    header::Column,
    is_ditto,
};

/// The cells of a row by what they are.
#[derive(Default)]
struct Sorted {
    number: String,
    mark: String,
    tasks: Vec<String>,
    /// Cells of the owner note, as printed.
    notes: Vec<String>,
    /// The note with its labels.
    reading: String,
    /// Remarks that set a term.
    remarks: String,
    termed: bool,
    /// Names of the columns that are empty below a filled cell, and what that says.
    empty: Vec<(String, String)>,
}

/// The line of a row, with its cells in the order of a clause; `None` when it holds no task.
pub(super) fn read(table: &mut Table, cells: &[&str], no: usize, warnings: &mut Vec<Warning>) -> Option<(String, Row)> {
    let mut sorted = Sorted::default();
    let led = table.columns.iter().zip(cells).any(|(column, cell)| leads(column) && !cell.is_empty());
    let owned = table.columns.iter().zip(cells).any(|(column, cell)| column.is_owner() && !cell.is_empty());
    let group = table.group;
    for (index, &cell) in cells.iter().enumerate().filter(|&(index, _)| Some(index) != group) {
        let column = table.columns[index].clone();
        match &column {
            Column::Note(label) => {
                let above = table.above[index].clone();
                if cell.is_empty() && !above.is_empty() && (column.is_term() || (column.is_owner() && !owned)) {
                    sorted.empty.push((label.trim_end_matches('：').to_owned(), above));
                } else if !cell.is_empty() {
                    let said = if is_ditto(cell) { above } else { cell.to_owned() };
                    sorted.note(label, cell, &said, led);
                    sorted.termed |= column.is_term();
                    table.above[index] = said;
                }
            }
            _ if cell.is_empty() => {}
            _ if is_ditto(cell) => table.drop_ditto(no, cell),
            Column::Number => match numbered(cell) {
                Some(found) if sorted.number.is_empty() => (sorted.number, sorted.mark) = found,
                _ => return None,
            },
            Column::Task => sorted.tasks.push(cell.to_owned()),
            Column::Other if cell.contains(is_ender) => sorted.tasks.push(cell.to_owned()),
            Column::Other | Column::Remark | Column::Kind => sorted.remark(cell),
        }
    }
    if sorted.tasks.is_empty() {
        return None;
    }
    for (name, above) in &sorted.empty {
        let message = format!("“{name}”一格是空的，如与上一行合并，请填写“{above}”。");
        warnings.push(Warning::at(no, message));
    }
    Some(sorted.line())
}

impl Sorted {
    fn note(&mut self, label: &str, cell: &str, said: &str, led: bool) {
        // 配合/责任单位: who supports a lead where there is one, who answers for it where there is none
        let either = label.contains("配合") && ["责任", "落实", "承办", "实施"].iter().any(|word| label.contains(word));
        let label = match (either, led) {
            (true, true) => "配合单位：",
            (true, false) => "责任单位：",
            (false, _) => label,
        };
        self.notes.push(cell.to_owned());
        self.reading.push_str(label);
        self.reading.push_str(said);
        self.reading.push('；');
    }

    fn remark(&mut self, cell: &str) {
        let from = dates::Reckoning { year: Some(2000), issued: None };
        if dates::find(cell, from, dates::Setting::Text).iter().any(|due| due.on.is_some() || due.cadence.is_some()) {
            self.remarks.push_str(&format!("完成时限：{cell}；"));
        }
        self.notes.push(cell.to_owned());
    }

    fn line(mut self) -> (String, Row) {
        if !self.termed {
            self.reading.push_str(&self.remarks);
        }
        // 1.建专栏。: the number stands in the cell of the task
        let mut own = 0;
        if self.number.is_empty()
            && let Some(heading) = headings::read(&self.tasks[0])
        {
            (self.number, self.mark, own) = (heading.number, heading.mark, heading.rest);
        }
        let mut text = String::new();
        if own == 0 && !self.number.is_empty() {
            text = format!("{}{}\t", self.number, self.mark);
        }
        let rest = text.len() + own;
        text.push_str(&self.tasks.join("\n"));
        let mut note = text.len()..text.len();
        if !self.notes.is_empty() {
            text.push('\n');
            note.start = text.len();
            text.push_str(&self.notes.join("\t"));
            note.end = text.len();
        }
        let Sorted { number, mark, reading, .. } = self;
        (text, Row { number, mark, rest, note, reading, section: false })
    }
}

/// Whether a column names who leads.
fn leads(column: &Column) -> bool {
    matches!(column, Column::Note(label) if ["牵头", "主办", "主责"].iter().any(|word| label.contains(word)))
}

/// `1`, `1.`, `（一）`, `2-1`: a number and its pause mark.
fn numbered(cell: &str) -> Option<(String, String)> {
    let number = cell.trim_end_matches(['、', '．', '.']);
    let mark = &cell[number.len()..];
    let counts = |c: char| digit(c).is_some() || is_numeral(c) || "（）()-－—.．①②③④⑤⑥⑦⑧⑨⑩".contains(c);
    let short = number.chars().take(7).count() <= 6 && mark.chars().count() <= 1;
    (short && !number.is_empty() && number.chars().all(counts)).then(|| (number.to_owned(), mark.to_owned()))
}
