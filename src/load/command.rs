use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;

use super::phase::stopped;
use super::start::core_set;
use super::watch::Watch;
use super::{Outcome, Target, Told};
use crate::event::{LoadReport, Phase, PhaseRole};
use crate::units::Elapsed;

/// How long a program that was asked to end may take.
const GRACE: Duration = Duration::from_secs(2);

/// How long output is waited for when the program and its group have ended.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A longer line is told in pieces.
const LONGEST_LINE: usize = 4096;

/// What the shell ends with when it may not execute a program, and when it finds none.
const NOT_EXECUTABLE: i32 = 126;
const NOT_FOUND: i32 = 127;

/// A program that drives the load in our place.
#[derive(Debug)]
pub struct Program {
    /// A line for the shell: `k6 run x.js`. The address is in its environment: `EMU_URL`, `EMU_HOST`, `EMU_PORT`.
    pub line: String,
    /// Where the load goes.
    pub target: Target,
    /// Where its phase, its output and its report are told.
    pub tell: UnboundedSender<Told>,
    /// Turns true when it shall be stopped. The same when its sender is gone.
    pub stop: watch::Receiver<bool>,
    /// The core that it keeps to, counted from zero; `None` for any.
    pub core: Option<usize>,
}

/// Runs a program until it ends or is stopped, as one phase named `command`. When it ends, whatever it started ends too.
///
/// Fails when there is no shell to run it. How the program ended is in the report: its exit code, or
/// 128 and the number of the signal that ended it.
pub async fn command(program: Program) -> io::Result<Outcome> {
    let Program { line, target, tell, stop, core } = program;
    let watch = Watch::begin();
    let cpu = children_cpu();
    let mut child = spawn(&line, &target)?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    say(
        &tell,
        Told::Phase(Phase { name: "command".into(), role: PhaseRole::Measure, what: line.clone(), users: None }),
    );
    if let Some(Err(error)) = core.map(|core| group.keep_to(core)) {
        say(&tell, Told::Note(format!("the load command cannot keep to a CPU of its own: {error}")));
    }
    let words = [
        tokio::spawn(pass_on(child.stdout.take(), tell.clone())),
        tokio::spawn(pass_on(child.stderr.take(), tell.clone())),
    ];
    let ended = tokio::select! {
        biased;
        () = stopped(stop) => None,
        status = child.wait() => Some(status),
    };
    let outcome = if ended.is_some() { Outcome::Done } else { Outcome::Stopped };
    let status = match ended {
        Some(status) => status?,
        None => end(&mut child, &group).await?,
    };
    // What it left running would go on asking, and hold its output open.
    group.signal(Signal::KILL);
    last_words(words, &tell).await;
    let code = code_of(status);
    if let Some(note) = diagnosis(code, &line) {
        say(&tell, Told::Note(note));
    }
    let generator_cpu = children_cpu().since(cpu);
    let report = LoadReport { lasted: watch.now(), generator_cpu, command_exit: Some(code), ..LoadReport::default() };
    say(&tell, Told::Load(report));
    Ok(outcome)
}

/// Waits for the rest of the output, unless somebody who left the group keeps it open.
async fn last_words(words: [JoinHandle<()>; 2], tell: &UnboundedSender<Told>) {
    let stop = words.each_ref().map(JoinHandle::abort_handle);
    if timeout(LAST_WORDS, futures_util::future::join_all(words)).await.is_err() {
        stop.iter().for_each(AbortHandle::abort);
        say(tell, Told::Note("something that the load command started is still running".to_owned()));
    }
}

fn say(tell: &UnboundedSender<Told>, told: Told) {
    // Whoever does not listen any more does not want to know.
    let _ = tell.send(told);
}

