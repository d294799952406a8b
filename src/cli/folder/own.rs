//! What the `emu.toml` in a folder says about it: it goes before all other files there.

use std::path::Path;

use crate::app::{self, PROJECT_FILE, Project};
use crate::cli::{Exit, Failure};
use crate::project::{Because, Command, Found, Place, Said, Setting};

/// The project's file that stands in this very folder, where it is about the folder.
pub(super) fn project(folder: &Path) -> Result<Option<Project>, Failure> {
    let found = app::project(folder)
        .map_err(|error| Failure::new(Exit::Configuration, error.to_string()).hint(error.hint()))?;
    let same = |one: &Path| one.canonicalize().ok() == folder.canonicalize().ok();
    let about = |project: &Project| project.app.as_deref().is_none_or(|app| same(Path::new(app)));
    Ok(found.filter(|project| same(&project.folder) && about(project)))
}

/// What it says is in force, and said.
pub(super) fn take(found: &mut Found, project: &Project) {
    let place = || Place::file(PROJECT_FILE);
    if !project.command.is_empty() {
        found.taken.command = Some(Said::at(place(), Command::Words(project.command.clone())));
        let what = format!("the command that starts it: `{}`", project.command.join(" "));
        found.because.insert(0, Because { place: place(), what });
    }
    for (name, value) in &project.env {
        found.taken.environment.insert(name.clone(), Said::at(place(), Setting::Value(value.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Asked, Folder, find};

    fn folder(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(PROJECT_FILE), text).unwrap();
        folder
    }

    #[test]
    fn its_command_and_its_variables_go_before_those_of_other_files() {
        let folder = folder("command = [\"python3\", \"other.py\"]\n[env]\nMODE = \"b\"\n");
        let project = project(folder.path()).unwrap().unwrap();
        let files = [("app.py", "import flask\n"), ("Procfile", "web: python3 app.py\n")];
        let mut found = find(&Folder::of("shop", &files), &Asked::default()).unwrap();
        take(&mut found, &project);
        let command = Command::Words(vec!["python3".into(), "other.py".into()]);
        assert_eq!(found.taken.command.map(|said| said.value), Some(command));
        assert_eq!(found.taken.environment["MODE"].value, Setting::Value("b".into()));
        assert_eq!(found.because[0].what, "the command that starts it: `python3 other.py`");
    }

    #[test]
    fn a_file_about_an_image_says_nothing_about_the_folder() {
        assert!(project(folder("app = \"shop:1\"\n").path()).unwrap().is_none());
        assert!(project(folder("app = \".\"\n").path()).unwrap().is_some());
        assert!(project(folder("rouds = 1\n").path()).is_err());
    }
}
