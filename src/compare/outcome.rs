use serde::Serialize;

use super::budget::Kept;
use super::comparison::{Against, ArmResult};
use super::difference::Finding;
use super::question::{Asked, Question};
use super::verdict::Word;

/// Whether the app lived up to what was asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It did.
    Lives,
    /// It did not.
    Unmet(Vec<Unmet>),
    /// There are too few rounds to tell plans apart.
    Thin {
        /// How many rounds of each would do. `None` where more than 50 would be needed.
        rounds_needed: Option<u32>,
    },
    /// Runs say nothing about their plan.
    Invalid {
        /// The arms of which no run counts.
        arms: Vec<String>,
    },
}

/// Something that was asked, and not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmet {
    /// A line of the budget was not kept, or nothing was measured for it.
    Budget {
        /// Of which arm.
        arm: String,
        /// Which line.
        line: String,
        /// What was found; `None` where nothing was measured.
        found: Option<String>,
        /// What was expected.
        expected: String,
    },
    /// The app lives on none of the plans.
    NoPlan,
}

/// What was not met comes first: it is a fact whatever else is missing.
pub(super) fn outcome(question: &Question, arms: &[ArmResult], differences: &[Against]) -> Outcome {
    let mut unmet: Vec<Unmet> = arms.iter().flat_map(broken).collect();
    let invalid = |arm: &&ArmResult| arm.verdict.word == Word::Invalid && arm.facts.rounds.is_empty();
    let invalid: Vec<String> = arms.iter().filter(invalid).map(|arm| arm.label.clone()).collect();
    let lives = arms.iter().any(|arm| arm.verdict.word.lives());
    if question.asked == Asked::Plans && !lives && invalid.is_empty() {
        unmet.push(Unmet::NoPlan);
    }
    if !unmet.is_empty() {
        return Outcome::Unmet(unmet);
    }
    if !invalid.is_empty() {
        return Outcome::Invalid { arms: invalid };
    }
    if question.asked != Asked::Runs && differences.iter().any(nothing_told) {
        return Outcome::Thin { rounds_needed: rounds_needed(differences) };
    }
    Outcome::Lives
}

fn broken(arm: &ArmResult) -> impl Iterator<Item = Unmet> {
    arm.budget.iter().filter(|line| line.state != Kept::Yes).map(|line| Unmet::Budget {
        arm: arm.label.clone(),
        line: line.name.to_owned(),
        found: line.found.clone(),
        expected: line.expected.clone(),
    })
}

/// Whether a pair was measured, and not one of its metrics can be told from noise.
fn nothing_told(against: &Against) -> bool {
    let mut measured = against.differences.iter().filter(|one| one.finding != Finding::Unmeasured).peekable();
    measured.peek().is_some() && measured.all(|one| one.finding == Finding::Thin)
}

/// For the pairs of which nothing can be told, the quickest way to tell something.
fn rounds_needed(differences: &[Against]) -> Option<u32> {
    let needed = |against: &Against| against.differences.iter().filter_map(|one| one.rounds_needed).min();
    differences.iter().filter(|against| nothing_told(against)).filter_map(needed).max()
}
