use std::fmt;
use std::str::FromStr;

use super::values::Think;
use crate::units::{Elapsed, UnitError};

const EXPECTED: &str = "a pause such as `2s`, `1s to 3s` (the shorter time first), `exponential 2s` (its mean) or \
                        `log-normal 2s to 10s` (half of the pauses are shorter, 95 of 100 are)";

const EXPONENTIAL: &str = "exponential";
const LOG_NORMAL: &str = "log-normal";

impl Think {
    /// No pause at all.
    pub const NONE: Self = Self::always(Elapsed::ZERO);

    /// Always the same.
    pub const fn always(pause: Elapsed) -> Self {
        Self::Between { least: pause, most: pause }
    }

    /// The longest time that was said of it: a pause may be longer where it has a tail.
    pub fn longest_said(self) -> Elapsed {
        match self {
            Self::Between { most, .. } => most,
            Self::Exponential { mean } => mean,
            Self::LogNormal { p95, .. } => p95,
        }
    }

    /// A pause that is nothing special.
    pub fn usual(self) -> Elapsed {
        match self {
            Self::Between { least: usual, .. } | Self::Exponential { mean: usual } => usual,
            Self::LogNormal { middle, .. } => middle,
        }
    }
}

impl FromStr for Think {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let time = |text: &str| text.parse::<Elapsed>().map_err(|_| fail());
        let shaped = |name| text.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')).map(str::trim);
        if let Some(mean) = shaped(EXPONENTIAL) {
            return Ok(Self::Exponential { mean: time(mean)? });
        }
        let log_normal = shaped(LOG_NORMAL);
        let words = log_normal.unwrap_or(text);
        let (low, high) = ends(words).unwrap_or((words, words));
        let (low, high) = (time(low)?, time(high)?);
        match log_normal {
            _ if low > high => Err(fail()),
            Some(_) if low == Elapsed::ZERO => Err(fail()),
            Some(_) => Ok(Self::LogNormal { middle: low, p95: high }),
            None => Ok(Self::Between { least: low, most: high }),
        }
    }
}

/// The two ends of `A to B`.
pub(super) fn ends(text: &str) -> Option<(&str, &str)> {
    text.split_once(" to ").map(|(from, to)| (from.trim(), to.trim()))
}

/// `2 s`, `1 s to 3 s`, `exponential 2 s`, `log-normal 2 s to 10 s`. Reads back to the same pause.
impl fmt::Display for Think {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Between { least, most } if least == most => least.fmt(f),
            Self::Between { least, most } => f.pad(&format!("{least} to {most}")),
            Self::Exponential { mean } => f.pad(&format!("{EXPONENTIAL} {mean}")),
            Self::LogNormal { middle, p95 } => f.pad(&format!("{LOG_NORMAL} {middle} to {p95}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pause_is_one_time_or_two_in_order() {
        let (one, three) = (Elapsed::from_secs(1), Elapsed::from_secs(3));
        assert_eq!("1s to 3s".parse(), Ok(Think::Between { least: one, most: three }));
        assert_eq!("0 s".parse(), Ok(Think::NONE));
        assert_eq!("exponential 3s".parse(), Ok(Think::Exponential { mean: three }));
        assert_eq!("log-normal 1s to 3s".parse(), Ok(Think::LogNormal { middle: one, p95: three }));
        let wrong =
            ["exponential", "exponential 1s to 3s", "exponential3s", "log-normal 3s to 1s", "log-normal 0s to 1s"];
        for text in ["", "1s to", "to 3s", "3s to 1s", "1s to 2s to 3s", "soon"].into_iter().chain(wrong) {
            let error = text.parse::<Think>().unwrap_err();
            assert!(error.to_string().contains("`1s to 3s`"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(one in 1..u64::MAX / 2, more in 0..u64::MAX / 2) {
            let (low, high) = (Elapsed::from_micros(one), Elapsed::from_micros(one + more));
            let all = [
                Think::Between { least: low, most: high },
                Think::Exponential { mean: low },
                Think::LogNormal { middle: low, p95: high },
            ];
            for think in all {
                prop_assert_eq!(think.to_string().parse(), Ok(think));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(exponential |log-normal )?.{0,20}( to .{0,20})?") {
            let _ = text.parse::<Think>();
        }
    }
}
