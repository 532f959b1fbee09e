//! Workbooks: every filled cell with its place; hidden sheets, rows and columns marked; comments; left-over copies of data.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Cursor;

use calamine::{Data, Reader, SheetVisible, Xls, Xlsx};
use documents::tables::NO_RESULT;
use documents::{Extracted, Format, Limits, Part, Rejected, Unread};
use quick_xml::events::{BytesStart, Event};

use crate::active;
use crate::bounds::caught;
use crate::cells::{SAME, as_shown, cell_text, legacy_error};
use crate::container::Package;
use crate::formats::{self, Formats};
use crate::heads::Heads;
use crate::net::{self, ByName, squeezed};
use crate::ooxml::Reading;
use crate::pictures::{self, Pictures};
use crate::struck::{Rich, Struck};
use crate::{ooxml, pieces, xml};

/// Points; a lower row shows nothing.
const FLAT: f64 = 1.0;
/// Characters; a narrower column shows nothing.
const NARROW: f64 = 0.2;
/// Columns of a sheet, at most (ECMA-376: XFD).
const LAST_COLUMN: u32 = 16_384;

/// Rows of text, column by column.
type Rows = BTreeMap<u32, BTreeMap<u32, String>>;

/// What of a sheet is hidden: everything, some rows, some columns (counted from 0); and which cells go over several rows.
#[derive(Debug, Default)]
pub(crate) struct Hidden {
    sheet: bool,
    pub(crate) rows: BTreeSet<u32>,
    columns: BTreeSet<u32>,
    /// Cells that show nothing of what they hold, by row and column.
    cells: BTreeSet<(u32, u32)>,
    /// Whether something else than the styles of its cells colours the sheet: a rule, a style of tables.
    coloured: bool,
    /// Column, first and last row of each.
    pub(crate) tall: Vec<(u32, u32, u32)>,
}

impl Hidden {
    fn covers(&self, row: u32, column: u32) -> bool {
        self.sheet || self.rows.contains(&row) || self.columns.contains(&column) || self.cells.contains(&(row, column))
    }
}

/// Reads an xlsx; what is embedded in it is read by `inner`.
pub(crate) fn read(bytes: &[u8], limits: &Limits, inner: Reading) -> Result<Extracted, Rejected> {
    let mut package = Package::open(bytes, limits)?;
    active::refuse(&mut package, limits)?;
    let main = ooxml::main_part(&mut package, "xl/workbook.xml", limits)?;
    let Some(workbook) = package.read(&main)? else {
        return Err(Rejected::damaged("Excel 表格"));
    };
    let tree = xml::parse(&workbook, &[], limits)?;
    let relations = ooxml::relations(&mut package, &main, limits)?;
    check_shared(&mut package, limits)?;
    let later = counts_from_1904(&tree);
    let formats = Formats::read(&mut package, limits)?;
    let struck = Struck::read(&mut package, limits)?;
    let mut found = Extracted::empty(Format::Xlsx);
    let mut known = ByName::default();
    let mut room = limits.cells;
    let mut lines = Vec::new();
    let mut book =
        caught("Excel 表格", || Xlsx::new(Cursor::new(bytes)).map_err(|_| Rejected::damaged("Excel 表格")))?;
    let sheets = tree.child("sheets").map(|sheets| sheets.elements().collect::<Vec<_>>()).unwrap_or_default();
    for sheet in sheets {
        let name = sheet.attribute("name").unwrap_or_default().to_owned();
        let Some(relation) = sheet.attribute("r:id").or_else(|| sheet.attribute("id")).and_then(|id| relations.get(id))
        else {
            continue;
        };
        if relation.external || relation.kind != "worksheet" {
            continue;
        }
        let looks = looks(&mut package, &relation.target, &struck, limits)?;
        let shown = |(at, raw, style): ((u32, u32), String, usize)| {
            let format = formats.of(style);
            let text = formats::calendar(&raw, format, later).or_else(|| as_shown(&raw, format, later));
            Some((at, text?))
        };
        let long = crate::cells::long_numbers(&looks.numbers);
        let mut shown: HashMap<(u32, u32), String> = looks.numbers.into_iter().filter_map(shown).collect();
        let mut hidden = looks.hidden;
        hidden.sheet = matches!(sheet.attribute("state"), Some("hidden" | "veryHidden"));
        let mut rows = sheet_cells(&mut book, &name, &mut room)?;
        for ((row, column), raw) in long {
            rows.entry(row).or_default().insert(column, raw);
        }
        void(&name, &rows, &looks.struck, &mut found);
        unworked(&name, &mut rows, &looks.unworked, &mut found);
        shown.extend(looks.struck);
        known.sheets.insert(relation.target.clone(), name.clone());
        known.texts.extend(rows.values().flat_map(|cells| cells.values().map(|text| squeezed(text))));
        Part::push(&mut found.parts, format!("sheet \"{name}\" name"), &name);
        // Sheets are tables of their own.
        if lines.last().is_some_and(|line: &String| !line.is_empty()) {
            lines.push(String::new());
        }
        sheet_parts(&name, &rows, (&hidden, &shown), &mut found, &mut lines);
        comments(&mut package, &relation.target, &name, (&mut found, &mut known), limits)?;
    }
    found.text = lines.join("\n").trim_end().to_owned();
    let pictures = pictures::of_sheets(&mut package, limits)?;
    leftovers(&package, &pictures, &mut found);
    ooxml::metadata(&mut package, &mut found.parts, limits)?;
    known.whole.insert("docProps/core.xml".to_owned());
    known.whole.insert("docProps/custom.xml".to_owned());
    net::cast(&mut package, &known, &mut found, limits)?;
    ooxml::embedded(&mut package, &mut found, limits, inner)?;
    Ok(found)
}

