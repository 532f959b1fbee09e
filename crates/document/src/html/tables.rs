//! What readers need to know of a table: how many columns it has, which of them are figures, which row is its head.

use std::collections::{HashMap, HashSet};

use super::pieces::{Piece, plain};

/// A table, by the places of its pieces.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Columns, cells over several counted as such.
    pub(super) columns: usize,
    /// Cells of columns that hold figures alone.
    pub(super) figures: HashSet<usize>,
    /// How much room the words of other cells need.
    room: HashMap<usize, &'static str>,
    /// Cells of the first column, where all of them are short: it stays in sight while the table scrolls.
    leads: HashSet<usize>,
    /// Rows that add up.
    pub(super) sums: HashSet<usize>,
    /// The first `tbody`, and its rows that are a head although they do not stand in a `thead`: where the last of them ends.
    pub(super) head: Option<(usize, usize)>,
    /// Head cells that are empty: they name nothing.
    pub(super) empty: HashSet<usize>,
    /// Words of the caption.
    pub(super) caption: String,
}

impl Shape {
    /// The classes under which the row or cell at this place is shown.
    pub(super) fn classes(&self, at: usize) -> Vec<&'static str> {
        let figure = self.figures.contains(&at).then_some("fig");
        let room = self.room.get(&at).copied();
        let lead = self.leads.contains(&at).then_some("lead");
        let sum = self.sums.contains(&at).then_some("sum");
        [figure, room, lead, sum].into_iter().flatten().collect()
    }
}

struct Cell {
    at: usize,
    column: usize,
    over: usize,
    head: bool,
    words: String,
}

struct Row {
    at: usize,
    end: usize,
    /// The group in which it stands: `thead`, `tbody`, `tfoot`.
    group: usize,
    cells: Vec<Cell>,
}

/// Columns that one cell may span, and that are looked at.
const MOST: usize = 200;

/// Reads the table that opens at `at`; tables within it are words of their cells.
pub(super) fn shape(pieces: &[Piece], at: usize) -> Shape {
    let Some(Piece::Open { end, .. }) = pieces.get(at) else { return Shape::default() };
    let (rows, caption) = rows(pieces, at, *end);
    let mut shape = Shape { caption, ..Shape::default() };
    shape.columns = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.column + cell.over).max().unwrap_or(0);
    figures(&rows, &mut shape);
    shape.empty =
        rows.iter().flat_map(|row| &row.cells).filter(|c| c.head && c.words.is_empty()).map(|c| c.at).collect();
    let heads: HashSet<usize> = rows.iter().flat_map(|row| &row.cells).filter(|c| c.head).map(|c| c.at).collect();
    let room = rows.iter().flat_map(|row| &row.cells).filter_map(|cell| Some((cell.at, room(cell)?)));
    // Figures stay on one line anyhow; their heads may break, but not into single characters.
    let plain = |(at, _): &(usize, &str)| !shape.figures.contains(at) || heads.contains(at);
    shape.room = room.filter(plain).collect();
    let first = || rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.column == 0 && cell.over == 1);
    if shape.columns > 3 && first().all(|cell| width(&cell.words) <= 20) {
        shape.leads = first().map(|cell| cell.at).collect();
    }
    shape.sums = rows.iter().filter(|row| adds_up(row)).map(|row| row.at).collect();
    let name = |at: usize| match &pieces[at] {
        Piece::Open { name, .. } => name.as_str(),
        _ => "",
    };
    let has_head = rows.iter().any(|row| name(row.group) == "thead");
    if let Some(first) = rows.first().filter(|first| !has_head && name(first.group) == "tbody") {
        let group: Vec<&Row> = rows.iter().filter(|row| row.group == first.group).collect();
        let is_head = |row: &&&Row| !row.cells.is_empty() && row.cells.iter().all(|cell| cell.head);
        let heads = group.iter().take_while(is_head).count();
        if heads > 0 && heads < group.len() {
            shape.head = Some((first.group, group[heads - 1].end));
        }
    }
    shape
}

fn rows(pieces: &[Piece], table: usize, end: usize) -> (Vec<Row>, String) {
    let (mut rows, mut caption, mut group) = (Vec::<Row>::new(), String::new(), table);
    // Cells that reach into rows below: column and how many rows are left.
    let mut reach: HashMap<usize, usize> = HashMap::new();
    let mut at = table + 1;
    while at < end {
        let Piece::Open { name, attributes, end: close } = &pieces[at] else {
            at += 1;
            continue;
        };
        match name.as_str() {
            "caption" => {
                caption = plain(&pieces[at..*close]);
                at = *close;
            }
            "thead" | "tbody" | "tfoot" => {
                (group, reach) = (at, HashMap::new());
            }
            "tr" => {
                reach.retain(|_, left| {
                    *left -= 1;
                    *left > 0
                });
                rows.push(Row { at, end: *close, group, cells: Vec::new() });
            }
            "td" | "th" => {
                let over = |wanted: &str| {
                    let found = attributes.iter().find(|(key, _)| key == wanted);
                    found.and_then(|(_, value)| value.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, MOST)
                };
                if let Some(row) = rows.last_mut() {
                    let mut column = row.cells.last().map_or(0, |cell| cell.column + cell.over);
                    while reach.contains_key(&column) {
                        column += 1;
                    }
                    let (wide, high) = (over("colspan"), over("rowspan"));
                    if high > 1 {
                        // The row in which it stands counts too.
                        reach.extend((column..column + wide).map(|column| (column, high)));
                    }
                    let words = words(&pieces[at + 1..*close]);
                    row.cells.push(Cell { at, column, over: wide, head: name == "th", words });
                }
                at = *close;
            }
            _ => {}
        }
        at += 1;
    }
    (rows, caption)
}

