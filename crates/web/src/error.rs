//! What can go wrong while answering. Handlers return [`Error`]; it becomes a page (or problem JSON) in one place,
//! `edge::headers::error_pages`, so that handlers never know the representation. Redirects are no errors.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::Refused;
use store::Trouble;

use crate::{FormErrors, asked};

/// Result of a handler, and of what it calls: fails when storage does; other reasons are told where there are any.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request is not answered as asked.
#[derive(Debug)]
pub enum Error {
    /// There is nothing here, or nothing that this reader may know of.
    NotFound,
    /// It was here and is gone for good.
    Gone(String),
    /// The person may not do this.
    Refused(Refused),
    /// The state has changed meanwhile or does not allow it; the text says what to do.
    Conflict(String),
    /// The request makes no sense; the text says what to change.
    Invalid(String),
    /// The same, of one parameter of the open interface.
    Parameter {
        /// Which one, as it was sent; empty = it cannot be read.
        name: String,
        /// What to write.
        text: String,
    },
    /// Too much was sent; the text says how much is allowed.
    TooLarge(String),
    /// Asked too often, with what to do; when it may be asked again is not known.
    TooMany(String),
    /// Too many requests, and when there is room for more.
    Limited {
        /// What may be done, and when.
        text: String,
        /// In how many seconds.
        seconds: i64,
    },
    /// Cannot be done now and may be done later.
    Unavailable(String),
    /// A fault of ours. Shown as an incident code, detailed in the log.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A fault of ours, described in words.
    pub fn internal(text: impl Into<String>) -> Self {
        Self::Internal(text.into().into())
    }

    fn view(&self) -> ErrorView {
        let (status, title, message) = match self {
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "没有找到这个页面", "地址可能写错了，也可能内容已经调整。".to_owned())
            }
            Self::Gone(text) => (StatusCode::GONE, "这项内容已不再公开", text.clone()),
            Self::Refused(Refused::NotSignedIn) => {
                (StatusCode::UNAUTHORIZED, "请先登录", Refused::NotSignedIn.to_string())
            }
            Self::Refused(Refused::NoKey) => {
                (StatusCode::UNAUTHORIZED, "没有有效的接口密钥", Refused::NoKey.to_string())
            }
            Self::Refused(refused) => (StatusCode::FORBIDDEN, "您没有这项权限", refused.to_string()),
            Self::Conflict(text) => (StatusCode::CONFLICT, "未能办理", text.clone()),
            Self::Invalid(text) => (StatusCode::BAD_REQUEST, "请求内容需要更正", text.clone()),
            Self::Parameter { text, .. } => (StatusCode::BAD_REQUEST, "参数需要更正", text.clone()),
            Self::TooLarge(text) => (StatusCode::PAYLOAD_TOO_LARGE, "内容太大", text.clone()),
            Self::TooMany(text) | Self::Limited { text, .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "操作太频繁", text.clone())
            }
            Self::Unavailable(text) => (StatusCode::SERVICE_UNAVAILABLE, "暂时不能办理", text.clone()),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "系统出了问题",
                "刚才的操作没有完成，没有保存任何改动。请稍后再试；仍不行的，请联系网站维护人员，并告知问题编号。"
                    .to_owned(),
            ),
        };
        ErrorView { status, title, message, incident: None }
    }
}

/// What the error page shows.
#[derive(Debug, Clone)]
pub struct ErrorView {
    pub status: StatusCode,
    /// Heading of the page, in a few words.
    pub title: &'static str,
    /// What happened and what the reader can do now, in whole sentences.
    pub message: String,
    /// Code to quote on the telephone: the id of the request begins with it, and stands in the log.
    pub incident: Option<String>,
}

/// On an answer that refuses one parameter: its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongParameter(pub String);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut view = self.view();
        if let Self::Internal(source) = &self {
            // The request's span gives the line the id that the code begins.
            tracing::error!(error = %source, "request failed");
            metrics::counter!("http_internal_errors_total").increment(1);
            view.incident = asked::incident();
            if let Some(incident) = &view.incident {
                // Scripts show the sentence alone.
                view.message = view.message.replace("问题编号。", &format!("问题编号 {incident}。"));
            }
        }
        let mut response = (view.status, view.message.clone()).into_response();
        if let Self::Limited { seconds, .. } = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::Unavailable(_)) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY));
        }
        if let Self::Parameter { name, .. } = self {
            response.extensions_mut().insert(WrongParameter(name));
        }
        response.extensions_mut().insert(view);
        response
    }
}

