use super::rules::MemoryLimits;
use crate::spec::AtLimit;
use crate::units::{Elapsed, Memory};

/// A process that lives this long after a kill in its group has survived it.
const SURVIVED: Elapsed = Elapsed::from_secs(2);

/// What is known about the memory of a running instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Watch {
    need: Option<Memory>,
    /// Whether the kernel's counter is read; if so, nothing else counts.
    has_counter: bool,
    kills: u64,
    kills_before: u64,
    killed_at: Elapsed,
    next_look: Elapsed,
}

impl Watch {
    /// The need in the last sample, or what it was when memory ran out a moment ago: the samples
    /// between a kill and the end that it leads to show a group that is being emptied.
    pub fn need(&self) -> Option<Memory> {
        self.need
    }

    /// Takes in a sample. Returns whether the platform looked just now and saw the app above its limit.
    pub fn sampled(&mut self, now: Elapsed, need: Memory, limits: &MemoryLimits) -> bool {
        let before_the_kill = self.need.filter(|_| self.survived(now) < self.kills);
        self.need = Some(need).max(before_the_kill);
        if limits.at_limit != AtLimit::SlowThenKill || limits.slow_check == Elapsed::ZERO || now < self.next_look {
            return false;
        }
        self.next_look = now + limits.slow_check;
        need > limits.limit
    }

    /// The kernel's counter of kills stood at `kills`.
    pub fn counted(&mut self, now: Elapsed, kills: u64) {
        self.has_counter = true;
        self.rise(now, kills);
    }

    /// A kill was told by an engine that may have no counter.
    pub fn child_killed(&mut self, now: Elapsed) {
        if !self.has_counter {
            self.rise(now, self.kills + 1);
        }
    }

    fn rise(&mut self, now: Elapsed, kills: u64) {
        if kills > self.kills {
            self.kills_before = self.survived(now);
            self.kills = kills;
            self.killed_at = now;
        }
    }

    /// Kills that the main process had outlived at `now`.
    pub fn survived(&self, now: Elapsed) -> u64 {
        if now.since(self.killed_at) >= SURVIVED { self.kills } else { self.kills_before }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: MemoryLimits = MemoryLimits {
        limit: Memory::from_mib(512),
        at_limit: AtLimit::SlowThenKill,
        slow_check: Elapsed::from_secs(20),
    };

    #[test]
    fn the_slow_zone_is_seen_once_per_look() {
        let mut watch = Watch::default();
        let above = Memory::from_mib(513);
        assert!(!watch.sampled(Elapsed::from_secs(0), Memory::from_mib(512), &LIMITS), "at the limit is not above it");
        assert!(!watch.sampled(Elapsed::from_secs(19), above, &LIMITS));
        assert!(watch.sampled(Elapsed::from_secs(20), above, &LIMITS));
        assert!(!watch.sampled(Elapsed::from_secs(21), above, &LIMITS));
        assert!(watch.sampled(Elapsed::from_secs(40), above, &LIMITS));
    }

    #[test]
    fn a_plan_without_a_slow_zone_never_looks() {
        let limits = MemoryLimits { at_limit: AtLimit::KillAndRestart, ..LIMITS };
        assert!(!Watch::default().sampled(Elapsed::from_secs(99), Memory::from_mib(600), &limits));
    }

    #[test]
    fn samples_of_a_group_that_is_being_emptied_do_not_hide_what_it_needed() {
        let mut watch = Watch::default();
        let mut sampled = |millis, mib, kills| {
            let at = Elapsed::from_millis(millis);
            watch.counted(at, kills);
            watch.sampled(at, Memory::from_mib(mib), &LIMITS);
            watch.need().map(|need| need.bytes() >> 20)
        };
        assert_eq!(sampled(10_000, 511, 0), Some(511));
        assert_eq!(sampled(10_050, 400, 1), Some(511));
        assert_eq!(sampled(10_100, 1, 1), Some(511));
        assert_eq!(sampled(12_050, 90, 1), Some(90), "it has survived: a child was killed");
    }

    #[test]
    fn a_kill_counts_as_survived_after_two_seconds() {
        let mut watch = Watch::default();
        watch.counted(Elapsed::from_secs(10), 1);
        assert_eq!(watch.survived(Elapsed::from_secs(11)), 0);
        assert_eq!(watch.survived(Elapsed::from_secs(12)), 1);
        watch.child_killed(Elapsed::from_secs(20));
        assert_eq!(watch.survived(Elapsed::from_secs(30)), 1, "told of the kill that was counted already");
        watch.counted(Elapsed::from_secs(20), 2);
        assert_eq!(watch.survived(Elapsed::from_secs(21)), 1);
        assert_eq!(watch.survived(Elapsed::from_secs(22)), 2);
    }
}
