//! Which sockets listen inside an instance.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures_util::StreamExt;

use super::core::Core;
use super::failure::failed;
use crate::engine::EngineError;
use crate::event::Listener;

const DOING: &str = "read the instance's sockets";

/// State of a socket that listens, as in the kernel's `tcp_states.h`.
const LISTEN: &str = "0A";

/// Read from the process's own view of the network; where that is not visible, by a command inside.
pub(super) async fn listeners(core: &Core) -> Result<Vec<Listener>, EngineError> {
    let text = match core.visible_pid() {
        Some(pid) => ["tcp", "tcp6"]
            .map(|table| std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default())
            .concat(),
        None => read_inside(core).await?,
    };
    Ok(parse(&text))
}

async fn read_inside(core: &Core) -> Result<String, EngineError> {
    let doing = failed(DOING);
    let options = CreateExecOptions {
        cmd: Some(vec!["cat", "/proc/net/tcp", "/proc/net/tcp6"]),
        attach_stdout: Some(true),
        ..CreateExecOptions::default()
    };
    let made = core.client.create_exec(&core.container, options).await.map_err(&doing)?;
    let started = core.client.start_exec(&made.id, None::<StartExecOptions>).await.map_err(&doing)?;
    let mut text = String::new();
    if let StartExecResults::Attached { mut output, .. } = started {
        while let Some(Ok(piece)) = output.next().await {
            text.push_str(&String::from_utf8_lossy(piece.as_ref()));
        }
    }
    // An image without the command answers with a complaint in place of the tables.
    if text.contains("local_address") {
        return Ok(text);
    }
    Err(EngineError::Failed { doing: DOING.to_owned(), reason: format!("`cat` inside said: {}", text.trim()) })
}

/// The listening sockets in tables as `/proc/net/tcp` and `/proc/net/tcp6` write them.
fn parse(tables: &str) -> Vec<Listener> {
    let mut found: Vec<_> = tables.lines().filter_map(listening).collect();
    found.sort_unstable_by_key(|listener| listener.address);
    found.dedup();
    found
}

fn listening(line: &str) -> Option<Listener> {
    let mut fields = line.split_whitespace().skip(1);
    let local = fields.next()?;
    (fields.nth(1)? == LISTEN).then_some(())?;
    let (address, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(Listener { address: SocketAddr::new(ip(address)?, port) })
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
