//! SQL on both databases: the only place that knows the drivers.
//!
//! ```ignore
//! let name: Option<String> = query_scalar("SELECT name FROM organ WHERE code = $1").bind(&code).fetch_optional(db.read()).await?;
//! let changed = query("UPDATE organ SET name = $2 WHERE code = $1").bind(&code).bind(name).execute(tx.conn()).await?.rows_affected();
//! let row = query_as::<Organ>("SELECT * FROM organ WHERE code = $1").bind(&code).fetch_one(tx.conn()).await?;
//! ```
//!
//! Placeholders are `$1`; values are always bound. SQL is a literal; text put together at run time says so with [`built`].

mod exec;
mod list;
mod live;
mod postgres;
mod postgres_words;
mod query;
mod row;
mod sqlite;
pub(crate) mod statistics;
mod value;

pub use exec::{Conn, Executor, Reader, Target};
pub(crate) use exec::{Readers, Writers};
pub use list::{By, Count, List, Page, anywhere};
pub(crate) use live::Live;
pub(crate) use postgres::{Pool as PgPool, Use, connect_once as connect_postgres, options as postgres_options};
pub use query::{Built, Done, Query, QueryAs, QueryScalar, Sql, built, places, query, query_as, query_scalar};
pub use row::{Column, FromColumn, FromRow, Row};
pub(crate) use sqlite::{Pool as SqlitePool, options as sqlite_options, transactions as sqlite_transactions};
pub use value::Value;
