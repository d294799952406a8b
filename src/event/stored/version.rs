use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The version of the stored form that this program writes.
pub const VERSION: Version = Version { major: 1, minor: 5 };

/// Version of the stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    /// Older programs cannot read a higher one.
    pub major: u32,
    /// A higher one only adds.
    pub minor: u32,
}

/// Why a version is no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It is not a version.
    #[error("found `{found}`, expected a format version such as `{VERSION}`")]
    Malformed {
        /// The text that was given.
        found: String,
    },
    /// A newer program wrote it.
    #[error("the run is stored in format {found}, this emu reads format {}.x; use a newer emu to read it", VERSION.major)]
    Newer {
        /// The version found.
        found: Version,
    },
}

impl Version {
    /// Whether this program can read what was written in this version.
    pub fn readable(self) -> Result<(), VersionError> {
        if self.major > VERSION.major { Err(VersionError::Newer { found: self }) } else { Ok(()) }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let fail = || VersionError::Malformed { found: text.to_owned() };
        let (major, minor) = text.split_once('.').ok_or_else(fail)?;
        let number = |part: &str| part.parse::<u32>().map_err(|_| fail());
        Ok(Self { major: number(major)?, minor: number(minor)? })
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, VersionError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}
