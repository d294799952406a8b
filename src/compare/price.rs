use std::fmt;

use serde::Serialize;

use crate::profile::Price;
use crate::report::price::{Estimate, Usage, monthly};
use crate::report::units_in_json::microdollars;
use crate::report::{RunFacts, Summary};
use crate::units::{Money, Portion};

/// How much of a month is as busy as a run was, where nobody says.
pub const BUSY: Portion = Portion::from_millionths(100_000);

/// What a plan costs in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanPrice {
    /// All of it: the flat price, and what use costs beside it.
    #[serde(rename = "monthly_microdollars", serialize_with = "microdollars")]
    pub monthly: Money,
    /// How it was worked out, where the plan has a price by use: from the round whose month costs the middle.
    pub estimate: Option<Estimate>,
    /// Whether a price by use is missing in it, because nothing was measured to work it out from.
    pub use_unknown: bool,
    /// Conditions that the numbers do not say.
    pub note: Option<String>,
}

impl PlanPrice {
    /// From the rounds that count.
    pub(super) fn of<'s>(run: &RunFacts, rounds: impl Iterator<Item = &'s Summary>, busy: Portion) -> Self {
        let Price { monthly: flat, note, usage } = &run.price;
        let by_use = usage.is_some();
        let mut estimates: Vec<Estimate> =
            rounds.filter_map(|round| round.usage).map(|usage: Usage| monthly(&run.price, &usage, busy)).collect();
        estimates.sort_by_key(|estimate| estimate.total);
        let middle = estimates.len().saturating_sub(1) / 2;
        let estimate = if by_use && !estimates.is_empty() { Some(estimates.swap_remove(middle)) } else { None };
        Self {
            monthly: estimate.as_ref().map_or(*flat, |estimate| estimate.total),
            use_unknown: by_use && estimate.is_none(),
            estimate,
            note: note.clone(),
        }
    }

    /// How the price by use comes about: its parts and the assumption. `None` where the price is flat.
    pub fn by_use(&self) -> Option<String> {
        let estimate = self.estimate.as_ref()?;
        let mut parts: Vec<String> = estimate.parts.iter().map(ToString::to_string).collect();
        if estimate.flat > Money::default() {
            parts.insert(0, format!("flat {}", estimate.flat));
        }
        if estimate.covered > Money::default() {
            parts.push(format!("of it {} covered by the flat price", estimate.covered.to_cents()));
        }
        Some(format!("{} a month: {}; {}", estimate.total.to_cents(), parts.join("; "), estimate.assumption))
    }
}

/// For a cell: `$7`; `~$1.90` where it is worked out from use; `$0 + use` where use was not measured.
impl fmt::Display for PlanPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.estimate, self.use_unknown) {
            (Some(_), _) => f.pad(&format!("~{}", self.monthly.to_cents())),
            (None, true) => f.pad(&format!("{} + use", self.monthly)),
            (None, false) => self.monthly.fmt(f),
        }
    }
}
