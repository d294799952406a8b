use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;
use super::sources;
use crate::check::secrets::is_secrets_example;
use crate::check::start::is_given;
use crate::check::{Check, Finding, Severity, Subject, toml_file};
use crate::project::Place;

pub(in crate::check) const CHECK: Check = Check {
    id: "secrets-missing",
    title: "the code reads a secret that nobody gives",
    severity: Severity::Warning,
    looks_at: "`st.secrets[…]`, `st.secrets.…` and `os.environ[…]` in the code; files of secrets and their examples, the platform's file",
    why: "Reading it raises `KeyError`: the page or the whole app ends there.",
    needs_profile: false,
    documentation: "https://docs.streamlit.io/develop/concepts/connections/secrets-management",
    look,
};

/// Variables that every process has.
const ALWAYS: &[&str] = &["HOME", "PATH", "PWD", "USER", "LANG", "TZ", "HOSTNAME", "SHELL", "TERM", "TMPDIR"];

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let (tables, variables) = (of_tables(subject), of_variables(subject));
    tables.into_iter().chain(variables).collect()
}

/// Secrets of the TOML file.
fn of_tables(subject: &Subject<'_>) -> Vec<Finding> {
    let known = known_keys(subject);
    let mut told: BTreeMap<String, Finding> = BTreeMap::new();
    for source in sources(subject) {
        for (line, key) in source.secrets_read() {
            let given = known
                .iter()
                .any(|known| *known == key || known.starts_with(&format!("{key}.")) || is_inside(known, &key));
            if !given {
                let found = format!("the secret `{key}` is read, and no file of secrets names it");
                let fix = format!(
                    "Write `{}` into .streamlit/secrets.toml, and into the secrets of the platform's page.",
                    example(&key)
                );
                told.entry(key).or_insert_with(|| CHECK.finding(source.place(line), found, fix));
            }
        }
    }
    let findings = told.into_values();
    // With no file at all the secrets may stand on the platform's page alone.
    if known.is_empty() { findings.map(|finding| finding.only(Severity::Hint)).collect() } else { findings.collect() }
}

/// A key that goes deeper than the file's value: a list, or a text that is read further.
fn is_inside(known: &str, key: &str) -> bool {
    key.strip_prefix(known).is_some_and(|rest| rest.starts_with('.'))
}

fn example(key: &str) -> String {
    match key.rsplit_once('.') {
        Some((table, name)) => format!("[{table}] {name} = \"…\""),
        None => format!("{key} = \"…\""),
    }
}

fn known_keys(subject: &Subject<'_>) -> BTreeSet<String> {
    let examples = subject.folder.files.iter().filter(|(path, _)| is_secrets_example(path));
    let examples = examples.filter_map(|(path, file)| Some((path.as_str(), file.content.text()?)));
    let files = subject.secrets_files().chain(examples).filter(|(path, _)| path.contains("secrets"));
    files.flat_map(|(path, text)| toml_file::read(path, text).0.into_keys()).collect()
}

/// Variables that are read so that their absence ends the app.
fn of_variables(subject: &Subject<'_>) -> Vec<Finding> {
    let known = known_variables(subject);
    let given = |name: &str| ALWAYS.contains(&name) || known.contains(name) || is_given(subject, name);
    let set: BTreeSet<&str> = sources(subject).flat_map(Source::variables_set).collect();
    let mut told: BTreeMap<String, (Place, String)> = BTreeMap::new();
    for source in sources(subject) {
        for (line, name) in source.variables_read() {
            if !given(&name) && !set.contains(name.as_str()) {
                told.entry(name.clone()).or_insert_with(|| (source.place(line), name));
            }
        }
    }
    let has_any = !known.is_empty() || subject.found.is_some_and(|found| !found.taken.environment.is_empty());
    let finding = |(place, name): (Place, String)| {
        let fix = format!("Write `{name}=…` into .env, and set it on the platform's page or in its file.");
        let finding = CHECK.finding(place, format!("the variable `{name}` is read, and nobody sets it"), fix);
        if has_any { finding } else { finding.only(Severity::Hint) }
    };
    told.into_values().map(finding).collect()
}

fn known_variables(subject: &Subject<'_>) -> BTreeSet<String> {
    let examples = subject.folder.files.iter().filter(|(path, _)| is_secrets_example(path));
    let examples = examples.filter_map(|(path, file)| Some((path.as_str(), file.content.text()?)));
    let mut known = BTreeSet::new();
    for (path, text) in subject.secrets_files().chain(examples) {
        if path.contains("secrets") {
            // Values at the root become variables, too.
            known.extend(toml_file::read(path, text).0.into_keys().filter(|key| !key.contains('.')));
        } else {
            let names = text.lines().filter_map(|line| line.trim().trim_start_matches("export ").split_once('='));
            known.extend(names.map(|(name, _)| name.trim().to_owned()).filter(|name| !name.starts_with('#')));
        }
    }
    known
}
