//! The id of a request and its line in the log.
//!
//! Every request has an id. It is returned as `x-request-id`, stands in every line that is logged while the request is
//! answered, and its first characters are the code on the page of an error, so that whoever is told the code on the telephone
//! finds the lines. When the answer has gone out, one line says what was asked and how it went.
//!
//! Neither path nor query of a request is logged, only the pattern of its route: a query holds the words that a citizen
//! searched for, and a path may be the private link to somebody's application. From where it came and which account was signed
//! in stands in the line (互联网政务应用安全管理规定 Art. 20).

use std::{
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, request::Parts},
    middleware::Next,
    response::Response,
};
use http_body::{Frame, SizeHint};
use ipnet::IpNet;
use jiff::Timestamp;
use kernel::{Seams, id::AccountId};
use tracing::{Instrument, Span};
use web::{
    Ctx, Listener,
    asked::{Asked, answering},
    peer,
};

mod quick;

use quick::Told;
pub use quick::{Shape, write_lines};

/// The part of the program that the lines name.
const TARGET: &str = module_path!();
/// The header of the id, in answers and in requests that a trusted proxy passes on.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Random bytes of an id of ours.
const BYTES: usize = 16;
/// Routes that machines ask for all the time; their lines would hide the others.
const PROBES: [&str; 2] = ["/healthz", "/metrics"];

/// The id of a request: ours, or that of the proxy in front of us. 16 to 64 letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RequestId(Arc<str>);

impl RequestId {
    /// A proxy's id, unless it could be mistaken for something else in a log.
    fn given(value: &HeaderValue) -> Option<Self> {
        let text = value.to_str().ok()?;
        let safe = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        (safe && (16..=64).contains(&text.len())).then(|| Self(text.into()))
    }
}

/// What the layer needs to know.
#[derive(Debug, Clone)]
pub struct RequestLog {
    listener: &'static str,
    seams: Seams,
    trusted: Arc<[IpNet]>,
}

impl RequestLog {
    /// The log of one of the servers.
    pub fn of(ctx: &Ctx, listener: Listener) -> Self {
        let listener = if listener == Listener::Portal { "portal" } else { "office" };
        Self { listener, seams: ctx.seams().clone(), trusted: ctx.config().server.trusted_proxies.as_slice().into() }
    }

    fn id(&self, headers: &HeaderMap, peer: IpAddr) -> RequestId {
        let given = headers.get(HEADER).filter(|_| peer::within(&self.trusted, peer));
        given.and_then(RequestId::given).unwrap_or_else(|| RequestId(self.seams.secret(BYTES).into()))
    }
}

/// Outermost layer of both servers: id, span and line of each request.
pub async fn record(State(log): State<RequestLog>, request: Request, next: Next) -> Response {
    let id = log.id(request.headers(), peer::peer(&request));
    // Of the highest level, so that the id stands in the lines of errors also where only those are logged.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::error_span!("request", id = &*id.0, route = route.as_ref().map_or("-", MatchedPath::as_str));
    let asked = Asked::new(id.0.clone(), &format!("{} {}", request.method(), request.uri().path()));
    let mut line = Line {
        who: Who::Inside(asked.clone(), span.clone()),
        started: Instant::now(),
        listener: log.listener,
        method: request.method().clone(),
        route,
        status: None,
        bytes: 0,
    };
    let response = answering(asked, next.run(request)).instrument(span).await;
    line.status = Some(response.status());
    finished(response, &id, line)
}

impl RequestLog {
    /// An answer that needed none of the layers gets its id, and its line when it has gone out. It came over a peer, from an address.
    pub(crate) fn told(
        &self,
        request: &Parts,
        (peer, from): (IpAddr, IpAddr),
        route: Option<MatchedPath>,
        started: Instant,
        answer: Response,
    ) -> Response {
        let (id, line) = self.line(request, (peer, from), route, (started, self.seams.now()), (answer.status(), 0));
        finished(answer, &RequestId(id), line)
    }

