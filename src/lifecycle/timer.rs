//! Everything that happens because time passes. A deadline and what it does stand side by side, so
//! that none is waited for in vain.

use super::idle::Idle;
use super::life::Life;
use super::lines::seconds;
use super::phase::{Origin, Phase, Then};
use super::setback::Failure;
use super::slot::{Means, Slot};
use super::{Effect, Lifecycle};
use crate::event::{Kind, Why};
use crate::spec::{LineKind, RestartPolicy};
use crate::units::Elapsed;

/// After this long without an open port emu looks why, although the boot limit is not over.
const EARLY_LOOK: Elapsed = Elapsed::from_secs(5);

/// A deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    PlatformDelay,
    EarlyLook,
    BootLimit,
    Unroute,
    Sick,
    Scheduled,
    Idle,
    Withhold,
    BackoffOver,
}

impl Lifecycle {
    /// The next deadline and what it is for.
    pub(super) fn next_timer(&self) -> Option<(Elapsed, Timer)> {
        match (&self.phase, self.slot.running()) {
            (Phase::Starting { until: Some(until), .. }, _) => Some((*until, Timer::PlatformDelay)),
            (Phase::Starting { until: None, .. }, Some(life)) => self.boot_timers(life).into_iter().flatten().min(),
            (Phase::Serving, Some(life)) => self.serving_timers(life).into_iter().flatten().min(),
            (Phase::Draining, Some(life)) => self.life_timers(life).into_iter().flatten().min(),
            (Phase::Backoff { until }, _) => Some((*until, Timer::BackoffOver)),
            _ => None,
        }
    }

    fn boot_timers(&self, life: &Life) -> [Option<(Elapsed, Timer)>; 2] {
        let early = !life.boot.port_open && !life.boot.looked && self.rules.boot_limit > EARLY_LOOK;
        [
            early.then(|| (life.since + EARLY_LOOK, Timer::EarlyLook)),
            Some((life.since + self.rules.boot_limit, Timer::BootLimit)),
        ]
    }

    fn life_timers(&self, life: &Life) -> [Option<(Elapsed, Timer)>; 3] {
        [
            life.health.restart_at(&self.rules.health).map(|at| (at, Timer::Sick)),
            self.rules.restart.scheduled.map(|after| (life.since + after, Timer::Scheduled)),
            life.demand.timer(),
        ]
    }

    fn serving_timers(&self, life: &Life) -> [Option<(Elapsed, Timer)>; 5] {
        let [sick, scheduled, share] = self.life_timers(life);
        [
            sick,
            scheduled,
            share,
            life.health.unroute_at(&self.rules.health).map(|at| (at, Timer::Unroute)),
            life.idle.as_ref().and_then(Idle::due).map(|at| (at, Timer::Idle)),
        ]
    }

    pub(super) fn fire(&mut self, now: Elapsed, timer: Timer) {
        match timer {
            Timer::PlatformDelay => self.platform_is_ready(),
            Timer::EarlyLook => self.look_early(),
            Timer::BootLimit => self.boot_took_too_long(),
            Timer::Unroute => {
                self.refuse();
                self.enter(Phase::Draining, Why::Unhealthy);
            }
            Timer::Sick => self.sick_for_too_long(now),
            Timer::Scheduled => {
                self.line(LineKind::ScheduledRestart, &[]);
                self.restart(Why::Scheduled);
            }
            Timer::Idle => self.look_for_visitors(),
            Timer::Withhold => self.withhold(),
            Timer::BackoffOver => self.start(Origin::Recovery, now, Why::BackoffOver),
        }
    }

    fn platform_is_ready(&mut self) {
        if let Phase::Starting { until, .. } = &mut self.phase {
            *until = None;
            self.publish(Kind::PlatformReady);
        }
    }

    fn look_early(&mut self) {
        if let Some(life) = self.slot.life_mut() {
            life.boot.looked = true;
            let instance = life.instance;
            self.effects.push(Effect::Diagnose(instance));
        }
    }

    /// The start has failed. An app with a closed port is looked at once more before it is killed.
    fn boot_took_too_long(&mut self) {
        let Some(life) = self.slot.running().cloned() else { return };
        let (instance, port_open) = (life.instance, life.boot.port_open);
        self.line(LineKind::BootTimeout, &[("seconds", seconds(self.rules.boot_limit))]);
        self.refuse();
        let failure = Failure {
            why: Why::BootTimeout,
            story: self.boot_story(life.boot.story.as_deref()),
            again: self.rules.restart.policy != RestartPolicy::Never,
            served: Elapsed::ZERO,
        };
        self.enter(Phase::Stopping(Then::Fail(failure)), Why::BootTimeout);
        self.effects.push(Effect::Unwatch(instance));
        self.slot = Slot::Ending(life, Means::Diagnosis);
        if port_open {
            self.kill();
        } else {
            self.effects.push(Effect::Diagnose(instance));
        }
    }

    pub(super) fn boot_story(&self, seen: Option<&str>) -> String {
        let seen = seen.map_or_else(String::new, |seen| format!(": {seen}"));
        format!("the app did not answer within {} s of its start{seen}", seconds(self.rules.boot_limit))
    }

    fn sick_for_too_long(&mut self, now: Elapsed) {
        let served = self.slot.life().map_or(Elapsed::ZERO, |life| life.served(now));
        let lasted = seconds(self.rules.health.restart_after.unwrap_or_default());
        self.line(LineKind::HealthRestart, &[("seconds", lasted.clone())]);
        self.refuse();
        let story = format!("health checks failed for {lasted} s");
        let failure = Failure { why: Why::Unhealthy, story, again: true, served };
        self.enter(Phase::Stopping(Then::Fail(failure)), Why::Unhealthy);
    }

    fn look_for_visitors(&mut self) {
        if let Some(idle) = self.slot.life_mut().and_then(|life| life.idle.as_mut()) {
            idle.asked();
            self.effects.push(Effect::ReadActivity);
        }
    }
}
