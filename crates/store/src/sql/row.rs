//! Rows and their columns, read into Rust types.

use sqlx::{Column as _, Decode, Row as _, TypeInfo as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow};

use super::Value;
use crate::{Error, Result};

/// One row of an answer.
pub struct Row(pub(crate) Inner);

pub(crate) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl Row {
    /// How many columns the row has; places count from 0.
    pub fn width(&self) -> usize {
        match &self.0 {
            Inner::Sqlite(row) => row.len(),
            Inner::Postgres(row) => row.len(),
        }
    }

    /// Names of the columns, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        (0..self.width()).map(|at| self.name(at))
    }

    fn name(&self, at: usize) -> &str {
        match &self.0 {
            Inner::Sqlite(row) => row.columns()[at].name(),
            Inner::Postgres(row) => row.columns()[at].name(),
        }
    }

    /// The column at this place, from 0.
    ///
    /// # Errors
    /// When there are not so many.
    pub fn column(&self, at: usize) -> Result<Column<'_>> {
        if at >= self.width() {
            return Err(Error::Value(format!("答案只有 {} 列，没有第 {} 列", self.width(), at + 1)));
        }
        Ok(Column { row: self, at })
    }

    /// The value of the column at this place, from 0.
    ///
    /// # Errors
    /// When there are not so many, or the value is of another type.
    pub fn at<T: FromColumn>(&self, at: usize) -> Result<T> {
        T::from_column(&self.column(at)?)
    }

    /// The value of the column of this name.
    ///
    /// # Errors
    /// When there is none, or the value is of another type.
    pub fn get<T: FromColumn>(&self, name: &str) -> Result<T> {
        use sqlx::ColumnIndex;
        let at = match &self.0 {
            Inner::Sqlite(row) => ColumnIndex::index(&name, row),
            Inner::Postgres(row) => ColumnIndex::index(&name, row),
        };
        match at {
            Ok(at) => T::from_column(&Column { row: self, at }),
            Err(_) => Err(Error::Value(format!("答案里没有“{name}”列"))),
        }
    }
}

#[derive(Debug)]
pub struct Column<'r> {
    row: &'r Row,
    at: usize,
}

/// What a column of PostgreSQL holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Int2,
    Int4,
    Int8,
    Bool,
    Float4,
    Float8,
    Bytes,
}

