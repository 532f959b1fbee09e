//! Storage: SQLite or PostgreSQL chosen at run time by URL, the event log, the job queue and content-addressed files.
//!
//! There is no repository layer: contexts write their SQL beside its use, in functions that take a [`Tx`] to write and a
//! [`Db`] to read. What keeps them portable is in ADR 0002: `$1` placeholders, only `TEXT` and `BIGINT`, no `NULL`.
//!
//! Every write has one shape: `db.write()` → conditional change → [`Tx::append`] → [`Tx::enqueue`] → [`Tx::commit`].

pub mod db;
pub mod error;
pub mod files;
pub mod jobs;
pub mod log;
mod memo;
mod migrate;
pub mod settings;
pub mod tx;

pub use db::{Db, Dialect};
pub use error::{Error, Result};
pub use files::Files;
pub use log::Verified;
pub use sqlx::{FromRow, query, query_as, query_scalar};
pub use tx::{Once, Tx};
