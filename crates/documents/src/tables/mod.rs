//! Tables as read from spreadsheets and CSV, and tables written as spreadsheets and CSV.

mod csv;
mod laid;
mod write;

pub use csv::{csv_rows, csv_walk, delimiter, read_csv};
pub use laid::{LaidCell, LaidSheet, write_laid};
pub use write::{Cell, Sheet, write_csv, write_csv_head, write_csv_rows, write_xlsx};

use serde::{Deserialize, Serialize};

use crate::{Code, Rejected};

/// A table with a header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name of the sheet; empty for CSV.
    pub sheet: String,
    /// The row number of the header, as the spreadsheet shows it; of a header of two rows that of the lower one.
    pub header_number: usize,
    /// The header cells, trimmed, trailing empty ones left out.
    pub header: Vec<String>,
    /// The rows below the header; rows without any content are left out.
    pub rows: Vec<TableRow>,
    /// What stands above the header, a line for each row: the title of the list, who filled it in.
    #[serde(default)]
    pub above: Vec<String>,
    /// The file is of the old kind, whose number formats are not read.
    #[serde(default)]
    pub legacy: bool,
    /// Names of the other visible sheets, which were not read.
    #[serde(default)]
    pub others: Vec<String>,
    /// Numbers of rows that the spreadsheet hides: filtered away, or by hand. They are among the rows.
    #[serde(default)]
    pub hidden: Vec<usize>,
    /// Row and words of cells with something struck out; what is struck out is not in the cells of the rows.
    #[serde(default)]
    pub struck: Vec<(usize, String)>,
    /// Rows that are no record, with their numbers: sums, remarks below the list, who filled it in. See [`Table::set_aside`].
    #[serde(default)]
    pub aside: Vec<(usize, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRow {
    /// The row number as the spreadsheet shows it, counting from 1.
    pub number: usize,
    /// The cells, trimmed; at least as many as the header has. Dates are `YYYY-MM-DD`, or `YYYY-MM` where the spreadsheet
    /// shows no day; numbers are as the spreadsheet shows them, without the commas of thousands.
    pub cells: Vec<String>,
}

/// Which table of a file is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The sheet; without a name the first visible one whose header is known, else the first with content.
    pub sheet: Option<String>,
    /// Headings that the reader of the table knows; the header is the row that has most of them. Without any it is the first
    /// row with two filled cells.
    pub headings: Vec<String>,
}

impl Wanted {
    /// A table with headings among these.
    pub fn headed(headings: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { sheet: None, headings: headings.into_iter().map(Into::into).collect() }
    }

    /// The same in the sheet that a person names; in any when the name is empty.
    pub fn in_sheet(self, name: &str) -> Self {
        let name = name.trim();
        Self { sheet: Some(name.to_owned()).filter(|name| !name.is_empty()), ..self }
    }

    fn knows(&self, heading: &str) -> bool {
        let heading = plain(heading);
        !heading.is_empty() && self.headings.iter().any(|known| plain(known) == heading)
    }

    /// How many of a row's cells are known headings.
    fn known(&self, cells: &[String]) -> usize {
        cells.iter().filter(|cell| self.knows(cell)).count()
    }
}

