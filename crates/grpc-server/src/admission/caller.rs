//! Whose call it is, as far as bounds are concerned: the caller who was identified, or else the address it comes from.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use tonic::codegen::http::Extensions;

use crate::listen::Peer;

/// The identified caller: whoever identifies callers puts it into the request's extensions.
#[derive(Clone, Debug)]
pub struct CallerName(pub Arc<str>);

/// Calls with the same key share the bounds of one caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CallerKey {
    Named(Arc<str>),
    At(IpAddr),
}

impl CallerKey {
    /// Whose request has these extensions.
    pub fn of(extensions: &Extensions) -> Self {
        if let Some(CallerName(name)) = extensions.get() {
            return Self::Named(Arc::clone(name));
        }
        let address =
            extensions.get().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer: &Peer| peer.address.ip());
        Self::At(network(address))
    }
}

/// Of IPv6 the network: each host has as many addresses in it as it likes.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn key(address: &str, name: Option<&str>) -> CallerKey {
        let mut extensions = Extensions::new();
        let address = SocketAddr::new(address.parse().unwrap(), 1_234);
        extensions.insert(Peer { address, certificates: Arc::default() });
        if let Some(name) = name {
            extensions.insert(CallerName(name.into()));
        }
        CallerKey::of(&extensions)
    }

    #[test]
    fn a_caller_with_a_name_is_told_by_it_and_others_by_where_they_come_from() {
        assert_eq!(key("10.0.0.1", Some("shop")), key("10.0.0.2", Some("shop")));
        assert_ne!(key("10.0.0.1", Some("shop")), key("10.0.0.1", Some("warehouse")));
        assert_ne!(key("10.0.0.1", None), key("10.0.0.2", None));
        assert_eq!(key("10.0.0.1", None), key("::ffff:10.0.0.1", None));
    }

    #[test]
    fn an_address_of_ipv6_counts_by_its_network() {
        assert_eq!(key("2001:db8::1", None), key("2001:db8::ffff:1", None));
        assert_ne!(key("2001:db8::1", None), key("2001:db8:0:1::1", None));
    }
}
