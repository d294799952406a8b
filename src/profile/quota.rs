use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional};

/// `[quota]`
pub(super) const FAMILY: Family = Family {
    name: "quota",
    doc: "Monthly allowances.",
    settings: &[optional(
        "quota.hours",
        Kind::Integer { low: 1, high: 1_000_000 },
        "Hours awake in a month; `none` when they are not counted.",
    )],
};

/// Monthly allowances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaRules {
    /// Hours awake in a month; `None` when they are not counted.
    pub hours: Option<u32>,
}

impl QuotaRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self { hours: settings.read("quota.hours")? })
    }
}
