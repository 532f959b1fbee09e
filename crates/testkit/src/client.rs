//! A browser without a screen: keeps cookies, sends forms, follows nothing by itself.

use std::net::SocketAddr;

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderMap, Method, Request, StatusCode, header};
use tower::ServiceExt;

/// Somebody at a browser, on one of the two servers.
#[derive(Debug, Clone)]
pub struct Client {
    router: Router,
    cookies: Vec<(String, String)>,
    site: &'static str,
    address: Option<SocketAddr>,
    extra: Vec<(&'static str, &'static str)>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as text; of a page without the marks of what a line does not break within.
    pub fn text(&self) -> String {
        web::whole::unmarked(&String::from_utf8_lossy(&self.bytes)).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.text()))
    }

    /// Where a redirect leads.
    pub fn location(&self) -> String {
        self.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The value of the first `<input name="…">`, e.g. the version of a form.
    pub fn field(&self, name: &str) -> String {
        let text = self.text();
        let at = text.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name} in: {text}"));
        let start = text[..at].rfind('<').unwrap_or(0);
        let tag = &text[start..start + text[start..].find('>').unwrap_or(0)];
        let value = tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        value.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
    }

    /// Fails with the page's text unless the status is this.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// Fails unless the page shows the text.
    #[track_caller]
    pub fn shows(self, text: &str) -> Self {
        assert!(self.text().contains(text), "“{text}” is not in: {}", self.text());
        self
    }

    /// Fails if the page shows the text.
    #[track_caller]
    pub fn hides(self, text: &str) -> Self {
        assert!(!self.text().contains(text), "“{text}” is in: {}", self.text());
        self
    }
}

impl Client {
    pub(crate) fn new(router: Router) -> Self {
        Self { router, cookies: Vec::new(), site: "same-origin", address: None, extra: Vec::new() }
    }

    /// Somebody at a server that no story set up.
    pub fn at(router: Router) -> Self {
        Self::new(router)
    }

    /// The same person at another server.
    #[must_use]
    pub fn on(self, router: Router) -> Self {
        Self { router, ..self }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, "", Vec::new()).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
            .collect::<Vec<_>>()
            .join("&");
        self.send(Method::POST, path, "application/x-www-form-urlencoded", body.into_bytes()).await
    }

    /// Sends a form with files: (field, file name, bytes).
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Reply {
        let boundary = "gongkai-test-boundary";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .into_bytes(),
            );
        }
        for (name, file_name, bytes) in files {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").into_bytes());
        self.send(Method::POST, path, &format!("multipart/form-data; boundary={boundary}"), body).await
    }

    /// From now on requests come from this address.
    pub fn from_address(&mut self, ip: &str) {
        self.address = Some(SocketAddr::new(ip.parse().expect("an address"), 40000));
    }

    /// From now on requests carry this header.
    pub fn with_header(&mut self, name: &'static str, value: &'static str) {
        self.extra.push((name, value));
    }

    /// From now on it is no browser that asks: nothing is said of the page that a request comes from.
    pub fn as_program(&mut self) {
        self.site = "";
    }

    /// Sends an empty form as a page of another site would.
    pub(crate) async fn post_from_elsewhere(mut self, path: &str) -> Reply {
        self.site = "cross-site";
        self.post(path, &[]).await
    }

    /// Sends any request.
    pub async fn send(&mut self, method: Method, path: &str, media: &str, body: Vec<u8>) -> Reply {
        let cookie = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if !self.site.is_empty() {
            request = request.header("sec-fetch-site", self.site);
        }
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, cookie);
        }
        if !media.is_empty() {
            request = request.header(header::CONTENT_TYPE, media);
        }
        for (name, value) in &self.extra {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).expect("a request");
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(address));
        }
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(value.to_str().unwrap_or_default());
        }
        Reply { status: parts.status, headers: parts.headers, bytes }
    }

    fn keep(&mut self, set: &str) {
        let Some((name, value)) = set.split(';').next().and_then(|pair| pair.split_once('=')) else { return };
        self.cookies.retain(|(known, _)| known != name);
        if !set.contains("Max-Age=0") && !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
