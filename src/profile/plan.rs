use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::named::named;
use super::price::{self, Price};
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, setting};

/// `[plan]`
pub(super) const FAMILY: Family = Family {
    name: "plan",
    doc: "What the plan is called and what it costs. Its id is the name of the file.",
    settings: &[
        setting("plan.platform", Kind::Text, "The platform as people say it."),
        setting("plan.name", Kind::Text, "The plan as the platform says it."),
        setting("plan.summary", Kind::Text, "One sentence for lists."),
        setting("plan.documentation", Kind::Text, "The platform's page about the plan."),
        setting("plan.checked", Kind::Date, "When the numbers were last compared with their sources."),
        setting("plan.range", Kind::OneOf(Range::NAMES), "Which end of a published range this profile is."),
        price::MONTHLY,
        price::NOTE,
        price::INCLUDED,
        price::RATE,
        price::FREE,
        price::BILLED,
    ],
};

/// What the plan is called and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The flat, stable id: `example-free`. The name of its file.
    pub id: String,
    /// The platform as people say it: `Example`.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Range {
    /// The plan has one published value.
    #[default]
    Exact,
    /// The value people commonly expect inside a published range.
    Typical,
    /// The least the platform promises.
    Floor,
    /// The most the platform gives.
    Ceiling,
}

named!(Range { Exact = "exact", Typical = "typical", Floor = "floor", Ceiling = "ceiling" });

impl Plan {
    pub(super) fn read(id: &str, settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            id: id.to_owned(),
            platform: settings.read("plan.platform")?,
            name: settings.read("plan.name")?,
            summary: settings.read("plan.summary")?,
            documentation: settings.read("plan.documentation")?,
            checked: settings.read("plan.checked")?,
            range: settings.read("plan.range")?,
            price: Price::read(settings)?,
        })
    }
}
