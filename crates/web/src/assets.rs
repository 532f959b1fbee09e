//! Style sheets and scripts, embedded in the program (in development read from the folder), served under names that carry
//! their digest.

use std::collections::HashMap;

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web-assets/dist"]
struct Dist;

/// The address of every asset by its plain name.
pub(crate) fn urls() -> HashMap<String, String> {
    Dist::iter()
        .filter_map(|name| {
            let digest = hex::encode(&Dist::get(&name)?.metadata.sha256_hash()[..5]);
            let (stem, ending) = name.rsplit_once('.')?;
            Some((name.to_string(), format!("/assets/{stem}.{digest}.{ending}")))
        })
        .collect()
}

/// Serves `/assets/{name}`: with a digest in the name the answer may be kept for ever.
pub async fn serve(Path(name): Path<String>) -> Response {
    let mut parts: Vec<&str> = name.split('.').collect();
    let has_digest = parts.len() == 3 && parts[1].len() == 10;
    if has_digest {
        parts.remove(1);
    }
    let Some(file) = Dist::get(&parts.join(".")) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let media_type = match parts.last() {
        Some(&"css") => "text/css; charset=utf-8",
        Some(&"js") => "text/javascript; charset=utf-8",
        Some(&"svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let cache = if has_digest { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (headers, file.data.into_owned()).into_response()
}
