use std::collections::BTreeMap;

use super::declared::{Requirement, declared, requirements};
use crate::check::{Check, Finding, Severity, Subject};

pub(in crate::check) const UNPINNED: Check = Check {
    id: "requirement-unpinned",
    title: "requirements leave the version open",
    severity: Severity::Hint,
    looks_at: "the file of requirements that the platform reads; a lock file answers it",
    why: "The next build may take other versions than the ones that were tried.",
    needs_profile: false,
    documentation: "https://pip.pypa.io/en/stable/topics/repeatable-installs/",
    look: look_unpinned,
};

pub(in crate::check) const CONFLICT: Check = Check {
    id: "requirement-conflict",
    title: "requirements contradict each other",
    severity: Severity::Error,
    looks_at: "requirements.txt and the files that it takes in",
    why: "No version fits both lines, so the build fails.",
    needs_profile: false,
    documentation: "https://pip.pypa.io/en/stable/topics/dependency-resolution/",
    look: look_conflict,
};

/// How many names are told before the rest is a number.
const TOLD: usize = 5;

fn look_unpinned(subject: &Subject<'_>) -> Vec<Finding> {
    let locked = ["uv.lock", "Pipfile.lock", "poetry.lock", "pdm.lock"].iter().any(|file| subject.folder.has(file));
    let Some(declared) = declared(subject).filter(|_| !locked) else { return Vec::new() };
    let open = |found: &&Requirement| {
        !found.version.contains("==")
            && !found.version.contains('@')
            && !found.version.starts_with(|first: char| first.is_ascii_digit())
    };
    let open: Vec<&Requirement> =
        declared.named.iter().filter(open).filter(|found| found.place.file == declared.file).collect();
    let Some(first) = open.first() else { return Vec::new() };
    let names: Vec<String> = open.iter().take(TOLD).map(|found| format!("`{}`", found.name)).collect();
    let more = open.len().saturating_sub(TOLD);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let fix = "Write the versions that you tried: `pip freeze` tells them, `name==1.2.3` is the form.";
    vec![UNPINNED.finding(first.place.clone(), format!("no exact version: {}{rest}", names.join(", ")), fix)]
}

fn look_conflict(subject: &Subject<'_>) -> Vec<Finding> {
    let mut pins: BTreeMap<String, Requirement> = BTreeMap::new();
    let mut findings = Vec::new();
    for found in requirements(subject, "requirements.txt").into_iter().filter(|found| !found.conditional) {
        let Some(version) = pin(&found).map(str::to_owned) else { continue };
        let Some(first) = pins.get(&found.name) else {
            pins.insert(found.name.clone(), found);
            continue;
        };
        let other = pin(first).unwrap_or_default();
        if !same(other, &version) {
            let told = format!("`{}` is {version} here and {other} in {}", found.name, first.place);
            findings.push(CONFLICT.finding(found.place, told, "Keep one of the two lines."));
        }
    }
    findings
}

/// The exact version that a requirement wants; `None` for ranges.
fn pin(found: &Requirement) -> Option<&str> {
    found
        .version
        .strip_prefix("==")
        .map(|version| version.trim_start_matches('='))
        .filter(|version| !version.contains([',', '*']))
}

/// Whether two versions are the same, up to zeros at the end: `2.0` and `2.0.0`.
fn same(one: &str, other: &str) -> bool {
    let plain = |version: &str| {
        let parts: Vec<String> = version.split('.').map(str::to_owned).collect();
        let end = parts.iter().rposition(|part| part != "0").map_or(0, |at| at + 1);
        parts[..end].join(".")
    };
    plain(one) == plain(other)
}
