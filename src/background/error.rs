use std::io;
use std::path::{Path, PathBuf};

/// Why something about the apps in the background could not be done.
#[derive(Debug, thiserror::Error)]
pub enum BackgroundError {
    /// Another supervisor has the name.
    #[error("the name `{name}` is taken")]
    Taken {
        /// The name.
        name: String,
    },
    /// The folder that holds their state refuses.
    #[error("`{path}` cannot be used: {reason}")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// The supervisor lives and does not answer.
    #[error("the supervisor of `{name}` does not answer: {reason}")]
    Silent {
        /// The app's name.
        name: String,
        /// What was seen.
        reason: String,
    },
    /// The supervisor is of another emu.
    #[error("`{name}` runs under an emu that speaks version {found} of the supervisors' language, expected {expected}")]
    OtherVersion {
        /// The app's name.
        name: String,
        /// The version it speaks.
        found: u32,
        /// The version that this emu speaks.
        expected: u32,
    },
}

impl BackgroundError {
    pub(super) fn folder(path: &Path, reason: io::Error) -> Self {
        Self::Folder { path: path.to_owned(), reason }
    }

    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Taken { name } => {
                format!("`emu start … --name OTHER` starts another one beside it, `emu stop {name}` ends it")
            }
            Self::Folder { .. } => "set `EMU_HOME` to a folder that can be written".to_owned(),
            Self::Silent { .. } => "`emu status` shows its process; end that (`kill PID`) if it hangs".to_owned(),
            Self::OtherVersion { .. } => {
                "use the emu that started it, or end its process: `emu status` shows which".to_owned()
            }
        }
    }
}
