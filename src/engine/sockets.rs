//! The kernel's tables of sockets.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::event::Listener;

/// State of a socket that listens, as in the kernel's `tcp_states.h`.
const LISTEN: &str = "0A";

/// The listening sockets in tables as `/proc/net/tcp` and `/proc/net/tcp6` write them.
pub(super) fn parse(tables: &str) -> Vec<Listener> {
    listeners(tables, |_| true)
}

/// Those of them whose inode is in `inodes`.
pub(super) fn parse_owned(tables: &str, inodes: &BTreeSet<u64>) -> Vec<Listener> {
    listeners(tables, |inode| inode.is_some_and(|inode| inodes.contains(&inode)))
}

/// The inode of a socket, from what its entry in `/proc/<pid>/fd` points to: `socket:[4242]`.
pub(super) fn inode(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

fn listeners(tables: &str, wanted: impl Fn(Option<u64>) -> bool) -> Vec<Listener> {
    let found = tables.lines().filter_map(listening).filter(|(_, inode)| wanted(*inode));
    let mut found: Vec<_> = found.map(|(listener, _)| listener).collect();
    found.sort_unstable_by_key(|listener| listener.address);
    found.dedup();
    found
}

fn listening(line: &str) -> Option<(Listener, Option<u64>)> {
    let mut fields = line.split_whitespace().skip(1);
    let local = fields.next()?;
    (fields.nth(1)? == LISTEN).then_some(())?;
    let (address, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let inode = fields.nth(5).and_then(|inode| inode.parse().ok());
    Some((Listener { address: SocketAddr::new(ip(address)?, port) }, inode))
}

/// The kernel prints addresses as words in the machine's byte order.
fn ip(text: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(text.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    match text.len() {
        8 => Some(IpAddr::V4(Ipv4Addr::from(word(0)?))),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            let mut bytes = [0; 16];
            bytes.copy_from_slice(words.as_flattened());
            Some(Ipv6Addr::from(bytes).to_canonical())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEAD: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    fn table(local: &str, state: &str) -> String {
        let remote = "0".repeat(local.len() - 5);
        format!("{HEAD}   0: {local} {remote}:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 1 1\n")
    }

    fn addresses(text: &str) -> Vec<String> {
        parse(text).iter().map(|listener| listener.address.to_string()).collect()
    }

    #[test]
    fn a_socket_bound_to_the_loopback_is_told_as_such() {
        assert_eq!(addresses(&table("0100007F:1F40", "0A")), ["127.0.0.1:8000"]);
    }

    #[test]
    fn sockets_of_the_newer_protocol_are_read() {
        assert_eq!(addresses(&table(&format!("{}:1F90", "0".repeat(32)), "0A")), ["[::]:8080"]);
        assert_eq!(addresses(&table("00000000000000000000000001000000:1F90", "0A")), ["[::1]:8080"]);
    }

    #[test]
    fn an_older_address_inside_a_newer_one_is_told_as_the_older() {
        assert_eq!(addresses(&table("0000000000000000FFFF00000100007F:1F40", "0A")), ["127.0.0.1:8000"]);
    }

    #[test]
    fn sockets_of_others_can_be_left_out() {
        let text = table("00000000:1F40", "0A").replace(" 0        0 1 1", " 0        0 4242 1");
        assert_eq!(parse_owned(&text, &BTreeSet::from([4242])).len(), 1);
        assert!(parse_owned(&text, &BTreeSet::from([7])).is_empty());
        assert_eq!((inode("socket:[4242]"), inode("pipe:[1]")), (Some(4242), None));
    }

    #[test]
    fn connections_are_not_listeners() {
        assert!(addresses(&table("0100007F:1F40", "01")).is_empty());
    }

    #[test]
    fn a_socket_in_both_tables_is_told_once() {
        let twice = table("00000000:1F40", "0A") + &table("00000000:1F40", "0A");
        assert_eq!(addresses(&twice), ["0.0.0.0:8000"]);
    }

    proptest! {
        #[test]
        fn junk_never_panics(text in "[ 0-9A-F:é\n]{0,120}") {
            let _ = parse(&text);
        }
    }
}
