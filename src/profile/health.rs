use serde::{Deserialize, Serialize};

use crate::units::Elapsed;

/// How the platform asks whether the app is well, and what it does when it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthRules {
    /// How it asks.
    pub check: HealthCheck,
    /// Failures in this time after the start of the process do not count.
    pub initial_delay: Elapsed,
    /// Time between two checks.
    pub interval: Elapsed,
    /// A check without an answer in this time has failed.
    pub timeout: Elapsed,
    /// No visitor is let in after failures of this length; `None` where the platform does not do so.
    pub unroute_after: Option<Elapsed>,
    /// The instance is restarted after failures of this length; `None` where it is not.
    pub restart_after: Option<Elapsed>,
    /// The lowest status that counts as healthy.
    pub status_low: u16,
    /// The highest status that counts as healthy.
    pub status_high: u16,
    /// Text that a healthy answer contains, where the status alone proves nothing.
    pub body: Option<String>,
}

/// How the platform asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthCheck {
    /// `GET` of a path.
    Http(String),
    /// A connection is accepted.
    Tcp,
    /// It does not ask after the start.
    None,
}