/// A heading without blanks, marks that print nothing, and the stars of needed columns.
fn plain(heading: &str) -> String {
    let seen = |c: &char| {
        !c.is_whitespace() && *c != '*' && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    heading.chars().filter(seen).collect::<String>().to_lowercase()
}

/// What stands in a cell whose formula was never worked out: files that programs write have such.
pub const NO_RESULT: &str = "#公式没有结果!";

/// What is wrong with a cell that a spreadsheet could not show as what was typed: an error of a formula, or a number so long
/// that the spreadsheet has forgotten its last digits. `None` for all others.
pub fn fault(cell: &str) -> Option<String> {
    const ERRORS: [&str; 9] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"];
    let cell = cell.trim();
    if cell == NO_RESULT {
        return Some(
            "这个单元格的公式没有保存结果。请用 Excel 或 WPS 打开文件，保存一次再上传，或直接填写内容。".to_owned(),
        );
    }
    if ERRORS.contains(&cell) || cell.starts_with("#GETTING_DATA") {
        return Some(format!("这个单元格是公式错误 {cell}。请在表格里改正公式，或直接填写内容。"));
    }
    let (number, power) = cell.split_once("E+").or_else(|| cell.split_once("e+"))?;
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    (is_number(number) && is_number(power)).then(|| {
        format!("表格把这里的长数字记成了 {cell}，后面几位已经丢失。请先把这一列设为“文本”格式，再重新填写完整的号码。")
    })
}

/// Rows that may stand above a header.
const ABOVE: usize = 30;

impl Table {
    /// A table of rows as they stand in a sheet. The header is the row with most of the known headings; when none has two,
    /// it is the first row with at least two filled cells (a title across the whole table stands above it), or the first
    /// filled row of a table with a single column. A row below that names what a heading over several columns leaves open
    /// belongs to it.
    ///
    /// # Errors
    /// [`Code::Empty`] when no row is filled.
    pub fn of_rows(sheet: String, rows: Vec<TableRow>, wanted: &Wanted) -> Result<Self, Rejected> {
        let filled = |row: &TableRow| row.cells.iter().filter(|cell| !cell.is_empty()).count();
        let rows: Vec<TableRow> = rows.into_iter().filter(|row| filled(row) > 0).collect();
        let known = rows.iter().take(ABOVE).map(|row| wanted.known(&row.cells)).enumerate();
        // of two rows with as many the upper one
        let best = known.filter(|(_, known)| *known >= 2).min_by_key(|(at, known)| (usize::MAX - known, *at));
        let usual = || rows.iter().position(|row| filled(row) >= 2).unwrap_or(0);
        let mut header_at = best.map_or_else(usual, |(at, _)| at);
        // the lower of two rows may have more of the headings
        if best.is_some() && header_at > 0 && over(&rows[header_at - 1], &rows[header_at], wanted).is_some() {
            header_at -= 1;
        }
        let above: Vec<String> = rows.iter().take(header_at).map(|row| said(&row.cells)).collect();
        let mut rows = rows.into_iter().skip(header_at).peekable();
        let Some(mut head) = rows.next() else {
            return Err(Rejected::new(
                Code::Empty,
                "表格是空的。请在第一行填写表头，例如“名称、日期、文号”，下面逐行填写内容。",
            ));
        };
        if let Some(both) = rows.peek().and_then(|below| over(&head, below, wanted)) {
            head = both;
            rows.next();
        }
        let mut header = head.cells;
        while header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        let rows = rows
            .map(|mut row| {
                if row.cells.len() < header.len() {
                    row.cells.resize(header.len(), String::new());
                }
                row
            })
            .collect();
        Ok(Self { sheet, header_number: head.number, header, rows, above, ..Self::default() })
    }

    /// What people should know of where the rows come from: sheets that were not read, and what the old kind of file does not
    /// tell. Empty when there is nothing to say.
    pub fn said_sheet(&self) -> String {
        let mut said = String::new();
        if !self.others.is_empty() {
            let others = self.others.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join("、");
            said =
                format!("从工作表“{}”读入，没有读{others}。要读另一个，请重新选择文件并填写工作表名称。", self.sheet);
        }
        if !self.struck.is_empty() {
            let cells: Vec<String> =
                self.struck.iter().take(10).map(|(row, words)| format!("第 {row} 行“{}”", short(words))).collect();
            said.push_str(&format!("{}里加了删除线的文字按作废处理，没有读入，请核对。", cells.join("、")));
        }
        if self.legacy {
            said.push_str(
                "旧版 .xls 的数字格式读不出（编号前面的零、只写年月的日期），请核对，或另存为 .xlsx 再导入。",
            );
        }
        said
    }

    /// Takes out of the rows what is no record: a row of sums, a remark below the list.
    pub fn set_aside(&mut self) {
        let (aside, rows) = std::mem::take(&mut self.rows).into_iter().partition(|row| is_aside(&row.cells));
        self.rows = rows;
        self.aside = aside.into_iter().map(|row: TableRow| (row.number, said(&row.cells))).collect();
    }

    /// What of the table is not read, in sentences for people: lines above the header, columns that nobody knows, rows that are
    /// no record. Nothing vanishes without a word.
    pub fn left_out(&self, wanted: &Wanted) -> Vec<String> {
        let mut out = Vec::new();
        for line in &self.above {
            out.push(format!("表头上面的“{}”没有读入。", short(line)));
        }
        let width = self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        for at in 0..width {
            let head = self.header.get(at).map_or("", String::as_str);
            let filled = |row: &&TableRow| row.cells.get(at).is_some_and(|cell| !cell.is_empty());
            let Some(first) = self.rows.iter().find(filled).filter(|_| !wanted.knows(head)) else { continue };
            let name = match head.trim() {
                "" => format!("第 {} 列（没有表头）", at + 1),
                head => format!("“{head}”一列"),
            };
            out.push(format!("{name}没有读入，例如第 {} 行“{}”。", first.number, short(&first.cells[at])));
        }
        for (number, words) in &self.aside {
            out.push(format!("第 {number} 行“{}”是合计或说明，没有读入。", short(words)));
        }
        out
    }

    /// How many columns have a known heading.
    pub fn known(&self, wanted: &Wanted) -> usize {
        wanted.known(&self.header)
    }
}

/// Whether a row of cells is one of sums, or a remark that somebody wrote below a list.
fn is_aside(cells: &[String]) -> bool {
    const SUMS: [&str; 5] = ["合计", "小计", "总计", "共计", "总数"];
    const REMARKS: [&str; 14] = [
        "注",
        "备注",
        "说明",
        "填表说明",
        "填表",
        "填报",
        "制表",
        "审核",
        "填写",
        "以上",
        "单位负责人",
        "联系人",
        "联系电话",
        "数据来源",
    ];
    let mut filled = cells.iter().filter(|cell| !cell.is_empty());
    let (Some(first), others) = (filled.next(), filled.count()) else { return false };
    let words: String = first.chars().filter(|c| !c.is_whitespace()).collect();
    let sum = || {
        SUMS.iter().any(|sum| {
            words.strip_prefix(sum).is_some_and(|rest| rest.is_empty() || rest.starts_with(['：', ':', '（']))
        })
    };
    let remark = || {
        REMARKS.iter().any(|remark| {
            let Some(rest) = words.strip_prefix(remark) else { return false };
            let rest = rest.trim_start_matches(['单', '位', '人', '日', '期', '时', '间', '员', '1']);
            rest.starts_with(['：', ':', '、', '.', '．']) || (others == 0 && *remark == "以上")
        })
    };
    sum() || remark()
}

/// At most sixty characters of a text.
fn short(text: &str) -> String {
    const MOST: usize = 60;
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut chars = words.chars();
    let out: String = chars.by_ref().take(MOST).collect();
    if chars.next().is_some() { format!("{out}…") } else { out }
}

/// The cells of a row in one line.
fn said(cells: &[String]) -> String {
    let filled = cells.iter().filter(|cell| !cell.is_empty());
    filled.map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("　")
}

/// Two rows as one header, when the lower one names columns that the upper one leaves open or puts under one heading.
fn over(upper: &TableRow, lower: &TableRow, wanted: &Wanted) -> Option<TableRow> {
    let empty = String::new();
    let cell = |row: &'_ TableRow, at: usize| row.cells.get(at).unwrap_or(&empty).clone();
    let wide = upper.cells.len().max(lower.cells.len());
    let both: Vec<String> = (0..wide)
        .map(|at| match (cell(upper, at), cell(lower, at)) {
            (above, below) if below.is_empty() || (wanted.knows(&above) && !wanted.knows(&below)) => above,
            (_, below) => below,
        })
        .collect();
    // a row of values says nothing new of what the columns are, and repeats no heading
    let (one, other) = (wanted.known(&upper.cells), wanted.known(&lower.cells));
    let news = wanted.known(&both) > one && wanted.known(&both) > other;
    let of_values = lower.cells.iter().enumerate().any(|(at, below)| {
        let above = cell(upper, at);
        !below.is_empty() && wanted.knows(&above) && !wanted.knows(below) && *below != above
    });
    (news && !of_values).then_some(TableRow { number: lower.number, cells: both })
}
