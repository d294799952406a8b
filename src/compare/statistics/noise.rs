use super::welch::Sample;

/// How far rounds of the same thing lie apart: the standard deviations of all groups as one, each with
/// the weight of its degrees of freedom, sqrt(Σ (nᵢ−1) sᵢ² / Σ (nᵢ−1)). `None` when no group has two values.
///
/// On logarithms, this is the relative spread of a machine that measures the same thing again and again:
/// what an A/A comparison shows.
pub fn pooled(groups: impl IntoIterator<Item = Sample>) -> Option<f64> {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for group in groups {
        let own = f64::from(group.count.saturating_sub(1));
        squares += own * group.variance;
        freedom += own;
    }
    (freedom > 0.0).then(|| (squares / freedom).sqrt())
}

/// The middle one of the values; between the two middle ones where their number is even. `None` without values.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[middle - 1], upper) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_pooled_by_their_degrees_of_freedom() {
        let group = |values: &[f64]| Sample::of(values).unwrap();
        // Variances 1 (two degrees) and 4 (one degree): (2·1 + 1·4) / 3 = 2.
        let eight = 2.0 * 2.0_f64.sqrt();
        let found = pooled([group(&[1.0, 2.0, 3.0]), group(&[0.0, eight])]).unwrap();
        assert!((found - 2.0_f64.sqrt()).abs() < 1e-12, "{found}");
        assert_eq!(pooled([group(&[1.0])]), None);
    }

    #[test]
    fn the_middle_is_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