fn spawn(line: &str, target: &Target) -> io::Result<Child> {
    let address = target.address;
    Command::new("sh")
        .args(["-c", line])
        .env("EMU_URL", format!("http://{address}"))
        .env("EMU_HOST", address.ip().to_string())
        .env("EMU_PORT", address.port().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// Everything that the program started, unless it took pains to leave. Killed when this is dropped.
struct Group(Option<Pid>);

impl Group {
    fn signal(&self, signal: Signal) {
        // A group that is gone cannot be asked, and need not be.
        let _ = self.0.map(|group| kill_process_group(group, signal));
    }

    fn keep_to(&self, core: usize) -> io::Result<()> {
        core_set(self.0, core)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Asks the group to end, and makes it end when it does not.
async fn end(child: &mut Child, group: &Group) -> io::Result<ExitStatus> {
    group.signal(Signal::TERM);
    if let Ok(status) = timeout(GRACE, child.wait()).await {
        return status;
    }
    group.signal(Signal::KILL);
    child.wait().await
}

fn code_of(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| status.signal().map_or(-1, |signal| 128 + signal))
}

fn diagnosis(code: i32, line: &str) -> Option<String> {
    let what = match code {
        NOT_EXECUTABLE => "a program that may not be executed",
        NOT_FOUND => "a program that is not there: is it installed, and in `PATH`?",
        _ => return None,
    };
    Some(format!("the load command `{line}` ended with exit code {code}, by which a shell tells of {what}"))
}

/// Tells a stream line by line.
async fn pass_on<S: AsyncRead + Unpin>(stream: Option<S>, tell: UnboundedSender<Told>) {
    let Some(mut stream) = stream else { return };
    let mut rest = Vec::new();
    let mut piece = [0; LONGEST_LINE];
    while let Ok(came @ 1..) = stream.read(&mut piece).await {
        rest.extend_from_slice(&piece[..came]);
        while let Some((line, used)) = first_line(&rest) {
            say(&tell, Told::Line(line));
            rest.drain(..used);
        }
    }
    if !rest.is_empty() {
        say(&tell, Told::Line(text(&rest)));
    }
}

/// The first whole line, and how many bytes it takes with its end.
fn first_line(bytes: &[u8]) -> Option<(String, usize)> {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => Some((text(&bytes[..end]), end + 1)),
        None => (bytes.len() >= LONGEST_LINE).then(|| (text(&bytes[..LONGEST_LINE]), LONGEST_LINE)),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\r').to_owned()
}

/// CPU time of all children that were waited for, and of theirs; zero where the kernel does not tell.
fn children_cpu() -> Elapsed {
    let read = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may hold anything; behind it, the 14th and 15th word are user and system ticks.
    let words = read.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = words.skip(13).take(2).filter_map(|word| word.parse::<u64>().ok()).sum();
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Elapsed::from_micros(ticks.saturating_mul(1_000_000) / per_second)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::sync::mpsc;

    use super::*;
    use crate::event::Gate;

    /// Runs a line; stops it when it has told `until`.
    async fn run(line: &str, until: Option<&str>) -> (Vec<String>, LoadReport, Outcome) {
        let address = SocketAddr::from(([127, 0, 0, 1], 8080));
        let (_open, gate) = watch::channel(Gate::Open(address));
        let (stop, stopping) = watch::channel(false);
        let (tell, mut heard) = mpsc::unbounded_channel();
        let target = Target { address, host: "app.test".into(), gate };
        let program = Program { line: line.into(), target, tell, stop: stopping, core: None };
        let mut lines = Vec::new();
        let mut report = LoadReport::default();
        let listen = async {
            while let Some(told) = heard.recv().await {
                match told {
                    Told::Line(line) | Told::Note(line) => lines.push(line),
                    Told::Load(load) => report = load,
                    Told::Phase(_) => {}
                }
                if until.is_some() && lines.last().map(String::as_str) == until {
                    stop.send_replace(true);
                }
            }
        };
        let (outcome, ()) = tokio::join!(command(program), listen);
        (lines, report, outcome.unwrap())
    }

    #[tokio::test]
    async fn a_program_knows_the_address_and_its_exit_code_is_kept() {
        let (lines, report, outcome) = run("echo $EMU_URL $EMU_HOST $EMU_PORT; echo oh >&2; exit 3", None).await;
        assert!(lines.contains(&"http://127.0.0.1:8080 127.0.0.1 8080".to_owned()), "{lines:?}");
        assert!(lines.contains(&"oh".to_owned()), "{lines:?}");
        assert_eq!((report.command_exit, outcome), (Some(3), Outcome::Done));
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_told() {
        let (lines, report, _) = run("no-such-program-anywhere --fast", None).await;
        assert_eq!(report.command_exit, Some(127));
        assert!(lines.last().unwrap().contains("is it installed"), "{lines:?}");
        let (lines, report, _) = run("./Cargo.toml", None).await;
        assert_eq!(report.command_exit, Some(126));
        assert!(lines.last().unwrap().contains("may not be executed"), "{lines:?}");
    }

    #[tokio::test]
    async fn a_program_that_is_stopped_ends_with_everything_it_started() {
        // The inner program ignores the polite signal.
        let line = "sh -c 'trap \"\" TERM; echo ready; exec tail -f /dev/null' & wait";
        let (lines, report, outcome) = run(line, Some("ready")).await;
        assert_eq!(lines, ["ready"]);
        assert_eq!((report.command_exit, outcome), (Some(128 + 15), Outcome::Stopped));
    }

    #[tokio::test]
    async fn what_a_program_leaves_running_is_ended() {
        let (lines, report, outcome) = run("tail -f /dev/null & echo done", None).await;
        // It would have kept the output open, which is told.
        assert_eq!((lines, report.command_exit, outcome), (vec!["done".to_owned()], Some(0), Outcome::Done));
    }

    #[test]
    fn lines_are_cut_at_their_ends_and_when_they_have_none() {
        assert_eq!(first_line(b"tea\r\nmore"), Some(("tea".into(), 5)));
        assert_eq!(first_line(b"more"), None);
        assert_eq!(first_line(&[b'a'; 5_000]).map(|(line, used)| (line.len(), used)), Some((4_096, 4_096)));
    }
}
