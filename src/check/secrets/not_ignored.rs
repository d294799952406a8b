use super::is_secrets_file;
use crate::check::{Check, Finding, Severity, Subject};
use crate::project::Place;

pub(in crate::check) const CHECK: Check = Check {
    id: "secrets-not-ignored",
    title: "a file of secrets is not in .gitignore",
    severity: Severity::Warning,
    looks_at: "`.env` and `secrets.toml` files, and .gitignore",
    why: "The next `git add .` puts it into the repository, for good.",
    needs_profile: false,
    documentation: "https://git-scm.com/docs/gitignore",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let folder = subject.folder;
    let tracked = |path: &String| folder.tracked.iter().flatten().any(|tracked| tracked == path);
    let open = folder.files.keys().filter(|path| is_secrets_file(path) && !tracked(path));
    open.map(|path| {
        let fix = if folder.has(".gitignore") {
            format!("Add the line `{path}` to .gitignore.")
        } else {
            format!("Write a .gitignore with the line `{path}`.")
        };
        CHECK.finding(Place::file(path), "this file of secrets is not ignored by git", fix)
    })
    .collect()
}
