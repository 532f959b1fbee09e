//! Tables held against each other: columns by their heads, rows by what stands in them, then cell by cell.

use super::{
    matching::{self, Item, Place},
    script::{Steps, common},
    spans::{Op, Span, spans},
    units::picture,
    words::{Mark, Word},
};
use crate::html::pieces::Piece;

/// Columns that are looked at, and cells of one table.
const COLUMNS: usize = 200;
const CELLS: usize = 100_000;

/// What stands at a place of the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// A cell's words.
    Words(Vec<Word>),
    /// A cell that begins further left reaches here.
    Over,
    /// A cell that begins further up reaches here.
    Down,
}

impl Cell {
    fn words(&self) -> &[Word] {
        match self {
            Self::Words(words) => words,
            _ => &[],
        }
    }
}

/// A row: whether it is a head, and what stands in its columns.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) head: bool,
    pub(super) cells: Vec<Cell>,
}

/// A table as a grid; all rows have as many places.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) caption: Vec<Word>,
    pub(super) lines: Vec<Line>,
    pub(super) columns: usize,
}

impl Table {
    /// All words, one cell after another.
    pub(super) fn words(&self) -> Vec<Word> {
        let cells = self.lines.iter().flat_map(|line| &line.cells).flat_map(|cell| cell.words().iter().copied());
        self.caption.iter().copied().chain(cells).collect()
    }
}

/// Reads the table that opens at `at`; tables within it are words of their cells. `None` when it is larger than any grid that is held.
pub(super) fn read(
    pieces: &[Piece],
    at: usize,
    mut words: impl FnMut(Vec<(String, Mark)>) -> Vec<Word>,
) -> Option<Table> {
    let Some(Piece::Open { end, .. }) = pieces.get(at) else { return None };
    let (mut table, mut head, mut cells) = (Table::default(), false, 0);
    // Cells that reach into rows below: how many rows are left, by column.
    let mut reach: Vec<usize> = Vec::new();
    // Whether a row has nothing but head cells of its own.
    let mut named: Vec<bool> = Vec::new();
    let mut place = at + 1;
    while place < *end {
        let Piece::Open { name, attributes, end: close } = &pieces[place] else {
            if matches!(&pieces[place], Piece::Close { name } if name == "thead") {
                head = false;
            }
            place += 1;
            continue;
        };
        match name.as_str() {
            "caption" => {
                table.caption = words(runs(&pieces[place + 1..*close]));
                place = *close;
            }
            "thead" => head = true,
            "tr" => {
                table.lines.push(Line { head, cells: Vec::new() });
                named.push(true);
                cells += 1 + fill(&mut table.lines, &mut reach);
            }
            "td" | "th" => {
                let over = |key: &str, most: usize| {
                    let set = attributes.iter().find(|(name, _)| name == key);
                    set.and_then(|(_, n)| n.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, most)
                };
                let (wide, high) = (over("colspan", COLUMNS), over("rowspan", CELLS));
                let (Some(line), Some(heads)) = (table.lines.last_mut(), named.last_mut()) else {
                    place += 1;
                    continue;
                };
                *heads &= name == "th";
                if line.cells.len() + wide > COLUMNS {
                    return None;
                }
                cells += wide;
                for column in line.cells.len()..line.cells.len() + wide {
                    if reach.len() <= column {
                        reach.resize(column + 1, 0);
                    }
                    reach[column] = high - 1;
                }
                line.cells.push(Cell::Words(words(runs(&pieces[place + 1..*close]))));
                line.cells.extend((1..wide).map(|_| Cell::Over));
                cells += fill(&mut table.lines, &mut reach);
                place = *close;
            }
            _ => {}
        }
        if cells > CELLS {
            return None;
        }
        place += 1;
    }
    mark_heads(&mut table.lines, &named);
    table.lines.retain(|line| !line.cells.is_empty());
    table.columns = table.lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
    if table.columns * table.lines.len() > CELLS {
        return None;
    }
    for line in &mut table.lines {
        line.cells.resize(table.columns, Cell::Words(Vec::new()));
    }
    Some(table)
}

/// The rows of the head, with a `thead` or without: those on top that consist of head cells, and those into which one of them reaches.
fn mark_heads(lines: &mut [Line], named: &[bool]) {
    let mut above = false;
    for (line, named) in lines.iter_mut().zip(named) {
        let reached = above && line.cells.contains(&Cell::Down);
        let own = *named && !line.cells.is_empty();
        if !(line.head || own || reached) {
            break;
        }
        line.head = true;
        above = true;
    }
}

