//! Two texts held against each other by words, in bounded work: what stays, what moved, what was split or merged. Pages of
//! editions and the comparison of two statutes stand on this alike.

pub mod matching;
pub mod script;
pub mod spans;
pub mod words;

/// Most comparisons of two words, for a whole text: some tenths of a second. Beyond it what has not been looked at counts as
/// changed.
pub const MOST_STEPS: u64 = 12_000_000;

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// As it was.
    Unchanged,
    /// Other words at the same place.
    Modified,
    /// New.
    Added,
    /// Gone.
    Removed,
    /// The same words elsewhere, or under another number.
    Moved,
    /// Elsewhere, and with other words.
    MovedModified,
    /// One became several.
    Split,
    /// Several became one.
    Merged,
}

impl Change {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::Modified,
        Self::Added,
        Self::Removed,
        Self::Moved,
        Self::MovedModified,
        Self::Split,
        Self::Merged,
        Self::Unchanged,
    ];

    /// The name in the contract of the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Modified => "modified",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::MovedModified => "moved-modified",
            Self::Split => "split",
            Self::Merged => "merged",
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unchanged => "未改",
            Self::Modified => "修改",
            Self::Added => "增加",
            Self::Removed => "删去",
            Self::Moved => "移动",
            Self::MovedModified => "移动并修改",
            Self::Split => "拆分",
            Self::Merged => "合并",
        }
    }
}
