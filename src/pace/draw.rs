use crate::scenario::Think;
use crate::units::Elapsed;

/// Numbers that look drawn by chance, and are the same for the same seed on every machine.
///
/// `SplitMix64` of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014):
/// eight bytes of state and ten lines, good enough to choose among calls and pauses.
#[derive(Debug, Clone)]
pub(super) struct Draw(u64);

impl Draw {
    /// A sequence of its own for every pair of numbers.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(mix(seed ^ mix(stream.wrapping_add(GAMMA))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// A number below `end`; zero when `end` is zero. All are equally likely, to one part in 2^64 / `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(end);
        // The upper half is below 2^64.
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A pause of somebody who thinks like that. Longer than a week it never is.
    ///
    /// The last microsecond of a pause with a tail is up to the logarithm of the platform.
    pub(super) fn pause(&mut self, think: Think) -> Elapsed {
        match think {
            Think::Between { least, most } => self.between(least, most),
            Think::Exponential { mean } => rounded(-(1.0 - self.share()).ln() * mean.secs_f64()),
            Think::LogNormal { middle, p95 } => {
                let width = (p95.secs_f64() / middle.secs_f64()).ln() / NORMAL_P95;
                rounded(middle.secs_f64() * (width * self.normal()).exp())
            }
        }
    }

    /// From zero to below one, in steps of 2^-53.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what is left")]
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normally distributed around zero, with the width one (Box and Muller, 1958).
    fn normal(&mut self) -> f64 {
        let far = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        far * (std::f64::consts::TAU * self.share()).cos()
    }

    /// A time from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: Elapsed, most: Elapsed) -> Elapsed {
        let room = most.since(least).micros().saturating_add(1);
        least + Elapsed::from_micros(self.below(room))
    }
}

/// 95 of 100 values of the normal distribution with the width one are below it.
const NORMAL_P95: f64 = 1.644_853_627;

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below zero, and at most a week")]
fn rounded(seconds: f64) -> Elapsed {
    Elapsed::from_micros((seconds.clamp(0.0, WEEK) * 1e6).round() as u64)
}

/// In seconds: no pause is longer.
const WEEK: f64 = 7.0 * 86_400.0;

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(state: u64) -> u64 {
    let mut z = state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_the_paper() {
        // The first values of the reference implementation for the state 1234567.
        let mut draw = Draw(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| draw.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn numbers_are_evenly_spread() {
        let mut draw = Draw::new(7, 0);
        let mut counts = [0_u32; 10];
        (0..100_000).for_each(|_| counts[usize::try_from(draw.below(10)).unwrap()] += 1);
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        assert_eq!(draw.below(0), 0);
    }

    #[test]
    fn pauses_are_spread_as_they_are_called() {
        let sorted = |think: Think| {
            let mut draw = Draw::new(7, 0);
            let mut pauses: Vec<f64> = (0..20_000).map(|_| draw.pause(think).secs_f64()).collect();
            pauses.sort_by(f64::total_cmp);
            pauses
        };
        let near = |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 0.04, "{found} is not {wanted}");
        let exponential = sorted(Think::Exponential { mean: Elapsed::from_secs(2) });
        near(exponential.iter().sum::<f64>() / 20_000.0, 2.0);
        near(exponential[10_000], 2.0 * std::f64::consts::LN_2);
        let log_normal = sorted(Think::LogNormal { middle: Elapsed::from_secs(2), p95: Elapsed::from_secs(10) });
        near(log_normal[10_000], 2.0);
        near(log_normal[19_000], 10.0);
        near(log_normal[1_000], 0.4);
    }

    #[test]
    fn streams_of_one_seed_differ() {
        let take = |stream| {
            let mut draw = Draw::new(1, stream);
            (0..4).map(|_| draw.next()).collect::<Vec<_>>()
        };
        assert_ne!(take(0), take(1));
        assert_eq!(take(1), take(1));
    }
}
