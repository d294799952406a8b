//! Who was killed for want of memory: the main process, or a child of it?
//!
//! The engine's event and the kernel's counter both tell of a kill, neither says of whom. When the
//! main process ends with status 137 soon after, it was the one; when it lives on, a child was. The
//! engine's own flag is worth nothing while the process runs, and stale afterwards: it is set as well
//! when the main process ends by itself long after a child's kill.

use crate::units::Elapsed;

/// A main process killed for want of memory ends within some 50 ms of the kill.
const SETTLED: Elapsed = Elapsed::from_millis(500);

/// An event older than this, with no case open, repeats a kill that is already ascribed.
const FRESH: Elapsed = Elapsed::from_secs(1);

/// 128 + SIGKILL.
const KILLED: i32 = 137;

/// What is known about kills in one life of an instance. Time counts from its start.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Witnesses {
    kernel: Option<u64>,
    /// The counter was read after the end.
    last_word: bool,
    /// A kill that is not yet ascribed to anybody.
    open_since: Option<Elapsed>,
    /// When the engine last told of a kill that is not yet ascribed.
    event: Option<Elapsed>,
    child_before: bool,
}

/// What the witnesses say at the end of the main process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Testimony {
    /// The engine says that the main process ran out of memory.
    pub engine_says_oom: bool,
    /// The kernel's last word. `None` when it came too late to be heard.
    pub kernel_oom_kills: Option<u64>,
    /// A child was killed just before the main process ended by itself.
    pub child_too: bool,
}

impl Witnesses {
    /// The engine told of a kill.
    pub(super) fn engine_told(&mut self, now: Elapsed) {
        // Where the kernel can be read, its counter opens the case, now or at the next reading. An
        // event that comes late repeats a kill that is already ascribed.
        if self.kernel.is_none() {
            self.open_since.get_or_insert(now);
        }
        self.event = Some(now);
    }

    /// The kernel's counter was read.
    pub(super) fn kernel_counts(&mut self, now: Elapsed, kills: u64) {
        if kills > self.kernel.unwrap_or(0) {
            self.open_since.get_or_insert(now);
        }
        self.kernel = Some(kills);
    }

    /// The kernel's counter was read after the end of the main process.
    pub(super) fn kernel_ends_with(&mut self, now: Elapsed, kills: u64) {
        self.kernel_counts(now, kills);
        self.last_word = true;
    }

    /// When an open case is to be looked at again.
    pub(super) fn deadline(&self) -> Option<Elapsed> {
        self.open_since.map(|since| since + SETTLED)
    }

    /// The main process is dying, slowly: it waits for its CPU share. The case stays open.
    pub(super) fn postpone(&mut self, now: Elapsed) {
        self.open_since = self.open_since.map(|_| now);
    }

    /// Whether the main process has lived on for so long after a kill that it was a child's. Closes the case.
    pub(super) fn was_child(&mut self, now: Elapsed) -> bool {
        let due = self.deadline().is_some_and(|deadline| deadline <= now);
        if due {
            *self = Self { open_since: None, event: None, child_before: true, ..*self };
        }
        due
    }

    /// Whether a witness may still be on its way after an end with this status.
    pub(super) const fn in_doubt(&self, code: i32) -> bool {
        code == KILLED && self.event.is_none()
    }

