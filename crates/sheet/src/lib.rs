//! Tables in workbooks as counties really have them: a title row, a line with organ and unit before the head, heads of two and
//! three rows with merged cells, a row of formula letters, several tables in one sheet, notes and totals after the rows, codes
//! in three columns. Finds the tables, fits their heads to the columns of an item, and gives the records with the row numbers
//! that the spreadsheet shows. Nothing is left out in silence: every filled row of a sheet belongs to a part of a table.
//!
//! | | |
//! |---|---|
//! | a sheet as cells | [`Grid`], as `documents` reads it |
//! | its tables | [`tables`], [`Found`] |
//! | a table that stands the other way round, as one that does not | [`turned()`] |
//! | a table of two years or stages side by side, as one of each | [`by_period()`] |
//! | which head is which column | [`fit()`], [`Fit`], [`Mapping`] |
//! | what is imported | [`records`], [`Record`] |

mod alike;
mod body;
mod codes;
mod find;
mod fit;
mod head;
mod lines;
mod names;
mod own;
mod periods;
mod record;
mod sides;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_brought;
#[cfg(test)]
mod tests_units;
mod turned;
mod units;
mod words;

pub use documents::{Grid, GridRow, Merge};
pub use find::{Found, Head, Line, tables};
pub use fit::{Fit, Mapping, Target, fit};
pub use own::{OF_REJECTED, organ_column};
pub use periods::by_period;
pub use record::{Record, is_ditto, is_of_words, records};
pub use turned::turned;
