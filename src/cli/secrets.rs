use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::subject::SubjectArgs;
use super::{Exit, Failure};
use crate::app::{self, GivenSecrets};
use crate::profile::{Profile, SecretRules, SecretWins};
use crate::spec::Overrides;

/// What the tools of a laptop read from a project's folder, and no platform is given.
const OF_THE_LAPTOP: &str = ".env";

/// Adds the app's secrets under one plan to what else is changed: those of `--secrets`, or else of the file in the
/// project's folder in which this platform's users keep them. What its user should know is added to `notes`, once.
pub(super) fn with_secrets(
    mut overrides: Overrides,
    subject: &SubjectArgs,
    profile: &Profile,
    folder: Option<&Path>,
    notes: &mut Vec<String>,
) -> Result<Overrides, Failure> {
    let changed = profile.overridden(&overrides.set).ok();
    // What is wrong with a setting is told when the spec is made.
    let rules = changed.as_ref().map_or(&profile.secrets, |changed| &changed.secrets);
    for path in paths(subject, rules, folder, notes) {
        add(&mut overrides, &path, rules, notes)?;
    }
    if let Some(folder) = folder {
        tell_of_the_laptop(subject, folder, notes);
    }
    Ok(overrides)
}

fn paths(subject: &SubjectArgs, rules: &SecretRules, folder: Option<&Path>, notes: &mut Vec<String>) -> Vec<PathBuf> {
    if !subject.secrets.is_empty() {
        return subject.secrets.clone();
    }
    let usual = rules.file.as_ref().zip(folder).map(|(file, folder)| (file, folder.join(file)));
    let Some((file, path)) = usual.filter(|(_, path)| path.is_file()) else { return Vec::new() };
    note(notes, format!("taking the secrets of `{file}` for those that the platform is given"));
    vec![path]
}

fn add(overrides: &mut Overrides, path: &Path, rules: &SecretRules, notes: &mut Vec<String>) -> Result<(), Failure> {
    let given = app::read_secrets(path, rules)
        .map_err(|error| Failure::new(Exit::Configuration, error.to_string()).hint(error.hint()))?;
    let GivenSecrets { variables, files, hidden, notes: more } = given;
    for text in more {
        note(notes, text);
    }
    match rules.wins {
        SecretWins::Secrets => overrides.environment.extend(variables),
        SecretWins::Environment => drop(overrides.environment.splice(0..0, variables)),
    }
    overrides.secret_files.extend(files);
    overrides.hidden.extend(hidden);
    Ok(())
}

/// A file that only the laptop has is not read by itself; somebody who relies on it should know.
fn tell_of_the_laptop(subject: &SubjectArgs, folder: &Path, notes: &mut Vec<String>) {
    let file = folder.join(OF_THE_LAPTOP);
    let same = |path: &PathBuf| std::path::absolute(path).is_ok_and(|path| path == file);
    let named = subject.env_file.iter().chain(&subject.secrets).any(same);
    if file.is_file() && !named {
        let text = "`.env` is not read, because no platform is given it: `--env-file .env` gives its variables";
        note(notes, text.to_owned());
    }
}

/// A value such as platforms make up: 256 random bits. The keys of the standard hasher come from the system.
pub(super) fn made_up() -> String {
    let bytes: Vec<u8> = (0..4).flat_map(|_| RandomState::new().build_hasher().finish().to_le_bytes()).collect();
    STANDARD.encode(bytes)
}

/// Adds what its user should know, once.
pub(super) fn note(notes: &mut Vec<String>, text: String) {
    if !notes.contains(&text) {
        notes.push(text);
    }
}
