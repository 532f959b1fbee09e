//! To which host a request goes: exactly one, written as a host is (RFC 9112, 3.2). Whoever stands in front and reads two of
//! them, or an odd one, otherwise than we do would keep or pass on the answer of another site.

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Whether the head names one host, if it names any; that it must name one is for whoever holds the connection to ask.
pub(crate) fn is_clear(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => true,
        (Some(host), None) => is_host(host.as_bytes()),
        (Some(_), Some(_)) => false,
    }
}

/// A name or an address with its port, and nothing that could be a path, a user, or another host.
fn is_host(host: &[u8]) -> bool {
    !host.is_empty() && host.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(byte))
}

/// Layer of both servers: refuses what names no host, several, or an odd one.
pub async fn one(request: Request, next: Next) -> Response {
    if is_clear(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::BAD_REQUEST, "one host").into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_request_goes_to_one_host() {
        for (hosts, expected) in [
            (Vec::new(), true),
            (vec!["www.example.gov.cn"], true),
            (vec!["127.0.0.1:8080"], true),
            (vec!["[::1]:8080"], true),
            (vec![""], false),
            (vec!["a", "a"], false),
            (vec!["a", "b"], false),
            (vec!["a@b"], false),
            (vec!["a/c?d"], false),
            (vec!["a, b"], false),
            (vec!["\u{653f}\u{52a1}"], false),
        ] {
            let mut headers = HeaderMap::new();
            for host in &hosts {
                headers.append(header::HOST, HeaderValue::from_bytes(host.as_bytes()).expect("a value"));
            }
            assert_eq!(is_clear(&headers), expected, "{hosts:?}");
        }
    }
}
