//! A page as it goes out: its bytes, packed when the first reader wants them so, each form with a strong tag of its own
//! (RFC 9110, 8.8.3: the same bytes under the same tag).

use std::{io::Write, sync::OnceLock};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

/// What a reader asks of a page that is there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Without the body.
    pub head: bool,
    /// The forms that the reader can unpack, the smallest first.
    pub form: Form,
    /// Tags of what the reader has.
    pub known: Vec<HeaderValue>,
}

/// A form in which a page can go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    #[default]
    Plain,
    Gzip,
    Brotli,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Form::Plain => "",
            Form::Gzip => "gzip",
            Form::Brotli => "br",
        }
    }

    /// The smallest that `accept-encoding` allows; what has `q=0` is refused (RFC 9110, 12.5.3).
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let mut accepted = [false; 2];
        for value in headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()) {
            for part in value.split(',') {
                let (name, weight) = part.split_once(';').unwrap_or((part, ""));
                let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
                for (form, accepted) in [Form::Brotli, Form::Gzip].into_iter().zip(&mut accepted) {
                    *accepted |= name.trim().eq_ignore_ascii_case(form.name()) && !refused;
                }
            }
        }
        match accepted {
            [true, _] => Form::Brotli,
            [_, true] => Form::Gzip,
            _ => Form::Plain,
        }
    }
}

impl Wanted {
    pub(crate) fn of(headers: &HeaderMap, head: bool) -> Self {
        let known = headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect();
        Self { head, form: Form::accepted(headers), known }
    }

    /// Whether the reader has what bears this tag, in whatever form: the page is the same.
    fn has(&self, tag: &str) -> bool {
        let tags = self.known.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        let bare = |one: &str| one.trim().trim_start_matches("W/").trim_matches('"').to_owned();
        tags.map(bare).any(|known| known == "*" || known.split('-').next() == Some(tag))
    }
}

/// One page.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    headers: HeaderMap,
    plain: Bytes,
    tag: String,
    gzip: OnceCell<Bytes>,
    brotli: OnceCell<Bytes>,
    /// The headers of each form, made when the first reader wants it.
    heads: [OnceLock<HeaderMap>; 3],
    /// The same as they are written, from the status on, without what each answer has of its own.
    written: [OnceLock<Bytes>; 3],
}

impl Packed {
    /// Of an answer's headers and its whole body. What was already packed of the same bytes is taken over.
    pub(crate) fn new(mut headers: HeaderMap, plain: Bytes, before: Option<&Self>) -> Self {
        headers.remove(header::CONTENT_LENGTH);
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        let tag = hex::encode(&Sha256::digest(&plain)[..12]);
        let (gzip, brotli) = match before.filter(|before| before.tag == tag) {
            Some(same) => (same.gzip.clone(), same.brotli.clone()),
            None => (OnceCell::new(), OnceCell::new()),
        };
        Self { headers, plain, tag, gzip, brotli, heads: Default::default(), written: Default::default() }
    }

    /// What it takes of the memory, about: the packed forms together are less than half of the plain one.
    pub(crate) fn weight(&self) -> u32 {
        u32::try_from(self.plain.len() / 2 * 3 + 1024).unwrap_or(u32::MAX)
    }

    /// The page as the reader wants it.
    pub(crate) async fn answer(&self, wanted: &Wanted) -> Response {
        let (form, bytes) = self.bytes(wanted.form).await;
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = self.heads[form as usize].get_or_init(|| self.head(form, bytes.len())).clone();
        if wanted.has(&self.tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(header::CONTENT_ENCODING);
            response.headers_mut().remove(header::CONTENT_LENGTH);
        } else if !wanted.head {
            *response.body_mut() = Body::from(bytes);
        }
        response
    }

