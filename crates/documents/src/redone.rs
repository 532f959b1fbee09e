//! A file with other words in some of its places.

use serde::{Deserialize, Serialize};

/// Words of a place, whole: a paragraph, a cell; and what is to stand there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// All that stands there, blanks around it left out.
    pub from: String,
    /// What is to stand there.
    pub to: String,
}

/// Bytes that the changes of a file may have in all: they are handed to the child as one argument.
pub const MOST_CHANGES: usize = 96 << 10;

/// A file made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redone {
    /// All of it.
    #[serde(with = "crate::drawn::in_letters")]
    pub bytes: Vec<u8>,
    /// Places that changed.
    pub done: usize,
    /// What the copy does without, in words: 批注, 文档属性.
    #[serde(default)]
    pub dropped: Vec<String>,
    /// Places where something that was to change stands still, in words: 页眉, 图表.
    #[serde(default)]
    pub left: Vec<String>,
}
