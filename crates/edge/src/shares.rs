//! Anonymous readers have a share of the machine, and no more. All pages of the portal together leave some of the connections to
//! the office and to the workers; those that turn out to be dear are answered few at a time, so that twenty readers of the dearest
//! page wait for each other and nobody else waits for them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use web::{Ctx, Error};

/// Connections that readers of the portal leave to others.
const LEFT: usize = 4;
/// A page that takes longer than this, at the mean of its last answers, is dear (seconds).
const DEAR: f64 = 0.25;
/// Weight of the newest answer in the mean.
const NEWEST: f64 = 0.2;
/// How long a reader waits for a turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer that takes longer is given up: nobody waits for it any more.
const LONGEST: Duration = Duration::from_secs(20);
/// Readers that may wait for dear pages; whoever comes then is told at once.
const WAITING: usize = 64;

/// The share of the readers of one portal.
#[derive(Debug, Clone)]
pub struct Shares(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    all: Arc<Semaphore>,
    dear: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Mean seconds of the answers of a route, with and without a question in its address.
    costs: Mutex<HashMap<(String, bool), f64>>,
}

impl Shares {
    /// For this installation.
    pub fn of(ctx: &Ctx) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(ctx.db().in_use().1.saturating_sub(LEFT).max(1), (cores / 2).clamp(1, 4))
    }

    fn new(all: usize, dear: usize) -> Self {
        Self(Arc::new(Inner {
            all: Arc::new(Semaphore::new(all)),
            dear: Arc::new(Semaphore::new(dear)),
            waiting: Arc::new(Semaphore::new(WAITING)),
            costs: Mutex::default(),
        }))
    }

    fn is_dear(&self, page: &(String, bool)) -> bool {
        let costs = self.0.costs.lock().unwrap_or_else(PoisonError::into_inner);
        costs.get(page).is_some_and(|mean| *mean > DEAR)
    }

    fn took(&self, page: (String, bool), time: Duration) {
        let mut costs = self.0.costs.lock().unwrap_or_else(PoisonError::into_inner);
        let time = time.as_secs_f64();
        costs.entry(page).and_modify(|mean| *mean += NEWEST * (time - *mean)).or_insert(time);
    }

    /// A turn, or nothing when too many ask.
    async fn turn(&self, dear: bool) -> Option<(Option<OwnedSemaphorePermit>, OwnedSemaphorePermit)> {
        let turns = async {
            // First the narrow gate: who waits there holds nothing that others need.
            let narrow = if dear { Some(Arc::clone(&self.0.dear).acquire_owned().await.ok()?) } else { None };
            Some((narrow, Arc::clone(&self.0.all).acquire_owned().await.ok()?))
        };
        let _place = if dear { Some(Arc::clone(&self.0.waiting).try_acquire_owned().ok()?) } else { None };
        tokio::time::timeout(PATIENCE, turns).await.ok().flatten()
    }
}

/// Layer of the portal.
pub async fn limit(State(shares): State<Shares>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    // What is sent may come slowly and would hold its turn all the while; forms have limits of their own.
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(route) = route.filter(|route| reads && route != "/healthz" && !route.starts_with("/assets/")) else {
        return next.run(request).await;
    };
    let page = (route, request.uri().query().is_some_and(|query| !query.is_empty()));
    let dear = shares.is_dear(&page);
    let Some(_turn) = shares.turn(dear).await else {
        metrics::counter!("portal_turned_away_total").increment(1);
        return Error::Unavailable("现在查阅的人很多，这个页面要排队。请过半分钟再试，也可以先看别的栏目。".into())
            .into_response();
    };
    let begun = Instant::now();
    let answer = tokio::time::timeout(LONGEST, next.run(request)).await;
    shares.took(page, begun.elapsed());
    answer.unwrap_or_else(|_| Error::from(store::Error::TimeLimit).into_response())
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn readers_of_a_dear_page_wait_for_each_other_and_nobody_for_them() {
        let shares = Shares::new(8, 1);
        let page = |route: &str| (route.to_owned(), true);
        for _ in 0..20 {
            shares.took(page("/dear"), Duration::from_secs(2));
            shares.took(page("/light"), Duration::from_millis(20));
        }
        assert!(shares.is_dear(&page("/dear")) && !shares.is_dear(&page("/light")));
        let first = shares.turn(true).await.expect("a turn");
        let mut waiting: Vec<_> = (0..20).map(|_| Box::pin(shares.turn(true))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none(), "one at a time");
        }
        let others: Vec<_> = (0..7).map(|_| shares.turn(false).now_or_never().flatten()).collect();
        assert!(others.iter().all(Option::is_some), "the others do not wait");
        drop(first);
        let next = waiting.remove(0).await.expect("its turn came");
        drop(next);
        // A page that has become cheap is dear no more.
        for _ in 0..30 {
            shares.took(page("/dear"), Duration::from_millis(5));
        }
        assert!(!shares.is_dear(&page("/dear")));
    }
}
