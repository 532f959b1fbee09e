//! Grids of xlsx: each sheet in one pass, each row told when it ends.

use std::collections::HashSet;

use calamine::{Data, ExcelDateTime, ExcelDateTimeType};
use documents::tables::NO_RESULT;
use documents::{GridRow, Limits, Merge, Rejected};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::{LAST_ROW, Sink, too_many};
use crate::cells::{as_shown, cell_text};
use crate::container::Package;
use crate::formats::{Dated, Formats, dated};
use crate::struck::{Rich, styles};
use crate::xlsx::{column_name, counts_from_1904, is_hidden, place};
use crate::{ooxml, xml};

/// What is told of hidden rows, hidden columns and struck-out cells names so many.
const NAMED: usize = 10;
/// Columns of a sheet, at most (ECMA-376: XFD).
const LAST_COLUMN: u32 = 16_384;

pub(super) fn read(bytes: &[u8], limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Rejected> {
    let limits = &Limits { unpacked_bytes: limits.grid_unpacked, ..limits.clone() };
    let damaged = || Rejected::damaged("Excel 表格");
    let mut package = Package::open(bytes, limits)?;
    let main = ooxml::main_part(&mut package, "xl/workbook.xml", limits)?;
    let tree = xml::parse(&package.read(&main)?.ok_or_else(damaged)?, &[], limits)?;
    let relations = ooxml::relations(&mut package, &main, limits)?;
    let formats = Formats::read(&mut package, limits)?;
    let struck = match package.read("xl/styles.xml")? {
        Some(bytes) => styles(&bytes, limits)?,
        None => Vec::new(),
    };
    let book = Book { formats, struck, later: counts_from_1904(&tree), texts: Texts::read(&mut package, limits)? };
    let sheets = tree.child("sheets").map(|sheets| sheets.elements().collect::<Vec<_>>()).unwrap_or_default();
    for sheet in sheets {
        let name = sheet.attribute("name").ok_or_else(damaged)?;
        let hidden = matches!(sheet.attribute("state"), Some("hidden" | "veryHidden"));
        let relation = sheet.attribute("r:id").or_else(|| sheet.attribute("id")).and_then(|id| relations.get(id));
        let relation = relation.ok_or_else(damaged)?;
        // a sheet that is a chart has no cells
        if relation.kind != "worksheet" {
            continue;
        }
        sink.sheet(name, hidden)?;
        if hidden {
            continue;
        }
        let part = package.read(&relation.target)?.ok_or_else(damaged)?;
        let mut reading = Reading::of(&book, sink);
        xml::scan(&part, limits, |event| reading.see(event))?;
        reading.end()?;
    }
    Ok(())
}

/// What the sheets of a workbook share.
struct Book {
    formats: Formats,
    /// Styles that strike out their cells.
    struck: Vec<bool>,
    texts: Texts,
    /// Days are counted from 1904.
    later: bool,
}

/// The shared texts of a workbook, in one piece of memory.
#[derive(Default)]
struct Texts {
    all: String,
    /// Where each ends.
    ends: Vec<usize>,
    /// Those of which something is struck out and left out.
    struck: HashSet<usize>,
}

impl Texts {
    fn read(package: &mut Package<'_>, limits: &Limits) -> Result<Self, Rejected> {
        let mut texts = Self::default();
        let named = |name: &&String| name.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let Some(name) = package.names().iter().find(named).cloned() else { return Ok(texts) };
        let Some(bytes) = package.read(&name)? else { return Ok(texts) };
        let mut rich = Rich::default();
        xml::scan(&bytes, limits, |event| {
            match event {
                Event::Start(start) if start.local_name().as_ref() == "si" => rich = Rich::default(),
                Event::Empty(start) if start.local_name().as_ref() == "si" => texts.push(&Rich::default()),
                Event::End(end) if end.local_name().as_ref() == "si" => texts.push(&rich),
                event => rich.see(event),
            }
            if texts.all.len() as u64 > limits.grid_text { Err(too_many()) } else { Ok(()) }
        })?;
        Ok(texts)
    }

    fn push(&mut self, rich: &Rich) {
        let (text, struck) = rich.rest();
        if struck {
            self.struck.insert(self.ends.len());
        }
        self.all.push_str(&unescaped(text));
        self.ends.push(self.all.len());
    }

    fn get(&self, number: usize) -> &str {
        let from = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = from.zip(self.ends.get(number).copied());
        range.and_then(|(from, to)| self.all.get(from..to)).unwrap_or_default()
    }
}

/// A text without the carriage returns that are written as `_x000D_`, and without blanks around it.
fn unescaped(text: &str) -> String {
    text.trim().replace("_x000D_", "")
}

/// A cell while it is read.
#[derive(Default)]
struct Cell {
    column: u32,
    style: usize,
    kind: Kind,
    value: String,
    valued: bool,
    computed: bool,
    rich: Rich,
}

/// What the value of a cell is (`t`).
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Inline,
    Day,
    Truth,
    /// Text of a formula, or an error.
    Words,
}

