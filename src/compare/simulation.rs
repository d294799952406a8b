//! Does the method keep its word? Thousands of made-up rounds, the same ones every time.

use super::difference::compare_all;
use super::{Finding, Metric};

/// Random numbers that are the same on every machine (splitmix64, Steele and others 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap()) / f64::from(u32::MAX)
    }

    /// A normal deviate (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let (one, two) = (self.roll().max(1e-12), self.roll());
        (-2.0 * one.ln()).sqrt() * (2.0 * std::f64::consts::PI * two).cos()
    }

    /// One value of every metric in so many rounds, with this relative noise, `factor` times the usual size.
    fn arm(&mut self, rounds: usize, noise: f64, factor: f64) -> Vec<(Metric, Vec<f64>)> {
        let size = |metric: Metric| match metric {
            Metric::Need => 300.0 * 1_048_576.0,
            Metric::Throttled | Metric::Errors => 30.0,
            Metric::Achieved => 60.0,
            _ => 20_000.0,
        };
        let values =
            |dice: &mut Self, size: f64| (0..rounds).map(|_| size * factor * (noise * dice.normal()).exp()).collect();
        Metric::ALL.iter().map(|metric| (*metric, values(self, size(*metric)))).collect()
    }
}

/// In how many of 200 comparisons, and in how many of its metrics, something was found.
fn found(rounds: usize, noise: [f64; 2], factor: f64, wanted: Finding) -> (usize, usize) {
    let mut dice = Dice(7);
    let once = || {
        let (one, two) = (dice.arm(rounds, noise[0], 1.0), dice.arm(rounds, noise[1], factor));
        let pairs =
            one.iter().zip(&two).map(|((metric, base), (_, other))| (*metric, (base.as_slice(), other.as_slice())));
        compare_all(pairs).iter().filter(|one| one.finding == wanted).count()
    };
    let counts: Vec<usize> = std::iter::repeat_with(once).take(200).collect();
    (counts.iter().filter(|count| **count > 0).count(), counts.iter().sum())
}

#[test]
fn the_same_thing_twice_differs_at_most_once_in_twenty() {
    for rounds in [3, 5] {
        for noise in [0.005, 0.03, 0.1] {
            let (comparisons, _) = found(rounds, [noise, noise], 1.0, Finding::Differs);
            assert!(comparisons <= 10, "{comparisons} of 200 with {rounds} rounds and noise {noise}");
        }
    }
}

/// Where one side is ten times as noisy as the other, three values tell too little of their own spread for
/// Welch's degrees of freedom to be right. How far the method may err there is written down here.
#[test]
fn one_noisy_side_errs_in_at_most_one_of_eight() {
    for rounds in [3, 5] {
        let (comparisons, _) = found(rounds, [0.02, 0.2], 1.0, Finding::Differs);
        assert!(comparisons <= 24, "{comparisons} of 200 with {rounds} rounds");
    }
}

#[test]
fn a_difference_of_30_percent_is_found_at_3_percent_noise() {
    let all = 200 * Metric::ALL.len();
    for (rounds, least) in [(3, 80), (4, 97), (5, 99)] {
        let (_, metrics) = found(rounds, [0.03, 0.03], 1.3, Finding::Differs);
        assert!(metrics * 100 >= least * all, "{metrics} of {all} with {rounds} rounds");
    }
}

#[test]
fn noise_that_hides_a_fifth_is_never_called_no_difference() {
    let (_, same) = found(3, [0.5, 0.5], 1.2, Finding::NoRealDifference);
    let all = 200 * Metric::ALL.len();
    assert!(same * 10 <= all, "{same} of {all}");
}
