//! Pages under private links.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use crate::{Result, whole};

/// A page that is one person's: kept by no cache, its address told to nobody.
///
/// # Errors
/// When the template fails to render.
pub fn private_page(template: &impl Template) -> Result<Response> {
    let mut response = Html(whole::kept(&template.render()?)).into_response();
    close(response.headers_mut());
    Ok(response)
}

/// The same with errors to correct: status 422.
///
/// # Errors
/// When the template fails to render.
pub fn private_errors(template: &impl Template) -> Result<Response> {
    let mut response = private_page(template)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The same when it has changed since it was seen: status 409.
///
/// # Errors
/// When the template fails to render.
pub fn private_changed(template: &impl Template) -> Result<Response> {
    let mut response = private_page(template)?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

/// Layer of every route of the portal with a secret in its address, put there by [`crate::Routes`].
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    close(response.headers_mut());
    response
}

fn close(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
}
