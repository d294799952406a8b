//! Drives the instance towards what the phase wishes, one operation at a time.

use super::life::Life;
use super::phase::{Origin, Phase, Then, Wish};
use super::slot::{Means, Slot};
use super::{Effect, Lifecycle};
use crate::event::{Gate, Hold, InstanceId, Why};
use crate::spec::LineKind;
use crate::units::Elapsed;

impl Lifecycle {
    /// One step of the instance towards the wish. Returns whether another one may follow at once.
    pub(super) fn drive(&mut self, now: Elapsed) -> bool {
        let wish = self.phase.wish();
        match (wish, &self.slot) {
            (Wish::Made, Slot::Empty) | (Wish::Running, Slot::Empty | Slot::Refused) => self.create(),
            (Wish::Running, &Slot::Made(instance)) => self.launch(instance),
            (Wish::Made | Wish::Running, &Slot::Ended(instance)) if self.rules.keeps_disk => {
                self.slot = Slot::Made(instance);
                return true;
            }
            (Wish::Rest, Slot::Ended(_)) if self.rules.keeps_disk => {}
            (Wish::Made | Wish::Running | Wish::Rest | Wish::Nothing, &Slot::Ended(instance))
            | (Wish::Nothing, &Slot::Made(instance)) => self.remove(instance),
            (Wish::Stopped | Wish::Nothing, Slot::Running(life)) => self.stop_process(life.clone()),
            (Wish::Stopped, slot) if !slot.has_process() => {
                self.stopped(now);
                return true;
            }
            (Wish::Nothing, Slot::Empty | Slot::Refused) => self.gone(),
            // An operation is under way, or all is as wished.
            _ => {}
        }
        false
    }

    fn create(&mut self) {
        let instance = self.next_instance();
        self.slot = Slot::Creating(instance);
        self.effects.push(Effect::Create(instance));
    }

    fn launch(&mut self, instance: InstanceId) {
        self.slot = Slot::Launching { instance, early: None };
        self.line(LineKind::Starting, &[]);
        self.effects.push(Effect::Start(instance));
    }

    fn remove(&mut self, instance: InstanceId) {
        self.slot = Slot::Removing(instance);
        self.effects.push(Effect::Remove(instance));
    }

    /// Ends a process as the host would, or at once when the user has lost patience.
    fn stop_process(&mut self, life: Life) {
        let instance = life.instance;
        self.effects.push(Effect::Unwatch(instance));
        if self.interrupts > 1 {
            self.slot = Slot::Ending(life, Means::Kill);
            self.effects.push(Effect::Kill(instance));
        } else {
            self.line(LineKind::Stopping, &[]);
            self.slot = Slot::Ending(life, Means::Stop);
            self.effects.push(Effect::Stop(instance));
        }
    }

    /// Kills a process that is being ended in a gentler way.
    pub(super) fn kill(&mut self) {
        if let Slot::Ending(life, means @ (Means::Stop | Means::Diagnosis)) = &mut self.slot {
            *means = Means::Kill;
            self.effects.push(Effect::Kill(life.instance));
        }
    }

    /// The process has stopped: what was to follow follows.
    fn stopped(&mut self, now: Elapsed) {
        let Phase::Stopping(then) = self.phase.clone() else { return };
        match then {
            Then::Sleep => self.enter(Phase::Asleep, Why::Stopped),
            Then::Wake { asked } => self.start(Origin::Wake, asked, Why::Wake),
            Then::Restart(why) => self.start(Origin::Restart, now, why),
            Then::Fail(failure) => self.setback(now, failure),
            Then::End => {}
        }
    }

    /// The app shall run, as was asked at `asked`. Only a wake waits for the platform's own delay: a
    /// first start stands for the deploy, and a restart has had the pause of the restart rules.
    pub(super) fn start(&mut self, origin: Origin, asked: Elapsed, why: Why) {
        match origin {
            Origin::Boot => self.set_gate(Gate::Hold(Hold::Booting)),
            Origin::Wake | Origin::Restart => self.set_gate(Gate::Hold(Hold::Waking)),
            // Visitors go on getting the answer for the failure until the app serves again.
            Origin::Recovery => {}
        }
        if self.slot == Slot::Refused {
            self.slot = Slot::Empty;
        }
        let delay = self.rules.start_delay;
        let until = (origin == Origin::Wake && delay > Elapsed::ZERO).then(|| asked + delay);
        self.enter(Phase::Starting { origin, until }, why);
    }
}
