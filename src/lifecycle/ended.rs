//! The end of a process: what it was, and what the platform says about it.

use super::bank::Bank;
use super::exit::classify;
use super::life::Life;
use super::setback::Failure;
use super::slot::{Early, Means, Slot};
use super::{Effect, Lifecycle};
use crate::event::{Exit, ExitCause, InstanceId, Kind, Why};
use crate::spec::{AtLimit, LineKind, RestartPolicy};
use crate::units::Elapsed;

impl Lifecycle {
    /// A process ended. Its news may come before the engine has answered that it runs, and after it
    /// has answered that it does not.
    pub(super) fn ended(&mut self, now: Elapsed, instance: InstanceId, end: Early) {
        if let Some(life) = self.untold.take_if(|life| life.instance == instance) {
            self.tell(now, &life, &end);
            return;
        }
        match &mut self.slot {
            Slot::Launching { instance: launching, early } if *launching == instance => *early = Some(end),
            Slot::Ending(life, means) if life.instance == instance && !life.told => {
                life.told = true;
                let (life, asked) = (life.clone(), *means != Means::Diagnosis);
                let mut end = end;
                end.ended.asked_for |= asked;
                self.tell(now, &life, &end);
            }
            Slot::Running(life) if life.instance == instance => {
                let life = life.clone();
                self.died(now, &life, &end);
            }
            _ => {}
        }
    }

    fn tell(&mut self, now: Elapsed, life: &Life, end: &Early) -> ExitCause {
        let cause = classify(&end.ended, life.memory.survived(now));
        self.publish(Kind::Exited(Exit {
            instance: life.instance,
            code: end.ended.code,
            cause,
            need: life.memory.need(),
            engine_says_oom: end.ended.engine_says_oom,
            kernel_oom_kills: end.ended.kernel_oom_kills,
            bank: life.bank.as_ref().map(Bank::holds),
        }));
        cause
    }

    /// A process ended that nobody had asked to.
    fn died(&mut self, now: Elapsed, life: &Life, end: &Early) {
        let (instance, code) = (life.instance, end.ended.code);
        let cause = self.tell(now, life, end);
        self.effects.push(Effect::Unwatch(instance));
        if self.phase.is_live() {
            let kind = if cause == ExitCause::OutOfMemory { LineKind::MemoryExceeded } else { LineKind::Crashed };
            self.line(kind, &[("status", code.to_string())]);
            if cause == ExitCause::KilledFromOutside {
                self.invalidate(format!(
                    "instance {instance} was killed by somebody else than emu or its memory limit"
                ));
            }
        }
        self.slot = Slot::Ended(instance);
        if self.phase.is_live() {
            let story = self.story(cause, end);
            let failure = Failure { why: why(cause), story, again: self.starts_again(cause), served: life.served(now) };
            self.setback(now, failure);
        }
    }

    /// Somebody else removed the instance.
    pub(super) fn vanished(&mut self, now: Elapsed) {
        let slot = std::mem::replace(&mut self.slot, Slot::Empty);
        match slot {
            Slot::Running(life) if self.phase.is_live() => {
                self.effects.push(Effect::Unwatch(life.instance));
                let story = format!("instance {} was removed by somebody else than emu", life.instance);
                self.invalidate(story.clone());
                let failure = Failure {
                    why: Why::KilledFromOutside,
                    story,
                    again: self.starts_again(ExitCause::KilledFromOutside),
                    served: life.served(now),
                };
                self.setback(now, failure);
            }
            Slot::Running(_) | Slot::Ending(..) | Slot::Made(_) | Slot::Ended(_) => {}
            // The operation under way will find out by itself.
            other => self.slot = other,
        }
    }

    /// The run says nothing about the plan any more. It goes on: the user may want to see the rest.
    fn invalidate(&mut self, reason: String) {
        self.notice(format!("{reason}; this run says nothing about the plan"));
        self.invalid.get_or_insert(reason);
    }

    fn story(&self, cause: ExitCause, end: &Early) -> String {
        let words = end.last_words.as_ref().map_or_else(String::new, |words| format!("; its last words: {words}"));
        match cause {
            ExitCause::OutOfMemory => format!("the app was killed at its memory limit of {}", self.rules.memory.limit),
            ExitCause::KilledFromOutside => "the app was killed from outside".to_owned(),
            ExitCause::Finished | ExitCause::Crashed | ExitCause::Stopped => {
                let ended = if cause == ExitCause::Crashed { "crashed" } else { "ended" };
                let when = if self.unserved.is_some() { " before it served" } else { "" };
                format!("the app {ended} with status {}{when}{words}", end.ended.code)
            }
        }
    }

    /// Whether the platform starts an app again that ended in this way.
    fn starts_again(&self, cause: ExitCause) -> bool {
        let suspends = cause == ExitCause::OutOfMemory && self.rules.memory.at_limit == AtLimit::Suspend;
        match self.rules.restart.policy {
            _ if suspends => false,
            RestartPolicy::Always => true,
            RestartPolicy::OnFailure => cause != ExitCause::Finished,
            RestartPolicy::Never => false,
        }
    }
}

/// The reason for which the state changes.
fn why(cause: ExitCause) -> Why {
    match cause {
        ExitCause::OutOfMemory => Why::OutOfMemory,
        ExitCause::KilledFromOutside => Why::KilledFromOutside,
        ExitCause::Finished | ExitCause::Crashed | ExitCause::Stopped => Why::Crashed,
    }
}
