//! What a month on a plan costs, worked out from what was measured.
//!
//! Nobody measures a month. A run shows what an app uses while it is busy; how much of a month is
//! like that is an assumption, which an [`Estimate`] carries as a sentence.

mod measured;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

pub use measured::UsageFold;

use super::cpu::millicores;
use super::facts::microdollars;
use super::memory::bytes;
use crate::profile::{Billing, Charge, Price, UsageRates};
use crate::units::{Amount, Elapsed, Memory, Meter, Millicores, Money, Portion, Rate};

/// Price lists mean 30 days. In microseconds.
const MONTH_US: u64 = 30 * 24 * 3_600 * 1_000_000;
/// Amounts are exact to a millionth.
const MILLION: u128 = 1_000_000;

/// What the plan gives, and what an app used of it while it was busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// CPU that the plan gives.
    #[serde(rename = "share_millicores", serialize_with = "millicores")]
    pub share: Millicores,
    /// Memory that the plan gives.
    #[serde(rename = "limit_bytes", serialize_with = "bytes")]
    pub limit: Memory,
    /// CPU used, on average.
    #[serde(rename = "cpu_millicores", serialize_with = "millicores")]
    pub cpu: Millicores,
    /// Memory needed, on average.
    #[serde(rename = "need_bytes", serialize_with = "bytes")]
    pub need: Memory,
    /// How long was measured. Zero counts as nothing used.
    #[serde(rename = "over_us")]
    pub over: Elapsed,
    /// Of that, how long at least one request was open.
    #[serde(rename = "serving_us")]
    pub serving: Elapsed,
    /// Requests that reached the app in that time.
    pub requests: u64,
    /// Bytes of its answers' bodies.
    #[serde(rename = "out_bytes", serialize_with = "bytes")]
    pub out: Memory,
    /// Whether the plan puts the app to sleep when nobody visits.
    pub sleeps: bool,
}

/// What a month costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// All of it: the flat price, and of the parts what the flat price does not cover.
    #[serde(rename = "total_microdollars", serialize_with = "microdollars")]
    pub total: Money,
    /// The flat price.
    #[serde(rename = "flat_microdollars", serialize_with = "microdollars")]
    pub flat: Money,
    /// Of the parts, what the flat price covers.
    #[serde(rename = "covered_microdollars", serialize_with = "microdollars")]
    pub covered: Money,
    /// What is charged by use. Empty where the price is flat.
    pub parts: Vec<Part>,
    /// What was assumed, as a sentence without its full stop.
    pub assumption: String,
}

/// One thing that is charged by use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What.
    pub what: Meter,
    /// How much of it a month uses, in the unit of its rate.
    pub quantity: Amount,
    /// Of that, how much is free.
    pub free: Amount,
    /// The price of the rest.
    pub rate: Rate,
    /// What the rest costs.
    #[serde(rename = "cost_microdollars", serialize_with = "microdollars")]
    pub cost: Money,
}

/// `cpu: 259200 vCPU-s, of which 180000 vCPU-s are free, at $0.000024 / vCPU-s: $1.90`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what.name(), self.quantity.human())?;
        if self.free.millionths() > 0 {
            write!(f, ", of which {} are free", self.free.human())?;
        }
        write!(f, ", at {}: {}", self.rate, self.cost.to_cents())
    }
}

/// What a month costs of which `busy` is like what was measured, and the rest quiet: asleep where the
/// plan sleeps, else awake with the same need of memory, no CPU used and no visitors.
pub fn monthly(price: &Price, usage: &Usage, busy: Portion) -> Estimate {
    let flat = price.monthly;
    let Some(rates) = &price.usage else {
        let assumption = "the price is flat: use does not change it".into();
        return Estimate { total: flat, flat, covered: Money::default(), parts: Vec::new(), assumption };
    };
    let month = Month::of(usage, busy);
    let parts: Vec<Part> =
        rates.charges.iter().filter_map(|(meter, charge)| part(*meter, charge, usage, &month)).collect();
    let used = parts.iter().fold(0, |sum: u64, part| sum.saturating_add(part.cost.micros()));
    let covered = used.min(rates.included.micros());
    Estimate {
        total: Money::from_micros(flat.micros().saturating_add(used - covered)),
        flat,
        covered: Money::from_micros(covered),
        parts,
        assumption: assumption(rates, usage, &month, busy),
    }
}

