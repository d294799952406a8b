/// Why nothing can be made of a folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildProblem {
    /// Nobody says how the app is started.
    #[error("nothing in `{folder}` says how the app is started{found}")]
    NoStart {
        /// The folder's name.
        folder: String,
        /// What was found all the same, as a clause; may be empty.
        found: String,
    },
    /// Its packages are named in a file that emu installs nothing from.
    #[error("`{file}` names the packages, expected {expected}")]
    Unsupported {
        /// The file.
        file: String,
        /// What emu installs from.
        expected: &'static str,
    },
    /// The file with the packages cannot be read.
    #[error("`{file}` cannot be read as what it is: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The Dockerfile is not among the files of the project.
    #[error("`{file}` is not among the files of the project")]
    NoDockerfile {
        /// Its path.
        file: String,
    },
    /// Another image was asked for, and it is not clear in place of which.
    #[error("`--base-image` stands for one image, found several in `{file}`: {bases}")]
    SeveralBases {
        /// The Dockerfile.
        file: String,
        /// The images, between backticks.
        bases: String,
    },
    /// It can only be run by an engine that runs images.
    #[error("the embedded engine runs programs of this machine, found {what}")]
    NeedsImages {
        /// What it is.
        what: &'static str,
    },
}

impl BuildProblem {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::NoStart { .. } => {
                "name the command after `--` (`emu run . --profile ID -- COMMAND`), or in a `Procfile`: `web: COMMAND`"
                    .into()
            }
            Self::Unsupported { .. } => "write a `requirements.txt`, or a `Dockerfile`".into(),
            Self::Unreadable { file, .. } => format!("mend `{file}`"),
            Self::NoDockerfile { .. } => "it may be left out by an ignore file".into(),
            Self::SeveralBases { .. } => {
                "give the image as a build argument: `ARG BASE` before `FROM ${BASE}`, and `--build-arg BASE=IMAGE`"
                    .into()
            }
            Self::NeedsImages { .. } => {
                "start Docker, or name a command of this machine: `emu run . --profile ID -- COMMAND`".into()
            }
        }
    }
}
