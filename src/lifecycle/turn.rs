//! What happens to the instance, and the answers to the operations on it.

use super::bank::Bank;
use super::idle::Idle;
use super::life::Life;
use super::lines::seconds;
use super::phase::{Origin, Phase, Then};
use super::slot::{Early, Means, Slot};
use super::{Effect, Lifecycle, Turn};
use crate::event::{Gate, InstanceId, Kind, Why};
use crate::spec::LineKind;
use crate::units::{Elapsed, Memory};

impl Lifecycle {
    pub(super) fn turn(&mut self, now: Elapsed, instance: InstanceId, turn: Turn) {
        if let Turn::Ended { ended, last_words } = turn {
            self.ended(now, instance, Early { ended, last_words });
        } else if let Turn::Shared { failed } = turn {
            self.shared(now, instance, failed);
        } else if self.slot.instance() == Some(instance) {
            self.turn_of_slot(now, instance, turn);
        }
    }

    fn turn_of_slot(&mut self, now: Elapsed, instance: InstanceId, turn: Turn) {
        match turn {
            Turn::Created => self.created(instance),
            Turn::Started(address) => self.started(now, Life::new(instance, address, now)),
            Turn::Stopped { in_grace: true } | Turn::Killed => self.process_is_over(),
            Turn::Stopped { in_grace: false } => self.grace_ran_out(),
            Turn::Removed => self.removed(instance),
            Turn::Failed { operation, fault, reason } => self.operation_failed(now, operation, fault, reason),
            Turn::Diagnosed(story) => self.diagnosed(&story),
            Turn::PortOpen => self.port_is_open(instance),
            Turn::Questioned => self.questioned(),
            Turn::Healthy => self.healthy(now, instance),
            Turn::Unhealthy { reason, status } => self.unhealthy(now, reason, status),
            Turn::ChildOutOfMemory => self.child_out_of_memory(now, instance),
            Turn::Sampled { need, cpu, oom_kills } => self.sampled(now, need, cpu, oom_kills),
            Turn::Vanished => self.vanished(now),
            Turn::Ended { .. } | Turn::Shared { .. } => {}
        }
    }

    fn created(&mut self, instance: InstanceId) {
        if matches!(self.slot, Slot::Creating(_)) {
            self.slot = Slot::Made(instance);
            self.publish(Kind::Created { instance });
        }
    }

    fn started(&mut self, now: Elapsed, life: Life) {
        let Slot::Launching { early, .. } = &mut self.slot else { return };
        let (early, instance, address) = (early.take(), life.instance, life.address);
        self.engine_failures = 0;
        // An end that was never told belongs to an earlier life, perhaps of this very instance.
        self.untold = None;
        let (burst, share) = (&self.rules.cpu.burst, self.rules.cpu.share);
        let bank = burst.as_ref().map(|burst| Bank::new(burst, share, now));
        self.slot = Slot::Running(Life { bank, ..life });
        self.publish(Kind::Started { instance });
        self.share_begins(instance);
        match early {
            Some(end) => self.ended(now, instance, end),
            None if self.phase.is_live() => self.effects.push(Effect::Watch { instance, address }),
            None => {}
        }
    }

    /// The engine answered that no process runs any more.
    pub(super) fn process_is_over(&mut self) {
        let Slot::Ending(life, _) = &self.slot else { return };
        let life = life.clone();
        self.slot = Slot::Ended(life.instance);
        self.untold = (!life.told).then_some(life);
    }

    fn grace_ran_out(&mut self) {
        if matches!(self.slot, Slot::Ending(_, Means::Stop)) {
            self.line(LineKind::StopTimeout, &[("seconds", seconds(self.rules.grace))]);
        }
        self.process_is_over();
    }

    fn removed(&mut self, instance: InstanceId) {
        if matches!(self.slot, Slot::Removing(_)) {
            self.slot = Slot::Empty;
            self.publish(Kind::Removed { instance });
        }
    }

