use super::{Finding, Severity, Subject, docker, node, plan, python, secrets, start, streamlit};
use crate::profile::key;

/// Something that is looked at before the push.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name, for `--only`, `--skip` and comments: `secrets-committed`.
    pub id: &'static str,
    /// What it finds, as a clause.
    pub title: &'static str,
    /// How grave its gravest finding is.
    pub severity: Severity,
    /// What it reads, as a clause.
    pub looks_at: &'static str,
    /// Why it matters, as a sentence.
    pub why: &'static str,
    /// Whether it asks what a plan promises.
    pub needs_profile: bool,
    /// A page with more, on the web.
    pub documentation: &'static str,
    /// Looks.
    pub(super) look: fn(&Subject<'_>) -> Vec<Finding>,
}

/// Every check, in the order in which they are shown.
pub const CHECKS: &[&Check] = &[
    &secrets::COMMITTED,
    &secrets::NOT_IGNORED,
    &secrets::BROKEN,
    &python::SECRETS,
    &python::BROKEN,
    &python::IMPORTS,
    &node::IMPORTS,
    &python::UNPINNED,
    &python::CONFLICT,
    &python::WEIGHT,
    &python::VERSION,
    &python::REMOVED,
    &start::BIND,
    &start::PORT,
    &start::WORKERS,
    &python::HEALTH,
    &plan::FILES_LOST,
    &plan::BLOCKED_PORT,
    &plan::UPLOAD,
    &plan::COMPOSE_LIMITS,
    &plan::MANIFEST_KEY,
    &streamlit::BROKEN,
    &streamlit::HEADLESS,
    &streamlit::PORT,
    &streamlit::XSRF,
    &streamlit::UPLOAD,
    &streamlit::ERROR_DETAILS,
    &docker::SHELL_FORM,
    &docker::ROOT,
    &docker::ARCHITECTURE,
    &docker::EXPOSE,
    &docker::COPIES_SECRETS,
    &docker::SECRET_VALUE,
];

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id).copied()
}

/// The id that somebody who wrote `id` may have meant.
pub fn nearest(id: &str) -> Option<&'static str> {
    key::nearest(id, CHECKS.iter().map(|check| check.id))
}