    /// Id and line of an answer that needed none of the layers: its status, and how many bytes of its body are handed over at once.
    pub(crate) fn line(
        &self,
        request: &Parts,
        (peer, from): (IpAddr, IpAddr),
        route: Option<MatchedPath>,
        (started, at): (Instant, Timestamp),
        (status, bytes): (StatusCode, usize),
    ) -> (Arc<str>, Line) {
        let id = self.id(&request.headers, peer).0;
        let who = Who::Kept(id.clone(), from, at);
        let (method, status) = (request.method.clone(), Some(status));
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        (id, Line { who, started, listener: self.listener, method, route, status, bytes })
    }
}

/// The answer with its id; the line ends with its body.
fn finished(mut answer: Response, id: &RequestId, line: Line) -> Response {
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        answer.headers_mut().insert(HEADER, value);
    }
    answer.map(|body| Body::new(Counted { body, line }))
}

/// Whose line it is.
enum Who {
    /// Of a request that layers answered, inside of its span.
    Inside(Asked, Span),
    /// Of one that nothing more can be said of: its id, and from where it came.
    Kept(Arc<str>, IpAddr, Timestamp),
}

/// The line of a request, written when its answer has gone out or the reader has gone away.
pub(crate) struct Line {
    who: Who,
    started: Instant,
    listener: &'static str,
    method: Method,
    route: Option<MatchedPath>,
    /// `None` until there is an answer.
    status: Option<StatusCode>,
    /// Bytes of the body that were handed over, as sent: compressed ones where it is compressed.
    bytes: u64,
}

impl Drop for Line {
    fn drop(&mut self) {
        // What no route knows may be anything that somebody typed.
        let route = self.route.as_ref().map_or("-", MatchedPath::as_str);
        let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (listener, method, bytes) = (self.listener, self.method.as_str(), self.bytes);
        match (&self.who, self.status.map(|status| status.as_u16())) {
            (Who::Inside(asked, span), status) => {
                let _inside = span.enter();
                let says = Says { listener, method, route, status, milliseconds, bytes };
                says.say(asked.from(), asked.account());
            }
            (Who::Kept(id, address, at), Some(status)) => {
                let (at, address) = (*at, *address);
                let told = Told { at, id, listener, method, route, status, milliseconds, bytes, address };
                if !quick::written(&told) {
                    told_slowly(&told);
                }
            }
            // An answer that lay ready has a status.
            (Who::Kept(..), None) => {}
        }
    }
}

/// The line of a kept page, as all others are written.
fn told_slowly(told: &Told<'_>) {
    let Told { id, listener, method, route, status, milliseconds, bytes, address, .. } = *told;
    let _inside = tracing::error_span!("request", id, route).entered();
    Says { listener, method, route, status: Some(status), milliseconds, bytes }.say(Some(&address), None);
}

/// What a line says of any request.
struct Says<'a> {
    listener: &'a str,
    method: &'a str,
    route: &'a str,
    status: Option<u16>,
    milliseconds: u64,
    bytes: u64,
}

impl Says<'_> {
    fn say(&self, from: Option<&IpAddr>, account: Option<&AccountId>) {
        let account = account.map(AccountId::as_str);
        let address = from.map(tracing::field::display);
        let text = if self.status.is_some() { "answered" } else { "abandoned" };
        macro_rules! write {
            ($level:ident) => {
                tracing::$level!(
                    http.listener = self.listener,
                    http.method = self.method,
                    http.route = self.route,
                    http.status = self.status,
                    http.milliseconds = self.milliseconds,
                    http.bytes = self.bytes,
                    address,
                    account,
                    "{text}"
                )
            };
        }
        if PROBES.contains(&self.route) { write!(debug) } else { write!(info) }
    }
}

