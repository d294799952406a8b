use crate::cli::{Exit, Failure};
use crate::event::stored::VersionError;
use crate::store::StoreError;

/// Every trouble with the record, with what to do about it.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NoRuns => {
                Self::new(Exit::Usage, message).hint("`emu run --profile ID` plays the tour of a plan, and records it")
            }
            StoreError::UnknownRun { nearest, .. } => {
                let failure = Self::new(Exit::Usage, message);
                match nearest {
                    Some(name) => failure.hint(format!("did you mean `{name}`? `emu runs list` shows them all")),
                    None => failure.hint("`emu runs list` shows them all"),
                }
            }
            StoreError::Ambiguous { .. } => Self::new(Exit::Usage, message).hint("give the whole id of one of them"),
            StoreError::StillGoing { .. } => {
                Self::new(Exit::Usage, message).hint("stop it first, with Ctrl-C where it runs")
            }
            StoreError::AlreadyThere { run } => Self::new(Exit::Usage, message)
                .hint(format!("`emu runs show {run}` shows it; `emu runs remove {run}` makes room for the other one")),
            StoreError::Line { .. } => Self::new(Exit::Configuration, message)
                .hint("`emu runs export RUN -o FILE` writes a file that can be imported"),
            StoreError::Version(VersionError::Newer { .. }) => {
                Self::new(Exit::Configuration, message).hint("`emu --version` shows which emu this is")
            }
            StoreError::Open { .. } | StoreError::Database { .. } => {
                Self::new(Exit::Configuration, message).hint("`EMU_HOME` chooses another folder for the record")
            }
            StoreError::Newer { .. } | StoreError::Version(_) | StoreError::Event(_) | StoreError::File(_) => {
                Self::new(Exit::Configuration, message)
            }
        }
    }
}