/// How a month's time is spent, in microseconds.
struct Month {
    busy: u64,
    awake: u64,
    serving: u64,
}

impl Month {
    fn of(usage: &Usage, busy: Portion) -> Self {
        let busy = MONTH_US / u64::from(Portion::WHOLE.millionths()) * u64::from(busy.millionths());
        let serving = scaled(usage.serving.min(usage.over).micros().into(), busy, usage.over);
        Self {
            busy,
            awake: if usage.sleeps { busy } else { MONTH_US },
            serving: u64::try_from(serving).unwrap_or(busy),
        }
    }
}

/// What `of` in the measured time is in `time`. Nothing where no time was measured.
fn scaled(of: u128, time: u64, over: Elapsed) -> u128 {
    of.saturating_mul(time.into()).checked_div(over.micros().into()).unwrap_or(0)
}

/// `None` where a rate or an allowance is of another meter than it is charged for, which no profile passes with.
fn part(what: Meter, charge: &Charge, usage: &Usage, month: &Month) -> Option<Part> {
    let unit = charge.rate.unit();
    let quantity = Amount::of_base(used(what, charge.billed, usage, month), unit);
    let free = charge.free.map_or(Some(0), |free| Some(free.to(unit)?.millionths()))?.min(quantity.millionths());
    let paid = Amount::from_millionths(quantity.millionths() - free, unit);
    let cost = charge.rate.cost(paid).filter(|_| unit.meter() == what)?;
    Some(Part { what, quantity, free: Amount::from_millionths(free, unit), rate: charge.rate, cost })
}

/// What a month uses, in millionths of the meter's base as [`Amount::of_base`] takes it.
fn used(what: Meter, billed: Option<Billing>, usage: &Usage, month: &Month) -> u128 {
    let given = |amount: u64, time: u64| u128::from(amount) * u128::from(time);
    let (share, cpu) = (usage.share.get().into(), usage.cpu.get().into());
    let (limit, need) = (usage.limit.bytes(), usage.need.bytes());
    match (what, billed) {
        (Meter::Cpu, None | Some(Billing::Awake)) => given(share, month.awake),
        (Meter::Cpu, Some(Billing::Serving)) => given(share, month.serving),
        (Meter::Cpu, Some(Billing::Used)) => given(cpu, month.busy),
        (Meter::Memory, None | Some(Billing::Awake)) => given(limit, month.awake),
        (Meter::Memory, Some(Billing::Serving)) => given(limit, month.serving),
        (Meter::Memory, Some(Billing::Used)) => given(need, month.awake),
        (Meter::Requests, _) => scaled(u128::from(usage.requests) * MILLION, month.busy, usage.over),
        (Meter::Egress, _) => scaled(u128::from(usage.out.bytes()) * MILLION, month.busy, usage.over),
        (Meter::Hours, _) => month.awake.into(),
    }
}

fn assumption(rates: &UsageRates, usage: &Usage, month: &Month, busy: Portion) -> String {
    let hours = |time: u64| Amount::of_base(time.into(), Meter::Hours.example()).human();
    let quiet = MONTH_US - month.busy;
    let rest = match (quiet, usage.sleeps) {
        (0, _) => String::new(),
        (_, true) => format!(", and asleep for the other {}", hours(quiet)),
        (_, false) => format!(", and awake without visitors for the other {}{}", hours(quiet), idle_words(rates)),
    };
    format!("busy as measured for {busy} of a month of 30 days, {}{rest}", hours(month.busy))
}

/// What is charged for while nobody visits, where that was not measured.
fn idle_words(rates: &UsageRates) -> &'static str {
    let used = rates.charges.values().any(|charge| charge.billed == Some(Billing::Used));
    if used { ", with the same need of memory and no CPU used" } else { "" }
}
