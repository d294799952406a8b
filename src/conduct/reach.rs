//! Why an app cannot be reached, from the sockets that listen inside its instance.

use std::fmt;
use std::net::SocketAddr;

use crate::event::{Listener, Lost};
use crate::units::Memory;

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
                write!(f, "the app listens on {address}, where only itself can reach it, not on 0.0.0.0:{port}")
            }
            Self::Elsewhere(addresses, port) => {
                let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                write!(f, "nothing listens on port {port}; the app listens on {}", list.join(", "))
            }
            Self::Nowhere(port) => write!(f, "nothing listens on port {port}"),
        }
    }
}

/// Files shown by name when they are lost; the others are counted.
const SHOWN: usize = 5;

/// What goes with an instance, as a sentence; `None` when nothing does.
pub(super) fn losses(instance: impl fmt::Display, lost: &[Lost]) -> Option<String> {
    let show = |file: &Lost| match file.size {
        Some(size) => format!("{} ({})", file.path, human(size)),
        None => file.path.clone(),
    };
    let mut shown: Vec<String> = lost.iter().take(SHOWN).map(show).collect();
    match lost.len().saturating_sub(SHOWN) {
        0 => {}
        more => shown.push(format!("{more} more")),
    }
    (!shown.is_empty()).then(|| format!("files the app wrote go with instance {instance}: {}", shown.join(", ")))
}

fn human(size: Memory) -> String {
    match size.bytes() {
        bytes @ 0..1_000 => format!("{bytes} B"),
        bytes @ 1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", size.megabytes()),
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

    #[test]
    fn lost_files_are_named_up_to_a_number() {
        assert_eq!(losses("#1", &[]), None);
        let file = |n: u64| Lost { path: format!("/app/{n}"), size: (n > 0).then(|| Memory::from_bytes(n * 600)) };
        let files: Vec<Lost> = (0..7).map(file).collect();
        assert_eq!(
            losses("#1", &files).as_deref(),
            Some(
                "files the app wrote go with instance #1: /app/0, /app/1 (600 B), /app/2 (1 kB), /app/3 (1 kB), /app/4 (2 kB), 2 more"
            )
        );
    }
}
