use serde::{Deserialize, Serialize};

use super::facts::RoundFacts;
use crate::units::{Elapsed, Memory};

/// Something that is measured once in every round and compared between arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The platform's own delay and the app's boot, in microseconds.
    ColdStart,
    /// Half of the warm requests are quicker, in microseconds.
    P50,
    /// 95 of 100 warm requests are quicker, in microseconds.
    P95,
    /// 99 of 100 warm requests are quicker, in microseconds.
    P99,
    /// Requests answered as expected in a second.
    Achieved,
    /// Requests that failed, in percent of those sent.
    Errors,
    /// The peak of the need, in bytes.
    Need,
    /// CPU periods in which the app ran out of its share, in percent.
    Throttled,
}

/// How two values of a metric are set against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// One is so many times the other.
    Times,
    /// One is so many percentage points more than the other: shares may be zero.
    Points,
}

/// Differences of this many percent of time or rate are of no interest, however sure they are.
const INTEREST_PERCENT: f64 = 5.0;
/// Differences of this many microseconds are of no interest.
const INTEREST_TIME: f64 = 1_000.0;
/// Differences of this many bytes are of no interest.
const INTEREST_MEMORY: f64 = 4.0 * 1_048_576.0;
/// Differences of this many percentage points of throttled periods are of no interest.
const INTEREST_THROTTLED: f64 = 5.0;
/// Differences of this many percentage points of errors are of no interest.
const INTEREST_ERRORS: f64 = 0.5;

impl Metric {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 8] =
        [Self::ColdStart, Self::P50, Self::P95, Self::P99, Self::Achieved, Self::Errors, Self::Need, Self::Throttled];

    /// What it is called in tables and sentences.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ColdStart => "cold start",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Achieved => "achieved",
            Self::Errors => "errors",
            Self::Need => "peak need",
            Self::Throttled => "throttled",
        }
    }

    /// How two values of it are set against each other.
    pub const fn scale(self) -> Scale {
        match self {
            Self::Errors | Self::Throttled => Scale::Points,
            _ => Scale::Times,
        }
    }

    /// Whether more of it is better.
    pub const fn more_is_better(self) -> bool {
        matches!(self, Self::Achieved)
    }

    /// Whether it is about the speed of this machine's cores, and so may be otherwise on the platform's.
    pub const fn is_speed(self) -> bool {
        !matches!(self, Self::Need)
    }

    /// Its value in one round; `None` where there is none, or where it would say something else: a need
    /// that stood at the limit is no measure of what the app wants.
    #[expect(clippy::cast_precision_loss, reason = "53 bits hold any time and any memory there is")]
    pub fn of(self, round: &RoundFacts) -> Option<f64> {
        let micros = |time: Option<Elapsed>| time.map(|time| time.micros() as f64);
        match self {
            Self::ColdStart => micros(round.cold.map(|cold| cold.total)),
            Self::P50 => micros(round.latency.p50),
            Self::P95 => micros(round.latency.p95),
            Self::P99 => micros(round.latency.p99),
            Self::Achieved => round.rate.map(|rate| rate.achieved),
            Self::Errors => round.errors.percent(),
            Self::Need => round.peak.filter(|_| !round.at_limit).map(|peak| peak.need.bytes() as f64),
            Self::Throttled => round.throttled.percent(),
        }
    }

    /// The value on the scale on which differences are counted. `None` for what a ratio cannot hold.
    pub fn on_scale(self, value: f64) -> Option<f64> {
        match self.scale() {
            Scale::Times => (value > 0.0).then(|| value.ln()),
            Scale::Points => Some(value),
        }
    }

    /// The smallest difference of interest, on the scale, for values of about `size`.
    pub fn interest(self, size: f64) -> f64 {
        match self {
            Self::Need => (1.0 + INTEREST_MEMORY / size.max(1.0)).ln(),
            Self::Throttled => INTEREST_THROTTLED,
            Self::Errors => INTEREST_ERRORS,
            Self::Achieved => (1.0 + INTEREST_PERCENT / 100.0).ln(),
            Self::ColdStart | Self::P50 | Self::P95 | Self::P99 => {
                (1.0 + (INTEREST_PERCENT / 100.0).max(INTEREST_TIME / size.max(1.0))).ln()
            }
        }
    }

    /// A difference of this size, on the scale, must not stay unseen: an interval that is wider tells nothing.
    /// For values of about `size`, of which smaller ones are of no interest.
    pub fn must_be_seen(self, size: f64) -> f64 {
        let least = match self.scale() {
            Scale::Times => 1.2_f64.ln(),
            Scale::Points => 20.0,
        };
        least.max(self.interest(size))
    }

    /// The fineness of the instrument, on the scale: latencies are kept to three digits.
    pub const fn grain(self) -> f64 {
        match self.scale() {
            Scale::Times => 0.001,
            Scale::Points => 0.1,
        }
    }

    /// A value of it for people, with its unit.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times and sizes are not negative")]
    pub fn human(self, value: f64) -> String {
        match self {
            Self::Need => Memory::from_bytes(value as u64).human(),
            Self::Achieved => format!("{value:.1}/s"),
            Self::Errors | Self::Throttled => format!("{value:.1} %"),
            Self::ColdStart | Self::P50 | Self::P95 | Self::P99 => Elapsed::from_micros(value as u64).human(),
        }
    }
}
