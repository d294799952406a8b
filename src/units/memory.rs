use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::number::{UnitError, decimal, split};

const EXPECTED: &str = "a size such as `512 MiB`, `1 GB` or `690 MB`";

const UNITS: &[(&str, u64)] = &[
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

/// An amount of memory or disk, in bytes.
///
/// `MB` is 10^6 and `MiB` is 2^20, as in IEC 80000-13. Short forms (`m`, `g`, `Mi`, `512M`) are
/// read as the binary unit, as Docker and Kubernetes manifests mean them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Memory(u64);

impl Memory {
    /// From a number of bytes.
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// From a number of mebibytes (2^20 bytes).
    pub const fn from_mib(mib: u64) -> Self {
        Self(mib << 20)
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// This amount in megabytes of 10^6 bytes, for tables.
    #[expect(clippy::cast_precision_loss, reason = "53 bits hold any real memory size")]
    pub fn megabytes(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// For people: `842 KiB`, `487.3 MiB`, `12.4 GiB`. Rounded, so it does not read back.
    #[expect(clippy::cast_precision_loss, reason = "53 bits hold any real memory size")]
    pub fn human(self) -> String {
        match self.0 {
            0..1_048_576 => format!("{} KiB", self.0.div_ceil(1_024)),
            1_048_576..10_737_418_240 => format!("{:.1} MiB", self.0 as f64 / 1_048_576.0),
            _ => format!("{:.1} GiB", self.0 as f64 / 1_073_741_824.0),
        }
    }

    /// This amount as a share of `whole`, in percent. Zero when `whole` is zero.
    #[expect(clippy::cast_precision_loss, reason = "53 bits hold any real memory size")]
    pub fn percent_of(self, whole: Self) -> f64 {
        if whole.0 == 0 { 0.0 } else { self.0 as f64 * 100.0 / whole.0 as f64 }
    }
}

impl FromStr for Memory {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let quantity = split(text, EXPECTED)?;
        let factor = factor(quantity.unit).ok_or_else(fail)?;
        quantity.times(factor).map(Self).ok_or_else(fail)
    }
}

fn factor(unit: &str) -> Option<u64> {
    if let Some((_, factor)) = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
        return Some(*factor);
    }
    match unit.to_ascii_lowercase().as_str() {
        "k" | "ki" => Some(1 << 10),
        "m" | "mi" => Some(1 << 20),
        "g" | "gi" => Some(1 << 30),
        "t" | "ti" => Some(1 << 40),
        _ => None,
    }
}

/// The largest unit that leaves a number of at most three decimals, so that it reads back exactly.
impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = UNITS
            .iter()
            .find(|(_, factor)| self.0 >= *factor && (self.0 % *factor * 10).is_multiple_of(*factor) && self.0 > 0);
        let text = match exact.copied() {
            Some((name, factor)) if factor > 1 => {
                let tenths = self.0 / factor * 10 + self.0 % factor * 10 / factor;
                format!("{} {name}", decimal(tenths, 1))
            }
            _ => format!("{} B", self.0),
        };
        f.pad(&text)
    }
}

impl From<Memory> for String {
    fn from(memory: Memory) -> Self {
        memory.to_string()
    }
}

impl TryFrom<String> for Memory {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Memory;

    fn bytes(text: &str) -> Option<u64> {
        text.parse::<Memory>().ok().map(Memory::bytes)
    }

    #[test]
    fn decimal_and_binary_units_are_told_apart() {
        assert_eq!(bytes("512 MiB"), Some(536_870_912));
        assert_eq!(bytes("512 MB"), Some(512_000_000));
        assert_eq!(bytes("2.7 GB"), Some(2_700_000_000));
        assert_eq!(bytes("690MB"), Some(690_000_000));
    }

    #[test]
    fn short_forms_are_binary_as_container_tools_mean_them() {
        assert_eq!(bytes("512m"), bytes("512 MiB"));
        assert_eq!(bytes("1g"), bytes("1 GiB"));
        assert_eq!(bytes("512Mi"), bytes("512 MiB"));
    }

    #[test]
    fn a_number_without_a_unit_is_refused_with_an_example() {
        for text in ["", "512", "MiB", "-1 MB", "1,5 GB", "1. GB", ".5 GB", "1.2.3 GB", "99999999999999999999 GiB"] {
            let error = text.parse::<Memory>().unwrap_err();
            assert!(error.to_string().contains("`512 MiB`"), "{text}: {error}");
        }
    }

    #[test]
    fn a_size_is_printed_in_the_unit_it_was_written_in() {
        for text in ["512 MiB", "2.7 GB", "690 MB", "1 GiB", "1 GB", "64 KiB", "1.5 GiB", "0 B", "7 B"] {
            assert_eq!(text.parse::<Memory>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_share_of_nothing_is_zero() {
        assert!(Memory::from_mib(1).percent_of(Memory::default()).abs() < f64::EPSILON);
        assert!((Memory::from_mib(1).percent_of(Memory::from_mib(4)) - 25.0).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(bytes: u64) {
            let memory = Memory::from_bytes(bytes);
            prop_assert_eq!(memory.to_string().parse(), Ok(memory));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Memory>();
        }

        #[test]
        fn any_number_with_a_unit_is_read_or_refused(text in "[0-9_.]{0,45} ?(GiB|MB|k|B)?") {
            let _ = text.parse::<Memory>();
        }
    }
}
