use super::{Exposition, Point, Select, Wanted};
use crate::units::Memory;

/// What an app told, of what is wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// Its users.
    pub users: Option<u64>,
    /// Its caches.
    pub caches: Vec<Held>,
    /// Other values.
    pub values: Vec<Value>,
}

/// A cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What the app calls it.
    pub name: String,
    /// How much is in it.
    pub amount: Amount,
}

/// How much is in a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So much memory.
    Bytes(Memory),
    /// So many entries.
    Entries(u64),
}

/// Another value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What its user calls it.
    pub name: String,
    /// Finite.
    pub value: f64,
    /// As the app says it; empty when it does not.
    pub unit: String,
}

impl Wanted {
    /// Picks what is wanted out of an answer. What is not in it is not told; a value that is no finite
    /// number counts as not told.
    pub fn pick(&self, told: &Exposition) -> Told {
        let users = self.users.as_ref().and_then(|select| sum(select, told)).map(whole);
        let caches = self.caches.iter().flat_map(|select| taken(select, told).map(|point| held(select, point)));
        let values = self.values.iter().filter_map(|(name, select)| {
            let unit = unit(select.name(), told);
            sum(select, told).map(|value| Value { name: name.clone(), value, unit })
        });
        let mut caches: Vec<Held> = caches.collect();
        caches.sort_by(|one, other| one.name.cmp(&other.name));
        Told { users, caches, values: values.collect() }
    }
}

fn taken<'t>(select: &'t Select, told: &'t Exposition) -> impl Iterator<Item = &'t Point> {
    told.points.iter().filter(|point| point.value.is_finite() && select.takes(point))
}

fn sum(select: &Select, told: &Exposition) -> Option<f64> {
    taken(select, told).map(|point| point.value).reduce(|sum, value| sum + value).filter(|sum| sum.is_finite())
}

fn held(select: &Select, point: &Point) -> Held {
    let many = whole(point.value);
    let in_bytes = select.name().ends_with("_bytes");
    Held {
        name: select.rest(point),
        amount: if in_bytes { Amount::Bytes(Memory::from_bytes(many)) } else { Amount::Entries(many) },
    }
}

/// A count is never below nothing, and has no parts.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float stops at the bounds")]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

/// The unit that the app says, or that the name ends with, as both forms ask for.
fn unit(name: &str, told: &Exposition) -> String {
    const UNITS: [&str; 5] = ["seconds", "bytes", "ratio", "celsius", "percent"];
    let family = name.strip_suffix("_total").unwrap_or(name);
    let said = told.units.get(family).map(String::as_str);
    let ends = || UNITS.into_iter().find(|unit| family.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_')));
    said.or_else(ends).unwrap_or_default().to_owned()
}
