//! Several runs side by side: what differs, what fits, and what is worth its price.
//!
//! Each thing compared is an [`Arm`]: a plan, a version of the app, a value of a variable. [`compare`]
//! makes one [`Comparison`] of them, and every table, file and exit status is written from that value.
//! Differences are told from noise ([`differences`]), verdicts follow fixed rules ([`RULES`]), and each
//! word knows the runs and events behind it.

mod advice;
mod budget;
mod caveats;
mod comparison;
mod difference;
mod facts;
pub mod fit;
mod metric;
mod outcome;
mod phases;
mod price;
mod question;
#[cfg(test)]
mod simulation;
pub mod statistics;
#[cfg(test)]
mod story;
#[cfg(test)]
mod tests;
mod verdict;
mod write;

pub use advice::Advice;
pub use budget::{BudgetLine, Kept};
pub use comparison::{Against, ArmResult, Comparison, SCHEMA, compare};
pub use difference::{Difference, Finding, Noise, confidence, differences};
pub use facts::{ArmFacts, ColdStart, Errors, Measure, Rate, RoundFacts, SeenBy};
pub use metric::{Metric, Scale};
pub use outcome::{Outcome, Unmet};
pub use phases::{PhaseFacts, PhaseSide};
pub use price::{BUSY, PlanPrice};
pub use question::{Arm, Asked, CompareError, Question, Sort};
pub use verdict::{BAND_PERCENT, Evidence, Firmness, Input, LeftOut, Place, RULES, Rule, Verdict, Weakest, Word};
pub use write::{Width, csv, junit, markdown, sections};
