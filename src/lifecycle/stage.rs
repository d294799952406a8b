//! Where the tests of this room play: a lifecycle, a clock, and an engine that answers at once.

use std::net::SocketAddr;

use super::{Effect, Input, Lifecycle, Line, Operation, Rules, Turn};
use crate::event::{Ended, Finish, Gate, InstanceId, Kind, State};
use crate::spec::example::example;
use crate::spec::{LineKind, Spec};
use crate::units::Elapsed;

/// Where every instance can be dialled.
pub(super) const ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2)), 10_000);

/// An end with this status and nobody who asked for it.
pub(super) const fn end(code: i32, kernel_oom_kills: u64) -> Ended {
    Ended { code, engine_says_oom: false, kernel_oom_kills: Some(kernel_oom_kills), asked_for: false }
}

/// What an engine does about changes of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changes {
    Made,
    Fail,
    Unanswered,
}

/// A lifecycle under test.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub lifecycle: Lifecycle,
    pub now: Elapsed,
    /// Everything it did, with the moment.
    pub done: Vec<(Elapsed, Effect)>,
    /// Operations that fail from now on.
    pub broken: Vec<Operation>,
    /// What becomes of changes of a share from now on.
    pub changes: Changes,
    /// The last sign of a visitor that the meter tells; `None` while one is there.
    pub last_seen: Option<Elapsed>,
}

impl Stage {
    /// A run of the example spec as edited. The engine answers at once; the app does not yet.
    pub fn new(edit: impl FnOnce(&mut Spec)) -> Self {
        let (mut stage, effects) = Self::silent(edit);
        stage.carry_out(effects);
        stage
    }

    /// The same, with the first effects unanswered.
    pub fn silent(edit: impl FnOnce(&mut Spec)) -> (Self, Vec<Effect>) {
        let mut spec = example();
        edit(&mut spec);
        let (lifecycle, effects) = Lifecycle::begin(Rules::from(&spec), Elapsed::ZERO);
        let last_seen = Some(Elapsed::ZERO);
        let stage = Self {
            lifecycle,
            now: Elapsed::ZERO,
            done: Vec::new(),
            broken: Vec::new(),
            changes: Changes::Made,
            last_seen,
        };
        (stage, effects)
    }

    /// An app that serves since the beginning.
    pub fn serving(edit: impl FnOnce(&mut Spec)) -> Self {
        let mut stage = Self::new(edit);
        stage.answers();
        stage
    }

    pub fn give(&mut self, input: Input) {
        let effects = self.lifecycle.step(self.now, input);
        self.carry_out(effects);
    }

    pub fn turn(&mut self, turn: Turn) {
        self.give(Input::Instance(self.instance(), turn));
    }

    /// The app opens its port and answers.
    pub fn answers(&mut self) {
        self.turn(Turn::PortOpen);
        self.turn(Turn::Healthy);
    }

    pub fn fails_its_check(&mut self) {
        self.turn(Turn::Unhealthy { reason: "status 500".into(), status: Some(500) });
    }

    /// The process ends, and nobody asked for it.
    pub fn ends(&mut self, code: i32, kernel_oom_kills: u64) {
        self.turn(Turn::Ended { ended: end(code, kernel_oom_kills), last_words: None });
    }

    /// Time passes; every deadline in it is kept.
    pub fn pass(&mut self, secs: u64) {
        let until = self.now + Elapsed::from_secs(secs);
        while let Some(at) = self.lifecycle.next_deadline().filter(|at| *at <= until) {
            assert!(at > self.now, "a deadline in the past");
            self.now = at;
            self.give(Input::Tick);
        }
        self.now = until;
    }

    pub fn instance(&self) -> InstanceId {
        InstanceId(self.lifecycle.instances)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.done.push((self.now, effect.clone()));
            for input in self.answer(&effect) {
                self.give(input);
            }
        }
    }

    fn answer(&self, effect: &Effect) -> Vec<Input> {
        let asked = |code| Turn::Ended { ended: Ended { asked_for: true, ..end(code, 0) }, last_words: None };
        let (instance, operation, turns) = match *effect {
            Effect::Create(id) => (id, Operation::Create, vec![Turn::Created]),
            Effect::Start(id) => (id, Operation::Start, vec![Turn::Started(ADDRESS)]),
            Effect::Stop(id) => (id, Operation::Stop, vec![asked(143), Turn::Stopped { in_grace: true }]),
            Effect::Kill(id) => (id, Operation::Kill, vec![asked(137), Turn::Killed]),
            Effect::Remove(id) => (id, Operation::Remove, vec![Turn::Removed]),
            Effect::Diagnose(id) => {
                return vec![Input::Instance(id, Turn::Diagnosed("nothing listens on port 10000".into()))];
            }
            Effect::Share { instance, .. } => {
                let failed = match self.changes {
                    Changes::Made => None,
                    Changes::Fail => Some("the engine says no".to_owned()),
                    Changes::Unanswered => return Vec::new(),
                };
                return vec![Input::Instance(instance, Turn::Shared { failed })];
            }
            Effect::ReadActivity => return vec![self.last_seen.map_or(Input::Busy, Input::QuietSince)],
            _ => return Vec::new(),
        };
        if self.broken.contains(&operation) {
            let reason = format!("{operation:?} failed");
            return vec![Input::Instance(instance, Turn::Failed { operation, fault: super::Fault::Engine, reason })];
        }
        turns.into_iter().map(|turn| Input::Instance(instance, turn)).collect()
    }

    /// The states it went through, with the second of their beginning.
    pub fn states(&self) -> Vec<(u64, State)> {
        self.find(|effect| match effect {
            Effect::Publish(Kind::State { to, .. }) => Some(*to),
            _ => None,
        })
    }

    pub fn gates(&self) -> Vec<(u64, Gate)> {
        self.find(|effect| match effect {
            Effect::Gate(gate) => Some(*gate),
            _ => None,
        })
    }

    pub fn starts(&self) -> Vec<(u64, InstanceId)> {
        self.find(|effect| match effect {
            Effect::Start(instance) => Some(*instance),
            _ => None,
        })
    }

    pub fn lines(&self) -> Vec<(u64, LineKind)> {
        self.find(|effect| match effect {
            Effect::Line(Line { kind, .. }) => Some(*kind),
            _ => None,
        })
    }

    pub fn notices(&self) -> Vec<(u64, String)> {
        self.find(|effect| match effect {
            Effect::Publish(Kind::Notice { text }) => Some(text.clone()),
            _ => None,
        })
    }

    pub fn finish(&self) -> Option<Finish> {
        self.done.iter().find_map(|(_, effect)| match effect {
            Effect::Over(finish) => Some(finish.clone()),
            _ => None,
        })
    }

    /// What `pick` finds among the effects, with the second.
    pub fn find<T>(&self, pick: impl Fn(&Effect) -> Option<T>) -> Vec<(u64, T)> {
        self.done.iter().filter_map(|(at, effect)| Some((at.millis() / 1_000, pick(effect)?))).collect()
    }
}
