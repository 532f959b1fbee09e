//! What programs are told: what was taken and how it stands, or why it was not, with the place of every fault.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use record::api::{Fault, Standing, Unread};
use serde::Serialize;
use web::{Ctx, Error, Refusal};

/// A batch, as its sender follows it.
#[derive(Debug, Serialize)]
pub(super) struct Batch {
    batch: String,
    item: String,
    /// Records in it that go out with it.
    records: i64,
    /// It was there before: the same came again under the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<bool>,
    state: &'static str,
    state_words: String,
    /// UTC; empty = not yet.
    submitted_at: String,
    public_at: String,
    /// Why it went back, where it did.
    returned: Option<Returned>,
    /// The page on which people of the organ hand it in.
    page: String,
    /// Where this is told.
    follow: String,
}

#[derive(Debug, Serialize)]
struct Returned {
    gate: String,
    reason: String,
}

/// The address at which a batch is followed.
pub(super) fn follow(item: &str, batch: &record::BatchId) -> String {
    format!("/api/v1/records/{item}/batches/{batch}")
}

impl Batch {
    pub(super) fn of(ctx: &Ctx, standing: Standing, again: Option<bool>) -> Self {
        let Standing { batch, words, returned } = standing;
        Self {
            page: format!("{}/records/batches/{}", ctx.office_url(), batch.id),
            follow: follow(&batch.item, &batch.id),
            batch: batch.id.to_string(),
            item: batch.item,
            records: batch.total,
            again,
            state: batch.state.code(),
            state_words: words,
            submitted_at: batch.submitted_at,
            public_at: batch.public_at,
            returned: returned.map(|(gate, reason)| Returned { gate, reason }),
        }
    }
}

/// What a dry run tells where nothing is wrong.
#[derive(Debug, Serialize)]
pub(super) struct Weighed {
    pub(super) dry_run: bool,
    pub(super) records: usize,
}

/// An answer that nobody keeps.
pub(super) fn told(status: StatusCode, answer: &impl Serialize) -> Response {
    let mut response = (status, Json(answer)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Why something is refused: RFC 9457, with the places of what is wrong.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// As `detail`, as the open interface has it.
    message: String,
    faults: Vec<Fault>,
}

/// Why a request is not answered as asked.
#[derive(Debug)]
pub(super) enum No {
    Said(Box<Problem>),
    /// The program's own trouble, told as everywhere.
    Fault(Error),
}

impl No {
    pub(super) fn said(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self::with(status, title, detail.into(), Vec::new())
    }

    fn with(status: StatusCode, title: &'static str, detail: String, faults: Vec<Fault>) -> Self {
        let message = detail.clone();
        Self::Said(Box::new(Problem { r#type: "about:blank", title, status: status.as_u16(), detail, message, faults }))
    }

    /// Nothing was entered, since these values do not do.
    fn faulty(faults: Vec<Fault>) -> Self {
        let detail = format!("有 {} 处不对，全部没有录入。请按 faults 改好，用同一个幂等键重新报送。", faults.len());
        Self::with(StatusCode::UNPROCESSABLE_ENTITY, "内容有误", detail, faults)
    }

    /// A refusal of the machine; `many` records were sent.
    pub(super) fn of(refusal: Refusal, many: usize) -> Self {
        match refusal {
            Refusal::Fields(errors) => Self::faulty(record::api::faults(&errors, many)),
            Refusal::Conflict(text) => Self::said(StatusCode::CONFLICT, "没有录入", text),
            Refusal::Forbidden(refused) => Self::said(StatusCode::FORBIDDEN, "密钥不能办理", refused.to_string()),
            Refusal::NotFound => nothing(),
            Refusal::Fault(error) => Self::Fault(error),
        }
    }
}

/// There is nothing here, or nothing that this program may know of.
pub(super) fn nothing() -> No {
    No::said(
        StatusCode::NOT_FOUND,
        "没有这一项",
        "没有这个数据表，或者这个批次不是用这个密钥报送的。请核对事项标识和批次编号。",
    )
}

impl From<Unread> for No {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Json(words) => Self::said(StatusCode::BAD_REQUEST, "内容读不懂", words),
            Unread::Values(faults) => Self::faulty(faults),
        }
    }
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Said(problem) => problem,
            Self::Fault(error) => return error.into_response(),
        };
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = told(status, &problem);
        let media = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, media);
        response
    }
}
