//! A browser over a real connection, as small as measuring needs: HTTP/1.1, cookies, no redirects followed.
//!
//! Blocking on purpose: what is measured is one request at a time, and a runtime of its own would only add to the figures.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Longest wait for an answer: a server that needs more than this is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    /// Status.
    pub(crate) status: u16,
    /// Where a redirect leads; empty = nowhere.
    pub(crate) location: String,
    /// Body.
    pub(crate) body: Vec<u8>,
    cookies: Vec<String>,
    closing: bool,
}

impl Reply {
    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Somebody at a browser, on one of the two servers.
#[derive(Debug)]
pub(crate) struct Browser {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
    cookies: Vec<(String, String)>,
    packed: bool,
}

impl Browser {
    /// A browser that has opened nothing yet.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, cookies: Vec::new(), packed: false }
    }

    /// The same person at another address: the server was started again on another port.
    pub(crate) fn moved(&self, address: SocketAddr) -> Self {
        Self { address, stream: None, cookies: self.cookies.clone(), packed: false }
    }

    /// Opens a page. A kept connection that the server closed meanwhile is opened once more.
    pub(crate) fn get(&mut self, path: &str) -> io::Result<Reply> {
        let kept = self.stream.is_some();
        match self.exchange("GET", path, None) {
            Err(_) if kept => self.exchange("GET", path, None),
            other => other,
        }
    }

    /// The page packed by gzip, as it comes.
    pub(crate) fn get_packed(&mut self, path: &str) -> io::Result<Reply> {
        self.stream = None;
        self.packed = true;
        let reply = self.exchange("GET", path, None);
        self.packed = false;
        reply
    }

    /// Sends a form, always on a fresh connection: it must never be unclear whether it was sent twice.
    pub(crate) fn post(&mut self, path: &str, fields: &[(String, String)]) -> io::Result<Reply> {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        self.stream = None;
        self.exchange("POST", path, Some(pairs.join("&")))
    }

    fn exchange(&mut self, method: &str, path: &str, form: Option<String>) -> io::Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address)?,
        };
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html,application/json\r\nSec-Fetch-Site: same-origin\r\n",
            self.address
        );
        if self.packed {
            request.push_str("Accept-Encoding: gzip\r\n");
        }
        if !cookies.is_empty() {
            request.push_str(&format!("Cookie: {}\r\n", cookies.join("; ")));
        }
        if let Some(form) = &form {
            let length = form.len();
            request
                .push_str(&format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"));
        }
        request.push_str("\r\n");
        request.push_str(form.as_deref().unwrap_or(""));
        stream.get_mut().write_all(request.as_bytes())?;
        let reply = read_reply(&mut stream)?;
        for cookie in &reply.cookies {
            self.keep(cookie);
        }
        if !reply.closing {
            self.stream = Some(stream);
        }
        Ok(reply)
    }

    fn keep(&mut self, set: &str) {
        let Some((name, value)) = set.split(';').next().and_then(|pair| pair.split_once('=')) else { return };
        let name = name.trim();
        self.cookies.retain(|(known, _)| known != name);
        if !set.contains("Max-Age=0") && !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

fn connect(address: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn read_reply(stream: &mut impl BufRead) -> io::Result<Reply> {
    let first = read_line(stream)?;
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| odd(&first))?;
    let mut reply = Reply { status, ..Reply::default() };
    let (mut length, mut chunked) = (0_usize, false);
    loop {
        let line = read_line(stream)?;
        let Some((name, value)) = line.split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().map_err(|_| odd(&line))?,
            "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
            "location" => reply.location = value.to_owned(),
            "set-cookie" => reply.cookies.push(value.to_owned()),
            "connection" => reply.closing = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    if chunked {
        reply.body = read_chunks(stream)?;
    } else {
        reply.body = vec![0; length];
        stream.read_exact(&mut reply.body)?;
    }
    Ok(reply)
}

fn read_chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(stream)?;
        let size = usize::from_str_radix(line.split(';').next().unwrap_or("").trim(), 16).map_err(|_| odd(&line))?;
        let start = body.len();
        body.resize(start + size, 0);
        stream.read_exact(&mut body[start..])?;
        read_line(stream)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

/// A value as an address or a form writes it.
pub(crate) fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole_with_a_length_and_in_chunks() {
        let wire = "HTTP/1.1 303 See Other\r\nLocation: /a\r\nSet-Cookie: s=1; Path=/\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\
                    transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        let mut stream = io::Cursor::new(wire.as_bytes());
        let first = read_reply(&mut stream).expect("first");
        assert_eq!((first.status, first.location.as_str(), first.text().as_str()), (303, "/a", "ok"));
        assert_eq!(first.cookies, ["s=1; Path=/"]);
        assert_eq!(read_reply(&mut stream).expect("second").text(), "abcd");
        assert!(read_reply(&mut stream).is_err(), "nothing more came");
    }
}
