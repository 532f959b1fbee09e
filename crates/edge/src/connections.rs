//! Connections that are fair to each other: none may stand for ever, send or read drop by drop, or take all places.
//!
//! A head must come within [`Limits::head`], a body must keep coming, an answer must keep going out, and one address has at most
//! [`Limits::per_address`] connections. Whoever is refused for that last reason is told so with a 429, whoever sends too slowly
//! with a 408; a reader who does not read cannot be told anything and is cut off. A proxy with TLS in front, which takes
//! answers at once and hands them on slowly, is no slow reader.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::ConnectInfo,
    http::{HeaderValue, Request, Response, StatusCode, header},
    response::IntoResponse,
};
use http_body::{Frame, SizeHint};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use ipnet::IpNet;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, Sleep, sleep, timeout},
};
use tower::ServiceExt;

use crate::{front::Answers, lane};

/// Bytes that the kernel keeps of an answer that its reader has not taken. Small, so that a slow reader is told from one who
/// does not read at all: what goes out is seen in pieces of some third of this.
const SEND_BUFFER: u32 = 128 * 1024;
/// Connections that are being told that there are too many of them, at the same time; more are closed without a word.
const TOLD: usize = 64;

/// How long and how slow a connection may be.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long the head of a request may take, also of the next one on an open connection.
    pub head: Duration,
    /// Largest head, in bytes.
    pub head_bytes: usize,
    /// Of a body that is waited for.
    pub receive: Pace,
    /// Of an answer that waits for its reader.
    pub send: Pace,
    /// Connections of one server at the same time; more wait in the system's queue.
    pub places: usize,
    /// Connections of one address at the same time (IPv6: of one /64); 0 = as many as there are places.
    pub per_address: usize,
    /// Addresses that have no limit of their own: the reverse proxies, behind which everybody is.
    pub unlimited: Vec<IpNet>,
}

/// The least that must move while somebody waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Bytes …
    pub least: u64,
    /// … in each span of this length.
    pub within: Duration,
}

impl Limits {
    /// Those of a running server: heads 10 s and 16 KB, bodies and answers about 1 KB/s.
    pub fn usual(places: usize, per_address: usize, unlimited: Vec<IpNet>) -> Self {
        Self {
            head: Duration::from_secs(10),
            head_bytes: 16 * 1024,
            receive: Pace { least: 20 * 1024, within: Duration::from_secs(20) },
            send: Pace { least: 16 * 1024, within: Duration::from_secs(60) },
            places,
            per_address,
            unlimited,
        }
    }

    /// Whoever has one address gets no more than half of the places, so that others find one.
    fn most(&self, ip: IpAddr) -> usize {
        if web::client::within(&self.unlimited, ip) {
            return usize::MAX;
        }
        match self.per_address {
            0 => usize::MAX,
            most => most.min((self.places / 2).max(1)),
        }
    }
}

/// A listener whose connections keep little of what is not taken.
///
/// # Errors
/// When the address is taken or may not be used.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(1024)
}

/// Answers until told to stop, then finishes open requests.
pub async fn serve(
    listener: TcpListener,
    answers: impl Into<Answers>,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let answers: Answers = answers.into();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(limits.head_bytes).keep_alive(true);
    let places = Arc::new(Semaphore::new(limits.places));
    let told = Arc::new(Semaphore::new(TOLD));
    let addresses = Addresses::default();
    let open = GracefulShutdown::new();
    loop {
        let next = async { (Arc::clone(&places).acquire_owned().await, listener.accept().await) };
        let stop = async { stopped.wait_for(|stop| *stop).await.is_ok() };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stop => break,
        };
        // Never closed.
        let Ok(place) = place else { break };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // No more files may be opened, or the client has gone: neither is a reason to stop serving others.
                if let Some(again) = store::quiet::line("a connection could not be accepted") {
                    tracing::warn!(%error, again, "a connection could not be accepted");
                }
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(turn) = addresses.take(peer.ip(), limits.most(peer.ip())) else {
            if let Ok(told) = Arc::clone(&told).try_acquire_owned() {
                tokio::spawn(tell_too_many(stream, place, told));
            }
            continue;
        };
        let _ = stream.set_nodelay(true);
        let stream = Sending::new(stream, limits.send);
        let (answers, receive, head) = (answers.clone(), limits.receive, (limits.head, limits.head_bytes));
        let (builder, open, stopped) = (builder.clone(), open.watcher(), stopped.clone());
        tokio::spawn(async move {
            let left = match &answers.front {
                Some(front) => lane::run(stream, front, peer.ip().to_canonical(), head, stopped).await,
                None => Some(stream),
            };
            if let Some(stream) = left {
                let service =
                    hyper::service::service_fn(move |request| answer(answers.clone(), request, peer, receive));
                // A client that goes away in the middle is no news.
                let _ = open.watch(builder.serve_connection(TokioIo::new(stream), service)).await;
            }
            drop((place, turn));
        });
    }
    drop(listener);
    open.shutdown().await;
}