    /// The page as the reader wants it, as bytes of HTTP/1.1: status, head without the empty line at its end, body.
    pub(crate) async fn written(&self, wanted: &Wanted) -> (StatusCode, Bytes, Bytes) {
        if wanted.head || !wanted.known.is_empty() {
            // Few, and often nothing but a head: made anew.
            let (parts, body) = self.answer(wanted).await.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
            return (parts.status, written(parts.status, &parts.headers), body);
        }
        let (form, bytes) = self.bytes(wanted.form).await;
        let head = || self.heads[form as usize].get_or_init(|| self.head(form, bytes.len()));
        let head = self.written[form as usize].get_or_init(|| written(StatusCode::OK, head()));
        (StatusCode::OK, head.clone(), bytes)
    }

    /// The headers of a form of this many bytes.
    fn head(&self, form: Form, length: usize) -> HeaderMap {
        let mut headers = self.headers.clone();
        let tag = match form {
            Form::Plain => format!("\"{}\"", self.tag),
            form => format!("\"{}-{}\"", self.tag, form.name()),
        };
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if form != Form::Plain {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(form.name()));
        }
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers
    }

    async fn bytes(&self, form: Form) -> (Form, Bytes) {
        let (place, pack): (_, Packer) = match form {
            Form::Plain => return (form, self.plain.clone()),
            Form::Gzip => (&self.gzip, gzip),
            Form::Brotli => (&self.brotli, brotli),
        };
        let plain = self.plain.clone();
        let packed = place.get_or_try_init(|| async move {
            // Some milliseconds of one processor for a large page: other readers do not wait for it.
            let packed = tokio::task::spawn_blocking(move || pack(&plain)).await.map_err(std::io::Error::other)??;
            Ok::<_, std::io::Error>(Bytes::from(packed))
        });
        match packed.await {
            Ok(packed) => (form, packed.clone()),
            Err(error) => {
                tracing::warn!(%error, "a page could not be packed, it goes out as it is");
                (Form::Plain, self.plain.clone())
            }
        }
    }
}

/// A head as it is written (RFC 9112, 4 and 5).
fn written(status: StatusCode, headers: &HeaderMap) -> Bytes {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut bytes = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    bytes.into()
}

type Packer = fn(&[u8]) -> std::io::Result<Vec<u8>>;

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::with_capacity(plain.len() / 3), flate2::Compression::new(6));
    packer.write_all(plain)?;
    packer.finish()
}

