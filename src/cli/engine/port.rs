//! Where an app of the embedded engine listens: it shares this machine's ports with everybody else.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixDatagram;

use super::choice::NetworkChoice;
use crate::cli::{Exit, Failure, door};
use crate::spec::Spec;

/// So many ports above the plan's are tried. They stay below those that the kernel gives to outgoing
/// connections, one of which could take the app's port while the app sleeps.
const TRIED: u16 = 1_000;

/// A port of this machine that no other run is given, of this emu or another, until this is dropped.
#[derive(Debug)]
pub(in crate::cli) struct Held {
    _lock: Option<UnixDatagram>,
}

/// Where an app of the embedded engine listens.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<H> {
    /// At this port of this machine; told when it is not the plan's.
    Here(u16, H, Option<String>),
    /// At the plan's port, in a network of its own; told when nobody asked for that.
    Apart(Option<String>),
}

/// What decides about the place.
#[derive(Debug)]
pub(super) struct Wish {
    /// What was asked for.
    pub(super) network: Option<NetworkChoice>,
    /// Whether the engine can give an app a network of its own.
    pub(super) own_works: bool,
}

/// Decides. `claim` takes a port of this machine, or says why it cannot be had.
pub(super) fn place<H>(
    spec: &Spec,
    wish: &Wish,
    claim: impl Fn(u16) -> Result<H, String>,
) -> Result<Place<H>, Failure> {
    let planned = spec.port.number;
    if wish.network == Some(NetworkChoice::Own) {
        return if wish.own_works { Ok(Place::Apart(None)) } else { Err(no_own()) };
    }
    let why = match claim(planned) {
        Ok(held) => return Ok(Place::Here(planned, held, None)),
        Err(why) => format!("port {planned} of this machine {why}"),
    };
    let above = || (planned..=u16::MAX).skip(1).take(TRIED.into());
    let free = || above().find_map(|port| Some((port, claim(port).ok()?)));
    if let Some(variable) = spec.free_port_variable()
        && let Some((port, held)) = free()
    {
        return Ok(Place::Here(port, held, Some(format!("{why}: the app is given {variable}={port}"))));
    }
    if wish.own_works && wish.network.is_none() {
        let told = format!("{why}: the app gets a network of its own, without a way out");
        return Ok(Place::Apart(Some(told)));
    }
    Err(taken(&why, wish))
}

fn no_own() -> Failure {
    let found = "a network of its own is a part of the isolation `sandbox`, found `process`";
    Failure::new(Exit::Engine, found).hint("run emu as root, or leave out `--network own`; `emu doctor` says why not")
}

fn taken(why: &str, wish: &Wish) -> Failure {
    let failure =
        Failure::new(Exit::NotStarted, format!("{why}; expected it free, because nothing tells the app another one"));
    if wish.own_works {
        failure.hint("`--network own` gives the app a network of its own, in which every port is free")
    } else {
        failure.hint("end what listens there, or `--set port.number=N` where the app can be made to listen elsewhere")
    }
}

impl Held {
    /// Takes a port of this machine for an app, or says why it cannot be had.
    pub(super) fn claim(port: u16) -> Result<Self, String> {
        let lock = match lock(port) {
            Ok(lock) => Some(lock),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                return Err("belongs to a run beside this one".to_owned());
            }
            // Where there are no such locks, two runs that begin at the same moment may meet.
            Err(_) => None,
        };
        let addresses = [Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST];
        let taken = addresses.into_iter().find_map(|address| TcpListener::bind((address, port)).err());
        match taken {
            None => Ok(Self { _lock: lock }),
            Some(error) => Err(refusal(port, &error)),
        }
    }
}

/// A name that one process of this network can have, and that the kernel takes back when it ends. The
/// port itself cannot be kept: the app needs it.
#[cfg(target_os = "linux")]
fn lock(port: u16) -> io::Result<UnixDatagram> {
    use std::os::linux::net::SocketAddrExt;
    let name = std::os::unix::net::SocketAddr::from_abstract_name(format!("emu-port-of-an-app-{port}"))?;
    UnixDatagram::bind_addr(&name)
}

#[cfg(not(target_os = "linux"))]
fn lock(_: u16) -> io::Result<UnixDatagram> {
    Err(ErrorKind::Unsupported.into())
}

