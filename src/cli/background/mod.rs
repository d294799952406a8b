//! `emu start`, `stop`, `restart`, `logs`, `status`, `top`: apps that go on when the command has returned.
//!
//! [`start`] starts this program once more, as a supervisor with a session of its own; [`supervise`] is that
//! process: it plays the same run as `emu run` and answers the other commands on a socket.

mod args;
mod cradle;
mod keeper;
mod logs;
mod restart;
mod start;
mod status;
mod stop;
mod supervise;
mod top;

pub use args::{LogsArgs, RestartArgs, StartArgs, StatusArgs, StopArgs, TopArgs};
pub(super) use logs::run as logs;
pub(super) use restart::run as restart;
pub(super) use start::run as start;
pub(super) use status::run as status;
pub(super) use stop::{clean, run as stop};
pub(super) use supervise::run as supervise;
pub(super) use top::run as top;

use super::{Exit, Failure, Surroundings};
use crate::background::{BackgroundError, Home, Name, Seen};

/// The hidden verb that makes this program a supervisor.
const SUPERVISOR: &str = "__supervisor";

/// Where the apps in the background have their folders.
fn home(surroundings: &Surroundings) -> Result<Home, Failure> {
    let state = surroundings.state().ok_or_else(|| {
        let what = "no folder for apps in the background: `EMU_HOME`, `XDG_STATE_HOME` and `HOME` are not set";
        Failure::new(Exit::Configuration, what).hint("set `EMU_HOME` to a folder")
    })?;
    Ok(Home::new(&surroundings.folder().join(state)))
}

/// A name as it was typed.
fn named(text: &str) -> Result<Name, Failure> {
    Name::new(text).map_err(|error| {
        Failure::new(Exit::Usage, error.to_string()).hint("`--name shop` is a name, `emu status` lists those in use")
    })
}

/// The app of this name, living or dead.
fn find(home: &Home, text: &str) -> Result<Seen, Failure> {
    let name = named(text)?;
    if let Some(seen) = home.find(&name)? {
        return Ok(seen);
    }
    let names: Vec<String> = home.all()?.iter().map(|seen| format!("`{}`", seen.name)).collect();
    let found = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    let failure = Failure::new(Exit::Usage, format!("no app in the background is called `{name}`, found {found}"));
    Err(failure.hint("`emu status` lists them, `emu runs list` also those that were stopped"))
}

/// One that is not there to be asked any more.
fn not_running(seen: &Seen) -> Failure {
    let name = &seen.name;
    Failure::new(Exit::NotStarted, format!("`{name}` does not run: {}", fate(seen)))
        .hint(format!("`emu logs {name}` shows its last lines, `emu stop {name}` forgets it"))
}

/// How a dead one ended.
fn fate(seen: &Seen) -> String {
    let boot = crate::background::boot();
    seen.card.as_ref().map_or_else(|| "it never served".to_owned(), |card| card.fate(boot.as_deref()))
}

impl From<BackgroundError> for Failure {
    fn from(error: BackgroundError) -> Self {
        let exit = match &error {
            BackgroundError::Taken { .. } => Exit::Usage,
            BackgroundError::Folder { .. } => Exit::Configuration,
            BackgroundError::Silent { .. } | BackgroundError::OtherVersion { .. } => Exit::Engine,
        };
        Self::new(exit, error.to_string()).hint(error.hint())
    }
}
