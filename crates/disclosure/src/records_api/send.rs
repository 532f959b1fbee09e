//! What programs send, and what they ask of it.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{Path, RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use item::{Item, ItemKey};
use kernel::{Actor, Program, Refused};
use record::{
    BatchId,
    api::{self, Sent},
    look,
};
use web::{Ctx, Refusal, act_now};

use super::answers::{self, Batch, No, Weighed, nothing, told};

/// The header by which a program names what it sends.
const KEY: &str = "idempotency-key";

/// The program that asks. The route lets nobody else in but the system itself, which asks nothing over the net.
fn program(actor: &Actor) -> Result<&Program, No> {
    match actor {
        Actor::Program(program) => Ok(program),
        _ => Err(No::Fault(Refused::NoKey.into())),
    }
}

/// `POST /api/v1/records/{item}`
pub(super) async fn send(
    State(ctx): State<Ctx>,
    Extension(actor): Extension<Actor>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, No> {
    let program = program(&actor)?;
    let dry = is_dry(query.as_deref().unwrap_or_default())?;
    let item = table(&ctx, &key).await?;
    if !program.reaches(item.key.as_str()) {
        let words = format!("这个密钥不能报送“{}”（{}）。需要时请安全管理员另建密钥。", item.title, item.key);
        return Err(No::said(StatusCode::FORBIDDEN, "密钥不能办理", words));
    }
    if !is_json(&headers) {
        let words = "请求头 Content-Type 要写 application/json，内容为 JSON（UTF-8）。";
        return Err(No::said(StatusCode::UNSUPPORTED_MEDIA_TYPE, "只接受 JSON", words));
    }
    let body = body.map_err(|rejection| not_received(&rejection))?;
    let named = idempotency_key(&headers);
    if named.is_empty() && !dry {
        let words = "请求头要有 Idempotency-Key：报送方自己的编号，每次报送一个，例如 2026-03-05-001。";
        return Err(No::said(StatusCode::BAD_REQUEST, "缺少幂等键", words));
    }
    let written = api::read(&body)?;
    let many = written.records.len();
    let organ = program.organ.clone();
    let sent = Sent { item, organ, key: named, records: written.records, note: written.note };
    if dry {
        api::weigh(&ctx, &actor, &sent).await.map_err(|refusal| No::of(refusal, many))?;
        return Ok(told(StatusCode::OK, &Weighed { dry_run: true, records: many }));
    }
    let ready = look::ready(&ctx, &sent.item, &sent.organ).await;
    ready.map_err(|error| No::of(Refusal::from(error), many))?;
    let taken = act_now(&ctx, async |tx| api::send(&ctx, tx, &actor, sent).await);
    let taken = taken.await.map_err(|refusal: Refusal| No::of(refusal, many))?;
    let standing = api::standing(&ctx, program, &taken.batch).await.map_err(|refusal| No::of(refusal, many))?;
    let standing = standing.ok_or_else(nothing)?;
    let status = if taken.again { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = told(status, &Batch::of(&ctx, standing, Some(taken.again)));
    if let Ok(place) = HeaderValue::from_str(&answers::follow(&key, &taken.batch)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// `GET /api/v1/records/{item}/batches/{batch}`
pub(super) async fn standing(
    State(ctx): State<Ctx>,
    Extension(actor): Extension<Actor>,
    Path((key, batch)): Path<(String, BatchId)>,
) -> Result<Response, No> {
    let program = program(&actor)?;
    let found = api::standing(&ctx, program, &batch).await.map_err(|refusal| No::of(refusal, 0))?;
    let found = found.filter(|standing| standing.batch.item == key).ok_or_else(nothing)?;
    Ok(told(StatusCode::OK, &Batch::of(&ctx, found, None)))
}

/// The table of this key.
async fn table(ctx: &Ctx, key: &str) -> Result<Arc<Item>, No> {
    let key = ItemKey::new(key).ok_or_else(nothing)?;
    let found = record::items::find(ctx, &key).await?.filter(|item| item.is_table());
    found.ok_or_else(nothing)
}

/// Whether it is only to be weighed. What is not known is refused: a dry run with a slip of the pen would be none.
fn is_dry(query: &str) -> Result<bool, No> {
    let mut dry = false;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        dry = match pair {
            "dry_run=true" => true,
            "dry_run=false" => false,
            _ => {
                let words = "网址里只能有参数 dry_run，写 true 或 false：true 只检查，不录入。";
                return Err(No::said(StatusCode::BAD_REQUEST, "参数需要更正", words));
            }
        };
    }
    Ok(dry)
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

/// The key of this sending; some programs write it in quotation marks. Empty = none.
fn idempotency_key(headers: &HeaderMap) -> String {
    let text = headers.get(KEY).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    bare.unwrap_or(text).to_owned()
}

fn not_received(rejection: &BytesRejection) -> No {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let words = format!("一次最多 8 MB、{} 条记录。请分次报送，每次用不同的幂等键。", api::MOST);
            No::said(StatusCode::PAYLOAD_TOO_LARGE, "内容太大", words)
        }
        _ => No::said(StatusCode::BAD_REQUEST, "内容没有收全", "内容没有收全。请用同一个幂等键重新报送。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &'static str, text: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(text));
        headers
    }

    #[test]
    fn only_json_is_taken() {
        for json in ["application/json", "Application/JSON; charset=utf-8"] {
            assert!(is_json(&header("content-type", json)), "{json}");
        }
        for other in ["", "text/plain", "application/x-www-form-urlencoded", "application/json5"] {
            assert!(!is_json(&header("content-type", other)), "{other}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn a_key_may_stand_in_quotation_marks() {
        for (text, key) in [("2026-001", "2026-001"), (" \"2026-001\" ", "2026-001"), ("\"", "\""), ("", "")] {
            assert_eq!(idempotency_key(&header(KEY, text)), key);
        }
    }

    #[test]
    fn what_is_no_dry_run_is_refused_and_not_entered() {
        assert!(matches!(is_dry(""), Ok(false)) && matches!(is_dry("dry_run=true"), Ok(true)));
        for slip in ["dry-run=true", "dry_run=1", "dry_run", "dry_run=true&x=1"] {
            assert!(is_dry(slip).is_err(), "{slip}");
        }
    }
}
