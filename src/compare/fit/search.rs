use serde::Serialize;

use crate::report::at_limit;
use crate::report::units_in_json::{bytes, optional_bytes};
use crate::units::Memory;

/// A search is done in this many probes wherever it can be.
const PROBES: u32 = 8;
/// An app that gives no hint of what it needs may take more, but never more than this.
const MOST_PROBES: u32 = 24;
/// A probe that says nothing is made again this many times.
const AGAIN: usize = 2;

/// How a run under one limit went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// Nothing was killed.
    Survived {
        /// The peak of its need; `None` when nothing was sampled.
        peak: Option<Memory>,
    },
    /// Something was killed for want of memory.
    Died {
        /// The need in the last sample before.
        need: Option<Memory>,
        /// What was asked of the app when it died: `POST /search`.
        request: Option<String>,
    },
    /// The run says nothing.
    Invalid {
        /// Why, as a sentence.
        why: String,
    },
}

/// A death for want of memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Death {
    /// Under which limit.
    #[serde(rename = "limit_bytes", serialize_with = "bytes")]
    pub limit: Memory,
    /// The need in the last sample before.
    #[serde(rename = "need_bytes", serialize_with = "optional_bytes")]
    pub need: Option<Memory>,
    /// What was asked of the app when it died.
    pub request: Option<String>,
}

/// What a search has found so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The smallest limit that survived, with none above it that died. `None` when even the largest died.
    #[serde(rename = "smallest_bytes", serialize_with = "optional_bytes")]
    pub smallest: Option<Memory>,
    /// The largest limit that died: what it needs lies above it. `None` when even the smallest survived.
    pub died: Option<Death>,
    /// How many runs it took.
    pub probes: u32,
    /// Whether the smallest one survived a second time.
    pub confirmed: bool,
    /// The same limit, or a larger one, gave the other answer: what the app needs is not the same every time.
    #[serde(rename = "unstable_at_bytes", serialize_with = "optional_bytes")]
    pub unstable: Option<Memory>,
    /// Why the search was given up; `None` when it came to its end.
    pub given_up: Option<String>,
}

/// The search for the smallest limit: halving, with a jump to where a surviving run's need says the edge is.
///
/// An app with a sharp edge is found within the tolerance in at most eight probes, one of them to see the
/// answer again, where the range is at most 62 tolerances wide, or where a run that survives below its limit
/// shows a peak within six tolerances of the edge. Else every factor of two between the two takes one more.
#[derive(Debug, Clone)]
pub struct Search {
    least: Memory,
    most: Memory,
    tolerance: u64,
    told: Vec<(Memory, Probe)>,
}

impl Search {
    /// Between two limits, both tried if need be, to within a tolerance above zero.
    pub fn new(least: Memory, most: Memory, tolerance: Memory) -> Self {
        Self { least: least.min(most), most, tolerance: tolerance.bytes().max(1), told: Vec::new() }
    }

    /// The limit to try next; `None` when the search is over.
    pub fn next(&self) -> Option<Memory> {
        if self.given_up().is_some() || self.unstable().is_some() {
            return None;
        }
        let Some(high) = self.survived() else {
            return self.died().is_none().then_some(self.most);
        };
        let low = self.died().map_or(0, Memory::bytes);
        if high <= self.least || high.bytes() - low.min(high.bytes()) <= self.tolerance {
            return self.to_confirm(high);
        }
        let next = Memory::from_bytes(self.between(low, high.bytes())).max(self.least);
        (next < high).then_some(next).or_else(|| self.to_confirm(high))
    }

    /// How the run under `limit` went.
    pub fn tell(&mut self, limit: Memory, probe: Probe) {
        self.told.push((limit, probe));
    }

    /// What is known so far.
    pub fn result(&self) -> Found {
        let edge = self.died();
        let death = self.told.iter().rev().find_map(|(limit, probe)| match probe {
            Probe::Died { need, request } if Some(*limit) == edge => {
                Some(Death { limit: *limit, need: *need, request: request.clone() })
            }
            _ => None,
        });
        let smallest = self.survived();
        Found {
            smallest,
            died: death,
            probes: self.probes(),
            confirmed: smallest.is_some_and(|limit| self.times_survived(limit) > 1),
            unstable: self.unstable(),
            given_up: self.given_up(),
        }
    }

    /// Where to look between a limit that died and one that survived, in bytes.
    fn between(&self, low: u64, high: u64) -> u64 {
        let left = PROBES.saturating_sub(self.probes() + 1);
        let reach = |probes: u32| self.tolerance.saturating_mul(1_u64 << probes.min(40));
        let middle = low + (high - low) / 2;
        let Some(guess) = self.guess(low, high, left) else { return self.rounded(middle, low, high) };
        // Where halving alone would come to its end in time, a guess must not spoil that.
        let bound = if left > 0 && high - low <= reach(left) {
            guess.clamp(high.saturating_sub(reach(left - 1)).max(low), low.saturating_add(reach(left - 1)).min(high))
        } else {
            guess
        };
        self.rounded(bound, low, high)
    }

