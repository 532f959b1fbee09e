//! In front of all layers of the portal: a page that is kept goes out at once. The layers would cost more than the page; what they add
//! to it, the security headers, is kept with it. Its line in the log, its id and its figures are those of any other answer.

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{Router, extract::Request, http::request::Parts, response::Response};
use tower::ServiceExt;
use web::{Ctx, Listener, api, client, peer};

use crate::{headers::carries_body, kept::Kept, request_log::RequestLog};

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
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").field("kept", &self.0.kept).finish_non_exhaustive()
    }
}

impl Front {
    /// Of the portal, with the pages that its router keeps.
    pub fn new(ctx: &Ctx, kept: Kept) -> Self {
        Self(Arc::new(Inner { ctx: ctx.clone(), kept, log: RequestLog::of(ctx, Listener::Portal) }))
    }

    /// The page that is kept for this request of a peer; `None` when the router must answer.
    pub(crate) async fn answer(&self, request: &Parts, peer: IpAddr) -> Option<Response> {
        let started = Instant::now();
        // A program may want another form, and is told what a page of another site may read ([`crate::api`]).
        if carries_body(&request.headers) || request.uri.path().starts_with(api::PREFIX) {
            return None;
        }
        let front = &*self.0;
        let found = front.kept.page(request).await?;
        let trusted = &front.ctx.config().server.trusted_proxies;
        let from = client::client_ip(peer, &request.headers, trusted).unwrap_or(peer);
        found.figures.add(started.elapsed().as_secs_f64());
        Some(front.log.told(request, (peer, from), found.route, started, found.answer))
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
