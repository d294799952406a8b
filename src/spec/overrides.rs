use std::fmt;

use super::{Network, Secret, SecretFile, looks_secret};
use crate::metrics::Asked;
use crate::profile::{Layer, Origin};

/// What the user changes for one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overrides {
    /// Settings of the profile, each `KEY=VALUE` as `--set` takes them.
    pub set: Vec<String>,
    /// Variables for the app. A later one of the same name wins.
    pub environment: Vec<Variable>,
    /// Files that only the app may see.
    pub secret_files: Vec<SecretFile>,
    /// What stands in them without being a variable, by name: hidden, and given to nobody.
    pub hidden: Vec<(String, Secret)>,
    /// How many times faster the platform's timers run. Zero counts as one.
    pub warp: u32,
    /// Whether the platform's own delay before a wake is kept.
    pub platform_delay: PlatformDelay,
    /// The port inside the instance, in place of the profile's.
    pub port: Option<u16>,
    /// Cores that are left to whoever drives load at the app, where the plan's share fits on the others.
    pub spare_cores: u32,
    /// Where visitors come in: `127.0.0.1:8080`. Fills `{host}`; `localhost` when it is not known.
    pub host: Option<String>,
    /// What is asked of the app about itself.
    pub metrics: Asked,
    /// Whose network the app is in.
    pub network: Network,
}

/// Whether the platform's own delay before a wake is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlatformDelay {
    /// As the profile says.
    #[default]
    Kept,
    /// No delay.
    Off,
}

/// One variable for the app, and who set it.
#[derive(Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, as the app shall see it.
    pub value: String,
    /// Who set it.
    pub origin: Origin,
    /// Who may see the value.
    pub privacy: Privacy,
}

/// Who may see the value of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Privacy {
    /// Anybody, unless its name or its value look like a secret.
    #[default]
    ByName,
    /// Only the app, whatever it is called.
    Secret,
}

impl Default for Overrides {
    fn default() -> Self {
        Self {
            set: Vec::new(),
            environment: Vec::new(),
            secret_files: Vec::new(),
            hidden: Vec::new(),
            warp: 1,
            platform_delay: PlatformDelay::Kept,
            port: None,
            spare_cores: 0,
            host: None,
            metrics: Asked::Nothing,
            network: Network::Own,
        }
    }
}

impl Variable {
    /// A variable from a flag. `flag` is the flag as people type it: `--env`.
    pub fn from_flag(flag: &str, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        let origin = Origin { layer: Layer::Flag, place: format!("{flag} {name}"), line: None, source: None };
        Self { name, value: value.into(), origin, privacy: Privacy::ByName }
    }

    /// A variable from a line of a file; lines count from one.
    pub fn from_file(file: &str, line: Option<u32>, name: impl Into<String>, value: impl Into<String>) -> Self {
        let origin = Origin { layer: Layer::File, place: file.to_owned(), line, source: None };
        Self { name: name.into(), value: value.into(), origin, privacy: Privacy::ByName }
    }

    /// The same, for the app's eyes only.
    #[must_use]
    pub fn secret(self) -> Self {
        Self { privacy: Privacy::Secret, ..self }
    }

    /// Whether only the app may see its value.
    pub fn is_secret(&self) -> bool {
        self.privacy == Privacy::Secret || looks_secret(&self.name, &self.value)
    }
}

/// Without the value: it may be a secret.
impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, origin, privacy, .. } = self;
        f.debug_struct("Variable").field("name", name).field("origin", origin).field("privacy", privacy).finish()
    }
}
