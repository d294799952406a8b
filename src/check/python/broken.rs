use std::collections::BTreeMap;

use crate::check::paths::ending;
use crate::check::{Check, Finding, Severity, Subject};
use crate::profile::ManifestFormat;
use crate::project::{Place, Platform};

pub(in crate::check) const CHECK: Check = Check {
    id: "file-broken",
    title: "a file cannot be read to its end",
    severity: Severity::Error,
    looks_at: "brackets and quotes of Python, the syntax of pyproject.toml, Pipfile, package.json, platforms' own files and YAML files at the top of the project, and files that the system refuses to read",
    why: "Whoever needs the file fails on it: the build, the platform or the app.",
    needs_profile: false,
    documentation: "https://docs.python.org/3/tutorial/errors.html#syntax-errors",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let python = super::sources(subject).filter_map(|source| {
        let broken = source.broken.as_ref()?;
        Some(CHECK.finding(source.place(broken.line), broken.what.clone(), "Mend this line, or the one above it."))
    });
    let files = subject.folder.files.iter().filter(|(path, _)| !path.contains('/'));
    let own = own_files();
    let others = files.filter_map(|(path, file)| {
        let (line, what) = mistake(path, own.get(path).copied(), file.content.text()?)?;
        Some(CHECK.finding(Place::line(path, line), what, "Mend this line, or the one above it."))
    });
    python.chain(others).collect()
}

/// The platforms' own files, and how each is written.
fn own_files() -> BTreeMap<String, ManifestFormat> {
    let all = Platform::shipped().into_iter().flat_map(|platform| platform.manifests);
    all.map(|(file, manifest)| (file, manifest.format)).collect()
}

/// What is wrong with a file of settings: the line, and what; never the text that stands there.
fn mistake(path: &str, own: Option<ManifestFormat>, text: &str) -> Option<(u32, String)> {
    match (path, own) {
        ("pyproject.toml" | "Pipfile", _) | (_, Some(ManifestFormat::Toml)) => {
            crate::check::toml_file::read(path, text).1.into_iter().next()
        }
        ("package.json", _) | (_, Some(ManifestFormat::Json)) => {
            let error = serde_json::from_str::<serde_json::Value>(text).err()?;
            Some((u32::try_from(error.line()).unwrap_or(1), "a mistake of syntax: this is no JSON".to_owned()))
        }
        (path, _) if matches!(ending(path), "yaml" | "yml") => {
            let error = serde_yaml::from_str::<serde::de::IgnoredAny>(text).err()?;
            let line = error.location().map_or(1, |at| u32::try_from(at.line()).unwrap_or(1));
            (!error.to_string().contains("more than one document"))
                .then(|| (line, "a mistake of syntax: this is no YAML".to_owned()))
        }
        _ => None,
    }
}
