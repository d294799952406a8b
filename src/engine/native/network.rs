//! How an app is reached from here.
//!
//! In this machine's own network it is dialled at a loopback address that nobody binds by name: an app
//! that listens on `127.0.0.1` alone could not be reached on a platform, and is not reached here. In a
//! network of its own every instance has a loopback address of its own, by which [`Doors`] finds the
//! way in: a thread that has entered that network makes the sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;

use super::group::Group;
use crate::engine::{EngineError, sockets};
use crate::event::Listener;

/// An app in this machine's own network is dialled here.
pub(super) const BESIDE_LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// The ways to the apps, by the address of the instance. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Doors {
    doors: Arc<Mutex<BTreeMap<SocketAddr, Door>>>,
}

/// The way to one app.
#[derive(Debug, Clone)]
enum Door {
    /// Into a network that is not ours: asks the thread in it for sockets.
    Elsewhere(mpsc::Sender<oneshot::Sender<io::Result<TcpSocket>>>),
    /// In this machine's own network, where somebody else may listen on the app's port.
    Here(Arc<Claim>),
}

/// Whether the app itself was seen to listen on its port.
#[derive(Debug)]
struct Claim {
    group: Group,
    seen: AtomicBool,
}

impl Claim {
    /// Looked at until it was seen once: nobody takes a port from whom it belongs to.
    fn holds(&self, port: u16) -> bool {
        let seen = || listeners(&self.group).iter().any(|listener| listener.address.port() == port);
        self.seen.load(Ordering::Relaxed) || (seen() && !self.seen.swap(true, Ordering::Relaxed))
    }
}

/// The sockets of this machine's network that processes of `group` listen on.
pub(super) fn listeners(group: &Group) -> Vec<Listener> {
    let tables = ["tcp", "tcp6"].map(|table| std::fs::read_to_string(format!("/proc/self/net/{table}")));
    let tables: String = tables.into_iter().flatten().collect();
    sockets::parse_owned(&tables, &inodes(&group.processes()))
}

/// The sockets that these processes hold.
fn inodes(processes: &[u32]) -> BTreeSet<u64> {
    let descriptors = processes.iter().filter_map(|pid| std::fs::read_dir(format!("/proc/{pid}/fd")).ok());
    descriptors
        .flatten()
        .flatten()
        .filter_map(|entry| sockets::inode(&std::fs::read_link(entry.path()).ok()?.to_string_lossy()))
        .collect()
}

/// A loopback address that no other instance of this process has.
pub(super) fn own_address() -> IpAddr {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let [_, _, high, low] = LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    // 127.77.0.0/16, all of which lead to the loopback device.
    IpAddr::V4(Ipv4Addr::new(127, 77, high, low))
}

/// Whether an app could listen on this port of this machine.
pub(super) fn port_is_free(port: u16) -> Result<(), EngineError> {
    match TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
        Ok(_) => Ok(()),
        Err(error) => Err(EngineError::Lacking {
            found: format!("port {port} of this machine cannot be had: {}", reason(&error)),
            expected: "a free port for the app".to_owned(),
            help: "`--set port.number=N` chooses another, `--network own` gives the app a network of its own"
                .to_owned(),
        }),
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "somebody listens there".to_owned(),
        io::ErrorKind::PermissionDenied => "ports below 1024 need root".to_owned(),
        _ => error.to_string(),
    }
}

impl Doors {
    /// From now on `address` leads to the app in `group` and to nobody else.
    pub(super) fn claim(&self, address: SocketAddr, group: Group) {
        let claim = Arc::new(Claim { group, seen: AtomicBool::new(false) });
        self.with(|doors| doors.insert(address, Door::Here(claim)));
    }

    /// Opens a way to `address` into the network of process `pid`.
    pub(super) fn open(&self, address: SocketAddr, pid: u32) -> io::Result<()> {
        let network = File::open(format!("/proc/{pid}/ns/net"))?;
        let (door, asked) = mpsc::channel::<oneshot::Sender<io::Result<TcpSocket>>>();
        let (entered, result) = mpsc::channel();
        std::thread::Builder::new().name("dial".to_owned()).spawn(move || {
            let inside = move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network));
            drop(network);
            let failed = inside.is_err();
            // Nobody waits any more when emu is on its way out.
            let _ = entered.send(inside);
            if failed {
                return;
            }
            // Ends with the last sender.
            for answer in asked {
                let _ = answer.send(fresh_socket());
            }
        })?;
        result.recv().map_err(io::Error::other)??;
        self.with(|doors| doors.insert(address, Door::Elsewhere(door)));
        Ok(())
    }

    /// Closes the way to `address`.
    pub(super) fn close(&self, address: SocketAddr) {
        self.with(|doors| doors.remove(&address));
    }

    /// Opens a connection, through a door where `address` is behind one.
    pub(super) async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        match self.with(|doors| doors.get(&address).cloned()) {
            Some(Door::Elsewhere(door)) => {
                let (answer, socket) = oneshot::channel();
                door.send(answer).map_err(|_| refused())?;
                socket.await.map_err(io::Error::other)??.connect(address).await
            }
            Some(Door::Here(claim)) if !claim.holds(address.port()) => Err(refused()),
            Some(Door::Here(_)) | None => TcpStream::connect(address).await,
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<SocketAddr, Door>) -> T) -> T {
        match self.doors.lock() {
            Ok(mut doors) => work(&mut doors),
            Err(poisoned) => work(&mut poisoned.into_inner()),
        }
    }
}

fn fresh_socket() -> io::Result<TcpSocket> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    Ok(TcpSocket::from_std_stream(socket.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_with_a_way_round_it() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = taken.local_addr().expect("an address").port();
        let error = port_is_free(port).expect_err("taken").to_string();
        let expected = format!(
            "port {port} of this machine cannot be had: somebody listens there; expected a free port for the app"
        );
        assert_eq!(error, expected);
        drop(taken);
        assert_eq!(port_is_free(port), Ok(()));
    }

    #[test]
    fn every_instance_has_an_address_of_its_own() {
        let (one, other) = (own_address(), own_address());
        assert!(one != other && one.is_loopback() && other.is_loopback() && one != BESIDE_LOOPBACK);
    }

    #[tokio::test]
    async fn an_address_without_a_door_is_dialled_directly() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        assert!(Doors::default().dial(address).await.is_ok());
    }
}
