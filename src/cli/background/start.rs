use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Pair;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::Builder;

use super::cradle::{Born, Cry, Task};
use super::{SUPERVISOR, StartArgs, named};
use crate::cli::run::no_runtime;
use crate::cli::signals::Interrupts;
use crate::cli::{Exit, Failure, Printer, Surroundings};

/// Where it serves, as JSON.
#[derive(Serialize)]
struct Started<'b> {
    schema: u32,
    #[serde(flatten)]
    born: &'b Born,
}

/// Starts an app in the background, and returns when it serves.
pub(in crate::cli) fn run(args: &StartArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    args.name.as_deref().map(named).transpose()?;
    let (ours, theirs) = Pair::pair().map_err(|error| no_supervisor(&error))?;
    let child = launch(theirs, surroundings).map_err(|error| no_supervisor(&error))?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    let task = Task { arguments: surroundings.arguments.clone() };
    match runtime.block_on(wait(ours, &child, &task))? {
        Cry::Serving(born) => Ok(tell(&born, args, printer)),
        Cry::Failed { exit, message, hints } => {
            let failure = Failure::new(Exit::Told(exit), message);
            Err(hints.into_iter().fold(failure, Failure::hint))
        }
        Cry::What => Err(broken_off(child)),
    }
}

/// The same program once more. What it says before its app serves is said to whoever started it.
fn launch(theirs: Pair, surroundings: &Surroundings) -> std::io::Result<Child> {
    Command::new(surroundings.situation().program)
        .arg(SUPERVISOR)
        .stdin(OwnedFd::from(theirs))
        .stdout(Stdio::null())
        .spawn()
}

/// Tells it what to do, and waits for what becomes of it. Signals are passed on: it has a session of its own,
/// so a terminal does not reach it.
async fn wait(ours: Pair, child: &Child, task: &Task) -> Result<Cry, Failure> {
    let (commands, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let _interrupts = Interrupts::listen(commands).map_err(|error| no_runtime(&error))?;
    let mut way = Way::new(ours).map_err(|error| no_supervisor(&error))?;
    loop {
        tokio::select! {
            cry = way.hear() => match cry {
                Some(Cry::What) => way.tell(task).await.map_err(|error| no_supervisor(&error))?,
                Some(cry) => return Ok(cry),
                None => return Ok(Cry::What),
            },
            Some(_) = asked.recv() => pass_on(child),
        }
    }
}

/// The way to the supervisor.
struct Way {
    lines: Lines<BufReader<OwnedReadHalf>>,
    says: OwnedWriteHalf,
}

impl Way {
    fn new(ours: Pair) -> std::io::Result<Self> {
        ours.set_nonblocking(true)?;
        let (hears, says) = UnixStream::from_std(ours)?.into_split();
        Ok(Self { lines: BufReader::new(hears).lines(), says })
    }

    /// What it says; `None` when it is gone.
    async fn hear(&mut self) -> Option<Cry> {
        let line = self.lines.next_line().await.ok()??;
        serde_json::from_str(&line).ok()
    }

    async fn tell(&mut self, task: &Task) -> std::io::Result<()> {
        let text = format!("{}\n", serde_json::to_string(task)?);
        self.says.write_all(text.as_bytes()).await
    }
}

fn pass_on(child: &Child) {
    if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
        // One that has ended is about to be noticed.
        let _ = kill_process(pid, Signal::INT);
    }
}

fn tell(born: &Born, args: &StartArgs, printer: &Printer) -> Exit {
    let Born { name, app, profile, .. } = born;
    let what = if app == name { format!("`{name}`") } else { format!("`{name}` ({app})") };
    printer.say(&format!("{what} serves on {profile}; `emu logs {name} -f` follows it, `emu stop {name}` ends it"));
    if args.json {
        printer.json(&Started { schema: 1, born });
    } else {
        printer.data(&born.address);
    }
    Exit::Done
}

/// It ended without a word.
fn broken_off(mut child: Child) -> Failure {
    let how = child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
    Failure::new(Exit::Mistake, format!("the supervisor ended before the app served: {how}"))
        .hint("`emu clean` removes what it may have left")
}

fn no_supervisor(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Mistake, format!("the supervisor cannot be started: {error}"))
}
