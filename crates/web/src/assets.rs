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

/// Whether a name carries a digest: `portal.0123456789.css`.
fn has_digest(name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    parts.len() == 3 && parts[1].len() == 10
}

/// The address of every asset by its plain name. What carries a digest in its own name, since a style sheet names it, has it as
/// its address.
pub(crate) fn urls() -> HashMap<String, String> {
    Dist::iter()
        .filter_map(|name| {
            if has_digest(&name) {
                return Some((name.to_string(), format!("/assets/{name}")));
            }
            let digest = hex::encode(&Dist::get(&name)?.metadata.sha256_hash()[..5]);
            let (stem, ending) = name.rsplit_once('.')?;
            Some((name.to_string(), format!("/assets/{stem}.{digest}.{ending}")))
        })
        .collect()
}

/// Serves `/assets/{name}`: with a digest in the name the answer may be kept for ever.
pub async fn serve(Path(name): Path<String>) -> Response {
    let has_digest = has_digest(&name);
    let mut parts: Vec<&str> = name.split('.').collect();
    if has_digest {
        parts.remove(1);
    }
    let Some(file) = Dist::get(&name).or_else(|| Dist::get(&parts.join("."))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let media_type = match parts.last() {
        Some(&"woff2") => "font/woff2",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn slices_of_the_serif_are_served_under_the_names_that_the_style_sheet_says() {
        let style = Dist::get("serif.css").expect("a style sheet");
        let style = String::from_utf8_lossy(&style.data).into_owned();
        let named: Vec<&str> =
            style.split("/assets/").skip(1).filter_map(|rest| rest.split([')', '"']).next()).collect();
        assert!(named.len() > 5, "{named:?}");
        for name in named {
            assert_eq!(urls().get(name), Some(&format!("/assets/{name}")));
            let response = serve(Path(name.to_owned())).await;
            assert_eq!(response.status(), StatusCode::OK, "{name}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "font/woff2");
            assert!(response.headers()[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
        }
        assert_eq!(serve(Path("portal.0123456789.woff2".to_owned())).await.status(), StatusCode::NOT_FOUND);
    }
}