/// A sheet while it is read.
struct Reading<'r, 's> {
    book: &'r Book,
    sink: &'r mut Sink<'s>,
    row: GridRow,
    /// The column after the last cell: a cell may leave out where it is.
    next: u32,
    cell: Option<Cell>,
    in_value: bool,
    hidden_rows: Vec<u32>,
    hidden_columns: Vec<String>,
    /// Rows with cells of which something is struck out.
    struck: Vec<u32>,
}

impl<'r, 's> Reading<'r, 's> {
    fn of(book: &'r Book, sink: &'r mut Sink<'s>) -> Self {
        Self {
            book,
            sink,
            row: GridRow::default(),
            next: 0,
            cell: None,
            in_value: false,
            hidden_rows: Vec::new(),
            hidden_columns: Vec::new(),
            struck: Vec::new(),
        }
    }

    fn see(&mut self, event: &Event<'_>) -> Result<(), Rejected> {
        match event {
            Event::Start(start) => self.begin(start, false, event)?,
            Event::Empty(start) => self.begin(start, true, event)?,
            Event::Text(text) if self.in_value => {
                if let Some(cell) = &mut self.cell {
                    cell.value.push_str(&text.xml_content(XmlVersion::Implicit1_0));
                }
            }
            Event::GeneralRef(reference) if self.in_value => {
                if let Some(cell) = &mut self.cell {
                    cell.value.push(xml::resolve(reference)?);
                }
            }
            Event::End(end) => match end.local_name().as_ref() {
                "v" => self.in_value = false,
                "c" => self.put()?,
                "row" => self.flush()?,
                _ => self.cell.iter_mut().for_each(|cell| cell.rich.see(event)),
            },
            event => self.cell.iter_mut().for_each(|cell| cell.rich.see(event)),
        }
        Ok(())
    }

    fn begin(&mut self, start: &BytesStart<'_>, empty: bool, event: &Event<'_>) -> Result<(), Rejected> {
        match start.local_name().as_ref() {
            "row" => {
                self.flush()?;
                let number = xml::attribute(start, "r").and_then(|number| number.parse().ok());
                let number: u32 = number.unwrap_or(self.row.number.saturating_add(1));
                if number == 0 || number > LAST_ROW {
                    return Err(Rejected::damaged("Excel 表格"));
                }
                self.row.number = number;
                self.row.hidden = is_hidden(start);
                self.next = 0;
            }
            "c" => self.open(start, empty)?,
            "v" => {
                self.in_value = !empty;
                self.cell.iter_mut().for_each(|cell| cell.valued = true);
            }
            "f" => self.cell.iter_mut().for_each(|cell| cell.computed = true),
            "col" if is_hidden(start) && self.hidden_columns.len() < NAMED => {
                let number = |name: &str| xml::attribute(start, name).and_then(|number| number.parse::<u32>().ok());
                if let (Some(from), Some(to)) = (number("min"), number("max"))
                    && (1..=to).contains(&from)
                {
                    let (from, to) = (column_name(from - 1), column_name(to.min(LAST_COLUMN) - 1));
                    self.hidden_columns.push(if from == to { from } else { format!("{from}–{to}") });
                }
            }
            "mergeCell" => {
                let range = xml::attribute(start, "ref");
                let both = range.as_deref().and_then(|range| range.split_once(':'));
                if let Some(((left, top), (right, bottom))) =
                    both.and_then(|(first, last)| Some((place(first)?, place(last)?)))
                    && top <= bottom
                    && left <= right
                    && bottom < LAST_ROW
                {
                    self.sink.merge(Merge { rows: (top + 1, bottom + 1), columns: (left, right) })?;
                }
            }
            _ => self.cell.iter_mut().for_each(|cell| cell.rich.see(event)),
        }
        Ok(())
    }

    /// The start of a cell.
    fn open(&mut self, start: &BytesStart<'_>, empty: bool) -> Result<(), Rejected> {
        let mut cell = Cell { column: self.next, ..Cell::default() };
        for attribute in start.attributes().with_checks(false).flatten() {
            let value: &str = &attribute.value;
            match attribute.key.as_ref() {
                "r" => cell.column = place(value).map_or(cell.column, |(column, _)| column),
                "s" => cell.style = value.parse().unwrap_or(0),
                "t" => {
                    cell.kind = match value {
                        "s" => Kind::Shared,
                        "inlineStr" => Kind::Inline,
                        "d" => Kind::Day,
                        "b" => Kind::Truth,
                        "n" => Kind::Number,
                        _ => Kind::Words,
                    };
                }
                _ => {}
            }
        }
        if cell.column >= LAST_COLUMN {
            return Err(Rejected::damaged("Excel 表格"));
        }
        self.next = cell.column + 1;
        self.cell = (!empty).then_some(cell);
        Ok(())
    }

