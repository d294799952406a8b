use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::number::{UnitError, decimal, split};

const EXPECTED: &str = "a size such as `512 MiB`, `1 GB` or `690 MB`";

const UNITS: &[(&str, u64)] = &[
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
        _ => None,
    }
}

/// The largest unit that leaves a number of at most three decimals, so that it reads back exactly.
impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact =
            UNITS.iter().find(|(_, factor)| self.0 >= *factor && (self.0 % *factor * 10) % *factor == 0 && self.0 > 0);
        let (name, factor) = exact.copied().unwrap_or(("B", 1));
        f.pad(&format!("{} {name}", decimal(self.0 / factor * 10 + self.0 % factor * 10 / factor, 1)))
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
