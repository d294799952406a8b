use serde::{Deserialize, Serialize};

use crate::units::Elapsed;

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

/// Monthly allowances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaRules {
    /// Hours awake in a month; `None` when they are not counted.
    pub hours: Option<u32>,
}
