use std::fmt;

use serde::Serialize;

use crate::report::RunFacts;
use crate::report::units_in_json::microdollars;
use crate::units::Money;

/// What a plan costs in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanPrice {
    /// The flat price of one instance running all month.
    #[serde(rename = "monthly_microdollars", serialize_with = "microdollars")]
    pub monthly: Money,
    /// What the number rests on, where it does not speak for itself.
    pub note: Option<String>,
}

impl PlanPrice {
    pub(super) fn of(run: &RunFacts) -> Self {
        Self { monthly: run.price_monthly, note: None }
    }
}

/// For a cell: `$7`.
impl fmt::Display for PlanPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.monthly.fmt(f)
    }
}
