//! What answers are made of. A type of [`answer!`](crate::answer) is at once what is written as JSON and what describes it, so
//! that a field cannot be told without being described.

use std::collections::BTreeMap;

use kernel::{OrganCode, OrganKind};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::Ctx;

/// The shapes that have a name, gathered while a description is made.
pub struct Schemas<'a> {
    ctx: &'a Ctx,
    named: BTreeMap<&'static str, Value>,
}

impl std::fmt::Debug for Schemas<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.named.keys()).finish()
    }
}

impl<'a> Schemas<'a> {
    /// None yet.
    pub fn new(ctx: &'a Ctx) -> Self {
        Self { ctx, named: BTreeMap::new() }
    }

    /// The installation, since what a document holds is declared by its kinds.
    pub fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// The shape of an object with these fields, under its name.
    pub fn object<T: Fields>(&mut self, name: &'static str) -> Value {
        if !self.named.contains_key(name) {
            // Known before it is made: what holds itself would never end.
            self.named.insert(name, Value::Null);
            let fields = T::fields(self);
            let required: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            let required = json!(required);
            let properties: Map<String, Value> =
                fields.into_iter().map(|field| (field.name, described(field.shape, &field.words))).collect();
            self.named.insert(name, json!({ "type": "object", "required": required, "properties": properties }));
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// All of them, by name. Of those of which fields can be chosen, only the key is always there.
    pub fn finish(mut self, chosen: &[(&'static str, &'static str)]) -> BTreeMap<&'static str, Value> {
        for (name, key) in chosen {
            if let Some(one) = self.named.get_mut(name) {
                one["required"] = json!([key]);
            }
        }
        self.named
    }
}

/// One field of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// As it stands in answers.
    pub name: String,
    /// What it means.
    pub words: String,
    /// What it may be.
    pub shape: Value,
}

impl Field {
    /// A field.
    pub fn new(name: impl Into<String>, words: impl Into<String>, shape: Value) -> Self {
        let name = name.into();
        Self { name: name.trim_start_matches("r#").to_owned(), words: words.into(), shape }
    }
}

/// What can be part of an answer.
pub trait Shape {
    /// How the description tells it.
    fn shape(all: &mut Schemas<'_>) -> Value;
}

/// What has fields by name.
pub trait Fields {
    /// All of them, in order.
    fn fields(all: &mut Schemas<'_>) -> Vec<Field>;
}

/// A shape with the meaning that it has at one place.
pub fn described(mut shape: Value, words: &str) -> Value {
    if let (false, Some(map)) = (words.is_empty(), shape.as_object_mut()) {
        map.insert("description".to_owned(), json!(words));
    }
    shape
}

/// Own fields, then those of what is told at the same level.
pub fn gathered(own: Vec<Field>, more: Vec<Vec<Field>>) -> Vec<Field> {
    own.into_iter().chain(more.into_iter().flatten()).collect()
}

macro_rules! shapes {
    ($($type:ty => $shape:tt),+ $(,)?) => {$(
        impl Shape for $type {
            fn shape(_: &mut Schemas<'_>) -> Value {
                json!($shape)
            }
        }
    )+};
}

shapes! {
    String => { "type": "string" },
    &'static str => { "type": "string" },
    bool => { "type": "boolean" },
    i64 => { "type": "integer" },
    u16 => { "type": "integer" },
    u32 => { "type": "integer", "minimum": 0 },
    u64 => { "type": "integer", "minimum": 0 },
    usize => { "type": "integer", "minimum": 0 },
    f32 => { "type": "number" },
    OrganCode => { "type": "string" },
    kernel::id::DocumentId => { "type": "string" },
    kernel::id::AttachmentId => { "type": "string" },
    kernel::id::ColumnId => { "type": "string" },
    kernel::id::PlanId => { "type": "string" },
    kernel::id::ClauseId => { "type": "string" },
    kernel::id::DutyId => { "type": "string" },
}

impl Shape for OrganKind {
    fn shape(_: &mut Schemas<'_>) -> Value {
        json!({ "type": "string", "enum": OrganKind::ALL.map(OrganKind::code) })
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn shape(all: &mut Schemas<'_>) -> Value {
        json!({ "type": "array", "items": T::shape(all) })
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    fn shape(all: &mut Schemas<'_>) -> Value {
        json!({ "type": "object", "additionalProperties": T::shape(all) })
    }
}

impl<T: Shape> Shape for Option<T> {
    fn shape(all: &mut Schemas<'_>) -> Value {
        let mut shape = T::shape(all);
        match shape.get("type").and_then(Value::as_str).map(str::to_owned) {
            Some(one) => {
                shape["type"] = json!([one, "null"]);
                if let Some(codes) = shape.get_mut("enum").and_then(Value::as_array_mut) {
                    codes.push(Value::Null);
                }
                shape
            }
            None => json!({ "anyOf": [shape, { "type": "null" }] }),
        }
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $format:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl Shape for $name {
            fn shape(_: &mut Schemas<'_>) -> Value {
                json!({ "type": "string", "format": $format })
            }
        }
    )+};
}

texts! {
    /// A day, `YYYY-MM-DD`.
    Day: "date",
    /// A moment in UTC, RFC 3339.
    Moment: "date-time",
    /// An absolute address.
    Address: "uri-reference",
}

/// Declares a type of the open interface: what is written as JSON, and the description of it.
///
/// ```
/// web::answer! {
///     /// A place.
///     pub struct Place as "Place" {
///         name: String => "名称。",
///         people: Option<i64> => "人数；不知道时为 null。",
///     }
/// }
/// ```
/// Further fields that stand at the same level come from other types: `… } with { more: More }`.
#[macro_export]
macro_rules! answer {
    (
        $(#[doc = $about:literal])*
        $(#[derive($($derive:ident),* $(,)?)])?
        $vis:vis struct $name:ident as $key:literal {
            $($(#[doc = $doc:literal])* $own:vis $field:ident : $type:ty => $words:literal),* $(,)?
        }
        $(with { $($rest_vis:vis $rest:ident : $flat:ty),+ $(,)? })?
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, serde::Serialize $($(, $derive)*)?)]
        $vis struct $name {
            $(#[doc = $words] $(#[doc = $doc])* $own $field: $type,)*
            $($(
                /// Further fields at the same level.
                #[serde(flatten)]
                $rest_vis $rest: $flat,
            )+)?
        }

        impl $crate::api::Fields for $name {
            fn fields(all: &mut $crate::api::Schemas<'_>) -> Vec<$crate::api::Field> {
                let own: Vec<$crate::api::Field> = vec![
                    $($crate::api::Field::new(stringify!($field), $words, <$type as $crate::api::Shape>::shape(all)),)*
                ];
                let more: Vec<Vec<$crate::api::Field>> = vec![$($(<$flat as $crate::api::Fields>::fields(all),)+)?];
                $crate::api::gathered(own, more)
            }
        }

        impl $crate::api::Shape for $name {
            fn shape(all: &mut $crate::api::Schemas<'_>) -> serde_json::Value {
                all.object::<Self>($key)
            }
        }
    };
}
