use crate::spec::Burst;
use crate::units::{Elapsed, Millicores};

/// An empty bank opens again only when it holds this much CPU time, or all that it can hold. At a full
/// core that is two rounds of samples, so that the share does not change with every one of them.
pub(super) const ENOUGH: Elapsed = Elapsed::from_millis(100);

/// The bank of unused CPU time of one life.
///
/// It earns the guaranteed share of every second and pays for all CPU time that is used, so only what
/// is used above that share makes it smaller. emu learns of use with each sample: what was used after
/// the last of it was spent is owed, and paid back before the bank fills again. Over a long time the
/// app therefore has exactly what it started with, and its share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bank {
    share: Millicores,
    /// Nanoseconds of CPU time, as all below: a thousandth of a core for a microsecond is one.
    cap: i128,
    /// Below zero, what is owed.
    balance: i128,
    dry: bool,
    /// The last reading: its moment, and the counter of CPU time.
    at: Elapsed,
    used: Elapsed,
}

impl Bank {
    /// The bank of a process that begins at `now`, and earns `share`.
    pub fn new(burst: &Burst, share: Millicores, now: Elapsed) -> Self {
        let cap = nanos(burst.cap);
        let balance = nanos(burst.start).min(cap);
        Self { share, cap, balance, dry: balance <= 0, at: now, used: Elapsed::ZERO }
    }

    /// The counter of CPU time stood at `used`. One that goes back is not believed.
    pub fn counted(&mut self, now: Elapsed, used: Elapsed) {
        let earned = i128::from(self.share.get()) * i128::from(now.since(self.at).micros());
        let paid = nanos(used.since(self.used));
        self.balance = (self.balance + earned - paid).min(self.cap);
        self.dry = if self.dry { self.balance < nanos(ENOUGH).min(self.cap).max(1) } else { self.balance <= 0 };
        (self.at, self.used) = (self.at.max(now), self.used.max(used));
    }

    /// Whether it has run dry, and does not hold enough yet.
    pub fn is_dry(&self) -> bool {
        self.dry
    }

    /// What it held at the last reading.
    pub fn holds(&self) -> Elapsed {
        Elapsed::from_micros(u64::try_from(self.balance / 1_000).unwrap_or(0))
    }
}

