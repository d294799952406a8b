//! What holds in every run, whatever happens in whatever order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::stage::{ADDRESS, Stage, end};
use super::{Effect, Fault, Input, Lifecycle, Operation, Turn, first_share};
use crate::event::{Ended, Gate, Hold, InstanceId, Kind, RequestId, State};
use crate::spec::{AtLimit, Burst, DiskKind, RestartPolicy, Spec};
use crate::units::{Elapsed, Memory, Millicores};

/// One move of the world.
#[derive(Debug, Clone, Copy)]
enum Move {
    /// Milliseconds pass, up to the next deadline.
    Pass(u64),
    /// The engine answers the oldest operation.
    Answer,
    /// The engine fails the oldest operation.
    Fail(Fault),
    Visit,
    Sleep,
    Restart,
    PortOpen,
    Healthy,
    Unhealthy,
    Exit(i32, u64),
    Sample(u64),
    /// A sample after which so many milliseconds more of CPU time are used.
    Use(u64),
    /// The first request opens, or the last one ends.
    Request,
    Question,
    /// The engine answers the change of a share.
    ShareChanges,
    ShareFails,
    ChildOutOfMemory,
    Vanish,
    Interrupt,
    Finish,
    /// News of an instance that may never have been.
    Stale(u32),
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        8 => (0_u64..40_000).prop_map(Move::Pass),
        12 => Just(Move::Answer),
        1 => prop_oneof![Just(Fault::App), Just(Fault::Engine)].prop_map(Move::Fail),
        4 => Just(Move::Visit),
        1 => Just(Move::Sleep),
        1 => Just(Move::Restart),
        3 => Just(Move::PortOpen),
        6 => Just(Move::Healthy),
        2 => Just(Move::Unhealthy),
        2 => (prop_oneof![Just(0), Just(1), Just(137)], 0_u64..3).prop_map(|(code, kills)| Move::Exit(code, kills)),
        1 => (0_u64..1_000).prop_map(Move::Sample),
        5 => (0_u64..2_000).prop_map(Move::Use),
        4 => Just(Move::Request),
        1 => Just(Move::Question),
        8 => Just(Move::ShareChanges),
        1 => Just(Move::ShareFails),
        1 => Just(Move::ChildOutOfMemory),
        1 => Just(Move::Vanish),
        1 => Just(Move::Interrupt),
        1 => Just(Move::Finish),
        1 => (0_u32..4).prop_map(Move::Stale),
    ]
}

type Plan = (RestartPolicy, AtLimit, DiskKind, u64, u64, Cpu);

/// Whether the share changes: the bank's start and cap in milliseconds, and whether CPU is given while serving only.
type Cpu = (Option<(u64, u64)>, bool);

fn plans() -> impl Strategy<Value = Plan> {
    (
        prop_oneof![Just(RestartPolicy::Always), Just(RestartPolicy::OnFailure), Just(RestartPolicy::Never)],
        prop_oneof![Just(AtLimit::KillAndRestart), Just(AtLimit::SlowThenKill), Just(AtLimit::Suspend)],
        prop_oneof![Just(DiskKind::LostAtRestart), Just(DiskKind::Kept)],
        0_u64..20,
        0_u64..3,
        (prop::option::of((0_u64..3_000, 0_u64..5_000)), any::<bool>()),
    )
}

/// A change of a share that the engine is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Wish {
    share: Millicores,
    /// The process that it was for has ended: it changes nothing.
    late: bool,
}

/// A world that keeps the books of what the lifecycle did.
struct World {
    lifecycle: Lifecycle,
    now: Elapsed,
    gate: Gate,
    /// Operations under way.
    asked: VecDeque<(InstanceId, Operation)>,
    made: BTreeSet<InstanceId>,
    /// Processes that run.
    running: BTreeSet<InstanceId>,
    visitors: bool,
    cpu: Elapsed,
    /// The shares in force, and those that the engine is asked for.
    shares: BTreeMap<InstanceId, Millicores>,
    wishes: BTreeMap<InstanceId, Wish>,
    /// A change of a share has failed.
    failed: bool,
    over: bool,
    history: Vec<Effect>,
}

