//! The open interface `/api/v1`: public content for programs, read only, without a key.
//!
//! A capability declares each of its addresses as an [`Operation`], beside the handler: what may be asked, what is answered. What
//! may be asked is read by [`Asked::read`] from the very declaration of which the description (OpenAPI) is printed, so that
//! nothing undescribed is taken and nothing described refused; what is answered is a type of [`answer!`](crate::answer), whose
//! description is made of its own fields.

mod asked;
mod shape;

pub use asked::{Asked, MOST, Paged, SIZE};
pub use shape::{Address, Day, Field, Fields, Moment, Schemas, Shape, described, gathered};

use serde_json::{Value, json};

use crate::Ctx;

/// Where all of it stands.
pub const PREFIX: &str = "/api/v1/";
/// The page for those who write programs.
pub const PAGE: &str = "/api";

/// One address of the interface.
#[derive(Clone, Copy)]
pub struct Operation {
    /// Name in programs: `listDocuments`.
    pub id: &'static str,
    /// Path pattern, as the route has it.
    pub path: &'static str,
    /// What it answers, in a line.
    pub title: &'static str,
    /// What else to know; may be empty.
    pub about: &'static str,
    /// The parts of the path: name and meaning.
    pub within: &'static [(&'static str, &'static str)],
    /// What the query may hold.
    pub asks: fn(&Ctx) -> Vec<Parameter>,
    /// The shape of the answer.
    pub answers: fn(&mut Schemas<'_>) -> Value,
    /// What `fields` chooses from.
    pub selects: Selects,
    /// What stands at an address of something that was withdrawn; empty = nothing of this kind is withdrawn.
    pub gone: &'static str,
    /// A path and query that work on any site, for the page.
    pub example: &'static str,
    /// Order on the page.
    pub place: u8,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation").field("id", &self.id).field("path", &self.path).finish_non_exhaustive()
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// What `fields` chooses from: the fields of the answer, or of each row of it.
#[derive(Clone, Copy)]
pub struct Selects {
    /// The field of the answer that holds the rows; empty = the answer itself.
    pub rows: &'static str,
    /// The field that is always told.
    pub key: &'static str,
    /// The name of the shape that has them.
    pub of: &'static str,
    /// All of them.
    pub fields: fn(&mut Schemas<'_>) -> Vec<Field>,
}

/// What may be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name in addresses.
    pub name: String,
    /// What it means.
    pub words: String,
    /// What it may be.
    pub takes: Takes,
    /// Kept for programs that use it; others use what `words` names.
    pub old: bool,
}

/// Longest form in which a day is taken, in characters.
const DAY: usize = 20;

/// What a parameter may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// Text of at most so many characters.
    Text(usize),
    /// As `2026-03-05`; what else is understood is the business of the handler.
    Day,
    /// A whole number from one to the other.
    Whole(i64, i64),
    /// One of these codes.
    OneOf(Vec<String>),
    /// `true` or `false`.
    Flag,
    /// Some of these names, with commas between them.
    Some(Vec<String>),
    /// Any further names of the query, each of at most so many characters: what they are is known by what the path names, so
    /// the handler judges them. At most one parameter of an operation takes this; its own name is never sent.
    Others(usize),
}

impl Parameter {
    /// A parameter in use.
    pub fn new(name: impl Into<String>, words: impl Into<String>, takes: Takes) -> Self {
        Self { name: name.into(), words: words.into(), takes, old: false }
    }

    /// Text of at most so many characters.
    pub fn text(name: &str, most: usize, words: &str) -> Self {
        Self::new(name, words, Takes::Text(most))
    }

    /// A day, as `2026-03-05`.
    pub fn day(name: &str, words: &str) -> Self {
        Self::new(name, words, Takes::Day)
    }

    /// A whole number.
    pub fn whole(name: &str, (least, most): (i64, i64), words: &str) -> Self {
        Self::new(name, words, Takes::Whole(least, most))
    }

    /// One of these codes.
    pub fn one_of<'a>(name: &str, codes: impl IntoIterator<Item = &'a str>, words: &str) -> Self {
        Self::new(name, words, Takes::OneOf(codes.into_iter().map(str::to_owned).collect()))
    }

    /// Yes or no.
    pub fn flag(name: &str, words: &str) -> Self {
        Self::new(name, words, Takes::Flag)
    }

    /// Marked as one that only older programs use.
    #[must_use]
    pub fn old(self) -> Self {
        Self { old: true, ..self }
    }

    /// How many rows, and after which: every list has these two.
    pub fn paging(usual: i64, most: i64) -> [Self; 2] {
        [
            Self::text("after", 200, "从这一条之后开始，取自上一次答复的 next。逐页取完全部时用它。"),
            Self::whole("limit", (1, most), &format!("每次最多多少条，1 到 {most}，缺省 {usual}。")),
        ]
    }

