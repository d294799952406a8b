use serde::{Deserialize, Serialize};

use crate::units::Money;

/// What the plan is called and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The flat, stable id: `render-free`. The name of its file.
    pub id: String,
    /// The platform as people say it: `Render`.
    pub platform: String,
    /// The plan as the platform says it: `Free`.
    pub name: String,
    /// One sentence for lists.
    pub summary: String,
    /// The platform's page about the plan.
    pub documentation: String,
    /// When the numbers were last compared with their sources, ISO 8601.
    pub checked: String,
    /// Which end of a published range this profile is.
    pub range: Range,
    /// What it costs.
    pub price: Price,
}

/// Some platforms publish a range, not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Range {
    /// The plan has one published value.
    Exact,
    /// The value people commonly expect inside a published range.
    Typical,
    /// The least the platform promises.
    Floor,
    /// The most the platform gives.
    Ceiling,
}

/// What a plan costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Flat price of one instance running all month.
    pub monthly: Money,
    /// Conditions that the number does not say.
    pub note: Option<String>,
}
