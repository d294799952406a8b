//! What is told to the embedded engine, and what it tells about itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::{Isolation, Machine};

/// What the engine must know of its surroundings; this room reads no environment.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// emu's own program; `None` for the one that runs.
    pub program: Option<PathBuf>,
    /// Folder for what apps write: one of `emu`'s own that outlives a run.
    pub scratch: Option<PathBuf>,
    /// Variables of this machine that every app is given: `PATH`, `LANG` and the like.
    pub inherited: BTreeMap<String, String>,
    /// The level of isolation that is wanted; `None` for the strongest that works.
    pub isolation: Option<Isolation>,
}

/// An instance, or a part of one, that a dead emu left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The name of its group and of its folder.
    pub name: String,
    /// The run it belonged to.
    pub run: String,
    /// What there is of it: `2 processes`, `a folder`.
    pub state: String,
}

/// What is known about the engine, for a user who wonders why something does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// What it can do.
    pub machine: Machine,
    /// Limits it cannot enforce, in words.
    pub missing: Vec<&'static str>,
    /// Why the isolation is not stronger; `None` when it is the strongest.
    pub isolation: Option<String>,
    /// Where what apps write is kept.
    pub scratch: PathBuf,
}

/// What must be known of the environment; this room does not read it.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// emu's own program.
    pub program: PathBuf,
    /// Its arguments, without the program.
    pub arguments: Vec<OsString>,
    /// Whether [`Self::MARK`] is set.
    pub again: bool,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// `DBUS_SESSION_BUS_ADDRESS`.
    pub bus: Option<String>,
    /// `PATH`.
    pub path: Option<OsString>,
}

impl Situation {
    /// Set in the environment of an emu that was started in a scope, so that it is done once only.
    pub const MARK: &str = "EMU_DELEGATED";
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// This process can make control groups, or nothing that could be done here would let it.
    Stay,
    /// This process becomes that one. [`Situation::MARK`] must be set in its environment.
    Become {
        /// The program.
        program: PathBuf,
        /// Its arguments, without the program.
        arguments: Vec<OsString>,
    },
}