/// Names what is struck out; it stands in the cells' places, but not in the text.
fn void(sheet: &str, rows: &Rows, struck: &[((u32, u32), String)], found: &mut Extracted) {
    const NAMED: usize = 10;
    let cell = |(row, column): (u32, u32)| rows.get(&row)?.get(&column);
    let told = struck.iter().filter_map(|(at, _)| Some((*at, cell(*at)?)));
    let told = told.map(|((row, column), text)| format!("{}{}“{text}”", column_name(column), row + 1));
    let told: Vec<String> = told.take(NAMED + 1).collect();
    if !told.is_empty() {
        let more = if told.len() > NAMED { "等" } else { "" };
        let cells = told[..told.len().min(NAMED)].join("、");
        found.warnings.push(format!("工作表“{sheet}”里 {cells}{more}有加了删除线的文字，按作废处理，没有读入。"));
    }
}

/// Says of formulas without a stored result that they have none: whoever opens the file sees one.
fn unworked(sheet: &str, rows: &mut Rows, cells: &[(u32, u32)], found: &mut Extracted) {
    let Some((row, column)) = cells.first() else { return };
    for (row, column) in cells {
        rows.entry(*row).or_default().insert(*column, NO_RESULT.to_owned());
    }
    let words = format!(
        "工作表“{sheet}”里 {}{} 等 {} 个单元格的公式没有保存结果，不能读取和检查。请用 Excel 或 WPS 打开文件，保存一次再上传。",
        column_name(*column),
        row + 1,
        cells.len()
    );
    found.tell_unread("body", Unread::Some, words.clone());
    found.warnings.push(words);
}

/// Reads an old binary workbook. Its hidden rows and columns cannot be told, so all cells count as visible.
pub(crate) fn read_legacy(bytes: &[u8], limits: &Limits) -> Result<Extracted, Rejected> {
    caught("旧版 Excel 表格", || {
        let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| legacy_error(&error))?;
        let mut found = Extracted::empty(Format::Xls);
        let mut lines = Vec::new();
        let mut room = limits.cells;
        for sheet in book.sheets_metadata().to_vec() {
            let Ok(range) = book.worksheet_range(&sheet.name) else { continue };
            let (top, left) = range.start().unwrap_or_default();
            let mut rows = Rows::new();
            for (row, column, value) in range.used_cells() {
                let at = (row, column);
                let row = u32::try_from(at.0).unwrap_or(u32::MAX).saturating_add(top);
                let column = u32::try_from(at.1).unwrap_or(u32::MAX).saturating_add(left);
                put(&mut rows, (row, column), value, &mut room)?;
            }
            let hidden = Hidden { sheet: sheet.visible != SheetVisible::Visible, ..Hidden::default() };
            Part::push(&mut found.parts, format!("sheet \"{}\" name", sheet.name), &sheet.name);
            sheet_parts(&sheet.name, &rows, (&hidden, &HashMap::new()), &mut found, &mut lines);
        }
        found.text = lines.join("\n");
        let words = "旧版 .xls 的批注、作者信息以及隐藏的行和列无法识别。请在 Excel 或 WPS 中另存为 .xlsx 后再上传。";
        found.tell_unread("body", Unread::Some, words);
        found.warnings.push(words.to_owned());
        Ok(found)
    })
}

