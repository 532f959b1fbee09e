//! In front of all layers of the portal: a page that is kept goes out at once. The layers would cost more than the page; what they add
//! to it, the security headers, is kept with it. Its line in the log, its id and its figures are those of any other answer.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use axum::{Router, body::Bytes, extract::Request, http::request::Parts, response::Response};
use jiff::Timestamp;
use tower::ServiceExt;
use web::{Ctx, Listener, api, client, peer};

use crate::{
    headers::carries_body,
    host,
    kept::Kept,
    request_log::{Line, RequestLog},
};

/// What counts and times the answers of one route with one status.
#[derive(Clone)]
pub struct Figures {
    seconds: metrics::Histogram,
    answers: metrics::Counter,
}

impl std::fmt::Debug for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Figures").finish_non_exhaustive()
    }
}

impl Figures {
    /// Of a server (`portal`, `office`), the pattern of a route, and a status.
    pub fn of(listener: &'static str, route: &str, status: u16) -> Self {
        Self {
            seconds: metrics::histogram!("http_seconds", "listener" => listener, "route" => route.to_owned()),
            answers: metrics::counter!("http_requests_total", "listener" => listener, "status" => status.to_string()),
        }
    }

    /// One answer that took so long, in seconds.
    pub fn add(&self, seconds: f64) {
        self.seconds.record(seconds);
        self.answers.increment(1);
    }
}

/// What answers before the router does.
#[derive(Clone)]
pub struct Front(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    kept: Kept,
    log: RequestLog,
    date: Date,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").field("kept", &self.0.kept).finish_non_exhaustive()
    }
}

impl Front {
    /// Of the portal, with the pages that its router keeps.
    pub fn new(ctx: &Ctx, kept: Kept) -> Self {
        Self(Arc::new(Inner {
            ctx: ctx.clone(),
            kept,
            log: RequestLog::of(ctx, Listener::Portal),
            date: Date::default(),
        }))
    }

    /// The page that is kept for this request of a peer; `None` when the router must answer.
    pub(crate) async fn answer(&self, request: &Parts, peer: IpAddr) -> Option<Response> {
        let started = Instant::now();
        if !is_for_readers(request) {
            return None;
        }
        let found = self.0.kept.page(request).await?;
        found.figures.add(started.elapsed().as_secs_f64());
        Some(self.0.log.told(request, (peer, self.from(request, peer)), found.route, started, found.answer))
    }

    /// The same as bytes for a connection that needs nothing else ([`crate::lane`]).
    pub(crate) async fn wire(&self, request: &Parts, peer: IpAddr) -> Option<Wire> {
        let started = Instant::now();
        if !is_for_readers(request) {
            return None;
        }
        let now = self.0.ctx.seams().now();
        let found = self.0.kept.written(request, now).await?;
        found.figures.add(started.elapsed().as_secs_f64());
        let (status, head, body) = found.answer;
        let (date, log) = (self.0.date.at(now), &self.0.log);
        let (id, line) =
            log.line(request, (peer, self.from(request, peer)), found.route, (started, now), (status, body.len()));
        Some(Wire { head, body, date, id, _line: line })
    }

    /// For whom the peer asks, if it is a proxy of ours.
    fn from(&self, request: &Parts, peer: IpAddr) -> IpAddr {
        let trusted = &self.0.ctx.config().server.trusted_proxies;
        client::client_ip(peer, &request.headers, trusted).unwrap_or(peer)
    }
}

/// A program may want another form than what is kept, and is told what a page of another site may read ([`crate::api`]).
fn is_for_readers(request: &Parts) -> bool {
    !carries_body(&request.headers) && host::is_clear(&request.headers) && !request.uri.path().starts_with(api::PREFIX)
}

/// A kept page on its way to its reader; when it is dropped, its line is written.
pub(crate) struct Wire {
    head: Bytes,
    body: Bytes,
    date: Arc<str>,
    id: Arc<str>,
    _line: Line,
}

impl Wire {
    /// The whole head, in place of what `to` held.
    pub(crate) fn head_into(&self, to: &mut Vec<u8>) {
        to.clear();
        for part in
            [&*self.head, b"x-request-id: ", self.id.as_bytes(), b"\r\ndate: ", self.date.as_bytes(), b"\r\n\r\n"]
        {
            to.extend_from_slice(part);
        }
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }
}

/// The moment of an answer as HTTP writes it (RFC 9110, 6.6.1), once a second.
#[derive(Default)]
struct Date(Mutex<(i64, Arc<str>)>);

impl Date {
    fn at(&self, now: Timestamp) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != now.as_second() {
            *known = (now.as_second(), now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string().into());
        }
        known.1.clone()
    }
}

/// What a server answers with: the front, if it has one, and the router behind it.
#[derive(Debug, Clone)]
pub struct Answers {
    pub(crate) front: Option<Front>,
    pub(crate) router: Router,
}

impl Answers {
    /// The front before the router.
    pub fn of(front: Front, router: Router) -> Self {
        Self { front: Some(front), router }
    }

    /// Both as one router, for whoever asks without a connection.
    pub fn whole(self) -> Router {
        let Some(front) = self.front else { return self.router };
        let router = self.router;
        let both = tower::service_fn(move |request: Request| {
            let (front, router) = (front.clone(), router.clone());
            async move {
                let peer = peer::peer(&request);
                let (parts, body) = request.into_parts();
                match front.answer(&parts, peer).await {
                    Some(answer) => Ok(answer),
                    None => router.oneshot(Request::from_parts(parts, body)).await,
                }
            }
        });
        Router::new().fallback_service(both)
    }
}

impl From<Router> for Answers {
    fn from(router: Router) -> Self {
        Self { front: None, router }
    }
}
