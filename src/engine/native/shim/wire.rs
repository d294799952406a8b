//! What emu and its helper say to each other: one JSON value a line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the helper shall do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine::native) struct Assignment {
    /// Program and arguments. The program is looked for in `PATH` of `environment`.
    pub command: Vec<String>,
    /// The whole environment.
    pub environment: BTreeMap<String, String>,
    /// Where the app's files are on this machine; `None` for the built-in app.
    pub folder: Option<PathBuf>,
    /// Working directory. `None`: the folder, or `/`.
    pub workdir: Option<PathBuf>,
    /// User name or id. `None`: whoever emu runs as.
    pub user: Option<String>,
    /// Open files of a process.
    pub open_files: Option<u32>,
    /// Files into which the app's process writes `0`, to join its control group just before it is run.
    pub doors: Vec<PathBuf>,
    /// A network of its own with nothing but its loopback device.
    pub closed_network: bool,
    /// Mounts, process numbers, names of its own. `None`: those of this machine.
    pub room: Option<Room>,
    /// The main process of a running instance, as this machine numbers it: the command is run in the
    /// same surroundings, besides it. `room` and `closed_network` are then those of that process, and
    /// so are working directory and user when they are `None`.
    #[serde(default)]
    pub enter: Option<u32>,
}

/// The surroundings of an app that is kept apart from this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine::native) struct Room {
    /// An empty folder, or one that an earlier life of the same instance left, for what the app writes.
    pub scratch: PathBuf,
    /// Host name. `None` keeps this machine's.
    pub hostname: Option<String>,
    /// Bytes of `/dev/shm`.
    pub shm: Option<u64>,
    /// Bytes of a `/tmp` in memory; `None` for a `/tmp` on the throw-away layer.
    pub tmp: Option<u64>,
    /// Folders of the app's control group, each with its place below `/sys/fs/cgroup`.
    pub groups: Vec<(String, PathBuf)>,
    /// Files that only the app may see: their place, from the working directory, and their content.
    #[serde(default)]
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

/// What the helper tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::engine::native) enum Word {
    /// The app's program runs.
    Started {
        /// Its main process, as this machine numbers it.
        pid: u32,
    },
    /// It could not be run: the program is missing, not executable, not for this machine.
    CannotRun {
        /// Why: `no such file or directory`.
        reason: String,
    },
    /// The surroundings could not be made.
    Failed {
        /// What was tried: `mount the throw-away layer`.
        doing: String,
        /// Why not.
        reason: String,
    },
    /// The app's main process ended.
    Ended {
        /// Exit status; 128 and the signal when one ended it.
        code: i32,
    },
}

/// What the helper is asked while the app runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::engine::native) enum Ask {
    /// Send this signal to the app's main process.
    Signal(i32),
}
