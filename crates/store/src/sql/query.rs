//! A statement with its values.

use std::{borrow::Cow, marker::PhantomData};

use futures::{StreamExt, stream::BoxStream};

use super::{Executor, FromColumn, FromRow, Row, Value};
use crate::{Error, Result};

/// Text of a statement: a literal, or what [`built`] made.
pub trait Sql {
    fn text(self) -> Cow<'static, str>;
}

impl Sql for &'static str {
    fn text(self) -> Cow<'static, str> {
        Cow::Borrowed(self)
    }
}

/// SQL that was put together at run time.
#[derive(Debug, Clone)]
pub struct Built(String);

impl Sql for Built {
    fn text(self) -> Cow<'static, str> {
        Cow::Owned(self.0)
    }
}

/// Takes SQL that was put together at run time. The caller answers for it that all pieces are literals or names that were
/// checked, and says so in a `// SQL:` comment; what a person typed is bound, never written into the text.
pub fn built(sql: String) -> Built {
    Built(sql)
}

/// What a statement that gives no rows did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub(crate) rows: u64,
}

impl Done {
    /// Rows inserted, changed or deleted.
    pub fn rows_affected(&self) -> u64 {
        self.rows
    }
}

/// A statement whose rows are of no interest, or are read column by column.
#[derive(Debug, Clone)]
#[must_use = "a statement does nothing until it is executed"]
pub struct Query {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) values: Vec<Value>,
}

/// A statement whose rows become `T`.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is executed"]
pub struct QueryAs<T> {
    query: Query,
    of: PhantomData<fn() -> T>,
}

/// A statement whose rows have one column, which becomes `T`.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is executed"]
pub struct QueryScalar<T> {
    query: Query,
    of: PhantomData<fn() -> T>,
}

/// The places of `count` values in a row, from `$first` on: `$4, $5, $6`. What stands in a list of a statement is bound one by
/// one, never written into it.
pub fn places(first: usize, count: usize) -> String {
    let mut text = String::new();
    for at in first..first + count {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push('$');
        text.push_str(&at.to_string());
    }
    text
}

/// A statement that is run for its effect, or whose rows are read one by one; values are bound, never written into it.
pub fn query(sql: impl Sql) -> Query {
    Query { sql: sql.text(), values: Vec::new() }
}

/// A statement whose rows become `T`.
pub fn query_as<T>(sql: impl Sql) -> QueryAs<T> {
    QueryAs { query: query(sql), of: PhantomData }
}

/// A statement whose rows have one column, which becomes `T`.
pub fn query_scalar<T>(sql: impl Sql) -> QueryScalar<T> {
    QueryScalar { query: query(sql), of: PhantomData }
}

impl Query {
    /// Binds the next placeholder.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Binds the next placeholders.
    pub fn bind_all<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }

    /// Runs it for its effect.
    ///
    /// # Errors
    /// When the database fails or refuses.
    pub async fn execute<'e>(self, executor: impl Executor<'e>) -> Result<Done> {
        executor.target().execute(self).await
    }

    /// All rows at once, in the order of the statement.
    ///
    /// # Errors
    /// When the database fails or takes too long.
    pub async fn fetch_all<'e>(self, executor: impl Executor<'e>) -> Result<Vec<Row>> {
        executor.target().all(self, Ok).await
    }

    /// The first row, if there is any.
    pub async fn fetch_optional<'e>(self, executor: impl Executor<'e>) -> Result<Option<Row>> {
        executor.target().optional(self).await
    }

    /// The first row.
    ///
    /// # Errors
    /// [`Error::NoRow`] when there is none; when the database fails.
    pub async fn fetch_one<'e>(self, executor: impl Executor<'e>) -> Result<Row> {
        self.fetch_optional(executor).await?.ok_or(Error::NoRow)
    }

    /// The rows one after another, without time limit; memory does not grow with their number.
    pub fn fetch<'e>(self, executor: impl Executor<'e>) -> BoxStream<'e, Result<Row>> {
        executor.target().stream(self)
    }
}

/// The same methods for the two kinds whose rows become something.
macro_rules! typed {
    ($name:ident, $bound:ident, $read:expr) => {
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self { query: self.query.clone(), of: PhantomData }
            }
        }

        impl<T: $bound> $name<T> {
            /// Binds the next placeholder.
            pub fn bind(mut self, value: impl Into<Value>) -> Self {
                self.query = self.query.bind(value);
                self
            }

            /// Binds the next placeholders.
            pub fn bind_all<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
                self.query = self.query.bind_all(values);
                self
            }

            /// All rows.
            ///
            /// # Errors
            /// When the database fails, or a row is of another shape.
            pub async fn fetch_all<'e>(self, executor: impl Executor<'e>) -> Result<Vec<T>> {
                executor.target().all(self.query, |row| $read(&row)).await
            }

            /// The first row, if there is any.
            ///
            /// # Errors
            /// When the database fails, or the row is of another shape.
            pub async fn fetch_optional<'e>(self, executor: impl Executor<'e>) -> Result<Option<T>> {
                self.query.fetch_optional(executor).await?.as_ref().map($read).transpose()
            }

            /// The first row.
            ///
            /// # Errors
            /// [`Error::NoRow`] when there is none; when the database fails, or the row is of another shape.
            pub async fn fetch_one<'e>(self, executor: impl Executor<'e>) -> Result<T> {
                self.fetch_optional(executor).await?.ok_or(Error::NoRow)
            }

            /// The rows one after another, without time limit; memory does not grow with their number.
            pub fn fetch<'e>(self, executor: impl Executor<'e>) -> BoxStream<'e, Result<T>>
            where
                T: 'e,
            {
                self.query.fetch(executor).map(|row| $read(&row?)).boxed()
            }
        }
    };
}

typed!(QueryAs, FromRow, T::from_row);
typed!(QueryScalar, FromColumn, scalar::<T>);

fn scalar<T: FromColumn>(row: &Row) -> Result<T> {
    row.at(0)
}
