//! A helper on a leash: assignments in, words out.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::process::Pid;
use serde_json::{Value, json};

/// Far longer than anything here takes. What takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A helper of the binary under test.
pub struct Shim {
    /// The other end of its socket.
    pub socket: Option<BufReader<UnixStream>>,
    /// What its app prints.
    pub output: BufReader<ChildStdout>,
    child: Child,
}

/// An assignment for a shell script at the weakest level, to be changed.
pub fn script(text: &str) -> Value {
    command(&["/bin/sh", "-c", text])
}

/// An assignment for a command.
pub fn command(command: &[&str]) -> Value {
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    json!({
        "command": command, "environment": { "PATH": path }, "folder": null, "workdir": "/", "user": null,
        "open_files": null, "doors": [], "closed_network": false, "room": null,
    })
}

impl Shim {
    /// Starts a helper that has been told nothing.
    pub fn idle() -> Self {
        let (here, there) = UnixStream::pair().expect("a pair of sockets");
        here.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut command = Command::new(env!("CARGO_BIN_EXE_emu"));
        command.arg("__shim").stdin(OwnedFd::from(there)).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the helper starts");
        let output = BufReader::new(child.stdout.take().expect("an output"));
        Self { socket: Some(BufReader::new(here)), output, child }
    }

    /// Starts a helper with an assignment.
    pub fn with(assignment: &Value) -> Self {
        let mut shim = Self::idle();
        shim.say(assignment);
        shim
    }

    /// Says something to the helper.
    pub fn say(&mut self, what: &Value) {
        let socket = self.socket.as_mut().expect("the socket is open").get_mut();
        writeln!(socket, "{what}").expect("the helper listens");
    }

    /// The next word.
    pub fn word(&mut self) -> Value {
        let mut line = String::new();
        self.socket.as_mut().expect("the socket is open").read_line(&mut line).expect("a word in time");
        serde_json::from_str(&line).unwrap_or(Value::Null)
    }

    /// The process of an app that has started.
    pub fn started(&mut self) -> i32 {
        let word = self.word();
        let pid = word["started"]["pid"].as_i64().unwrap_or_else(|| panic!("not started: {word}"));
        i32::try_from(pid).expect("a process number")
    }

    /// The next line that the app prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("output is text");
        line.trim_end().to_owned()
    }

    /// Everything that the app still prints, until nobody can print any more.
    pub fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("output is text");
        rest
    }

    /// How the app ended. The helper must have left, too.
    pub fn ended(&mut self) -> i64 {
        let word = self.word();
        let code = word["ended"]["code"].as_i64().unwrap_or_else(|| panic!("not ended: {word}"));
        self.left();
        code
    }

    /// The helper's own process.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The helper leaves by itself, with this status.
    pub fn status(&mut self) -> Option<i32> {
        self.child.wait().expect("waited").code()
    }

    /// The helper leaves by itself, content.
    pub fn left(&mut self) {
        assert_eq!(self.status(), Some(0), "how the helper ends");
    }
}

impl Drop for Shim {
    fn drop(&mut self) {
        // A failed test must leave nothing: the end of the socket is the end of the app.
        self.socket = None;
        let _ = self.child.wait();
    }
}

/// What the app prints, and its exit status, from start to end.
pub fn ran(assignment: &Value) -> (String, i64) {
    let mut shim = Shim::with(assignment);
    shim.started();
    let printed = shim.rest();
    (printed, shim.ended())
}

/// Whether a process is there. One that has ended and was not waited for is not.
pub fn lives(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// A path as text.
pub fn text(path: &Path) -> String {
    path.to_str().expect("a path of a test is text").to_owned()
}
