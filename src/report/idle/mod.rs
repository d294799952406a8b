//! What kept an app awake on a plan that puts it to sleep, and what that makes of a month's free hours.

mod fold;
mod spans;
#[cfg(test)]
mod tests;

pub(super) use fold::IdleFold;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::{Asker, ClientKind};
use crate::profile::IdleSignal;
use crate::units::Elapsed;

/// Hours of a month: 365 days of 24 hours, by twelve.
pub const MONTH_HOURS: u32 = 730;

/// Why an app was awake. Times are those of the run: with a warp, the platform's own timers ran faster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Idle {
    /// After how long without a sign the run put the app to sleep; `None` where the plan never does.
    #[serde(rename = "after_us")]
    pub after: Option<Elapsed>,
    /// What counts as a sign on this plan.
    pub counts: Vec<IdleSignal>,
    /// How long the app served.
    #[serde(rename = "serving_us")]
    pub serving: Elapsed,
    /// How long it was neither asleep nor suspended: what a platform counts as hours.
    #[serde(rename = "awake_us")]
    pub awake: Elapsed,
    /// What kept it awake, the most telling first. Empty where the plan never sleeps.
    pub causes: Vec<Cause>,
    /// Signs that came and do not count here, by how often.
    pub ignored: BTreeMap<IdleSignal, u64>,
    /// What the plan allows in a month; `None` where hours are not counted.
    pub hours: Option<Hours>,
}

/// Something that kept the app awake.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cause {
    /// What.
    #[serde(flatten)]
    pub sign: Sign,
    /// How often it came; for open WebSockets, how often the first one was opened.
    pub count: u64,
    /// The middle pause between two of them where they come regularly: at least four, nine of ten within a tenth
    /// of it. A monitor does that, or a timer; people do not.
    #[serde(rename = "every_us")]
    pub every: Option<Elapsed>,
    /// How long it kept the app awake while it served: from each sign until sleep would have come.
    #[serde(rename = "kept_us")]
    pub kept: Elapsed,
    /// Of that, how long nothing else did.
    #[serde(rename = "alone_us")]
    pub alone: Elapsed,
}

/// A sign of somebody, told apart as far as it can be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "sign", rename_all = "kebab-case")]
pub enum Sign {
    /// Requests of one sort.
    Request {
        /// Who asked, by its headers.
        client: ClientKind,
        /// Who that is, where it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        asker: Option<Asker>,
        /// Method.
        method: String,
        /// Path without the query.
        path: String,
    },
    /// Requests of more sorts than are told apart.
    OtherRequests,
    /// WebSocket messages with data, by the second in which they were seen.
    Messages,
    /// WebSocket pings and pongs, by the second in which they were seen: an open tab, however silent.
    Pings,
    /// WebSockets being open.
    OpenSockets,
    /// Packets that the app sent, answers to visitors among them.
    Packets,
}

/// Hours of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hours {
    /// What the plan allows.
    pub allowed: u32,
    /// What a month takes if all of it is like this run: [`MONTH_HOURS`] by the share of the run that the app was
    /// awake. `None` for a run with a warp, whose share says nothing about a month.
    pub in_a_month: Option<u32>,
}
