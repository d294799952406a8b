use crate::spec::RestartRules;
use crate::units::Elapsed;

/// Failures in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Streak(u32);

impl Streak {
    /// One more failure, after having served for `served`. Returns the pause before the next start.
    pub fn failed(&mut self, served: Elapsed, rules: &RestartRules) -> Elapsed {
        if served >= rules.reset_after {
            self.0 = 0;
        }
        self.0 = self.0.saturating_add(1);
        pause(self.0, rules)
    }

    /// The user acted: the next failure is a first one.
    pub fn clear(&mut self) {
        self.0 = 0;
    }
}

/// The pause after the `nth` failure in a row: `delay` multiplied by `factor` for each one before it.
fn pause(nth: u32, rules: &RestartRules) -> Elapsed {
    let mut micros = u128::from(rules.delay.micros());
    let most = u128::from(rules.delay_max.micros());
    for _ in 1..nth {
        let longer = micros * u128::from(rules.factor_percent) / 100;
        if longer == micros || micros >= most {
            break;
        }
        micros = longer;
    }
    Elapsed::from_micros(u64::try_from(micros.min(most)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::spec::RestartPolicy;

    fn rules(delay: u64, factor_percent: u32, delay_max: u64) -> RestartRules {
        RestartRules {
            policy: RestartPolicy::Always,
            delay: Elapsed::from_secs(delay),
            factor_percent,
            delay_max: Elapsed::from_secs(delay_max),
            reset_after: Elapsed::from_secs(600),
            scheduled: None,
        }
    }

    #[test]
    fn pauses_grow_by_the_factor_up_to_the_longest() {
        let rules = rules(10, 200, 60);
        let mut streak = Streak::default();
        let pauses: Vec<u64> = (0..5).map(|_| streak.failed(Elapsed::ZERO, &rules).millis() / 1_000).collect();
        assert_eq!(pauses, [10, 20, 40, 60, 60]);
    }

    #[test]
    fn serving_long_enough_makes_the_next_failure_a_first_one() {
        let rules = rules(10, 200, 60);
        let mut streak = Streak::default();
        streak.failed(Elapsed::ZERO, &rules);
        streak.failed(Elapsed::from_secs(599), &rules);
        assert_eq!(streak.failed(Elapsed::from_secs(600), &rules), Elapsed::from_secs(10));
    }

    proptest! {
        #[test]
        fn a_pause_never_exceeds_the_longest(delay: u64, factor: u32, most: u64, nth in 1_u32..10_000) {
            let mut rules = rules(0, factor, 0);
            rules.delay = Elapsed::from_micros(delay);
            rules.delay_max = Elapsed::from_micros(most);
            prop_assert!(pause(nth, &rules) <= rules.delay_max);
        }
    }
}
