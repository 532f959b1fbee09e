//! What was read of a file, laid out as a page: lines, tables where rows are, a PDF page by page. It is the words of the file and
//! not its look, for whoever wants to see what is in it without another program: in the office and on the portal.

use documents::{Part, place_in_words};
use web::{Error, Result};

/// Most cells and bytes of words of one page.
const MOST: (usize, usize) = (20_000, 600_000);

/// Most characters of a cell that stands on one line, and of the unit of a figure: 万平方米.
const SHORT: usize = 8;
const LONGEST_UNIT: usize = 4;
/// The class of a column of figures.
const FIGURES: &str = "fig";

/// A piece of what was read: lines, or a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    /// Where it stands in the file; empty = nowhere in particular.
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    /// Of a table, the first as its head.
    pub(crate) rows: Vec<Vec<String>>,
    /// How each of its columns is drawn.
    columns: Vec<&'static str>,
}

impl Block {
    /// How the cells of a column are drawn, as tables of texts are: figures at the right with their unit, what is short on one
    /// line.
    pub(crate) fn column(&self, at: &usize) -> &'static str {
        self.columns.get(*at).copied().unwrap_or_default()
    }

    /// The same for its head, which may take several lines.
    pub(crate) fn head(&self, at: &usize) -> &'static str {
        if self.column(at) == FIGURES { FIGURES } else { "" }
    }

    fn with_columns(mut self) -> Self {
        let count = self.rows.first().map_or(0, Vec::len);
        let body = self.rows.get(1..).unwrap_or_default();
        self.columns = (0..count)
            .map(|at| {
                let mut cells = body.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty()).peekable();
                let (mut figures, mut short) = (cells.peek().is_some(), true);
                for cell in cells {
                    figures &= is_figure(cell);
                    short &= cell.chars().count() <= SHORT;
                }
                match (figures, short) {
                    (true, _) => FIGURES,
                    (false, true) => "short",
                    (false, false) => "",
                }
            })
            .collect();
        self
    }
}

/// A figure, perhaps with its unit: 1,860户, 12.5%.
fn is_figure(cell: &str) -> bool {
    let unit = cell.trim_start_matches(|c: char| c.is_ascii_digit() || ".,-+".contains(c));
    let digits = cell[..cell.len() - unit.len()].chars().any(|c| c.is_ascii_digit());
    digits && unit.chars().count() <= LONGEST_UNIT && !unit.chars().any(|c| c.is_ascii_digit())
}

/// Whether files of this format have words to lay out. In capitals or not.
pub(crate) fn fits(format: &str) -> bool {
    ["pdf", "docx", "xlsx", "csv", "txt"].contains(&format.to_lowercase().as_str())
}

/// Lays out the visible text of a file; of a PDF its pages, which are among the places that were read (JSON). Says whether
/// something was left out.
///
/// # Errors
/// When the places are none.
pub(crate) async fn lay_out(format: &str, text: String, places: String) -> Result<(Vec<Block>, bool)> {
    let paged = format.eq_ignore_ascii_case("pdf") && !places.is_empty();
    // Some hundred thousand cells: not on a thread that answers others.
    let sheet = ["xlsx", "csv"].iter().any(|known| format.eq_ignore_ascii_case(known));
    let laid = tokio::task::spawn_blocking(move || -> serde_json::Result<(Vec<Block>, bool)> {
        let blocks = if paged { pages(serde_json::from_str(&places)?) } else { tables(&text, sheet) };
        Ok(bounded(blocks))
    });
    Ok(laid.await.map_err(|error| Error::internal(format!("laying out a file: {error}")))??)
}

/// The pages of a PDF; what is beside the text of a page is none of it.
fn pages(parts: Vec<Part>) -> Vec<Block> {
    let numbered = |part: &Part| {
        let number = part.place.strip_prefix("page ").unwrap_or_default();
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    };
    let lines = |text: &str| text.lines().map(str::to_owned).collect();
    let page = |part: Part| Block { title: place_in_words(&part.place), lines: lines(&part.text), ..Block::default() };
    parts.into_iter().filter(numbered).map(page).collect()
}

/// Lines, and tables where lines that follow each other have as many cells. Of a sheet (`sheet`) every row below the first of several
/// cells is of one table, up to an empty line: the empty cells at the end of a row are not in the text.
fn tables(text: &str, sheet: bool) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut ended, mut all) = (false, 0);
    for line in text.lines() {
        // The rest is cut in any case.
        if all > MOST.0 {
            break;
        }
        if sheet && line.trim().is_empty() {
            ended = true;
            continue;
        }
        let cells: Vec<String> = line.split('\t').map(|cell| cell.trim().to_owned()).collect();
        all += cells.len();
        let last = if std::mem::take(&mut ended) { None } else { blocks.last_mut() };
        let last = match last {
            Some(block) if sheet && !block.rows.is_empty() => {
                block.rows.push(cells);
                continue;
            }
            other => other,
        };
        if cells.len() < 2 {
            match last.filter(|block| block.rows.is_empty()) {
                Some(block) => block.lines.push(line.to_owned()),
                None => blocks.push(Block { lines: vec![line.to_owned()], ..Block::default() }),
            }
            continue;
        }
        match last.filter(|block| block.rows.last().is_some_and(|row| row.len() == cells.len())) {
            Some(block) => block.rows.push(cells),
            None => blocks.push(Block { rows: vec![cells], ..Block::default() }),
        }
    }
    if sheet {
        blocks.iter_mut().for_each(fill);
    }
    blocks
}

