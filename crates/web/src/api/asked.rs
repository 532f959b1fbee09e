//! What a program asks, read by the declaration: names that are not declared, and values that it does not allow, are refused with
//! the name of the parameter and what to write.

use std::collections::BTreeMap;

use axum::{
    Json,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Operation, Parameter, Takes};
use crate::{Ctx, Error, Result, page};

/// Rows of an answer unless asked otherwise.
pub const SIZE: i64 = 50;
/// Most rows of an answer.
pub const MOST: i64 = 200;

/// A query that was read.
#[derive(Debug, Clone)]
pub struct Asked {
    operation: &'static Operation,
    values: BTreeMap<String, String>,
    /// The path, for the address of what follows.
    path: String,
}

/// Some rows of a list that is held whole, and after which row the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What `after` must be for the following ones; none at the end.
    pub next: Option<String>,
}

fn wrong(name: &str, text: String) -> Error {
    Error::Parameter { name: name.to_owned(), text }
}

/// A part of a query as text.
fn decoded(name: &str, part: &str) -> Result<String> {
    let bytes = kernel::percent_decoded(&part.replace('+', " "));
    let text = String::from_utf8(bytes)
        .map_err(|_| wrong(name, "参数要用 UTF-8 编码后再写进网址，例如“政”写成 %E6%94%BF。".to_owned()))?;
    if text.contains(|c: char| c.is_control()) {
        return Err(wrong(name, "参数里有看不见的控制字符，请去掉。".to_owned()));
    }
    Ok(text)
}

/// At most this much of what was sent is said back.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(30).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

