//! Pages of the portal, made once and kept until something happens on which they may rest: an event in the log, a new minute, another
//! directory of organs, another state of the index. A reader is the same as every other, in the same mode; thousands of them cost one
//! page. Nothing is ever shown that an event has made untrue ([`store::Db::newest`]).

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::{
    body::{Bytes, HttpBody},
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use kernel::{Calendar, Directory};
use moka::future::Cache;
use web::{Ctx, Listener, Reader};

use crate::{
    front::Figures,
    headers,
    packed::{Packed, Wanted},
};

/// All pages together, in bytes: those of a county, several times. Then those that are asked for least go.
const MOST: u64 = 64 * 1024 * 1024;
/// A larger answer is not kept, in bytes.
const LARGEST: usize = 2 * 1024 * 1024;
/// The largest answer that is gathered to be given a tag, in bytes; beyond that it goes out as it comes.
const GATHERED: u64 = 32 * 1024 * 1024;
/// How often a reader joins a flight that turns out to have set out too early, before a page is made for that reader alone.
const TRIES: usize = 3;
/// What an address takes that is known not to be kept, in bytes.
const NOTE: u32 = 256;

/// The pages of one portal.
#[derive(Clone)]
pub struct Kept(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    also: Box<dyn Fn() -> u64 + Send + Sync>,
    pages: Cache<String, Arc<Place>>,
}

/// What an answer may rest on. Taken before it is made: it may be newer than this, never older.
#[derive(Clone)]
struct Rest {
    event: i64,
    /// Pages tell the time to the minute, and what ends, ends at one.
    minute: i64,
    directory: Arc<Directory>,
    calendar: Arc<Calendar>,
    also: u64,
}

impl PartialEq for Rest {
    fn eq(&self, other: &Self) -> bool {
        (self.event, self.minute, self.also) == (other.event, other.minute, other.also)
            && Arc::ptr_eq(&self.directory, &other.directory)
            && Arc::ptr_eq(&self.calendar, &other.calendar)
    }
}

/// What is known of one address.
enum Place {
    Page(Box<Page>, Rest),
    /// Answered for each reader: nothing (yet) that may be kept. Without [`Rest`] for good, since its kind is another.
    Passing(Option<Rest>),
}

/// A page that is kept.
struct Page {
    packed: Packed,
    /// The pattern of its route, for the log and the figures.
    route: Option<MatchedPath>,
    /// Of answers with the whole page, looked up once.
    figures: OnceLock<Figures>,
}

/// A page that was kept, as an answer: whole, or as the bytes of its head and its body.
pub(crate) struct Found<A> {
    pub answer: A,
    /// The pattern of its route.
    pub route: Option<MatchedPath>,
    /// Where such an answer is counted.
    pub figures: Figures,
}

impl Page {
    fn found<A>(&self, answer: A, status: StatusCode) -> Found<A> {
        let figures =
            |status: u16| Figures::of("portal", self.route.as_ref().map_or("unmatched", MatchedPath::as_str), status);
        let figures = match status {
            StatusCode::OK => self.figures.get_or_init(|| figures(200)).clone(),
            other => figures(other.as_u16()),
        };
        Found { answer, route: self.route.clone(), figures }
    }
}

impl Place {
    fn holds(&self, now: &Rest) -> bool {
        match self {
            Place::Page(_, rest) | Place::Passing(Some(rest)) => rest == now,
            Place::Passing(None) => true,
        }
    }

    fn weight(&self) -> u32 {
        match self {
            Place::Page(page, _) => page.packed.weight(),
            Place::Passing(_) => NOTE,
        }
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("pages", &self.0.pages.entry_count()).finish_non_exhaustive()
    }
}

impl Kept {
    /// For the portal of `ctx`. `also` is what answers rest on besides the log, such as the state of an index.
    pub fn new(ctx: &Ctx, also: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let pages = Cache::builder()
            .max_capacity(MOST)
            .weigher(|key: &String, place: &Arc<Place>| {
                place.weight().saturating_add(u32::try_from(key.len()).unwrap_or(u32::MAX))
            })
            .build();
        Self(Arc::new(Inner { ctx: ctx.clone(), also: Box::new(also), pages }))
    }

    /// What is kept for this request, if it is a page and still true.
    async fn place(&self, parts: &Parts, now: Timestamp) -> Option<Arc<Place>> {
        let place = self.0.pages.get(&key(parts)?).await?;
        match &*place {
            Place::Page(_, rest) if *rest == self.rest_at(now).await.ok()? => Some(place),
            _ => None,
        }
    }

    /// The page that is kept for this request and still true; `None` when it must be made.
    pub(crate) async fn page(&self, parts: &Parts) -> Option<Found<Response>> {
        let place = self.place(parts, self.0.ctx.seams().now()).await?;
        let Place::Page(page, _) = &*place else { return None };
        let answer = page.packed.answer(&Wanted::of(&parts.headers, parts.method == Method::HEAD)).await;
        let status = answer.status();
        Some(page.found(answer, status))
    }

    /// The same as bytes, see [`Packed::written`].
    pub(crate) async fn written(&self, parts: &Parts, now: Timestamp) -> Option<Found<(StatusCode, Bytes, Bytes)>> {
        let place = self.place(parts, now).await?;
        let Place::Page(page, _) = &*place else { return None };
        let answer = page.packed.written(&Wanted::of(&parts.headers, parts.method == Method::HEAD)).await;
        let status = answer.0;
        Some(page.found(answer, status))
    }

    /// What answers given now may rest on.
    async fn rest(&self) -> store::Result<Rest> {
        self.rest_at(self.0.ctx.seams().now()).await
    }

    async fn rest_at(&self, now: Timestamp) -> store::Result<Rest> {
        let ctx = &self.0.ctx;
        Ok(Rest {
            also: (self.0.also)(),
            directory: ctx.directory(),
            calendar: ctx.calendar(),
            minute: now.as_second().div_euclid(60),
            event: ctx.db().newest().await?,
        })
    }
}

/// Under what a page is kept; `None` for a request to which none may be given.
fn key(parts: &Parts) -> Option<String> {
    let fits = matches!(parts.method, Method::GET | Method::HEAD) && !parts.headers.contains_key(header::RANGE);
    let reader = fits.then(|| Reader::of(parts))?;
    Some(format!("{}{}", if reader.elder { 'e' } else { 'p' }, reader.path))
}

/// Layer of the portal: the page that is kept, or a new one, for which others who want it now wait. What is not for everybody
/// passes.
pub async fn keep(State(kept): State<Kept>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let wanted = Wanted::of(&parts.headers, parts.method == Method::HEAD);
    let Some(key) = key(&parts) else { return next.run(Request::from_parts(parts, body)).await };
    let flight = Flight { asked: Mutex::new(Some((Request::from_parts(parts, body), next))), given: Mutex::default() };
    for _ in 0..TRIES {
        // Without the log nobody knows whether a page is still true: it is made, or the reader is told why not.
        let Ok(now) = kept.rest().await else { break };
        let before = kept.0.pages.get(&key).await;
        let place = match &before {
            Some(place) if place.holds(&now) => Arc::clone(place),
            // A head alone makes no page.
            _ if wanted.head => break,
            _ => {
                let made = flight.make(&kept, before.as_deref(), now.clone());
                kept.0.pages.entry_by_ref(&key).or_insert_with_if(made, |place| !place.holds(&now)).await.into_value()
            }
        };
        if let Some(given) = flight.given() {
            return tagged(given, &wanted).await;
        }
        match &*place {
            // Who joined a flight that set out before the event it must see, asks again.
            place if !place.holds(&now) => {}
            Place::Page(page, _) => return page.packed.answer(&wanted).await,
            Place::Passing(_) => break,
        }
    }
    match flight.take() {
        Some((request, next)) => tagged(next.run(request).await, &wanted).await,
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A request on its way to the page that may be kept for all, and the answer that may not.
struct Flight {
    asked: Mutex<Option<(Request, Next)>>,
    given: Mutex<Option<Response>>,
}

impl Flight {
    fn take(&self) -> Option<(Request, Next)> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn given(&self) -> Option<Response> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Runs only for whoever came first.
    async fn make(&self, kept: &Kept, before: Option<&Place>, rest: Rest) -> Arc<Place> {
        let Some((request, next)) = self.take() else { return Arc::new(Place::Passing(Some(rest))) };
        let route = request.extensions().get::<MatchedPath>().cloned();
        let answer = next.run(request).await;
        let kind = Kind::of(&answer);
        if kind != Kind::Everybodys {
            *self.given.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
            return Arc::new(Place::Passing((kind == Kind::NotNow).then_some(rest)));
        }
        let (mut parts, body) = answer.into_parts();
        // Whoever gets it from the front has none of the layers around ([`crate::front`]).
        headers::harden(&kept.0.ctx.config().server, Listener::Portal, &mut parts.headers);
        match axum::body::to_bytes(body, LARGEST).await {
            Ok(bytes) => {
                let before =
                    before.and_then(|place| if let Place::Page(page, _) = place { Some(&page.packed) } else { None });
                let page = Page { packed: Packed::new(parts.headers, bytes, before), route, figures: OnceLock::new() };
                Arc::new(Place::Page(Box::new(page), rest))
            }
            Err(error) => {
                tracing::error!(%error, "a page broke off while it was made");
                let failed = web::Error::internal("a page broke off").into_response();
                *self.given.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
                Arc::new(Place::Passing(Some(rest)))
            }
        }
    }
}

/// For whom an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The same for all until something happens.
    Everybodys,
    /// An error, a redirect, or nothing new for whoever asked: at another time it may be a page.
    NotNow,
    /// Somebody's own, a file, or too large.
    Other,
}

impl Kind {
    fn of(answer: &Response) -> Self {
        if answer.status() != StatusCode::OK {
            return Self::NotNow;
        }
        let headers = answer.headers();
        let public = headers.get(header::CACHE_CONTROL).is_some_and(|policy| policy == web::page::PUBLIC);
        let whole = answer.body().size_hint().exact().is_some_and(|size| size <= LARGEST as u64);
        if public && whole && untagged_page(answer) && !headers.contains_key(header::SET_COOKIE) {
            Self::Everybodys
        } else {
            Self::Other
        }
    }
}

/// A page, feed or list without a tag of its own.
fn untagged_page(answer: &Response) -> bool {
    let media = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media.is_some_and(|media| media.starts_with("text/html") || media.contains("xml") || media.contains("json"))
        && !answer.headers().contains_key(header::ETAG)
}

/// The answer for this reader alone, with its tag; `304` when the reader has it. What comes as a stream goes out as one.
async fn tagged(answer: Response, wanted: &Wanted) -> Response {
    let whole = answer.body().size_hint().exact().is_some_and(|size| size <= GATHERED);
    if !whole || answer.status() != StatusCode::OK || wanted.head || !untagged_page(&answer) {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => {
            let mut tagged = Packed::new(parts.headers, bytes, None).answer(wanted).await;
            *tagged.extensions_mut() = parts.extensions;
            tagged
        }
        Err(error) => {
            tracing::error!(%error, "an answer broke off while it was gathered");
            web::Error::internal("an answer broke off").into_response()
        }
    }
}
