//! Tables whose cells may reach over several columns and rows.

use serde::{Deserialize, Serialize};

use crate::paper::Align;

/// A table. Every place of its grid is covered by one cell; rows hold the cells that begin in them, from left to right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What stands above it; empty = nothing.
    pub caption: String,
    /// How wide each column is, against the others; none is 0.
    pub widths: Vec<u32>,
    /// Rows of the head, which is repeated on each page; no cell reaches out of it.
    pub head: usize,
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub text: String,
    /// Columns that it covers, at least 1.
    pub across: u32,
    /// Rows that it covers, at least 1.
    pub down: u32,
    pub align: Align,
    /// In bold.
    pub strong: bool,
}

impl Cell {
    /// In the middle of one place.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), across: 1, down: 1, align: Align::Center, strong: false }
    }

    /// Of a head: in bold, over so many columns and rows.
    pub fn head(text: impl Into<String>, across: u32, down: u32) -> Self {
        Self { across, down, strong: true, ..Self::new(text) }
    }

    /// Reaching over so many columns and rows.
    #[must_use]
    pub fn over(self, across: u32, down: u32) -> Self {
        Self { across, down, ..self }
    }

    /// Set elsewhere than in the middle.
    #[must_use]
    pub fn aligned(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// The cells do not cover the grid: in which row, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("表格第 {0} 行的单元格与列数不符")]
pub struct Uneven(pub usize);

/// What is in a row, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot<'a> {
    /// A cell begins in this column, from 0.
    Cell(&'a Cell, usize),
    /// The cell that began here in a row above, as wide as it is.
    Goes(&'a Cell, usize),
}

impl Table {
    /// Its rows with what reaches into them from above.
    ///
    /// # Errors
    /// [`Uneven`] when a place is covered by no cell or by two, a cell reaches out of the table, or out of its head.
    pub fn slots(&self) -> Result<Vec<Vec<Slot<'_>>>, Uneven> {
        let columns = self.widths.len();
        if columns == 0 || self.widths.contains(&0) || self.head > self.rows.len() {
            return Err(Uneven(1));
        }
        // What still reaches down from above: the cell that begins in a column, and rows left.
        let mut open: Vec<Option<(&Cell, usize)>> = vec![None; columns];
        let mut all = Vec::with_capacity(self.rows.len());
        for (at, row) in self.rows.iter().enumerate() {
            let uneven = Uneven(at + 1);
            let end = if at < self.head { self.head } else { self.rows.len() };
            let (mut slots, mut column) = (Vec::new(), 0);
            let mut cells = row.iter();
            while column < columns {
                if let Some((cell, left)) = open[column] {
                    slots.push(Slot::Goes(cell, column));
                    open[column] = (left > 1).then_some((cell, left - 1));
                    column += cell.across as usize;
                    continue;
                }
                let cell = cells.next().ok_or(uneven)?;
                let (across, down) = (cell.across as usize, cell.down as usize);
                let fits = across > 0 && down > 0 && column + across <= columns && at + down <= end;
                if !fits || open[column..column + across].iter().any(Option::is_some) {
                    return Err(uneven);
                }
                slots.push(Slot::Cell(cell, column));
                if down > 1 {
                    open[column] = Some((cell, down - 1));
                }
                column += across;
            }
            if cells.next().is_some() {
                return Err(uneven);
            }
            all.push(slots);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(head: usize, rows: Vec<Vec<Cell>>) -> Table {
        Table { caption: String::new(), widths: vec![1; 3], head, rows }
    }

    #[test]
    fn cells_cover_the_grid() {
        let spanning = table(
            2,
            vec![
                vec![Cell::head("甲", 1, 2), Cell::head("乙", 2, 1)],
                vec![Cell::new("丙"), Cell::new("丁")],
                vec![Cell::new("1"), Cell::new("2"), Cell::new("3")],
            ],
        );
        let slots = spanning.slots().expect("even");
        let columns = |row: &[Slot<'_>]| {
            row.iter()
                .map(|slot| match slot {
                    Slot::Cell(cell, at) => format!("{}{at}", cell.text),
                    Slot::Goes(cell, at) => format!("({}{at})", cell.text),
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(columns(&slots[0]), ["甲0", "乙1"]);
        assert_eq!(columns(&slots[1]), ["(甲0)", "丙1", "丁2"]);
        assert_eq!(columns(&slots[2]), ["10", "21", "32"]);
    }

    #[test]
    fn a_table_with_holes_or_doubles_is_refused() {
        let row = |count: usize| vec![Cell::new("甲"); count];
        assert_eq!(table(0, vec![row(3), row(2)]).slots(), Err(Uneven(2)));
        assert_eq!(table(0, vec![row(4)]).slots(), Err(Uneven(1)));
        assert_eq!(table(0, vec![vec![Cell::new("甲").over(3, 2)]]).slots(), Err(Uneven(1)));
        let out_of_head = vec![vec![Cell::head("甲", 1, 2), Cell::new("乙").over(2, 1)], row(2)];
        assert_eq!(table(1, out_of_head.clone()).slots(), Err(Uneven(1)));
        assert!(table(0, out_of_head).slots().is_ok());
        // A wide cell does not fit beside what reaches down.
        let beside =
            vec![vec![Cell::new("甲"), Cell::new("乙").over(1, 2), Cell::new("丙")], vec![Cell::new("丁").over(2, 1)]];
        assert_eq!(table(0, beside).slots(), Err(Uneven(2)));
        assert_eq!(Table { widths: vec![], ..table(0, Vec::new()) }.slots(), Err(Uneven(1)));
    }
}
