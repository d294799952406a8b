use serde::Serialize;

use super::Metric;
use super::comparison::Against;
use super::difference::compare_all;
use super::facts::Measure;
use super::statistics::median;
use crate::event::PhaseRole;
use crate::report::units_in_json::optional_bytes;
use crate::report::{PhaseUse, Summary, at_limit};
use crate::units::{Elapsed, Memory};

/// What is compared phase by phase.
const BY_PHASE: [Metric; 6] = [Metric::Need, Metric::P50, Metric::P95, Metric::P99, Metric::Errors, Metric::Throttled];

/// One phase of the load, side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseSide {
    /// Its name, by which phases are matched.
    pub name: String,
    /// What it came to in every arm that has it.
    pub arms: Vec<PhaseFacts>,
    /// Labels of arms that do not have it.
    pub missing: Vec<String>,
    /// Every other arm against the reference. Empty where the reference does not have it.
    pub differences: Vec<Against>,
}

/// What a phase came to in one arm: the middle of its rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseFacts {
    /// Which arm.
    pub label: String,
    /// The need in its first sample.
    #[serde(rename = "need_first_bytes", serialize_with = "optional_bytes")]
    pub need_first: Option<Memory>,
    /// The greatest need in it, also where it stood at the limit.
    #[serde(rename = "need_peak_bytes", serialize_with = "optional_bytes")]
    pub need_peak: Option<Memory>,
    /// The need in its last sample: what it leaves behind.
    #[serde(rename = "need_last_bytes", serialize_with = "optional_bytes")]
    pub need_last: Option<Memory>,
    /// CPU time used.
    #[serde(rename = "cpu_us")]
    pub cpu: Elapsed,
    /// Processes killed for want of memory, in all rounds.
    pub kills: u64,
    /// What can be compared.
    pub measures: Vec<Measure>,
}

/// The runs of an arm that count.
pub(super) struct ArmRuns<'s> {
    pub(super) label: &'s str,
    pub(super) runs: Vec<&'s Summary>,
}

/// Phases that measure, in the order of the reference; those that it does not have come last.
pub(super) fn phases(arms: &[ArmRuns], reference: &str) -> Vec<PhaseSide> {
    let mut names: Vec<&str> = Vec::new();
    let (first, others): (Vec<_>, Vec<_>) = arms.iter().partition(|arm| arm.label == reference);
    for phase in first.iter().chain(&others).flat_map(|arm| &arm.runs).flat_map(|run| &run.phases) {
        if phase.role == PhaseRole::Measure && !names.contains(&phase.name.as_str()) {
            names.push(&phase.name);
        }
    }
    names.into_iter().map(|name| side(name, arms, reference)).collect()
}

fn side(name: &str, arms: &[ArmRuns], reference: &str) -> PhaseSide {
    let found: Vec<PhaseFacts> = arms.iter().filter_map(|arm| PhaseFacts::of(name, arm)).collect();
    let has = |label: &str| found.iter().any(|facts| facts.label == label);
    let missing = arms.iter().filter(|arm| !has(arm.label)).map(|arm| arm.label.to_owned()).collect();
    let base = found.iter().find(|facts| facts.label == reference);
    let against = |base: &PhaseFacts, other: &PhaseFacts| {
        let values = BY_PHASE.iter().map(|metric| (*metric, (base.values(*metric), other.values(*metric))));
        Against { label: other.label.clone(), differences: compare_all(values) }
    };
    let others = || found.iter().filter(|facts| facts.label != reference);
    let differences = base.map(|base| others().map(|other| against(base, other)).collect()).unwrap_or_default();
    PhaseSide { name: name.to_owned(), missing, differences, arms: found }
}

impl PhaseFacts {
    /// `None` where no run of the arm has the phase.
    fn of(name: &str, arm: &ArmRuns) -> Option<Self> {
        let of_run = |run: &&Summary| run.phases.iter().position(|phase| phase.name == name);
        let rounds: Vec<(&Summary, &PhaseUse)> =
            arm.runs.iter().filter_map(|run| Some((*run, &run.phases[of_run(run)?]))).collect();
        if rounds.is_empty() {
            return None;
        }
        let need = |of: fn(&PhaseUse) -> Option<Memory>| {
            middle(rounds.iter().filter_map(|(_, phase)| of(phase)).map(Memory::bytes)).map(Memory::from_bytes)
        };
        let measure =
            |metric: &Metric| Measure::of_values(*metric, rounds.iter().map(|(run, phase)| value(*metric, run, phase)));
        Some(Self {
            label: arm.label.to_owned(),
            need_first: need(|phase| phase.need_first),
            need_peak: need(|phase| phase.need_peak),
            need_last: need(|phase| phase.need_last),
            cpu: middle(rounds.iter().map(|(_, phase)| phase.cpu.micros())).map_or(Elapsed::ZERO, Elapsed::from_micros),
            kills: rounds.iter().map(|(_, phase)| phase.kills).sum(),
            measures: BY_PHASE.iter().filter_map(measure).collect(),
        })
    }

    /// Its values, one of each round that has it.
    pub fn values(&self, metric: Metric) -> &[f64] {
        self.measures.iter().find(|measure| measure.metric == metric).map_or(&[], |measure| measure.values.as_slice())
    }

    /// The middle of the rounds.
    pub fn median(&self, metric: Metric) -> Option<f64> {
        median(self.values(metric))
    }
}

/// The value of one run. A need that stood at the limit is no measure of what the app wants.
#[expect(clippy::cast_precision_loss, reason = "53 bits hold any time and any memory there is")]
fn value(metric: Metric, run: &Summary, phase: &PhaseUse) -> Option<f64> {
    let latency = match &phase.load {
        Some(load) if load.due > 0 => load.warm,
        _ => phase.requests.warm.total,
    };
    let micros = |time: Option<Elapsed>| time.map(|time| time.micros() as f64);
    let below_limit = |need: &Memory| {
        let kill_at = run.memory.as_ref().map(|memory| memory.kill_at);
        phase.kills == 0 && kill_at.is_none_or(|kill_at| !at_limit(*need, kill_at))
    };
    match metric {
        Metric::Need => phase.need_peak.filter(below_limit).map(|need| need.bytes() as f64),
        Metric::P50 => micros(latency.p50),
        Metric::P95 => micros(latency.p95),
        Metric::P99 => micros(latency.p99),
        Metric::Errors => phase
            .load
            .as_ref()
            .filter(|load| load.due > 0)
            .map(|load| load.failures.values().sum::<u64>() as f64 * 100.0 / load.due as f64),
        Metric::Throttled => phase.throttled.percent(),
        Metric::ColdStart | Metric::Achieved => None,
    }
}

/// The middle one; the lower of the two middle ones where their number is even.
fn middle(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut sorted: Vec<u64> = values.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}
