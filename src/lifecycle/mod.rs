//! The state machine of an app on its platform. Values in, values out: the only room that decides.
//!
//! A [`Lifecycle`] is told what happened ([`Input`]) and when, and answers with what shall be done
//! ([`Effect`]). It holds no clock, no socket and no handle, so that the same machine serves a live
//! run, a test and simulated months. Inside, two small machines are coupled: the *phase* is what the
//! platform wants of the app, the *slot* is how far the one container has come. After every input
//! the slot is driven one operation further towards what the phase wishes, and never two at once.
//!
//! Its whole behaviour stands in `docs/reference/lifecycle.md`, written by a test.

mod ask;
mod backoff;
mod bank;
mod drive;
mod effect;
mod ended;
mod exit;
mod health;
mod idle;
mod input;
mod life;
mod lines;
mod memory;
mod phase;
mod rules;
mod setback;
mod share;
mod slot;
mod timer;
mod turn;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod share_stories;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod table;

pub use effect::Effect;
pub use input::{Fault, Input, Operation, Turn};
pub use lines::{Line, Values, fill};
pub use rules::Rules;
pub use share::first_share;

use crate::event::{Finish, Gate, Hold, InstanceId, Kind, State, Why};
use crate::spec::Cause;
use crate::units::Elapsed;
use backoff::Streak;
use life::Life;
use phase::{Origin, Phase, Then};
use share::Shares;
use slot::Slot;

/// Failed first starts in a row after which a run gives up on an app that never served. A platform
/// would go on for ever; three stories are enough for the one who reads them.
pub const FIRST_STARTS: u32 = 3;

/// Failures of the engine in a row after which a run that has served gives up.
pub const ENGINE_FAILURES: u32 = 3;

/// An app on its platform, from the beginning of a run to its end.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    rules: Rules,
    phase: Phase,
    slot: Slot,
    gate: Gate,
    /// The number of the last instance made.
    instances: u32,
    /// Starts that failed before the app ever served; `None` once it has.
    unserved: Option<u32>,
    /// The story of the last of them.
    failed_start: Option<String>,
    /// Failures in a row, as the restart rules count them.
    streak: Streak,
    /// Whether a request is open at the front door.
    visitors: bool,
    /// The CPU share in force, and the one asked for.
    shares: Shares,
    /// Failures of the engine in a row.
    engine_failures: u32,
    /// A process whose end the engine answered for before it was told. Its news is still awaited.
    untold: Option<Life>,
    /// How the run will end, once that is decided.
    finish: Option<Finish>,
    /// Whether the user has interrupted the run, and whether twice.
    interrupts: u32,
    /// Why the platform gave the app up, while it has.
    given_up: Option<String>,
    /// Why the run says nothing about the plan, if so.
    invalid: Option<String>,
    effects: Vec<Effect>,
}

impl Lifecycle {
    /// A run begins: the first instance is made and started. The platform's start delay is left out,
    /// because the first start stands for the deploy, which nobody waits for.
    pub fn begin(rules: Rules, now: Elapsed) -> (Self, Vec<Effect>) {
        let mut new = Self {
            rules,
            phase: Phase::Asleep,
            slot: Slot::Empty,
            gate: Gate::Hold(Hold::Booting),
            instances: 0,
            unserved: Some(0),
            failed_start: None,
            streak: Streak::default(),
            visitors: false,
            shares: Shares::default(),
            engine_failures: 0,
            untold: None,
            finish: None,
            interrupts: 0,
            given_up: None,
            invalid: None,
            effects: vec![Effect::Gate(Gate::Hold(Hold::Booting))],
        };
        new.enter(Phase::Starting { origin: Origin::Boot, until: None }, Why::Begin);
        new.settle(now);
        let effects = std::mem::take(&mut new.effects);
        (new, effects)
    }

    /// Takes in what happened at `now` and returns what shall be done, in order. `now` never goes
    /// back. After [`State::Gone`] nothing is ever done.
    pub fn step(&mut self, now: Elapsed, input: Input) -> Vec<Effect> {
        if self.state() != State::Gone {
            self.take(now, input);
            self.settle(now);
        }
        std::mem::take(&mut self.effects)
    }

    /// The moment at which [`Input::Tick`] is due, whatever else happens. Never in the past after a step.
    pub fn next_deadline(&self) -> Option<Elapsed> {
        self.next_timer().map(|(at, _)| at)
    }

    /// Where the app stands.
    pub fn state(&self) -> State {
        self.phase.state()
    }

    /// What visitors meet.
    pub fn gate(&self) -> Gate {
        self.gate
    }

    fn take(&mut self, now: Elapsed, input: Input) {
        match input {
            Input::Tick => {}
            Input::WakeAsked(request) => self.asked_to_wake(now, Some(request)),
            Input::Wake => self.asked_to_wake(now, None),
            Input::Sleep => self.asked_to_sleep(),
            Input::Restart => self.asked_to_restart(now),
            Input::Busy => self.idle_answer(now, None),
            Input::QuietSince(at) => self.idle_answer(now, Some(at)),
            Input::FirstRequest => self.visitors = true,
            Input::LastRequest => self.visitors = false,
            Input::Finish => self.asked_to_finish(),
            Input::Interrupt => self.interrupted(),
            Input::Instance(instance, turn) => self.turn(now, instance, turn),
        }
    }

    /// Drives the slot and fires what is due until nothing more follows from this input.
    fn settle(&mut self, now: Elapsed) {
        loop {
            // First, so that an app that is to be stopped gets its CPU before its signal.
            self.share_out(now);
            let moved = self.drive(now);
            match self.next_timer().filter(|(at, _)| *at <= now && self.state() != State::Gone) {
                Some((_, timer)) => self.fire(now, timer),
                None if moved => {}
                None => return,
            }
        }
    }

    fn enter(&mut self, phase: Phase, why: Why) {
        let (from, to) = (self.phase.state(), phase.state());
        self.phase = phase;
        if from != to {
            self.publish(Kind::State { from, to, why });
        }
    }

    fn set_gate(&mut self, gate: Gate) {
        if self.gate != gate {
            self.gate = gate;
            self.effects.push(Effect::Gate(gate));
        }
    }

    fn publish(&mut self, kind: Kind) {
        self.effects.push(Effect::Publish(kind));
    }

    fn notice(&mut self, text: String) {
        self.publish(Kind::Notice { text });
    }

    fn next_instance(&mut self) -> InstanceId {
        self.instances += 1;
        InstanceId(self.instances)
    }

    /// Ends the run in this way, unless its end is decided already.
    fn end(&mut self, finish: Finish) {
        if self.finish.is_some() {
            return;
        }
        self.finish = Some(finish);
        self.set_gate(Gate::Refuse(Cause::Unreachable));
        self.enter(Phase::Stopping(Then::End), Why::End);
    }

    /// Nothing is left of the app: the last effect of a run.
    fn gone(&mut self) {
        self.enter(Phase::Gone, Why::Stopped);
        let finish = self.finish.take().unwrap_or(Finish::Completed);
        let finish = match (self.invalid.take(), finish) {
            // An interrupt and a failing engine are told as such; nobody takes them for a verdict.
            (Some(reason), Finish::Completed | Finish::NeverServed(_) | Finish::GivenUp(_)) => Finish::Invalid(reason),
            (_, finish) => finish,
        };
        self.effects.push(Effect::Over(finish));
    }
}
