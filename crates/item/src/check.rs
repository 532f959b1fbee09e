//! What the rows of an item must hold, declared with it.

use serde::{Deserialize, Serialize};

/// How much a breach weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row is not taken.
    Reject,
    /// It is taken and the breach is told.
    Warn,
}

/// What must hold. Names are keys of columns; an expression is a sum with signs: `expense_basic + expense_project - returned`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", deny_unknown_fields)]
pub enum Rule {
    /// Within a row, `left` is the sum `right`, within `tolerance` (a decimal as text, `0.01`).
    Equals { left: String, right: String, tolerance: String },
    /// Within a row, `left` is at most `right`.
    AtMost { left: String, right: String },
    /// A date not after another.
    NotAfter { left: String, right: String },
    /// A figure between these (decimals as text; empty = no bound).
    Between { column: String, least: String, most: String },
    /// A date not in the future, counted from the day of the check.
    NotFuture { column: String },
    /// At least `n` `unit`s (`working_days`, `days`) from `left` to `right`; what the first day is, the real notices disagree.
    AtLeastApart { left: String, right: String, n: u32, unit: String },
    /// A total row: of the rows that `where_column` marks with `total`, each figure of `columns` is the sum of the others.
    TotalRow { where_column: String, total: String, columns: Vec<String>, tolerance: String },
    /// A figure of another item for the same organ and period: `left` here, `right` there.
    SameAs { left: String, item: String, right: String, by: Vec<String>, tolerance: String },
    /// The sum of the organs' figures in another item.
    SumOf { left: String, item: String, right: String, by: Vec<String>, tolerance: String },
    /// The closing figure of a period is the opening of the next.
    Carries { closing: String, opening: String, period: String, by: Vec<String>, tolerance: String },
    /// Not more than this factor away from the period before (a decimal as text: `3`).
    Jump { column: String, period: String, by: Vec<String>, factor: String },
    /// `ratio` (in per cent) is `numerator / denominator × 100`.
    Quotient { ratio: String, numerator: String, denominator: String, tolerance: String },
    /// The text matches one of these shapes: `credit_code`, `number_brackets` (〔〕 in a document number).
    Shape { column: String, shape: String },
    /// Where `column` has one of these codes, these columns must be filled.
    RequiredWhen { column: String, codes: Vec<String>, columns: Vec<String> },
    /// Among the rows of one batch with the same `by`, the sum of `figure` where `column` has the choice `left` is that where
    /// it has `right`: income and expense. Where one side has no row, nothing is compared.
    Balances { column: String, left: String, right: String, figure: String, by: Vec<String>, tolerance: String },
    /// What stands in `column` stands in the column `there` of a public record of `item`, whichever organ's it is; where `item`
    /// is the item itself, a row of the same batch counts, too. Signs, widths and blanks do not count.
    RefersTo { column: String, item: String, there: String },
    /// What stands in `column` is the name of an organ of the county's directory, of today or of former times.
    Organ { column: String },
    /// The keys name one record only.
    Unique,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Names it within the item: `limit-covers-balance`.
    pub key: String,
    pub rule: Rule,
    pub severity: Severity,
    /// What is wrong, for the reader, if it does not hold: 年末余额应当等于年初余额加新增减偿还.
    pub message: String,
}
