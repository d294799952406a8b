use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::Elapsed;

/// `[start]`
pub(super) const FAMILY: Family = Family {
    name: "start",
    doc: "What the platform does before the process runs, on a wake. Kept apart from the app's own boot.",
    settings: &[
        setting("start.delay", Kind::Elapsed, "Scheduling, fetching the image and the like."),
        optional("start.delay_low", Kind::Elapsed, "The quick end of what was seen; `none`: the delay itself."),
        optional("start.delay_high", Kind::Elapsed, "The slow end of what was seen; `none`: the delay itself."),
    ],
};

/// What the platform does before the process runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartRules {
    /// Scheduling, fetching the image and the like: time before the process runs, on a wake.
    pub delay: Elapsed,
    /// The quick end of what was seen.
    pub delay_low: Elapsed,
    /// The slow end of what was seen.
    pub delay_high: Elapsed,
}

impl StartRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        let delay = settings.read("start.delay")?;
        Ok(Self {
            delay,
            delay_low: settings.read::<Option<Elapsed>>("start.delay_low")?.unwrap_or(delay),
            delay_high: settings.read::<Option<Elapsed>>("start.delay_high")?.unwrap_or(delay),
        })
    }
}
