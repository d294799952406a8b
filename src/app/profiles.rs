use std::path::{Path, PathBuf};

use crate::profile::Library;

/// Why the user's own profiles could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("profile file `{path}` cannot be read: {reason}")]
pub struct LibraryError {
    /// Which file.
    pub path: String,
    /// The system's words.
    pub reason: String,
}

/// Whether a name on the command line means a file and not an id.
pub fn is_path(name: &str) -> bool {
    let toml = Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    toml || name.contains(['/', '\\'])
}

/// The shipped profiles, those of the user's own folder before them, and the files named by path.
///
/// A path brings its neighbours along, so that a plan finds its `_platform.toml`. A folder that is
/// not there is no fault; a named file that is not there is one.
pub fn library(folder: Option<&Path>, paths: &[&str]) -> Result<Library, LibraryError> {
    let mut library = Library::shipped();
    for file in folder.map(toml_files).unwrap_or_default() {
        library = add(library, &file)?;
    }
    for path in paths {
        let path = Path::new(path);
        let neighbour = path.with_file_name("_platform.toml");
        if neighbour.is_file() && neighbour != path {
            library = add(library, &neighbour)?;
        }
        library = add(library, path)?;
    }
    Ok(library)
}

fn add(library: Library, path: &Path) -> Result<Library, LibraryError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| LibraryError { path: name.clone(), reason: error.to_string() })?;
    Ok(library.with(name, text))
}

/// The TOML files of a folder and of the folders in it, in order of their names.
fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(toml_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_an_id() {
        assert!(is_path("mine.toml") && is_path("./mine") && is_path("plans/mine.toml"));
        assert!(!is_path("example-free"));
    }

    #[test]
    fn the_users_folder_is_searched_and_a_missing_one_is_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("shop")).unwrap();
        std::fs::write(folder.path().join("shop/shop-small.toml"), "").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "").unwrap();
        let ids = library(Some(folder.path()), &[]).unwrap().ids();
        assert!(ids.contains(&"shop-small".to_owned()) && !ids.contains(&"notes".to_owned()));
        assert_eq!(library(Some(Path::new("nowhere")), &[]).unwrap().ids(), library(None, &[]).unwrap().ids());
    }

    #[test]
    fn a_named_file_that_is_not_there_is_a_fault() {
        let error = library(None, &["nowhere.toml"]).unwrap_err();
        assert_eq!(error.path, "nowhere.toml");
    }
}
