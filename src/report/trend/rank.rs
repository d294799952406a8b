//! Statistics of ranks: whether values rise with time, and how fast, without a word about how their noise is shaped.
//! One wild value moves neither.

/// Two-sided 95 % of the normal distribution.
const NORMAL_95: f64 = 1.96;

/// How much values rise from one to the next: the middle, and what it is between with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slope {
    pub(super) low: f64,
    pub(super) middle: f64,
    pub(super) high: f64,
}

/// The sum of the signs of all differences between a later and an earlier value, and its variance where nothing
/// rises or falls: n(n−1)(2n+5)/18, less t(t−1)(2t+5)/18 for each group of t equal values.
/// Mann (1945), Econometrica 13; Kendall (1975), Rank Correlation Methods, chapter 4.
#[expect(clippy::cast_precision_loss, reason = "a few dozen values")]
fn kendall(values: &[f64]) -> (f64, f64) {
    let sign = |from: f64, to: f64| f64::from(i8::from(to > from) - i8::from(to < from));
    let sum = pairs(values).map(|(_, from, to)| sign(from, to)).sum();
    let part = |n: usize| (n * (n - 1) * (2 * n + 5)) as f64 / 18.0;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tied: f64 = sorted.chunk_by(|one, next| one.total_cmp(next).is_eq()).map(|group| part(group.len())).sum();
    (sum, part(values.len().max(1)) - tied)
}

/// How sure it is that values rise, in standard deviations; below zero where they fall. Zero where all are equal.
/// With the continuity correction of Kendall (1975): one step towards zero.
pub(super) fn rising(values: &[f64]) -> f64 {
    let (sum, variance) = kendall(values);
    if variance <= 0.0 || sum.abs() < 1.0 {
        return 0.0;
    }
    (sum - sum.signum()) / variance.sqrt()
}

/// The middle of the slopes between all pairs, and its band: of N slopes in rising order those at (N ∓ C)/2, where
/// C is 1.96 standard deviations of Kendall's sum. Sen (1968), Journal of the American Statistical Association 63;
/// the band as in Gilbert (1987), Statistical Methods for Environmental Pollution Monitoring, section 16.5.
///
/// All zero with less than two values.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a few hundred pairs")]
#[expect(clippy::cast_sign_loss, reason = "kept at zero or above")]
pub(super) fn slope(values: &[f64]) -> Slope {
    let mut slopes: Vec<f64> = pairs(values).map(|(apart, from, to)| (to - from) / apart as f64).collect();
    slopes.sort_by(f64::total_cmp);
    let Some(last) = slopes.len().checked_sub(1) else { return Slope { low: 0.0, middle: 0.0, high: 0.0 } };
    let reach = NORMAL_95 * kendall(values).1.max(0.0).sqrt();
    let low = ((slopes.len() as f64 - reach) / 2.0).max(0.0) as usize;
    let middle = f64::midpoint(slopes[last / 2], slopes[slopes.len() / 2]);
    Slope { low: slopes[low.min(last)], middle, high: slopes[last - low.min(last)] }
}

/// Every pair of an earlier and a later value, with how many places lie between them.
fn pairs(values: &[f64]) -> impl Iterator<Item = (usize, f64, f64)> {
    let later = |at: usize| values.iter().enumerate().skip(at + 1);
    values.iter().enumerate().flat_map(move |(at, from)| later(at).map(move |(to, value)| (to - at, *from, *value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kendall's sum of ten values in rising order is 45, its variance 10·9·25/18 = 125.
    #[test]
    fn ten_rising_values_are_as_sure_as_the_formula_says() {
        let values: Vec<f64> = (0..10).map(f64::from).collect();
        assert!((rising(&values) - 44.0 / 125.0_f64.sqrt()).abs() < 1e-12);
        let falling: Vec<f64> = values.iter().map(|value| -value).collect();
        assert!((rising(&falling) + 44.0 / 125.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn equal_values_neither_rise_nor_fall() {
        assert!(rising(&[7.0; 12]).abs() < f64::EPSILON);
        assert_eq!(slope(&[7.0; 12]), Slope { low: 0.0, middle: 0.0, high: 0.0 });
        assert_eq!(slope(&[]), Slope { low: 0.0, middle: 0.0, high: 0.0 });
    }

    #[test]
    fn one_wild_value_hardly_moves_the_slope() {
        let mut values: Vec<f64> = (0..18).map(|n| f64::from(n) * 2.0).collect();
        values[9] = 1_000.0;
        let found = slope(&values);
        assert!((found.middle - 2.0).abs() < 0.1, "{found:?}");
        assert!(found.low <= 2.0 && found.high >= 2.0, "{found:?}");
    }

    #[test]
    fn the_band_takes_in_the_middle() {
        let found = slope(&[10.0, 22.0, 21.0, 30.0, 40.0, 43.0, 51.0, 63.0]);
        assert!(found.low < found.middle && found.middle < found.high, "{found:?}");
        assert!((found.middle - 7.0).abs() < 0.5, "{found:?}");
    }
}
