//! An installation for one story, and browsers to use it with.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{Router, body::Body, extract::ConnectInfo, middleware};
use edge::{
    headers,
    kept::{self, Kept},
};
use http::{HeaderMap, Method, Request, StatusCode, header};
use jiff::SignedDuration;
use kernel::{
    Clock, Seams,
    seams::{FixedClock, SeededEntropy},
};
use portal_form::PortalForms;
use store::{Db, Files, FromColumn, query_scalar, test::Scratch};
use tower::ServiceExt;
use web::{Capabilities, Config, Ctx, Listener, Settings, client, ctx::Parts};

use crate::mistake;

/// Told on this installation.
pub(crate) struct Home {
    pub(crate) ctx: Ctx,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) folder: tempfile::TempDir,
    url: String,
    forms: PortalForms,
    router: Router,
    scratch: Option<Scratch>,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Limits under which a story has room.
pub(crate) fn roomy() -> PortalForms {
    PortalForms { drafts_per_hour: 100, uploads_per_hour: 100, sends_per_hour: 100, ..PortalForms::default() }
}

impl Home {
    pub(crate) async fn sqlite(forms: PortalForms) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let url = format!("sqlite:{}", folder.path().join("gongkai.db").display());
        Self::open(url, folder, None, forms).await
    }

    /// `None` when no PostgreSQL is there.
    pub(crate) async fn postgres(forms: PortalForms) -> Option<Self> {
        let admin = std::env::var("GONGKAI_TEST_POSTGRES").ok()?;
        let name = format!("web_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let scratch = Scratch::create(&admin, &name).await.expect("a database");
        let folder = tempfile::tempdir().expect("folder");
        Some(Self::open(scratch.url(), folder, Some(scratch), forms).await)
    }

    async fn open(url: String, folder: tempfile::TempDir, scratch: Option<Scratch>, forms: PortalForms) -> Self {
        let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment")));
        let ctx = ctx(&url, folder.path(), &clock, 1, &forms).await;
        Self { router: router(&ctx), ctx, clock, folder, url, forms, scratch }
    }

    /// Another process of the same installation: its own connections, its own chance.
    pub(crate) async fn other_process(&self) -> Router {
        router(&ctx(&self.url, self.folder.path(), &self.clock, 2, &self.forms).await)
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::of(self.router.clone())
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        self.clock.set(self.clock.now() + time);
    }

    /// The one value of a question.
    pub(crate) async fn ask<T: FromColumn>(&self, sql: &'static str) -> T {
        query_scalar(sql).fetch_one(self.ctx.db().read()).await.expect("an answer")
    }

    pub(crate) async fn end(self) {
        self.ctx.db().close().await;
        if let Some(scratch) = self.scratch {
            scratch.drop_database().await.expect("dropped");
        }
    }
}

async fn ctx(url: &str, folder: &std::path::Path, clock: &Arc<FixedClock>, seed: u64, forms: &PortalForms) -> Ctx {
    let capabilities = Capabilities::new(vec![portal_form::capability(), mistake::capability()]);
    let seams = Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(seed)) };
    let db = Db::open(url, seams, &capabilities.migrations()).await.expect("a database");
    let mut config = Config { settings: Settings::default(), ..Config::default() };
    config.settings.set(forms.clone());
    config.server.portal_url = "https://www.example.gov.cn".into();
    config.site.phone = "0790-1234567".into();
    let data = folder.to_owned();
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/portal_form/look.sh").into();
    Ctx::new(Parts { db, files: Files::in_folder(&data), config, program, data, capabilities })
}

/// The portal with the layers that the program puts around it.
fn router(ctx: &Ctx) -> Router {
    let (_, router) = mistake::routes().finish();
    router
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn_with_state(Kept::new(ctx, || 0), kept::keep))
        .layer(middleware::from_fn_with_state((ctx.clone(), Listener::Portal), headers::error_pages))
        .layer(middleware::from_fn_with_state(ctx.clone(), client::identify))
        .layer(middleware::from_fn_with_state((ctx.clone(), Listener::Portal), headers::secure))
        .with_state(ctx.clone())
}

