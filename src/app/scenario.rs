use std::path::Path;

use crate::scenario::{FileError, Scenario, ShortError, names_a_file};

/// Why there is no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// The text is no short form, and does not look like a file.
    #[error(transparent)]
    Short(#[from] ShortError),
    /// The file cannot be read.
    #[error("scenario file `{path}` cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// The file is there, and wrong.
    #[error(transparent)]
    Invalid(#[from] FileError),
}

impl ScenarioError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Short(error) => error.hint(),
            Self::Unreadable { .. } => {
                "check the path; without a file, a load is typed as `20/s for 2m` or `10 users for 1m /search`".into()
            }
            Self::Invalid(_) => "docs/reference/scenario.md lists every key".into(),
        }
    }
}

/// The scenario that `--load` means: a short form, or the path of a scenario file.
///
/// Files that a scenario file names are seen from its own folder.
pub fn scenario(text: &str) -> Result<Scenario, ScenarioError> {
    match Scenario::short(text) {
        Ok(scenario) => Ok(scenario),
        Err(_) if names_a_file(text) || Path::new(text).is_file() => scenario_file(Path::new(text)),
        Err(error) => Err(error.into()),
    }
}

/// The scenario in a file.
pub(super) fn scenario_file(path: &Path) -> Result<Scenario, ScenarioError> {
    let name = path.display().to_string();
    let content = std::fs::read_to_string(path)
        .map_err(|error| ScenarioError::Unreadable { path: name.clone(), reason: error.to_string() })?;
    Ok(Scenario::parse(&name, &content, &mut beside(path))?)
}

/// Reads files whose paths are seen from the folder that `file` stands in.
pub(super) fn beside(file: &Path) -> impl FnMut(&str) -> Result<Vec<u8>, String> {
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    move |path| std::fs::read(folder.join(path)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Body;

    #[test]
    fn a_short_form_goes_before_a_file_and_a_rate_is_no_path() {
        assert_eq!(scenario("20/s for 2m /a.toml").unwrap().phases[0].calls[0].path, "/a.toml");
        assert!(matches!(scenario("20/s"), Err(ScenarioError::Short(_))));
        assert!(matches!(scenario("search"), Err(ScenarioError::Short(_))));
        for path in ["nowhere.toml", "2024.TOML", "./nowhere", "loads/search"] {
            let error = scenario(path).unwrap_err();
            assert!(error.to_string().starts_with(&format!("scenario file `{path}` cannot be read: ")), "{error}");
            assert!(error.hint().contains("`20/s for 2m`"));
        }
    }

    #[test]
    fn files_are_seen_from_the_folder_of_the_scenario() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        std::fs::write(folder.path().join("data/orders.csv"), "a;b\n").unwrap();
        let file = folder.path().join("search.toml");
        std::fs::write(&file, "[[phase]]\ntimes = 1\nfile = \"data/orders.csv\"\n").unwrap();
        let scenario = scenario(file.to_str().unwrap()).unwrap();
        assert_eq!(scenario.name, "search");
        assert_eq!(scenario.phases[0].calls[0].body, Body::Bytes(b"a;b\n".as_slice().into()));
    }

    #[test]
    fn mistakes_name_the_file_and_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("load.toml");
        std::fs::write(&file, "[[phase]]\ntimes = 1\nfile = \"gone.csv\"\n").unwrap();
        let error = scenario(file.to_str().unwrap()).unwrap_err();
        let start = format!("{}:3: `phase.file`: found `gone.csv`, which cannot be read: ", file.display());
        assert!(error.to_string().starts_with(&start), "{error}");
        assert!(error.hint().contains("scenario.md"));
    }
}
