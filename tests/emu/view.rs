//! The live view on a terminal of its own: what is shown, and that the terminal is always given back.

use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::driver::{Emu, emu};

const LIFE: &str = include_str!("../fixtures/life.jsonl");
const ENTERS: &str = "\x1b[?1049h";
const LEAVES: &str = "\x1b[?1049l";
/// The size of the terminal.
const ROWS: NonZeroU16 = NonZeroU16::new(30).expect("above zero");
const COLUMNS: NonZeroU16 = NonZeroU16::new(100).expect("above zero");
/// Longer than any single step here.
const PATIENCE: Timespec = Timespec { tv_sec: 60, tv_nsec: 0 };

/// A program on a terminal of its own.
struct OnTerminal {
    child: Child,
    terminal: OwnedFd,
    /// The program's end, held so that the terminal can be looked at after the program has gone.
    inside: OwnedFd,
    seen: String,
    screen: vt100::Parser,
}

impl OnTerminal {
    fn start(call: Emu) -> (Self, tempfile::TempDir) {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("this machine has terminals");
        grantpt(&terminal).expect("a terminal is granted");
        unlockpt(&terminal).expect("a terminal is unlocked");
        let name = ptsname(&terminal, Vec::new()).expect("a terminal has a name");
        let inside = open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("a terminal can be opened");
        let size = Winsize { ws_row: ROWS.get(), ws_col: COLUMNS.get(), ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&inside, size).expect("a terminal has a size");
        let (called, folder) = call.env("TERM", "xterm").into_parts();
        let end = || inside.try_clone().expect("a descriptor can be copied");
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(called.get_program()).args(called.get_args()).env_clear();
        command.envs(called.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(folder.path()).stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().expect("the binary under test runs");
        (Self { child, terminal, inside, seen: String::new(), screen: vt100::Parser::new(ROWS, COLUMNS, 0) }, folder)
    }

    /// Waits until this was written.
    fn until(&mut self, wanted: &str) {
        while !self.seen.contains(wanted) {
            self.read(wanted);
        }
    }

    /// Waits until this stands on the screen, however it came to be there.
    fn shows(&mut self, wanted: &str) {
        while !self.screen.screen().contents().contains(wanted) {
            self.read(wanted);
        }
    }

    fn read(&mut self, wanted: &str) {
        let mut piece = [0; 4096];
        let mut ready = [PollFd::new(&self.terminal, PollFlags::IN)];
        let count = poll(&mut ready, Some(&PATIENCE)).expect("a terminal can be waited for");
        assert!(count > 0, "no {wanted:?} on:\n{}\nin:\n{}", self.screen.screen().contents(), self.seen);
        let read = rustix::io::read(&self.terminal, &mut piece).expect("a terminal can be read");
        self.screen.process(&piece[..read]);
        self.seen.push_str(&String::from_utf8_lossy(&piece[..read]));
    }

    fn press(&self, keys: &str) {
        rustix::io::write(&self.terminal, keys.as_bytes()).expect("a terminal can be written to");
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the program runs");
    }

    /// Whether a terminal gathers lines and echoes them, as it does for a shell.
    fn is_a_shells(&self) -> bool {
        let modes = tcgetattr(&self.inside).expect("a terminal has modes").local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Waits for the end, by which the terminal must be as it was.
    fn given_back(&mut self) -> ExitStatus {
        self.until(LEAVES);
        let status = self.child.wait().expect("the program ends");
        assert!(self.is_a_shells(), "the terminal is left raw");
        status
    }
}

/// A replay of a whole life in the view, once it has been drawn.
fn replay() -> (OnTerminal, tempfile::TempDir) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let path = home.path().to_str().expect("temporary folders have plain names");
    let import = emu(["runs", "import", "life.jsonl"]).file("life.jsonl", LIFE).env("EMU_HOME", path);
    import.run().status(0);
    let call = emu(["runs", "replay", "last", "--tui", "--speed", "20"]).env("EMU_HOME", path);
    let (mut shown, _folder) = OnTerminal::start(call);
    shown.until(ENTERS);
    shown.until("512 MiB");
    assert!(!shown.is_a_shells(), "keys would not be told at once");
    (shown, home)
}

#[test]
fn a_replay_ends_by_its_key_and_gives_the_terminal_back() {
    let (mut shown, _home) = replay();
    shown.press("q");
    assert_eq!(shown.given_back().code(), Some(0));
}

#[test]
fn a_replay_is_ended_by_a_signal_and_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let (mut shown, _home) = replay();
        shown.signal(signal);
        assert_eq!(shown.given_back().code(), Some(130), "{signal:?}");
    }
}

#[test]
fn a_replay_needs_a_terminal() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let path = home.path().to_str().expect("temporary folders have plain names");
    let given = emu(["runs", "replay", "last", "--tui"]).env("EMU_HOME", path).run().status(2);
    assert!(given.stderr.contains("needs a terminal"), "{}", given.stderr);
}

/// A run on the embedded engine, once it is served.
fn run(more: &[&str]) -> (OnTerminal, tempfile::TempDir) {
    let call = ["run", "mimic", "--engine", "native", "--profile", "render-starter", "--no-platform-delay"];
    OnTerminal::start(emu(call.into_iter().chain(more.iter().copied())))
}