/// At a level that takes about as long as gzip: pages are packed anew after changes.
fn brotli(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let settings = brotli::enc::BrotliEncoderParams { quality: 5, lgwin: 20, ..Default::default() };
    let mut packed = Vec::with_capacity(plain.len() / 3);
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &settings)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn accept(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))])
    }

    fn page(text: &str) -> Packed {
        Packed::new(HeaderMap::new(), Bytes::from(text.to_owned()), None)
    }

    #[test]
    fn the_smallest_form_that_is_accepted() {
        for (text, form) in [
            ("gzip, deflate, br, zstd", Form::Brotli),
            ("gzip", Form::Gzip),
            ("GZIP;q=0.5", Form::Gzip),
            ("br;q=0, gzip;q=1.0", Form::Gzip),
            ("br; q=0.000", Form::Plain),
            ("identity", Form::Plain),
            ("brotli", Form::Plain),
            ("", Form::Plain),
        ] {
            assert_eq!(Form::accepted(&accept(text)), form, "{text}");
        }
        assert_eq!(Form::accepted(&HeaderMap::new()), Form::Plain);
    }

    #[tokio::test]
    async fn each_form_is_the_same_page_under_a_tag_of_its_own() {
        let text = "关于印发工作要点的通知。".repeat(200);
        let page = page(&text);
        let mut tags = Vec::new();
        for (encoding, name) in [("", None), ("gzip", Some("gzip")), ("br", Some("br"))] {
            let answer = page.answer(&Wanted::of(&accept(encoding), false)).await;
            assert_eq!(
                answer.headers().get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes),
                name.map(str::as_bytes)
            );
            tags.push(answer.headers()[header::ETAG].clone());
            let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("body");
            let mut plain = Vec::new();
            match name {
                None => plain.extend_from_slice(&bytes),
                Some("gzip") => drop(flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).expect("gzip")),
                Some(_) => brotli::BrotliDecompress(&mut &bytes[..], &mut plain).expect("br"),
            }
            assert_eq!(String::from_utf8(plain).expect("text"), text);
        }
        assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
        assert!(tags.iter().all(|tag| !tag.as_bytes().starts_with(b"W/")), "they are strong");
        // Who has one form has the page: nothing is sent again.
        for tag in &tags {
            for known in
                [tag.as_bytes().to_vec(), [b"W/", tag.as_bytes()].concat(), [b"\"other\", ", tag.as_bytes()].concat()]
            {
                let mut headers = accept("gzip");
                headers.insert(header::IF_NONE_MATCH, HeaderValue::from_bytes(&known).expect("header"));
                assert_eq!(page.answer(&Wanted::of(&headers, false)).await.status(), StatusCode::NOT_MODIFIED);
            }
        }
    }

    #[tokio::test]
    async fn what_is_written_says_what_the_answer_says() {
        let page = page("一样的文字");
        let tag = page.answer(&Wanted::default()).await.headers()[header::ETAG].clone();
        let known = HeaderMap::from_iter([(header::IF_NONE_MATCH, tag)]);
        for (headers, head) in
            [(accept("gzip"), false), (HeaderMap::new(), false), (HeaderMap::new(), true), (known, false)]
        {
            let wanted = Wanted::of(&headers, head);
            let (parts, body) = page.answer(&wanted).await.into_parts();
            for _ in 0..2 {
                let (status, bytes, sent) = page.written(&wanted).await;
                let text = String::from_utf8(bytes.to_vec()).expect("letters");
                let mut lines = text.split("\r\n");
                assert_eq!(lines.next(), Some(parts.status.to_string()).map(|it| format!("HTTP/1.1 {it}")).as_deref());
                let said: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
                let expected =
                    parts.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")));
                assert_eq!(
                    (status, said),
                    (parts.status, expected.collect::<Vec<_>>().iter().map(String::as_str).collect())
                );
                assert_eq!(sent.is_empty(), head || status == StatusCode::NOT_MODIFIED);
            }
            assert_eq!(
                axum::body::to_bytes(body, 1 << 20).await.expect("body").is_empty(),
                head || parts.status == StatusCode::NOT_MODIFIED
            );
        }
    }

    #[tokio::test]
    async fn of_the_same_bytes_nothing_is_packed_twice_and_a_head_says_how_long_it_is() {
        let first = page("一样的文字");
        first.answer(&Wanted::of(&accept("br"), false)).await;
        let second = Packed::new(HeaderMap::new(), Bytes::from_static("一样的文字".as_bytes()), Some(&first));
        assert!(second.brotli.initialized() && !second.gzip.initialized());
        let other = Packed::new(HeaderMap::new(), Bytes::from_static("别的文字".as_bytes()), Some(&first));
        assert!(!other.brotli.initialized());
        let head = second.answer(&Wanted::of(&HeaderMap::new(), true)).await;
        assert_eq!(head.headers()[header::CONTENT_LENGTH], "15");
        assert!(axum::body::to_bytes(head.into_body(), 10).await.expect("body").is_empty());
    }

    #[tokio::test]
    async fn of_headers_with_one_name_all_go_out() {
        let links = ["<https://hub.example/>; rel=\"hub\"", "<https://site.example/feed.atom>; rel=\"self\""];
        let mut headers = HeaderMap::new();
        for link in links {
            headers.append(header::LINK, HeaderValue::from_static(link));
        }
        let page = Packed::new(headers, Bytes::from_static(b"<feed/>"), None);
        for wanted in [Wanted::default(), Wanted::of(&accept("br"), false)] {
            let (_, head, _) = page.written(&wanted).await;
            let head = String::from_utf8(head.to_vec()).expect("letters");
            assert!(links.iter().all(|link| head.contains(&format!("link: {link}\r\n"))), "{head}");
        }
    }
}
