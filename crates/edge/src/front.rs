//! In front of all layers of the portal: a page that is kept goes out at once. The layers would cost more than the page; what they add
//! to it, the security headers, is kept with it. Its line in the log, its id and its figures are those of any other answer.

use std::time::Instant;

use axum::{Router, extract::Request, response::Response};
use tower::ServiceExt;
use web::{Ctx, Listener, api, client, peer};

use crate::{headers::carries_body, kept::Kept, request_log::RequestLog};

/// What counts and times an answer: pattern of its route, status, seconds.
pub type Measure = fn(&str, u16, f64);

/// What answers before the router does.
#[derive(Clone)]
pub struct Front {
    ctx: Ctx,
    kept: Kept,
    log: RequestLog,
    measure: Measure,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").field("kept", &self.kept).finish_non_exhaustive()
    }
}

impl Front {
    /// Of the portal, with the pages that its router keeps.
    pub fn new(ctx: &Ctx, kept: Kept, measure: Measure) -> Self {
        Self { ctx: ctx.clone(), kept, log: RequestLog::of(ctx, Listener::Portal), measure }
    }

    /// The router behind this.
    pub fn before(self, router: Router) -> Router {
        let both = tower::service_fn(move |request: Request| {
            let (front, router) = (self.clone(), router.clone());
            async move {
                match front.answer(request).await {
                    Ok(answer) => Ok(answer),
                    Err(request) => router.oneshot(request).await,
                }
            }
        });
        Router::new().fallback_service(both)
    }

    /// The answer, or the request for which there is none yet.
    async fn answer(&self, request: Request) -> Result<Response, Request> {
        let started = Instant::now();
        // A program may want another form, and is told what a page of another site may read ([`crate::api`]).
        if carries_body(&request) || request.uri().path().starts_with(api::PREFIX) {
            return Err(request);
        }
        let (parts, body) = request.into_parts();
        let found = self.kept.page(&parts).await;
        let request = Request::from_parts(parts, body);
        let Some((answer, route)) = found else { return Err(request) };
        let peer = peer::peer(&request);
        let from =
            client::client_ip(peer, request.headers(), &self.ctx.config().server.trusted_proxies).unwrap_or(peer);
        let pattern = route.as_ref().map_or("unmatched", |route| route.as_str());
        (self.measure)(pattern, answer.status().as_u16(), started.elapsed().as_secs_f64());
        Ok(self.log.told(&request, from, route, started, answer))
    }
}
