use std::collections::BTreeMap;

use crate::check::{Check, Finding, Severity, Subject, node, python};
use crate::profile::DiskKind;
use crate::project::Place;

pub(in crate::check) const CHECK: Check = Check {
    id: "files-lost",
    title: "the app writes files that the plan loses",
    severity: Severity::Warning,
    looks_at: "files that the code writes under a plain relative name: databases, uploads, tables; and the plan's disk",
    why: "What the app wrote is gone after the next restart, sleep or deploy.",
    needs_profile: true,
    documentation: "https://12factor.net/processes",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(kind) = subject.profile.map(|profile| profile.disk.kind) else { return Vec::new() };
    if kind == DiskKind::Kept || has_disk(subject) {
        return Vec::new();
    }
    // One finding for each file that is lost, at the first place that writes it.
    let mut lost: BTreeMap<String, Place> = BTreeMap::new();
    for (place, path) in written(subject) {
        if let Some(path) = relative(&path) {
            lost.entry(path).or_insert(place);
        }
    }
    lost.into_iter().map(|(path, place)| finding(subject, kind, &path, place)).collect()
}

fn written(subject: &Subject<'_>) -> Vec<(Place, String)> {
    node::written(subject).into_iter().chain(python::written(subject)).collect()
}

fn finding(subject: &Subject<'_>, kind: DiskKind, path: &str, place: Place) -> Finding {
    let fix = "Keep it outside: a database or object storage of the platform, or a disk where the plan sells one.";
    let shipped = subject.folder.has(path);
    let found = if shipped {
        format!("`{path}` is opened for writing; each start begins again with the copy in the repository")
    } else {
        format!("`{path}` is written to the instance's own disk")
    };
    let finding = CHECK.finding(place, found, fix);
    // A database that is only read is no loss.
    let finding = if shipped { finding.only(Severity::Hint) } else { finding };
    match kind {
        DiskKind::Memory => finding
            .because("Files lie in memory there: they count towards the limit, and are gone after the next restart."),
        _ => finding,
    }
}

/// The path of a file in the project's folder; `None` for what lies elsewhere or is no file.
fn relative(path: &str) -> Option<String> {
    let path = path.trim_start_matches("file:").split('?').next().unwrap_or_default();
    let plain = path.trim_start_matches("./");
    let elsewhere =
        plain.starts_with(['/', '~', '\\']) || plain.starts_with("..") || plain.contains("://") || plain.contains(':');
    (!plain.is_empty() && !elsewhere).then(|| plain.to_owned())
}

/// Whether one of the project's files orders a disk that is kept. Where it is mounted is not looked at.
fn has_disk(subject: &Subject<'_>) -> bool {
    let orders = |line: &str| {
        let line = line.trim().trim_start_matches("- ");
        ["disk:", "disks:", "[mounts]", "[[mounts]]", "volumeMounts:", "mountPath:"]
            .iter()
            .any(|word| line.starts_with(word))
    };
    let files = subject.folder.files.iter().filter(|(path, _)| !path.contains('/'));
    let texts = files.filter_map(|(_, file)| file.content.text());
    texts.into_iter().any(|text| text.len() < 65_536 && text.lines().any(orders))
}
