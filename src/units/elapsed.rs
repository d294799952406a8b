use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::number::{UnitError, decimal, split};

const EXPECTED: &str = "a duration such as `15 min`, `60 s`, `250 ms` or `12 h`";

const UNITS: &[(&str, u64)] =
    &[("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)];

/// A length of time, or a moment counted from the start of a run. Microsecond grain.
///
/// One type serves both, because a run has one clock that starts at zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Elapsed(u64);

impl Elapsed {
    /// No time at all; the start of a run.
    pub const ZERO: Self = Self(0);
    /// Longer than any run.
    pub const MAX: Self = Self(u64::MAX);

    /// From microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// From milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// From seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Microseconds.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds, rounded down.
    pub const fn millis(self) -> u64 {
        self.0 / 1_000
    }

    /// Seconds, as a float for ratios and tables.
    #[expect(clippy::cast_precision_loss, reason = "53 bits of microseconds are 285 years")]
    pub fn secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The same length as a standard duration.
    pub const fn duration(self) -> Duration {
        Duration::from_micros(self.0)
    }

    /// Time from `earlier` to this moment; zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// This length on a clock that runs `factor` times faster. A factor of zero counts as one.
    #[must_use]
    pub fn warped(self, factor: u32) -> Self {
        Self(self.0 / u64::from(factor.max(1)))
    }

    /// For people: `850 ms`, `3.2 s`, `1 min 4 s`, `2 h 5 min`. Rounded, so it does not read back.
    pub fn human(self) -> String {
        let (ms, s) = (self.0 / 1_000, self.0 / 1_000_000);
        match s {
            0 if self.0 < 10_000 => format!("{:.1} ms", self.secs_f64() * 1e3),
            0 => format!("{ms} ms"),
            1..60 => format!("{s}.{} s", self.0 / 100_000 % 10),
            60..3600 if s.is_multiple_of(60) => format!("{} min", s / 60),
            60..3600 => format!("{} min {} s", s / 60, s % 60),
            _ if s % 3600 < 60 => format!("{} h", s / 3600),
            _ => format!("{} h {} min", s / 3600, s % 3600 / 60),
        }
    }
}

impl From<Duration> for Elapsed {
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
    }
}

impl Add for Elapsed {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Elapsed {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Elapsed {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.since(other)
    }
}

impl FromStr for Elapsed {
    type Err = UnitError;

    /// One or more quantities, largest first or not: `1h30m`, `1 min 4 s`, `250ms`.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let mut rest = text.trim();
        let mut total: u64 = 0;
        if rest.is_empty() {
            return Err(fail());
        }
        while !rest.is_empty() {
            let unit_at = rest.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(fail)?;
            let after = &rest[unit_at..];
            let end = after.find(|c: char| !c.is_ascii_alphabetic()).map_or(rest.len(), |n| unit_at + n);
            let quantity = split(&rest[..end], EXPECTED).map_err(|_| fail())?;
            let factor = factor(quantity.unit).ok_or_else(fail)?;
            total = quantity.times(factor).and_then(|part| total.checked_add(part)).ok_or_else(fail)?;
            rest = rest[end..].trim_start();
        }
        Ok(Self(total))
    }
}

fn factor(unit: &str) -> Option<u64> {
    let name = match unit {
        "m" | "minutes" | "minute" => "min",
        "sec" | "seconds" | "second" => "s",
        "hours" | "hour" => "h",
        "days" | "day" => "d",
        other => other,
    };
    UNITS.iter().find(|(known, _)| *known == name).map(|(_, factor)| *factor)
}

/// One unit, exactly: `15 min`, `1.5 s`, `250 us`. Reads back to the same value.
impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.pad("0 s");
        }
        let whole = UNITS.iter().find(|(_, factor)| self.0.is_multiple_of(*factor)).copied().unwrap_or(("us", 1));
        // A fraction of a second reads better than a large count of milliseconds.
        let text = if whole.1 <= 1_000 && self.0 > 1_000_000 {
            format!("{} s", decimal(self.0, 6))
        } else {
            format!("{} {}", self.0 / whole.1, whole.0)
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Elapsed;

    fn parsed(text: &str) -> Option<Elapsed> {
        text.parse().ok()
    }

    #[test]
    fn the_spellings_of_configuration_files_are_read() {
        assert_eq!(parsed("15 min"), Some(Elapsed::from_secs(900)));
        assert_eq!(parsed("15m"), Some(Elapsed::from_secs(900)));
        assert_eq!(parsed("1h30m"), Some(Elapsed::from_secs(5400)));
        assert_eq!(parsed("1 min 4 s"), Some(Elapsed::from_secs(64)));
        assert_eq!(parsed("250ms"), Some(Elapsed::from_millis(250)));
        assert_eq!(parsed("0.5 s"), Some(Elapsed::from_millis(500)));
        assert_eq!(parsed("12 hours"), Some(Elapsed::from_secs(43_200)));
    }

    #[test]
    fn a_number_without_a_unit_is_refused_with_an_example() {
        for text in ["", "15", "s", "15 parsecs", "-1 s", "1..2 s", "5 s 3", "1 s, 2 s", "99999999999999999999 d"] {
            let error = text.parse::<Elapsed>().unwrap_err();
            assert!(error.to_string().contains("`15 min`"), "{text}: {error}");
        }
    }

    #[test]
    fn warp_divides_and_zero_counts_as_one() {
        assert_eq!(Elapsed::from_secs(60).warped(10), Elapsed::from_secs(6));
        assert_eq!(Elapsed::from_secs(60).warped(0), Elapsed::from_secs(60));
    }

    #[test]
    fn people_get_rounded_lengths() {
        let human = |micros| Elapsed::from_micros(micros).human();
        assert_eq!(human(1_250), "1.2 ms");
        assert_eq!(human(850_400), "850 ms");
        assert_eq!(human(3_260_000), "3.2 s");
        assert_eq!(human(64_000_000), "1 min 4 s");
        assert_eq!(human(7_500_000_000), "2 h 5 min");
    }

    #[test]
    fn differences_stop_at_zero_and_sums_at_the_end() {
        assert_eq!(Elapsed::from_secs(1) - Elapsed::from_secs(2), Elapsed::ZERO);
        assert_eq!(Elapsed::MAX + Elapsed::from_secs(1), Elapsed::MAX);
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(micros: u64) {
            let elapsed = Elapsed::from_micros(micros);
            prop_assert_eq!(elapsed.to_string().parse(), Ok(elapsed));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Elapsed>();
        }

        #[test]
        fn any_number_with_a_unit_is_read_or_refused(text in "[0-9_.]{0,45} ?(d|h|min|s|ms|us)?") {
            let _ = text.parse::<Elapsed>();
        }
    }
}