    /// Where the peak of a surviving run says that the edge is; from there away in growing steps, as long as
    /// what they leave can still be halved in time. `None` without a peak to go by, or when that did not help.
    fn guess(&self, low: u64, high: u64, left: u32) -> Option<u64> {
        let peak = self.peak().filter(|_| left > 0)?;
        let at_peak = peak.saturating_add(self.tolerance / 2);
        if low < at_peak && at_peak.saturating_add(self.tolerance) <= high {
            return Some(at_peak);
        }
        let below = high.saturating_sub(self.tolerance) < at_peak;
        let away = |limit: &u64| if below { *limit <= at_peak } else { *limit >= at_peak };
        let steps = self.limits_tried().filter(away).count().saturating_sub(1);
        let steps = u32::try_from(steps).unwrap_or(u32::MAX).min(20);
        let step = self.tolerance << (2 * steps).min(left - 1);
        let guess = if below { high.saturating_sub(step) } else { low.saturating_add(step) };
        (low < guess && guess < high).then_some(guess)
    }

    /// A quarter of the tolerance is as fine as it gets, so that limits read well.
    fn rounded(&self, limit: u64, low: u64, high: u64) -> u64 {
        let grain = (self.tolerance / 4).max(1);
        let rounded = limit.div_ceil(grain) * grain;
        if low < rounded && rounded < high { rounded } else { limit.clamp(low + 1, high - 1) }
    }

    /// The smallest limit is tried again, and then the edge, as far as the probes go.
    fn to_confirm(&self, high: Memory) -> Option<Memory> {
        if self.times_survived(high) < 2 {
            return Some(high);
        }
        let died = self.died().filter(|low| self.times(*low) < 2);
        died.filter(|_| self.probes() < PROBES)
    }

    /// The peak of the run under the smallest limit that was not held down by it: a need at the limit says nothing.
    fn peak(&self) -> Option<u64> {
        let peaks = self.told.iter().filter_map(|(limit, probe)| match probe {
            Probe::Survived { peak: Some(peak) } if !at_limit(*peak, *limit) => Some((*limit, *peak)),
            _ => None,
        });
        peaks.min_by_key(|(limit, _)| *limit).map(|(_, peak)| peak.bytes())
    }

    fn limits_tried(&self) -> impl Iterator<Item = u64> {
        self.told.iter().filter(|(_, probe)| !matches!(probe, Probe::Invalid { .. })).map(|(limit, _)| limit.bytes())
    }

    fn probes(&self) -> u32 {
        u32::try_from(self.told.len()).unwrap_or(u32::MAX)
    }

    fn times(&self, limit: Memory) -> usize {
        self.limits_tried().filter(|tried| *tried == limit.bytes()).count()
    }

    fn times_survived(&self, limit: Memory) -> usize {
        self.survivors().filter(|survivor| *survivor == limit).count()
    }

    fn survivors(&self) -> impl Iterator<Item = Memory> {
        self.told.iter().filter(|(_, probe)| matches!(probe, Probe::Survived { .. })).map(|(limit, _)| *limit)
    }

    fn deaths(&self) -> impl Iterator<Item = Memory> {
        self.told.iter().filter(|(_, probe)| matches!(probe, Probe::Died { .. })).map(|(limit, _)| *limit)
    }

    /// The largest limit that died.
    fn died(&self) -> Option<Memory> {
        self.deaths().max()
    }

    /// The smallest limit that survived, above all that died.
    fn survived(&self) -> Option<Memory> {
        let died = self.died();
        self.survivors().filter(|limit| died.is_none_or(|died| *limit > died)).min()
    }

    /// A limit that survived although the same one, or a larger one, died.
    fn unstable(&self) -> Option<Memory> {
        let died = self.died()?;
        self.survivors().filter(|limit| *limit <= died).max()
    }

    fn given_up(&self) -> Option<String> {
        let last: Vec<&str> = self.told.iter().rev().map_while(|(_, probe)| invalid(probe)).collect();
        if last.len() > AGAIN {
            return Some(format!("{} runs in a row say nothing: {}", last.len(), last[0]));
        }
        (self.probes() >= MOST_PROBES).then(|| format!("{MOST_PROBES} runs did not settle it"))
    }
}

fn invalid(probe: &Probe) -> Option<&str> {
    match probe {
        Probe::Invalid { why } => Some(why),
        Probe::Survived { .. } | Probe::Died { .. } => None,
    }
}
