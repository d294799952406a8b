use super::student::reach;

/// What a handful of values says about where more of them would lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// How many there are.
    pub count: u32,
    /// Their mean.
    pub mean: f64,
    /// The square of their standard deviation, with n − 1 below the line. Zero with fewer than two.
    pub variance: f64,
}

impl Sample {
    /// `None` without values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = u32::try_from(values.len()).ok().filter(|count| *count > 0)?;
        let mean = values.iter().sum::<f64>() / f64::from(count);
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let variance = if count > 1 { squares / f64::from(count - 1) } else { 0.0 };
        Some(Self { count, mean, variance })
    }
}

/// The difference of two means, and how far it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The second mean less the first.
    pub middle: f64,
    /// How far the true difference may lie from it, on either side.
    pub half: f64,
}

impl Interval {
    /// Whether no difference at all is out of the question.
    pub fn excludes_zero(&self) -> bool {
        self.middle.abs() > self.half
    }
}

/// Welch's interval for the difference `other − base`, in which the true one lies with this confidence.
/// `None` with fewer than two values on a side.
///
/// B. L. Welch, The generalization of Student's problem when several different population variances are
/// involved, Biometrika 34 (1947); degrees of freedom after Satterthwaite (1946):
/// ν = (s₁²/n₁ + s₂²/n₂)² / ((s₁²/n₁)²/(n₁−1) + (s₂²/n₂)²/(n₂−1)).
///
/// `grain` is the least standard deviation that can be believed: the fineness of the instrument. A few
/// equal readings do not make a perfect one.
pub fn interval(base: Sample, other: Sample, confidence: f64, grain: f64) -> Option<Interval> {
    if base.count < 2 || other.count < 2 {
        return None;
    }
    let share = |sample: Sample| sample.variance.max(grain * grain) / f64::from(sample.count);
    let (one, two) = (share(base), share(other));
    let weight = |share: f64, count: u32| share * share / f64::from(count - 1);
    let freedom = (one + two).powi(2) / (weight(one, base.count) + weight(two, other.count));
    let half = reach(confidence, freedom) * (one + two).sqrt();
    Some(Interval { middle: other.mean - base.mean, half })
}

/// The smallest number of rounds on each side with which the interval reaches no farther than `half`, if
/// values keep the standard deviation `spread`. `None` when more than `most` would be needed.
pub fn rounds_for(half: f64, spread: f64, confidence: f64, most: u32) -> Option<u32> {
    let enough = |rounds: u32| {
        let rounds = f64::from(rounds);
        reach(confidence, 2.0 * rounds - 2.0) * spread * (2.0 / rounds).sqrt() <= half
    };
    // More rounds never make the interval wider, so the numbers that do not do come first.
    let (mut too_few, mut do_it) = (2, most);
    if !enough(most) {
        return None;
    }
    while do_it - too_few > 1 {
        let middle = u32::midpoint(too_few, do_it);
        if enough(middle) { do_it = middle } else { too_few = middle }
    }
    Some(do_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::of(values).unwrap()
    }

    #[test]
    fn a_sample_knows_its_mean_and_variance() {
        let known = sample(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert!((known.mean - 5.0).abs() < 1e-12);
        assert!((known.variance - 32.0 / 7.0).abs() < 1e-12);
        assert_eq!(Sample::of(&[]), None);
        assert!(sample(&[3.0]).variance.abs() < f64::EPSILON);
    }

    /// Worked by hand: variances 2.5 and 0.575, so (0.5 + 0.115)² / (0.5²/4 + 0.115²/4) = 5.748 degrees of
    /// freedom, for which tables of t give 2.47 at 95 %, and a standard error of 0.784.
    #[test]
    fn an_interval_with_unequal_variances_is_the_known_one() {
        let (a, b) = (sample(&[1.0, 2.0, 3.0, 4.0, 5.0]), sample(&[3.0, 4.0, 4.5, 4.5, 5.0]));
        let found = interval(a, b, 0.95, 0.0).unwrap();
        assert!((found.middle - 1.2).abs() < 1e-12);
        let (one, two): (f64, f64) = (2.5 / 5.0, 0.575 / 5.0);
        let freedom = (one + two).powi(2) / (one * one / 4.0 + two * two / 4.0);
        assert!((found.half - reach(0.95, freedom) * (one + two).sqrt()).abs() < 1e-12);
        assert!((freedom - 5.748).abs() < 1e-3 && (found.half - 1.939).abs() < 2e-3, "{freedom}, {found:?}");
        assert!(!found.excludes_zero());
    }

    #[test]
    fn equal_readings_are_not_taken_for_perfect_ones() {
        let same = sample(&[10.0, 10.0, 10.0]);
        assert!(interval(same, same, 0.99, 0.001).unwrap().half > 0.0);
        assert_eq!(interval(sample(&[1.0]), same, 0.99, 0.001), None);
    }

    #[test]
    fn more_noise_needs_more_rounds() {
        let rounds = |spread| rounds_for(0.18, spread, 0.99, 60);
        assert_eq!(rounds(0.001), Some(3));
        assert!(rounds(0.05) < rounds(0.1) && rounds(0.1) < rounds(0.2));
        assert_eq!(rounds(1.0), None);
    }
}
