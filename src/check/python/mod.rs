//! Python source: what it imports, where it listens, what it writes, which secrets it reads.

mod broken;
mod declared;
mod files;
mod health;
mod imports;
mod listen;
mod mail;
mod pins;
mod secrets;
mod source;
mod version;
mod weight;

pub(super) use broken::CHECK as BROKEN;
pub(super) use files::{upload_limits, written};
pub(super) use health::CHECK as HEALTH;
pub(super) use imports::CHECK as IMPORTS;
pub(super) use listen::{bind, port, workers};
pub(super) use mail::ports as mail_ports;
pub(super) use pins::{CONFLICT, UNPINNED};
pub(super) use secrets::CHECK as SECRETS;
pub(super) use source::Source;
pub(super) use version::{CHECK as VERSION, REMOVED};
pub(super) use weight::CHECK as WEIGHT;

use super::Subject;
use super::paths::is_aside;
use super::start::{Start, start};
use crate::project::Recipe;

/// The sources of Python that the platform may run, without tests and examples.
pub(super) fn sources<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = &'s Source> {
    subject.python().iter().filter(|source| !is_aside(&source.path))
}

/// The source that is started as a script: `app.py` of `python app.py`.
fn script<'s>(subject: &'s Subject<'_>) -> Option<&'s Source> {
    let path = start(subject).as_ref().and_then(Start::script)?.to_owned();
    subject.python().iter().find(|source| source.path == path)
}

/// Whether the app's packages come from the platform's own build of Python source.
fn is_built_of_source(subject: &Subject<'_>) -> bool {
    matches!(subject.found.map(|found| &found.recipe), Some(Recipe::Python(_)) | None)
        && !subject.folder.has("Dockerfile")
}
