use serde::{Deserialize, Serialize};

/// Where an app stands with its platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// No instance runs; a visit starts one.
    Asleep,
    /// From the decision to start until the first healthy answer: the platform's delay, the engine, the boot.
    Starting,
    /// Visitors are let in.
    Serving,
    /// The instance is well or dying, but no new visitor is let in: health checks fail, or a stop is near.
    Draining,
    /// The stop signal was sent; the grace period runs.
    Stopping,
    /// The instance ended; the platform waits before it starts the next one.
    Backoff,
    /// The platform will not start the app by itself.
    Suspended,
    /// The run is over. No state follows.
    Gone,
}

/// Why the state changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The run began.
    Begin,
    /// A visit, or the user, woke the app.
    Wake,
    /// The first healthy answer came.
    Ready,
    /// Nobody came for as long as the plan waits.
    Idle,
    /// The process ended by itself.
    Crashed,
    /// The process was killed at the memory limit.
    OutOfMemory,
    /// Somebody outside emu killed it.
    KilledFromOutside,
    /// It did not serve within the boot limit.
    BootTimeout,
    /// Health checks failed.
    Unhealthy,
    /// Health checks answer again.
    Healthy,
    /// The timetable says so.
    Scheduled,
    /// The user asked.
    Asked,
    /// The back-off is over.
    BackoffOver,
    /// The instance has stopped.
    Stopped,
    /// The month's hours are used up.
    QuotaSpent,
    /// The engine could not do it.
    EngineFailed,
    /// The run ends.
    End,
}
