use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::number::{UnitError, decimal, split};

const EXPECTED: &str = "a part of the whole from `0 %` to `100 %`, such as `10 %`";

/// A part of a whole, in millionths: `10 %` of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Portion(u32);

impl Portion {
    /// The whole.
    pub const WHOLE: Self = Self(1_000_000);

    /// From millionths; more than the whole is the whole.
    pub const fn from_millionths(millionths: u32) -> Self {
        if millionths > Self::WHOLE.0 { Self::WHOLE } else { Self(millionths) }
    }

    /// Percent of the whole, as a float for comparing with measured shares.
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 1e4
    }

    /// Millionths of the whole.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl FromStr for Portion {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let quantity = split(text, EXPECTED)?;
        let millionths = quantity.times(10_000).filter(|_| quantity.unit == "%").ok_or_else(fail)?;
        let millionths = u32::try_from(millionths).map_err(|_| fail())?;
        if millionths <= Self::WHOLE.0 { Ok(Self(millionths)) } else { Err(fail()) }
    }
}

impl fmt::Display for Portion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} %", decimal(u64::from(self.0), 4)))
    }
}

impl From<Portion> for String {
    fn from(value: Portion) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Portion {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Portion;

    #[test]
    fn portions_are_exact_and_at_most_the_whole() {
        assert_eq!("10 %".parse(), Ok(Portion::from_millionths(100_000)));
        assert!((Portion::from_millionths(125_000).percent() - 12.5).abs() < f64::EPSILON);
        assert_eq!("12.5%".parse::<Portion>().unwrap().to_string(), "12.5 %");
        assert_eq!("100%".parse(), Ok(Portion::WHOLE));
        assert_eq!(Portion::from_millionths(u32::MAX), Portion::WHOLE);
    }

    #[test]
    fn what_is_no_portion_is_refused_with_an_example() {
        for text in ["", "10", "%", "-1 %", "101 %", "0.1", "999999999999 %"] {
            let error = text.parse::<Portion>().unwrap_err();
            assert!(error.to_string().contains("`10 %`"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(millionths in 0..=1_000_000_u32) {
            let portion = Portion::from_millionths(millionths);
            prop_assert_eq!(portion.to_string().parse(), Ok(portion));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Portion>();
        }
    }
}
