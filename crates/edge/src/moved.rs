//! Addresses of the portal at which nothing stands (any more): whoever knows where they lead now ([`web::hooks::Moved`]) is
//! asked after everything else, so that no page is ever hidden by it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use web::{Ctx, api, hooks::Moved};

/// Browsers and proxies ask again after five minutes: what the office takes back is not followed for good.
const KEPT: &str = "public, max-age=300";

/// Layer of the portal: where nothing was found, the reader is led on.
pub async fn follow(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let address = request.uri().path_and_query().map_or_else(String::new, |address| address.as_str().to_owned());
    let answer = next.run(request).await;
    if !reads || answer.status() != StatusCode::NOT_FOUND || address.starts_with(api::PREFIX) {
        return answer;
    }
    for moved in ctx.declared::<Arc<dyn Moved>>() {
        match moved.target(&ctx, &address).await {
            Ok(Some(target)) => {
                if let Ok(target) = HeaderValue::from_str(&target) {
                    let headers = [(header::LOCATION, target), (header::CACHE_CONTROL, HeaderValue::from_static(KEPT))];
                    return (StatusCode::MOVED_PERMANENTLY, headers).into_response();
                }
            }
            Ok(None) => {}
            // Nothing stands there either way; the reader is told that.
            Err(error) => tracing::warn!(?error, "nobody could say where an address leads"),
        }
    }
    answer
}
