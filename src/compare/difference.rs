use serde::Serialize;

use super::facts::{ArmFacts, sample};
use super::statistics::{Sample, interval, pooled, rounds_for};
use super::{Metric, Scale};

/// A pair of arms of the same thing may be said to differ this often, over all metrics together: a little less
/// than the once in twenty that is promised, because noise is not quite normal.
const WRONG_AT_MOST: f64 = 0.04;
/// With fewer rounds than this on a side, nothing is said about a difference.
const LEAST_ROUNDS: u32 = 3;
/// More rounds than this are never asked for.
const MOST_ROUNDS: u32 = 50;

/// How two arms stand in one metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// In which.
    pub metric: Metric,
    /// What can be said about it.
    pub finding: Finding,
    /// Whether `by`, `low` and `high` are factors or percentage points.
    pub scale: Scale,
    /// The other arm against the reference: the mean over rounds. `None` where one has no value.
    pub by: Option<f64>,
    /// The true value may be as small as this. `None` with too few rounds for that.
    pub low: Option<f64>,
    /// The true value may be as great as this.
    pub high: Option<f64>,
    /// How many rounds of each arm would do. `None` where there are enough, or more than 50 would be needed.
    pub rounds_needed: Option<u32>,
}

/// What can be said about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// It is there, and large enough to be of interest.
    Differs,
    /// What there is cannot be told from noise, or is too small to be of interest.
    NoRealDifference,
    /// Whatever the true difference is, it is too small to be of interest.
    Tie,
    /// There are too few rounds to tell.
    Thin,
    /// One of the two was not measured.
    Unmeasured,
}

impl Difference {
    /// Whether it is there, and the other arm is better for it.
    pub fn is_better(&self) -> bool {
        let none = if self.scale == Scale::Times { 1.0 } else { 0.0 };
        self.finding == Finding::Differs && self.by.is_some_and(|by| (by > none) == self.metric.more_is_better())
    }

    /// Half the width of the interval in which the true value lies.
    pub fn give_or_take(&self) -> Option<f64> {
        self.low.zip(self.high).map(|(low, high)| (high - low) / 2.0)
    }
}

/// How `other` stands against `base`, metric by metric. All that both have is compared at once, so each
/// interval is drawn wide enough for all of them to be right together (Bonferroni): over all metrics, the
/// same thing twice is said to differ at most once in twenty.
pub fn differences(base: &ArmFacts, other: &ArmFacts) -> Vec<Difference> {
    let values = |metric: Metric| (base.values(metric), other.values(metric));
    compare_all(Metric::ALL.iter().map(|metric| (*metric, values(*metric))))
}

/// The same for values that are at hand.
pub(super) fn compare_all<'v>(values: impl Iterator<Item = (Metric, (&'v [f64], &'v [f64]))>) -> Vec<Difference> {
    let pairs: Vec<_> = values.collect();
    let shown = pairs.iter().filter(|(_, (base, other))| !base.is_empty() && !other.is_empty()).count();
    let confidence = confidence(shown);
    pairs.into_iter().map(|(metric, (base, other))| difference(metric, base, other, confidence)).collect()
}

/// How sure an interval must be where so many metrics are shown.
#[expect(clippy::cast_precision_loss, reason = "there are fewer than ten metrics")]
pub fn confidence(metrics: usize) -> f64 {
    1.0 - WRONG_AT_MOST / metrics.max(1) as f64
}

fn difference(metric: Metric, base: &[f64], other: &[f64], confidence: f64) -> Difference {
    let nothing = Difference {
        metric,
        finding: Finding::Unmeasured,
        scale: metric.scale(),
        by: None,
        low: None,
        high: None,
        rounds_needed: None,
    };
    let (Some(one), Some(two)) = (sample(metric, base), sample(metric, other)) else { return nothing };
    let shown = |value: f64| Some(if metric.scale() == Scale::Times { value.exp() } else { value });
    let found = Difference { by: shown(two.mean - one.mean), ..nothing };
    let Some(interval) = interval(one, two, confidence, metric.grain()) else {
        return Difference {
            finding: Finding::Thin,
            rounds_needed: rounds_needed(metric, one, two, confidence),
            ..found
        };
    };
    let found = Difference {
        low: shown(interval.middle - interval.half),
        high: shown(interval.middle + interval.half),
        ..found
    };
    let interest = metric.interest(size(metric, one, two));
    let enough = one.count.min(two.count) >= LEAST_ROUNDS;
    let finding = if !enough {
        Finding::Thin
    } else if interval.excludes_zero() && interval.middle.abs() > interest {
        Finding::Differs
    } else if interval.middle.abs() + interval.half < interest {
        Finding::Tie
    } else if interval.half > metric.must_be_seen(size(metric, one, two)) {
        Finding::Thin
    } else {
        Finding::NoRealDifference
    };
    let thin = finding == Finding::Thin;
    let rounds_needed = if thin { rounds_needed(metric, one, two, confidence) } else { None };
    Difference { finding, rounds_needed, ..found }
}

/// About how large the values are, in their own unit: the smaller of the two.
fn size(metric: Metric, one: Sample, two: Sample) -> f64 {
    let smaller = one.mean.min(two.mean);
    if metric.scale() == Scale::Times { smaller.exp() } else { smaller }
}

/// Rounds that would do for a difference that must not stay unseen, if their spread stays as it is. Without
/// any spread measured yet, the least number there is.
fn rounds_needed(metric: Metric, one: Sample, two: Sample, confidence: f64) -> Option<u32> {
    let Some(spread) = pooled([one, two]) else { return Some(LEAST_ROUNDS) };
    let rounds =
        rounds_for(metric.must_be_seen(size(metric, one, two)), spread.max(metric.grain()), confidence, MOST_ROUNDS)?;
    Some(rounds.max(LEAST_ROUNDS))
}

/// How far rounds of the same arm lie apart on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Noise {
    /// In which metric.
    pub metric: Metric,
    /// In percent of the value, or in percentage points for shares: the pooled standard deviation.
    pub spread: f64,
}

/// The noise of every metric of which some arm has two rounds or more.
pub fn noise(arms: &[&ArmFacts]) -> Vec<Noise> {
    let of = |metric: Metric| {
        let groups = arms.iter().filter_map(|arm| sample(metric, arm.values(metric)));
        let spread = pooled(groups)?;
        let spread = if metric.scale() == Scale::Times { spread.exp_m1() * 100.0 } else { spread };
        Some(Noise { metric, spread })
    };
    Metric::ALL.iter().filter_map(|metric| of(*metric)).collect()
}
