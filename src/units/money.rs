use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::number::{UnitError, split};

const EXPECTED: &str = "a price in US dollars such as `$7` or `$0.25`";

/// Millionths of a dollar in a cent.
const CENT: u64 = 10_000;

/// An amount of US dollars, in millionths, so that usage rates keep their small digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Money(u64);

impl Money {
    /// From millionths of a dollar.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Millionths of a dollar.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// The nearest whole cent, for tables.
    #[must_use]
    pub const fn to_cents(self) -> Self {
        Self(self.0.saturating_add(CENT / 2) / CENT * CENT)
    }
}

impl FromStr for Money {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let amount = text.trim().strip_prefix('$').ok_or_else(fail)?;
        let quantity = split(amount, EXPECTED).map_err(|_| fail())?;
        if !quantity.unit.is_empty() {
            return Err(fail());
        }
        quantity.times(1_000_000).map(Self).ok_or_else(fail)
    }
}

/// Cents always as two digits; smaller parts only when there are any: `$7`, `$0.25`, `$0.000012`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dollars, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        let text = match rest {
            0 => format!("${dollars}"),
            cents if cents % 10_000 == 0 => format!("${dollars}.{:02}", cents / 10_000),
            small => format!("${dollars}.{}", format!("{small:06}").trim_end_matches('0')),
        };
        f.pad(&text)
    }
}

impl From<Money> for String {
    fn from(value: Money) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Money {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Money;

    #[test]
    fn cents_are_printed_as_two_digits_and_rates_in_full() {
        for text in ["$0", "$7", "$0.25", "$7.50", "$0.000012", "$1.005"] {
            assert_eq!(text.parse::<Money>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn tables_round_to_the_nearest_cent() {
        let cents = |text: &str| text.parse::<Money>().unwrap().to_cents().to_string();
        assert_eq!(cents("$2.194999"), "$2.19");
        assert_eq!(cents("$2.195"), "$2.20");
        assert_eq!(cents("$7"), "$7");
        assert_eq!(Money::from_micros(u64::MAX).to_cents(), Money::from_micros(u64::MAX / 10_000 * 10_000));
    }

    #[test]
    fn what_is_no_price_is_refused_with_an_example() {
        for text in ["", "7", "$", "$-1", "$7 a month", "7 $", "$99999999999999999999"] {
            let error = text.parse::<Money>().unwrap_err();
            assert!(error.to_string().contains("`$7`"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(micros: u64) {
            let money = Money::from_micros(micros);
            prop_assert_eq!(money.to_string().parse(), Ok(money));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Money>();
        }
    }
}