/// One request: its body is waited for as long as it keeps coming.
async fn answer(
    Answers { front, router }: Answers,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    pace: Pace,
) -> Result<Response<Body>, std::convert::Infallible> {
    if let Some(front) = front {
        let (parts, body) = request.into_parts();
        if let Some(kept) = front.answer(&parts, peer.ip().to_canonical()).await {
            return Ok(kept);
        }
        request = Request::from_parts(parts, body);
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    if request.body().is_end_stream() {
        // Nothing to wait for, as with almost all.
        return router.oneshot(request.map(|_| Body::empty())).await;
    }
    let (slow, unread) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
    let body = |body| Receiving { body, watch: Watch::new(pace), slow: slow.clone(), unread: unread.clone() };
    let request = request.map(|incoming| Body::new(body(incoming)));
    let mut response = router.oneshot(request).await?;
    if slow.load(Ordering::Relaxed) {
        response = (StatusCode::REQUEST_TIMEOUT, "上传太慢，已经中断。请检查网络后重新提交。\n").into_response();
    }
    if unread.load(Ordering::Relaxed) {
        // What was not read of the body stands in the way of the next request: the connection ends, and says so.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// Says to somebody with too many connections that this one is not served.
async fn tell_too_many(mut stream: TcpStream, place: OwnedSemaphorePermit, told: OwnedSemaphorePermit) {
    const TEXT: &str = "来自您所在网络的连接太多。请关闭一些页面或下载，稍后再试。\n";
    let head = format!(
        "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 10\r\n\
         Cache-Control: no-store\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{TEXT}",
        TEXT.len()
    );
    let tell = async {
        stream.write_all(head.as_bytes()).await?;
        stream.shutdown().await?;
        // Closed with something unread, the answer would be lost on its way.
        let mut rest = [0; 4096];
        for _ in 0..16 {
            if stream.read(&mut rest).await? == 0 {
                break;
            }
        }
        Ok::<_, io::Error>(())
    };
    let _ = timeout(Duration::from_secs(2), tell).await;
    drop((place, told));
}

/// How many connections each address has.
#[derive(Debug, Clone, Default)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, Open>>>);

#[derive(Debug, Default)]
struct Open {
    count: usize,
    /// Told in the log, once as long as it has any connection.
    refused: bool,
}

/// A connection of an address; given back when dropped.
#[derive(Debug)]
struct Turn(Addresses, IpAddr);

impl Addresses {
    /// Whoever has an IPv6 address has at least the /64 around it.
    fn of(ip: IpAddr) -> IpAddr {
        match ip.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
            v4 => v4,
        }
    }

    fn take(&self, ip: IpAddr, most: usize) -> Option<Turn> {
        let ip = Self::of(ip);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.entry(ip).or_default();
        if open.count >= most {
            metrics::counter!("connections_refused_total").increment(1);
            if !std::mem::replace(&mut open.refused, true) {
                tracing::warn!(%ip, most, "too many connections of one address: more are refused");
            }
            return None;
        }
        open.count += 1;
        Some(Turn(self.clone(), ip))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut all = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = all.get_mut(&self.1) {
            open.count -= 1;
            if open.count == 0 {
                all.remove(&self.1);
            }
        }
    }
}

/// Measures how much moves while it is waited for. Time in which nobody waits, because the server itself is at work, counts for
/// nobody.
struct Watch {
    pace: Pace,
    moved: u64,
    waiting: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Watch {
    fn new(pace: Pace) -> Self {
        Self { pace, moved: 0, waiting: false, timer: None }
    }

    /// So many bytes moved.
    fn moved(&mut self, bytes: usize) {
        self.waiting = false;
        self.moved += u64::try_from(bytes).unwrap_or(u64::MAX);
    }

    /// Somebody waits. `true`: too little has moved for too long.
    fn waits(&mut self, cx: &mut Context<'_>) -> bool {
        let fresh = || Box::pin(sleep(self.pace.within));
        let timer = self.timer.get_or_insert_with(fresh);
        // Begun anew where nobody had waited when the span ended.
        if !self.waiting && (timer.is_elapsed() || self.moved >= self.pace.least) {
            timer.as_mut().reset(Instant::now() + self.pace.within);
            self.moved = 0;
        }
        self.waiting = true;
        while timer.as_mut().poll(cx).is_ready() {
            if self.moved < self.pace.least {
                return true;
            }
            self.moved = 0;
            timer.as_mut().reset(Instant::now() + self.pace.within);
        }
        false
    }
}

/// A body that must keep coming.
struct Receiving {
    body: Incoming,
    watch: Watch,
    slow: Arc<AtomicBool>,
    unread: Arc<AtomicBool>,
}

impl HttpBody for Receiving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending if self.watch.waits(cx) => {
                self.slow.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
            }
            Poll::Pending => Poll::Pending,
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    self.watch.moved(frame.data_ref().map_or(0, Bytes::len));
                }
                if frame.is_none() || self.body.is_end_stream() {
                    self.unread.store(false, Ordering::Relaxed);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream whose reader must keep reading.
pub(crate) struct Sending {
    stream: TcpStream,
    watch: Watch,
    /// What was read and given back; it is read first.
    back: Vec<u8>,
}

impl Sending {
    fn new(stream: TcpStream, pace: Pace) -> Self {
        Self { stream, watch: Watch::new(pace), back: Vec::new() }
    }

    /// What was read is read again by whoever reads next.
    pub(crate) fn give_back(&mut self, read: Vec<u8>) {
        self.back = read;
    }

    fn judge(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending if self.watch.waits(cx) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
            Poll::Ready(written) => {
                self.watch.moved(*written.as_ref().unwrap_or(&0));
                Poll::Ready(written)
            }
        }
    }
}

impl AsyncRead for Sending {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.back.is_empty() {
            let take = self.back.len().min(buf.remaining());
            buf.put_slice(&self.back[..take]);
            self.back.drain(..take);
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Sending {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        routing::{get, post},
    };

    use super::*;

    /// Spans so short that whoever stands still is cut off at once, or so long that nobody is.
    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(3600);
    /// More than kernel buffers of both sides hold.
    const LARGE: usize = 64 << 20;

    fn limits(receive: Duration, send: Duration) -> Limits {
        let mut limits = Limits::usual(8, 0, Vec::new());
        (limits.receive.within, limits.send.within) = (receive, send);
        limits
    }

    /// A server with these limits; it ends with the test.
    async fn start(limits: Limits) -> (SocketAddr, watch::Sender<bool>) {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        let router = Router::new()
            .route("/large", get(|| async { vec![b'x'; LARGE] }))
            .route("/take", post(|body: Bytes| async move { body.len().to_string() }))
            .route("/refuse", post(|| async { StatusCode::FORBIDDEN }));
        tokio::spawn(serve(listener, router, limits, stopped));
        (address, stop)
    }

    async fn ask(address: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("connect");
        stream.write_all(text.as_bytes()).await.expect("send");
        stream
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut bytes = Vec::new();
        // An end by force is an end too.
        let _ = stream.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    const LARGE_PLEASE: &str = "GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_reader_who_does_not_read_is_cut_off() {
        let (address, _stop) = start(Limits { places: 1, ..limits(LONG, SHORT) }).await;
        let stuck = ask(address, LARGE_PLEASE).await;
        // The only place is free again before this one is answered.
        let other = ask(address, "POST /refuse HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(rest(other).await.starts_with("HTTP/1.1 403"));
        assert!(rest(stuck).await.len() < LARGE);
    }

    #[tokio::test]
    async fn a_reader_who_reads_has_everything() {
        let (address, _stop) = start(limits(LONG, LONG)).await;
        assert!(rest(ask(address, LARGE_PLEASE).await).await.len() > LARGE);
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let (address, _stop) = start(limits(SHORT, LONG)).await;
        let half = ask(address, "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc").await;
        let answer = rest(half).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("上传太慢"), "{answer}");
        assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    }

    #[tokio::test]
    async fn a_refused_body_ends_the_connection_and_says_so() {
        let (address, _stop) = start(limits(LONG, LONG)).await;
        let half = ask(address, "POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc").await;
        let answer = rest(half).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
        let whole =
            ask(address, "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc").await;
        assert!(rest(whole).await.ends_with("\r\n\r\n3"));
    }

    #[tokio::test]
    async fn one_address_has_its_share_of_the_places_and_is_told() {
        let (address, _stop) = start(Limits { per_address: 3, ..limits(LONG, LONG) }).await;
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(ask(address, "GET /large HTTP/1.1\r\n").await);
        }
        let refused = rest(ask(address, LARGE_PLEASE).await).await;
        assert!(refused.starts_with("HTTP/1.1 429") && refused.contains("连接太多"), "{refused}");
        drop(held);
        // The places come back; until the server has seen that they are free, it refuses.
        while rest(ask(address, LARGE_PLEASE).await).await.starts_with("HTTP/1.1 429") {}
        let exempt = vec!["127.0.0.0/8".parse().expect("net")];
        let (address, _stop) = start(Limits { per_address: 1, unlimited: exempt, ..limits(LONG, LONG) }).await;
        let _held = ask(address, "GET /large HTTP/1.1\r\n").await;
        assert!(rest(ask(address, LARGE_PLEASE).await).await.starts_with("HTTP/1.1 200"), "a proxy stands for many");
    }

    #[test]
    fn nobody_gets_more_than_half_of_the_places_and_a_64_is_one_address() {
        let limits = Limits::usual(10, 100, vec!["10.0.0.5/32".parse().expect("net")]);
        let ip = |text: &str| text.parse::<IpAddr>().expect("ip");
        assert_eq!((limits.most(ip("203.0.113.1")), limits.most(ip("::ffff:10.0.0.5"))), (5, usize::MAX));
        let addresses = Addresses::default();
        let first = addresses.take(ip("2001:db8:1:2::1"), 1).expect("a turn");
        assert!(addresses.take(ip("2001:db8:1:2:ffff::9"), 1).is_none());
        assert!(addresses.take(ip("2001:db8:1:3::1"), 1).is_some());
        drop(first);
        assert!(addresses.0.lock().expect("lock").is_empty(), "nothing is kept of who has gone");
    }
}
