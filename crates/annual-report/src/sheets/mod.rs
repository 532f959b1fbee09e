//! Tables read from a workbook in the official layout: found by their heads, wherever they stand and however they are split over
//! sheets; rows that a province has added are kept and named.

mod rows;
mod title;

use crate::{
    cell::{Cell, Value},
    form::{self, APPLICANTS, GROUPS, RESULTS, TOTAL},
    json::applicant,
    model::{Proactive, REMEDY_CELLS, Rank, Report, Row},
};

pub use rows::recognise;
pub use title::{Said, named_in};

/// A sheet as it was read: its filled cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    pub name: String,
    pub lines: Vec<Line>,
}

/// A row of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// As the spreadsheet shows it, from 1.
    pub number: u32,
    /// Column (from 0) and text of each filled cell, from left to right.
    pub cells: Vec<(u32, String)>,
}

/// A text without blanks, its brackets in their full width.
pub(crate) fn dense(text: &str) -> String {
    let usual = |c: char| match c {
        '(' => '（',
        ')' => '）',
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').map(usual).collect()
}

/// The letters of a column: 0 is A.
pub(crate) fn letters(column: u32) -> String {
    let mut rest = column + 1;
    let mut out = Vec::new();
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        out.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    out.iter().rev().collect()
}

fn place(sheet: &str, column: u32, row: u32) -> String {
    let cell = format!("{}{row}", letters(column));
    if sheet.is_empty() { cell } else { format!("工作表“{sheet}” {cell}") }
}

/// In which table the reader is.
enum Within {
    Nothing,
    /// Chapter two: the column of 信息内容, and the heads with their columns.
    Proactive(u32, Vec<(u32, String)>),
    /// Chapter three: the columns of the seven heads; whether rows have begun.
    Requests([Option<u32>; 7], bool),
    /// Chapter four: heads that were met.
    Remedies(Vec<u32>),
}

struct Reading {
    done: Vec<Report>,
    now: Report,
    /// Chapter four was read.
    remedies: bool,
    /// The heading of the block in chapter two.
    block: String,
    /// The group of outcomes in chapter three.
    group: &'static str,
    within: Within,
}

/// The reports of a workbook; more than one where a table comes again or another year is named.
///
/// # Errors
/// In words for people: none of the three tables was found.
pub fn read(grids: &[Grid]) -> Result<Vec<Report>, String> {
    let mut reading = Reading {
        done: Vec::new(),
        now: Report::default(),
        remedies: false,
        block: String::new(),
        group: "",
        within: Within::Nothing,
    };
    for grid in grids {
        if let Some(said) = title::of_sheet(&grid.name) {
            reading.told(said);
        }
        for line in &grid.lines {
            reading.line(&grid.name, line);
        }
        reading.leave();
    }
    reading.end();
    if reading.done.is_empty() {
        return Err("没有找到年报的表格。请使用官方格式：第二部分有“信息内容”表头，第三部分有“自然人”“总计”等表头，\
                    第四部分有“行政复议”“行政诉讼”表头。"
            .to_owned());
    }
    Ok(reading.done)
}

impl Reading {
    fn has_tables(&self) -> bool {
        !self.now.tables.proactive.is_empty() || !self.now.tables.requests.is_empty() || self.remedies
    }

    /// A title or a line names the year or the organ. Another year than that of the tables read so far begins another report.
    fn told(&mut self, said: Said) {
        let other_year = said.year.is_some() && self.now.year.is_some() && said.year != self.now.year;
        let other_organ = !said.organ.is_empty() && !self.now.organ.is_empty() && said.organ != self.now.organ;
        if (other_year || other_organ) && self.has_tables() {
            self.begin();
        }
        if said.year.is_some() {
            self.now.year = said.year;
        }
        if !said.organ.is_empty() {
            self.now.rank = Rank::of("", &said.organ);
            self.now.organ = said.organ;
        }
    }

    /// Ends the report that is read and begins the next, of the same organ unless a title says otherwise.
    fn begin(&mut self) {
        let next = Report { organ: self.now.organ.clone(), rank: self.now.rank, ..Report::default() };
        self.end();
        self.now = next;
    }

    fn end(&mut self) {
        if self.has_tables() {
            let mut report = std::mem::take(&mut self.now);
            report.complete = complete(&mut report);
            if !self.remedies {
                report.notes.push("没有找到第四部分的表（表头“行政复议”“行政诉讼”）。".to_owned());
                report.tables.remedies = vec![Cell::unknown(); REMEDY_CELLS];
            }
            self.done.push(report);
        }
        self.remedies = false;
        self.block = String::new();
        self.group = "";
        self.within = Within::Nothing;
    }

    /// A sheet ends: heads of chapter four without a row of figures are a row that was left empty.
    fn leave(&mut self) {
        if let Within::Remedies(heads) = &self.within
            && heads.len() == REMEDY_CELLS
        {
            self.now.tables.remedies = vec![Cell::blank(); REMEDY_CELLS];
            self.remedies = true;
        }
        self.within = Within::Nothing;
    }

    fn line(&mut self, sheet: &str, line: &Line) {
        let cells: Vec<(u32, String)> =
            line.cells.iter().map(|(at, text)| (*at, dense(text))).filter(|(_, text)| !text.is_empty()).collect();
        if cells.is_empty() {
            return;
        }
        if let Some(said) = title::of_line(&cells) {
            self.told(said);
            return;
        }
        let has = |word: &str| cells.iter().any(|(_, text)| text == word);
        let leaves =
            |text: &str| text.starts_with("三、收到") || text.contains("勾稽关系") || text == form::APPLICANTS_HEAD;
        if matches!(self.within, Within::Proactive(..)) && cells.iter().any(|(_, text)| leaves(text)) {
            self.within = Within::Nothing;
        }
        if let Some((_, block)) = cells.iter().find(|(_, text)| text.starts_with("第二十条")) {
            self.block.clone_from(block);
            self.within = Within::Nothing;
            return;
        }
        if let Some((at, _)) = cells.iter().find(|(_, text)| text == form::CONTENT) {
            let heads = cells.iter().filter(|(column, _)| column > at).cloned().collect();
            self.within = Within::Proactive(*at, heads);
            return;
        }
        if has("自然人") && !matches!(self.within, Within::Requests(_, false)) {
            if !self.now.tables.requests.is_empty() {
                self.begin();
            }
            self.within = Within::Requests([None; 7], false);
        }
        if has("行政复议") && !matches!(self.within, Within::Remedies(_)) {
            if self.remedies {
                self.begin();
            }
            self.within = Within::Remedies(Vec::new());
            return;
        }
        match std::mem::replace(&mut self.within, Within::Nothing) {
            Within::Nothing => {}
            Within::Proactive(content, heads) => {
                self.proactive(sheet, line, &cells, (content, heads.as_slice()));
                self.within = Within::Proactive(content, heads);
            }
            Within::Requests(columns, begun) => self.requests(sheet, line, &cells, columns, begun),
            Within::Remedies(heads) => self.remedies(sheet, line, &cells, heads),
        }
    }

    fn proactive(
        &mut self,
        sheet: &str,
        line: &Line,
        cells: &[(u32, String)],
        (content, heads): (u32, &[(u32, String)]),
    ) {
        let Some(first) = heads.first().map(|(at, _)| *at) else { return };
        let Some((_, label)) = line.cells.iter().rev().find(|(at, text)| *at < first && !text.trim().is_empty()) else {
            return;
        };
        let values: Vec<&(u32, String)> =
            line.cells.iter().filter(|(at, text)| *at >= first && !text.trim().is_empty()).collect();
        let mut row = Proactive {
            block: self.block.clone(),
            columns: heads.iter().map(|(_, head)| head.clone()).collect(),
            label: label.trim().to_owned(),
            cells: Vec::new(),
        };
        // A remark below a block is no row of it.
        if row.kind().is_none() && (values.is_empty() || cells.iter().all(|(at, _)| *at == content)) {
            return;
        }
        let fits = values.iter().all(|(at, _)| heads.iter().any(|(column, _)| column == at));
        let in_order = !fits && values.len() == heads.len();
        for (number, (column, _)) in heads.iter().enumerate() {
            let found = if in_order {
                values.get(number).copied()
            } else {
                values.iter().find(|(at, _)| at == column).copied()
            };
            let cell = found.map_or_else(Cell::blank, |(_, text)| Cell::read(text));
            row.cells.push(cell.at(place(sheet, *column, line.number)));
        }
        let again = self.now.tables.proactive.iter().any(|other| other.label == row.label && other.block == row.block);
        if again {
            let block = self.block.clone();
            self.begin();
            self.block = block;
        }
        if row.kind().is_none() {
            self.now.notes.push(format!("第二部分有增加的一行“{}”，已保留。", row.label));
        }
        self.now.tables.proactive.push(row);
    }

    fn requests(
        &mut self,
        sheet: &str,
        line: &Line,
        cells: &[(u32, String)],
        mut columns: [Option<u32>; 7],
        begun: bool,
    ) {
        if !begun {
            let mut heads = 0;
            for (at, text) in cells {
                if let Some(number) = applicant(text) {
                    columns[number] = Some(*at);
                    heads += 1;
                }
            }
            let of_heads =
                cells.iter().any(|(_, text)| text == form::APPLICANTS_HEAD || text.contains(form::ORGANISATIONS_HEAD));
            if heads > 0 || of_heads {
                self.within = Within::Requests(columns, false);
                return;
            }
        }
        let Some(first) = columns.iter().flatten().min().copied() else { return };
        if !begun {
            self.check_heads(&mut columns);
        }
        let labels: Vec<&str> = cells.iter().filter(|(at, _)| *at < first).map(|(_, text)| text.as_str()).collect();
        let mut parts: Vec<&str> = labels.iter().copied().filter(|text| *text != form::OUTCOMES).collect();
        // 三、本年度办理结果 stands beside its first row, however it is written.
        if parts.len() > 1 && parts[0].starts_with("三、") {
            parts.remove(0);
        }
        let values = |number: usize| {
            let column = columns[number]?;
            let text = line.cells.iter().find(|(at, _)| *at == column).map_or("", |(_, text)| text.as_str());
            Some(Cell::read(text).at(place(sheet, column, line.number)))
        };
        let seven: Vec<Cell> = (0..APPLICANTS.len()).map(|at| values(at).unwrap_or_else(Cell::unknown)).collect();
        let filled = seven.iter().any(Cell::is_filled);
        let last = parts.last().map_or_else(String::new, |part| (*part).to_owned());
        let key = recognise(&parts, &mut self.group);
        // A heading over rows, or words below the table.
        if last.is_empty() || (key.is_none() && !filled) {
            self.within = Within::Requests(columns, true);
            return;
        }
        let group = GROUPS.iter().find(|(key, _)| *key == self.group).map_or("", |(_, label)| *label);
        let (key, label) = match key {
            Some(key) => (key.to_owned(), with_group(key, group, &last)),
            None => {
                self.now.notes.push(format!("第三部分有增加的一行“{last}”，按处理结果计入。"));
                let before =
                    self.now.tables.requests.iter().rev().find(|row| row.key.starts_with("3.") && row.key != "3.7");
                let before = before.map_or("3.2", |row| row.key.split('+').next().unwrap_or("3.2"));
                (format!("{before}+{}", line.number), with_group(before, group, &last))
            }
        };
        let ends = key == "4";
        self.now.tables.requests.push(Row { key, label, cells: seven });
        self.within = if ends { Within::Nothing } else { Within::Requests(columns, true) };
    }

    /// 总计 has lost its head in some forms: it stands behind the others.
    fn check_heads(&mut self, columns: &mut [Option<u32>; 7]) {
        if columns[TOTAL].is_none()
            && columns[..TOTAL].iter().all(Option::is_some)
            && let Some(last) = columns.iter().flatten().max().copied()
        {
            columns[TOTAL] = Some(last + 1);
            self.now.notes.push("第三部分没有“总计”的表头，按“其他”右边的一列读取。".to_owned());
        }
        for (at, column) in columns.iter().enumerate() {
            if column.is_none() {
                self.now.notes.push(format!("第三部分没有找到“{}”一列。", APPLICANTS[at]));
            }
        }
    }

    fn remedies(&mut self, sheet: &str, line: &Line, cells: &[(u32, String)], mut heads: Vec<u32>) {
        let results: Vec<u32> =
            cells.iter().filter(|(_, text)| RESULTS.contains(&text.as_str())).map(|(at, _)| *at).collect();
        let of_heads = cells.iter().any(|(_, text)| text.contains("起诉") || text == "行政诉讼");
        if !results.is_empty() || of_heads {
            heads.extend(results);
            self.within = Within::Remedies(heads);
            return;
        }
        heads.sort_unstable();
        let read = |(at, text): &(u32, String)| Cell::read(text).at(place(sheet, *at, line.number));
        let figures = |cell: &Cell| matches!(cell.value, Value::Number(..) | Value::Blank);
        self.remedies = true;
        self.now.tables.remedies = if heads.len() == REMEDY_CELLS {
            let at = |column: &u32| line.cells.iter().find(|(at, _)| at == column);
            heads.iter().map(|column| at(column).map_or_else(Cell::blank, read)).collect()
        } else if line.cells.len() == REMEDY_CELLS {
            line.cells.iter().map(read).collect()
        } else {
            self.now.notes.push(format!("第四部分应有 15 列，只认出 {} 列，没有读入。", heads.len()));
            vec![Cell::unknown(); REMEDY_CELLS]
        };
        if !self.now.tables.remedies.iter().any(figures) {
            self.now.notes.push(format!("第四部分第 {} 行没有数字，请核对。", line.number));
        }
    }
}

fn with_group(key: &str, group: &str, last: &str) -> String {
    let within = GROUPS.iter().any(|(of, _)| key.starts_with(of) && key.len() > of.len());
    if within && !group.is_empty() { format!("{group}/{last}") } else { last.to_owned() }
}

/// Whether all rows of the form are there; those that are not are named.
fn complete(report: &mut Report) -> bool {
    let mut whole = true;
    match report.tables.requests_edition() {
        Some(edition) => {
            for line in form::requests(edition) {
                if report.tables.row(line.key).is_none() {
                    report.notes.push(format!("第三部分没有找到“{}”一行。", line.label));
                    whole = false;
                }
            }
        }
        None => {
            report.notes.push("没有找到第三部分的表（表头“自然人”“总计”）。".to_owned());
            whole = false;
        }
    }
    if report.tables.proactive.is_empty() {
        report.notes.push("没有找到第二部分的表（表头“信息内容”）。".to_owned());
        whole = false;
    }
    whole
}
