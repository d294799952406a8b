use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::named::named;
use super::settings::{Missing, Settings};
use super::vocabulary::{Setting, optional, setting};
use crate::units::{Amount, Meter, Money, Rate};

/// What `[plan.price]` holds.
pub(super) const MONTHLY: Setting = setting(
    "plan.price.monthly",
    Kind::Price,
    "Flat price of one instance running all month; `$0` where all is by use.",
);
pub(super) const NOTE: Setting = optional("plan.price.note", Kind::Text, "Conditions that the numbers do not say.");
pub(super) const INCLUDED: Setting = optional(
    "plan.price.included",
    Kind::Price,
    "Use that the flat price already covers, so that only more is charged.",
);
pub(super) const RATE: Setting =
    optional("plan.price.<meter>.rate", Kind::Rate, "What use costs beside the flat price.");
pub(super) const FREE: Setting =
    optional("plan.price.<meter>.free", Kind::Amount, "Use of each month that costs nothing.");
pub(super) const BILLED: Setting = optional(
    "plan.price.<meter>.billed",
    Kind::OneOf(Billing::NAMES),
    "For `cpu` and `memory`: what the plan gives, while `awake` or while `serving` a request; or what is `used`.",
);

/// What a plan costs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Price {
    /// Flat price of one instance running all month.
    pub monthly: Money,
    /// Conditions that the numbers do not say.
    pub note: Option<String>,
    /// What use costs beside it; `None` where the flat price is all. Runs recorded before there was such a
    /// thing have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageRates>,
}

/// What use costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRates {
    /// Use that the flat price already covers.
    pub included: Money,
    /// What is charged for each thing that is metered.
    pub charges: BTreeMap<Meter, Charge>,
}

/// What use of one metered thing costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The price.
    pub rate: Rate,
    /// Use of each month that costs nothing.
    pub free: Option<Amount>,
    /// What of CPU and memory is counted; `None` for what is counted in one way only.
    pub billed: Option<Billing>,
}

/// What of an instance's CPU or memory is charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Billing {
    /// What the plan gives, as long as an instance is awake.
    Awake,
    /// What the plan gives, as long as a request is open.
    Serving,
    /// What the app really uses.
    Used,
}

named!(Billing { Awake = "awake", Serving = "serving", Used = "used" });

impl Price {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        let included: Option<Money> = settings.read(INCLUDED.key)?;
        let charges: BTreeMap<Meter, Charge> =
            Meter::ALL.iter().filter_map(|meter| Some((*meter, Charge::read(*meter, settings)?))).collect();
        let usage = UsageRates { included: included.unwrap_or_default(), charges };
        Ok(Self {
            monthly: settings.read(MONTHLY.key)?,
            note: settings.read(NOTE.key)?,
            usage: (!usage.charges.is_empty()).then_some(usage),
        })
    }
}

/// For lists: `$7/month`; `$0/month + use`; `up to $2.19/month + use` where hours awake have a price and nothing
/// else of the instance has.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(usage) = &self.usage else { return f.pad(&format!("{}/month", self.monthly)) };
        let whole = usage.all_hours().filter(|_| usage.charges.values().all(|charge| charge.billed.is_none()));
        let text = match whole {
            Some(hours) => format!("up to {}/month", Money::from_micros(self.monthly.micros() + hours.micros())),
            None => format!("{}/month", self.monthly),
        };
        let only_hours = usage.charges.len() == 1 && whole.is_some();
        f.pad(&if only_hours { text } else { format!("{text} + use") })
    }
}

impl UsageRates {
    /// What a whole month awake costs by the hour; `None` where hours have no price.
    fn all_hours(&self) -> Option<Money> {
        let hours = self.charges.get(&Meter::Hours)?;
        let month = Amount::MONTH.to(hours.rate.unit())?;
        let free = hours.free.and_then(|free| free.to(hours.rate.unit())).map_or(0, Amount::millionths);
        hours.rate.cost(Amount::from_millionths(month.millionths().saturating_sub(free), hours.rate.unit()))
    }
}

impl Charge {
    /// `None` where the platform has no price for it.
    fn read(meter: Meter, settings: &Settings) -> Option<Self> {
        let rate = settings.entry(&key(RATE, meter))?;
        Some(Self { rate, free: settings.entry(&key(FREE, meter)), billed: settings.entry(&key(BILLED, meter)) })
    }
}

/// The key of a setting for one meter.
pub(super) fn key(setting: Setting, meter: Meter) -> String {
    setting.key.replace("<meter>", meter.name())
}
