//! Pictures of texts: streamed from the store, and only while the edition that shows them is public.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::id::AttachmentId;
use tokio_util::io::ReaderStream;
use web::{Ctx, Error, Result};

use crate::editions::pictures::media_type;

/// An address names the same picture for ever, so a reader's browser asks once. Nobody between here and the reader keeps it: what is
/// withdrawn must be gone for whoever asks next, and no cache on the way would learn of it.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// `GET /pictures/{id}/{width}x{height}.{format}`
pub(super) async fn show(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Path((id, name)): Path<(AttachmentId, String)>,
) -> Result<Response> {
    let picture = document::pictures::public(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    let digest = picture.at(&id, &name).ok_or(Error::NotFound)?;
    let tag = HeaderValue::from_str(&format!("\"{digest}\"")).map_err(|_| Error::NotFound)?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let mut response = if known.is_some_and(|known| known.contains(digest)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (reader, bytes) = ctx.files().open(digest).await?;
        let mut response = Body::from_stream(ReaderStream::new(reader)).into_response();
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
        response.headers_mut().insert(header::CONTENT_TYPE, media_type(&picture.media_type));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
