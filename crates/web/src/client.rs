//! Where a request comes from: the peer's address, or what a trusted proxy says of it. What is not clear is refused, never
//! guessed: an office that takes the proxy's own address for the reader's is open to everybody behind the proxy.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};
use ipnet::IpNet;

pub use crate::peer::within;
use crate::{Ctx, Error, asked, peer::peer};

/// Headers by which a proxy shows itself, besides those that [`is_of_a_proxy`] knows by their form.
const OF_PROXIES: [&str; 19] = [
    "forwarded",
    "forwarded-for",
    "via",
    "client-ip",
    "x-forwarded",
    "x-originating-ip",
    "x-remote-ip",
    "x-remote-addr",
    "x-proxyuser-ip",
    "x-original-host",
    "x-original-url",
    "x-scheme",
    "x-url-scheme",
    "x-real-port",
    "front-end-https",
    "proxy-connection",
    "cf-ray",
    "cf-visitor",
    "cdn-loop",
];

/// Whether a header is one that browsers never send and proxies do: which ones a proxy adds differs from one product to the next,
/// and a strange one would make its own address the reader's.
fn is_of_a_proxy(name: &str) -> bool {
    OF_PROXIES.contains(&name)
        || ["x-forwarded-", "x-envoy-", "x-original-forwarded-"].iter().any(|start| name.starts_with(start))
        || ["-client-ip", "-clientip", "-connecting-ip", "-real-ip", "-src-ip", "-user-ip", "-external-address"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Whether the request says of itself that it came through a proxy.
fn came_through(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| is_of_a_proxy(name.as_str()))
}

/// The client's address, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

/// Why the origin of a request cannot be known; stands in the log of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclear {
    /// It came from a trusted proxy, which did not say for whom.
    Missing,
    /// What the trusted proxy wrote is no address.
    Unreadable,
    /// It came through a proxy that nobody trusts.
    Stranger,
}

impl std::fmt::Display for Unclear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Missing => "a trusted proxy sent no X-Forwarded-For",
            Self::Unreadable => "a trusted proxy sent an X-Forwarded-For whose last entry is no address",
            Self::Stranger => "came through a proxy that is not in server.trusted_proxies",
        })
    }
}

/// An address as proxies write it: with or without a port, an IPv6 one with or without brackets.
fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let plain = || text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    plain().or_else(with_port).or_else(bracketed).map(|ip| ip.to_canonical())
}

/// The last address in `X-Forwarded-For` that is no trusted proxy, if the peer is one; the peer otherwise. Anything that
/// the client wrote itself into that header is left of what our proxies appended and never believed.
///
/// # Errors
/// When a trusted proxy does not say, or not so that it can be read, for whom it asks.
pub fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Result<IpAddr, Unclear> {
    if !within(trusted, peer) {
        return Ok(peer.to_canonical());
    }
    let mut named = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        named.extend(value.to_str().map_err(|_| Unclear::Unreadable)?.split(','));
    }
    let mut nearest = None;
    while let Some(text) = named.pop() {
        let ip = read(text).ok_or(Unclear::Unreadable)?;
        nearest = Some(ip);
        if !within(trusted, ip) {
            break;
        }
    }
    nearest.ok_or(Unclear::Missing)
}

/// Layer of both servers: puts [`ClientIp`] into the request. On the portal, which is open to everybody, a request of unclear
/// origin counts as the proxy's own; that it is unclear is noted in the request ([`Unclear`]), for what only some may see.
pub async fn identify(State(ctx): State<Ctx>, mut request: Request, next: Next) -> Response {
    let peer = peer(&request);
    let origin = origin(peer, request.headers(), &ctx.config().server.trusted_proxies);
    let ip = client_ip(peer, request.headers(), &ctx.config().server.trusted_proxies).unwrap_or(peer);
    asked::came_from(ip);
    if let Err(unclear) = origin {
        request.extensions_mut().insert(unclear);
    }
    request.extensions_mut().insert(ClientIp(ip));
    next.run(request).await
}

