use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::named::named;
use super::settings::Settings;
use super::vocabulary::{Family, setting};

/// `[lines]`
pub(super) const FAMILY: Family = Family {
    name: "lines",
    doc: "The platform's own log lines, as templates.",
    settings: &[setting("lines.<line>", Kind::Text, "What the platform writes into the app's log on this occasion.")],
};

/// Occasions on which a platform writes a line of its own into the app's log.
///
/// Templates may use `{port}`, `{memory_limit}`, `{memory_now}`, `{memory_percent}`, `{status}`,
/// `{seconds}`, `{path}`, `{instance}`, `{command}` and `{address}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// The process is about to run.
    Starting,
    /// The app answers: visitors are let in.
    Live,
    /// Nobody came: the app is put to sleep.
    Sleeping,
    /// Somebody came: the app is started.
    Waking,
    /// The app is in the slow zone above its memory limit.
    MemorySlow,
    /// The app was killed at its memory limit.
    MemoryExceeded,
    /// The process ended by itself.
    Crashed,
    /// The app serves again after a failure.
    Recovered,
    /// A health check failed.
    HealthFailed,
    /// Health checks failed for so long that the instance is restarted.
    HealthRestart,
    /// Nothing listened in time.
    BootTimeout,
    /// The app is asked to stop.
    Stopping,
    /// The app did not stop in its grace period and is killed.
    StopTimeout,
    /// A restart by timetable.
    ScheduledRestart,
    /// The month's free hours are used up.
    QuotaSpent,
}

named!(LineKind {
    Starting = "starting",
    Live = "live",
    Sleeping = "sleeping",
    Waking = "waking",
    MemorySlow = "memory-slow",
    MemoryExceeded = "memory-exceeded",
    Crashed = "crashed",
    Recovered = "recovered",
    HealthFailed = "health-failed",
    HealthRestart = "health-restart",
    BootTimeout = "boot-timeout",
    Stopping = "stopping",
    StopTimeout = "stop-timeout",
    ScheduledRestart = "scheduled-restart",
    QuotaSpent = "quota-spent",
});

impl LineKind {
    pub(super) fn read_all(settings: &Settings) -> BTreeMap<Self, String> {
        let lines = settings.texts("lines").into_iter();
        lines.filter_map(|(name, line)| Some((Self::from_name(&name)?, line))).collect()
    }
}