impl World {
    fn new((policy, at_limit, disk, delay, check, (bank, while_serving_only)): Plan) -> Self {
        let edit = |spec: &mut Spec| {
            spec.restart.policy = policy;
            let burst = |(start, cap)| Burst {
                start: Elapsed::from_millis(start),
                cap: Elapsed::from_millis(cap),
                share: Millicores::new(2_000),
            };
            (spec.cpu.burst, spec.cpu.while_serving_only) = (bank.map(burst), while_serving_only);
            spec.memory.at_limit = at_limit;
            spec.memory.slow_check = Elapsed::from_secs(check);
            spec.disk.kind = disk;
            spec.start.delay = Elapsed::from_secs(delay);
            spec.restart.scheduled = (check == 1).then(|| Elapsed::from_secs(200));
            spec.sleep.as_mut().expect("the example sleeps").check_every = Elapsed::from_secs(check * 7);
        };
        let (stage, effects) = Stage::silent(edit);
        let mut world = Self {
            lifecycle: stage.lifecycle,
            now: stage.now,
            gate: Gate::Hold(Hold::Booting),
            asked: VecDeque::new(),
            made: BTreeSet::new(),
            running: BTreeSet::new(),
            visitors: false,
            cpu: Elapsed::ZERO,
            shares: BTreeMap::new(),
            wishes: BTreeMap::new(),
            failed: false,
            over: false,
            history: Vec::new(),
        };
        world.carry_out(effects);
        world
    }

    fn give(&mut self, input: Input) {
        let was_over = self.over;
        let effects = self.lifecycle.step(self.now, input);
        assert!(!was_over || effects.is_empty(), "after the end: {effects:?}");
        self.carry_out(effects);
        self.check();
    }

    fn turn(&mut self, instance: InstanceId, turn: Turn) {
        self.give(Input::Instance(instance, turn));
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        self.history.extend(effects.iter().cloned());
        for effect in effects {
            match effect {
                Effect::Create(id) => self.ask(id, Operation::Create),
                Effect::Start(id) => self.ask(id, Operation::Start),
                Effect::Stop(id) => self.ask(id, Operation::Stop),
                Effect::Kill(id) => self.ask(id, Operation::Kill),
                Effect::Remove(id) => self.ask(id, Operation::Remove),
                Effect::Share { instance, share } => self.wish(instance, share),
                Effect::Gate(gate) => self.gate = gate,
                Effect::Over(_) => self.over = true,
                Effect::ReadActivity => self.give(Input::QuietSince(Elapsed::ZERO)),
                Effect::Diagnose(id) => self.turn(id, Turn::Diagnosed("nothing listens".into())),
                Effect::Watch { .. } | Effect::Unwatch(_) | Effect::Publish(_) | Effect::Line(_) => {}
            }
        }
    }

    fn ask(&mut self, id: InstanceId, operation: Operation) {
        // A kill may overtake a stop; what is left of the two answers comes whenever it likes.
        let ending = |operation| matches!(operation, Operation::Stop | Operation::Kill);
        let others = self.asked.iter().filter(|(_, other)| !ending(*other)).count();
        assert_eq!(others, 0, "{operation:?} of {id} while {:?} is under way", self.asked);
        assert!(operation == Operation::Create || self.made.contains(&id), "{operation:?} of {id}, which is not there");
        self.asked.push_back((id, operation));
    }

    /// One change at a time, of a process that runs, to a share that the plan has.
    fn wish(&mut self, id: InstanceId, share: Millicores) {
        let cpu = &self.lifecycle.rules.cpu;
        assert!(cpu.burst.is_some() || cpu.while_serving_only, "a plan with one share changed it to {share}");
        let most = cpu.burst.as_ref().map_or(cpu.share, |burst| burst.share);
        assert!(share <= most && (share != most || cpu.burst.is_none() || !self.lifecycle.is_dry()), "{share}");
        assert!(self.running.contains(&id), "{share} for {id}, which does not run");
        assert_eq!(self.wishes.insert(id, Wish { share, late: false }), None, "two changes of {id} at once");
    }

    fn share_answered(&mut self, failed: Option<String>) {
        let Some((id, wish)) = self.wishes.pop_first() else { return };
        self.failed |= failed.is_some();
        if failed.is_none() && !wish.late {
            self.shares.insert(id, wish.share);
        }
        self.turn(id, Turn::Shared { failed });
    }

