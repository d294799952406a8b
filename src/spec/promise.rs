use serde::{Deserialize, Serialize};

/// One promise of the profile and what became of it on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// What the plan says, in plain words: `memory 512 MiB, no swap`.
    pub what: String,
    /// What emu does about it.
    pub keeping: Keeping,
}

/// How far a promise is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeping {
    /// As the platform does.
    Kept,
    /// Nearly; this is the difference.
    Approximated(String),
    /// Not at all; this is why.
    NotKept(String),
}
