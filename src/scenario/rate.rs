use std::fmt;
use std::str::FromStr;

use super::values::Rate;
use crate::units::UnitError;

const EXPECTED: &str = "a rate such as `20/s`, `30/min` or `0.5/s`";
const IN_BOUNDS: &str = "a rate above `0/s` and of at most `1000000/s`";

/// What a rate may be counted by, and its length in seconds.
const UNITS: &[(&str, f64)] = &[("second", 1.0), ("minute", 60.0), ("hour", 3600.0)];

impl Rate {
    /// The highest, per second.
    pub const MOST: f64 = 1e6;

    /// So many per second; `None` outside what a rate may be.
    pub fn per_second(number: f64) -> Option<Self> {
        (number > 0.0 && number <= Self::MOST).then_some(Self(number))
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = |expected| UnitError { found: text.to_owned(), expected };
        let (number, unit) = text.split_once('/').ok_or_else(|| fail(EXPECTED))?;
        let seconds = seconds(unit.trim()).ok_or_else(|| fail(EXPECTED))?;
        let number = decimal(number.trim()).ok_or_else(|| fail(EXPECTED))?;
        Self::per_second(number / seconds).ok_or_else(|| fail(IN_BOUNDS))
    }
}

/// Digits with at most one point among them. A float's other spellings (`1e3`, `inf`) are no rates.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'_');
    let framed = text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(|c: char| c.is_ascii_digit());
    (plain && framed).then(|| text.replace('_', "").parse().ok()).flatten()
}

fn seconds(unit: &str) -> Option<f64> {
    match unit {
        "s" | "sec" | "second" => Some(1.0),
        "m" | "min" | "minute" => Some(60.0),
        "h" | "hour" => Some(3600.0),
        _ => None,
    }
}

/// As a scenario writes it: `20/s`, `20/min`. Reads back to the same rate, but for the last bit.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (numbers, unit) = counted(&[*self]);
        let short = match unit {
            "second" => "s",
            "minute" => "min",
            _ => "h",
        };
        f.pad(&format!("{}/{short}", numbers.join("")))
    }
}

/// Rates as short numbers by the smallest unit in which all of them are short, and that unit.
pub(super) fn counted(rates: &[Rate]) -> (Vec<String>, &'static str) {
    let short = UNITS.iter().find_map(|(unit, seconds)| {
        let numbers: Option<Vec<String>> = rates.iter().map(|rate| short(rate.0 * seconds)).collect();
        Some((numbers?, *unit))
    });
    short.unwrap_or_else(|| (rates.iter().map(|rate| rate.0.to_string()).collect(), "second"))
}

/// A number that three decimals say exactly.
fn short(number: f64) -> Option<String> {
    let rounded = (number * 1e3).round() / 1e3;
    ((number - rounded).abs() <= number * 1e-12).then(|| rounded.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<f64> {
        text.parse::<Rate>().ok().map(|rate| rate.0)
    }

    #[test]
    fn rates_are_counted_by_second_minute_or_hour() {
        assert_eq!(read("20/s"), Some(20.0));
        assert_eq!(read("1_000 / s"), Some(1000.0));
        assert_eq!(read("30/min"), Some(0.5));
        assert_eq!(read("3600/h"), Some(1.0));
        assert_eq!(read("0.5/s"), Some(0.5));
        assert_eq!(read("1000000/s"), Some(Rate::MOST));
    }

    #[test]
    fn what_is_no_rate_is_refused_with_an_example() {
        for text in ["", "20", "/s", "20/", "20/parsec", "-1/s", "1e3/s", "inf/s", "NaN/s", "1..2/s", ".5/s", "5./s"] {
            let error = text.parse::<Rate>().unwrap_err();
            assert!(error.to_string().contains("`20/s`"), "{text}: {error}");
        }
        for text in ["0/s", "0.0/h", "1000000.1/s", "9999999999999/s"] {
            let error = text.parse::<Rate>().unwrap_err();
            assert!(error.to_string().contains("at most `1000000/s`"), "{text}: {error}");
        }
    }

    #[test]
    fn a_rate_is_printed_by_the_unit_in_which_it_is_short() {
        for text in ["20/s", "0.5/s", "20/min", "7/h", "1000000/s", "0.001/s"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(number in 1e-4..1e6_f64) {
            let rate = Rate(number);
            let back: Rate = rate.to_string().parse().unwrap();
            prop_assert!((back.0 - number).abs() <= number * 1e-11, "{rate}");
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9._]{0,30}/?.{0,5}") {
            let _ = text.parse::<Rate>();
        }
    }
}