/// A body that counts what goes out and ends the request's line with its own end.
struct Counted {
    body: Body,
    line: Line,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        // A body that reads while it is sent logs inside the request, too.
        let span = match &self.line.who {
            Who::Inside(_, span) => Some(span.clone()),
            Who::Kept(..) => None,
        };
        let _inside = span.as_ref().map(Span::enter);
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.line.bytes += u64::try_from(data.len()).unwrap_or(0);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        net::SocketAddr,
        sync::{Mutex, PoisonError},
        task::Waker,
    };

    use axum::{
        Router, body::to_bytes, extract::ConnectInfo, http::header::CONTENT_LENGTH, middleware, response::IntoResponse,
        routing::get,
    };
    use kernel::seams::{FixedClock, SeededEntropy};
    use serde_json::Value;
    use tower::ServiceExt;
    use tracing::subscriber::DefaultGuard;
    use tracing_subscriber::fmt::MakeWriter;

    use web::{
        Error,
        asked::{came_from, signed_in},
        error::ErrorView,
    };

    use super::*;

    /// The log of one test, line by line.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Lines {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    impl Lines {
        fn caught(level: &str) -> (Self, DefaultGuard) {
            let lines = Self::default();
            let builder = tracing_subscriber::fmt().json().with_env_filter(level).with_writer(lines.clone());
            (lines, tracing::subscriber::set_default(builder.finish()))
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("UTF-8")
        }

        fn read(&self) -> Vec<Value> {
            self.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        }
    }

    async fn failing() -> Error {
        Error::internal("the disk is gone")
    }

    async fn telling() -> &'static str {
        came_from(IpAddr::from([203, 0, 113, 7]));
        signed_in(&AccountId::from("a-person"));
        tracing::info!("read");
        "正文"
    }

    /// The log of a portal behind a proxy somewhere in 10.0.0.0/8.
    fn log() -> RequestLog {
        let clock = FixedClock::at("2026-03-02T02:00:00Z".parse().expect("a moment"));
        let seams = Seams { clock: Arc::new(clock), entropy: Arc::new(SeededEntropy::new(7)) };
        RequestLog { listener: "portal", seams, trusted: Arc::new(["10.0.0.0/8".parse().expect("a net")]) }
    }

    fn router() -> Router {
        Router::new()
            .route("/letters/{code}", get(telling))
            .route("/broken", get(failing))
            .route("/healthz", get(|| async { "ok" }))
            .layer(middleware::from_fn_with_state(log(), record))
    }

    fn ask(path: &str, peer: &str, id: &str) -> Request {
        let peer: SocketAddr = peer.parse().expect("an address");
        let mut request = Request::builder().uri(path).extension(ConnectInfo(peer));
        if !id.is_empty() {
            request = request.header(HEADER, id);
        }
        request.body(Body::empty()).expect("a request")
    }

    async fn id_of(peer: &str, id: &str) -> String {
        let response = router().oneshot(ask("/healthz", peer, id)).await.expect("an answer");
        response.headers()[HEADER].to_str().expect("letters").to_owned()
    }

    #[tokio::test]
    async fn the_id_is_ours_unless_a_trusted_proxy_gives_a_safe_one() {
        let given = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
        assert_eq!(id_of("10.1.2.3:1", given).await, given);
        for (peer, id) in [
            ("203.0.113.9:1", given),
            ("10.1.2.3:1", ""),
            ("10.1.2.3:1", "tooshort"),
            ("10.1.2.3:1", "a b c d e f g h i j k"),
            ("10.1.2.3:1", &"x".repeat(65)),
        ] {
            let own = id_of(peer, id).await;
            assert_eq!(
                (own.len(), own.bytes().all(|b| b.is_ascii_hexdigit())),
                (2 * BYTES, true),
                "{peer} {id}: {own}"
            );
        }
    }

    #[tokio::test]
    async fn one_line_says_what_was_asked_and_no_word_that_was_typed() {
        let (lines, _guard) = Lines::caught("info");
        let router = router();
        let path = "/letters/SECRET-code?q=%E7%96%BE%E7%97%85";
        let response = router.clone().oneshot(ask(path, "127.0.0.1:1", "")).await.expect("an answer");
        let id = response.headers()[HEADER].to_str().expect("letters").to_owned();
        assert_eq!(lines.read().len(), 1, "the line waits for the end of the body");
        assert_eq!(response.headers()[CONTENT_LENGTH], "6", "a body that is counted has the length that it had");
        assert_eq!(to_bytes(response.into_body(), 100).await.expect("a body"), "正文");
        router.oneshot(ask("/no/such/WORD", "127.0.0.1:1", "")).await.expect("an answer");
        let text = lines.text();
        assert!(!["SECRET", "WORD", "%E7", "疾病"].iter().any(|word| text.contains(word)), "{text}");
        let [read, answered, unknown] = &lines.read()[..] else { panic!("{text}") };
        assert_eq!((&read["span"]["id"], &answered["span"]["id"]), (&Value::from(id.as_str()), &Value::from(id)));
        let fields = &answered["fields"];
        assert_eq!((&answered["level"], &fields["message"]), (&"INFO".into(), &"answered".into()));
        assert_eq!((&fields["http.listener"], &fields["http.method"]), (&"portal".into(), &"GET".into()));
        assert_eq!((&fields["http.route"], &fields["http.status"]), (&"/letters/{code}".into(), &200.into()));
        assert_eq!((&fields["address"], &fields["account"]), (&"203.0.113.7".into(), &"a-person".into()));
        assert!(unknown["fields"]["address"].is_null() && unknown["fields"]["account"].is_null(), "{unknown}");
        assert!(fields["http.bytes"] == 6 && fields["http.milliseconds"].is_u64(), "{fields}");
        assert_eq!((&unknown["fields"]["http.route"], &unknown["fields"]["http.status"]), (&"-".into(), &404.into()));
    }

    #[tokio::test]
    async fn the_code_of_an_incident_finds_its_lines_in_a_log_of_errors() {
        let (lines, _guard) = Lines::caught("error");
        let router = router();
        let mut codes = Vec::new();
        for _ in 0..2 {
            let response = router.clone().oneshot(ask("/broken", "127.0.0.1:1", "")).await.expect("an answer");
            let id = response.headers()[HEADER].to_str().expect("letters").to_owned();
            let view = response.extensions().get::<ErrorView>().expect("a view");
            codes.push(view.incident.clone().expect("a code"));
            assert!(id.starts_with(codes.last().expect("just pushed")), "{id} {codes:?}");
        }
        assert_ne!(codes[0], codes[1]);
        for (line, code) in lines.read().iter().zip(&codes) {
            assert!(line["span"]["id"].as_str().expect("an id").starts_with(code), "{line} {code}");
            assert_eq!((&line["level"], &line["fields"]["error"]), (&"ERROR".into(), &"the disk is gone".into()));
        }
        assert_eq!(lines.read().len(), 2);
        let outside = Error::internal("outside").into_response();
        assert_eq!(outside.extensions().get::<ErrorView>().expect("a view").incident, None);
    }

    #[tokio::test]
    async fn probes_are_for_those_who_look_closely() {
        for (level, count) in [("info", 0), ("debug", 1)] {
            let (lines, _guard) = Lines::caught(level);
            router().oneshot(ask("/healthz", "127.0.0.1:1", "")).await.expect("an answer");
            assert_eq!(lines.read().len(), count, "{level}: {}", lines.text());
        }
    }

    #[tokio::test]
    async fn a_reader_who_goes_away_has_a_line_without_a_status() {
        let (lines, _guard) = Lines::caught("info");
        let slow = Router::new().route("/slow", get(std::future::pending::<()>));
        let slow = slow.layer(middleware::from_fn_with_state(log(), record));
        let mut asked = Box::pin(slow.oneshot(ask("/slow", "127.0.0.1:1", "")));
        assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(lines.read().is_empty());
        drop(asked);
        let fields = &lines.read()[0]["fields"];
        assert_eq!((&fields["message"], &fields["http.route"]), (&"abandoned".into(), &"/slow".into()));
        assert!(fields["http.status"].is_null(), "{fields}");
    }
}