/// Puts in what reaches here from above; gives how many places that took.
fn fill(lines: &mut [Line], reach: &mut [usize]) -> usize {
    let Some(line) = lines.last_mut() else { return 0 };
    let before = line.cells.len();
    while let Some(left) = reach.get_mut(line.cells.len()).filter(|left| **left > 0) {
        *left -= 1;
        line.cells.push(Cell::Down);
    }
    line.cells.len() - before
}

/// The words of a cell; its lines are told apart by a blank.
fn runs(inner: &[Piece]) -> Vec<(String, Mark)> {
    let (mut runs, mut link) = (Vec::new(), Mark::None);
    for piece in inner {
        match piece {
            Piece::Words(words) => runs.push((words.clone(), link.clone())),
            Piece::Open { name, attributes, .. } => match name.as_str() {
                "a" => {
                    let href = attributes.iter().find(|(key, _)| key == "href");
                    link = Mark::Link(href.map_or("", |(_, value)| value.as_str()).into());
                }
                "img" => runs.push(picture(attributes)),
                "b" | "strong" | "i" | "em" | "u" | "s" | "span" | "sub" | "sup" | "code" => {}
                _ => runs.push((" ".to_owned(), Mark::None)),
            },
            Piece::Close { name } if name == "a" => link = Mark::None,
            Piece::Close { .. } => {}
        }
    }
    runs
}

/// How a row or column stands to the other table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// In both.
    Both,
    /// Only in the old table.
    Removed,
    /// Only in the new table.
    Added,
    /// In both, elsewhere: as it stood.
    MovedAway,
    /// In both, elsewhere: as it stands now.
    MovedHere,
}

/// What a comparison says of one place of the grid.
#[derive(Debug, Clone)]
pub(super) enum Told {
    /// The words of both.
    Spans(Vec<Span>),
    /// A cell from the left reaches here.
    Over,
    /// A cell from above reaches here.
    Down,
}

/// A row of the comparison.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) state: State,
    pub(super) head: bool,
    /// One for each of [`Compared::columns`].
    pub(super) cells: Vec<Told>,
}

impl Row {
    /// Whether all of it is as it was.
    pub(super) fn same(&self) -> bool {
        let changed = |told: &Told| matches!(told, Told::Spans(spans) if spans.iter().any(Span::changed));
        self.state == State::Both && !self.cells.iter().any(changed)
    }
}

/// Two tables held against each other.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) caption: Vec<Span>,
    pub(super) columns: Vec<State>,
    pub(super) rows: Vec<Row>,
}

impl Compared {
    /// Whether nothing differs.
    pub(super) fn same(&self) -> bool {
        self.columns.iter().all(|state| *state == State::Both)
            && self.rows.iter().all(Row::same)
            && !self.caption.iter().any(Span::changed)
    }
}

/// A table that only one of both texts has.
pub(super) fn alone(table: &Table, op: Op) -> Compared {
    let state = if op == Op::Delete { State::Removed } else { State::Added };
    let told = |words: &[Word]| match words {
        [] => Vec::new(),
        words => vec![Span { op, words: words.to_vec() }],
    };
    let cell = |cell: &Cell| match cell {
        Cell::Words(words) => Told::Spans(told(words)),
        Cell::Over => Told::Over,
        Cell::Down => Told::Down,
    };
    let row = |line: &Line| Row { state, head: line.head, cells: line.cells.iter().map(cell).collect() };
    Compared {
        caption: told(&table.caption),
        columns: vec![State::Both; table.columns],
        rows: table.lines.iter().map(row).collect(),
    }
}

/// Where a column of the comparison stands in both tables.
type Column = (Option<usize>, Option<usize>);