/// Gives each row of a table as many cells as the widest has.
fn fill(block: &mut Block) {
    /// The reader leaves empty cells out of wider sheets.
    const WIDEST: usize = 64;
    let width = block.rows.iter().map(Vec::len).max().unwrap_or_default();
    if width <= WIDEST {
        block.rows.iter_mut().for_each(|row| row.resize(width, String::new()));
    }
}

/// As much as one page bears, and whether something is left out.
fn bounded(blocks: Vec<Block>) -> (Vec<Block>, bool) {
    let (mut cells, mut characters, mut kept) = (0, 0, Vec::new());
    for mut block in blocks {
        let (rows, lines) = (block.rows.len(), block.lines.len());
        let within = |cells: usize, characters: usize| cells <= MOST.0 && characters <= MOST.1;
        block.rows.retain(|row| {
            cells += row.len();
            characters += row.iter().map(String::len).sum::<usize>();
            within(cells, characters)
        });
        block.lines.retain(|line| {
            cells += 1;
            characters += line.len();
            within(cells, characters)
        });
        let cut = block.rows.len() < rows || block.lines.len() < lines;
        kept.push(block.with_columns());
        if cut {
            return (kept, true);
        }
    }
    (kept, false)
}

#[cfg(test)]
mod tests {
    use documents::Part;

    use super::{Block, MOST, bounded, pages, tables};

    #[test]
    fn rows_of_as_many_cells_are_one_table_and_all_else_is_lines() {
        let blocks = tables("青禾县补贴名单\n序号\t单位\n1\t城关镇\n合计\t1\t人\n填表人\n审核人", false);
        let shape: Vec<(usize, usize)> = blocks.iter().map(|block| (block.lines.len(), block.rows.len())).collect();
        assert_eq!(shape, [(1, 0), (0, 2), (0, 1), (2, 0)]);
        assert_eq!(blocks[1].rows[1], ["1", "城关镇"]);
        assert!(tables("", false).is_empty());
    }

    #[test]
    fn rows_of_a_sheet_stay_below_their_heads_whatever_cells_are_empty() {
        let text = "青禾县预算表\n单位\t预算数\t决算数\n甲局\t5\t4\n丙局\t7\n其中\n\t17\t109\t注\n\n第二张\n乡镇\t户数\n城关镇\t3";
        let blocks = tables(text, true);
        let shape: Vec<(usize, usize)> = blocks.iter().map(|block| (block.lines.len(), block.rows.len())).collect();
        assert_eq!(shape, [(1, 0), (0, 5), (1, 0), (0, 2)]);
        assert!(blocks[1].rows.iter().all(|row| row.len() == 4), "{blocks:?}");
        assert_eq!(blocks[1].rows[2], ["丙局", "7", "", ""]);
        assert_eq!(blocks[1].rows[4], ["", "17", "109", "注"]);
        assert_eq!(blocks[3].rows[0], ["乡镇", "户数"]);
    }

    #[test]
    fn of_a_pdf_only_pages_are_shown() {
        let part = |place: &str| Part { place: place.into(), text: "甲\n乙".into(), unread: None };
        let shown = pages(vec![part("page 1"), part("page 1 annotation"), part("metadata author"), part("page 2")]);
        let titles: Vec<&str> = shown.iter().map(|block| block.title.as_str()).collect();
        assert_eq!(titles, ["第1页", "第2页"]);
        assert_eq!(shown[0].lines, ["甲", "乙"]);
    }

    #[test]
    fn what_is_too_long_is_cut_and_told() {
        let row = vec!["a".to_owned(), "b".to_owned()];
        let long = |rows: usize| vec![Block { rows: vec![row.clone(); rows], ..Block::default() }];
        let (kept, cut) = bounded(long(MOST.0));
        assert!(cut && kept[0].rows.len() == MOST.0 / 2);
        assert!(!bounded(long(3)).1);
    }

    #[test]
    fn figures_stand_at_the_right_with_their_unit() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["序号", "实事", "数量（本季度完成）", "乡镇"]),
            row(["1", "改造农村危房并逐户验收", "1860户", "城关镇"]),
            row(["2", "新建幼儿园", "12个", "河口镇"]),
            row(["3", "其他", "", ""]),
        ];
        let (blocks, _) = bounded(vec![Block { rows, ..Block::default() }]);
        let block = &blocks[0];
        assert_eq!([0, 1, 2, 3, 4].map(|at| block.column(&at)), ["fig", "", "fig", "short", ""]);
        assert_eq!([0, 3].map(|at| block.head(&at)), ["fig", ""]);
        for no in ["2026年3月", "第3号", "-", "12个月零3天", ""] {
            assert!(!super::is_figure(no), "{no}");
        }
    }
}