/// Somebody at a browser without scripts.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    address: SocketAddr,
    says: Vec<(&'static str, String)>,
}

/// What a step of a form is filled in with.
pub(crate) struct Part<'a> {
    pub(crate) name: &'a str,
    /// Empty for a text field.
    pub(crate) file: &'a str,
    pub(crate) value: &'a [u8],
}

pub(crate) fn text<'a>(name: &'a str, value: &'a str) -> Part<'a> {
    Part { name, file: "", value: value.as_bytes() }
}

pub(crate) fn file<'a>(name: &'a str, file: &'a str, value: &'a [u8]) -> Part<'a> {
    Part { name, file, value }
}

impl Browser {
    pub(crate) fn of(router: Router) -> Self {
        Self {
            router,
            address: "203.0.113.9:4711".parse().expect("address"),
            says: vec![("sec-fetch-site", "same-origin".into())],
        }
    }

    pub(crate) fn at(mut self, ip: &str) -> Self {
        self.address = SocketAddr::new(ip.parse().expect("address"), 4711);
        self
    }

    /// Instead of `Sec-Fetch-Site: same-origin`.
    pub(crate) fn saying(mut self, says: &[(&'static str, &str)]) -> Self {
        self.says = says.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, "", Vec::new()).await
    }

    pub(crate) async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let body = serde_html_form::to_string(pairs).expect("a form");
        self.ask(Method::POST, path, "application/x-www-form-urlencoded", body.into_bytes()).await
    }

    pub(crate) async fn send(&self, path: &str, parts: &[Part<'_>]) -> Reply {
        let mut body = Vec::new();
        for part in parts {
            let file = if part.file.is_empty() { String::new() } else { format!("; filename=\"{}\"", part.file) };
            let head = format!("--cut\r\nContent-Disposition: form-data; name=\"{}\"{file}\r\n\r\n", part.name);
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(part.value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--cut--\r\n");
        self.ask(Method::POST, path, "multipart/form-data; boundary=cut", body).await
    }

    async fn ask(&self, method: Method, path: &str, media: &str, body: Vec<u8>) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "www.example.gov.cn")
            .header(header::ACCEPT, "text/html")
            .extension(ConnectInfo(self.address));
        if !media.is_empty() {
            request = request.header(header::CONTENT_TYPE, media);
        }
        for (name, value) in &self.says {
            request = request.header(*name, value);
        }
        let response =
            self.router.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.expect("a body").to_vec();
        // Of every answer in every story: the portal knows nobody again.
        assert!(!parts.headers.contains_key(header::SET_COOKIE), "a cookie from {path}");
        Reply { status: parts.status, headers: parts.headers, bytes }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// Where it leads.
    #[track_caller]
    pub(crate) fn location(self) -> String {
        self.expect(303).header("location").to_owned()
    }

    /// Of the first field with this name.
    pub(crate) fn field(&self, name: &str) -> String {
        let text = self.text();
        let rest = text.split(&format!("name=\"{name}\"")).nth(1).expect("a field");
        rest.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("").to_owned()
    }

    /// That this page is kept by nobody and told to nobody.
    #[track_caller]
    pub(crate) fn told_to_nobody(self) -> Self {
        let said = (self.header("cache-control"), self.header("referrer-policy"));
        assert_eq!(said, ("no-store", "no-referrer"), "{:?}", self.headers);
        self
    }
}

/// Stories told on both databases, with these limits.
macro_rules! both {
    ($($(#[$doc:meta])* async fn $name:ident($home:ident: $forms:expr) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn told($home: &$crate::home::Home) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                let home = $crate::home::Home::sqlite($forms).await;
                told(&home).await;
                home.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                if let Some(home) = $crate::home::Home::postgres($forms).await {
                    told(&home).await;
                    home.end().await;
                }
            }
        }
    )+};
}
pub(crate) use both;
