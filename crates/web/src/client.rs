//! Where a request comes from: the peer's address, or what a trusted proxy says of it.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};
use ipnet::IpNet;

use crate::{Ctx, Error};

/// The client's address, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

/// The last address in `X-Forwarded-For` that is no trusted proxy, if the peer is one; the peer otherwise. Anything that
/// the client wrote itself into that header is left of what our proxies appended and never believed.
pub fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    if !is_trusted(&peer) {
        return peer;
    }
    let mut named: Vec<IpAddr> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|text| text.trim().parse().ok())
        .collect();
    while let Some(ip) = named.pop() {
        if !is_trusted(&ip) {
            return ip;
        }
    }
    peer
}

/// The address that the connection came from. Without one, as in tests that ask a router directly, it is this machine.
pub(crate) fn peer(request: &Request) -> IpAddr {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip())
}

/// Layer of both servers: puts [`ClientIp`] into the request.
pub async fn identify(State(ctx): State<Ctx>, mut request: Request, next: Next) -> Response {
    let peer = peer(&request);
    let ip = client_ip(peer, request.headers(), &ctx.config().server.trusted_proxies);
    request.extensions_mut().insert(ClientIp(ip));
    next.run(request).await
}

/// Layer of the office: only from the allowed address ranges (互联网政务应用安全管理规定 Art. 19).
///
/// A request that came through a proxy which is not in `server.trusted_proxies` is refused: its real origin is unknown, and
/// the proxy's own address, often the loopback one, must not open the office to everybody behind it.
pub async fn only_allowed(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let peer = peer(&request);
    let through_proxy =
        request.headers().contains_key("x-forwarded-for") || request.headers().contains_key("forwarded");
    if through_proxy && !ctx.config().server.trusted_proxies.iter().any(|net| net.contains(&peer)) {
        tracing::warn!(%peer, "office refused: came through a proxy that is not in server.trusted_proxies");
        return Error::NotFound.into_response();
    }
    let ip = request.extensions().get::<ClientIp>().map_or(IpAddr::from([0, 0, 0, 0]), |ip| ip.0);
    if ctx.config().server.office_allow.iter().any(|net| net.contains(&ip)) {
        return next.run(request).await;
    }
    tracing::warn!(%ip, "office refused: address not in server.office_allow");
    Error::NotFound.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forged_header_is_not_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.1.1.1, 203.0.113.9".parse().expect("header"));
        let proxy: IpAddr = "10.0.0.1".parse().expect("ip");
        let trusted = ["10.0.0.0/8".parse().expect("net")];
        assert_eq!(client_ip(proxy, &headers, &[]), proxy);
        assert_eq!(client_ip(proxy, &headers, &trusted), "203.0.113.9".parse::<IpAddr>().expect("ip"));
        let stranger: IpAddr = "198.51.100.1".parse().expect("ip");
        assert_eq!(client_ip(stranger, &headers, &trusted), stranger);
    }
}
