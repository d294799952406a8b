//! What visitors, the user and the meter ask for.

use super::Lifecycle;
use super::phase::{Origin, Phase, Then};
use super::setback::never_served;
use super::slot::{Means, Slot};
use crate::event::{Finish, Gate, Hold, Kind, RequestId, STOPPING, Why};
use crate::spec::{Cause, LineKind};
use crate::units::Elapsed;

impl Lifecycle {
    /// One start is outstanding at most, and no wake is lost: what comes while the app starts is
    /// served by that start, and what comes while it is put to sleep is remembered.
    pub(super) fn asked_to_wake(&mut self, now: Elapsed, by: Option<RequestId>) {
        match &self.phase {
            Phase::Asleep => {
                self.wake_line(by);
                self.start(Origin::Wake, now, Why::Wake);
            }
            Phase::Stopping(Then::Sleep) => {
                self.wake_line(by);
                self.phase = Phase::Stopping(Then::Wake { asked: now });
                self.set_gate(Gate::Hold(Hold::Waking));
            }
            _ => {}
        }
    }

    fn wake_line(&mut self, by: Option<RequestId>) {
        self.publish(Kind::WakeAsked { by });
        self.line(LineKind::Waking, &[]);
    }

    pub(super) fn asked_to_sleep(&mut self) {
        match &self.phase {
            Phase::Starting { .. } | Phase::Serving | Phase::Draining | Phase::Backoff { .. } => self.sleep(Why::Asked),
            Phase::Stopping(Then::Wake { .. } | Then::Restart(_)) => {
                self.phase = Phase::Stopping(Then::Sleep);
                self.set_gate(Gate::Hold(Hold::Asleep));
            }
            _ => {}
        }
    }

    fn sleep(&mut self, why: Why) {
        self.line(LineKind::Sleeping, &[]);
        self.set_gate(Gate::Hold(Hold::Asleep));
        self.enter(Phase::Stopping(Then::Sleep), why);
    }

    pub(super) fn asked_to_restart(&mut self, now: Elapsed) {
        match &self.phase {
            Phase::Asleep | Phase::Stopping(Then::Sleep) => self.asked_to_wake(now, None),
            // One that was not started yet is about to be.
            Phase::Starting { .. } if !self.slot.has_process() => {}
            Phase::Starting { .. } | Phase::Serving | Phase::Draining => self.restart(Why::Asked),
            Phase::Backoff { .. } | Phase::Suspended => {
                self.streak.clear();
                self.given_up = None;
                self.start(Origin::Restart, now, Why::Asked);
            }
            Phase::Stopping(_) | Phase::Gone => {}
        }
    }

    /// Stops and starts an app that has done nothing wrong: visitors are held as in a wake.
    pub(super) fn restart(&mut self, why: Why) {
        self.set_gate(Gate::Hold(Hold::Waking));
        self.enter(Phase::Stopping(Then::Restart(why.clone())), why);
    }

    /// The meter was read; `last` is the last sign of a visitor, `None` when one is there.
    pub(super) fn idle_answer(&mut self, now: Elapsed, last: Option<Elapsed>) {
        let Some(rules) = &self.rules.sleep else { return };
        let Some(idle) = self.slot.life_mut().and_then(|life| life.idle.as_mut()) else { return };
        if idle.reading(now, last, rules) && self.phase == Phase::Serving {
            self.sleep(Why::Idle);
        }
    }

    pub(super) fn asked_to_finish(&mut self) {
        let finish = match (&self.given_up, self.unserved) {
            (Some(story), _) => Finish::GivenUp(story.clone()),
            (None, Some(starts)) => Finish::NeverServed(self.unserved_story(starts)),
            (None, None) => Finish::Completed,
        };
        self.end(finish);
    }

    /// A start that failed tells more than the one that the end of the run has cut short.
    fn unserved_story(&self, starts: u32) -> String {
        if let Some(story) = &self.failed_start {
            return never_served(story.clone(), starts);
        }
        let story = self.slot.life().and_then(|life| life.boot.story.as_deref());
        let story = story.map_or_else(String::new, |story| format!(": {story}"));
        format!("the run was over before the app served{story}")
    }

    pub(super) fn interrupted(&mut self) {
        self.interrupts += 1;
        self.end(Finish::Interrupted);
        if self.interrupts > 1 {
            self.kill();
        } else if matches!(self.slot, Slot::Launching { .. } | Slot::Running(_) | Slot::Ending(_, Means::Stop)) {
            self.notice(format!(
                "{STOPPING}: {}, then up to {}; Ctrl-C again kills it now",
                self.rules.signal, self.rules.grace
            ));
        }
    }

    /// Visitors get the platform's answer for an app that failed: a failed wake is told as such.
    pub(super) fn refuse(&mut self) {
        let cause = match self.phase {
            Phase::Starting { origin: Origin::Wake, .. } => Cause::WakeFailed,
            _ => Cause::Unreachable,
        };
        self.set_gate(Gate::Refuse(cause));
    }
}
