use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::Elapsed;

const STATUS: Kind = Kind::Integer { low: 100, high: 599 };
const KINDS: &[&str] = &["http", "tcp", "none"];

/// `[health]`
pub(super) const FAMILY: Family = Family {
    name: "health",
    doc: "How the platform asks whether the app is well, and what it does when it is not.",
    settings: &[
        setting("health.kind", Kind::OneOf(KINDS), "`http`: GET of a path; `tcp`: a connection is accepted; `none`."),
        setting("health.path", Kind::Text, "The path that an `http` check asks for."),
        setting("health.initial_delay", Kind::Elapsed, "Failures in this time after the process started do not count."),
        setting("health.interval", Kind::Elapsed, "Time between two checks."),
        setting("health.timeout", Kind::Elapsed, "A check without an answer in this time has failed."),
        optional("health.unroute_after", Kind::Elapsed, "No visitor is let in after failures of this length."),
        optional("health.restart_after", Kind::Elapsed, "The instance is restarted after failures of this length."),
        setting("health.status_low", STATUS, "The lowest status that counts as healthy."),
        setting("health.status_high", STATUS, "The highest status that counts as healthy."),
        optional("health.body", Kind::Text, "Text of a healthy answer, where the status alone proves nothing."),
    ],
};

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

impl HealthRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            check: HealthCheck::read(settings)?,
            initial_delay: settings.read("health.initial_delay")?,
            interval: settings.read("health.interval")?,
            timeout: settings.read("health.timeout")?,
            unroute_after: settings.read("health.unroute_after")?,
            restart_after: settings.read("health.restart_after")?,
            status_low: settings.read("health.status_low")?,
            status_high: settings.read("health.status_high")?,
            body: settings.read("health.body")?,
        })
    }
}

impl HealthCheck {
    fn read(settings: &Settings) -> Result<Self, Missing> {
        let kind: String = settings.read("health.kind")?;
        Ok(match kind.as_str() {
            "http" => Self::Http(settings.read("health.path")?),
            "tcp" => Self::Tcp,
            _ => Self::None,
        })
    }
}
