use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::event::{LoadFailure, LoadReport, Spread};
use crate::units::Elapsed;

/// A day and longer counts as a day, so that a histogram cannot grow for ever.
const DAY: u64 = 86_400_000_000;

/// What came of the requests of a phase. Every request that was sent is in it, once.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) drained: u64,
    failures: BTreeMap<LoadFailure, u64>,
    warm: Times,
    cold: Times,
    service: Times,
    late: Times,
}

/// The moments of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) due: Elapsed,
    pub(super) sent: Elapsed,
    pub(super) ended: Elapsed,
}

impl Tally {
    pub(super) fn new() -> Self {
        let times = Times::new;
        Self {
            sent: 0,
            answered: 0,
            drained: 0,
            failures: BTreeMap::new(),
            warm: times(),
            cold: times(),
            service: times(),
            late: times(),
        }
    }

    pub(super) fn sent(&mut self, late: Elapsed) {
        self.sent += 1;
        self.late.add(late);
    }

    pub(super) fn answered(&mut self, at: Moments, cold: bool, drained: bool) {
        self.answered += 1;
        self.drained += u64::from(drained);
        let times = if cold { &mut self.cold } else { &mut self.warm };
        times.add(at.ended.since(at.due));
        self.service.add(at.ended.since(at.sent));
    }

    pub(super) fn failed(&mut self, how: LoadFailure, count: u64) {
        if count > 0 {
            *self.failures.entry(how).or_default() += count;
        }
    }

    pub(super) fn failures(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Requests that were sent and have not ended.
    pub(super) fn open(&self) -> u64 {
        self.sent.saturating_sub(self.answered + self.failures())
    }

    /// What is still open has ended this way.
    pub(super) fn give_up(&mut self, how: LoadFailure) {
        self.failed(how, self.open());
    }

    /// The counts and times of a phase in which `unsent` requests were due and never sent.
    pub(super) fn report(&self, unsent: u64) -> LoadReport {
        LoadReport {
            due: self.sent + unsent,
            answered: self.answered,
            failures: self.failures.clone(),
            unsent,
            drained: self.drained,
            warm: self.warm.spread(),
            cold: self.cold.spread(),
            service: self.service.spread(),
            late: self.late.spread(),
            ..LoadReport::default()
        }
    }
}

#[derive(Debug)]
struct Times(Histogram<u64>);

impl Times {
    #[expect(clippy::expect_used, reason = "three digits are within the one to five that are allowed")]
    fn new() -> Self {
        Self(Histogram::new(3).expect("three significant digits are valid"))
    }

    fn add(&mut self, time: Elapsed) {
        // It grows with its values, and a day is no reason to fail.
        self.0.record(time.micros().min(DAY)).ok();
    }

    /// The lowest value of each step, so that adding it up again hits the same step.
    fn spread(&self) -> Spread {
        let step = |value: u64| self.0.lowest_equivalent(value);
        Spread(self.0.iter_recorded().map(|step_| (step(step_.value_iterated_to()), step_.count_at_value())).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_open_is_given_up() {
        let mut tally = Tally::new();
        (0..5).for_each(|_| tally.sent(Elapsed::ZERO));
        let at = Moments { due: Elapsed::ZERO, sent: Elapsed::from_millis(2), ended: Elapsed::from_millis(9) };
        tally.answered(at, false, true);
        tally.failed(LoadFailure::Cut, 1);
        tally.give_up(LoadFailure::GivenUp);
        let report = tally.report(4);
        assert_eq!((report.due, report.answered, report.failed(), report.unsent, report.drained), (9, 1, 4, 4, 1));
        assert_eq!(report.failures[&LoadFailure::GivenUp], 3);
        assert_eq!((report.warm.0, report.service.0), (vec![(9_000, 1)], vec![(7_000, 1)]));
    }

    proptest! {
        #[test]
        fn spreads_rise_keep_three_digits_and_add_up_again(values in proptest::collection::vec(0_u64..100_000_000_000, 0..50)) {
            let mut times = Times::new();
            for value in &values {
                times.add(Elapsed::from_micros(*value));
            }
            let spread = times.spread();
            prop_assert_eq!(spread.count(), values.len() as u64);
            prop_assert!(spread.0.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for value in values.iter().map(|value| (*value).min(DAY)) {
                prop_assert!(spread.0.iter().any(|(seen, _)| *seen <= value && value - seen <= value / 1_000 + 1));
            }
            let mut again = Times::new();
            spread.0.iter().for_each(|(value, count)| again.0.record_n(*value, *count).unwrap());
            prop_assert_eq!(again.spread(), spread);
        }
    }
}
