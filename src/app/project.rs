use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::is_path;
use super::scenario::{ScenarioError, beside, scenario_file};
use crate::metrics::Asked;
use crate::scenario::{Budget, Choice, FileError, Load, Scenario};

/// The name of the project's own file.
pub const PROJECT_FILE: &str = "emu.toml";

/// What the project's own file asks for. Paths in it have become paths from here.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The file.
    pub file: PathBuf,
    /// The folder it stands in; absolute.
    pub folder: PathBuf,
    /// What is run: an image, a folder, or `mimic`.
    pub app: Option<String>,
    /// Profiles, by id or path. Empty where the file names none.
    pub profiles: Vec<String>,
    /// What is done to the app.
    pub load: Option<Scenario>,
    /// How often every plan has its turn.
    pub rounds: Option<u32>,
    /// Variables of the app.
    pub env: BTreeMap<String, String>,
    /// The command in place of the image's own, empty for that one. Without an app it is a program of
    /// this machine, which runs in the folder.
    pub command: Vec<String>,
    /// What is run, of several candidates in its folder.
    pub choice: Choice,
    /// What is asked of the app about itself; `None` where the file does not say.
    pub metrics: Option<Asked>,
    /// What the app must not exceed.
    pub budget: Budget,
}

/// Why the project's file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// It cannot be read.
    #[error("project file `{path}` cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// It is there, and wrong.
    #[error(transparent)]
    Invalid(#[from] FileError),
    /// The scenario file that it names is wrong, or not there.
    #[error("`load` of `{path}`: {error}")]
    Load {
        /// The project's file.
        path: String,
        /// What is wrong with the scenario.
        error: ScenarioError,
    },
}

impl ProjectError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check who may read it".into(),
            Self::Invalid(_) => "docs/reference/emu-toml.md lists every key".into(),
            Self::Load { error, .. } => error.hint(),
        }
    }
}

/// The project that a folder belongs to; `None` where it belongs to none.
///
/// Its file stands in the folder itself, or in one above it up to the one that holds `.git`. Outside
/// of a repository nothing above the folder is looked at: what lies in a home folder is not meant.
pub fn project(folder: &Path) -> Result<Option<Project>, ProjectError> {
    let Some(file) = find(folder) else { return Ok(None) };
    let name = file.display().to_string();
    let content = std::fs::read_to_string(&file)
        .map_err(|error| ProjectError::Unreadable { path: name.clone(), reason: error.to_string() })?;
    let said = crate::scenario::Project::parse(&name, &content, &mut beside(&file))?;
    let home = file.parent().unwrap_or(Path::new("")).to_owned();
    let whole = std::path::absolute(&file)
        .map_err(|error| ProjectError::Unreadable { path: name.clone(), reason: error.to_string() })?;
    let load = match said.load {
        None => None,
        Some(Load::Here(scenario)) => Some(scenario),
        Some(Load::File(path)) => {
            let read = scenario_file(&home.join(path));
            Some(read.map_err(|error| ProjectError::Load { path: name, error })?)
        }
    };
    Ok(Some(Project {
        app: said.app.map(|app| if is_folder(&home, &app) { from_here(&home, &app) } else { app }),
        profiles: said.profiles.iter().map(|id| if is_path(id) { from_here(&home, id) } else { id.clone() }).collect(),
        load,
        rounds: said.rounds,
        env: said.env,
        command: said.command,
        choice: said.choice,
        metrics: said.metrics,
        budget: said.budget,
        folder: whole.parent().unwrap_or(Path::new("/")).to_owned(),
        file,
    }))
}

fn find(folder: &Path) -> Option<PathBuf> {
    let own = folder.join(PROJECT_FILE);
    if own.exists() {
        return Some(own);
    }
    let whole = std::path::absolute(folder).ok()?;
    let repository = whole.ancestors().find(|above| above.join(".git").exists())?;
    let between = whole.ancestors().take_while(|above| above.starts_with(repository));
    between.map(|above| above.join(PROJECT_FILE)).find(|file| file.exists())
}

fn is_folder(home: &Path, app: &str) -> bool {
    app.starts_with(['.', '/']) || home.join(app).is_dir()
}

/// A path that the file names, as seen from where emu runs.
fn from_here(home: &Path, path: &str) -> String {
    let plain = home.as_os_str().is_empty() || home == Path::new(".");
    if plain { path.to_owned() } else { home.join(path).display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Rate;

    /// Makes a folder with these files, and gives it.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_without_the_file_belongs_to_no_project() {
        assert_eq!(project(folder(&[]).path()), Ok(None));
    }

    #[test]
    fn the_file_is_looked_for_up_to_the_root_of_the_repository_and_no_further() {
        let above = folder(&[("emu.toml", "rounds = 1"), ("repo/.git/HEAD", ""), ("repo/a/b/c", ""), ("plain/c", "")]);
        let rounds = |at: &str| project(&above.path().join(at)).unwrap().and_then(|project| project.rounds);
        assert_eq!((rounds("repo/a/b"), rounds("plain"), rounds("")), (None, None, Some(1)));
        std::fs::write(above.path().join("repo/emu.toml"), "rounds = 2").unwrap();
        assert_eq!((rounds("repo/a/b"), rounds("repo")), (Some(2), Some(2)));
        std::fs::write(above.path().join("repo/a/emu.toml"), "rounds = 3").unwrap();
        assert_eq!((rounds("repo/a/b"), rounds("repo")), (Some(3), Some(2)));
    }

    #[test]
    fn paths_are_seen_from_the_files_own_folder() {
        let text = "app = \".\"\nprofiles = [\"example-free\", \"./mine.toml\"]\nload = \"loads/search.toml\"\n";
        let home = folder(&[("emu.toml", text), ("loads/search.toml", "[[phase]]\nrate = \"2/s\"\nfor = \"9 s\"\n")]);
        let found = project(home.path()).unwrap().unwrap();
        assert_eq!(found.folder, home.path());
        let inside = |name: &str| home.path().join(name).display().to_string();
        assert_eq!(found.app, Some(inside(".")));
        assert_eq!(found.profiles, ["example-free".to_owned(), inside("./mine.toml")]);
        let load = found.load.unwrap();
        assert!(matches!(load.phases[0].model, crate::scenario::Model::Open { from: Rate(2.0), .. }), "{load:?}");
    }

    #[test]
    fn an_image_stays_an_image_and_a_named_folder_becomes_a_path() {
        let home = folder(&[("emu.toml", "app = \"shop\""), ("web/Dockerfile", "")]);
        let app = || project(home.path()).unwrap().unwrap().app.unwrap();
        assert_eq!(app(), "shop");
        std::fs::write(home.path().join("emu.toml"), "app = \"web\"").unwrap();
        assert_eq!(app(), home.path().join("web").display().to_string());
    }

    #[test]
    fn mistakes_name_their_file() {
        let home = folder(&[("emu.toml", "rouds = 3\nload = \"gone.toml\"\n")]);
        let error = project(home.path()).unwrap_err();
        assert!(error.to_string().contains("emu.toml:1: `rouds`: found an unknown key"), "{error}");
        assert!(error.hint().contains("emu-toml.md"));
        std::fs::write(home.path().join("emu.toml"), "load = \"gone.toml\"\n").unwrap();
        let error = project(home.path()).unwrap_err();
        assert!(error.to_string().contains("gone.toml` cannot be read"), "{error}");
        std::fs::remove_file(home.path().join("emu.toml")).unwrap();
        std::fs::create_dir(home.path().join("emu.toml")).unwrap();
        assert!(matches!(project(home.path()), Err(ProjectError::Unreadable { .. })));
    }
}
