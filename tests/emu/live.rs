//! A run of the binary while it goes on: its lines as they come, its door, its end.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

use crate::driver::{Emu, emu};

/// Longer than any single step of a run in these tests.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run that goes on. Killed when a test fails before its end.
pub struct Live {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    stdout: ChildStdout,
    heard: Vec<String>,
    folder: tempfile::TempDir,
}

/// What a run left: its talk and its data.
pub struct Past {
    /// Lines of standard error.
    pub lines: Vec<String>,
    /// Standard output.
    pub data: String,
    /// How it ended; `None` when a signal ended it.
    pub status: Option<i32>,
    /// The folder of its record.
    _folder: tempfile::TempDir,
}

impl Live {
    /// Starts `emu run` with these arguments.
    pub fn run<'a>(args: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(emu(["run"].into_iter().chain(args)))
    }

    /// Starts a prepared call.
    pub fn of(call: Emu) -> Self {
        let (command, folder) = call.into_parts();
        let mut child = Command::from(command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary under test runs");
        let lines = BufReader::new(child.stderr.take().expect("it was piped")).lines();
        let stdout = child.stdout.take().expect("it was piped");
        Self { child, lines, stdout, heard: Vec::new(), folder }
    }

    /// Waits for the next line with all of these parts, and returns it.
    pub async fn line(&mut self, parts: &[&str]) -> String {
        let found = timeout(PATIENCE, self.next_with(parts)).await;
        match found {
            Ok(Some(line)) => line,
            Ok(None) => panic!("the run ended without a line with {parts:?}:\n{}", self.heard.join("\n")),
            Err(late) => panic!("{late}: no line with {parts:?}:\n{}", self.heard.join("\n")),
        }
    }

    async fn next_with(&mut self, parts: &[&str]) -> Option<String> {
        while let Some(line) = self.lines.next_line().await.expect("its lines are text") {
            self.heard.push(line.clone());
            if parts.iter().all(|part| line.contains(part)) {
                return Some(line);
            }
        }
        None
    }

    /// Waits until the front door is open, and returns its address.
    pub async fn address(&mut self) -> String {
        let line = self.line(&["listening on http://127.0.0.1:"]).await;
        let (_, address) = line.split_once("listening on ").expect("the line was found by it");
        address.trim().to_owned()
    }

    /// Sends a signal, and waits for nothing.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it is there to be signalled");
    }

    /// The folder of its record, for other calls beside it.
    pub fn home(&self) -> String {
        self.folder.path().join("state").to_string_lossy().into_owned()
    }

    /// Kills it as the kernel would, and returns its number and its folder.
    pub async fn kill_hard(mut self) -> (u32, tempfile::TempDir) {
        let id = self.child.id().expect("it lives until it is killed");
        self.signal(Signal::KILL);
        self.child.wait().await.expect("it ends");
        (id, self.folder)
    }

    fn pid(&self) -> Pid {
        let id = self.child.id().expect("it lives until it is waited for");
        Pid::from_raw(id.cast_signed()).expect("a process has a number above zero")
    }

    /// Presses Ctrl-C once, waits for the end, and checks that no instance is left.
    pub async fn interrupt(self) -> Past {
        let id = self.child.id().expect("it lives until it is interrupted");
        self.signal(Signal::INT);
        let ended = timeout(PATIENCE, self.rest(id)).await;
        ended.expect("a run ends when it is interrupted")
    }

    async fn rest(mut self, id: u32) -> Past {
        let mut data = String::new();
        // Both at once: a full pipe on either side would stop the other.
        let (read, ()) = tokio::join!(self.stdout.read_to_string(&mut data), async {
            while let Ok(Some(line)) = self.lines.next_line().await {
                self.heard.push(line);
            }
        });
        read.expect("its data is text");
        let status = self.child.wait().await.expect("it ends").code();
        if self.heard.iter().any(|line| line.contains(", by docker ")) {
            assert_eq!(containers_of(id).await, "", "containers are left behind");
        }
        assert_eq!(left_by(id, &self.folder), Vec::<String>::new());
        Past { lines: self.heard, data, status, _folder: self.folder }
    }
}

impl Past {
    /// Demands a line with all of these parts, after the lines demanded before.
    pub fn tells_in_order(&self, story: &[&[&str]]) {
        let mut rest = self.lines.iter();
        for parts in story {
            let found = rest.any(|line| parts.iter().all(|part| line.contains(part)));
            assert!(found, "no line with {parts:?} at its place in\n{}", self.lines.join("\n"));
        }
    }

    /// The data as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error} in\n{}", self.data))
    }
}

/// What the emu process with this number left of the embedded engine: control groups, processes that have
/// its environment, folders of what apps wrote.
pub fn left_by(process: u32, folder: &tempfile::TempDir) -> Vec<String> {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let named = |path: &PathBuf| path.to_string_lossy().contains(&format!(".{process}."));
    let hierarchies = entries(Path::new("/sys/fs/cgroup")).chain([PathBuf::from("/sys/fs/cgroup")]);
    let groups =
        hierarchies.flat_map(|hierarchy| entries(&hierarchy.join("emu"))).filter(|path| path.is_dir() && named(path));
    let mark = folder.path().to_string_lossy().into_owned().into_bytes();
    let has_mark = |path: &PathBuf| {
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        environment.windows(mark.len()).any(|part| part == mark)
    };
    let processes = entries(Path::new("/proc")).filter(has_mark);
    let scratch = entries(&folder.path().join("state/scratch"));
    groups.chain(processes).chain(scratch).map(|path| path.display().to_string()).collect()
}

/// Containers that the emu process with this number made, as Docker lists them.
pub async fn containers_of(process: u32) -> String {
    let filter = format!("label=emu.pid={process}");
    let listed = Command::new("docker").args(["ps", "--all", "--quiet", "--filter", &filter]).output().await;
    let listed = listed.expect("a run under Docker means that its client can be here too");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8_lossy(&listed.stdout).trim().to_owned()
}
