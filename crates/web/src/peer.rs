//! Who is at the other end of the connection, and whether that is within a network.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use ipnet::{IpNet, Ipv4Net};

/// Whether one of the nets holds the address, in whichever of its forms either is written (`::ffff:10.0.0.1` is 10.0.0.1).
pub fn within(nets: &[IpNet], ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    nets.iter().any(|net| match net {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => match v6.network().to_ipv4_mapped() {
            Some(v4) => Ipv4Net::new(v4, v6.prefix_len() - 96).is_ok_and(|net| IpNet::V4(net).contains(&ip)),
            None => net.contains(&ip),
        },
        net => net.contains(&ip),
    })
}

/// The address that the connection came from. Without one, as in tests that ask a router directly, it is this machine.
pub fn peer(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip().to_canonical())
}
