//! Python sources.

use super::dockerfile::{self, Parts, notice, root};
use super::requirements::install;
use super::version::choose;
use super::{Build, BuildProblem, Options, Subject};
use crate::project::{Notice, Python};

/// What pip need not say in a build. Arguments of a build are not in the image that it makes.
const QUIET: &[&str] = &["PIP_ROOT_USER_ACTION=ignore", "PIP_DISABLE_PIP_VERSION_CHECK=1"];

pub(super) fn build(subject: Subject<'_>, python: &Python, options: &Options) -> Result<Build, BuildProblem> {
    let rules = &subject.profile.build;
    let asked = python.version.as_ref();
    let version = choose(asked.map(|said| said.value.as_str()), &rules.python, &rules.pythons);
    let (packages, unread) = packages(subject, python);
    let mut notices = unread;
    if let Some(said) = asked.filter(|_| !offers(&rules.pythons, &version)) {
        let offered = rules.pythons.join(", ");
        notices.push(notice(
            &said.place,
            format!("Python {version}, and {} has {offered}", subject.profile.plan.platform),
            "built with what is asked for; the platform would not",
        ));
    }
    if let (Some(base), Some(said)) = (&options.base_image, asked) {
        notices.push(notice(&said.place, format!("Python {}", said.value), format!("`{base}` has the Python it has")));
    }
    let install = install(subject, python, &root(subject))?;
    let parts = Parts { version, arguments: QUIET, install, packages, notices, ..Parts::default() };
    dockerfile::build(subject, options, parts)
}

/// Whether a platform has this version; one that names none has all.
fn offers(offered: &[String], version: &str) -> bool {
    let of = |known: &String| version == known || version.starts_with(&format!("{known}."));
    offered.is_empty() || !version.contains('.') || offered.iter().any(of)
}

/// Packages of the system, where the platform reads the file that names them.
fn packages(subject: Subject<'_>, python: &Python) -> (Vec<String>, Vec<Notice>) {
    let file = subject.profile.build.packages_file.as_deref();
    let (read, unread): (Vec<_>, Vec<_>) =
        python.packages.iter().partition(|said| file.is_some_and(|file| said.place.file == file));
    let platform = &subject.profile.plan.platform;
    let unread = unread.first().map(|said| {
        let place = crate::project::Place::file(said.place.file.clone());
        notice(&place, "packages of the system", format!("not installed: {platform} does not read this file"))
    });
    (read.into_iter().map(|said| said.value.clone()).collect(), unread.into_iter().collect())
}
