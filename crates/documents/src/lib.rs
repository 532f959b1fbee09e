//! What the contexts need of file formats: the starter of the guarded child that reads uploads, with the types of its
//! answers; tables in and out; pictures without their notes.
//!
//! [`Extractor`] reads a file in a child process with limits on memory, time and output, which is the only way the server
//! reads what others upload. The readers themselves are the crate `documents-read`, which only the child runs.
//! [`tables`] writes spreadsheets and CSV. [`Grid`] is a sheet cell by cell, for whoever looks for the tables in it.
//!
//! Every refusal is a [`Rejected`]: a code for programs and a Chinese message that tells the clerk what to do.

mod decode;
mod drawn;
mod extracted;
mod format;
mod grid;
mod grids;
mod guarded;
mod imported;
pub mod names;
pub mod picture;
mod places;
mod redacted;
mod redone;
mod rejected;
mod rows;
mod several;
pub mod tables;
mod unseen;
pub mod wire;

pub use decode::decode_text;
pub use drawn::{Drawn, DrawnSize, WIDE, WIDEST, narrow};
pub use extracted::{Extracted, Limits, ORDER_IN_DOUBT, Part, Unread};
pub use format::Format;
pub use grid::{Grid, GridRow, Merge};
pub use grids::gathered;
pub use guarded::Extractor;
pub use imported::{Held, Imported};
pub use places::place_in_words;
pub use redacted::{Area, Covered, Redacted, Removal, cut, remains, sound, stands};
pub use redone::{Change, MOST_CHANGES, Redone};
pub use rejected::{Code, Rejected};
pub use rows::{Rows, rows_of};
pub use several::Several;
pub use wire::EXTRACT_COMMAND;