/// Whether the office may be shown to whoever asks, and the address that it is asked from.
fn origin(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Result<IpAddr, Unclear> {
    if !within(trusted, peer) && came_through(headers) {
        return Err(Unclear::Stranger);
    }
    client_ip(peer, headers, trusted)
}

/// Layer of the office: only from the allowed address ranges (互联网政务应用安全管理规定 Art. 19).
///
/// A request that came through a proxy which is not in `server.trusted_proxies` is refused: its real origin is unknown, and
/// the proxy's own address, often the loopback one, must not open the office to everybody behind it. One that a trusted proxy
/// sends without saying for whom is refused too; the proxy's own machine may still ask whether the office is well, and learns no
/// more than that.
pub async fn only_allowed(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let server = &ctx.config().server;
    let peer = peer(&request);
    let probe = request.uri().path() == "/healthz";
    let ip = match origin(peer, request.headers(), &server.trusted_proxies) {
        Ok(ip) => ip,
        Err(Unclear::Missing) if probe && !came_through(request.headers()) => peer,
        Err(why) => {
            tracing::warn!(%peer, "office refused: {why}");
            return Error::NotFound.into_response();
        }
    };
    if !within(&server.office_allow, ip) {
        tracing::warn!(%ip, "office refused: address not in server.office_allow");
        return Error::NotFound.into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("ip")
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("header"));
        }
        headers
    }

    #[test]
    fn a_forged_header_is_not_believed() {
        let forwarded = headers(&[("x-forwarded-for", "1.1.1.1, 203.0.113.9")]);
        let (proxy, trusted) = (ip("10.0.0.1"), ["10.0.0.0/8".parse().expect("net")]);
        assert_eq!(client_ip(proxy, &forwarded, &[]), Ok(proxy));
        assert_eq!(client_ip(proxy, &forwarded, &trusted), Ok(ip("203.0.113.9")));
        let stranger = ip("198.51.100.1");
        assert_eq!(client_ip(stranger, &forwarded, &trusted), Ok(stranger));
        let within_the_net = headers(&[("x-forwarded-for", "10.0.0.7")]);
        assert_eq!(client_ip(proxy, &within_the_net, &trusted), Ok(ip("10.0.0.7")));
    }

    #[test]
    fn every_form_of_an_address_is_read_and_what_is_none_is_refused() {
        let (proxy, trusted) = (ip("127.0.0.1"), ["127.0.0.1/32".parse().expect("net")]);
        for (text, expected) in [
            ("8.8.8.8:5555", "8.8.8.8"),
            ("10.1.1.1, 8.8.8.8:5555", "8.8.8.8"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:8.8.8.8", "8.8.8.8"),
            ("8.8.8.8, ::ffff:127.0.0.1", "8.8.8.8"),
        ] {
            let found = client_ip(proxy, &headers(&[("x-forwarded-for", text)]), &trusted);
            assert_eq!(found, Ok(ip(expected)), "{text}");
        }
        for text in ["unknown", "10.0.0.1, unknown", "10.0.0.1,", "", "_hidden", "10.0.0.1;8.8.8.8", "8.8.8.8:port"] {
            let found = client_ip(proxy, &headers(&[("x-forwarded-for", text)]), &trusted);
            assert_eq!(found, Err(Unclear::Unreadable), "{text}");
        }
        for other in [&[][..], &[("forwarded", "for=10.0.0.1")], &[("x-real-ip", "10.0.0.1")], &[("via", "1.1 x")]] {
            assert_eq!(client_ip(proxy, &headers(other), &trusted), Err(Unclear::Missing), "{other:?}");
        }
    }

    #[test]
    fn a_proxy_that_nobody_trusts_is_noticed_by_any_of_its_headers() {
        let known = [
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "true-client-ip",
            "fastly-client-ip",
            "cf-connecting-ip",
            "x-azure-clientip",
            "x-envoy-external-address",
            "x-original-forwarded-for",
            "ali-cdn-real-ip",
            "cdn-src-ip",
        ];
        for name in known.into_iter().chain(OF_PROXIES) {
            let shown = headers(&[(name, "10.0.0.1")]);
            assert_eq!(origin(ip("127.0.0.1"), &shown, &[]), Err(Unclear::Stranger), "{name}");
        }
        // What browsers send.
        let usual = headers(&[
            ("host", "oa.example"),
            ("user-agent", "x"),
            ("accept", "text/html"),
            ("referer", "http://oa.example/"),
            ("origin", "http://oa.example"),
            ("sec-fetch-site", "same-origin"),
            ("upgrade-insecure-requests", "1"),
            ("x-requested-with", "fetch"),
            ("x-request-id", "0123456789abcdef"),
            ("connection", "keep-alive"),
            ("dnt", "1"),
        ]);
        assert_eq!(origin(ip("127.0.0.1"), &usual, &[]), Ok(ip("127.0.0.1")));
        assert_eq!(origin(ip("127.0.0.1"), &HeaderMap::new(), &[]), Ok(ip("127.0.0.1")));
    }

    #[test]
    fn a_net_holds_an_address_in_either_of_its_forms() {
        let nets = ["10.0.0.0/8".parse().expect("net"), "::ffff:192.168.0.0/112".parse().expect("net")];
        for inside in ["10.1.2.3", "::ffff:10.1.2.3", "192.168.3.4", "::ffff:192.168.3.4"] {
            assert!(within(&nets, ip(inside)), "{inside}");
        }
        for outside in ["11.1.2.3", "::ffff:11.1.2.3", "192.169.0.1", "::1"] {
            assert!(!within(&nets, ip(outside)), "{outside}");
        }
    }
}
