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

    /// A time from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: Elapsed, most: Elapsed) -> Elapsed {
        let room = most.since(least).micros().saturating_add(1);
        least + Elapsed::from_micros(self.below(room))
    }
}

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
    fn streams_of_one_seed_differ() {
        let take = |stream| {
            let mut draw = Draw::new(1, stream);
            (0..4).map(|_| draw.next()).collect::<Vec<_>>()
        };
        assert_ne!(take(0), take(1));
        assert_eq!(take(1), take(1));
    }
}
