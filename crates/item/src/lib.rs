//! Items of the catalogue of what is public (基层政务公开标准目录, 国办发〔2019〕54号), as data: who owes what, on which ground, by
//! when, where and to whom, and, where the matter is a table, its columns, checks and charts. One item declares the form, the
//! template, the validation, the public table, the query, the charts, the open data, the clock. A domain is added by a file.
//!
//! Values are typed, and money and ratios are exact decimals. Nothing here reads a file or a database.
//!
//! | | |
//! |---|---|
//! | an item and its parts | [`Item`], [`Limit`], [`Basis`], [`Owner`], [`Channel`] |
//! | a column of its table | [`Column`], [`Type`], [`Privacy`], [`Filter`] |
//! | how names of persons are shown | [`Names`], [`surnames`] |
//! | a cell | [`Value`], [`parse`], [`Unit`] |
//! | where it is filtered and sorted | [`slots`] |
//! | what heads and cells say of persons | [`personal`] |
//! | what must hold | [`Check`], [`Rule`], [`Expression`] |
//! | what is drawn | [`Chart`] |
//! | files | [`read()`], [`write()`], [`faults`], [`boxed()`], [`compare()`] |

mod boxed;
mod cell;
mod chart;
mod check;
mod column;
mod compare;
mod expression;
mod file;
mod item;
mod limit;
mod names;
pub mod personal;
pub mod slots;
#[cfg(test)]
mod tests;
mod value;

pub use boxed::boxed;
pub use cell::{credit_code_checks, id_number_checks, parse, period_before, period_days};
pub use chart::{Chart, ChartKind, Only};
pub use check::{Check, Rule, Severity};
pub use column::{Choice, Column, Filter, Privacy, Type, Unit};
pub use compare::{Change, compare};
pub use expression::{Expression, Term};
pub use file::{Fault, faults, faults_between, read, write};
pub use item::{Audience, Basis, Channel, Domain, Item, ItemKey, Level, Owner, Period, Way};
pub use limit::{Limit, LimitKind, Start};
pub use names::{Names, surnames};
pub use rust_decimal::Decimal;
pub use value::{Parsed, Problem, Value, as_name};