impl Asked {
    /// Reads a query by what the operation declares. `query` is as it stands in the address.
    ///
    /// # Errors
    /// [`Error::Parameter`] with the name and what to write.
    pub fn read(ctx: &Ctx, operation: &'static Operation, path: &str, query: Option<&str>) -> Result<Self> {
        let parameters = operation.parameters(ctx);
        let mut values = BTreeMap::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded("", name)?;
            let named = parameters.iter().find(|one| one.name == name && !matches!(one.takes, Takes::Others(_)));
            let others = || parameters.iter().find(|one| matches!(one.takes, Takes::Others(_)));
            let Some(parameter) = named.or_else(others) else {
                let known: Vec<&str> = parameters.iter().filter(|one| !one.old).map(|one| one.name.as_str()).collect();
                return Err(wrong(
                    &shown(&name),
                    format!("没有参数“{}”。可用的有：{}。", shown(&name), known.join("、")),
                ));
            };
            let value = decoded(&name, value)?.trim().to_owned();
            if values.contains_key(&name) {
                return Err(wrong(&name, format!("参数 {name} 只能写一次。")));
            }
            if value.is_empty() {
                continue;
            }
            allowed(parameter, &name, &value)?;
            values.insert(name, value);
        }
        Ok(Self { operation, values, path: path.to_owned() })
    }

    /// The value of a parameter; empty where it was not asked.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// The number that was asked.
    pub fn whole(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(|value| value.parse().ok())
    }

    /// Yes, no, or not asked.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.values.get(name).map(|value| value == "true")
    }

    /// How many rows.
    pub fn limit(&self, usual: i64) -> i64 {
        self.whole("limit").unwrap_or(usual)
    }

    /// All that was asked, by name.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A refusal of a further name ([`Takes::Others`]) that stands for nothing here: `known` are those that do.
    pub fn unknown<'a>(&self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
        let known: Vec<&str> = known.into_iter().collect();
        wrong(&shown(name), format!("没有参数“{}”。可用的有：{}。", shown(name), known.join("、")))
    }

    /// A refusal of a value that only the handler can judge.
    pub fn refused(&self, name: &str, text: impl Into<String>) -> Error {
        wrong(name, text.into())
    }

    /// The address of the rows after this one, under the same conditions; `without` are parameters that do not go on.
    pub fn next(&self, base: &str, after: &str, without: &[&str]) -> String {
        let kept: Vec<(&str, &str)> = self.pairs().filter(|(name, _)| !without.contains(name)).collect();
        self.address(base, kept, ("after", after))
    }

    /// The same question with another value of one parameter.
    pub fn following(&self, base: &str, name: &str, value: &str) -> String {
        self.address(base, self.pairs().collect(), (name, value))
    }

    fn address<'a>(&self, base: &str, mut pairs: Vec<(&'a str, &'a str)>, changed: (&'a str, &'a str)) -> String {
        pairs.retain(|(name, _)| *name != changed.0);
        pairs.push(changed);
        format!("{base}{}?{}", self.path, page::query_string(&pairs))
    }

    /// The rows of a list held whole that are asked for: after the one that `after` names, as many as `limit` says.
    ///
    /// # Errors
    /// [`Error::Parameter`] when no row bears that name.
    pub fn rows<T>(&self, all: Vec<T>, usual: i64, key: impl Fn(&T) -> String) -> Result<Paged<T>> {
        let begin = match self.text("after") {
            "" => 0,
            after => {
                let at = all.iter().position(|one| key(one) == after);
                at.ok_or_else(|| {
                    wrong("after", "没有参数 after 所指的这一条，它可能已不再公开。请从头取起。".to_owned())
                })? + 1
            }
        };
        let size = usize::try_from(self.limit(usual)).unwrap_or(1);
        let more = all.len() > begin + size;
        let items: Vec<T> = all.into_iter().skip(begin).take(size).collect();
        let next = items.last().filter(|_| more).map(key);
        Ok(Paged { items, next })
    }

    /// The answer: its chosen fields, or all; `next` is the address of what follows.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn answer<T: Serialize>(&self, answer: &T, next: Option<&str>) -> Result<Response> {
        let mut response = match self.text("fields") {
            "" => Json(answer).into_response(),
            fields => {
                let chosen: Vec<&str> = fields.split(',').map(str::trim).chain([self.operation.selects.key]).collect();
                let mut value = serde_json::to_value(answer)?;
                self.choose(&mut value, &chosen);
                Json(value).into_response()
            }
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, page::PUBLIC);
        if let Some(link) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok()) {
            headers.insert(HeaderName::from_static("link"), link);
        }
        Ok(response)
    }

    fn choose(&self, value: &mut Value, chosen: &[&str]) {
        let keep = |one: &mut Map<String, Value>| one.retain(|name, _| chosen.contains(&name.as_str()));
        let rows = match self.operation.selects.rows {
            "" => {
                if let Some(one) = value.as_object_mut() {
                    keep(one);
                }
                return;
            }
            rows => value.get_mut(rows).and_then(Value::as_array_mut),
        };
        rows.into_iter().flatten().filter_map(Value::as_object_mut).for_each(keep);
    }
}

/// Whether the parameter may be this.
fn allowed(parameter: &Parameter, name: &str, value: &str) -> Result<()> {
    let no = |rule: String| Err(wrong(name, format!("参数 {name} {rule}，收到的是“{}”。", shown(value))));
    match &parameter.takes {
        Takes::Text(most) | Takes::Others(most) if value.chars().count() > *most => no(format!("最多 {most} 个字")),
        Takes::Day if value.chars().count() > super::DAY => no(format!("最多 {} 个字", super::DAY)),
        Takes::Whole(least, most) => match value.parse::<i64>() {
            Ok(number) if (*least..=*most).contains(&number) => Ok(()),
            _ => no(format!("要写 {least} 到 {most} 的整数")),
        },
        Takes::OneOf(codes) if !codes.iter().any(|code| code == value) => {
            no(format!("要写下列之一：{}", codes.join("、")))
        }
        Takes::Flag if !["true", "false"].contains(&value) => no("要写 true 或 false".to_owned()),
        Takes::Some(names) => match value.split(',').map(str::trim).find(|one| !names.iter().any(|name| name == one)) {
            Some(other) => Err(wrong(name, format!("没有字段“{}”。可用的有：{}。", shown(other), names.join("、")))),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}
