//! Values as they are bound and as they come out of a column.

use crate::Error;

/// A value of a column, or to be bound to a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: only where a foreign key needs it.
    Null,
    /// `TEXT`: words, ids, moments in stored form.
    Text(String),
    /// `BIGINT`; on PostgreSQL also the smaller integers and `BOOLEAN` (0 or 1).
    Int(i64),
    /// `DOUBLE PRECISION`: a measure, never money or a count.
    Num(f64),
    /// `BLOB` on SQLite, `BYTEA` on PostgreSQL.
    Bytes(Vec<u8>),
}

impl Value {
    /// The type in words, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Text(_) => "TEXT",
            Self::Int(_) => "BIGINT",
            Self::Num(_) => "DOUBLE PRECISION",
            Self::Bytes(_) => "BYTES",
        }
    }
}

/// `impl From` for types that become one variant by one expression.
macro_rules! values {
    ($($from:ty => |$it:ident| $into:expr),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Self { $into }
        }
    )+};
}

values! {
    String => |it| Self::Text(it),
    &String => |it| Self::Text(it.clone()),
    &str => |it| Self::Text(it.to_owned()),
    &&str => |it| Self::Text((*it).to_owned()),
    std::borrow::Cow<'_, str> => |it| Self::Text(it.into_owned()),
    Box<str> => |it| Self::Text(it.into()),
    std::sync::Arc<str> => |it| Self::Text(it.as_ref().to_owned()),
    i64 => |it| Self::Int(it),
    &i64 => |it| Self::Int(*it),
    i32 => |it| Self::Int(it.into()),
    i16 => |it| Self::Int(it.into()),
    i8 => |it| Self::Int(it.into()),
    u32 => |it| Self::Int(it.into()),
    u16 => |it| Self::Int(it.into()),
    u8 => |it| Self::Int(it.into()),
    bool => |it| Self::Int(it.into()),
    &bool => |it| Self::Int((*it).into()),
    f64 => |it| Self::Num(it),
    &f64 => |it| Self::Num(*it),
    Vec<u8> => |it| Self::Bytes(it),
    &Vec<u8> => |it| Self::Bytes(it.clone()),
    &[u8] => |it| Self::Bytes(it.to_vec()),
    &Value => |it| it.clone(),
    &Option<String> => |it| it.as_ref().map_or(Self::Null, |text| Self::Text(text.clone())),
    &Option<i64> => |it| it.map_or(Self::Null, Self::Int),
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A value as JSON holds it, e.g. in a backup: text, whole numbers, floating numbers and null as themselves, bytes as
/// `{"bytes": "hexadecimal"}`. Reads back as it was written by [`Value::from_json`].
impl From<Value> for serde_json::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Text(text) => Self::from(text),
            Value::Int(number) => Self::from(number),
            Value::Num(number) => serde_json::json!({ "num": number }),
            Value::Bytes(bytes) => serde_json::json!({ "bytes": hex::encode(bytes) }),
        }
    }
}

impl Value {
    /// Reads what `serde_json::Value::from` wrote.
    ///
    /// # Errors
    /// When the JSON is of another shape.
    pub fn from_json(json: serde_json::Value) -> Result<Self, Error> {
        use serde_json::Value as Json;
        let wrong = |json: &Json| Error::Value(format!("{json} 不是列值"));
        Ok(match json {
            Json::Null => Self::Null,
            Json::String(text) => Self::Text(text),
            Json::Number(ref number) => Self::Int(number.as_i64().ok_or_else(|| wrong(&json))?),
            Json::Object(ref map) if map.len() == 1 => match (map.get("num"), map.get("bytes")) {
                (Some(number), None) => Self::Num(number.as_f64().ok_or_else(|| wrong(&json))?),
                (None, Some(Json::String(text))) => Self::Bytes(hex::decode(text).map_err(|_| wrong(&json))?),
                _ => return Err(wrong(&json)),
            },
            Json::Bool(_) | Json::Array(_) | Json::Object(_) => return Err(wrong(&json)),
        })
    }
}

/// Makes types over text (anything that is `AsRef<str>` and `From<String>`) fit to be bound and read: the ids of
/// `kernel::id` are; a machine or slice declares its own with [`crate::ids`] or names them here.
#[macro_export]
macro_rules! text_columns {
    ($($name:ty),+ $(,)?) => {$(
        impl From<$name> for $crate::Value {
            fn from(it: $name) -> Self { Self::Text(AsRef::<str>::as_ref(&it).to_owned()) }
        }
        impl From<&$name> for $crate::Value {
            fn from(it: &$name) -> Self { Self::Text(AsRef::<str>::as_ref(it).to_owned()) }
        }
        impl $crate::FromColumn for $name {
            fn from_column(column: &$crate::Column<'_>) -> $crate::Result<Self> {
                Ok(Self::from(column.text()?.to_owned()))
            }
        }
    )+};
}

/// Declares identifier types that can be bound and read: see `kernel::ids`.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        ::kernel::ids! { $($(#[$doc])* $name),+ }
        $crate::text_columns! { $($name),+ }
    };
}

text_columns! {
    kernel::OrganCode,
    kernel::id::AccountId,
    kernel::id::AttachmentId,
    kernel::id::CaseId,
    kernel::id::ProgramId,
    kernel::id::ClauseId,
    kernel::id::ColumnId,
    kernel::id::DocumentId,
    kernel::id::DutyId,
    kernel::id::EditionId,
    kernel::id::EvidenceId,
    kernel::id::PlanId,
    kernel::id::ReviewId,
    kernel::id::SectionId,
    kernel::id::ShareId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_from_json() {
        let values = [
            Value::Null,
            Value::Text("文".into()),
            Value::Int(i64::MIN),
            Value::Num(1.0),
            Value::Num(0.1),
            Value::Bytes(vec![0, 255]),
        ];
        for value in values {
            let text = serde_json::Value::from(value.clone()).to_string();
            assert_eq!(Value::from_json(serde_json::from_str(&text).expect("json")).expect("value"), value);
        }
        for wrong in ["true", "[1]", "1.5", "{\"num\":\"1\"}", "{\"bytes\":\"x\"}", "{}"] {
            assert!(Value::from_json(serde_json::from_str(wrong).expect("json")).is_err(), "{wrong}");
        }
    }
}