impl<'r> Column<'r> {
    pub fn name(&self) -> &'r str {
        self.row.name(self.at)
    }

    /// Whether it is `NULL`.
    pub fn is_null(&self) -> bool {
        match &self.row.0 {
            Inner::Sqlite(row) => row.try_get_raw(self.at).is_ok_and(|raw| raw.is_null()),
            Inner::Postgres(row) => row.try_get_raw(self.at).is_ok_and(|raw| raw.is_null()),
        }
    }

    fn wrong(&self, found: &str, wanted: &str) -> Error {
        let hint =
            if found == "NUMERIC" { "：请在 SQL 里写 CAST(… AS BIGINT) 或 DOUBLE PRECISION" } else { "" };
        Error::Value(format!("“{}”列是 {found}，不是 {wanted}{hint}", self.name()))
    }

    fn broken(&self, error: &dyn std::fmt::Display) -> Error {
        Error::Value(format!("“{}”列读不出来：{error}", self.name()))
    }

    /// Text.
    ///
    /// # Errors
    /// When it is something else, `NULL` included.
    pub fn text(&self) -> Result<&'r str> {
        match &self.row.0 {
            Inner::Sqlite(row) => {
                let raw = row.try_get_raw(self.at)?;
                match self.storage(row)? {
                    "TEXT" => <&str as Decode<sqlx::Sqlite>>::decode(raw).map_err(|error| self.broken(&error)),
                    other => Err(self.wrong(other, "TEXT")),
                }
            }
            Inner::Postgres(row) => match self.kind(row, "TEXT")? {
                Kind::Text => row.try_get_raw(self.at)?.as_str().map_err(|error| self.broken(&error)),
                other => Err(self.wrong(&format!("{other:?}"), "TEXT")),
            },
        }
    }

    /// A whole number; `BOOLEAN` of PostgreSQL is 0 or 1.
    ///
    /// # Errors
    /// When it is something else, `NULL` included.
    pub fn int(&self) -> Result<i64> {
        use sqlx::{Postgres, Sqlite};
        match &self.row.0 {
            Inner::Sqlite(row) => match self.storage(row)? {
                "INTEGER" => Decode::<Sqlite>::decode(row.try_get_raw(self.at)?).map_err(|error| self.broken(&error)),
                other => Err(self.wrong(other, "BIGINT")),
            },
            Inner::Postgres(row) => {
                let raw = row.try_get_raw(self.at)?;
                let read = match self.kind(row, "BIGINT")? {
                    Kind::Int8 => Decode::<Postgres>::decode(raw),
                    Kind::Int4 => <i32 as Decode<Postgres>>::decode(raw).map(i64::from),
                    Kind::Int2 => <i16 as Decode<Postgres>>::decode(raw).map(i64::from),
                    Kind::Bool => <bool as Decode<Postgres>>::decode(raw).map(i64::from),
                    other => return Err(self.wrong(&format!("{other:?}"), "BIGINT")),
                };
                read.map_err(|error| self.broken(&error))
            }
        }
    }

    /// A number that need not be whole.
    ///
    /// # Errors
    /// When it is something else, `NULL` included.
    pub fn num(&self) -> Result<f64> {
        use sqlx::{Postgres, Sqlite};
        match &self.row.0 {
            Inner::Sqlite(row) => match self.storage(row)? {
                // An affinity of REAL stores whole numbers as integers now and then.
                "REAL" | "INTEGER" => {
                    Decode::<Sqlite>::decode(row.try_get_raw(self.at)?).map_err(|error| self.broken(&error))
                }
                other => Err(self.wrong(other, "DOUBLE PRECISION")),
            },
            Inner::Postgres(row) => {
                let raw = row.try_get_raw(self.at)?;
                let read = match self.kind(row, "DOUBLE PRECISION")? {
                    Kind::Float8 => Decode::<Postgres>::decode(raw),
                    Kind::Float4 => <f32 as Decode<Postgres>>::decode(raw).map(f64::from),
                    other => return Err(self.wrong(&format!("{other:?}"), "DOUBLE PRECISION")),
                };
                read.map_err(|error| self.broken(&error))
            }
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// When it is something else, `NULL` included.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        match &self.row.0 {
            Inner::Sqlite(row) => match self.storage(row)? {
                "BLOB" => <Vec<u8> as Decode<sqlx::Sqlite>>::decode(row.try_get_raw(self.at)?)
                    .map_err(|error| self.broken(&error)),
                other => Err(self.wrong(other, "BYTES")),
            },
            Inner::Postgres(row) => match self.kind(row, "BYTES")? {
                Kind::Bytes => <Vec<u8> as Decode<sqlx::Postgres>>::decode(row.try_get_raw(self.at)?)
                    .map_err(|error| self.broken(&error)),
                other => Err(self.wrong(&format!("{other:?}"), "BYTES")),
            },
        }
    }

    /// The value as it stands, whatever its type.
    ///
    /// # Errors
    /// When it is of a type that this program does not use, such as `NUMERIC`.
    pub fn value(&self) -> Result<Value> {
        if self.is_null() {
            return Ok(Value::Null);
        }
        match &self.row.0 {
            Inner::Sqlite(row) => match self.storage(row)? {
                "INTEGER" => self.int().map(Value::Int),
                "REAL" => self.num().map(Value::Num),
                "BLOB" => self.bytes().map(Value::Bytes),
                _ => self.text().map(Value::from),
            },
            Inner::Postgres(row) => match self.kind(row, "TEXT")? {
                Kind::Text => self.text().map(Value::from),
                Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Bool => self.int().map(Value::Int),
                Kind::Float4 | Kind::Float8 => self.num().map(Value::Num),
                Kind::Bytes => self.bytes().map(Value::Bytes),
            },
        }
    }

    /// How SQLite stores this very value: its columns take values of any type.
    fn storage(&self, row: &SqliteRow) -> Result<&'static str> {
        let raw = row.try_get_raw(self.at)?;
        if raw.is_null() {
            return Ok("NULL");
        }
        Ok(match raw.type_info().name() {
            "INTEGER" | "BOOLEAN" => "INTEGER",
            "REAL" => "REAL",
            "BLOB" => "BLOB",
            _ => "TEXT",
        })
    }

    fn kind(&self, row: &PgRow, wanted: &str) -> Result<Kind> {
        let raw = row.try_get_raw(self.at)?;
        if raw.is_null() {
            return Err(self.wrong("NULL", wanted));
        }
        let name = raw.type_info();
        Ok(match name.name() {
            "TEXT" | "VARCHAR" | "NAME" | "CHAR" | "UNKNOWN" => Kind::Text,
            "INT8" => Kind::Int8,
            "INT4" => Kind::Int4,
            "INT2" => Kind::Int2,
            "BOOL" => Kind::Bool,
            "FLOAT8" => Kind::Float8,
            "FLOAT4" => Kind::Float4,
            "BYTEA" => Kind::Bytes,
            other => return Err(self.wrong(other, wanted)),
        })
    }
}

/// What can be read from one column.
pub trait FromColumn: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// When the value is of another type.
    fn from_column(column: &Column<'_>) -> Result<Self>;
}

impl FromColumn for String {
    fn from_column(column: &Column<'_>) -> Result<Self> {
        column.text().map(str::to_owned)
    }
}

impl FromColumn for i64 {
    fn from_column(column: &Column<'_>) -> Result<Self> {
        column.int()
    }
}

impl FromColumn for f64 {
    fn from_column(column: &Column<'_>) -> Result<Self> {
        column.num()
    }
}

impl FromColumn for bool {
    fn from_column(column: &Column<'_>) -> Result<Self> {
        match column.int()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Error::Value(format!("“{}”列是 {other}，不是 0 或 1", column.name()))),
        }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: &Column<'_>) -> Result<Self> {
        column.bytes()
    }
}

impl FromColumn for Value {
    fn from_column(column: &Column<'_>) -> Result<Self> {
        column.value()
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: &Column<'_>) -> Result<Self> {
        if column.is_null() { Ok(None) } else { T::from_column(column).map(Some) }
    }
}

/// What can be read from one row: tuples by place, structs by name with `#[derive(store::FromRow)]`.
pub trait FromRow: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// When a column is missing or of another type.
    fn from_row(row: &Row) -> Result<Self>;
}

impl FromRow for () {
    fn from_row(_: &Row) -> Result<Self> {
        Ok(())
    }
}

macro_rules! tuples {
    ($($($name:ident $at:literal),+;)+) => {$(
        impl<$($name: FromColumn),+> FromRow for ($($name,)+) {
            fn from_row(row: &Row) -> Result<Self> {
                Ok(($(row.at::<$name>($at)?,)+))
            }
        }
    )+};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15;
}
