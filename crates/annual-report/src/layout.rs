//! The official tables laid out: which words and cells stand where and over how many rows and columns. Web pages, forms and
//! workbooks are drawn from it.

use crate::{
    cell::Cell,
    form::{self, APPLICANTS, APPLICANTS_HEAD, CONTENT, CORNER, ORGANISATIONS_HEAD, OUTCOMES, REMEDIES, RESULTS},
    model::{Report, Row},
};

/// Something that stands in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The words of a head; of a cell what is printed.
    pub text: String,
    /// A head over columns, a head of a row, or a cell with its field.
    pub what: What,
    pub rows: u16,
    pub columns: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A head over columns.
    Head,
    /// A head of a row.
    Label,
    Field(Field),
}

/// A cell with how it is called in a form, and what it is for whoever hears the table read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// `p0-2`, `r3-6` or `m14`: table, row and column, as [`put`] takes them.
    pub name: String,
    /// Row and column in words.
    pub said: String,
    pub cell: Cell,
    /// Address of what it counts; empty = nothing to open.
    pub opens: String,
}

impl Field {
    /// The head of its column alone, for who reads the table row by row; of chapter four, which is one row, all of its heads.
    pub fn column(&self) -> &str {
        if self.name.starts_with('m') {
            return &self.said;
        }
        self.said.rsplit_once('，').map_or(self.said.as_str(), |(_, column)| column)
    }
}

impl Placed {
    fn head(text: &str, rows: u16, columns: u16) -> Self {
        Self { text: text.to_owned(), what: What::Head, rows, columns }
    }

    fn label(text: &str, rows: u16, columns: u16) -> Self {
        Self { text: text.to_owned(), what: What::Label, rows, columns }
    }

    fn field(name: String, said: String, cell: &Cell, columns: u16) -> Self {
        let what = What::Field(Field { name, said, cell: cell.clone(), opens: String::new() });
        Self { text: cell.printed.clone(), what, rows: 1, columns }
    }

    pub fn is_head(&self) -> bool {
        self.what == What::Head
    }

    pub fn is_label(&self) -> bool {
        self.what == What::Label
    }