    /// With nothing under way, the share in force is the one that is wanted; and who serves has one.
    fn check_share(&self) {
        let Some(life) = self.lifecycle.slot.life().filter(|life| self.running.contains(&life.instance)) else {
            return;
        };
        if self.failed || !self.wishes.is_empty() {
            return;
        }
        let share = self.shares[&life.instance];
        assert_eq!(share, self.lifecycle.grant(life).share);
        let serves = matches!(self.lifecycle.state(), State::Serving | State::Draining) && !self.visitors;
        assert!(serves || share >= self.lifecycle.rules.cpu.share, "{share} in {:?}", self.lifecycle.state());
    }

    fn check(&self) {
        self.check_share();
        let state = self.lifecycle.state();
        assert_eq!(self.gate, self.lifecycle.gate());
        assert_eq!(matches!(self.gate, Gate::Open(_)), state == State::Serving, "{:?} while {state:?}", self.gate);
        assert!(self.lifecycle.next_deadline().is_none_or(|at| at > self.now), "a deadline in the past");
        assert!(self.running.len() <= 1, "two processes run");
        assert_eq!(self.over, state == State::Gone);
        if self.over {
            assert!(self.lifecycle.next_deadline().is_none());
        }
    }

    fn answer(&mut self) {
        let Some((id, operation)) = self.asked.pop_front() else { return };
        match operation {
            Operation::Create => {
                self.shares.insert(id, first_share(&self.lifecycle.rules.cpu));
                self.made.insert(id);
                self.turn(id, Turn::Created);
            }
            Operation::Start => {
                self.running.insert(id);
                self.turn(id, Turn::Started(ADDRESS));
            }
            Operation::Stop => {
                self.end(id, Ended { asked_for: true, ..end(143, 0) });
                self.turn(id, Turn::Stopped { in_grace: true });
            }
            Operation::Kill => {
                self.end(id, Ended { asked_for: true, ..end(137, 0) });
                self.turn(id, Turn::Killed);
            }
            Operation::Remove => {
                self.made.remove(&id);
                self.turn(id, Turn::Removed);
            }
        }
    }

    fn fail(&mut self, fault: Fault) {
        let Some((id, operation)) = self.asked.pop_front() else { return };
        if matches!(operation, Operation::Remove) {
            // It is told as left behind; what is asked of the machine is only to go on.
            self.made.remove(&id);
        }
        if matches!(operation, Operation::Kill) {
            self.is_over(id);
        }
        self.turn(id, Turn::Failed { operation, fault, reason: "no".into() });
    }

    /// Its process has ended. Returns whether it had one.
    fn is_over(&mut self, id: InstanceId) -> bool {
        if let Some(wish) = self.wishes.get_mut(&id) {
            wish.late = true;
        }
        self.running.remove(&id)
    }

    fn end(&mut self, id: InstanceId, ended: Ended) {
        if self.is_over(id) {
            self.turn(id, Turn::Ended { ended, last_words: None });
        }
    }

    fn pass(&mut self, millis: u64) {
        let until = self.now + Elapsed::from_millis(millis);
        match self.lifecycle.next_deadline().filter(|at| *at <= until) {
            Some(at) => {
                self.now = at;
                self.give(Input::Tick);
            }
            None => self.now = until,
        }
    }

    fn play_all(&mut self, script: &[Move]) {
        for step in script {
            self.play(*step);
        }
    }

    fn play(&mut self, step: Move) {
        let current = InstanceId(self.lifecycle.instances);
        match step {
            Move::Pass(millis) => self.pass(millis),
            Move::Answer => self.answer(),
            Move::Fail(fault) => self.fail(fault),
            Move::Visit => self.visit(),
            Move::Sleep => self.give(Input::Sleep),
            Move::Restart => self.give(Input::Restart),
            Move::PortOpen => self.turn(current, Turn::PortOpen),
            Move::Healthy => self.turn(current, Turn::Healthy),
            Move::Unhealthy => self.turn(current, Turn::Unhealthy { reason: "status 500".into(), status: Some(500) }),
            Move::Exit(code, kills) => self.end(current, end(code, kills)),
            Move::Sample(mib) => {
                let (need, cpu) = (Memory::from_mib(mib), self.cpu);
                self.turn(current, Turn::Sampled { need, cpu, oom_kills: Some(mib / 400) });
            }
            Move::Use(millis) => {
                self.cpu += Elapsed::from_millis(millis);
                let (need, cpu) = (Memory::from_mib(1), self.cpu);
                self.turn(current, Turn::Sampled { need, cpu, oom_kills: None });
            }
            Move::Request => {
                self.visitors = !self.visitors;
                self.give(if self.visitors { Input::FirstRequest } else { Input::LastRequest });
            }
            Move::Question => self.turn(current, Turn::Questioned),
            Move::ShareChanges => self.share_answered(None),
            Move::ShareFails => self.share_answered(Some("no".into())),
            Move::ChildOutOfMemory => self.turn(current, Turn::ChildOutOfMemory),
            Move::Vanish => self.vanish(current),
            Move::Interrupt => self.give(Input::Interrupt),
            Move::Finish => self.give(Input::Finish),
            Move::Stale(id) => self.turn(InstanceId(id), Turn::PortOpen),
        }
    }

