use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::engine::native::delegate::Situation;

/// Variables that a program of this machine is given as they are here: where its tools are, who runs it,
/// language, time zone, certificates. Whatever else is in a user's shell would not be on the platform
/// either, and may be secret.
const INHERITED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "RBENV_ROOT",
    "RBENV_VERSION",
    "GEM_HOME",
    "GEM_PATH",
    "NVM_DIR",
    "ASDF_DIR",
    "ASDF_DATA_DIR",
    "MISE_DATA_DIR",
    "JAVA_HOME",
    "CARGO_HOME",
    "RUSTUP_HOME",
];

/// The environment of the process and the folder it was called from, read once. No other place reads them.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    variables: BTreeMap<String, String>,
    folder: PathBuf,
    pub(super) arguments: Vec<OsString>,
}

impl Surroundings {
    /// Reads the environment. Variables that are not UTF-8 are left out.
    pub(super) fn read() -> Self {
        let pairs =
            std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
        // In a folder that was removed nothing can be run, which is told when something shall be.
        let folder = std::env::current_dir().unwrap_or_default();
        Self { variables: pairs.collect(), folder, arguments: std::env::args_os().skip(1).collect() }
    }

    /// What the embedded engine must know before it is decided whether emu is started once more.
    pub(super) fn situation(&self) -> Situation {
        Situation {
            // By the link, because what was typed may be found through `PATH` only.
            program: std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into()),
            arguments: self.arguments.clone(),
            again: self.get(Situation::MARK).is_some(),
            runtime_dir: self.get("XDG_RUNTIME_DIR").map(PathBuf::from),
            bus: self.get("DBUS_SESSION_BUS_ADDRESS").map(str::to_owned),
            path: self.get("PATH").map(OsString::from),
        }
    }

    /// The folder that emu was called from; absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a program of this machine is given of the environment.
    pub fn inherited(&self) -> BTreeMap<String, String> {
        let wanted = |name: &str| INHERITED.contains(&name) || name.starts_with("LC_");
        self.variables
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The folder below which apps of the embedded engine write.
    pub fn scratch(&self) -> PathBuf {
        let usual = || PathBuf::from(format!("/var/tmp/emu-{}", rustix::process::geteuid().as_raw()));
        self.state().map_or_else(usual, |state| self.folder.join(state).join("scratch"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Surroundings {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Surroundings { variables, folder: "/srv".into(), arguments: Vec::new() }
    }

    #[test]
    fn a_program_is_given_its_tools_and_its_language_and_no_secrets() {
        let here = [("PATH", "/bin"), ("LC_ALL", "C.UTF-8"), ("TZ", ""), ("AWS_SECRET", "x"), ("DATABASE_URL", "y")];
        let given: Vec<(String, String)> = with(&here).inherited().into_iter().collect();
        let expected = [("LC_ALL", "C.UTF-8"), ("PATH", "/bin"), ("TZ", "")];
        assert_eq!(given, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn apps_write_below_the_folder_of_the_record() {
        assert_eq!(with(&[("EMU_HOME", "/data/emu")]).scratch(), PathBuf::from("/data/emu/scratch"));
        assert_eq!(with(&[("EMU_HOME", "state")]).scratch(), PathBuf::from("/srv/state/scratch"));
        assert_eq!(with(&[("HOME", "/home/me")]).scratch(), PathBuf::from("/home/me/.local/state/emu/scratch"));
        assert!(with(&[]).scratch().starts_with("/var/tmp"));
    }
}
