//! How need goes on while the load stays the same: a leak, told apart from an allocator or a cache that fills up once.
//!
//! Looked at is one instance in one phase whose figures count, after its first tenth. Its need, with what it has in
//! swap, is cut into windows, and the rise of their middles is judged by ranks. A phase in which requests or open
//! sockets became more says nothing about leaks, and neither does one that is too short; both are said.

mod fold;
mod judge;
mod rank;
mod series;
mod stretch;
#[cfg(test)]
mod tests;
mod words;

use serde::Serialize;

pub(super) use fold::TrendFold;
pub(super) use words::{advice, sentence};

use super::memory::optional_bytes;
use crate::event::InstanceId;
use crate::units::{Elapsed, Memory};

/// How the need of one instance went on in one phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// The phase.
    pub phase: String,
    /// Which instance.
    pub instance: InstanceId,
    /// Where the part begins that was looked at.
    #[serde(rename = "from_us")]
    pub from: Elapsed,
    /// Where it ends.
    #[serde(rename = "to_us")]
    pub to: Elapsed,
    /// What it is.
    pub kind: TrendKind,
    /// How fast it grows; of a growth that flattens, how fast at its end. `None` where nothing can be said.
    pub growth: Option<Growth>,
    /// Growth for each request that came. `None` without requests, or where nothing grows on.
    #[serde(rename = "growth_per_request_bytes", serialize_with = "optional_bytes")]
    pub per_request: Option<Memory>,
    /// The middle need of the first of its windows.
    #[serde(rename = "need_first_bytes", serialize_with = "optional_bytes")]
    pub need_first: Option<Memory>,
    /// The middle need of the last one.
    #[serde(rename = "need_last_bytes", serialize_with = "optional_bytes")]
    pub need_last: Option<Memory>,
    /// When a leak reaches the place where the plan kills. `None` for anything else, and for what is too far ahead
    /// to say.
    pub limit: Option<LimitAfter>,
    /// How long such a phase has to be before something can be said. `None` where something was said.
    #[serde(rename = "needed_us")]
    pub needed: Option<Elapsed>,
}

/// What a trend is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrendKind {
    /// It grows, and as fast at the end as before.
    Leak,
    /// It grows ever slower: an allocator or a cache that fills up.
    Flattening,
    /// It grew once, in one go, and stayed there.
    Step,
    /// It falls.
    Falling,
    /// No growth was seen.
    Steady,
    /// It moves too much to tell.
    Unclear,
    /// The load was not the same all the time, so growth says nothing about leaks.
    UnsteadyLoad,
    /// The phase is too short.
    TooShort,
}

/// How fast need grows, in bytes an hour; below zero where it falls. With the band in which it lies with 95 %
/// confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Growth {
    /// The middle of all slopes between two windows.
    pub bytes_per_hour: i64,
    /// The lower end of its band.
    pub low_bytes_per_hour: i64,
    /// The upper end.
    pub high_bytes_per_hour: i64,
}

/// How long after the beginning of such a load an instance is at the place where the plan kills, if it goes on at the
/// same rate: at the middle one, and at the ends of its band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LimitAfter {
    /// At the middle rate.
    #[serde(rename = "after_us")]
    pub after: Elapsed,
    /// At the fastest.
    #[serde(rename = "soonest_us")]
    pub soonest: Elapsed,
    /// At the slowest.
    #[serde(rename = "latest_us")]
    pub latest: Elapsed,
}

impl Trend {
    /// Of several, the one to tell: a leak before anything else, the one with the least time; else what was looked
    /// at longest.
    pub fn foremost(trends: &[Self]) -> Option<&Self> {
        let leaks = trends.iter().filter(|trend| trend.kind == TrendKind::Leak);
        let soonest = leaks.min_by_key(|leak| leak.limit.map_or(Elapsed::MAX, |limit| limit.after));
        let said = |trend: &&Self| (trend.needed.is_none(), trend.to.since(trend.from));
        soonest.or_else(|| trends.iter().max_by_key(said))
    }
}
