//! Charts of an item's records, drawn by the server with a table beside.

use serde::{Deserialize, Serialize};

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// One bar for each group, longest first.
    Bars,
    /// Bars in which the groups of `series` stand on each other.
    Stacked,
    /// A line over periods for each series.
    Lines,
    /// A line over periods against a limit (the second of `figures`).
    Against,
    /// Pairs of bars: the two `figures` of each group beside each other (places and admitted).
    Pairs,
    /// Dots on the county's map, by a column of points or places.
    Map,
}

/// A value that rows must have to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Only {
    pub column: String,
    /// The code of a choice, else the text.
    pub is: String,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    pub key: String,
    pub title: String,
    pub kind: ChartKind,
    /// Keys of columns whose figures are summed; none = records are counted.
    #[serde(default)]
    pub figures: Vec<String>,
    /// The column of the groups (bars) or of the periods (lines).
    pub by: String,
    /// The column that parts each group; may be empty.
    #[serde(default)]
    pub series: String,
    /// Only the newest period of this column; may be empty = all rows.
    #[serde(default)]
    pub newest: String,
    /// Only rows with these values: of a table with budget and final accounts one of both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Only>,
    /// Columns whose values are never added to each other, since one may be a part of another (a county and its own level): where
    /// rows of a group differ in them, nothing is drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<String>,
    /// Whether figures are shown for each inhabitant too, by the county's population in the settings.
    #[serde(default)]
    pub per_head: bool,
    /// What must be known to read it; may be empty.
    #[serde(default)]
    pub note: String,
}
