//! Answers: pages with their cache policy, redirects with a message for the next page.

use askama::Template;
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
pub use fold::markup::escaped as escape;

use crate::{Error, Flash, Result, Undo, whole};

/// An office page: never cached, since it is somebody's.
///
/// # Errors
/// When the template fails to render.
pub fn office_page(template: &impl Template) -> Result<Response> {
    let mut response = Html(whole::kept(&template.render()?)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// An office page with errors to correct: the same, with status 422.
///
/// # Errors
/// When the template fails to render.
pub fn office_errors(template: &impl Template) -> Result<Response> {
    let mut response = office_page(template)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// What may be kept by everybody who asks each time whether it is still true: what is withdrawn must vanish at once.
pub const PUBLIC: HeaderValue = HeaderValue::from_static("public, no-cache");

/// A text for a feed or another file of XML: characters that XML cannot hold are left out.
pub fn xml_text(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

/// The identifier of something in feeds (RFC 4151) of the site at a domain: the same for ever, whatever becomes of its address.
pub fn feed_tag(domain: &str, what: &str) -> String {
    format!("tag:{domain},2019:{what}")
}

/// A portal page: the same for everybody in the same mode (kept and tagged by `edge::kept`).
///
/// # Errors
/// When the template fails to render.
pub fn portal_page(template: &impl Template) -> Result<Response> {
    let mut response = Html(whole::kept(&template.render()?)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, PUBLIC);
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    Ok(response)
}

/// A file for download, named in any script.
pub fn download(bytes: Vec<u8>, media_type: &'static str, file_name: &str) -> Response {
    let disposition = content_disposition("attachment", file_name);
    ([(header::CONTENT_TYPE, HeaderValue::from_static(media_type)), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}

/// A file for download that takes a while to pack, some seconds of one processor for a large workbook: other requests do not wait
/// for it.
///
/// # Errors
/// [`Error::Invalid`] with what `pack` says.
pub async fn packed<E: std::fmt::Display + Send + 'static>(
    media_type: &'static str,
    file_name: &str,
    pack: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
) -> Result<Response> {
    let packed = tokio::task::spawn_blocking(pack).await.map_err(|error| Error::internal(error.to_string()))?;
    let bytes = packed.map_err(|error| Error::Invalid(error.to_string()))?;
    Ok(download(bytes, media_type, file_name))
}

/// A workbook for download; see [`packed`].
///
/// # Errors
/// [`Error::Invalid`] with what `pack` says.
pub async fn workbook<E: std::fmt::Display + Send + 'static>(
    file_name: &str,
    pack: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
) -> Result<Response> {
    packed("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file_name, pack).await
}

/// A file for download that is written while it is read from the database: whole, whatever its size. Nothing more can be said to
/// the reader once the head is out, so what breaks off is cut off and not taken for the end.
pub fn streamed(
    parts: impl futures::Stream<Item = Result<Bytes>> + Send + 'static,
    media_type: &'static str,
    file_name: Option<&str>,
) -> Response {
    let body = Body::from_stream(futures::TryStreamExt::map_err(parts, |error| {
        tracing::error!(?error, "a download broke off");
        std::io::Error::other("broken off")
    }));
    let mut response = ([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], body).into_response();
    if let Some(name) = file_name {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, content_disposition("attachment", name));
    }
    response
}

/// The name for who reads no other script: what is left of it in letters and digits, `file` where nothing is.
fn plain_name(file_name: &str) -> String {
    let (stem, ending) = file_name.rsplit_once('.').unwrap_or((file_name, ""));
    let kept =
        |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect::<String>();
    let (stem, ending) = (kept(stem), kept(ending));
    let stem = stem.trim_matches(['-', '_', '.']);
    let stem = if stem.is_empty() { "file" } else { stem };
    if ending.is_empty() { stem.to_owned() } else { format!("{stem}.{ending}") }
}

/// `Content-Disposition` with the name in any script (RFC 6266, RFC 8187).
pub fn content_disposition(kind: &str, file_name: &str) -> HeaderValue {
    let ascii = plain_name(file_name);
    HeaderValue::from_str(&format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{}", escape_query(file_name)))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// Percent-encodes everything but letters, digits, `-._~` and `/`.
pub fn escape_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&format!("{byte:02X}"));
        }
    }
    out
}

/// A query string of the pairs that have a value.
pub fn query_string(pairs: &[(&str, &str)]) -> String {
    let parts = pairs.iter().filter(|(_, value)| !value.is_empty());
    parts.map(|(name, value)| format!("{name}={}", escape_query(value))).collect::<Vec<_>>().join("&")
}

/// Only addresses on this server are followed after sign-in; anything else becomes `/`.
pub fn local_path(target: &str) -> String {
    let safe = target.starts_with('/')
        && !target.starts_with("//")
        && !target.contains('\\')
        && !target.contains(char::is_control);
    if safe { target.to_owned() } else { "/".to_owned() }
}

/// «See other»: what every accepted form answers, so that reloading does nothing twice.
#[derive(Debug, Clone)]
pub struct Redirect {
    to: String,
    flash: Option<Flash>,
}

impl Redirect {
    /// A redirect to this path of the same server, without a message yet.
    pub fn to(address: impl Into<String>) -> Self {
        Self { to: address.into(), flash: None }
    }

    /// With «done» to read there.
    #[must_use]
    pub fn ok(self, text: impl Into<String>) -> Self {
        self.flash("ok", text)
    }

    /// With a message to read there: `ok`, `warn` or `error`.
    #[must_use]
    pub fn flash(mut self, kind: &str, text: impl Into<String>) -> Self {
        self.flash = Some(Flash { kind: kind.to_owned(), text: text.into(), undo: None });
        self
    }

    /// With a button that takes it back.
    #[must_use]
    pub fn undo(mut self, action: impl Into<String>, label: impl Into<String>) -> Self {
        if let Some(flash) = &mut self.flash {
            flash.undo = Some(Undo { action: action.into(), label: label.into() });
        }
        self
    }
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        let headers = response.headers_mut();
        let location = HeaderValue::from_str(&self.to).unwrap_or_else(|_| HeaderValue::from_static("/"));
        headers.insert(header::LOCATION, location);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(flash) = self.flash.and_then(|flash| serde_json::to_vec(&flash).ok()) {
            let cookie = format!("flash={}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax", URL_SAFE_NO_PAD.encode(flash));
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                headers.append(header::SET_COOKIE, value);
            }
        }
        response
    }
}

