use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use super::{Exit, Failure};

/// Tried first when no port was asked for, because people remember it.
const USUAL: u16 = 8080;

/// Opens the front door's socket at the port that was asked for, on this machine only. The socket is
/// kept, so nobody can take the port between choosing and using it.
pub(super) fn at(port: u16) -> Result<TcpListener, Failure> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| refused(port, &error))
}

/// Opens it without a wish: at the usual port, or at a free one when that is taken or the app's; `say` is
/// told of that.
pub(super) fn usual(of_app: Option<u16>, say: impl Fn(&str)) -> Result<TcpListener, Failure> {
    if of_app == Some(USUAL) {
        say(&format!("port {USUAL} is the app's; taking a free one for the front door"));
        return free();
    }
    at(USUAL).or_else(|taken| {
        say(&format!("{}; taking a free one", taken.message));
        free()
    })
}

/// A socket on any free port, for runs whose visitors are told where to come.
pub(super) fn free() -> Result<TcpListener, Failure> {
    at(0)
}

fn refused(port: u16, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::AddrInUse {
        let holder = holder(port).map_or_else(String::new, |name| format!(" by {name}"));
        return Failure::new(Exit::NotStarted, format!("port {port} on 127.0.0.1 is taken{holder}"))
            .hint("leave out `--port` to get a free one, or choose another");
    }
    Failure::new(Exit::NotStarted, format!("port {port} on 127.0.0.1 cannot be used: {error}"))
        .hint("choose a port above 1023, or leave out `--port`")
}

/// Who listens on a port.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) pid: u32,
    name: String,
}

impl std::fmt::Display for Holder {
    /// As in ``process 4711 (`nginx`)``.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} (`{}`)", self.pid, self.name)
    }
}

/// Who listens on a port, where the system tells.
pub(super) fn holder(port: u16) -> Option<Holder> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| listening_inode(table, port))?;
    let wanted = format!("socket:[{inode}]");
    for process in std::fs::read_dir("/proc").ok()?.flatten() {
        // Not `self`, which is one of the numbered ones as well.
        let Ok(pid) = process.file_name().to_string_lossy().parse() else { continue };
        let holds = std::fs::read_dir(process.path().join("fd"))
            .into_iter()
            .flatten()
            .flatten()
            .any(|fd| std::fs::read_link(fd.path()).is_ok_and(|target| target.as_os_str() == wanted.as_str()));
        if holds {
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(Holder { pid, name: name.trim().to_owned() });
        }
    }
    None
}

/// The inode of the socket that listens on `port`; columns as in proc(5), state `0A` is LISTEN.
fn listening_inode(table: &str, port: u16) -> Option<String> {
    let text = std::fs::read_to_string(table).ok()?;
    let ending = format!(":{port:04X}");
    text.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let listens = columns.get(3) == Some(&"0A") && columns.get(1).is_some_and(|local| local.ends_with(&ending));
        listens.then(|| columns.get(9).map(|inode| (*inode).to_owned())).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_with_its_holder_and_a_way_out() {
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = held.local_addr().unwrap().port();
        let failure = at(port).unwrap_err();
        let by_us = format!("port {port} on 127.0.0.1 is taken by process {} (`", std::process::id());
        assert!(failure.message.starts_with(&by_us), "{}", failure.message);
        assert_eq!(failure.exit, Exit::NotStarted);
        assert!(failure.hints[0].contains("--port"));
    }

    #[test]
    fn without_a_wish_two_runs_get_two_doors() {
        let told = std::cell::RefCell::new(Vec::new());
        let say = |text: &str| told.borrow_mut().push(text.to_owned());
        let (one, two) = (usual(None, say).unwrap(), usual(None, say).unwrap());
        assert_ne!(one.local_addr().unwrap(), two.local_addr().unwrap());
        assert!(told.borrow().last().unwrap().contains("8080 on 127.0.0.1 is taken"), "{told:?}");
    }

    #[test]
    fn the_apps_own_port_is_left_to_it() {
        let door = usual(Some(USUAL), |_| {}).unwrap();
        assert_ne!(door.local_addr().unwrap().port(), USUAL);
    }
}
