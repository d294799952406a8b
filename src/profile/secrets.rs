use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::named::named;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};

const VALUE: Kind = Kind::OneOf(SecretValue::NAMES);

/// `[secrets]`
pub(super) const FAMILY: Family = Family {
    name: "secrets",
    doc: "How the platform gives an app its secrets.",
    settings: &[
        setting("secrets.format", Kind::OneOf(SecretFormat::NAMES), "What its owner types in: `env` lines or TOML."),
        optional("secrets.file", Kind::Text, "Where a project keeps the same on a laptop, seen from its folder."),
        setting("secrets.variables", Kind::List(&VALUE), "Values at the root of a TOML file that become variables."),
        setting("secrets.wins", Kind::OneOf(SecretWins::NAMES), "Who wins where both set a variable."),
        optional("secrets.mount", Kind::Text, "Where the file is in the instance, seen from the working directory."),
        optional("secrets.folder", Kind::Text, "The folder in the instance that holds secret files."),
    ],
};

/// How the platform gives an app its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRules {
    /// What its owner types in.
    pub format: SecretFormat,
    /// Where a project keeps the same on a laptop, seen from its folder: `.streamlit/secrets.toml`.
    pub file: Option<String>,
    /// Values at the root of a TOML file that become variables.
    pub variables: Vec<SecretValue>,
    /// Who wins where a variable is set both ways.
    pub wins: SecretWins,
    /// Where the file is in the instance; `None` where it is not there as a file.
    pub mount: Option<String>,
    /// The folder in the instance that holds secret files; `None` where the platform has none.
    pub folder: Option<String>,
}

/// What the owner of an app types in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretFormat {
    /// Names and values, `NAME=value`.
    Env,
    /// A TOML file.
    Toml,
}

/// A kind of value of a TOML file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretValue {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// A number with a point.
    Float,
    /// `true` or `false`.
    Boolean,
    /// A date, a time, or both.
    Datetime,
    /// A list.
    Array,
    /// A table.
    Table,
}

/// Who wins where a secret and the environment set the same variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretWins {
    /// What is in the secrets replaces what is in the environment.
    Secrets,
    /// What is in the environment stays.
    Environment,
}

named!(SecretFormat { Env = "env", Toml = "toml" });
named!(SecretWins { Secrets = "secrets", Environment = "environment" });
named!(SecretValue {
    String = "string",
    Integer = "integer",
    Float = "float",
    Boolean = "boolean",
    Datetime = "datetime",
    Array = "array",
    Table = "table",
});

impl SecretRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            format: settings.read("secrets.format")?,
            file: settings.read("secrets.file")?,
            variables: settings.read("secrets.variables")?,
            wins: settings.read("secrets.wins")?,
            mount: settings.read("secrets.mount")?,
            folder: settings.read("secrets.folder")?,
        })
    }
}