    /// A wake is answered: the app is on its way, unless the platform has given it up or it is there.
    fn visit(&mut self) {
        self.give(Input::WakeAsked(RequestId(1)));
        assert_ne!(self.gate, Gate::Hold(Hold::Asleep), "the visit was not heard");
        assert_ne!(self.lifecycle.state(), State::Asleep);
    }

    fn vanish(&mut self, id: InstanceId) {
        // An operation under way finds out by itself.
        if self.asked.is_empty() && self.made.remove(&id) {
            self.is_over(id);
            self.turn(id, Turn::Vanished);
        }
    }

    /// The engine answers everything, and time passes: does it get there?
    fn come_to_rest(&mut self) {
        for _ in 0..200 {
            if self.asked.is_empty() {
                return;
            }
            self.answer();
        }
        panic!("operations without end: {:?}", self.asked);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_gate_the_deadlines_and_the_operations_are_always_right(
        plan in plans(),
        script in prop::collection::vec(moves(), 0..120),
    ) {
        let mut world = World::new(plan);
        world.play_all(&script);
    }

    #[test]
    fn whatever_was_made_is_removed_when_the_run_ends(
        plan in plans(),
        script in prop::collection::vec(moves(), 0..80),
        hasty: bool,
    ) {
        let mut world = World::new(plan);
        world.play_all(&script);
        world.give(Input::Interrupt);
        if hasty {
            world.give(Input::Interrupt);
        }
        world.come_to_rest();
        prop_assert_eq!(world.lifecycle.state(), State::Gone);
        prop_assert!(world.made.is_empty(), "left: {:?}", world.made);
        prop_assert!(world.running.is_empty());
    }

    #[test]
    fn no_wake_is_lost(plan in plans(), script in prop::collection::vec(moves(), 0..80)) {
        let mut world = World::new(plan);
        let goes_on = |step: &Move| !matches!(step, Move::Interrupt | Move::Finish);
        let script: Vec<Move> = script.into_iter().filter(goes_on).collect();
        world.play_all(&script);
        world.give(Input::WakeAsked(RequestId(7)));
        for _ in 0..300 {
            match world.lifecycle.state() {
                State::Serving | State::Draining | State::Suspended | State::Gone => return Ok(()),
                State::Starting | State::Stopping | State::Backoff | State::Asleep => {}
            }
            let current = InstanceId(world.lifecycle.instances);
            if !world.asked.is_empty() {
                world.answer();
            } else if world.running.contains(&current) {
                world.turn(current, Turn::Healthy);
            } else {
                world.pass(60_000);
            }
        }
        prop_assert!(false, "it never came: {:?}", world.lifecycle);
    }

    #[test]
    fn the_same_inputs_have_the_same_effects(plan in plans(), script in prop::collection::vec(moves(), 0..80)) {
        let play = || {
            let mut world = World::new(plan);
            world.play_all(&script);
            world.history
        };
        prop_assert_eq!(play(), play());
    }

    #[test]
    fn every_change_of_state_is_in_the_diagram(plan in plans(), script in prop::collection::vec(moves(), 0..120)) {
        let mut world = World::new(plan);
        world.play_all(&script);
        let mut state = State::Asleep;
        for effect in &world.history {
            if let Effect::Publish(Kind::State { from, to, .. }) = effect {
                prop_assert_eq!(*from, state);
                let drawn = super::table::HEAD.contains(&format!("  {from:?} --> {to:?}: "));
                prop_assert!(drawn || *to == State::Stopping, "{from:?} to {to:?} is not in the diagram");
                state = *to;
            }
        }
    }
}
