use super::{Exit, Failure, Surroundings};
use crate::app;
use crate::profile::{Library, Profile, ProfileError};

/// Loads one profile by its id or path.
pub(super) fn load(name: &str, surroundings: &Surroundings) -> Result<Profile, Failure> {
    let paths: Vec<&str> = Some(name).filter(|name| app::is_path(name)).into_iter().collect();
    library(&paths, surroundings)?.load(name).map_err(|error| broken(&error))
}

/// The shipped profiles, the user's own, and the files named by path.
pub(super) fn library(paths: &[&str], surroundings: &Surroundings) -> Result<Library, Failure> {
    app::library(surroundings.profiles().as_deref(), paths).map_err(|error| {
        Failure::new(Exit::Configuration, error.to_string()).hint("`emu profiles list` names the profiles there are")
    })
}

/// What is wrong with a profile, as a failure with a next step.
pub(super) fn broken(error: &ProfileError) -> Failure {
    let failure = Failure::new(Exit::Configuration, error.to_string());
    match error {
        ProfileError::Unknown { near, .. } if near.is_empty() => {
            failure.hint("`emu profiles list` names the profiles there are")
        }
        ProfileError::Unknown { near, .. } => {
            let near: Vec<String> = near.iter().map(|id| format!("`{id}`")).collect();
            failure.hint(format!("nearest: {}; `emu profiles list` names them all", near.join(", ")))
        }
        ProfileError::Invalid { .. } => {
            failure.hint("`emu profiles validate FILE` checks a file; docs/profiles.md tells what it may hold")
        }
    }
}
