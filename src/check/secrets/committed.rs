use super::is_secrets_file;
use crate::check::paths::ending;
use crate::check::toml_file::line;
use crate::check::{Check, Finding, Severity, Subject};
use crate::project::Place;

pub(in crate::check) const CHECK: Check = Check {
    id: "secrets-committed",
    title: "a file of secrets is in git",
    severity: Severity::Error,
    looks_at: "files that git tracks: `.env`, `secrets.toml`, private keys",
    why: "Whoever can read the repository, now or in its history, has these secrets.",
    needs_profile: false,
    documentation: "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository",
    look,
};

/// The words that begin a private key, whatever its kind.
const KEY: &str = "-----BEGIN ";
const PRIVATE: &str = "PRIVATE KEY-----";

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let tracked = subject.folder.tracked.iter().flatten();
    tracked.filter_map(|path| secrets_file(subject, path).or_else(|| private_key(subject, path))).collect()
}

fn secrets_file(subject: &Subject<'_>, path: &str) -> Option<Finding> {
    let fills = |line: &str| {
        line.split_once('=').is_some_and(|(_, value)| !value.trim_matches(['"', '\'', ' ', '\r']).is_empty())
    };
    let only_names = subject.folder.text(path).is_some_and(|text| !text.lines().any(fills));
    if !is_secrets_file(path) || only_names {
        return None;
    }
    let fix = format!(
        "`git rm --cached {path}`, add the line `{path}` to .gitignore, and change every secret in it: the history keeps the old ones."
    );
    Some(CHECK.finding(Place::file(path), "this file of secrets is in git", fix))
}

fn private_key(subject: &Subject<'_>, path: &str) -> Option<Finding> {
    let of_tests = path.split('/').any(|part| part.starts_with("test") || part == "fixtures");
    let text = subject.folder.text(path).filter(|_| !of_tests && is_data(path))?;
    let at = text.match_indices(KEY).map(|(at, _)| at).find(|at| {
        let first = text[*at..].lines().next().unwrap_or_default();
        // In JSON the line end of the key is written as `\n`.
        first.split("\\n").next().unwrap_or_default().trim_end().ends_with(PRIVATE)
    })?;
    let fix = format!(
        "`git rm --cached {path}`, make a new key and withdraw this one, and hand the new one over as a secret of the platform."
    );
    Some(CHECK.finding(Place::line(path, line(text, at)), "a private key is in git", fix))
}

/// Source and prose speak of keys without holding one.
fn is_data(path: &str) -> bool {
    matches!(ending(path), "" | "pem" | "key" | "json" | "txt" | "toml" | "yaml" | "yml" | "env" | "p8" | "crt")
        || path.rsplit('/').next().is_some_and(|name| name.starts_with("id_"))
}
