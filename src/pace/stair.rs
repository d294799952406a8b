use std::collections::{BTreeSet, VecDeque};

use crate::scenario::Climb;
use crate::units::{Elapsed, Memory};

/// Memory is steady when it has moved no more than this for [`QUIET`], or than a fiftieth of itself.
const STILL: Memory = Memory::from_mib(2);
/// For so long.
const QUIET: Elapsed = Elapsed::from_secs(1);
/// What never gets steady is waited for no longer than this: the next user comes then all the same.
const PATIENCE: Elapsed = Elapsed::from_secs(10);
/// With fewer turns than this, one that is slow may be chance, and more of them are waited for.
const ENOUGH: u64 = 20;

/// One step of a climb: so many users are there, the last of whom has just come. Is the next one due?
///
/// Told what happens and when, it answers only from that. Times count from the beginning of the step.
#[derive(Debug)]
pub struct Stair {
    users: u32,
    within: Elapsed,
    /// Whoever has had a turn in this step.
    seen: BTreeSet<u32>,
    turns: u64,
    slow: u64,
    failed: u64,
    /// The need of the app, as far back as it matters.
    needs: VecDeque<(Elapsed, Memory)>,
}

/// What a step has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footing {
    /// Nothing yet.
    Unsure,
    /// Everybody had a turn, and the app is steady.
    Firm,
    /// More turns took too long than may.
    Slow,
    /// More turns failed than may.
    Failing,
}

impl Stair {
    /// A step with so many users. A turn is slow beyond `within`.
    pub fn new(users: u32, within: Elapsed) -> Self {
        let (seen, needs) = (BTreeSet::new(), VecDeque::new());
        Self { users, within, seen, turns: 0, slow: 0, failed: 0, needs }
    }

    /// The app needs so much now.
    pub fn felt(&mut self, now: Elapsed, need: Memory) {
        self.needs.push_back((now, need));
        // One that is older than what is looked at stays: the time before it counts as quiet up to there.
        while self.needs.get(1).is_some_and(|(at, _)| now.since(*at) >= QUIET) {
            self.needs.pop_front();
        }
    }

    /// A user's turn took so long and came out well; or it did not.
    pub fn turned(&mut self, user: u32, took: Option<Elapsed>) {
        self.seen.insert(user);
        self.turns += 1;
        match took {
            Some(took) => self.slow += u64::from(took > self.within),
            None => self.failed += 1,
        }
    }

    /// Where the step stands.
    pub fn footing(&self, now: Elapsed) -> Footing {
        let everybody = self.seen.len() >= self.users as usize;
        let patient = now < self.patience();
        let doubtful = self.slow + self.failed > 0;
        if patient && (!everybody || !self.is_steady(now) || doubtful && self.turns < ENOUGH) {
            return Footing::Unsure;
        }
        match (Climb::is_too_slow(self.failed, self.turns), Climb::is_too_slow(self.slow + self.failed, self.turns)) {
            (true, _) => Footing::Failing,
            (false, true) => Footing::Slow,
            // Whoever has had no turn in all that time waits for one.
            (false, false) if !everybody => Footing::Slow,
            (false, false) => Footing::Firm,
        }
    }

    /// Turns may take long where they are allowed to.
    fn patience(&self) -> Elapsed {
        PATIENCE.max(Elapsed::from_micros(self.within.micros().saturating_mul(4)))
    }

    fn is_steady(&self, now: Elapsed) -> bool {
        let long_enough = self.needs.front().is_some_and(|(at, _)| now.since(*at) >= QUIET);
        let values = || self.needs.iter().map(|(_, need)| need.bytes());
        let (least, most) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
        long_enough && most - least <= STILL.bytes().max(most / 50)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secs(seconds: u64) -> Elapsed {
        Elapsed::from_secs(seconds)
    }

    /// The app needs this much from the beginning to `until`, in steps of 100 ms.
    fn feel(stair: &mut Stair, (from, until): (u64, u64), need: impl Fn(u64) -> u64) {
        for tenth in from * 10..=until * 10 {
            stair.felt(Elapsed::from_millis(tenth * 100), Memory::from_mib(need(tenth)));
        }
    }

    #[test]
    fn the_next_one_comes_when_everybody_had_a_turn_and_memory_is_steady() {
        let mut stair = Stair::new(2, secs(3));
        feel(&mut stair, (0, 1), |_| 100);
        stair.turned(0, Some(secs(1)));
        assert_eq!(stair.footing(secs(1)), Footing::Unsure);
        stair.turned(1, Some(secs(1)));
        assert_eq!(stair.footing(secs(1)), Footing::Firm);
        feel(&mut stair, (1, 2), |tenth| 90 + tenth);
        assert_eq!(stair.footing(secs(2)), Footing::Unsure);
        feel(&mut stair, (2, 3), |_| 110);
        assert_eq!(stair.footing(secs(3)), Footing::Firm);
    }

    #[test]
    fn what_never_gets_steady_is_not_waited_for_for_ever() {
        let mut stair = Stair::new(1, secs(1));
        stair.turned(0, Some(secs(1)));
        feel(&mut stair, (0, 10), |tenth| 100 + tenth * 5);
        assert_eq!(stair.footing(secs(9)), Footing::Unsure);
        assert_eq!(stair.footing(secs(10)), Footing::Firm);
    }

    #[test]
    fn one_slow_turn_of_a_few_is_looked_at_again() {
        let mut stair = Stair::new(1, secs(1));
        feel(&mut stair, (0, 2), |_| 100);
        stair.turned(0, Some(secs(2)));
        assert_eq!(stair.footing(secs(2)), Footing::Unsure);
        (0..19).for_each(|_| stair.turned(0, Some(secs(1))));
        assert_eq!(stair.footing(secs(2)), Footing::Firm);
        stair.turned(0, Some(secs(2)));
        assert_eq!(stair.footing(secs(2)), Footing::Slow);
    }

    #[test]
    fn failures_are_told_from_slowness_and_silence_is_slow() {
        let mut stair = Stair::new(1, secs(1));
        stair.turned(0, None);
        assert_eq!(stair.footing(secs(10)), Footing::Failing);
        assert_eq!(Stair::new(1, secs(1)).footing(secs(10)), Footing::Slow);
    }

    proptest! {
        #[test]
        fn every_step_ends(turns in proptest::collection::vec((0_u32..5, proptest::option::of(0_u64..9)), 0..40), within in 1_u64..5) {
            let mut stair = Stair::new(5, secs(within));
            for (user, took) in turns {
                stair.turned(user, took.map(secs));
            }
            prop_assert_ne!(stair.footing(secs(20)), Footing::Unsure);
        }
    }
}
