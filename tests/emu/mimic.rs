//! The built-in app as a process: what it really uses, and how it ends.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::driver::emu;

/// A running app, killed when the test ends however it ends.
pub struct Mimic {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Mimic {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts one on a free port.
pub fn mimic(knobs: &[&str]) -> Mimic {
    let args = ["__mimic", "--listen", "127.0.0.1", "--port", "0"].iter().chain(knobs).copied();
    let (mut command, folder) = emu(args).into_parts();
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary under test runs");
    let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
    let address = loop {
        let line = lines.next().expect("it says where it listens").expect("its lines are text");
        if let Some(rest) = line.strip_prefix("listening on ") {
            break rest.split(' ').next().unwrap_or_default().to_owned();
        }
    };
    Mimic { child, lines, address, _folder: folder }
}

impl Mimic {
    /// Where it listens: `127.0.0.1:40123`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What an address answers.
    pub fn ask(&self, path: &str) -> Value {
        let mut socket = TcpStream::connect(&self.address).expect("it listens");
        write!(socket, "GET {path} HTTP/1.1\r\nhost: app\r\nconnection: close\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("it answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        serde_json::from_str(body).expect("deeds answer in JSON")
    }

    /// What it holds, without the pages of the program itself: those of a large build come and go as they like.
    fn resident_mib(&self) -> i64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("proc can be read");
        let held = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("the kernel tells it");
        held.trim().trim_end_matches(" kB").parse::<i64>().expect("a number of kB") >> 10
    }

    fn signal(&self, signal: Signal) {
        let id = Pid::from_child(&self.child);
        kill_process(id, signal).expect("it is there to be signalled");
    }

    fn wait_for_line(&mut self, part: &str) {
        let lines = self.lines.by_ref();
        assert!(lines.map_while(Result::ok).any(|line| line.contains(part)), "it never said `{part}`");
    }

    fn status(&mut self) -> i32 {
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

#[test]
fn what_it_holds_is_resident_and_is_given_back_whole() {
    let mimic = mimic(&["--hold", "10MiB"]);
    let start = mimic.resident_mib();
    for size in [100, 24, 3] {
        mimic.ask(&format!("/memory/hold?size={size}MiB"));
        let grown = mimic.resident_mib() - start;
        let expected = size - i64::from(size != 100) * 10;
        assert!(
            (expected - 1..expected + 3).contains(&grown),
            "{size} MiB asked for, {grown} MiB more than at the start"
        );
        mimic.ask("/memory/free");
        let left = mimic.resident_mib() - start;
        assert!(left <= -8, "{left} MiB against the start are left, after giving back the first 10 too");
    }
}

#[test]
fn a_childs_memory_is_not_its_own() {
    let mimic = mimic(&[]);
    let child = mimic.ask("/memory/child?size=60MiB&for=60s")["child"].as_u64().expect("a child has an id");
    assert!(mimic.resident_mib() < 40, "{} MiB", mimic.resident_mib());
    assert!(std::fs::exists(format!("/proc/{child}/statm")).expect("proc can be read"));
}

#[test]
fn it_leaves_with_success_when_asked_to_stop() {
    let mut mimic = mimic(&[]);
    mimic.signal(Signal::TERM);
    mimic.wait_for_line("received SIGTERM, stopping");
    assert_eq!(mimic.status(), 0);
}

#[test]
fn it_goes_on_when_told_to_ignore_the_signal() {
    let mut mimic = mimic(&["--ignore-term"]);
    mimic.signal(Signal::TERM);
    mimic.wait_for_line("received SIGTERM, going on");
    assert_eq!(mimic.ask("/see")["app"], "mimic");
}

#[test]
fn a_crash_ends_with_the_status_asked_for() {
    let mut mimic = mimic(&[]);
    let mut socket = TcpStream::connect(&mimic.address).expect("it listens");
    write!(socket, "GET /exit?code=9 HTTP/1.1\r\nhost: app\r\n\r\n").expect("it reads");
    assert_eq!(mimic.status(), 9);
    let mut answer = String::new();
    // A reset or an end: either way not one byte of an answer.
    let _ = socket.read_to_string(&mut answer);
    assert_eq!(answer, "");
}

#[test]
fn a_port_that_makes_no_sense_is_refused_with_what_was_expected() {
    let given = emu(["__mimic"]).env("PORT", "http").run().status(2);
    assert!(given.stdout.contains("`PORT`: found `http`, expected a port number"), "{}", given.stdout);
}