/// The message that the action before left. Its text is escaped by the template like any other; whoever forges the cookie
/// deceives only himself, except that `undo` must stay on this server.
pub(crate) fn read_flash(headers: &HeaderMap) -> Option<Flash> {
    let encoded = cookie(headers, "flash")?;
    let mut flash: Flash = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
    flash.undo = flash.undo.filter(|undo| local_path(&undo.action) == undo.action);
    Some(flash)
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_for_an_old_telephone_has_no_row_of_strokes() {
        assert_eq!(plain_name("青禾县人民政府2025年年度报告.pdf"), "2025.pdf");
        assert_eq!(plain_name("办件登记簿.xlsx"), "file.xlsx");
        assert_eq!(plain_name("report-2025.pdf"), "report-2025.pdf");
    }

    #[test]
    fn only_local_addresses_are_followed() {
        assert_eq!(local_path("/duties?a=1"), "/duties?a=1");
        for foreign in ["//evil.example", "https://evil.example", "\\\\evil", "/a\r\nb", "javascript:x"] {
            assert_eq!(local_path(foreign), "/", "{foreign}");
        }
    }

    #[test]
    fn a_message_survives_the_redirect() {
        let response = Redirect::to("/x").ok("已保存“甲”").undo("/undo/1", "撤销").into_response();
        let cookie = response.headers()[header::SET_COOKIE].to_str().expect("ascii").split(';').next().expect("pair");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.parse().expect("header"));
        let flash = read_flash(&headers).expect("flash");
        assert_eq!(flash.text, "已保存“甲”");
        assert_eq!(flash.undo.expect("undo").label, "撤销");
    }
}