#[tokio::test]
async fn a_run_is_shown_and_its_summary_is_printed_where_the_view_was() {
    if crate::support::native().await.is_none() {
        return;
    }
    for stop in [None, Some("\x03")] {
        let (mut shown, _folder) = run(&[]);
        shown.until("serving for");
        match stop {
            Some(keys) => shown.press(keys),
            None => shown.signal(Signal::TERM),
        }
        shown.until(LEAVES);
        shown.until("shows this again");
        assert_eq!(shown.given_back().code(), Some(130));
        let after = shown.seen.split(LEAVES).last().expect("what came after the view");
        assert!(after.contains("interrupted"), "no summary after the view:\n{after}");
    }
}

#[tokio::test]
async fn plain_lines_are_lines_on_a_terminal_too() {
    if crate::support::native().await.is_none() {
        return;
    }
    let (mut shown, _folder) = run(&["--plain"]);
    shown.until("-> serving");
    shown.signal(Signal::TERM);
    shown.until("shows this again");
    shown.child.wait().expect("the program ends");
    assert!(!shown.seen.contains(ENTERS), "{}", shown.seen);
}

/// A folder with apps of these names in the background, which end with it.
struct Apps(tempfile::TempDir);

impl Apps {
    fn start(names: &[&str]) -> Self {
        let apps = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        for name in names {
            apps.start_one(name);
        }
        apps
    }

    fn start_one(&self, name: &str) {
        let plan = ["--engine", "native", "--profile", "render-free", "--set", "cpu.share=1", "--no-platform-delay"];
        self.call(&[&["start", "mimic", "--name", name], &plan[..]].concat()).run().status(0);
    }

    fn call(&self, words: &[&str]) -> Emu {
        emu(words.iter().copied()).env("EMU_HOME", self.0.path().to_str().expect("temporary folders have plain names"))
    }

    fn top(&self) -> (OnTerminal, tempfile::TempDir) {
        OnTerminal::start(self.call(&["top"]))
    }
}

impl Drop for Apps {
    fn drop(&mut self) {
        self.call(&["stop", "--all", "--kill"]).run();
    }
}

#[tokio::test]
async fn apps_in_the_background_are_watched_told_and_left() {
    if crate::support::native().await.is_none() {
        return;
    }
    let apps = Apps::start(&["one", "two"]);
    let (mut shown, _folder) = apps.top();
    shown.shows("> one");
    shown.shows("  two");
    shown.shows("mimic on render-free");
    shown.press("\x1b[B");
    shown.shows("> two");
    shown.press("m");
    shown.press("half way\r");
    shown.shows("mark     half way");
    shown.shows("two: marked: half way");
    shown.press("s");
    shown.shows("asleep for");
    shown.press("w");
    shown.shows("asleep -> starting");
    shown.shows("> two  serving for");
    apps.start_one("three");
    shown.shows("  three");
    apps.call(&["stop", "one"]).run().status(0);
    shown.shows("one    ended: completed");
    shown.press("q");
    assert_eq!(shown.given_back().code(), Some(0));
    // Nobody who only looked has ended anything.
    let left = apps.call(&["status"]).run().status(0).stdout;
    assert!(left.contains("two") && left.contains("three") && !left.contains("ended"), "{left}");
    let marks = apps.call(&["runs", "replay", "two"]).run().status(0).stdout;
    assert!(marks.contains("half way"), "{marks}");
}

#[tokio::test]
async fn a_supervisor_that_is_killed_is_told_and_the_others_go_on() {
    if crate::support::native().await.is_none() {
        return;
    }
    let apps = Apps::start(&["one", "two"]);
    let (mut shown, _folder) = apps.top();
    shown.shows("  two  serving");
    let told = apps.call(&["status", "two", "--json"]).run().status(0).stdout;
    let told: serde_json::Value = serde_json::from_str(&told).expect("a status as JSON");
    let pid = told["apps"][0]["pid"].as_i64().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
    kill_process(pid.expect("a supervisor has a number"), Signal::KILL).expect("it runs");
    shown.shows("two  ended: its supervisor was killed");
    shown.signal(Signal::TERM);
    assert_eq!(shown.given_back().code(), Some(130));
    assert!(apps.call(&["status", "one"]).run().status(0).stdout.contains("serving"));
}

#[tokio::test]
async fn without_a_terminal_the_apps_are_listed_once() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let path = home.path().to_str().expect("temporary folders have plain names");
    let none = emu(["top"]).env("EMU_HOME", path).run().status(0);
    assert!(none.stderr.contains("nothing runs in the background"), "{}", none.stderr);
    let unknown = emu(["top", "shop"]).env("EMU_HOME", path).run().status(2);
    assert!(unknown.stderr.contains("no app in the background is called `shop`"), "{}", unknown.stderr);
    if crate::support::native().await.is_none() {
        return;
    }
    let apps = Apps::start(&["one"]);
    let listed = apps.call(&["top"]).run().status(0);
    assert!(listed.stdout.contains("one") && listed.stdout.contains("of 512 MiB"), "{}", listed.stdout);
}
