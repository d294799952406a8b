use std::io;
use std::path::PathBuf;

use crate::event::stored::{StoredError, VersionError};

/// What the record could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file, or its folder, cannot be made or opened.
    #[error("the record `{}` cannot be opened: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What stood in the way.
        reason: String,
    },
    /// A newer emu has brought the file up to a version that this one does not know.
    #[error(
        "the record `{}` has schema version {found}, this emu knows version {known}; \
         use a newer emu, or point `EMU_HOME` at another folder",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version found in it.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// SQLite refused.
    #[error("the record `{}`: {reason}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        reason: rusqlite::Error,
    },
    /// There is no run at all.
    #[error("no run is recorded yet")]
    NoRuns,
    /// No run has this id or name.
    #[error("no run is called `{asked}`")]
    UnknownRun {
        /// What was asked for.
        asked: String,
        /// The id or name that looks most like it.
        nearest: Option<String>,
    },
    /// The ids of several runs begin so.
    #[error("`{asked}` means {} runs: `{}`", ids.len(), ids.join("`, `"))]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// The ids of all of them, the newest first.
        ids: Vec<String>,
    },
    /// The run cannot be removed, because it is being written.
    #[error("run `{run}` is still going")]
    StillGoing {
        /// Its id.
        run: String,
    },
    /// The run is stored in a form that this program cannot read.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// An event of the run cannot be read.
    #[error(transparent)]
    Event(#[from] StoredError),
    /// A line of a file to import is wrong.
    #[error("line {line}: {reason}")]
    Line {
        /// Its number, from one.
        line: u64,
        /// What was found and what was expected.
        reason: String,
    },
    /// The run to import is in the record already.
    #[error("run `{run}` is in the record already")]
    AlreadyThere {
        /// Its id.
        run: String,
    },
    /// A file could not be read or written.
    #[error("the file cannot be read or written: {0}")]
    File(#[from] io::Error),
}
