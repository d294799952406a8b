use std::path::Path;

use crate::app::{self, Project};
use crate::check::{self, SecretsFile, Subject};
use crate::cli::folder::{self, NamedPlan};
use crate::cli::{Exit, Failure, Surroundings, profile};
use crate::profile::Profile;
use crate::project::{Folder, Found};

/// A project as it was read for the checks.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) folder: Folder,
    pub(super) found: Option<Found>,
    pub(super) profile: Option<Profile>,
    pub(super) secrets: Vec<SecretsFile>,
    /// What is said aloud about how it was read.
    pub(super) notices: Vec<String>,
}

impl Read {
    /// What the checks look at.
    pub(super) fn subject(&self) -> Subject<'_> {
        let mut subject = Subject::of(&self.folder);
        subject.found = self.found.as_ref();
        subject.profile = self.profile.as_ref();
        subject.secrets = &self.secrets;
        subject
    }
}

/// Reads a project's folder, what it is, and the plan it is meant for.
pub(super) fn read(path: &Path, named: Option<&str>, surroundings: &Surroundings) -> Result<Read, Failure> {
    let folder = app::folder(path).map_err(|error| Failure::new(Exit::Usage, error.to_string()).hint(error.hint()))?;
    let mut notices = Vec::new();
    let project = project(path)?;
    let first = project.as_ref().and_then(|project| project.profiles.first());
    let chosen = named.or(first.map(String::as_str)).map(|id| profile::load(id, surroundings)).transpose()?;
    // What cannot be told is no fault of the project: the checks that need it are silent.
    let found = match folder::found(path, &folder, chosen.map(|profile| profile.plan.platform))? {
        Ok(found) => Some(found),
        Err(error) => {
            notices.push(format!("it cannot be told what the app is, so its start is not checked: {error}"));
            None
        }
    };
    if folder.truncated {
        notices
            .push("the folder holds more than was looked at; an ignore file leaves out what is not the app's".into());
    }
    let profile = plan((named, project), found.as_ref(), &mut notices, surroundings)?;
    let secrets = secrets(path, &folder);
    Ok(Read { folder, found, profile, secrets, notices })
}

fn project(path: &Path) -> Result<Option<Project>, Failure> {
    app::project(path).map_err(|error| Failure::new(Exit::Configuration, error.to_string()).hint(error.hint()))
}

/// The plan: named on the command line, else in the project's own file, else the one that the platform's file means.
fn plan(
    (named, project): (Option<&str>, Option<Project>),
    found: Option<&Found>,
    notices: &mut Vec<String>,
    surroundings: &Surroundings,
) -> Result<Option<Profile>, Failure> {
    if let Some(id) = named {
        return profile::load(id, surroundings).map(Some);
    }
    let Some(plan) = NamedPlan::find(project.as_ref(), found) else { return Ok(None) };
    notices.push(plan.told());
    profile::load(&plan.profile, surroundings).map(Some)
}

/// Files of secrets that the ignore files leave out; their values are compared with nothing but the code.
fn secrets(path: &Path, folder: &Folder) -> Vec<SecretsFile> {
    let read =
        |name: &String| Some(SecretsFile { path: name.clone(), text: std::fs::read_to_string(path.join(name)).ok()? });
    folder.ignored.iter().filter(|name| check::is_secrets_file(name)).filter_map(read).collect()
}