/// The parts that the library reads by itself are checked first: no definitions, no entities, bounded depth.
fn check_shared(package: &mut Package<'_>, limits: &Limits) -> Result<(), Rejected> {
    let names: Vec<String> = package
        .names()
        .iter()
        .filter(|name| {
            let lower = name.to_ascii_lowercase();
            lower.ends_with("sharedstrings.xml") || lower.ends_with("styles.xml") || lower.ends_with(".rels")
        })
        .cloned()
        .collect();
    for name in names {
        if let Some(bytes) = package.read(&name)? {
            xml::scan(&bytes, limits, |_| Ok(()))?;
        }
    }
    Ok(())
}

/// The hidden rows and columns of a sheet; checks the sheet's XML on the way.
fn hidden_places(package: &mut Package<'_>, part: &str, limits: &Limits) -> Result<Hidden, Rejected> {
    let mut hidden = Hidden::default();
    let Some(bytes) = package.read(part)? else {
        return Ok(hidden);
    };
    let mut last_row = 0_u32;
    let mut ranges = 0_usize;
    xml::scan(&bytes, limits, |event| {
        let (Event::Start(start) | Event::Empty(start)) = event else {
            return Ok(());
        };
        match start.local_name().as_ref() {
            "row" => {
                // Rows may leave out their number: then they follow each other.
                last_row = number(start, "r").unwrap_or(last_row.saturating_add(1));
                let flat = xml::attribute(start, "ht").and_then(|height| height.parse::<f64>().ok());
                let flat = flat.is_some_and(|height| height <= FLAT);
                if (is_hidden(start) || flat) && last_row > 0 && hidden.rows.len() < limits.cells {
                    hidden.rows.insert(last_row - 1);
                }
            }
            "col" => {
                let (from, to) = (number(start, "min").unwrap_or(1), number(start, "max").unwrap_or(1));
                let narrow = xml::attribute(start, "width").and_then(|width| width.parse::<f64>().ok());
                let narrow = narrow.is_some_and(|width| width <= NARROW);
                if (is_hidden(start) || narrow) && from > 0 {
                    ranges += 1;
                    if ranges > 1000 {
                        return Err(Rejected::too_complex("表格"));
                    }
                    hidden.columns.extend(from - 1..to.min(LAST_COLUMN));
                }
            }
            "conditionalFormatting" | "tablePart" => hidden.coloured = true,
            "mergeCell" if hidden.tall.len() < limits.cells => {
                let range = xml::attribute(start, "ref").and_then(|range| merged(&range));
                hidden.tall.extend(range.filter(|(_, first, last)| first < last));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(hidden)
}

/// The parts of the sheets by their names, and whether days are counted from 1904.
pub(crate) fn sheet_parts_by_name(
    package: &mut Package<'_>,
    limits: &Limits,
) -> Result<(HashMap<String, String>, bool), Rejected> {
    let main = ooxml::main_part(package, "xl/workbook.xml", limits)?;
    let Some(workbook) = package.read(&main)? else { return Err(Rejected::damaged("Excel 表格")) };
    let tree = xml::parse(&workbook, &[], limits)?;
    let relations = ooxml::relations(package, &main, limits)?;
    check_shared(package, limits)?;
    let later = counts_from_1904(&tree);
    let sheets = tree.child("sheets").map(|sheets| sheets.elements().collect::<Vec<_>>()).unwrap_or_default();
    let part = |sheet: &&xml::Element| {
        let relation = relations.get(sheet.attribute("r:id").or_else(|| sheet.attribute("id"))?)?;
        Some((sheet.attribute("name")?.to_owned(), relation.target.clone()))
    };
    Ok((sheets.iter().filter_map(part).collect(), later))
}

pub(crate) fn counts_from_1904(workbook: &xml::Element) -> bool {
    let properties = workbook.child("workbookPr");
    properties.is_some_and(|properties| matches!(properties.attribute("date1904"), Some("1" | "true" | "on")))
}

/// What the cells of a sheet look like.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    /// Row and column (from 0), the number as it is kept, and the style.
    pub(crate) numbers: Vec<((u32, u32), String, usize)>,
    /// Hidden rows and columns, and cells over several rows.
    pub(crate) hidden: Hidden,
    /// What is left of cells with something struck out.
    pub(crate) struck: Vec<((u32, u32), String)>,
    /// Cells whose formula has no stored result.
    pub(crate) unworked: Vec<(u32, u32)>,
}

/// Reads what the cells of a sheet look like.
pub(crate) fn looks(
    package: &mut Package<'_>,
    part: &str,
    struck: &Struck,
    limits: &Limits,
) -> Result<Looks, Rejected> {
    let hidden = hidden_places(package, part, limits)?;
    let mut looks = Looks { hidden, ..Looks::default() };
    let Some(bytes) = package.read(part)? else { return Ok(looks) };
    // rows and cells may leave out where they are: then they follow each other
    let (mut row, mut column) = (0_u32, 0_u32);
    let mut cell: Option<Look> = None;
    let mut in_value = false;
    xml::scan(&bytes, limits, |event| {
        match event {
            Event::Start(start) | Event::Empty(start) => match start.local_name().as_ref() {
                "row" => {
                    row = number(start, "r").unwrap_or(row.saturating_add(1));
                    column = 0;
                }
                "c" => {
                    let named = xml::attribute(start, "r").and_then(|name| place(&name));
                    let at = named.map_or((row.saturating_sub(1), column), |(column, row)| (row, column));
                    column = at.1.saturating_add(1);
                    let style = number(start, "s").and_then(|style| usize::try_from(style).ok()).unwrap_or(0);
                    let kind = xml::attribute(start, "t").unwrap_or_else(|| "n".to_owned());
                    let unseen =
                        struck.unseen.by_format(style) || (!looks.hidden.coloured && struck.unseen.by_ink(style));
                    if unseen && looks.hidden.cells.len() < limits.cells {
                        looks.hidden.cells.insert(at);
                    }
                    cell = matches!(event, Event::Start(_)).then(|| Look { at, style, kind, ..Look::default() });
                }
                "v" => {
                    in_value = matches!(event, Event::Start(_));
                    cell.iter_mut().for_each(|cell| cell.valued = true);
                }
                "f" => cell.iter_mut().for_each(|cell| cell.computed = true),
                _ => cell.iter_mut().for_each(|cell| cell.rich.see(event)),
            },
            Event::Text(text) if in_value => {
                if let Some(cell) = &mut cell {
                    cell.value.push_str(&text.xml_content(quick_xml::XmlVersion::Implicit1_0));
                }
            }
            Event::End(end) => match end.local_name().as_ref() {
                "v" => in_value = false,
                "c" => cell.take().into_iter().for_each(|cell| cell.note(struck, &mut looks, limits.cells)),
                _ => cell.iter_mut().for_each(|cell| cell.rich.see(event)),
            },
            event => cell.iter_mut().for_each(|cell| cell.rich.see(event)),
        }
        Ok(())
    })?;
    Ok(looks)
}

/// A cell while it is read.
#[derive(Default)]
struct Look {
    at: (u32, u32),
    style: usize,
    kind: String,
    value: String,
    valued: bool,
    computed: bool,
    rich: Rich,
}

impl Look {
    fn note(self, struck: &Struck, looks: &mut Looks, most: usize) {
        let value = self.value.trim();
        let left = match self.kind.as_str() {
            _ if struck.whole(self.style) => Some(String::new()),
            "s" => value.parse().ok().and_then(|number| struck.left(number)).map(str::to_owned),
            _ => self.rich.left(),
        };
        if let Some(left) = left
            && looks.struck.len() < most
        {
            looks.struck.push((self.at, left));
        } else if self.kind == "n" && !value.is_empty() && looks.numbers.len() < most {
            looks.numbers.push((self.at, value.to_owned(), self.style));
        } else if self.computed && !self.valued && looks.unworked.len() < most {
            looks.unworked.push(self.at);
        }
    }
}

/// Column, first and last row (from 0) of `B2:B5`.
pub(crate) fn merged(range: &str) -> Option<(u32, u32, u32)> {
    let (first, last) = range.split_once(':')?;
    let ((column, top), (_, bottom)) = (place(first)?, place(last)?);
    Some((column, top, bottom))
}

/// Column and row of `B2`, from 0.
pub(crate) fn place(name: &str) -> Option<(u32, u32)> {
    let name = name.replace('$', "");
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let column = name[..digits].bytes().try_fold(0_u32, |sum, letter| {
        let value = u32::from(letter.to_ascii_uppercase()).checked_sub(u32::from(b'A'))?;
        (value < 26 && sum < LAST_COLUMN).then_some(sum * 26 + value + 1)
    })?;
    Some((column.checked_sub(1)?, name[digits..].parse::<u32>().ok()?.checked_sub(1)?))
}

pub(crate) fn is_hidden(start: &BytesStart<'_>) -> bool {
    matches!(xml::attribute(start, "hidden").as_deref(), Some("1" | "true"))
}

fn number(start: &BytesStart<'_>, name: &str) -> Option<u32> {
    xml::attribute(start, name)?.parse().ok()
}

fn sheet_cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, room: &mut usize) -> Result<Rows, Rejected> {
    caught("Excel 表格", || {
        let damaged = || Rejected::damaged("Excel 表格");
        let mut cells = book.worksheet_cells_reader(name).map_err(|_| damaged())?;
        let mut rows = Rows::new();
        while let Some(cell) = cells.next_cell().map_err(|_| damaged())? {
            put(&mut rows, cell.get_position(), &Data::from(cell.get_value().clone()), room)?;
        }
        Ok(rows)
    })
}

fn put(rows: &mut Rows, (row, column): (u32, u32), value: &Data, room: &mut usize) -> Result<(), Rejected> {
    let text = cell_text(value);
    if text.is_empty() {
        return Ok(());
    }
    *room = room.checked_sub(1).ok_or_else(|| Rejected::too_complex("表格"))?;
    rows.entry(row).or_default().insert(column, text);
    Ok(())
}

/// Numbers with one digit in each cell, as in the boxes of a form: a place for each, behind the cell that names it. No cell
/// alone holds what the row shows.
fn spelled(name: &str, row: u32, cells: &BTreeMap<u32, String>, parts: &mut Vec<Part>) {
    /// Digits of a mobile number, the shortest that anybody looks for.
    const FEWEST: usize = 11;
    let single = |text: &str| text.chars().count() == 1;
    let cells: Vec<(u32, &str)> = cells.iter().map(|(column, text)| (*column, text.as_str())).collect();
    let mut before = "";
    for run in cells.chunk_by(|one, other| single(one.1) && single(other.1)) {
        if let [(first, _), .., (last, _)] = run
            && run.len() >= FEWEST
        {
            let text: Vec<&str> = std::iter::once(before).chain(run.iter().map(|(_, text)| *text)).collect();
            let place =
                format!("sheet \"{name}\" {}{row}:{}{row}", column_name(*first), column_name(*last), row = row + 1);
            Part::push(parts, place, text.join("\t"));
        }
        before = run.last().map_or("", |(_, text)| *text);
    }
}

/// A place for each filled cell, and a line for each row that readers see: its cells in their columns, `〃` where a cell
/// goes on from the row above.
fn sheet_parts(
    name: &str,
    rows: &Rows,
    (hidden, looks): (&Hidden, &HashMap<(u32, u32), String>),
    found: &mut Extracted,
    lines: &mut Vec<String>,
) {
    /// A sheet of more columns is no table that people read: its empty cells are left out.
    const MOST_COLUMNS: usize = 64;
    let mut hidden_cells = 0_usize;
    let mut heads = Heads::default();
    let filled = rows.iter().flat_map(|(row, cells)| cells.keys().map(move |column| (*row, *column)));
    let seen: BTreeSet<u32> =
        filled.filter(|(row, column)| !hidden.covers(*row, *column)).map(|(_, column)| column).collect();
    // Cells over several rows: those that begin below, and those that the row is within.
    let mut waiting: Vec<&(u32, u32, u32)> = hidden.tall.iter().collect();
    waiting.sort_by_key(|(_, first, _)| *first);
    let mut waiting = waiting.into_iter().peekable();
    let mut tall: Vec<&(u32, u32, u32)> = Vec::new();
    for (row, cells) in rows {
        let mut shown: BTreeMap<u32, &str> = BTreeMap::new();
        for (column, text) in cells {
            let is_hidden = hidden.covers(*row, *column);
            let mark = if is_hidden { " (hidden)" } else { "" };
            let place = format!("sheet \"{name}\" {}{}{mark}", column_name(*column), row + 1);
            Part::push(&mut found.parts, place, heads.tell(*column, text));
            if is_hidden {
                hidden_cells += 1;
            } else {
                shown.insert(*column, looks.get(&(*row, *column)).unwrap_or(text));
            }
        }
        spelled(name, *row, cells, &mut found.parts);
        if shown.is_empty() {
            continue;
        }
        if seen.len() > MOST_COLUMNS {
            lines.push(shown.values().map(|text| flat(text)).collect::<Vec<_>>().join("\t"));
            continue;
        }
        while let Some(one) = waiting.next_if(|(_, first, _)| first < row) {
            tall.push(one);
        }
        tall.retain(|(_, _, last)| last >= row);
        for (column, first, _) in tall.iter().filter(|(column, first, _)| !hidden.covers(*first, *column)) {
            if rows.get(first).is_some_and(|cells| cells.contains_key(column)) {
                shown.entry(*column).or_insert(SAME);
            }
        }
        let line: Vec<String> =
            seen.iter().map(|column| shown.get(column).map(|text| flat(text)).unwrap_or_default()).collect();
        lines.push(line.join("\t").trim_end().to_owned());
    }
    for joined in pieces::find(&rows.iter().map(|(row, line)| (*row, pieces::row(line))).collect()) {
        let cell = |(row, column): (u32, u32)| format!("{}{}", column_name(column), row + 1);
        let place = format!("sheet \"{name}\" {}:{}", cell(joined.first), cell(joined.last));
        Part::push(&mut found.parts, place, joined.text);
    }
    if hidden_cells > 0 {
        let what = match (hidden.sheet, hidden.cells.is_empty()) {
            (true, _) => "是隐藏的工作表",
            (false, true) => "有隐藏的行或列",
            (false, false) => "有隐藏的行、列，或看不见的单元格（字与底色相同、字号极小、数字格式不显示）",
        };
        found.warnings.push(format!(
            "工作表“{name}”{what}，其中 {hidden_cells} 个单元格有内容，下载的人可以看到。请取消隐藏后核对，或删除后重新上传。"
        ));
    }
}

/// Comments and threaded comments of a sheet.
fn comments(
    package: &mut Package<'_>,
    part: &str,
    sheet: &str,
    (found, known): (&mut Extracted, &mut ByName),
    limits: &Limits,
) -> Result<(), Rejected> {
    let relations: HashMap<String, ooxml::Relation> = ooxml::relations(package, part, limits)?;
    let mut names: Vec<&str> = relations
        .values()
        .filter(|relation| matches!(relation.kind.as_str(), "comments" | "threadedComment") && !relation.external)
        .map(|relation| relation.target.as_str())
        .collect();
    names.sort_unstable();
    let mut count = 0_usize;
    for name in names {
        let Some(bytes) = package.read(name)? else { continue };
        let tree = xml::parse(&bytes, &["rPr"], limits)?;
        known.whole.insert(name.to_owned());
        for kind in ["comment", "threadedComment"] {
            for comment in tree.descendants(kind) {
                let place = comment.attribute("ref").unwrap_or("?");
                Part::push(&mut found.parts, format!("sheet \"{sheet}\" comment {place}"), comment.text());
                count += 1;
            }
        }
        for author in tree.descendants("author") {
            Part::push(&mut found.parts, format!("sheet \"{sheet}\" comment author"), author.text());
        }
    }
    if count > 0 {
        found.warnings.push(format!("工作表“{sheet}”有 {count} 条批注，下载的人能看到。请删除批注后重新上传。"));
    }
    Ok(())
}

/// Copies of data that stay in the file though no sheet shows them, and pictures.
fn leftovers(package: &Package<'_>, pictures: &Pictures, found: &mut Extracted) {
    let under = |folder: &str| package.names().iter().any(|name| name.starts_with(folder));
    if under("xl/pivotCache/") {
        found.warnings.push(
            "表格里有数据透视表，它带着一份完整的原始数据，删除工作表也不会消失。请把结果复制为数值到新表后再上传。"
                .to_owned(),
        );
    }
    if under("xl/externalLinks/") {
        found.warnings.push("表格引用了其他表格的数据，文件里留有副本。请用“断开链接”处理后再上传。".to_owned());
    }
    if pictures.count > 0 {
        let words = "表格里有图片，其中的文字无法自动检查，请人工核对。";
        // A heading in a cell over a picture of the list is no table.
        let letters = found.text.chars().filter(|c| !c.is_whitespace()).count();
        let how = if pictures.hide(letters) { Unread::All } else { Unread::Some };
        found.tell_unread("body", how, words);
        found.warnings.push(words.to_owned());
    }
}

/// A cell's text on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The letters of a column: 0 is A, 26 is AA.
pub(crate) fn column_name(column: u32) -> String {
    let mut rest = u64::from(column) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::column_name;

    #[test]
    fn columns() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")] {
            assert_eq!(column_name(column), name);
        }
    }
}
