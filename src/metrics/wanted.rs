use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Select;
use crate::units::Elapsed;

/// How often an app is asked, where nobody says otherwise.
pub const EVERY: Elapsed = Elapsed::from_secs(5);

/// No app is asked more often than this: the question is work for it.
pub const LEAST_EVERY: Elapsed = Elapsed::from_secs(1);

/// What is asked of an app about itself while it serves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// Nothing.
    #[default]
    Nothing,
    /// What apps of its kind are known to tell, once it shows itself to be of a known kind.
    OfItsKind,
    /// This.
    This(Wanted),
}

impl Asked {
    /// Whether nothing is asked.
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

/// Where an app tells of itself, and what of it is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The path to ask, with its query: `/metrics`.
    pub path: String,
    /// What counts its users. Several points are added up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Select>,
    /// What tells the size of its caches: each point is a cache. A name that ends in `_bytes` counts bytes, any
    /// other entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caches: Vec<Select>,
    /// Other values by the name that their user gives them. Several points are added up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Select>,
    /// Pause between two questions.
    pub every: Elapsed,
}
