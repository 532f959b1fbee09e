//! Yearly reports on openness (政府信息公开工作年度报告, 条例 Art. 49, 50): both editions of the official tables as data, what a
//! cell may hold, reading of JSON and of workbooks in the official layout, and the identities by which the tables agree with
//! themselves, with the year before and with the reports they sum up. No I/O, usable on its own.
//!
//! Tables are read by their heads, chapter by chapter, never by the year: old forms were filled in later, new ones before, and
//! mixed.

pub mod cell;
pub mod counts;
pub mod doubts;
pub mod draft;
pub mod form;
pub mod identities;
pub mod json;
pub mod layout;
pub mod model;
pub mod narrative;
pub mod number;
pub mod sheets;
pub mod sum;

pub use cell::{Cell, Unit, Value};
pub use counts::Counts;
pub use form::Edition;
pub use identities::{Breach, CellRef, Identity, Weight, check, check_all};
pub use model::{Chapter, Proactive, Rank, Report, Row, Tables};
pub use number::Number;