fn refusal(port: u16, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => match door::holder(port) {
            Some(holder) if holder.pid == std::process::id() => "is emu's own front door".to_owned(),
            Some(holder) => format!("is taken by {holder}"),
            None => "is taken".to_owned(),
        },
        ErrorKind::PermissionDenied => "is not for this user".to_owned(),
        _ => format!("cannot be used ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Library;
    use crate::profile::example::PLAN;
    use crate::spec::example::machine;
    use crate::spec::{AppSpec, Image, Overrides, resolve};

    /// A program of this machine under a plan that tells its port by this variable.
    fn spec(variable: &str) -> Spec {
        let plan = format!("{PLAN}[port]\nvariable = \"{variable}\"\nnumber = 10000\n");
        let profile = Library::shipped().with("example-free.toml", plan).load("example-free").unwrap();
        let image = Image::Host { folder: "/srv".into() };
        let app = AppSpec { name: "shop".into(), image, command: vec!["serve".into()] };
        resolve(&profile, app, &machine(), &Overrides::default()).unwrap()
    }

    fn wish(network: Option<NetworkChoice>, own_works: bool) -> Wish {
        Wish { network, own_works }
    }

    fn taken_up_to(last: u16) -> impl Fn(u16) -> Result<(), String> {
        move |port| if port <= last { Err("is taken".to_owned()) } else { Ok(()) }
    }

    #[test]
    fn the_plans_port_of_this_machine_is_taken_where_it_is_free() {
        for (variable, own_works) in [("PORT", true), ("none", true), ("PORT", false)] {
            let found = place(&spec(variable), &wish(None, own_works), taken_up_to(0));
            assert_eq!(found, Ok(Place::Here(10_000, (), None)));
        }
    }

    #[test]
    fn an_app_that_is_told_its_port_is_given_the_next_free_one() {
        let found = place(&spec("PORT"), &wish(None, true), taken_up_to(10_002)).unwrap();
        let told = "port 10000 of this machine is taken: the app is given PORT=10003";
        assert_eq!(found, Place::Here(10_003, (), Some(told.into())));
    }

    #[test]
    fn an_app_that_knows_its_port_gets_a_network_of_its_own_when_it_is_taken() {
        let found = place(&spec("none"), &wish(None, true), taken_up_to(10_000)).unwrap();
        let told = "port 10000 of this machine is taken: the app gets a network of its own, without a way out";
        assert_eq!(found, Place::Apart(Some(told.into())));
    }

    #[test]
    fn a_taken_port_that_the_app_knows_is_an_error_where_this_machines_network_is_meant() {
        let host = wish(Some(NetworkChoice::Host), true);
        let failure = place(&spec("none"), &host, taken_up_to(10_000)).unwrap_err();
        let told = "port 10000 of this machine is taken; expected it free, because nothing tells the app another one";
        assert_eq!((failure.exit, failure.message.as_str()), (Exit::NotStarted, told));
        assert!(failure.hints[0].contains("`--network own`"), "{:?}", failure.hints);
        let failure = place(&spec("none"), &wish(None, false), taken_up_to(10_000)).unwrap_err();
        assert!(failure.hints[0].contains("`--set port.number=N`"), "{:?}", failure.hints);
    }

    #[test]
    fn where_no_port_is_left_the_plans_own_is_the_one_that_is_told() {
        let failure = place(&spec("PORT"), &wish(None, false), taken_up_to(u16::MAX)).unwrap_err();
        assert!(failure.message.starts_with("port 10000 of this machine is taken"), "{}", failure.message);
    }

    #[test]
    fn a_network_of_its_own_is_given_when_asked_for_and_refused_where_it_does_not_work() {
        let own = Some(NetworkChoice::Own);
        assert_eq!(place(&spec("PORT"), &wish(own, true), taken_up_to(0)), Ok(Place::Apart(None)));
        assert_eq!(place(&spec("PORT"), &wish(own, false), taken_up_to(0)).unwrap_err().exit, Exit::Engine);
    }

    #[test]
    fn two_runs_never_hold_the_same_port() {
        let beside =
            |claimed: Result<Held, String>| claimed.err().as_deref() == Some("belongs to a run beside this one");
        let (port, held) = (9_191..9_999).find_map(|port| Some((port, Held::claim(port).ok()?))).unwrap();
        assert!(beside(Held::claim(port)));
        drop(held);
        assert!(!beside(Held::claim(port)));
    }

    #[test]
    fn a_port_that_is_taken_on_any_address_of_this_machine_cannot_be_had() {
        for address in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
            let ours = TcpListener::bind((address, 0)).unwrap();
            let refusal = Held::claim(ours.local_addr().unwrap().port()).unwrap_err();
            assert_eq!(refusal, "is emu's own front door");
        }
    }
}
