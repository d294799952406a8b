use serde::{Deserialize, Serialize};

use crate::units::Elapsed;

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

/// How long the app may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootRules {
    /// From the start of the process to its first healthy answer; then the start has failed.
    pub limit: Elapsed,
}

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
