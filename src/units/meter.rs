//! What hosts meter, and the units in which they do: `vCPU-s`, `GiB-h`, `million requests`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a host counts in order to charge for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Meter {
    /// CPUs over time.
    Cpu,
    /// Memory over time.
    Memory,
    /// Requests that reached the app.
    Requests,
    /// Bytes that left the platform.
    Egress,
    /// Time awake.
    Hours,
}

impl Meter {
    /// Every meter, in the order of [`Self::NAMES`].
    pub const ALL: &'static [Self] = &[Self::Cpu, Self::Memory, Self::Requests, Self::Egress, Self::Hours];
    /// The word of every meter.
    pub const NAMES: &'static [&'static str] = &["cpu", "memory", "requests", "egress", "hours"];

    /// The word that stands for this meter in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Requests => "requests",
            Self::Egress => "egress",
            Self::Hours => "hours",
        }
    }

    /// The unit that stands for the others in messages.
    pub const fn example(self) -> MeterUnit {
        match self {
            Self::Cpu => unit("vCPU-h", self, 1_000 * HOUR),
            Self::Memory => unit("GiB-h", self, GIB * HOUR),
            Self::Requests => unit("million requests", self, 1_000_000),
            Self::Egress => unit("GB", self, GB),
            Self::Hours => unit("h", self, HOUR),
        }
    }
}

/// A unit of one meter. Two units of one meter convert into each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MeterUnit {
    name: &'static str,
    meter: Meter,
    /// In the meter's base: millicore-seconds, byte-seconds, requests, bytes, seconds.
    size: u64,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// Hosts that price by the month mean 30 days: 720 hours.
const MONTH: u64 = 30 * 24 * HOUR;
const GB: u64 = 1_000_000_000;
const GIB: u64 = 1 << 30;

const UNITS: &[MeterUnit] = &[
    unit("vCPU-s", Meter::Cpu, 1_000),
    unit("vCPU-min", Meter::Cpu, 1_000 * MINUTE),
    unit("vCPU-h", Meter::Cpu, 1_000 * HOUR),
    unit("vCPU-month", Meter::Cpu, 1_000 * MONTH),
    unit("GB-s", Meter::Memory, GB),
    unit("GB-min", Meter::Memory, GB * MINUTE),
    unit("GB-h", Meter::Memory, GB * HOUR),
    unit("GB-month", Meter::Memory, GB * MONTH),
    unit("GiB-s", Meter::Memory, GIB),
    unit("GiB-min", Meter::Memory, GIB * MINUTE),
    unit("GiB-h", Meter::Memory, GIB * HOUR),
    unit("GiB-month", Meter::Memory, GIB * MONTH),
    unit("requests", Meter::Requests, 1),
    unit("million requests", Meter::Requests, 1_000_000),
    unit("GB", Meter::Egress, GB),
    unit("GiB", Meter::Egress, GIB),
    unit("s", Meter::Hours, 1),
    unit("min", Meter::Hours, MINUTE),
    unit("h", Meter::Hours, HOUR),
    unit("month", Meter::Hours, MONTH),
];

const fn unit(name: &'static str, meter: Meter, size: u64) -> MeterUnit {
    MeterUnit { name, meter, size }
}

impl MeterUnit {
    /// What it is a unit of.
    pub const fn meter(self) -> Meter {
        self.meter
    }

    /// How much it is, in the meter's base: millicore-seconds, byte-seconds, requests, bytes, seconds.
    pub(super) const fn size(self) -> u64 {
        self.size
    }

    /// Reads a unit in the spellings of price lists: `vCPU-second`, `GiB hour`, `million requests`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split([' ', '-']).filter(|word| !word.is_empty()).map(word).collect();
        UNITS.iter().copied().find(|unit| unit.name.split([' ', '-']).eq(words.iter().copied()))
    }
}

/// The one spelling of a word of a unit.
fn word(word: &str) -> &str {
    match word {
        "CPU" | "cpu" | "vcpu" => "vCPU",
        "sec" | "second" | "seconds" => "s",
        "minute" | "minutes" => "min",
        "hour" | "hours" => "h",
        "months" => "month",
        "request" => "requests",
        other => other,
    }
}

impl fmt::Display for MeterUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Meter, MeterUnit, UNITS};

    /// Any unit.
    pub(crate) fn units() -> impl Strategy<Value = MeterUnit> {
        prop::sample::select(UNITS)
    }

    #[test]
    fn every_unit_is_known_by_one_name_and_every_meter_by_a_unit() {
        let names: BTreeSet<&str> = UNITS.iter().map(|unit| unit.name).collect();
        assert_eq!(names.len(), UNITS.len());
        for meter in Meter::ALL {
            assert!(UNITS.contains(&meter.example()), "{meter:?}");
        }
        for unit in UNITS {
            assert_eq!(MeterUnit::read(unit.name), Some(*unit));
        }
    }

    #[test]
    fn the_spellings_of_price_lists_are_read() {
        let read = |text| MeterUnit::read(text).map(|unit| unit.name);
        assert_eq!(read("vCPU-second"), Some("vCPU-s"));
        assert_eq!(read("GiB hour"), Some("GiB-h"));
        assert_eq!(read("million requests"), Some("million requests"));
        assert_eq!(read("request"), Some("requests"));
        assert_eq!(read("GB-fortnight"), None);
        assert_eq!(read(""), None);
    }
}
