use std::collections::BTreeMap;

use serde::Serialize;

use super::{Errors, Rate, RoundFacts, SeenBy, latency};
use crate::compare::Metric;
use crate::compare::price::PlanPrice;
use crate::compare::statistics::{Sample, median};
use crate::profile::{Confidence, Range};
use crate::report::units_in_json::{bytes, millicores, optional_bytes};
use crate::report::{Latency, RunFacts, Summary, Throttled};
use crate::units::{Elapsed, Memory, Millicores, Portion};

/// What an arm came to, over all rounds that count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmFacts {
    /// The plan's id.
    pub plan: String,
    /// The platform as people say it.
    pub platform: String,
    /// The plan as the platform says it.
    pub plan_name: String,
    /// Which end of a published range the plan is.
    pub range: Range,
    /// What the app is called.
    pub app: String,
    /// What the plan sells.
    #[serde(rename = "memory_limit_bytes", serialize_with = "bytes")]
    pub memory_limit: Memory,
    /// The guaranteed share.
    #[serde(rename = "cpu_share_millicores", serialize_with = "millicores")]
    pub cpu_share: Millicores,
    /// After how long without visits the plan puts an app to sleep.
    #[serde(rename = "sleep_after_us")]
    pub sleep_after: Option<Elapsed>,
    /// How far the plan's numbers can be trusted.
    pub confidence: BTreeMap<String, Confidence>,
    /// What it costs in a month.
    pub price: PlanPrice,
    /// Round by round.
    pub rounds: Vec<RoundFacts>,
    /// One value per round of everything that is compared, and their middle.
    pub measures: Vec<Measure>,
    /// Warm latencies of all rounds together. Without the values behind them, the middle of the rounds.
    pub latency: Latency,
    /// Whose clock they are from.
    pub seen_by: Option<SeenBy>,
    /// The middle of the rounds.
    pub rate: Option<Rate>,
    /// Requests that failed in all rounds.
    pub errors: Errors,
    /// The greatest need of any round.
    #[serde(rename = "peak_bytes", serialize_with = "optional_bytes")]
    pub peak: Option<Memory>,
    /// The greatest need before a first healthy answer of any round.
    #[serde(rename = "start_peak_bytes", serialize_with = "optional_bytes")]
    pub start_peak: Option<Memory>,
    /// Whether the need stood at the place where the plan kills, in any round.
    pub at_limit: bool,
    /// How often the app stood still for want of CPU, in all rounds.
    pub throttled: Throttled,
    /// Processes killed for want of memory, in all rounds.
    pub kills: u64,
    /// How often the app was put to sleep, in all rounds.
    pub sleeps: u64,
    /// How often it was woken, in all rounds.
    pub wakes: u64,
    /// How often it ended by itself with a fault, in all rounds.
    pub crashes: u64,
}

/// One metric of an arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measure {
    /// Which.
    pub metric: Metric,
    /// Its value in every round that has one, in the metric's own unit.
    pub values: Vec<f64>,
    /// The middle one.
    pub median: f64,
    /// The standard deviation between rounds: in percent of the value, or in percentage points for shares.
    /// `None` with one round.
    pub spread: Option<f64>,
}

impl ArmFacts {
    /// Of the rounds that count. `run` says what was run, also where no round counts.
    pub(in crate::compare) fn of(run: &RunFacts, counted: &[(RoundFacts, &Summary)], busy: Portion) -> Self {
        let rounds: Vec<RoundFacts> = counted.iter().map(|(facts, _)| facts.clone()).collect();
        let mut errors = Errors::default();
        let mut throttled = Throttled::default();
        for round in &rounds {
            errors.merge(&round.errors);
            throttled.add(round.throttled);
        }
        let sum = |of: fn(&RoundFacts) -> u64| rounds.iter().map(of).sum();
        Self {
            plan: run.plan.clone(),
            platform: run.platform.clone(),
            plan_name: run.plan_name.clone(),
            range: run.range,
            app: run.app.clone(),
            memory_limit: run.memory_limit,
            cpu_share: run.cpu_share,
            sleep_after: run.sleep_after,
            confidence: run.confidence.clone(),
            price: PlanPrice::of(run, counted.iter().map(|(_, summary)| *summary), busy),
            measures: Metric::ALL.iter().filter_map(|metric| Measure::of(*metric, &rounds)).collect(),
            latency: together(&rounds, counted),
            seen_by: rounds.first().map(|round| round.seen_by),
            rate: middle_rate(&rounds),
            errors,
            peak: rounds.iter().filter_map(|round| round.peak).map(|peak| peak.need).max(),
            start_peak: rounds.iter().filter_map(|round| round.start_peak).map(|peak| peak.need).max(),
            at_limit: rounds.iter().any(|round| round.at_limit),
            throttled,
            kills: sum(|round| round.kills),
            sleeps: sum(|round| round.sleeps),
            wakes: sum(|round| round.wakes),
            crashes: sum(|round| round.crashes),
            rounds,
        }
    }

