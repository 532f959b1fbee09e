//! A connection of either database at work.

use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use sqlx::{
    Arguments, AssertSqlSafe, Encode, Executor as _, PgConnection, Postgres, SqlSafeStr, SqlStr, SqliteConnection,
    Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, types::Oid},
    sqlite::SqliteArguments,
};

use super::{Done, Query, Row, Value, row::Inner};
use crate::{Error, Result};

/// A connection, borrowed for one statement.
pub(crate) enum Live<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Runs `$body` with the typed connection, the typed statement and what wraps its rows.
macro_rules! on {
    ($live:expr, $query:expr, |$conn:ident, $typed:ident, $wrap:ident| $body:expr) => {
        match $live {
            Live::Sqlite($conn) => {
                let $typed = sqlx::query_with(text($query.sql), sqlite($query.values)?);
                let $wrap = |row| Row(Inner::Sqlite(row));
                $body
            }
            Live::Postgres($conn) => {
                let (sql, arguments) = postgres($query)?;
                let $typed = sqlx::query_with(sql, arguments);
                let $wrap = |row| Row(Inner::Postgres(row));
                $body
            }
        }
    };
}

impl<'c> Live<'c> {
    pub(crate) fn reborrow(&mut self) -> Live<'_> {
        match self {
            Self::Sqlite(conn) => Live::Sqlite(conn),
            Self::Postgres(conn) => Live::Postgres(conn),
        }
    }

    pub(crate) async fn execute(self, query: Query) -> Result<Done> {
        let rows = match self {
            Self::Sqlite(conn) => {
                conn.execute(sqlx::query_with(text(query.sql), sqlite(query.values)?)).await?.rows_affected()
            }
            Self::Postgres(conn) => {
                let (sql, arguments) = postgres(query)?;
                conn.execute(sqlx::query_with(sql, arguments)).await?.rows_affected()
            }
        };
        Ok(Done { rows })
    }

    pub(crate) async fn optional(self, query: Query) -> Result<Option<Row>> {
        on!(self, query, |conn, typed, wrap| Ok(conn.fetch_optional(typed).await?.map(wrap)))
    }

    pub(crate) async fn all<T>(self, query: Query, mut read: impl FnMut(Row) -> Result<T>) -> Result<Vec<T>> {
        on!(self, query, |conn, typed, wrap| {
            let mut found = Vec::new();
            let mut rows = conn.fetch(typed);
            while let Some(row) = rows.try_next().await? {
                found.push(read(wrap(row))?);
            }
            Ok(found)
        })
    }

    pub(crate) fn stream(self, query: Query) -> Result<BoxStream<'c, Result<Row>>> {
        on!(self, query, |conn, typed, wrap| {
            Ok(conn.fetch(typed).map(move |row| row.map(wrap).map_err(Error::from)).boxed())
        })
    }

    /// Statements without values, separated by `;`, as they stand.
    pub(crate) async fn raw(self, sql: String) -> Result<()> {
        match self {
            Self::Sqlite(conn) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(|_| ())?,
            Self::Postgres(conn) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(|_| ())?,
        }
        Ok(())
    }
}

fn text(sql: std::borrow::Cow<'static, str>) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}

fn sqlite(values: Vec<Value>) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        let added = match value {
            Value::Null => arguments.add(Option::<i64>::None),
            Value::Text(text) => arguments.add(text),
            Value::Int(number) => arguments.add(number),
            Value::Num(number) => arguments.add(number),
            Value::Bytes(bytes) => arguments.add(bytes),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// A value whose type PostgreSQL infers from where it stands.
struct Nothing;

impl Type<Postgres> for Nothing {
    fn type_info() -> PgTypeInfo {
        // The type `unknown`: what a bare NULL in the text of a statement has.
        PgTypeInfo::with_oid(Oid(705))
    }
}

impl Encode<'_, Postgres> for Nothing {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> std::result::Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

fn postgres(query: Query) -> Result<(SqlStr, PgArguments)> {
    let Query { sql, values } = query;
    // The driver keeps prepared statements by their text alone, but a statement is prepared for certain types. Where a value
    // can be of one type now and of another later, the types become part of the text.
    let varies = values.iter().any(|value| !matches!(value, Value::Text(_) | Value::Int(_)));
    let sql = if varies {
        let kinds: String = values.iter().map(|value| value.kind().chars().next().unwrap_or(' ')).collect();
        AssertSqlSafe(format!("{sql}\n/* {kinds} */")).into_sql_str()
    } else {
        text(sql)
    };
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Null => arguments.add(Nothing),
            Value::Text(text) => arguments.add(text),
            Value::Int(number) => arguments.add(number),
            Value::Num(number) => arguments.add(number),
            Value::Bytes(bytes) => arguments.add(bytes),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok((sql, arguments))
}
