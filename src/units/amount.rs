use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::number::{UnitError, decimal, split};
use super::{Meter, MeterUnit};

const EXPECTED: &str = "a metered amount such as `180000 vCPU-s`, `2 million requests` or `1 GiB`";

/// So much of what a host meters: `180000 vCPU-s`. Exact to a millionth of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount {
    /// Millionths of the unit.
    millionths: u64,
    unit: MeterUnit,
}

impl Amount {
    /// The month that price lists mean: 30 days of hours.
    pub const MONTH: Self = Self { millionths: 720_000_000, unit: Meter::Hours.example() };

    /// From millionths of a unit.
    pub const fn from_millionths(millionths: u64, unit: MeterUnit) -> Self {
        Self { millionths, unit }
    }

    /// From millionths of the meter's base (millicores times microseconds, bytes times microseconds,
    /// millionths of a request or of a byte, microseconds), rounded to the nearest millionth of `unit`.
    /// What is beyond 64 bits stays at their end.
    pub fn of_base(millionths: u128, unit: MeterUnit) -> Self {
        let size = u128::from(unit.size());
        let rounded = millionths.saturating_add(size / 2) / size;
        Self { millionths: u64::try_from(rounded).unwrap_or(u64::MAX), unit }
    }

    /// Millionths of the unit.
    pub const fn millionths(self) -> u64 {
        self.millionths
    }

    /// The unit.
    pub const fn unit(self) -> MeterUnit {
        self.unit
    }

    /// What it is an amount of.
    pub const fn meter(self) -> Meter {
        self.unit.meter()
    }

    /// The same amount in another unit. `None` where that belongs to another meter.
    pub fn to(self, unit: MeterUnit) -> Option<Self> {
        let base = u128::from(self.millionths) * u128::from(self.unit.size());
        (unit.meter() == self.meter()).then(|| Self::of_base(base, unit))
    }

    /// For people: at most two decimals, and none above a hundred. Rounded, so it does not read back.
    pub fn human(self) -> String {
        let step = if self.millionths >= 100_000_000 { 1_000_000 } else { 10_000 };
        let rounded = self.millionths.saturating_add(step / 2) / step * step;
        let exact = self.millionths > 0 && rounded == 0;
        Self { millionths: if exact { self.millionths } else { rounded }, unit: self.unit }.to_string()
    }
}

impl FromStr for Amount {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let quantity = split(text, EXPECTED)?;
        let unit = MeterUnit::read(quantity.unit).ok_or_else(fail)?;
        let millionths = quantity.times(1_000_000).ok_or_else(fail)?;
        Ok(Self { millionths, unit })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", decimal(self.millionths, 6), self.unit))
    }
}

impl From<Amount> for String {
    fn from(value: Amount) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Amount {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::meter::tests::units;
    use super::{Amount, Meter};

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn allowances_read_as_price_lists_write_them() {
        for text in ["180000 vCPU-s", "360000 GiB-s", "2 million requests", "1 GiB", "750 h"] {
            assert_eq!(amount(text).to_string(), text);
        }
    }

    #[test]
    fn units_of_one_meter_convert_exactly() {
        assert_eq!(amount("50 vCPU-h").to(amount("1 vCPU-s").unit()), Some(amount("180000 vCPU-s")));
        assert_eq!(amount("1 month").to(amount("1 h").unit()), Some(amount("720 h")));
        assert_eq!(amount("1 GiB").to(amount("1 GB").unit()), Some(amount("1.073742 GB")));
        assert_eq!(amount("1 GiB").to(amount("1 h").unit()), None);
    }

    #[test]
    fn people_read_round_numbers_and_never_a_nought_for_something() {
        assert_eq!(amount("259200.4 vCPU-s").human(), "259200 vCPU-s");
        assert_eq!(amount("0.259261 million requests").human(), "0.26 million requests");
        assert_eq!(amount("0.000261 GB").human(), "0.000261 GB");
        assert_eq!(amount("0 GB").human(), "0 GB");
    }

    #[test]
    fn what_is_no_amount_is_refused_with_an_example() {
        for text in ["", "7", "much", "-1 h", "1 vCPU", "99999999999999 h"] {
            let error = text.parse::<Amount>().unwrap_err();
            assert!(error.to_string().contains("`180000 vCPU-s`"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(millionths: u64, unit in units()) {
            let amount = Amount::from_millionths(millionths, unit);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Amount>();
        }

        #[test]
        fn converting_never_panics_and_keeps_the_meter(millionths: u64, one in units(), other in units()) {
            let converted = Amount::from_millionths(millionths, one).to(other);
            prop_assert_eq!(converted.is_some(), one.meter() == other.meter());
        }
    }

    #[test]
    fn an_amount_knows_its_meter() {
        assert_eq!(amount("1 month").meter(), Meter::Hours);
    }
}