fn nanos(time: Elapsed) -> i128 {
    i128::from(time.micros()) * 1_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIXTEENTH: Millicores = Millicores::new(63);

    fn burst(start: u64, cap: u64) -> Burst {
        Burst { start: Elapsed::from_millis(start), cap: Elapsed::from_millis(cap), share: Millicores::new(1_000) }
    }

    fn bank(start: u64, cap: u64) -> Bank {
        Bank::new(&burst(start, cap), SIXTEENTH, Elapsed::ZERO)
    }

    /// Samples every 50 ms of an app that uses `permille` thousandths of a core from now on.
    fn use_for(bank: &mut Bank, millis: u64, permille: u64) {
        for _ in 0..millis / 50 {
            let used = bank.used + Elapsed::from_micros(50 * permille);
            bank.counted(bank.at + Elapsed::from_millis(50), used);
        }
    }

    #[test]
    fn a_bank_of_5_s_lasts_5_s_and_a_sixteenth_at_a_whole_core() {
        let mut bank = bank(5_000, 500_000);
        // 5 s / (1 − 0.063)
        use_for(&mut bank, 5_300, 1_000);
        assert!(!bank.is_dry(), "{bank:?}");
        use_for(&mut bank, 50, 1_000);
        assert!(bank.is_dry(), "{bank:?}");
        assert_eq!(bank.holds(), Elapsed::ZERO);
    }

    #[test]
    fn a_full_bank_lasts_as_long_as_the_platform_says() {
        let mut bank = bank(500_000, 500_000);
        // 500 s / (1 − 0.063) = 533.6 s
        use_for(&mut bank, 533_600, 1_000);
        assert!(!bank.is_dry(), "{bank:?}");
        use_for(&mut bank, 50, 1_000);
        assert!(bank.is_dry(), "{bank:?}");
    }

    #[test]
    fn an_app_that_uses_its_share_keeps_its_bank_and_an_idle_one_fills_it() {
        let mut bank = bank(5_000, 6_000);
        use_for(&mut bank, 60_000, 63);
        assert_eq!(bank.holds(), Elapsed::from_secs(5));
        use_for(&mut bank, 10_000, 0);
        assert_eq!(bank.holds(), Elapsed::from_millis(5_630));
        use_for(&mut bank, 60_000, 0);
        assert_eq!(bank.holds(), Elapsed::from_secs(6), "no more than it can hold");
    }

    #[test]
    fn an_empty_bank_opens_when_it_holds_enough_and_closes_when_it_holds_nothing() {
        let mut bank = bank(0, 500_000);
        assert!(bank.is_dry());
        use_for(&mut bank, 1_550, 0);
        assert!(bank.is_dry(), "{bank:?}");
        use_for(&mut bank, 50, 0);
        assert!(!bank.is_dry(), "100 ms after 1.6 s: {bank:?}");
        use_for(&mut bank, 100, 1_000);
        assert!(!bank.is_dry(), "{bank:?}");
        use_for(&mut bank, 50, 1_000);
        assert!(bank.is_dry(), "{bank:?}");
    }

    #[test]
    fn what_was_used_beyond_the_end_is_paid_back_first() {
        let mut bank = bank(10, 500_000);
        use_for(&mut bank, 50, 1_000);
        assert_eq!(bank.holds(), Elapsed::ZERO);
        // 10 + 3.15 − 50 ms: 36.85 are owed, and 100 are needed on top.
        use_for(&mut bank, 2_150, 0);
        assert!(bank.is_dry(), "{bank:?}");
        use_for(&mut bank, 50, 0);
        assert!(!bank.is_dry(), "{bank:?}");
    }

    #[test]
    fn a_small_bank_opens_when_it_is_full_and_one_that_holds_nothing_never_does() {
        let mut small = bank(0, 10);
        use_for(&mut small, 200, 0);
        assert!(!small.is_dry());
        let mut none = bank(0, 0);
        use_for(&mut none, 60_000, 0);
        assert!(none.is_dry());
    }

    fn readings() -> impl Strategy<Value = Vec<(u64, u64)>> {
        // Microseconds of time and of CPU: more than a core, and counters that stand still.
        prop::collection::vec((0_u64..2_000_000, prop_oneof![Just(0), 0_u64..4_000_000]), 0..60)
    }

    proptest! {
        #[test]
        fn it_holds_nothing_less_than_nothing_and_no_more_than_it_can(
            (start, cap) in (0_u64..20_000, 0_u64..20_000),
            readings in readings(),
        ) {
            let mut bank = bank(start, cap);
            let mut owed = false;
            for (time, cpu) in readings {
                bank.counted(bank.at + Elapsed::from_micros(time), bank.used + Elapsed::from_micros(cpu));
                prop_assert!(bank.holds() <= Elapsed::from_millis(cap));
                owed |= bank.balance < 0;
                prop_assert!(!owed || bank.balance > 0 || bank.is_dry(), "nothing left, and open: {bank:?}");
                prop_assert!(bank.is_dry() || bank.balance > 0);
            }
        }

        #[test]
        fn nothing_is_lost_between_what_is_earned_and_what_is_paid(start in 0_u64..20_000, readings in readings()) {
            let mut bank = Bank::new(&Burst { cap: Elapsed::MAX, ..burst(start, 0) }, SIXTEENTH, Elapsed::ZERO);
            let (mut time_all, mut cpu_all) = (0, 0);
            for (time, cpu) in readings {
                bank.counted(bank.at + Elapsed::from_micros(time), bank.used + Elapsed::from_micros(cpu));
                (time_all, cpu_all) = (time_all + i128::from(time), cpu_all + i128::from(cpu));
                prop_assert_eq!(bank.balance, i128::from(start) * 1_000_000 + time_all * 63 - cpu_all * 1_000);
            }
        }

        #[test]
        fn it_does_not_matter_how_often_it_is_read_while_nothing_is_spent(
            start in 0_u64..20_000,
            steps in prop::collection::vec(0_u64..2_000_000, 0..60),
        ) {
            let (mut often, mut once) = (bank(start, 20_000), bank(start, 20_000));
            for step in steps {
                often.counted(often.at + Elapsed::from_micros(step), Elapsed::ZERO);
            }
            once.counted(often.at, Elapsed::ZERO);
            prop_assert_eq!(often.balance, once.balance);
        }

        #[test]
        fn it_opens_and_closes_only_over_the_distance_between(start in 0_u64..20_000, readings in readings()) {
            let mut bank = bank(start, 20_000);
            let mut before = bank.dry;
            for (time, cpu) in readings {
                bank.counted(bank.at + Elapsed::from_micros(time), bank.used + Elapsed::from_micros(cpu));
                if bank.dry != before {
                    let cause = if bank.dry { bank.balance <= 0 } else { bank.balance >= nanos(ENOUGH) };
                    prop_assert!(cause, "it turned without a cause: {bank:?}");
                }
                before = bank.dry;
            }
        }

        #[test]
        fn a_counter_or_a_clock_that_goes_back_breaks_nothing(readings in prop::collection::vec((any::<u64>(), any::<u64>()), 0..20)) {
            let mut bank = bank(5_000, 10_000);
            for (time, cpu) in readings {
                bank.counted(Elapsed::from_micros(time), Elapsed::from_micros(cpu));
                prop_assert!(bank.holds() <= Elapsed::from_secs(10));
            }
        }
    }
}