    /// The middle of the rounds; `None` when no round has it.
    pub fn median(&self, metric: Metric) -> Option<f64> {
        self.measures.iter().find(|measure| measure.metric == metric).map(|measure| measure.median)
    }

    /// Its values, one of each round that has it.
    pub fn values(&self, metric: Metric) -> &[f64] {
        self.measures.iter().find(|measure| measure.metric == metric).map_or(&[], |measure| measure.values.as_slice())
    }
}

impl Measure {
    fn of(metric: Metric, rounds: &[RoundFacts]) -> Option<Self> {
        Self::of_values(metric, rounds.iter().map(|round| metric.of(round)))
    }

    /// One value of each round, where it has one. `None` without values, and for a need that stood at the limit in
    /// any round: what is left would be the rounds that happened to need less.
    pub(in crate::compare) fn of_values(metric: Metric, rounds: impl Iterator<Item = Option<f64>>) -> Option<Self> {
        let rounds: Vec<Option<f64>> = rounds.collect();
        if metric == Metric::Need && rounds.contains(&None) {
            return None;
        }
        let values: Vec<f64> = rounds.into_iter().flatten().collect();
        let spread = sample(metric, &values).filter(|sample| sample.count > 1).map(|sample| {
            let deviation = sample.variance.sqrt();
            if metric.scale() == crate::compare::Scale::Times { deviation.exp_m1() * 100.0 } else { deviation }
        });
        Some(Self { metric, median: median(&values)?, values, spread })
    }
}

/// The values on the scale on which they are compared.
pub(in crate::compare) fn sample(metric: Metric, values: &[f64]) -> Option<Sample> {
    let scaled: Vec<f64> = values.iter().filter_map(|value| metric.on_scale(*value)).collect();
    Sample::of(&scaled)
}

fn together(rounds: &[RoundFacts], counted: &[(RoundFacts, &Summary)]) -> Latency {
    let all_by_sender = rounds.iter().all(|round| round.seen_by == SeenBy::Sender);
    if all_by_sender {
        return Latency::of_all(counted.iter().flat_map(|(_, summary)| latency::spreads(summary)));
    }
    let middle = |of: fn(&Latency) -> Option<Elapsed>| {
        let mut times: Vec<Elapsed> = rounds.iter().filter_map(|round| of(&round.latency)).collect();
        times.sort();
        times.get(times.len().saturating_sub(1) / 2).copied()
    };
    let end = |of: fn(&Latency) -> Option<Elapsed>| rounds.iter().filter_map(move |round| of(&round.latency));
    Latency {
        count: rounds.iter().map(|round| round.latency.count).sum(),
        min: end(|latency| latency.min).min(),
        p50: middle(|latency| latency.p50),
        p95: middle(|latency| latency.p95),
        p99: middle(|latency| latency.p99),
        max: end(|latency| latency.max).max(),
    }
}

fn middle_rate(rounds: &[RoundFacts]) -> Option<Rate> {
    let rates: Vec<Rate> = rounds.iter().filter_map(|round| round.rate).collect();
    let asked: Vec<f64> = rates.iter().filter_map(|rate| rate.asked).collect();
    let achieved: Vec<f64> = rates.iter().map(|rate| rate.achieved).collect();
    Some(Rate { asked: median(&asked), achieved: median(&achieved)? })
}