/// What somebody does whose request came upon this. None of it is a fault that a code on the telephone would help with.
fn advice(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Full => {
            "服务器存储空间已满，暂时不能保存，已有内容可以照常查看。您填写的内容请先留存，稍后再试；一直这样请告知系统管理员，公众请拨打网站底部的电话。"
        }
        Trouble::ReadOnly => {
            "系统现在只能查看、不能保存。您填写的内容请先留存，稍后再试；一直这样请告知系统管理员，公众请拨打网站底部的电话。"
        }
        Trouble::Gone => {
            "数据库暂时连不上，没有保存任何改动。请过一两分钟再试；一直这样请告知系统管理员，公众请拨打网站底部的电话。"
        }
        Trouble::Busy => "系统正忙，没有保存任何改动。您填写的内容请先留存，过半分钟再试。",
        Trouble::Slow => "这次查询的范围太大，没有在时限内完成。请缩小范围（例如选定年份、栏目或机关）再试。",
        Trouble::Broken => {
            "服务器的磁盘读写出错，没有保存任何改动。您填写的内容请先留存，并请立即告知系统管理员，公众请拨打网站底部的电话。"
        }
    }
}

/// Seconds after which asking again makes sense.
const RETRY: i64 = 30;

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if let Some(trouble) = error.trouble() {
            metrics::counter!("storage_trouble_total", "kind" => format!("{trouble:?}").to_lowercase()).increment(1);
            if let Some(again) = store::quiet::line(&format!("storage {trouble:?}")) {
                tracing::error!(%error, again, "storage cannot do its work: {}", trouble.words());
            }
            return Self::Unavailable(advice(trouble).into());
        }
        match error {
            // Somebody changed the address of a page by hand.
            store::Error::List(text) => Self::Invalid(format!("{text}。请从列表的第一页重新打开。")),
            store::Error::Key(text) => {
                if let Some(again) = store::quiet::line("a key cannot be used") {
                    tracing::error!(error = text, again, "a key cannot be used");
                }
                Self::Unavailable(KEYLESS.into())
            }
            other => Self::Internal(Box::new(other)),
        }
    }
}

/// What somebody does whose request needs a key that is not there: it takes the engineer.
const KEYLESS: &str = "系统的密钥现在用不了，没有保存任何改动。您填写的内容请先留存，过些时候再试；一直这样请告知系统管理员，公众请拨打网站底部的电话。";

/// Why a rule says no. What every rule returns, so that a page can show it where it belongs: at the field, above the form, or
/// as a page of its own.
#[derive(Debug)]
pub enum Refusal {
    /// What was filled in does not do; each message stands at its field.
    Fields(FormErrors),
    /// The state has changed meanwhile or does not allow it; the text says what to do.
    Conflict(String),
    /// The person may not.
    Forbidden(Refused),
    /// There is no such object, or none that this person may know of.
    NotFound,
    /// A fault of ours.
    Fault(Error),
}

impl Refusal {
    /// One message at one field.
    pub fn field(name: &str, message: impl Into<String>) -> Self {
        Self::Fields(FormErrors::one(name, message))
    }

    /// The message in words, whatever it is about; the first where there are several.
    pub fn words(&self) -> String {
        match self {
            Self::Fields(errors) => errors.items().first().map(|(_, message)| message.clone()).unwrap_or_default(),
            Self::Conflict(text) => text.clone(),
            Self::Forbidden(refused) => refused.to_string(),
            Self::NotFound => Error::NotFound.view().message,
            Self::Fault(error) => error.view().message,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Fields(_) => Self::Invalid(refusal.words()),
            Refusal::Conflict(text) => Self::Conflict(text),
            Refusal::Forbidden(refused) => Self::Refused(refused),
            Refusal::NotFound => Self::NotFound,
            Refusal::Fault(error) => error,
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict(text) => Self::Conflict(text),
            Error::Refused(refused) => Self::Forbidden(refused),
            Error::NotFound => Self::NotFound,
            other => Self::Fault(other),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self::Forbidden(refused)
    }
}

/// Work in the background fails for the same reasons as a request. A fault of ours, a full disk or a busy database may pass;
/// what the state does not allow will not.
impl From<Error> for store::jobs::Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Internal(source) => Self::Retry(source.to_string()),
            Error::Unavailable(text) => Self::Retry(text),
            other => Self::Give(Refusal::from(other).words()),
        }
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<FormErrors> for Refusal {
    fn from(errors: FormErrors) -> Self {
        Self::Fields(errors)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        store::Error::Files(error).into()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Whoever writes while nothing can be written is told what to do, and nobody is told that the program is at fault.
    #[test]
    fn trouble_of_storage_is_503_with_what_to_do() {
        for (error, words) in [
            (io::Error::from(io::ErrorKind::StorageFull).into(), "存储空间已满"),
            (io::Error::from(io::ErrorKind::ReadOnlyFilesystem).into(), "只能查看"),
            (store::Error::Busy("所有连接都在使用中"), "系统正忙"),
            (store::Error::TimeLimit, "缩小范围"),
            (store::Error::Unreachable { place: "db:5432".into(), reason: "拒绝连接".into() }, "连不上"),
        ] {
            let error: store::Error = error;
            let response = Error::from(error).into_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(response.headers().contains_key(header::RETRY_AFTER));
            let view = response.extensions().get::<ErrorView>().expect("a page of its own");
            assert!(view.message.contains(words) && view.incident.is_none(), "{}", view.message);
            assert!(!view.message.contains("db:5432"), "how it is built is nobody's business");
        }
    }
}