/// Rows, columns and cells of two tables held against each other; `steps` bounds the work.
pub(super) fn compare(old: &Table, new: &Table, steps: &mut Steps) -> Compared {
    let columns = columns(old, new, steps);
    let kept: Vec<(usize, usize)> = columns.iter().filter_map(|(i, j)| (*i).zip(*j)).collect();
    let words = |line: &Line, of: &dyn Fn(&(usize, usize)) -> usize| -> Vec<Word> {
        kept.iter().flat_map(|pair| line.cells[of(pair)].words()).copied().collect()
    };
    // By what stands in the columns that both have: another column does not make every row another.
    let olds: Vec<Vec<Word>> = old.lines.iter().map(|line| words(line, &|pair| pair.0)).collect();
    let news: Vec<Vec<Word>> = new.lines.iter().map(|line| words(line, &|pair| pair.1)).collect();
    let item = |words: Vec<Word>| Item { key: words.clone(), words, class: 0 };
    let olds: Vec<Item> = olds.into_iter().map(item).collect();
    let news: Vec<Item> = news.into_iter().map(item).collect();
    let mut rows = Vec::new();
    for place in matching::arrange(&olds, &news, steps) {
        rows.push(match place {
            Place::Both { old: i, new: j, .. } => {
                row(State::Both, Some(&old.lines[i]), Some(&new.lines[j]), &columns, steps)
            }
            Place::Old { at, to: None } => row(State::Removed, Some(&old.lines[at]), None, &columns, steps),
            Place::Old { at, to: Some(_) } => row(State::MovedAway, Some(&old.lines[at]), None, &columns, steps),
            Place::New { at, from: None } => row(State::Added, None, Some(&new.lines[at]), &columns, steps),
            Place::New { at, from: Some(from) } => {
                row(State::MovedHere, Some(&old.lines[from]), Some(&new.lines[at]), &columns, steps)
            }
        });
    }
    let states = columns.iter().map(|column| match column {
        (Some(_), Some(_)) => State::Both,
        (Some(_), None) => State::Removed,
        _ => State::Added,
    });
    Compared { caption: spans(&old.caption, &new.caption, steps), columns: states.collect(), rows }
}

fn row(state: State, old: Option<&Line>, new: Option<&Line>, columns: &[Column], steps: &mut Steps) -> Row {
    let at = |line: Option<&Line>, column: Option<usize>| {
        line.zip(column).and_then(|(line, at)| line.cells.get(at)).cloned()
    };
    let mut cell = |(i, j): &Column| {
        let (a, b) = (at(old, *i), at(new, *j));
        match (a, b) {
            (Some(Cell::Over), Some(Cell::Over) | None) | (None, Some(Cell::Over)) => Told::Over,
            (Some(Cell::Down), Some(Cell::Down) | None) | (None, Some(Cell::Down)) => Told::Down,
            (a, b) => {
                let words = |cell: &Option<Cell>| cell.as_ref().map(|cell| cell.words().to_vec()).unwrap_or_default();
                Told::Spans(spans(&words(&a), &words(&b), steps))
            }
        }
    };
    let head = new.or(old).is_some_and(|line| line.head);
    let cells = columns.iter().map(&mut cell).collect();
    Row { state, head, cells }
}

/// The columns of both: by their heads where there are such, else by their order.
fn columns(old: &Table, new: &Table, steps: &mut Steps) -> Vec<Column> {
    let heads = |table: &Table| -> Option<Vec<Vec<Word>>> {
        let first = table.lines.first()?;
        let plain = !first.cells.contains(&Cell::Over);
        plain.then(|| first.cells.iter().map(|cell| cell.words().to_vec()).collect())
    };
    let in_order = || {
        let most = old.columns.max(new.columns);
        (0..most).map(|at| ((at < old.columns).then_some(at), (at < new.columns).then_some(at))).collect()
    };
    let (Some(a), Some(b)) = (heads(old), heads(new)) else { return in_order() };
    let (a, b): (Vec<&[Word]>, Vec<&[Word]>) =
        (a.iter().map(Vec::as_slice).collect(), b.iter().map(Vec::as_slice).collect());
    let pairs = common(&a, &b, steps);
    if pairs.is_empty() {
        return in_order();
    }
    let mut columns = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (x, y) in pairs.into_iter().chain([(a.len(), b.len())]) {
        if x - i == y - j {
            // As many as before: their heads were written anew.
            columns.extend((i..x).zip(j..y).map(|(i, j)| (Some(i), Some(j))));
        } else {
            columns.extend((i..x).map(|i| (Some(i), None)));
            columns.extend((j..y).map(|j| (None, Some(j))));
        }
        if x < a.len() && y < b.len() {
            columns.push((Some(x), Some(y)));
        }
        (i, j) = (x + 1, y + 1);
    }
    columns
}
