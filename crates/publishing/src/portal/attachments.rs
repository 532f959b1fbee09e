//! Attachments: streamed from the store, and only while the edition to which they belong is public.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::id::AttachmentId;
use serde::Deserialize;
use tokio_util::io::ReaderStream;
use web::{Ctx, Error, Query, Result, page::content_disposition};

/// Kinds that a browser may show by itself; everything else, HTML and SVG above all, is saved.
const SHOWN: &[&str] = &["application/pdf", "image/png", "image/jpeg"];

/// `?view=1` asks to show instead of saving.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    view: String,
}

/// `GET /attachments/{id}`
pub(super) async fn by_id(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    Path(id): Path<AttachmentId>,
) -> Result<Response> {
    serve(&ctx, &headers, &id, asked.view == "1").await
}

/// `GET /attachments/{id}/{name}`: the name is for people and for the file's name when saved; the identifier decides.
pub(super) async fn by_name(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    Path((id, _)): Path<(AttachmentId, String)>,
) -> Result<Response> {
    serve(&ctx, &headers, &id, asked.view == "1").await
}

async fn serve(ctx: &Ctx, headers: &HeaderMap, id: &AttachmentId, view: bool) -> Result<Response> {
    let attachment = document::public::attachment(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", attachment.digest)).map_err(|_| Error::NotFound)?;
    let same = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| known.contains(&attachment.digest));
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (reader, bytes) = ctx.files().open(&attachment.digest).await?;
        let mut response = Body::from_stream(ReaderStream::new(reader)).into_response();
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
        let shown = SHOWN.contains(&attachment.media_type.as_str());
        // A type that runs in a browser is not even named: nothing that somebody uploaded acts in the site's name.
        let runs = ["html", "svg", "xml", "script"].iter().any(|word| attachment.media_type.contains(word))
            && !attachment.media_type.contains("openxmlformats");
        let media = if runs { "application/octet-stream" } else { attachment.media_type.as_str() };
        let media = HeaderValue::from_str(media).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        response.headers_mut().insert(header::CONTENT_TYPE, media);
        let kind = if view && shown { "inline" } else { "attachment" };
        response.headers_mut().insert(header::CONTENT_DISPOSITION, content_disposition(kind, &attachment.file_name));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, web::page::PUBLIC);
    headers.insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