    pub fn as_field(&self) -> Option<&Field> {
        match &self.what {
            What::Field(field) => Some(field),
            _ => None,
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// Title of its chapter.
    pub title: &'static str,
    /// Short name, for a sheet.
    pub name: &'static str,
    /// Its width in columns.
    pub width: u16,
    pub rows: Vec<Vec<Placed>>,
}

/// The three tables of a report.
pub fn tables(report: &Report) -> Vec<Laid> {
    vec![proactive(report), requests(report), remedies(report)]
}

/// Has cells lead to what they count: `to` gives the address of a cell by its name.
pub fn lead(tables: &mut [Laid], to: impl Fn(&Field) -> Option<String>) {
    for placed in tables.iter_mut().flat_map(|table| table.rows.iter_mut().flatten()) {
        if let What::Field(field) = &mut placed.what {
            field.opens = to(field).unwrap_or_default();
        }
    }
}

fn span(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn proactive(report: &Report) -> Laid {
    let rows = &report.tables.proactive;
    let most = rows.iter().map(|row| row.columns.len()).max().unwrap_or(3).max(1);
    let width = span(most + 1);
    let mut laid = Vec::new();
    let mut block: Option<(&str, &[String])> = None;
    // The last column of a narrow block goes on to the edge of the table.
    let over = |at: usize, count: usize| if at + 1 == count { span(most + 1 - count) } else { 1 };
    for (number, row) in rows.iter().enumerate() {
        if block != Some((row.block.as_str(), row.columns.as_slice())) {
            block = Some((row.block.as_str(), row.columns.as_slice()));
            if !row.block.is_empty() {
                laid.push(vec![Placed::head(&row.block, 1, width)]);
            }
            let mut heads = vec![Placed::head(CONTENT, 1, 1)];
            for (at, head) in row.columns.iter().enumerate() {
                heads.push(Placed::head(head, 1, over(at, row.columns.len())));
            }
            laid.push(heads);
        }
        let mut line = vec![Placed::label(&row.label, 1, 1)];
        for (at, head) in row.columns.iter().enumerate() {
            let blank = Cell::unknown();
            let cell = row.cells.get(at).unwrap_or(&blank);
            let said = format!("{}，{head}", row.label);
            line.push(Placed::field(format!("p{number}-{at}"), said, cell, over(at, row.columns.len())));
        }
        laid.push(line);
    }
    Laid { title: form::CHAPTERS[1], name: "二 主动公开", width, rows: laid }
}

fn group_of(row: &Row) -> &str {
    row.label.split_once('/').map_or("", |(group, _)| group)
}

fn requests(report: &Report) -> Laid {
    let rows = &report.tables.requests;
    let mut laid = vec![
        vec![Placed::head(CORNER, 3, 3), Placed::head(APPLICANTS_HEAD, 1, 7)],
        vec![
            Placed::head(APPLICANTS[0], 2, 1),
            Placed::head(ORGANISATIONS_HEAD, 1, 5),
            Placed::head(APPLICANTS[form::TOTAL], 2, 1),
        ],
        APPLICANTS[1..form::TOTAL].iter().map(|head| Placed::head(head, 1, 1)).collect(),
    ];
    let is_outcome = |row: &Row| row.key.starts_with("3.");
    let outcomes = rows.iter().filter(|row| is_outcome(row)).count();
    let mut begun = false;
    let mut group = "";
    for (number, row) in rows.iter().enumerate() {
        let mut line = Vec::new();
        if is_outcome(row) {
            if !begun {
                line.push(Placed::label(OUTCOMES, span(outcomes), 1));
                begun = true;
            }
            let own = group_of(row);
            if own.is_empty() {
                line.push(Placed::label(&row.label, 1, 2));
            } else {
                if own != group {
                    let many = rows[number..].iter().take_while(|other| group_of(other) == own).count();
                    line.push(Placed::label(own, span(many), 1));
                }
                line.push(Placed::label(row.name(), 1, 1));
            }
            group = own;
        } else {
            line.push(Placed::label(&row.label, 1, 3));
        }
        for (at, cell) in row.cells.iter().enumerate() {
            let column = APPLICANTS.get(at).copied().unwrap_or_default();
            line.push(Placed::field(format!("r{number}-{at}"), format!("{}，{column}", row.name()), cell, 1));
        }
        laid.push(line);
    }
    Laid { title: form::CHAPTERS[2], name: "三 申请", width: 10, rows: laid }
}

fn remedies(report: &Report) -> Laid {
    let five = span(RESULTS.len());
    let mut second: Vec<Placed> = RESULTS.iter().map(|result| Placed::head(result, 2, 1)).collect();
    second.extend(REMEDIES[1..].iter().map(|(_, way)| Placed::head(way, 1, five)));
    let third = REMEDIES[1..].iter().flat_map(|_| RESULTS.iter().map(|result| Placed::head(result, 1, 1))).collect();
    let mut cells = Vec::new();
    for at in 0..REMEDIES.len() * RESULTS.len() {
        let blank = Cell::unknown();
        let cell = report.tables.remedies.get(at).unwrap_or(&blank);
        cells.push(Placed::field(format!("m{at}"), form::remedy(at).replace('·', "，"), cell, 1));
    }
    let first = vec![Placed::head(REMEDIES[0].0, 1, five), Placed::head(REMEDIES[1].0, 1, five * 2)];
    Laid {
        title: form::CHAPTERS[3], name: "四 复议诉讼", width: five * 3, rows: vec![first, second, third, cells]
    }
}

/// Puts what somebody typed into the cell of that name; `false` where the report has none of that name.
pub fn put(report: &mut Report, name: &str, typed: &str) -> bool {
    let cell = Cell::read(typed);
    let two = |rest: &str| {
        let (row, column) = rest.split_once('-')?;
        Some((row.parse::<usize>().ok()?, column.parse::<usize>().ok()?))
    };
    let slot = if let Some(rest) = name.strip_prefix('p') {
        two(rest).and_then(|(row, at)| report.tables.proactive.get_mut(row)?.cells.get_mut(at))
    } else if let Some(rest) = name.strip_prefix('r') {
        two(rest).and_then(|(row, at)| report.tables.requests.get_mut(row)?.cells.get_mut(at))
    } else if let Some(rest) = name.strip_prefix('m') {
        rest.parse::<usize>().ok().and_then(|at| report.tables.remedies.get_mut(at))
    } else {
        None
    };
    match slot {
        Some(slot) => {
            *slot = cell;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        form::Edition,
        model::Tables,
        sheets::{self, Grid, Line},
    };

    /// The places of a table as a sheet has them, rows from 1.
    fn grid(laid: &Laid) -> Grid {
        let mut taken: Vec<(u32, u32)> = Vec::new();
        let mut lines = vec![Line { number: 1, cells: vec![(0, laid.title.to_owned())] }];
        for (row, placed) in (2_u32..).zip(&laid.rows) {
            let mut cells = Vec::new();
            let mut column = 0_u32;
            for one in placed {
                while taken.contains(&(row, column)) {
                    column += 1;
                }
                for down in 0..u32::from(one.rows) {
                    taken.extend((0..u32::from(one.columns)).map(|right| (row + down, column + right)));
                }
                if !one.text.is_empty() {
                    cells.push((column, one.text.clone()));
                }
                column += u32::from(one.columns);
            }
            assert!(column <= u32::from(laid.width), "{} is wider than it says", laid.title);
            lines.push(Line { number: row, cells });
        }
        Grid { name: laid.name.to_owned(), lines }
    }

    #[test]
    fn what_is_laid_out_is_read_again() {
        for edition in Edition::ALL {
            let mut tables = Tables::filled_with(edition, &Cell::blank());
            let mut next = 0;
            let all = tables.proactive.iter_mut().flat_map(|row| row.cells.iter_mut());
            let all = all.chain(tables.requests.iter_mut().flat_map(|row| row.cells.iter_mut()));
            for cell in all.chain(tables.remedies.iter_mut()) {
                next += 1;
                *cell = Cell::count(next);
            }
            let report = Report { year: Some(2022), tables, ..Report::default() };
            let apart: Vec<Grid> = super::tables(&report).iter().map(grid).collect();
            let mut together = Grid { name: "年报".to_owned(), lines: Vec::new() };
            for sheet in &apart {
                together.lines.extend(sheet.lines.iter().cloned());
            }
            for grids in [apart, vec![together]] {
                let read = sheets::read(&grids).expect("tables");
                assert_eq!((read.len(), &read[0].notes, read[0].complete), (1, &Vec::<String>::new(), true));
                let plain = |report: &Report| {
                    let value = crate::json::to_value(report);
                    (value["tables"].to_string(), value["format"].to_string())
                };
                assert_eq!(plain(&read[0]), plain(&report));
            }
        }
    }

    #[test]
    fn each_cell_says_of_which_column_it_is() {
        let report = Report { tables: Tables::filled_with(Edition::Y2021, &Cell::count(0)), ..Report::default() };
        let laid = super::tables(&report);
        let column = |name: &str| {
            let mut all = laid.iter().flat_map(|table| table.rows.iter().flatten()).filter_map(Placed::as_field);
            all.find(|field| field.name == name).map(|field| field.column().to_owned()).expect("a cell")
        };
        assert_eq!((column("r0-0").as_str(), column("r2-6").as_str()), ("自然人", "总计"));
        assert_eq!((column("p1-2").as_str(), column("m0").as_str()), ("现行有效件数", "行政复议，结果维持"));
    }

    #[test]
    fn what_is_typed_lands_in_its_cell() {
        let mut report = Report { tables: Tables::filled_with(Edition::Y2021, &Cell::blank()), ..Report::default() };
        assert!(put(&mut report, "r0-6", "143") && put(&mut report, "m14", "2") && put(&mut report, "p1-2", "14"));
        assert!(!put(&mut report, "r25-0", "1") && !put(&mut report, "x", "1") && !put(&mut report, "m15", "1"));
        assert_eq!(report.tables.requests[0].cells[6], Cell::count(143));
        assert_eq!(report.tables.remedies[14], Cell::count(2));
    }
}