    /// How the description tells what it may be.
    pub fn schema(&self) -> Value {
        match &self.takes {
            Takes::Text(most) => json!({ "type": "string", "maxLength": most }),
            Takes::Day => json!({ "type": "string", "format": "date", "maxLength": DAY }),
            Takes::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Takes::OneOf(codes) => json!({ "type": "string", "enum": codes }),
            Takes::Flag => json!({ "type": "boolean" }),
            Takes::Some(names) => json!({ "type": "array", "items": { "type": "string", "enum": names } }),
            Takes::Others(most) => {
                json!({ "type": "object", "additionalProperties": { "type": "string", "maxLength": most } })
            }
        }
    }
}

impl Operation {
    /// Everything that may be asked, `fields` too.
    pub fn parameters(&self, ctx: &Ctx) -> Vec<Parameter> {
        let mut parameters = (self.asks)(ctx);
        parameters.push(Parameter::new(
            "fields",
            format!(
                "只要这些字段，用逗号分隔，例如 fields={},{}。{} 总会给出。",
                self.selects.key,
                self.second(ctx),
                self.selects.key
            ),
            Takes::Some(self.names(ctx)),
        ));
        parameters
    }

    /// The fields that can be chosen.
    pub fn names(&self, ctx: &Ctx) -> Vec<String> {
        (self.selects.fields)(&mut Schemas::new(ctx)).into_iter().map(|field| field.name).collect()
    }

    fn second(&self, ctx: &Ctx) -> String {
        self.names(ctx).into_iter().find(|name| name != self.selects.key).unwrap_or_default()
    }

    /// The description of the one operation (OpenAPI 3.1); `schemas` gathers what it refers to.
    pub fn description(&self, ctx: &Ctx, schemas: &mut Schemas<'_>) -> Value {
        let in_path = self.within.iter().map(|(name, words)| {
            json!({ "name": name, "in": "path", "required": true, "description": words, "schema": { "type": "string" } })
        });
        let in_query = self.parameters(ctx).into_iter().map(|one| {
            let mut told = json!({
                "name": one.name, "in": "query", "required": false, "description": one.words, "schema": one.schema(),
            });
            if let (Takes::Some(_), Some(map)) = (&one.takes, told.as_object_mut()) {
                map.insert("style".into(), json!("form"));
                map.insert("explode".into(), json!(false));
            }
            if let (Takes::Others(_), Some(map)) = (&one.takes, told.as_object_mut()) {
                map.insert("style".into(), json!("form"));
                map.insert("explode".into(), json!(true));
            }
            if let (true, Some(map)) = (one.old, told.as_object_mut()) {
                map.insert("deprecated".into(), json!(true));
            }
            told
        });
        let parameters: Vec<Value> = in_path.chain(in_query).collect();
        let answer = (self.answers)(schemas);
        let mut responses = json!({
            "200": {
                "description": "查到了。",
                "headers": {
                    "ETag": { "description": "内容不变它就不变；下次用 If-None-Match 带上。", "schema": { "type": "string" } },
                    "Link": { "description": "还有下一页时，rel=\"next\" 的地址。", "schema": { "type": "string" } },
                },
                "content": { "application/json": { "schema": answer } },
            },
            "304": { "description": "和您上次取到的一样，没有正文。" },
        });
        if let Some(map) = responses.as_object_mut() {
            for (status, words) in self.refusals() {
                map.insert(status.to_string(), refusal(words));
            }
        }
        json!({
            "operationId": self.id, "summary": self.title, "description": self.about, "parameters": parameters,
            "responses": responses,
        })
    }

    /// Every other status that it can answer, with the reason.
    pub fn refusals(&self) -> Vec<(u16, &'static str)> {
        let mut refusals = vec![
            (400, "参数不对：parameter 是哪一个，detail 说明怎样改。"),
            (406, "只提供 JSON，而请求头 Accept 不要 JSON。"),
            (429, "请求太频繁，请按 Retry-After 的秒数等待。"),
            (500, "本站出错；incident 是编号，可以据此反映。"),
            (503, "暂时不能答复，请按 Retry-After 的秒数等待。"),
        ];
        if !self.within.is_empty() {
            refusals.push((404, "没有这一项，或者没有公开。"));
        }
        if !self.gone.is_empty() {
            refusals.push((410, self.gone));
        }
        refusals.sort_unstable_by_key(|(status, _)| *status);
        refusals
    }
}

fn refusal(words: &str) -> Value {
    json!({
        "description": words,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

crate::answer! {
    /// Why a request is not answered as asked (RFC 9457).
    pub struct Problem as "Problem" {
        pub r#type: Address => "这一类问题的说明页。",
        pub title: String => "一句话说明。",
        pub status: u16 => "同 HTTP 状态码。",
        pub detail: String => "出了什么问题，怎样改。",
        pub message: String => "同 detail，供旧程序使用。",
        pub parameter: Option<String> => "不对的是哪个参数；与参数无关时为 null。",
        pub incident: Option<String> => "本站出错时的编号。",
    }
}