/// The words of a cell; a picture is something to see.
fn words(inner: &[Piece]) -> String {
    let picture = inner.iter().any(|piece| matches!(piece, Piece::Open { name, .. } if name == "img"));
    if picture { "图".to_owned() } else { plain(inner) }
}

fn figures(rows: &[Row], shape: &mut Shape) {
    let cells = || rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.over == 1);
    let (mut has, mut not) = (HashSet::new(), HashSet::new());
    for cell in cells().filter(|cell| !cell.head) {
        match kind(&cell.words) {
            Kind::Figure => {
                has.insert(cell.column);
            }
            Kind::Other => {
                not.insert(cell.column);
            }
            Kind::Nothing => {}
        }
    }
    let told = |cell: &&Cell| has.contains(&cell.column) && !not.contains(&cell.column);
    shape.figures = cells().filter(told).map(|cell| cell.at).collect();
}

/// How wide words are, in Latin letters.
fn width(words: &str) -> usize {
    words.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn room(cell: &Cell) -> Option<&'static str> {
    if cell.over > 1 {
        // Several columns have room enough together.
        return Some("over");
    }
    match width(&cell.words) {
        0..=12 => Some("short"),
        13..=24 => None,
        25..=80 => Some("mid"),
        _ => Some("long"),
    }
}

enum Kind {
    Figure,
    Nothing,
    Other,
}

/// `1,234.50`, `-3%`, `（12）`, `2 元`; `—` and the like say that there is none.
fn kind(words: &str) -> Kind {
    let bare: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    if bare.chars().all(|c| "—-–/／\\无·".contains(c)) {
        return Kind::Nothing;
    }
    let inner = bare.trim_start_matches(['（', '(', '+', '-', '−', '－', '¥', '￥']).trim_end_matches(['）', ')']);
    let digits = inner.trim_start_matches(|c: char| c.is_ascii_digit() || ",，.".contains(c));
    let unit = ["", "%", "％", "‰", "元", "万元", "亿元", "人", "件", "个", "次", "条", "户", "亩", "公里", "平方米"];
    let is_number = inner.starts_with(|c: char| c.is_ascii_digit()) && unit.contains(&digits);
    // Long runs of digits are codes and telephone numbers, which are read from the left.
    let longest = inner.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    let code = longest > 1 && inner.starts_with('0') && !inner.starts_with("0.");
    if is_number && longest <= 12 && !code { Kind::Figure } else { Kind::Other }
}

fn adds_up(row: &Row) -> bool {
    let first = row.cells.iter().map(|cell| cell.words.as_str()).find(|words| !words.is_empty()).unwrap_or_default();
    let bare: String = first.chars().filter(|c| !c.is_whitespace()).collect();
    matches!(bare.as_str(), "合计" | "总计" | "共计")
}

#[cfg(test)]
mod tests {
    use super::{super::pieces, *};

    fn told(html: &str) -> (Shape, Vec<String>) {
        let pieces = pieces::read(html);
        let shape = shape(&pieces, 0);
        let mut figures: Vec<usize> = shape.figures.iter().copied().collect();
        figures.sort_unstable();
        let words = figures.iter().map(|at| match &pieces[*at] {
            Piece::Open { end, .. } => plain(&pieces[*at..*end]),
            _ => String::new(),
        });
        let words = words.collect();
        (shape, words)
    }

    #[test]
    fn columns_of_figures_are_seen_through_merged_cells() {
        let table = "<table><caption>表1</caption><tbody><tr><th rowspan=\"2\">单位</th><th colspan=\"2\">金额</th></tr>\
                     <tr><th>预算</th><th>电话</th></tr><tr><td>甲</td><td>12,345.00</td><td>0793-1</td></tr>\
                     <tr><td>乙</td><td>—</td><td>12</td></tr><tr><td>合 计</td><td>1%</td><td></td></tr></tbody></table>";
        let (shape, figures) = told(table);
        assert_eq!((shape.columns, shape.caption.as_str(), shape.sums.len()), (3, "表1", 1));
        assert_eq!(figures, ["预算", "12,345.00", "—", "1%"]);
        assert!(shape.head.is_some(), "two rows of head cells");
    }

    #[test]
    fn codes_and_dates_are_no_figures() {
        for other in ["00012", "2026-03-01", "13800138000 转 2", "113611240000000012", "3 月", "第 3", "a1"] {
            let (shape, _) = told(&format!("<table><tr><td>{other}</td></tr></table>"));
            assert!(shape.figures.is_empty(), "{other}");
        }
        for figure in ["0", "0.5", "-3", "（1,200.00）", "12.5%", "300元", "123456789.01"] {
            let (shape, _) = told(&format!("<table><tr><td>{figure}</td></tr></table>"));
            assert_eq!(shape.figures.len(), 1, "{figure}");
        }
    }

    #[test]
    fn a_lone_head_and_a_head_that_is_one_already_stay() {
        let (alone, _) = told("<table><tbody><tr><th>甲</th></tr></tbody></table>");
        assert!(alone.head.is_none());
        let (known, _) = told(
            "<table><thead><tr><th>甲</th></tr></thead><tbody><tr><th>乙</th></tr><tr><td>1</td></tr></tbody></table>",
        );
        assert!(known.head.is_none());
        let (hostile, _) = told("<table><tr><td colspan=\"99999999\" rowspan=\"99999999\">甲</td></tr></table>");
        assert_eq!(hostile.columns, MOST);
    }
}
