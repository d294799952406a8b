use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::number::{UnitError, decimal, split};

const EXPECTED: &str = "a number of CPUs such as `0.1`, `1 CPU` or `250m`";

/// A share of CPU time, in thousandths of one core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Millicores(u32);

impl Millicores {
    /// From thousandths of a core.
    pub const fn new(millicores: u32) -> Self {
        Self(millicores)
    }

    /// Thousandths of a core.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whole and part cores, as a float for ratios.
    pub fn cores(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl FromStr for Millicores {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let quantity = split(text, EXPECTED)?;
        let factor = match quantity.unit {
            "" | "CPU" | "CPUs" | "cpu" | "cpus" | "vCPU" => 1000,
            "m" => 1,
            _ => return Err(fail()),
        };
        let millicores = quantity.times(factor).ok_or_else(fail)?;
        u32::try_from(millicores).map(Self).map_err(|_| fail())
    }
}

impl fmt::Display for Millicores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} CPU", decimal(u64::from(self.0), 3)))
    }
}

impl From<Millicores> for String {
    fn from(value: Millicores) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Millicores {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Millicores;

    fn parsed(text: &str) -> Option<u32> {
        text.parse::<Millicores>().ok().map(Millicores::get)
    }

    #[test]
    fn shares_are_exact_thousandths() {
        assert_eq!(parsed("0.1"), Some(100));
        assert_eq!(parsed("0.078 CPU"), Some(78));
        assert_eq!(parsed("2 CPU"), Some(2000));
        assert_eq!(parsed("250m"), Some(250));
        assert_eq!(Millicores::new(78).to_string(), "0.078 CPU");
    }

    #[test]
    fn what_is_no_share_is_refused_with_an_example() {
        for text in ["", "fast", "-1", "1 GB", "99999999999 CPU"] {
            let error = text.parse::<Millicores>().unwrap_err();
            assert!(error.to_string().contains("`0.1`"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(millicores: u32) {
            let share = Millicores::new(millicores);
            prop_assert_eq!(share.to_string().parse(), Ok(share));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Millicores>();
        }
    }
}
