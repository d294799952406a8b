use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::named::named;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::Elapsed;

const FACTOR: Kind = Kind::Integer { low: 100, high: 10_000 };

/// `[shutdown]`
pub(super) const SHUTDOWN: Family = Family {
    name: "shutdown",
    doc: "How the platform stops an instance.",
    settings: &[
        setting("shutdown.signal", Kind::OneOf(SIGNALS), "The signal that asks the app to stop."),
        setting("shutdown.grace", Kind::Elapsed, "Time until `SIGKILL`."),
    ],
};

const SIGNALS: &[&str] = &["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL"];

/// `[restart]`
pub(super) const RESTART: Family = Family {
    name: "restart",
    doc: "When and how the platform starts an instance again.",
    settings: &[
        setting("restart.policy", Kind::OneOf(RestartPolicy::NAMES), "Whether an instance that ended starts again."),
        setting("restart.delay", Kind::Elapsed, "The pause before the first restart."),
        setting("restart.factor_percent", FACTOR, "Each further failure multiplies the pause by this many hundredths."),
        setting("restart.delay_max", Kind::Elapsed, "The longest pause."),
        setting("restart.reset_after", Kind::Elapsed, "Serving this long makes the next failure a first one again."),
        optional("restart.scheduled", Kind::Elapsed, "A restart by timetable, counted from the start of the instance."),
    ],
};

/// How the platform stops an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShutdownRules {
    /// The signal's name: `SIGTERM`.
    pub signal: String,
    /// Time until `SIGKILL`.
    pub grace: Elapsed,
}

/// When and how the platform starts an instance again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartRules {
    /// Whether it does.
    pub policy: RestartPolicy,
    /// The pause before the first restart.
    pub delay: Elapsed,
    /// Each further failure multiplies the pause by this many hundredths (200 doubles it).
    pub factor_percent: u32,
    /// The longest pause.
    pub delay_max: Elapsed,
    /// Serving this long makes the next failure a first one again.
    pub reset_after: Elapsed,
    /// A restart by timetable, counted from the start of the instance.
    pub scheduled: Option<Elapsed>,
}

/// Whether an instance that ended is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// However it ended.
    Always,
    /// Unless it ended with status 0.
    OnFailure,
    /// Never: the owner has to act.
    Never,
}

named!(RestartPolicy { Always = "always", OnFailure = "on-failure", Never = "never" });

impl ShutdownRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self { signal: settings.read("shutdown.signal")?, grace: settings.read("shutdown.grace")? })
    }
}

impl RestartRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            policy: settings.read("restart.policy")?,
            delay: settings.read("restart.delay")?,
            factor_percent: settings.read("restart.factor_percent")?,
            delay_max: settings.read("restart.delay_max")?,
            reset_after: settings.read("restart.reset_after")?,
            scheduled: settings.read("restart.scheduled")?,
        })
    }
}
