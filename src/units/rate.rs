use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::number::{UnitError, decimal, split};
use super::{Amount, Meter, MeterUnit, Money};

const EXPECTED: &str = "a price by use such as `$0.000024 / vCPU-s`, `$0.40 / million requests` or `$0.02 / GB`";

/// Parts of a dollar in which a rate is held: a trillionth, since rates per second have seven decimals and more.
const PARTS: u64 = 1_000_000_000_000;
const DECIMALS: u32 = 12;

/// A price for so much use: `$0.000024 / vCPU-s`. Exact to a trillionth of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    /// Trillionths of a dollar.
    parts: u64,
    unit: MeterUnit,
}

impl Rate {
    /// What it is a price for.
    pub const fn meter(self) -> Meter {
        self.unit.meter()
    }

    /// The unit that the price is for.
    pub const fn unit(self) -> MeterUnit {
        self.unit
    }

    /// What `amount` costs, rounded to the nearest millionth of a dollar. `None` where the amount belongs to
    /// another meter. What is beyond the range of money stays at its end.
    pub fn cost(self, amount: Amount) -> Option<Money> {
        // Millionths of a unit times trillionths of a dollar: 64 bits each, so the product fits.
        let product = u128::from(amount.to(self.unit)?.millionths()) * u128::from(self.parts);
        let micros = product.saturating_add(u128::from(PARTS / 2)) / u128::from(PARTS);
        Some(Money::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)))
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let (price, unit) = text.split_once('/').or_else(|| text.split_once(" per ")).ok_or_else(fail)?;
        let price = price.trim().strip_prefix('$').ok_or_else(fail)?;
        let quantity = split(price, EXPECTED).map_err(|_| fail())?;
        let unit = MeterUnit::read(unit).filter(|_| quantity.unit.is_empty()).ok_or_else(fail)?;
        let parts = quantity.times(PARTS).ok_or_else(fail)?;
        Ok(Self { parts, unit })
    }
}

/// Cents as two digits, smaller parts in full: `$0.40 / million requests`, `$0.0000025 / GiB-s`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dollars = match (self.parts % PARTS, self.parts % (PARTS / 100)) {
            (0, _) => decimal(self.parts, DECIMALS),
            (_, 0) => format!("{}.{:02}", self.parts / PARTS, self.parts % PARTS / (PARTS / 100)),
            _ => decimal(self.parts, DECIMALS),
        };
        f.pad(&format!("${dollars} / {}", self.unit))
    }
}

impl From<Rate> for String {
    fn from(value: Rate) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Rate {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::meter::tests::units;
    use super::{Amount, Money, Rate};

    fn cost(rate: &str, amount: &str) -> Option<String> {
        let (rate, amount): (Rate, Amount) = (rate.parse().unwrap(), amount.parse().unwrap());
        rate.cost(amount).map(|money| money.to_string())
    }

    #[test]
    fn rates_read_as_price_lists_write_them() {
        for text in ["$0.0000025 / GiB-s", "$0.40 / million requests", "$2.19 / month", "$1 / h", "$0.005 / GB"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        let spelt: Rate = "$0.4 per million requests".parse().unwrap();
        assert_eq!(spelt.to_string(), "$0.40 / million requests");
        assert_eq!("$0.03/hour".parse::<Rate>().unwrap().to_string(), "$0.03 / h");
    }

    #[test]
    fn a_cost_is_exact_where_a_rate_is_smaller_than_a_millionth() {
        assert_eq!(cost("$0.0000025 / GiB-s", "400000 GiB-s").as_deref(), Some("$1"));
        assert_eq!(cost("$0.0000025 / GiB-s", "1 GiB-h").as_deref(), Some("$0.009"));
        assert_eq!(cost("$2.19 / month", "72 h").as_deref(), Some("$0.219"));
        assert_eq!(cost("$0.40 / million requests", "1 requests").as_deref(), Some("$0"));
        assert_eq!(cost("$0.02 / GB", "1 h"), None);
    }

    #[test]
    fn what_is_no_rate_is_refused_with_an_example() {
        for text in ["", "$7", "7 / h", "$7 / ", "$7 / vCPU", "$ / h", "$-1 / h", "$1 h / h", "$1 / h / h"] {
            let error = text.parse::<Rate>().unwrap_err();
            assert!(error.to_string().contains("`$0.000024 / vCPU-s`"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(parts: u64, unit in units()) {
            let rate = Rate { parts, unit };
            prop_assert_eq!(rate.to_string().parse(), Ok(rate));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Rate>();
        }

        #[test]
        fn any_cost_stays_in_the_range_of_money(parts: u64, millionths: u64, one in units(), other in units()) {
            let cost = Rate { parts, unit: one }.cost(Amount::from_millionths(millionths, other));
            prop_assert_eq!(cost.is_some(), one.meter() == other.meter());
            prop_assert!(cost.is_none_or(|cost| cost <= Money::from_micros(u64::MAX)));
        }
    }
}
