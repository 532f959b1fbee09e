//! The lane of those who read one kept page after the other: the head of such a request says all, and its answer lies ready as bytes,
//! so neither needs a whole HTTP machine. It knows nothing else. The first request that is anything but a plain `GET` of a kept page, or
//! that is written in any way out of the ordinary, goes with the whole connection to `hyper`, unread and for good.

use std::{
    io::{self, IoSlice},
    net::IpAddr,
    time::Duration,
};

use axum::http::{HeaderName, HeaderValue, Method, Request, Uri, header, request::Parts};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::watch,
    time::{Instant, sleep_until},
};

use crate::{connections::Sending, front::Front, host};

/// Bytes that are read at once at most.
const PIECE: usize = 4096;
/// Fields of a head; more are for `hyper`.
const FIELDS: usize = 48;

/// What stands at the beginning of what was read.
enum Asked {
    /// Not yet a whole head.
    More,
    /// A plain request for a page, and the length of its head in bytes.
    Page(Box<Parts>, usize),
    /// Something else, or something that is wrong.
    Other,
}

/// Answers as long as kept pages are asked for. Returns the connection with what was read of it and not answered; `None`: it has
/// ended. A head may take `within`, and has at most `most` bytes.
pub(crate) async fn run(
    mut stream: Sending,
    front: &Front,
    peer: IpAddr,
    (within, most): (Duration, usize),
    mut stopped: watch::Receiver<bool>,
) -> Option<Sending> {
    let stop = async { drop(stopped.wait_for(|stop| *stop).await) };
    // The timer is set anew when it rings, not with each request.
    let mut due = Instant::now() + within;
    let late = sleep_until(due);
    tokio::pin!(stop, late);
    let mut read = Vec::with_capacity(PIECE);
    let mut head = Vec::with_capacity(PIECE / 4);
    loop {
        match asked(&read) {
            Asked::Page(parts, length) => {
                let Some(page) = front.wire(&parts, peer).await else { break };
                page.head_into(&mut head);
                if send(&mut stream, &head, page.body()).await.is_err() {
                    return None;
                }
                drop(page);
                read.drain(..length);
                due = Instant::now() + within;
                continue;
            }
            Asked::More if read.len() < most => {}
            Asked::More | Asked::Other => break,
        }
        tokio::select! {
            biased;
            more = stream.read_buf(&mut read) => if !matches!(more, Ok(1..)) { return None },
            () = &mut stop => if read.is_empty() { return None } else { break },
            () = &mut late => if Instant::now() < due { late.as_mut().reset(due) } else { return None },
        }
    }
    stream.give_back(read);
    Some(stream)
}

async fn send(stream: &mut Sending, head: &[u8], body: &[u8]) -> io::Result<()> {
    let mut sent = 0;
    while sent < head.len() {
        match stream.write_vectored(&[IoSlice::new(&head[sent..]), IoSlice::new(body)]).await? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            more => sent += more,
        }
    }
    stream.write_all(&body[sent - head.len()..]).await
}

/// Reads a head strictly: whatever could be understood in two ways is not for this lane.
fn asked(read: &[u8]) -> Asked {
    if read.is_empty() {
        return Asked::More;
    }
    if !b"GET /".starts_with(&read[..read.len().min(5)]) {
        return Asked::Other;
    }
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let length = match request.parse(read) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Asked::More,
        Err(_) => return Asked::Other,
    };
    if !is_plain(&read[..length]) {
        return Asked::Other;
    }
    match plain(&request) {
        Some(parts) => Asked::Page(Box::new(parts), length),
        None => Asked::Other,
    }
}

/// Whether lines end as they should, and every byte is one of ASCII: some read a bare line feed as an end and others do not, and
/// what a byte beyond ASCII means nobody has agreed upon.
fn is_plain(head: &[u8]) -> bool {
    let bare = head.iter().enumerate().any(|(at, byte)| *byte == b'\n' && (at == 0 || head[at - 1] != b'\r'));
    !bare && head.is_ascii()
}

/// The head of a request without a body, that leaves the connection open, to one host.
fn plain(request: &httparse::Request<'_, '_>) -> Option<Parts> {
    if request.version != Some(1) {
        return None;
    }
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = Method::GET;
    parts.uri = request.path?.parse::<Uri>().ok()?;
    parts.headers.reserve(request.headers.len());
    for field in request.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        let ends = name == header::CONNECTION && !field.value.eq_ignore_ascii_case(b"keep-alive");
        let more = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::UPGRADE, header::EXPECT, header::TE];
        if ends || more.contains(&name) {
            return None;
        }
        parts.headers.append(name, HeaderValue::from_bytes(field.value).ok()?);
    }
    (parts.headers.contains_key(header::HOST) && host::is_clear(&parts.headers)).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> &'static str {
        match asked(text.as_bytes()) {
            Asked::More => "more",
            Asked::Page(..) => "page",
            Asked::Other => "other",
        }
    }

    #[test]
    fn only_what_is_plain_is_answered_here() {
        let host = "Host: x\r\n";
        for (text, expected) in [
            (String::new(), "more"),
            ("GE".to_owned(), "more"),
            ("GET /a HTTP/1.1\r\nHo".to_owned(), "more"),
            (format!("GET /a HTTP/1.1\r\n{host}\r\n"), "page"),
            (format!("GET /a HTTP/1.1\r\n{host}Connection: Keep-Alive\r\n\r\n"), "page"),
            (format!("GET /a HTTP/1.1\r\n{host}Connection: close\r\n\r\n"), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}Connection: keep-alive, upgrade\r\n\r\n"), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}Content-Length: 0\r\n\r\n"), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n"), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}Expect: 100-continue\r\n\r\n"), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}{host}\r\n"), "other"),
            ("GET /a HTTP/1.1\r\n\r\n".to_owned(), "other"),
            (format!("GET /a HTTP/1.0\r\n{host}\r\n"), "other"),
            (format!("HEAD /a HTTP/1.1\r\n{host}\r\n"), "other"),
            (format!("POST /a HTTP/1.1\r\n{host}\r\n"), "other"),
            (format!("GET http://y/a HTTP/1.1\r\n{host}\r\n"), "other"),
            (format!("GET /a b HTTP/1.1\r\n{host}\r\n"), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}X : y\r\n\r\n"), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}X: a\r\n b\r\n\r\n"), "other"),
            ("GET /a HTTP/1.1\r\nHost: x\nX: y\r\n\r\n".to_owned(), "other"),
            ("GET /a HTTP/1.1\nHost: x\n\n".to_owned(), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}X: y\r\n\n"), "other"),
            (format!("GET /a HTTP/1.1\r\n{host}X: \u{e9}\r\n\r\n"), "other"),
            ("GET /\u{653f} HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "other"),
            ("GET /a HTTP/1.1\r\nHost:\r\n\r\n".to_owned(), "other"),
            ("GET /a HTTP/1.1\r\nHost: a@b/c?d\r\n\r\n".to_owned(), "other"),
            ("GET /a HTTP/1.1\r\nHost: a, b\r\n\r\n".to_owned(), "other"),
            ("GET /a HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n".to_owned(), "page"),
        ] {
            assert_eq!(kind(&text), expected, "{text:?}");
        }
    }

    #[test]
    fn of_two_requests_at_once_the_first_is_read() {
        let one = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";
        let Asked::Page(parts, length) = asked(format!("{one}GET /other HTTP/1.1\r\n").as_bytes()) else {
            panic!("a page")
        };
        assert_eq!((parts.uri.to_string().as_str(), length), ("/a?b=c", one.len()));
    }
}
