use super::{is_built_of_source, sources};
use crate::check::{Check, Finding, Severity, Subject};
use crate::project::Recipe;
use crate::project::packages::gone_in;

pub(in crate::check) const CHECK: Check = Check {
    id: "python-version",
    title: "the project asks for a Python that the platform does not have",
    severity: Severity::Error,
    looks_at: "`.python-version`, `runtime.txt` and the like, and the versions that the platform offers",
    why: "The build fails, or takes another version than the one that was tried.",
    needs_profile: true,
    documentation: "https://devguide.python.org/versions/",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let offered = subject.profile.map(|profile| profile.build.pythons.as_slice()).unwrap_or_default();
    let Some(Recipe::Python(python)) = subject.found.map(|found| &found.recipe) else { return Vec::new() };
    let Some(said) = python.version.as_ref().filter(|_| !offered.is_empty()) else { return Vec::new() };
    let Some(asked) = plain(&said.value) else { return Vec::new() };
    if offered.iter().any(|version| plain(version) == Some(asked)) {
        return Vec::new();
    }
    let newest = offered.iter().max_by_key(|version| plain(version)).cloned().unwrap_or_default();
    let found = format!("Python {} is asked for, and the platform has {}", said.value, offered.join(", "));
    vec![CHECK.finding(said.place.clone(), found, format!("Ask for one that it has: `{newest}`."))]
}

/// The first two numbers of a plain version: 3 and 12 of `3.12.4`, `==3.12.*` and `python-3.12`. `None` for a
/// range, which several versions may fill.
fn plain(version: &str) -> Option<(u32, u32)> {
    let plain = version.trim().trim_start_matches("python-").trim_start_matches('=').trim();
    let mut parts = plain.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

pub(in crate::check) const REMOVED: Check = Check {
    id: "python-module-gone",
    title: "the code imports a module that Python gave up",
    severity: Severity::Error,
    looks_at: "imports of Python, and the version that the project asks for or the platform takes",
    why: "The import ends with `ModuleNotFoundError` under that version, whatever the requirements say.",
    needs_profile: true,
    documentation: "https://docs.python.org/3/whatsnew/3.13.html#removed",
    look: look_removed,
};

fn look_removed(subject: &Subject<'_>) -> Vec<Finding> {
    let asked = match subject.found.map(|found| &found.recipe) {
        Some(Recipe::Python(python)) => python.version.as_ref().map(|said| said.value.as_str()),
        _ => None,
    };
    let taken = subject.profile.map(|profile| profile.build.python.as_str());
    let Some(version) = asked.or(taken).filter(|_| is_built_of_source(subject)) else { return Vec::new() };
    let Some((3, number)) = plain(version) else { return Vec::new() };
    let local = |name: &str| {
        subject.python().iter().any(|source| source.path.split('/').any(|part| part.trim_end_matches(".py") == name))
    };
    let mut findings = Vec::new();
    for source in sources(subject) {
        for import in source.imports.iter().filter(|import| !import.guarded && !local(&import.module)) {
            if let Some(gone) = gone_in(&import.module).filter(|gone| *gone <= number) {
                let found =
                    format!("`{}` is imported, and Python {version} is used, which does not have it", import.module);
                let fix = format!(
                    "Ask for a Python before 3.{gone}, or replace it; PyPI has `standard-{}` for some.",
                    import.module
                );
                findings.push(REMOVED.finding(source.place(import.line), found, fix));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_version_is_read_from_its_first_two_numbers() {
        let told = ["3.12", "3.9.18", "python-3.11.4", "==3.10.*", "3", ">=3.9", "2.7", "pypy3"].map(plain);
        assert_eq!(told, [Some((3, 12)), Some((3, 9)), Some((3, 11)), Some((3, 10)), None, None, Some((2, 7)), None]);
    }
}
