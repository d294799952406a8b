use super::Platform;
use crate::project::Said;
use crate::project::document::Unreadable;

/// What is known before a folder is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The file of Python that is run, seen from the project's folder.
    pub entry: Option<Said<String>>,
    /// The Dockerfile, seen from the project's folder.
    pub dockerfile: Option<Said<String>>,
    /// The service of a file that names several.
    pub service: Option<Said<String>>,
    /// The platform of the profile that was chosen, by its name.
    pub platform: Option<String>,
    /// The platforms whose own files are looked for.
    pub platforms: Vec<Platform>,
}

/// Why it cannot be told what a folder is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// There is nothing in it.
    #[error("the folder `{folder}` is empty")]
    Empty {
        /// Its name.
        folder: String,
    },
    /// Nothing in it says what it is.
    #[error("nothing in `{folder}` says what the app is: found {seen}, expected {EXPECTED}")]
    Nothing {
        /// Its name.
        folder: String,
        /// Some of what is there.
        seen: String,
    },
    /// A file that was named is not there.
    #[error("{by} names `{file}`, which is not in the folder")]
    NoSuchFile {
        /// Who names it.
        by: String,
        /// The file.
        file: String,
    },
    /// There are several that it could be.
    #[error("there are several {what}: {}", candidates.join(", "))]
    Several {
        /// What there are several of: `apps`.
        what: &'static str,
        /// Each with its place.
        candidates: Vec<String>,
        /// How one is chosen.
        choose: String,
    },
    /// A platform's own file, or a compose file, cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file that decides cannot be read.
    #[error("{place}: {reason}")]
    Broken {
        /// Where.
        place: crate::project::Place,
        /// What is wrong.
        reason: String,
    },
}

const EXPECTED: &str = "a Dockerfile, a compose file, source of Python or Node, a Procfile, or `index.html`";

impl NotFound {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty { .. } => "name the folder with the app's sources".into(),
            Self::Nothing { .. } => {
                "name the folder with the app's sources, or the command after `--`: `emu run . -- CMD`".into()
            }
            Self::NoSuchFile { .. } => "paths are seen from the project's folder, with `/` between their parts".into(),
            Self::Several { choose, .. } => choose.clone(),
            Self::Unreadable(_) | Self::Broken { .. } => {
                "mend the file, or name the command after `--`: `emu run . -- CMD`".into()
            }
        }
    }
}
