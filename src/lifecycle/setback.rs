//! What follows a failure: a pause and another start, suspension, or the end of the run.

use super::phase::Phase;
use super::slot::{Means, Slot};
use super::{ENGINE_FAILURES, Effect, FIRST_STARTS, Fault, Lifecycle, Operation};
use crate::event::{Finish, Gate, Why};
use crate::spec::Cause;
use crate::units::Elapsed;

/// A failure of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub why: Why,
    /// A sentence without a full stop.
    pub story: String,
    /// Whether the platform starts the app again.
    pub again: bool,
    /// How long it had served.
    pub served: Elapsed,
}

impl Lifecycle {
    pub(super) fn setback(&mut self, now: Elapsed, failure: Failure) {
        self.refuse();
        if let Some(starts) = &mut self.unserved {
            *starts += 1;
            if *starts >= FIRST_STARTS || !failure.again {
                let starts = *starts;
                self.end(Finish::NeverServed(never_served(failure.story, starts)));
                return;
            }
            self.failed_start = Some(failure.story.clone());
        }
        // Out of a stop, the state changes because the process has stopped; why it was is told already.
        let why = if matches!(self.phase, Phase::Stopping(_)) { Why::Stopped } else { failure.why };
        if failure.again {
            let until = now + self.streak.failed(failure.served, &self.rules.restart);
            self.enter(Phase::Backoff { until }, why);
        } else {
            self.given_up = Some(failure.story);
            self.set_gate(Gate::Refuse(Cause::Suspended));
            self.enter(Phase::Suspended, why);
        }
    }

    pub(super) fn operation_failed(&mut self, now: Elapsed, operation: Operation, fault: Fault, reason: String) {
        match (operation, &mut self.slot) {
            (Operation::Create, Slot::Creating(_)) => {
                self.slot = Slot::Refused;
                self.start_failed(now, fault, reason);
            }
            (Operation::Start, &mut Slot::Launching { instance, .. }) => {
                self.slot = Slot::Ended(instance);
                self.start_failed(now, fault, reason);
            }
            (Operation::Stop, Slot::Ending(life, means @ (Means::Stop | Means::Diagnosis))) => {
                *means = Means::Kill;
                self.effects.push(Effect::Kill(life.instance));
                self.notice(format!("{reason}; it is killed instead"));
            }
            (Operation::Kill, Slot::Ending(..)) => {
                self.notice(reason);
                self.process_is_over();
            }
            (Operation::Remove, &mut Slot::Removing(instance)) => {
                self.slot = Slot::Empty;
                self.notice(format!("instance {instance} was left behind: {reason}; `emu clean` removes it"));
            }
            _ => {}
        }
    }

    /// The engine could not make or start an instance. What was tried ahead of time is tried again
    /// by the start that needs it; a start that needed it has failed.
    fn start_failed(&mut self, now: Elapsed, fault: Fault, reason: String) {
        if !self.phase.is_live() {
            self.notice(format!("the next instance could not be made ahead: {reason}"));
            return;
        }
        self.engine_failures += 1;
        match (self.unserved, fault) {
            (Some(_), Fault::App) => self.end(Finish::NeverServed(reason)),
            (Some(_), Fault::Engine) => self.end(Finish::EngineFailed(reason)),
            (None, _) if self.engine_failures >= ENGINE_FAILURES => self.end(Finish::EngineFailed(reason)),
            (None, _) => {
                self.notice(reason.clone());
                let failure = Failure { why: Why::EngineFailed, story: reason, again: true, served: Elapsed::ZERO };
                self.setback(now, failure);
            }
        }
    }
}

pub(super) fn never_served(story: String, starts: u32) -> String {
    if starts == 1 { story } else { format!("{story} ({starts} starts in a row)") }
}
