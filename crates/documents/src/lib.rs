//! File formats in and out, read in a guarded child process.
//!
//! [`extract`] is the pure function: bytes in, text, HTML and named places out. [`Extractor`] runs it in a child
//! process with limits on memory, time and output, which is the only way the server reads what others upload.
//! [`tables`] reads and writes spreadsheets and CSV; [`html::to_text`] gives the visible text of a page.
//!
//! Every refusal is a [`Rejected`]: a code for programs and a Chinese message that tells the clerk what to do.

mod container;
mod decode;
mod docx;
mod extract;
mod guarded;
pub mod html;
mod markdown;
mod ooxml;
mod pdf;
mod rejected;
mod sniff;
pub mod tables;
mod xlsx;
mod xml;

pub use decode::decode_text;
pub use extract::{Extracted, Limits, Part, extract};
pub use guarded::{EXTRACT_COMMAND, Extractor, child_main};
pub use rejected::{Code, Rejected};
pub use sniff::{Format, sniff};
