use std::collections::BTreeMap;
use std::path::PathBuf;

/// The environment of the process, read once. No other place reads it.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    variables: BTreeMap<String, String>,
}

impl Surroundings {
    /// Reads the environment. Variables that are not UTF-8 are left out.
    pub(super) fn read() -> Self {
        let pairs =
            std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
        Self { variables: pairs.collect() }
    }

    /// A variable's value; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All variables.
    pub fn all(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// The folder with the user's own profiles.
    pub fn profiles(&self) -> Option<PathBuf> {
        self.get("EMU_PROFILES").map(PathBuf::from).or_else(|| Some(self.config()?.join("profiles")))
    }

    /// The folder in which emu keeps its record.
    pub fn state(&self) -> Option<PathBuf> {
        let chosen = self.get("EMU_HOME").map(PathBuf::from);
        let xdg = || self.get("XDG_STATE_HOME").map(|folder| PathBuf::from(folder).join("emu"));
        let home = || self.get("HOME").map(|folder| PathBuf::from(folder).join(".local/state/emu"));
        chosen.or_else(xdg).or_else(home)
    }

    fn config(&self) -> Option<PathBuf> {
        let xdg = self.get("XDG_CONFIG_HOME").map(PathBuf::from);
        xdg.or_else(|| Some(PathBuf::from(self.get("HOME")?).join(".config"))).map(|folder| folder.join("emu"))
    }
}
