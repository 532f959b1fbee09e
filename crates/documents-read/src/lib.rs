//! The readers of uploaded files, linked by the guarded child and nothing else that serves requests.
//!
//! [`extract`] and [`read_table`] are pure functions: bytes in; text, HTML, named places or a table out. [`child_main`] runs
//! them in the child process that [`documents::Extractor`] starts. The parsers of PDF, Word and Excel stay in this crate, so
//! that no context can hand them a hostile file in the process of the server.

mod active;
mod bounds;
mod cells;
mod child;
mod container;
mod content;
mod cover;
mod docx;
mod drawing;
mod extract;
mod formats;
mod gif;
mod grids;
mod headings;
mod heads;
pub mod html;
mod ink;
mod layout;
mod look;
mod markdown;
mod net;
mod ooxml;
mod pdf;
mod pdf_marks;
mod pdf_net;
mod pdf_page;
mod pdf_text;
mod pictures;
mod pieces;
mod quality;
mod redact;
mod redo;
mod sniff;
mod struck;
mod tables;
mod targets;
mod unpack;
mod unseen;
mod xlsx;
mod xml;

pub use child::child_main;
pub use cover::cover;
pub use drawing::draw;
pub use extract::{extract, import};
pub use grids::{grids, tell_grids};
pub use look::look;
pub use redact::redact;
pub use redo::redo;
pub use sniff::sniff;
pub use tables::read_table;
pub use unpack::unpack;
