//! Why an app cannot be reached, from the sockets that listen inside its instance.

use std::fmt;
use std::net::SocketAddr;

use crate::event::{LISTENS_ELSEWHERE, Listener, ONLY_ITSELF};

/// Where an app listens, seen from the port it should listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// On the port, for everybody.
    Open(SocketAddr),
    /// On the port, but only for its own instance.
    LoopbackOnly(SocketAddr),
    /// On other ports.
    Elsewhere(Vec<SocketAddr>, u16),
    /// Nowhere.
    Nowhere(u16),
}

impl Reach {
    pub fn of(listeners: &[Listener], port: u16) -> Self {
        let mut addresses: Vec<SocketAddr> = listeners.iter().map(|listener| listener.address).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let on_port = || addresses.iter().filter(|address| address.port() == port);
        if let Some(open) = on_port().find(|address| !address.ip().to_canonical().is_loopback()) {
            return Self::Open(*open);
        }
        match on_port().next() {
            Some(loopback) => Self::LoopbackOnly(*loopback),
            None if addresses.is_empty() => Self::Nowhere(port),
            None => Self::Elsewhere(addresses, port),
        }
    }
}

/// A half sentence.
impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(address) => write!(f, "the app listens on {address}, but accepts no connection"),
            Self::LoopbackOnly(address) => {
                let port = address.port();
                write!(f, "the app listens on {address}, {ONLY_ITSELF}, not on 0.0.0.0:{port}")
            }
            Self::Elsewhere(addresses, port) => {
                let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                write!(f, "nothing listens on port {port}{LISTENS_ELSEWHERE}{}", list.join(", "))
            }
            Self::Nowhere(port) => write!(f, "nothing listens on port {port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(listeners: &[&str]) -> String {
        let listeners: Vec<Listener> =
            listeners.iter().map(|address| Listener { address: address.parse().unwrap() }).collect();
        Reach::of(&listeners, 10_000).to_string()
    }

    #[test]
    fn every_way_of_not_being_reached_has_its_story() {
        assert_eq!(story(&[]), "nothing listens on port 10000");
        assert_eq!(
            story(&["127.0.0.1:5000", "0.0.0.0:9000"]),
            "nothing listens on port 10000; the app listens on 0.0.0.0:9000, 127.0.0.1:5000"
        );
        let loopback = "the app listens on 127.0.0.1:10000, where only itself can reach it, not on 0.0.0.0:10000";
        assert_eq!(story(&["127.0.0.1:10000"]), loopback);
        assert!(story(&["[::1]:10000"]).contains("only itself"));
        assert!(story(&["[::ffff:127.0.0.1]:10000"]).contains("only itself"));
    }

    #[test]
    fn one_open_socket_is_enough() {
        assert_eq!(
            story(&["127.0.0.1:10000", "[::]:10000"]),
            "the app listens on [::]:10000, but accepts no connection"
        );
    }
}
