//! What the server and its guarded child say to each other.
//!
//! The server starts `program __extract NAME REQUEST` with the file on standard input; `REQUEST` is a [`Request`], the answer
//! on standard output an [`Answer`], both as JSON; of [`Work::Many`] many. The child's side is in the crate `documents-read`.

use serde::{Deserialize, Serialize};

use crate::{GridRow, Limits, Merge, Rejected};

/// The first argument that tells the program to be the child: it must be looked for before any other parsing of
/// arguments, and the rest handed to `documents_read::child_main`.
pub const EXTRACT_COMMAND: &str = "__extract";

/// What the child is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// How much of the file is borne.
    pub limits: Limits,
    /// What to read from it.
    pub work: Work,
}

/// What to read from a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// Text, HTML and places: the answer holds an [`crate::Extracted`].
    Text,
    /// A table: the answer holds a [`crate::tables::Table`].
    Table {
        /// Which one.
        wanted: crate::tables::Wanted,
    },
    /// The sheets of a workbook or CSV cell by cell: the answer is a line with a [`Told`] for each piece, the last one [`Told::Done`]
    /// or [`Told::Rejected`].
    Grids,
    /// A picture for a text: the answer holds a [`crate::Drawn`].
    Picture,
    /// A Word document for an editor: the answer holds a [`crate::Imported`].
    Import,
    /// A Word document or workbook with other words in some places: the answer holds a [`crate::Redone`].
    Redo {
        /// Which places, and what is to stand there.
        changes: Vec<crate::Change>,
    },
    /// A file without some words: the answer holds a [`crate::Redacted`]. The words stand as JSON (a list of [`crate::Removal`]) in
    /// so many bytes before the file: arguments of a program are read by whoever is on the machine.
    Redact {
        /// Bytes before the file.
        before: u64,
        /// The text alone, not the file.
        text: bool,
    },
    /// A picture with black areas: the answer holds a [`crate::Covered`].
    Cover {
        /// Which areas.
        areas: Vec<crate::Area>,
    },
    /// Whether the file may be handed in and on as it is: the answer holds its [`crate::Format`].
    Look,
    /// The files of a zip: the answer holds a list of [`crate::Held`].
    Unpack,
    /// One file after the other, as [`frame`] writes each; for each a line with an [`Answer`] as of [`Work::Text`], whose parts are
    /// those alone that could not be read. The name that the program is started with is none.
    Many,
}

/// What goes before the bytes of each file of [`Work::Many`]: length and bytes of its name, length of the file.
pub fn frame(name: &str, length: u64) -> Vec<u8> {
    // No disk knows longer ones.
    let name: String = name.chars().take(1000).collect();
    let mut head = u32::try_from(name.len()).unwrap_or_default().to_le_bytes().to_vec();
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(&length.to_le_bytes());
    head
}

/// What the child says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer<T> {
    /// What was asked for.
    Done(T),
    /// The file was refused.
    Rejected(Rejected),
}

/// A piece of the answer to [`Work::Grids`], a line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    /// A sheet begins; what follows is of it.
    Sheet {
        name: String,
        hidden: bool,
    },
    Row(GridRow),
    Merge(Merge),
    /// What people should know of the sheet, as [`crate::Grid::notes`] has it.
    Note(String),
    /// That was all.
    Done,
    /// The file was refused; what was told before counts for nothing.
    Rejected(Rejected),
}
