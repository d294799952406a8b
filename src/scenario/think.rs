use std::fmt;
use std::str::FromStr;

use super::values::Think;
use crate::units::{Elapsed, UnitError};

const EXPECTED: &str = "a pause such as `2s` or `1s to 3s`, the shorter time first";

impl Think {
    /// No pause at all.
    pub const NONE: Self = Self { least: Elapsed::ZERO, most: Elapsed::ZERO };
}

impl FromStr for Think {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError { found: text.to_owned(), expected: EXPECTED };
        let (least, most) = ends(text).unwrap_or((text, text));
        let (least, most) = (least.parse().map_err(|_| fail())?, most.parse().map_err(|_| fail())?);
        if least <= most { Ok(Self { least, most }) } else { Err(fail()) }
    }
}

/// The two ends of `A to B`.
pub(super) fn ends(text: &str) -> Option<(&str, &str)> {
    text.split_once(" to ").map(|(from, to)| (from.trim(), to.trim()))
}

/// `2 s`, `1 s to 3 s`. Reads back to the same pause.
impl fmt::Display for Think {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least == self.most {
            return self.least.fmt(f);
        }
        f.pad(&format!("{} to {}", self.least, self.most))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pause_is_one_time_or_two_in_order() {
        let two = Think { least: Elapsed::from_secs(1), most: Elapsed::from_secs(3) };
        assert_eq!("1s to 3s".parse(), Ok(two));
        assert_eq!("0 s".parse(), Ok(Think::NONE));
        for text in ["", "1s to", "to 3s", "3s to 1s", "1s to 2s to 3s", "soon"] {
            let error = text.parse::<Think>().unwrap_err();
            assert!(error.to_string().contains("`1s to 3s`"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(one in 0..u64::MAX / 2, more in 0..u64::MAX / 2) {
            let think = Think { least: Elapsed::from_micros(one), most: Elapsed::from_micros(one + more) };
            prop_assert_eq!(think.to_string().parse(), Ok(think));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,20}( to .{0,20})?") {
            let _ = text.parse::<Think>();
        }
    }
}
