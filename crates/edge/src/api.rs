//! What every answer of the open interface carries, whoever gave it: any page in any browser may read it, and who does not take
//! JSON is told so instead of being sent it.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use web::{Listener, api, error::ErrorView};

use crate::headers::problem;

/// Layer of the portal, outside of the pages that are kept: they are the same whatever a program takes.
pub async fn open(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !path.starts_with(api::PREFIX) {
        return next.run(request).await;
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if *request.method() == Method::OPTIONS {
        preflight()
    } else if reads && !takes_json(request.headers()) {
        let view = ErrorView {
            status: StatusCode::NOT_ACCEPTABLE,
            title: "只提供 JSON",
            message: "请求头 Accept 不要 JSON，而这里只有 JSON。请改为 Accept: application/json，或去掉这个请求头。"
                .into(),
            incident: None,
        };
        problem(&view, Listener::Portal, &path, &Response::default())
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*"));
    headers.insert(
        HeaderName::from_static("access-control-expose-headers"),
        HeaderValue::from_static("ETag, Link, Retry-After, X-Request-Id"),
    );
    response
}

/// What a browser asks before it lets a page of another site read with headers of its own.
fn preflight() -> Response {
    let headers = [
        (HeaderName::from_static("access-control-allow-methods"), HeaderValue::from_static("GET, HEAD")),
        (HeaderName::from_static("access-control-allow-headers"), HeaderValue::from_static("Accept, If-None-Match")),
        (HeaderName::from_static("access-control-max-age"), HeaderValue::from_static("86400")),
        (header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Whether `accept` allows JSON (RFC 9110, 12.5.1): without it, everything; the nearest entry decides, and `q=0` refuses.
fn takes_json(headers: &HeaderMap) -> bool {
    let values: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let entries = || values.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|entry| !entry.is_empty());
    if entries().next().is_none() {
        return true;
    }
    let weight = |names: &[&str]| {
        entries().find_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let name = parts.next()?;
            let q = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.trim().parse().unwrap_or(1.0));
            names.iter().any(|known| name.eq_ignore_ascii_case(known)).then_some(q)
        })
    };
    let nearest = weight(&["application/json", "application/problem+json"])
        .or_else(|| weight(&["application/*"]))
        .or_else(|| weight(&["*/*", "*"]));
    nearest.is_some_and(|q: f64| q > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_anything_or_json_takes_json() {
        let takes = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            takes_json(&headers)
        };
        assert!(takes_json(&HeaderMap::new()));
        for accept in [
            "",
            "*/*",
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/*;q=0.1",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "application/problem+json",
        ] {
            assert!(takes(accept), "{accept}");
        }
        for accept in ["text/html", "application/xml, text/csv", "application/json;q=0", "application/json;q=0, */*"] {
            assert!(!takes(accept), "{accept}");
        }
    }
}
