//! What stands in a cell. Every number carries its unit.

use super::super::comparison::ArmResult;
use super::super::facts::ArmFacts;
use super::super::{Asked, Comparison, Metric};
use crate::report::Column;
use crate::units::{Elapsed, Memory};

/// Stands where a number is not known, or would say too little.
pub(super) const NONE: &str = "–";

/// A column of the tables: its heading, and what it says of an arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    Label,
    Memory,
    Cpu,
    Price,
    ColdStart,
    P50,
    P95,
    P99,
    Requests,
    Asked,
    Achieved,
    Errors,
    Causes,
    Need,
    OfLimit,
    AtStart,
    Throttled,
    Kills,
    Sleeps,
    Verdict,
}

impl Cell {
    /// Everything there is, for those with room for it.
    pub(super) const ALL: &'static [Self] = &[
        Self::Label,
        Self::Memory,
        Self::Cpu,
        Self::Price,
        Self::ColdStart,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::Requests,
        Self::Asked,
        Self::Achieved,
        Self::Errors,
        Self::Need,
        Self::OfLimit,
        Self::AtStart,
        Self::Throttled,
        Self::Kills,
        Self::Sleeps,
        Self::Verdict,
        Self::Causes,
    ];

    pub(super) fn name(self, comparison: &Comparison) -> &'static str {
        match self {
            Self::Label => thing(comparison),
            Self::Memory => "memory",
            Self::Cpu => "CPU",
            Self::Price => "a month",
            Self::ColdStart => "cold start",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Requests => "requests",
            Self::Asked => "asked",
            Self::Achieved => "achieved",
            Self::Errors => "errors",
            Self::Causes => "failed by",
            Self::Need => "peak need",
            Self::OfLimit => "of it",
            Self::AtStart => "at start",
            Self::Throttled => "throttled",
            Self::Kills => "kills",
            Self::Sleeps => "sleeps",
            Self::Verdict => "verdict",
        }
    }

    pub(super) fn column(self, comparison: &Comparison) -> Column {
        let name = self.name(comparison);
        if matches!(self, Self::Label | Self::Verdict | Self::Causes) {
            Column::words(name)
        } else {
            Column::numbers(name)
        }
    }

    pub(super) fn text(self, arm: &ArmResult) -> String {
        let facts = &arm.facts;
        let rounds = !facts.rounds.is_empty();
        match self {
            Self::Label => arm.label.clone(),
            Self::Memory => facts.memory_limit.to_string(),
            Self::Cpu => format!("{:.3}", facts.cpu_share.cores()).trim_end_matches('0').trim_end_matches('.').into(),
            Self::Price => facts.price.to_string(),
            Self::ColdStart => cold_start(facts),
            Self::P50 => time(facts.latency.p50),
            Self::P95 => time(facts.latency.p95),
            Self::P99 => time(facts.latency.p99),
            Self::Requests => some((facts.errors.of > 0).then_some(facts.errors.of)),
            Self::Asked => rate(facts.rate.and_then(|rate| rate.asked)),
            Self::Achieved => rate(facts.rate.map(|rate| rate.achieved)),
            Self::Errors => percent(facts.errors.percent()),
            Self::Causes => causes(facts),
            Self::Need => need(facts, facts.peak),
            Self::OfLimit => of_limit(facts),
            Self::AtStart => facts.start_peak.map_or_else(|| NONE.to_owned(), Memory::human),
            Self::Throttled => percent(facts.throttled.percent()),
            Self::Kills => some(rounds.then_some(facts.kills)),
            Self::Sleeps => some(rounds.then_some(facts.sleeps)),
            Self::Verdict => arm.verdict.word.text().to_owned(),
        }
    }
}

/// What the arms are called together.
pub(super) fn thing(comparison: &Comparison) -> &'static str {
    match comparison.question.asked {
        Asked::Plans => "plan",
        Asked::Runs => "run",
        Asked::Values => "value",
    }
}

/// The platform's delay that was added is marked, and so is a plan that never sleeps.
fn cold_start(facts: &ArmFacts) -> String {
    let Some(total) = facts.median(Metric::ColdStart) else { return NONE.to_owned() };
    let cold = facts.rounds.iter().find_map(|round| round.cold);
    let mark = match cold {
        Some(cold) if !cold.sleeps => " b",
        Some(cold) if cold.added => " +",
        _ => "",
    };
    format!("{}{mark}", Metric::ColdStart.human(total))
}

fn need(facts: &ArmFacts, need: Option<Memory>) -> String {
    let least = if facts.at_limit { "≥ " } else { "" };
    need.map_or_else(|| NONE.to_owned(), |need| format!("{least}{}", need.human()))
}

fn of_limit(facts: &ArmFacts) -> String {
    let least = if facts.at_limit { "≥ " } else { "" };
    let share = facts.peak.map(|peak| peak.percent_of(facts.memory_limit));
    share.map_or_else(|| NONE.to_owned(), |share| format!("{least}{share:.0} %"))
}

/// Why requests failed, the most frequent cause first.
pub(super) fn causes(facts: &ArmFacts) -> String {
    let mut causes: Vec<(&String, &u64)> = facts.errors.causes.iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    causes.into_iter().map(|(cause, count)| format!("{count} {cause}")).collect::<Vec<_>>().join(", ")
}

pub(super) fn time(time: Option<Elapsed>) -> String {
    time.map_or_else(|| NONE.to_owned(), Elapsed::human)
}

pub(super) fn percent(percent: Option<f64>) -> String {
    percent.map_or_else(|| NONE.to_owned(), |percent| format!("{percent:.1} %"))
}

fn rate(rate: Option<f64>) -> String {
    rate.map_or_else(|| NONE.to_owned(), |rate| format!("{rate:.1}/s"))
}

fn some(count: Option<u64>) -> String {
    count.map_or_else(|| NONE.to_owned(), |count| count.to_string())
}
