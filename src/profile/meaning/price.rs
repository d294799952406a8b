//! Do the prices by use make sense together?

use super::super::price::{BILLED, FREE, INCLUDED, RATE, key};
use super::super::{Billing, Kind, Profile, Value};
use super::{Check, problem_at};
use crate::units::Meter;

pub(super) fn check(check: &mut Check<'_>, profile: &Profile) {
    for meter in Meter::ALL {
        unit(check, &key(RATE, *meter), *meter);
        unit(check, &key(FREE, *meter), *meter);
        company(check, *meter);
        billed(check, *meter);
    }
    let usage = profile.plan.price.usage.is_some();
    let included = check.said(INCLUDED.key).is_some();
    check.require(usage || !included, INCLUDED.key, "`\"none\"`: nothing has a price by use");
}

/// A rate and an allowance are in a unit of their meter.
fn unit(check: &mut Check<'_>, key: &str, meter: Meter) {
    let Some(value) = check.said(key) else { return };
    let (found, wanted) = match value {
        Value::Rate(rate) => (rate.meter(), "a price for each"),
        Value::Amount(amount) => (amount.meter(), "an amount in"),
        _ => return,
    };
    let expected = format!("{wanted} `{}` or the like: it is about `{}`", meter.example(), meter.name());
    check.require(found == meter, key, &expected);
}

/// What is said of a meter is said of one that has a rate.
fn company(check: &mut Check<'_>, meter: Meter) {
    let rate = key(RATE, meter);
    let alone = check.said(&rate).is_none();
    for lonely in [key(FREE, meter), key(BILLED, meter)] {
        let vain = alone && check.said(&lonely).is_some();
        check.require(!vain, &lonely, &format!("nothing: there is no `{rate}`"));
    }
}

/// CPU and memory say what of them is charged; the others are counted in one way only.
fn billed(check: &mut Check<'_>, meter: Meter) {
    let (rate, billed) = (key(RATE, meter), key(BILLED, meter));
    let Some(held) = check.settings.get(&rate).filter(|held| held.value != Value::Nothing) else { return };
    let said = check.said(&billed).is_some();
    if matches!(meter, Meter::Cpu | Meter::Memory) {
        let problem = problem_at(
            held,
            &billed,
            format!("nothing beside `{rate}`"),
            &Kind::OneOf(Billing::NAMES).expected(),
            None,
        );
        check.problems.extend((!said).then_some(problem));
    } else {
        check.require(!said, &billed, "nothing: only `cpu` and `memory` are billed in different ways");
    }
}
