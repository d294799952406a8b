use serde::{Deserialize, Serialize};

use crate::report::Summary;
use crate::scenario::Budget;
use crate::units::Portion;

/// One of the things compared: a plan, a version of the app, a value of a variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// What it is called in every table.
    pub label: String,
    /// Its runs, in the order of the rounds.
    pub rounds: Vec<Summary>,
}

/// What is asked of a comparison.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Question {
    /// What the arms are.
    pub asked: Asked,
    /// What the app must live up to.
    pub budget: Budget,
    /// The label of the arm that the others are held against; `None` for the cheapest plan on which
    /// the app lives, or the first one of what are no plans.
    pub reference: Option<String>,
    /// In which order arms are shown.
    pub sort: Sort,
    /// What was done to the app, in its user's words: `20/s for 2 min`, `load.toml`.
    pub load: Option<String>,
    /// How much of a month is as busy as the runs were, for prices by use; `None` for 10 %.
    pub busy: Option<Portion>,
    /// Why there is less than was asked for; `None` when all is there.
    pub partial: Option<String>,
    /// Whether arms ran at the same time, so that they may have disturbed one another.
    pub parallel: bool,
}

/// What the arms of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// Plans: which one is worth its price?
    #[default]
    Plans,
    /// Runs that were made before: did a change help?
    Runs,
    /// Values of a variable, on one plan.
    Values,
}

/// In which order arms are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// By price, the cheapest first; as asked where prices are equal, and where the arms are no plans.
    #[default]
    Price,
    /// As they were asked for.
    Asked,
    /// By p95, the quickest first.
    P95,
    /// By cold start, the quickest first.
    ColdStart,
    /// By peak need, the smallest first.
    Need,
    /// By verdict, the best first.
    Verdict,
}

/// Why nothing can be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// There is nothing to compare.
    #[error("found no run, expected at least one to compare")]
    Nothing,
    /// The reference is none of the things compared.
    #[error("the reference `{found}` is not compared, expected one of {}", known.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", "))]
    UnknownReference {
        /// The label that was given.
        found: String,
        /// The labels there are.
        known: Vec<String>,
    },
}
