use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, setting};
use crate::units::Elapsed;

/// `[boot]`
pub(super) const FAMILY: Family = Family {
    name: "boot",
    doc: "How long the app may take to answer.",
    settings: &[setting(
        "boot.limit",
        Kind::Elapsed,
        "From the start of the process to its first healthy answer; then the start has failed.",
    )],
};

/// How long the app may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootRules {
    /// From the start of the process to its first healthy answer; then the start has failed.
    pub limit: Elapsed,
}

impl BootRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self { limit: settings.read("boot.limit")? })
    }
}