    /// emu has looked why the app cannot be reached: early to warn, or at the boot limit for the story.
    fn diagnosed(&mut self, story: &str) {
        let text = self.boot_story(Some(story));
        match (&mut self.phase, &mut self.slot) {
            (Phase::Stopping(then), Slot::Ending(life, Means::Diagnosis)) => {
                if let Then::Fail(failure) = then {
                    failure.story = text;
                }
                if life.told { self.process_is_over() } else { self.kill() }
            }
            (Phase::Starting { .. }, Slot::Running(life)) if !life.boot.port_open => {
                self.notice_early(story);
            }
            _ => {}
        }
    }

    fn notice_early(&mut self, story: &str) {
        if let Some(life) = self.slot.life_mut() {
            life.boot.story = Some(story.to_owned());
        }
        self.notice(format!("the app cannot be reached yet: {story}"));
    }

    fn port_is_open(&mut self, instance: InstanceId) {
        if let (Phase::Starting { .. }, Slot::Running(life)) = (&self.phase, &mut self.slot) {
            life.boot.port_open = true;
            life.boot.story = None;
            self.publish(Kind::PortOpen { instance });
        }
    }

    fn healthy(&mut self, now: Elapsed, instance: InstanceId) {
        let Slot::Running(life) = &mut self.slot else { return };
        life.asked = false;
        match self.phase {
            Phase::Starting { origin, .. } => self.ready(now, instance, origin),
            Phase::Serving | Phase::Draining if life.health.answered() => {
                let gate = Gate::Open(life.address);
                self.publish(Kind::HealthRecovered { instance });
                self.enter(Phase::Serving, Why::Healthy);
                self.set_gate(gate);
            }
            _ => {}
        }
    }

    /// The first healthy answer of a life. The idle clock begins here.
    fn ready(&mut self, now: Elapsed, instance: InstanceId, origin: Origin) {
        let Slot::Running(life) = &mut self.slot else { return };
        life.ready = Some(now);
        life.idle = self.rules.sleep.as_ref().map(|rules| Idle::new(now, rules));
        let gate = Gate::Open(life.address);
        self.unserved = None;
        self.publish(Kind::Ready { instance });
        self.enter(Phase::Serving, Why::Ready);
        self.set_gate(gate);
        self.line(if origin == Origin::Recovery { LineKind::Recovered } else { LineKind::Live }, &[]);
    }

    fn questioned(&mut self) {
        if let Slot::Running(life) = &mut self.slot {
            life.asked = true;
        }
    }

    fn unhealthy(&mut self, now: Elapsed, reason: String, status: Option<u16>) {
        let (phase, Slot::Running(life)) = (&self.phase, &mut self.slot) else { return };
        life.asked = false;
        let (instance, age) = (life.instance, now.since(life.since));
        match phase {
            Phase::Starting { .. } => life.boot.story = Some(format!("its health check fails: {reason}")),
            Phase::Serving | Phase::Draining if life.health.failed(now, age, &self.rules.health) => {
                let status = status.map_or_else(|| reason.clone(), |status| status.to_string());
                self.publish(Kind::HealthFailed { instance, reason });
                let timeout = seconds(self.rules.health.timeout);
                self.line(LineKind::HealthFailed, &[("status", status), ("seconds", timeout)]);
            }
            _ => {}
        }
    }

    fn child_out_of_memory(&mut self, now: Elapsed, instance: InstanceId) {
        let Some(life) = self.slot.life_mut() else { return };
        life.memory.child_killed(now);
        let need = life.memory.need();
        self.publish(Kind::ChildOutOfMemory { instance, need });
    }

    fn sampled(&mut self, now: Elapsed, need: Memory, cpu: Elapsed, oom_kills: Option<u64>) {
        let Some(life) = self.slot.life_mut() else { return };
        if let Some(bank) = &mut life.bank {
            bank.counted(now, cpu);
        }
        if let Some(kills) = oom_kills {
            life.memory.counted(now, kills);
        }
        if life.memory.sampled(now, need, &self.rules.memory) {
            self.line(LineKind::MemorySlow, &[]);
        }
    }
}
