//! Storage: SQLite or PostgreSQL chosen at run time by URL, the event log, the job queue and content-addressed files.
//!
//! There is no repository layer: contexts write their SQL beside its use, in functions that take a [`Tx`] to write and a
//! [`Db`] to read. The drivers are named only in this crate ([`sql`]); what keeps statements portable is in ADR 0002.
//!
//! Every write has one shape: `db.write()` → conditional change → [`Tx::append`] → [`Tx::enqueue`] → [`Tx::commit`].

// The derive macro and the macros of this crate say `::store`, here as everywhere.
extern crate self as store;

pub mod abandoned;
pub mod db;
pub mod error;
pub mod files;
pub mod follow;
pub mod jobs;
mod lease;
pub mod log;
mod memo;
pub mod migrate;
pub mod quiet;
pub mod raw;
pub mod schedule;
pub mod settings;
pub mod sql;
pub mod test;
pub mod tx;
mod url;
mod wake;

pub use db::{Db, laid_at};
pub use error::{Error, Result, Trouble, Violation};
pub use files::{Files, Local};
pub use follow::{Follower, Followers, Watch};
pub use lease::LEASE;
pub use log::seals::{Part, Sealed};
pub use migrate::Migration;
pub use schedule::{Entry, Every, Schedule};
pub use sql::{
    By, Column, Conn, Count, Done, Executor, FromColumn, FromRow, List, Page, Reader, Row, Target, Value, anywhere,
    built, places, query, query_as, query_scalar,
};
/// Reads a struct from a row, each field from the column of its name. `#[sql(skip)]`, `#[sql(rename = "…")]` and
/// `#[sql(flatten)]` change that for one field.
pub use store_derive::FromRow;
pub use tx::{Once, Tx, submitted};
pub use url::Dialect;
