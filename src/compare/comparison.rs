use serde::Serialize;

use super::advice::{self, Advice};
use super::budget::{self, BudgetLine};
use super::difference::{Difference, Noise, differences, noise};
use super::facts::{ArmFacts, RoundFacts};
use super::outcome::{self, Outcome};
use super::phases::{self, ArmRuns, PhaseSide};
use super::price::BUSY;
use super::question::{Arm, Asked, CompareError, Question, Sort};
use super::verdict::{self, Case, LeftOut, Verdict};
use super::{Metric, caveats};
use crate::report::{RunFacts, Summary};
use crate::units::Memory;

/// The version of the JSON form of a comparison. A higher number means that readers have to change;
/// fields may be added without one.
pub const SCHEMA: u32 = 1;

/// Several runs side by side. Everything that is printed or written about them comes from this value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The version of its JSON form: [`SCHEMA`].
    pub schema: u32,
    /// What was asked.
    pub question: Question,
    /// What is compared, in the order of the tables.
    pub arms: Vec<ArmResult>,
    /// The label of the arm that the others are held against.
    pub reference: String,
    /// How far rounds of the same arm lie apart: the noise of this machine.
    pub noise: Vec<Noise>,
    /// Every other arm against the reference.
    pub differences: Vec<Against>,
    /// The phases of the load, side by side.
    pub phases: Vec<PhaseSide>,
    /// What to do about it.
    pub advice: Advice,
    /// What weakens all of it, in sentences.
    pub caveats: Vec<String>,
    /// Whether the app lived up to what was asked.
    pub outcome: Outcome,
}

/// One of the things compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmResult {
    /// What it is called.
    pub label: String,
    /// How the app gets on.
    pub verdict: Verdict,
    /// The lines of the budget.
    pub budget: Vec<BudgetLine>,
    /// What its runs came to.
    pub facts: ArmFacts,
    /// Runs that do not count.
    pub left_out: Vec<LeftOut>,
}

/// An arm against the reference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Against {
    /// Which arm.
    pub label: String,
    /// Metric by metric.
    pub differences: Vec<Difference>,
}

/// Compares arms. Their order is the order in which they were asked for.
pub fn compare(arms: &[Arm], question: &Question) -> Result<Comparison, CompareError> {
    let asked_for = reference(arms, question)?;
    let mut results: Vec<ArmResult> = arms.iter().map(|arm| result(arm, question)).collect();
    let reference = asked_for.unwrap_or_else(|| usual_reference(&results, question));
    let judged: Vec<_> = results.iter().map(|arm| (arm.label.as_str(), &arm.facts, &arm.verdict)).collect();
    for (at, verdict) in verdict::undependable(&judged) {
        results[at].verdict = verdict;
    }
    let base = results[reference].facts.clone();
    let label = results[reference].label.clone();
    let others = sorted(results.iter().enumerate().filter(|(at, _)| *at != reference).map(|(_, arm)| arm), question);
    let against = |arm: &&ArmResult| Against { label: arm.label.clone(), differences: differences(&base, &arm.facts) };
    let differences: Vec<Against> = others.iter().map(against).collect();
    Ok(Comparison {
        schema: SCHEMA,
        question: question.clone(),
        noise: noise(&results.iter().map(|arm| &arm.facts).collect::<Vec<_>>()),
        advice: advice::advice(question, &results),
        caveats: caveats::caveats(question, arms, &results),
        outcome: outcome::outcome(question, &results, (&label, &differences)),
        phases: phases::phases(&counting(arms, &results), &results[reference].label),
        reference: label,
        differences,
        arms: sorted(results.iter(), question).into_iter().cloned().collect(),
    })
}

/// The runs of every arm that count.
fn counting<'a>(arms: &'a [Arm], results: &'a [ArmResult]) -> Vec<ArmRuns<'a>> {
    let runs = |arm: &'a Arm, result: &ArmResult| {
        let counts = |run: &&Summary| !result.left_out.iter().any(|left| left.run == run.run.id);
        arm.rounds.iter().filter(counts).collect()
    };
    arms.iter().zip(results).map(|(arm, result)| ArmRuns { label: &result.label, runs: runs(arm, result) }).collect()
}

/// The reference that was asked for, if any.
fn reference(arms: &[Arm], question: &Question) -> Result<Option<usize>, CompareError> {
    if arms.is_empty() {
        return Err(CompareError::Nothing);
    }
    let Some(found) = &question.reference else { return Ok(None) };
    let known = || arms.iter().map(|arm| arm.label.clone()).collect();
    let at = arms.iter().position(|arm| &arm.label == found);
    at.map(Some).ok_or_else(|| CompareError::UnknownReference { found: found.clone(), known: known() })
}

/// Among plans the cheapest one on which the app lives, because what more buys is the question; the cheapest
/// where it lives on none. Else the first one.
fn usual_reference(results: &[ArmResult], question: &Question) -> usize {
    let rank = |arm: &ArmResult| (!arm.verdict.word.lives(), arm.facts.price.monthly);
    let by_price = results.iter().enumerate().min_by_key(|(_, arm)| rank(arm));
    by_price.filter(|_| question.asked == Asked::Plans).map_or(0, |(at, _)| at)
}

fn result(arm: &Arm, question: &Question) -> ArmResult {
    let mut left_out: Vec<LeftOut> = Vec::new();
    let mut counted: Vec<(RoundFacts, &Summary)> = Vec::new();
    for (round, summary) in (1..).zip(&arm.rounds) {
        let round = summary.run.part.as_ref().map_or(round, |part| part.round);
        match verdict::left_out(round, summary) {
            Some(reason) => left_out.push(reason),
            None => counted.push((RoundFacts::of(round, summary), summary)),
        }
    }
    let nothing = RunFacts::default();
    let busy = question.busy.unwrap_or(BUSY);
    let facts = ArmFacts::of(arm.rounds.first().map_or(&nothing, |summary| &summary.run), &counted, busy);
    let budget = if counted.is_empty() { Vec::new() } else { budget::lines(&question.budget, &facts) };
    let verdict = verdict::judge(&Case { facts: &facts, runs: &counted, budget: &budget }, &left_out);
    ArmResult { label: arm.label.clone(), verdict, budget, facts, left_out }
}

/// What has no value stands last.
fn sorted<'a>(arms: impl Iterator<Item = &'a ArmResult>, question: &Question) -> Vec<&'a ArmResult> {
    let mut arms: Vec<&ArmResult> = arms.collect();
    let value = |arm: &ArmResult, metric: Metric| arm.facts.median(metric).unwrap_or(f64::INFINITY);
    match question.sort {
        Sort::Price if question.asked == Asked::Plans => arms.sort_by_key(|arm| arm.facts.price.monthly),
        Sort::Price | Sort::Asked => {}
        Sort::P95 => arms.sort_by(|one, other| value(one, Metric::P95).total_cmp(&value(other, Metric::P95))),
        Sort::ColdStart => {
            arms.sort_by(|one, other| value(one, Metric::ColdStart).total_cmp(&value(other, Metric::ColdStart)));
        }
        Sort::Need => arms.sort_by_key(|arm| arm.facts.peak.map_or(u64::MAX, Memory::bytes)),
        Sort::Verdict => arms.sort_by_key(|arm| arm.verdict.word),
    }
    arms
}
