//! Forms: reading them, and saying what is wrong at the field.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
};
use encoding_rs::GB18030;
use serde::de::DeserializeOwned;

use crate::{Ctx, Error, Result, asked, page};

/// A posted form. Repeated names become lists; what cannot be read is a clear 400, never a bare one.
#[derive(Debug, Clone)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Ctx> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, ctx: &Ctx) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), ctx).await.map_err(|rejection| {
            tracing::info!(%rejection, "form not received");
            match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(TOO_LONG.into()),
                _ => Error::Invalid(INCOMPLETE.into()),
            }
        })?;
        if bytes.windows(3).any(|three| three == b"%00") || bytes.contains(&0) {
            return Err(Error::Invalid("填写的内容里有看不见的控制字符。请重新输入，不要从其他程序整段粘贴。".into()));
        }
        asked::brought(bytes.clone());
        match axum_extra::extract::Form::<T>::from_request(Request::from_parts(parts, bytes.into()), ctx).await {
            Ok(form) => Ok(Self(form.0)),
            Err(rejection) => {
                tracing::info!(%rejection, "form not readable");
                Err(Error::Invalid(INCOMPLETE.into()))
            }
        }
    }
}

const TOO_LONG: &str = "填写的内容太长，没有收下。正文上限 8 MB，请删去内嵌图片，改作附件上传。";
const INCOMPLETE: &str = "表单内容不完整。请返回上一页，刷新后重新提交；已填内容浏览器会保留。";

/// The query of an address. Unknown names are ignored, since whoever passes a link on may add some of its own (`from=`, `utm_…`);
/// unreadable values, and a query longer than any page makes, become a clear 400.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Ctx> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self> {
        /// Bytes; two thousand Chinese characters would be more, and no page asks for so many.
        const LONGEST_QUERY: usize = 8 * 1024;
        let mut parts = parts.clone();
        if parts.uri.query().is_some_and(|query| query.len() > LONGEST_QUERY) {
            return Err(Error::Invalid(
                "网址太长，没有办理。请缩短查询的文字，或从页面上的链接、表单重新进入。".into(),
            ));
        }
        if let Some(read) = parts.uri.query().and_then(from_old_encoding) {
            let address = format!("{}?{read}", parts.uri.path());
            parts.uri = address.parse().unwrap_or(parts.uri);
        }
        match axum_extra::extract::Query::<T>::from_request_parts(&mut parts, ctx).await {
            Ok(query) => Ok(Self(query.0)),
            Err(_) => Err(Error::Invalid("网址中的查询条件写法不对。请从页面上的链接或表单重新进入。".into())),
        }
    }
}

/// The query of links from old sites, whose Chinese is GBK: the same in UTF-8. `None` when it is that already.
fn from_old_encoding(query: &str) -> Option<String> {
    let decoded = |text: &str| kernel::percent_decoded(&text.replace('+', " "));
    if std::str::from_utf8(&decoded(query)).is_ok() {
        return None;
    }
    let read = |text: &str| {
        let bytes = decoded(text);
        let text = String::from_utf8(bytes).unwrap_or_else(|error| GB18030.decode(error.as_bytes()).0.into_owned());
        page::escape_query(&text)
    };
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => format!("{}={}", read(name), read(value)),
        None => read(pair),
    };
    Some(query.split('&').map(pair).collect::<Vec<_>>().join("&"))
}

/// What is wrong with a form, field by field, in the order of the fields; or why it was not done at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors {
    items: Vec<(String, String)>,
    kept: Vec<String>,
}

/// Where a refusal stands that is about no field: the page itself.
const PAGE: &str = "main";

impl FormErrors {
    /// No errors: for a form that is shown for the first time, or to add to.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message at a field: 请 + what to do + example.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.items.push((field.to_owned(), message.into()));
    }

    /// Adds the message unless the condition holds.
    pub fn require(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.add(field, message);
        }
    }

    /// One message at one field, as of a rule that refuses for a single reason.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self { items: vec![(field.to_owned(), message.into())], kept: Vec::new() }
    }

    /// Why the form was not done, whatever stands in its fields: the state has changed meanwhile or does not allow it. The page
    /// shows what there is now; what was typed is shown beside the reason, since its field may be gone.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { kept: asked::typed(), ..Self::one(PAGE, message) }
    }

    /// Whether the form was refused as a whole ([`Self::refused`]).
    pub fn is_refused(&self) -> bool {
        self.items.iter().any(|(field, _)| field == PAGE)
    }

    /// What the summary is called.
    pub fn heading(&self) -> &'static str {
        if self.is_refused() { "未能办理" } else { "有问题需要更正" }
    }

    /// What was typed into a form that was refused.
    pub fn kept(&self) -> &[String] {
        &self.kept
    }

    /// The same with the messages of one field at another: two forms of a page may have fields of one name.
    #[must_use]
    pub fn at(mut self, field: &str, place: &str) -> Self {
        for (name, _) in &mut self.items {
            if name == field {
                place.clone_into(name);
            }
        }
        self
    }

    /// All, for the summary.
    pub fn items(&self) -> &[(String, String)] {
        &self.items
    }

    /// The first message at a field.
    pub fn of<'a>(&'a self, field: &str) -> Option<&'a str> {
        self.items.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::from_old_encoding;

    #[test]
    fn queries_of_old_sites_are_read_as_they_were_meant() {
        assert_eq!(from_old_encoding("q=%E6%94%BF%E7%AD%96&page=2"), None);
        assert_eq!(
            from_old_encoding("q=%D5%FE%B2%DF+%B9%AB%BF%AA&page=2").as_deref(),
            Some("q=%E6%94%BF%E7%AD%96%20%E5%85%AC%E5%BC%80&page=2")
        );
        assert!(from_old_encoding("q=%FF").is_some_and(|read| read.starts_with("q=")));
    }
}
