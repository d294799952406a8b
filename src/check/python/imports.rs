use std::collections::{BTreeMap, BTreeSet};

use super::declared::declared;
use super::source::{Import, Source};
use super::sources;
use crate::check::{Check, Finding, Severity, Subject};
use crate::project::packages::{brought_by, is_standard, normalized, packages_of};

pub(in crate::check) const CHECK: Check = Check {
    id: "import-uncovered",
    title: "the code imports a package that its requirements do not name",
    severity: Severity::Warning,
    looks_at: "imports of Python, and the file of requirements that the platform reads; names of packages are matched by a table, so this is a hint at the place and no proof",
    why: "The platform installs what the requirements name; the app then ends with `ModuleNotFoundError`.",
    needs_profile: false,
    documentation: "https://pip.pypa.io/en/stable/reference/requirements-file-format/",
    look,
};

/// First parts of imports that many packages share.
const SHARED: &[&str] = &[
    "google",
    "azure",
    "opentelemetry",
    "zope",
    "backports",
    "jaraco",
    "aws_cdk",
    "databricks",
    "snowflake",
    "llama_index",
];

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(declared) = declared(subject) else { return Vec::new() };
    let local = local_modules(subject);
    let mut missing: BTreeMap<String, (&Source, &Import)> = BTreeMap::new();
    for source in sources(subject) {
        for import in &source.imports {
            let first = import.module.split('.').next().unwrap_or_default();
            if import.guarded
                || is_standard(first)
                || local.contains(first)
                || is_covered(&import.module, &declared.names)
            {
                continue;
            }
            missing.entry(first.to_owned()).or_insert((source, import));
        }
    }
    let finding = |(name, (source, import)): (String, (&Source, &Import))| {
        let package = packages_of(&import.module).into_iter().next().unwrap_or(name);
        let fix = format!("Add the line `{package}` to {}, with its version.", declared.file);
        CHECK.finding(
            source.place(import.line),
            format!("`{}` is imported, and {} does not name `{package}`", import.module, declared.file),
            fix,
        )
    };
    missing.into_iter().map(finding).collect()
}

/// Modules of the project's own: names of its files and folders of Python.
fn local_modules<'s>(subject: &'s Subject<'_>) -> BTreeSet<&'s str> {
    let parts = subject.python().iter().flat_map(|source| source.path.split('/'));
    parts.map(|part| part.strip_suffix(".py").unwrap_or(part)).collect()
}

fn is_covered(module: &str, declared: &BTreeSet<String>) -> bool {
    let first = module.split('.').next().unwrap_or(module);
    let wanted = packages_of(module);
    let plain = normalized(first);
    let near = |name: &String| {
        // `python-slugify`, `pyjwt`, `django-filter`: a package that has the import in its name may bring it.
        name.split('-').any(|part| part == plain)
            || name.replace('-', "") == plain.replace('-', "")
            || name.strip_prefix("py").is_some_and(|rest| rest == plain)
    };
    let shared = SHARED.contains(&first) && declared.iter().any(|name| name.starts_with(first));
    shared
        || declared.iter().any(|name| {
            wanted.contains(name)
                || near(name)
                || brought_by(name).iter().any(|brought| wanted.iter().any(|wanted| wanted == brought))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_covers_its_imports_and_what_it_brings() {
        let declared: BTreeSet<String> =
            ["pandas", "python-slugify", "google-cloud-storage", "pillow", "flask"].map(str::to_owned).into();
        for module in
            ["pandas", "numpy.linalg", "slugify", "google.cloud.storage", "PIL.Image", "flask", "werkzeug.utils"]
        {
            assert!(is_covered(module, &declared), "{module}");
        }
        for module in ["yaml", "sklearn", "requests"] {
            assert!(!is_covered(module, &declared), "{module}");
        }
    }
}
