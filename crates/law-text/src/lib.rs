//! Texts of rules (法律、法规、规章、规范性文件): their structure, how an old and a new text differ article by article, amending
//! decisions read and applied, and the text as Akoma Ntoso. Pure: text in, data out; no I/O, usable on its own.
//!
//! The structure is that of 立法法 (2023) Art. 65: 编、章、节、条、款、项、目.

pub mod akn;
pub mod amend;
pub mod compare;
pub mod diff;
pub mod number;
mod structure;

pub use number::{anchor, ordinal};
pub use structure::{Article, Item, Level, Paragraph, Part, Statute, is_chapter};
