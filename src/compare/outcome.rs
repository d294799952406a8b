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
pub(super) fn outcome(
    question: &Question,
    arms: &[ArmResult],
    (reference, differences): (&str, &[Against]),
) -> Outcome {
    let mut unmet: Vec<Unmet> = arms.iter().flat_map(broken).collect();
    let invalid = |arm: &&ArmResult| arm.verdict.word == Word::Invalid && arm.facts.rounds.is_empty();
    let invalid: Vec<String> = arms.iter().filter(invalid).map(|arm| arm.label.clone()).collect();
    let judged = arms.iter().all(|arm| arm.verdict.word != Word::Invalid);
    let lives = arms.iter().any(|arm| arm.verdict.word.lives());
    if question.asked == Asked::Plans && !lives && judged {
        unmet.push(Unmet::NoPlan);
    }
    if !unmet.is_empty() {
        return Outcome::Unmet(unmet);
    }
    if !invalid.is_empty() {
        return Outcome::Invalid { arms: invalid };
    }
    // Where the app lives on one of two and not on the other, that is told, whatever their metrics say.
    let lives = |label: &str| arms.iter().any(|arm| arm.label == label && arm.verdict.word.lives());
    let alike = |against: &&Against| lives(&against.label) == lives(reference);
    let thin: Vec<&Against> = differences.iter().filter(alike).filter(|against| nothing_told(against)).collect();
    if question.asked != Asked::Runs && !thin.is_empty() {
        // Of more rounds, as many may not count again.
        let lost = arms.iter().map(|arm| arm.left_out.len()).max().unwrap_or(0);
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        let rounds_needed = rounds_needed(&thin).map(|rounds| rounds.saturating_add(lost));
        return Outcome::Thin { rounds_needed };
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
fn rounds_needed(thin: &[&Against]) -> Option<u32> {
    let needed = |against: &&Against| against.differences.iter().filter_map(|one| one.rounds_needed).min();
    thin.iter().filter_map(needed).max()
}

#[cfg(test)]
mod tests {
    use super::super::story::Tale;
    use super::super::{Arm, compare};
    use super::*;
    use crate::scenario::Budget;

    fn ends(arms: &[Arm], question: &Question) -> Outcome {
        compare(arms, question).unwrap().outcome
    }

    fn twin() -> Tale {
        Tale { plan: "twin", ..Tale::default() }
    }

    #[test]
    fn one_round_is_thin_only_where_the_app_lives_on_both() {
        let (one, other) = (Tale::default().arm(&[1.0]), twin().arm(&[1.0]));
        assert!(matches!(ends(&[one.clone(), other], &Question::default()), Outcome::Thin { .. }));
        let killed = Tale { killed: true, ..twin() }.arm(&[1.0]);
        assert_eq!(ends(&[killed.clone(), one.clone()], &Question::default()), Outcome::Lives);
        assert_eq!(ends(&[one, killed], &Question::default()), Outcome::Lives);
    }

    #[test]
    fn a_budget_that_nothing_was_measured_for_is_not_met_and_says_nothing_of_the_plans() {
        let budget = Budget { p99: Some(crate::units::Elapsed::from_secs(1)), ..Budget::default() };
        let few = Tale { due: 30, ..Tale::default() }.arm(&[1.0, 1.0, 1.0]);
        let Outcome::Unmet(unmet) = ends(&[few], &Question { budget, ..Question::default() }) else {
            panic!("an empty metric is never a pass")
        };
        assert!(matches!(&unmet[..], [Unmet::Budget { line, found: None, .. }] if line == "p99"), "{unmet:?}");
    }
}
