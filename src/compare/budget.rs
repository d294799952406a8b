use serde::Serialize;

use super::Metric;
use super::facts::ArmFacts;
use super::verdict::{Input, settings};
use crate::scenario::Budget;
use crate::units::{Elapsed, Memory};

/// One line of a budget, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BudgetLine {
    /// What is limited: `p95`.
    pub name: &'static str,
    /// Whether it was kept.
    pub state: Kept,
    /// What was found: `1.3 s`. `None` where nothing was measured.
    pub found: Option<String>,
    /// What was expected: `at most 800 ms`.
    pub expected: String,
    /// The same as an input of a verdict.
    #[serde(skip)]
    pub(super) input: Input,
}

/// Whether a line of a budget was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// It was.
    Yes,
    /// It was not.
    No,
    /// It asks for something of which too little, or nothing, was measured. That is never a pass.
    Empty,
}

/// Why a line has no value.
const TOO_FEW: &str = "not measured, or too few requests for it";

/// Every line that is asked for.
pub(super) fn lines(budget: &Budget, facts: &ArmFacts) -> Vec<BudgetLine> {
    let time = |name, limit: Option<Elapsed>, found: Option<Elapsed>, rests_on| {
        let found = found.map(|found| (found.secs_f64(), found.human()));
        limit.map(|limit| Asked { name, rests_on, speed: true }.line((limit.secs_f64(), limit.to_string()), found))
    };
    let cold = facts.median(Metric::ColdStart).map(whole_micros);
    let lines = [
        memory(budget, facts),
        time("p95", budget.p95, facts.latency.p95, settings::CPU),
        time("p99", budget.p99, facts.latency.p99, settings::CPU),
        time("cold start", budget.cold_start, cold, settings::COLD),
        budget.errors.map(|limit| {
            let found = facts.errors.percent().map(|found| (found, format!("{found:.2} %")));
            Asked { name: "errors", rests_on: settings::BOTH, speed: false }
                .line((limit.percent(), limit.to_string()), found)
        }),
        budget.kills.map(|limit| {
            let found = (!facts.rounds.is_empty()).then(|| (count(facts.kills), facts.kills.to_string()));
            Asked { name: "kills", rests_on: settings::MEMORY, speed: false }
                .line((count(limit), limit.to_string()), found)
        }),
    ];
    lines.into_iter().flatten().collect()
}

fn memory(budget: &Budget, facts: &ArmFacts) -> Option<BudgetLine> {
    let limit = budget.memory?;
    let share = |peak: Memory| peak.percent_of(facts.memory_limit);
    let found = facts.peak.map(|peak| {
        let at_limit = if facts.at_limit { ", at the limit" } else { "" };
        (share(peak), format!("{:.1} %{at_limit}", share(peak)))
    });
    let asked = Asked { name: "memory", rests_on: settings::MEMORY, speed: false };
    Some(asked.line((limit.percent(), limit.to_string()), found))
}

struct Asked {
    name: &'static str,
    rests_on: &'static [&'static str],
    speed: bool,
}

impl Asked {
    fn line(self, (limit, said): (f64, String), found: Option<(f64, String)>) -> BudgetLine {
        let state = match &found {
            Some((value, _)) if *value <= limit => Kept::Yes,
            Some(_) => Kept::No,
            None => Kept::Empty,
        };
        let ratio = found.as_ref().filter(|_| self.speed && limit > 0.0).map(|(value, _)| value / limit);
        let found = found.map(|(_, words)| words);
        let expected = format!("at most {said}");
        let input = Input {
            name: self.name.to_owned(),
            value: found.clone().unwrap_or_else(|| TOO_FEW.to_owned()),
            bound: Some(expected.clone()),
            place: None,
            rests_on: self.rests_on,
            ratio,
        };
        BudgetLine { name: self.name, state, found, expected, input }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 kills")]
fn count(kills: u64) -> f64 {
    kills as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are not negative")]
fn whole_micros(micros: f64) -> Elapsed {
    Elapsed::from_micros(micros as u64)
}