    /// The main process ended with `code`; `flag` is the engine's own mark on the container.
    pub(super) fn at_end(&self, now: Elapsed, code: i32, flag: bool) -> Testimony {
        let killed = code == KILLED;
        let told = self.event.is_some_and(|at| self.open_since.is_some() || now.since(at) <= FRESH);
        Testimony {
            engine_says_oom: killed && (told || (flag && !self.child_before)),
            // "None so far" says nothing about the kill that may have been the end.
            kernel_oom_kills: self.kernel.filter(|kills| *kills > 0 || self.last_word),
            child_too: !killed && self.open_since.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn at(millis: u64) -> Elapsed {
        Elapsed::from_millis(millis)
    }

    #[test]
    fn a_main_process_killed_has_two_witnesses() {
        let mut witnesses = Witnesses::default();
        witnesses.kernel_counts(at(0), 0);
        witnesses.engine_told(at(100));
        witnesses.kernel_counts(at(105), 1);
        assert!(!witnesses.was_child(at(150)));
        let said = witnesses.at_end(at(160), 137, true);
        assert_eq!(said, Testimony { engine_says_oom: true, kernel_oom_kills: Some(1), child_too: false });
    }

    #[test]
    fn a_kill_that_the_main_process_outlives_was_a_childs_and_is_told_once() {
        let mut witnesses = Witnesses::default();
        witnesses.kernel_counts(at(0), 0);
        witnesses.kernel_counts(at(100), 1);
        witnesses.engine_told(at(140));
        assert!(!witnesses.was_child(at(599)));
        assert!(witnesses.was_child(at(600)));
        witnesses.kernel_counts(at(650), 1);
        assert!(!witnesses.was_child(at(9_000)));
    }

    #[test]
    fn a_late_event_does_not_tell_the_same_kill_again() {
        let mut witnesses = Witnesses::default();
        witnesses.kernel_counts(at(0), 0);
        witnesses.kernel_counts(at(100), 1);
        assert!(witnesses.was_child(at(600)));
        witnesses.engine_told(at(700));
        assert_eq!(witnesses.deadline(), None);
        assert!(!witnesses.at_end(at(9_000), 137, true).engine_says_oom);
    }

    #[test]
    fn the_engine_alone_is_witness_enough_where_the_kernel_cannot_be_read() {
        let mut witnesses = Witnesses::default();
        witnesses.engine_told(at(100));
        assert_eq!(witnesses.deadline(), Some(at(600)));
        assert!(witnesses.was_child(at(600)));
    }

    #[test]
    fn a_kill_from_outside_after_a_childs_death_is_not_called_out_of_memory() {
        let mut witnesses = Witnesses::default();
        witnesses.kernel_counts(at(100), 1);
        witnesses.engine_told(at(110));
        assert!(witnesses.was_child(at(700)));
        // The engine's flag is stale: it was set for the child.
        assert!(!witnesses.at_end(at(9_000), 137, true).engine_says_oom);
    }

    #[test]
    fn a_main_process_that_dies_slowly_is_waited_for() {
        let mut witnesses = Witnesses::default();
        witnesses.kernel_counts(at(100), 1);
        witnesses.engine_told(at(110));
        witnesses.postpone(at(600));
        assert!(!witnesses.was_child(at(700)));
        assert!(witnesses.at_end(at(900), 137, true).engine_says_oom);
    }

    #[test]
    fn a_plain_kill_has_no_witness() {
        let mut witnesses = Witnesses::default();
        witnesses.kernel_ends_with(at(990), 0);
        let said = witnesses.at_end(at(1_000), 137, false);
        assert_eq!(said, Testimony { engine_says_oom: false, kernel_oom_kills: Some(0), child_too: false });
    }

    #[test]
    fn a_parent_that_gives_up_over_its_childs_death_did_not_run_out_of_memory_itself() {
        let mut witnesses = Witnesses::default();
        witnesses.kernel_counts(at(0), 0);
        witnesses.kernel_counts(at(100), 1);
        witnesses.engine_told(at(120));
        let said = witnesses.at_end(at(200), 3, true);
        assert_eq!(said, Testimony { engine_says_oom: false, kernel_oom_kills: Some(1), child_too: true });
    }

    #[test]
    fn a_counter_read_before_the_end_does_not_speak_for_the_end() {
        let mut witnesses = Witnesses::default();
        witnesses.kernel_counts(at(0), 0);
        witnesses.engine_told(at(40));
        let said = witnesses.at_end(at(90), 137, true);
        assert_eq!((said.engine_says_oom, said.kernel_oom_kills), (true, None));
    }

    #[test]
    fn a_normal_end_with_a_stale_flag_is_not_out_of_memory() {
        assert!(!Witnesses::default().at_end(at(0), 0, true).engine_says_oom);
    }

    #[test]
    fn a_life_too_short_for_any_reading_rests_on_the_flag() {
        let witnesses = Witnesses::default();
        assert!(witnesses.in_doubt(137) && !witnesses.in_doubt(1));
        assert!(witnesses.at_end(at(9_000), 137, true).engine_says_oom);
    }

    proptest! {
        #[test]
        fn without_a_kill_nobody_says_out_of_memory(times in proptest::collection::vec(0_u64..5_000, 0..20), code in 0..256) {
            let mut witnesses = Witnesses::default();
            for time in times {
                witnesses.kernel_counts(at(time), 0);
                prop_assert!(!witnesses.was_child(at(time + 1_000)));
            }
            let said = witnesses.at_end(at(9_000), code, false);
            prop_assert!(!said.engine_says_oom && !said.child_too);
        }
    }
}
