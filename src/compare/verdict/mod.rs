//! A word for every arm, by fixed rules, with the evidence it rests on.
//!
//! The rules are data ([`RULES`]): the first one that holds gives the word. Rules about a single run
//! decide whether it counts at all; the others look at all runs that count. Memory is firm: a kill is a
//! kill. Speed is this machine's, so a word that rests on it carries a band.

mod family;
mod input;
mod memory;
mod rules;
mod runs;
mod speed;
#[cfg(test)]
mod tests;

pub use input::{Evidence, Input, Place};
pub use rules::{RULES, Rule};

pub(super) use family::undependable;
pub(super) use input::settings;
pub(super) use memory::with_margin;

use serde::{Deserialize, Serialize};

use super::budget::BudgetLine;
use super::facts::{ArmFacts, RoundFacts};
use crate::profile::Confidence;
use crate::report::Summary;
use rules::Test;

/// A core of a host may be this much quicker or slower than this machine's, in percent. An assumption of
/// ours: no platform says, and CPU seconds measured on different machines differ by at least that.
pub const BAND_PERCENT: u32 = 30;

/// How an app gets on with a plan. Ordered from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// It lives there.
    Fits,
    /// It lives there, but little is left.
    Tight,
    /// It lives there when the platform gives its most, and not when it gives its least.
    NotDependable,
    /// It does not live there.
    TooSmall,
    /// The runs say nothing about the plan.
    Invalid,
}

impl Word {
    /// The word itself: `too small`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Tight => "tight",
            Self::NotDependable => "not dependable",
            Self::TooSmall => "too small",
            Self::Invalid => "invalid",
        }
    }

    /// Whether the app lives there.
    pub const fn lives(self) -> bool {
        matches!(self, Self::Fits | Self::Tight)
    }
}

/// A word, the rule that gave it, and what the rule looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The word.
    pub word: Word,
    /// The id of the rule.
    pub rule: &'static str,
    /// What held, with its figures: `peak need 490.0 MiB, at most 460.8 MiB`.
    pub because: String,
    /// Whether it may be otherwise on the platform's own cores.
    pub firmness: Firmness,
    /// The least trusted of the profile's numbers that it rests on. `None` where none has a source.
    pub weakest: Option<Weakest>,
    /// Which runs, which inputs, and where in the run they stand.
    pub evidence: Vec<Evidence>,
}

/// Whether a verdict may be otherwise on the platform's own cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Firmness {
    /// It does not rest on speed.
    Firm,
    /// It rests on speed, and would be the same with cores 30 % quicker or slower.
    Speed,
    /// It rests on speed, and might be otherwise with cores 30 % quicker or slower.
    WithinBand,
}

/// The least trusted number behind a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weakest {
    /// The setting.
    pub setting: String,
    /// How far its source can be trusted.
    pub confidence: Confidence,
}

/// A run that does not count, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftOut {
    /// Which round, from one.
    pub round: u32,
    /// The run's id.
    pub run: String,
    /// The id of the rule that says so.
    pub rule: &'static str,
    /// What held.
    pub evidence: Evidence,
}

/// What a rule about an arm may look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'c> {
    pub(super) facts: &'c ArmFacts,
    pub(super) runs: &'c [(RoundFacts, &'c Summary)],
    pub(super) budget: &'c [BudgetLine],
}

/// Whether a run counts; if not, why.
pub(super) fn left_out(round: u32, summary: &Summary) -> Option<LeftOut> {
    let held = |rule: &Rule| match rule.test {
        Test::Run(test) => test(summary).map(|inputs| (rule.id, inputs)),
        _ => None,
    };
    let (rule, inputs) = RULES.iter().find_map(held)?;
    let run = summary.run.id.clone();
    Some(LeftOut { round, run: run.clone(), rule, evidence: Evidence { run, inputs } })
}

/// The word for an arm of which these runs count and those do not.
pub(super) fn judge(case: &Case, left_out: &[LeftOut]) -> Verdict {
    if case.runs.is_empty() {
        return nothing_counts(case.facts, left_out);
    }
    let held = |rule: &'static Rule| match rule.test {
        Test::Arm(test) => Some((rule, test(case))).filter(|(_, evidence)| !evidence.is_empty()),
        _ => None,
    };
    let (rule, evidence) = RULES.iter().find_map(held).unwrap_or((&rules::FITS, Vec::new()));
    verdict(rule, evidence, case.facts)
}

/// A verdict that rests on this evidence.
pub(super) fn verdict(rule: &Rule, evidence: Vec<Evidence>, facts: &ArmFacts) -> Verdict {
    let inputs = || evidence.iter().flat_map(|evidence| &evidence.inputs);
    let because = evidence.first().map(Evidence::sentence).unwrap_or_default();
    Verdict {
        word: rule.word,
        rule: rule.id,
        because,
        firmness: firmness(inputs()),
        weakest: weakest(inputs(), facts),
        evidence,
    }
}

fn nothing_counts(facts: &ArmFacts, left_out: &[LeftOut]) -> Verdict {
    let rule = left_out.first().and_then(|run| RULES.iter().find(|rule| rule.id == run.rule));
    let evidence = left_out.iter().map(|run| run.evidence.clone()).collect();
    verdict(rule.unwrap_or(&rules::NO_RUN), evidence, facts)
}

/// Values within the band around their bound might fall on its other side on another machine.
fn firmness<'i>(mut inputs: impl Iterator<Item = &'i Input>) -> Firmness {
    let band = 1.0 + f64::from(BAND_PERCENT) / 100.0;
    let mut speed = false;
    let near = inputs.any(|input| {
        speed |= input.ratio.is_some();
        input.ratio.is_some_and(|ratio| (1.0 / band..=band).contains(&ratio))
    });
    match (near, speed) {
        (true, _) => Firmness::WithinBand,
        (false, true) => Firmness::Speed,
        (false, false) => Firmness::Firm,
    }
}

fn weakest<'i>(inputs: impl Iterator<Item = &'i Input>, facts: &ArmFacts) -> Option<Weakest> {
    let known = inputs.flat_map(|input| input.rests_on).filter_map(|setting| {
        let confidence = *facts.confidence.get(*setting)?;
        Some(Weakest { setting: (*setting).to_owned(), confidence })
    });
    known.min_by_key(|weakest| weakest.confidence)
}
