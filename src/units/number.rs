//! What the parsers share: a decimal number followed by a unit word.

/// Why a quantity could not be read. The sentence names what was found and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found `{found}`, expected {expected}")]
pub struct UnitError {
    /// The text that was given.
    pub found: String,
    /// What would have been right, with an example.
    pub expected: &'static str,
}

/// Splits `1.5 GiB` into an exact decimal and its unit: (digits, digits after the point, unit).
///
/// Works on integers only, so that `0.1` is exactly a tenth: a float would make
/// `2.7 GB` a few bytes short.
pub(super) fn split<'t>(text: &'t str, expected: &'static str) -> Result<Quantity<'t>, UnitError> {
    let fail = || UnitError { found: text.to_owned(), expected };
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || (number.contains('.') && fraction.is_empty()) || fraction.contains('.') {
        return Err(fail());
    }
    let digits: String = whole.chars().chain(fraction.chars()).filter(|c| *c != '_').collect();
    let scale = u32::try_from(fraction.chars().filter(|c| *c != '_').count()).map_err(|_| fail())?;
    let digits = digits.parse::<u128>().map_err(|_| fail())?;
    if scale > 12 {
        return Err(fail());
    }
    Ok(Quantity { digits, scale, unit: unit.trim() })
}

/// A decimal number as `digits / 10^scale`, and the word after it.
pub(super) struct Quantity<'t> {
    digits: u128,
    scale: u32,
    pub(super) unit: &'t str,
}

impl Quantity<'_> {
    /// The number times `factor`, rounded to the nearest whole. `None` when it does not fit in 64 bits.
    pub(super) fn times(&self, factor: u64) -> Option<u64> {
        let divisor = 10_u128.pow(self.scale);
        let product = self.digits.checked_mul(u128::from(factor))?;
        u64::try_from(product.checked_add(divisor / 2)? / divisor).ok()
    }
}

/// Prints `value / 10^scale` without trailing zeros: `(1500, 3)` is `1.5`.
pub(super) fn decimal(value: u64, scale: u32) -> String {
    let divisor = 10_u64.pow(scale);
    let (whole, rest) = (value / divisor, value % divisor);
    if rest == 0 {
        return whole.to_string();
    }
    let rest = format!("{rest:0width$}", width = scale as usize);
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::{decimal, split};

    #[test]
    fn a_number_at_the_end_of_the_range_is_refused_and_does_not_overflow() {
        let largest = split("340282366920938463463374607.431768211455 B", "a size").unwrap();
        assert_eq!(largest.times(1), None);
    }

    #[test]
    fn halves_round_up() {
        assert_eq!(split("0.0785", "a share").unwrap().times(1000), Some(79));
        assert_eq!(split("0.0784", "a share").unwrap().times(1000), Some(78));
    }

    #[test]
    fn decimals_lose_their_trailing_zeros_only() {
        assert_eq!(decimal(1500, 3), "1.5");
        assert_eq!(decimal(1005, 3), "1.005");
        assert_eq!(decimal(2000, 3), "2");
    }
}