    /// The end of a cell.
    fn put(&mut self) -> Result<(), Rejected> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        let value = cell.value.trim();
        let mut struck = self.book.struck.get(cell.style).copied().unwrap_or(false);
        let mut text = match cell.kind {
            _ if cell.computed && !cell.valued && cell.kind != Kind::Inline => NO_RESULT.to_owned(),
            // `<v/>` of a formula is a text without characters where it is one of words, and of figures nothing that was worked out
            Kind::Number if cell.computed && value.is_empty() => NO_RESULT.to_owned(),
            _ if value.is_empty() && cell.kind != Kind::Inline => String::new(),
            Kind::Number => number(value, self.book.formats.of(cell.style), self.book.later),
            Kind::Shared => {
                let at: usize = value.parse().map_err(|_| Rejected::damaged("Excel 表格"))?;
                struck |= self.book.texts.struck.contains(&at);
                self.book.texts.get(at).to_owned()
            }
            Kind::Inline => {
                let (text, any) = cell.rich.rest();
                struck |= any;
                unescaped(text)
            }
            Kind::Day => cell_text(&Data::DateTimeIso(value.to_owned())),
            Kind::Truth => cell_text(&Data::Bool(value == "1")),
            Kind::Words => unescaped(value),
        };
        if self.book.struck.get(cell.style).copied().unwrap_or(false) {
            text.clear();
        }
        if struck && self.struck.len() <= NAMED {
            self.struck.push(self.row.number);
        }
        if !text.is_empty() {
            self.row.cells.push((cell.column, text));
        }
        Ok(())
    }

    /// The end of a row.
    fn flush(&mut self) -> Result<(), Rejected> {
        if self.row.cells.is_empty() {
            return Ok(());
        }
        if self.row.hidden && self.hidden_rows.len() <= NAMED {
            self.hidden_rows.push(self.row.number);
        }
        // cells outside of any row, which no program writes
        self.row.number = self.row.number.max(1);
        let row = GridRow { cells: std::mem::take(&mut self.row.cells), ..self.row };
        self.sink.row(row)
    }

    fn end(mut self) -> Result<(), Rejected> {
        self.flush()?;
        self.hidden_rows.dedup();
        self.struck.dedup();
        if !self.hidden_rows.is_empty() {
            self.sink.note(format!("隐藏的第 {} 行也读入了，请核对。", several(&self.hidden_rows)))?;
        }
        if !self.hidden_columns.is_empty() {
            self.sink.note(format!("隐藏的 {} 列也读入了，请核对。", self.hidden_columns.join("、")))?;
        }
        if !self.struck.is_empty() {
            let rows = several(&self.struck);
            self.sink.note(format!("第 {rows} 行里加了删除线的文字按作废处理，没有读入，请核对。"))?;
        }
        Ok(())
    }
}

/// The first few of some rows.
fn several(rows: &[u32]) -> String {
    let named: Vec<String> = rows.iter().take(NAMED).map(u32::to_string).collect();
    let more = if rows.len() > NAMED { " 等" } else { "" };
    format!("{}{more}", named.join("、"))
}

/// A number as the spreadsheet shows it, days as ISO text. Of the digits that a double carries the fifteen count that a spreadsheet
/// calculates with; a longer number that a program wrote out digit by digit keeps them all.
pub(super) fn number(raw: &str, format: &str, later: bool) -> String {
    let Some(value) = raw.parse::<f64>().ok().filter(|value| value.is_finite()) else { return raw.to_owned() };
    let digits = (16..=19).contains(&raw.len()) && raw.bytes().all(|byte| byte.is_ascii_digit());
    if digits && format!("{value:.0}") != raw {
        return raw.to_owned();
    }
    if let Some(text) = as_shown(raw, format, later) {
        return text;
    }
    if dated(format) != Dated::No {
        let moment = ExcelDateTime::new(value, ExcelDateTimeType::DateTime, later);
        return cell_text(&Data::DateTime(moment));
    }
    let fifteen = format!("{value:.14e}").parse::<f64>().unwrap_or(value);
    // Rust writes the shortest digits that give the same number, never with an exponent.
    if fifteen == 0.0 { "0".to_owned() } else { fifteen.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_nothing_that_is_shown() {
        for (raw, format, shown) in [
            ("0.1", "0.00", "0.10"),
            ("8125.6", "#,##0.00", "8125.60"),
            ("0.30000000000000004", "General", "0.3"),
            ("171.07470000000001", "General", "171.0747"),
            ("13800138000", "General", "13800138000"),
            ("000000199001010018", "General", "000000199001010018"),
            ("-0", "General", "0"),
            ("1E-3", "General", "0.001"),
            ("46296", "yyyy/m/d", "2026-10-01"),
            ("46296", "yyyy.mm", "2026-10"),
            ("46296.5", "yyyy-mm-dd hh:mm", "2026-10-01 12:00"),
            ("0.052", "0.0%", "5.2%"),
            ("甲", "General", "甲"),
        ] {
            assert_eq!(number(raw, format, false), shown, "{raw} {format}");
        }
        let lost = number("1.1361124000000002E+17", "General", false);
        assert!(documents::tables::fault(&lost).is_some(), "{lost}");
    }
}
