//! Plans that give more CPU at some times than at others.

use super::stage::{Changes, Stage};
use super::{Effect, Input, Turn};
use crate::event::{InstanceId, Kind, Share, ShareLevel, ShareWhy};
use crate::spec::{Burst, DiskKind, HealthCheck, Spec};
use crate::units::{Elapsed, Memory, Millicores};

/// A sixteenth of a core, and a whole one while the bank holds something: a second at the start.
fn bank(spec: &mut Spec) {
    let (start, cap) = (Elapsed::from_secs(1), Elapsed::from_secs(10));
    spec.cpu.share = Millicores::new(63);
    spec.cpu.burst = Some(Burst { start, cap, share: Millicores::new(1_000) });
    spec.sleep = None;
}

/// Half a core while a request is open.
fn serving(spec: &mut Spec) {
    spec.cpu.while_serving_only = true;
    spec.health.check = HealthCheck::None;
    spec.sleep = None;
}

impl Stage {
    fn used(&mut self, cpu: u64) {
        let (need, cpu) = (Memory::from_mib(1), Elapsed::from_millis(cpu));
        self.turn(Turn::Sampled { need, cpu, oom_kills: None });
    }

    fn after(&mut self, millis: u64) {
        let until = self.now + Elapsed::from_millis(millis);
        while let Some(at) = self.lifecycle.next_deadline().filter(|at| *at <= until) {
            self.now = at;
            self.give(Input::Tick);
        }
        self.now = until;
    }

    /// The shares asked of the engine, in thousandths of a core, with the millisecond.
    fn asked(&self) -> Vec<(u64, u32)> {
        let asked = self.done.iter().filter_map(|(at, effect)| match effect {
            Effect::Share { share, .. } => Some((at.millis(), share.get())),
            _ => None,
        });
        asked.collect()
    }

    fn told(&self) -> Vec<Share> {
        let told = self.find(|effect| match effect {
            Effect::Publish(Kind::Share(share)) => Some(*share),
            _ => None,
        });
        told.into_iter().map(|(_, share)| share).collect()
    }

    fn reasons(&self) -> Vec<(ShareLevel, ShareWhy)> {
        self.told().iter().map(|share| (share.level, share.why)).collect()
    }
}

#[test]
fn a_bank_that_runs_dry_leaves_the_guaranteed_share_until_it_holds_enough_again() {
    let mut stage = Stage::serving(bank);
    stage.after(1_000);
    stage.used(1_000);
    assert_eq!(stage.asked(), [], "63 ms are left");
    stage.after(100);
    stage.used(1_100);
    assert_eq!(stage.asked(), [(1_100, 63)]);
    stage.after(2_000);
    stage.used(1_100);
    assert_eq!(stage.asked(), [(1_100, 63)], "126 ms earned, 31 owed: 95 are not enough");
    stage.after(100);
    stage.used(1_100);
    assert_eq!(stage.asked()[1..], [(3_200, 1_000)]);
    let held = |millis| Some(Elapsed::from_micros(millis));
    let told: Vec<_> = stage.told().iter().map(|share| (share.share.get(), share.why, share.bank)).collect();
    let expected = [
        (1_000, ShareWhy::Begin, held(1_000_000)),
        (63, ShareWhy::BankEmpty, held(0)),
        (1_000, ShareWhy::BankFilled, held(101_600)),
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_app_at_its_guaranteed_share_changes_nothing() {
    let mut stage = Stage::serving(bank);
    for beat in 1..=600 {
        stage.after(50);
        stage.used(beat * 3);
    }
    assert_eq!(stage.asked(), []);
    assert_eq!(stage.reasons(), [(ShareLevel::Burst, ShareWhy::Begin)]);
}

#[test]
fn a_bank_without_anything_in_it_begins_with_the_guaranteed_share() {
    let stage = Stage::serving(|spec| {
        bank(spec);
        spec.cpu.burst.as_mut().expect("a bank").start = Elapsed::ZERO;
    });
    assert_eq!(stage.asked(), []);
    assert_eq!(stage.reasons(), [(ShareLevel::Guaranteed, ShareWhy::Begin)]);
}

#[test]
fn a_new_instance_has_a_new_bank_and_the_end_of_the_old_one_tells_what_was_left() {
    let mut stage = Stage::serving(bank);
    stage.after(1_000);
    stage.used(400);
    stage.ends(1, 0);
    let left = stage.find(|effect| match effect {
        Effect::Publish(Kind::Exited(exit)) => Some(exit.bank),
        _ => None,
    });
    assert_eq!(left, [(1, Some(Elapsed::from_millis(663)))]);
    stage.after(2_000);
    stage.answers();
    let begun = stage.told().pop().expect("told");
    assert_eq!((begun.instance, begun.why, begun.bank), (InstanceId(2), ShareWhy::Begin, Some(Elapsed::from_secs(1))));
    assert_eq!(stage.asked(), [], "it was made with its first share");
}

#[test]
fn an_instance_that_is_started_again_is_given_its_first_share_again() {
    let mut stage = Stage::serving(|spec| {
        bank(spec);
        spec.disk.kind = DiskKind::Kept;
    });
    stage.after(100);
    stage.used(2_000);
    stage.ends(1, 0);
    stage.after(2_000);
    assert_eq!(stage.asked(), [(100, 63), (1_100, 1_000)]);
    let told = stage.told();
    let expected = [ShareWhy::Begin, ShareWhy::BankEmpty, ShareWhy::Begin];
    assert_eq!(told.iter().map(|share| share.why).collect::<Vec<_>>(), expected);
    assert!(told.iter().all(|share| share.instance == InstanceId(1)));
}

/// The change was for a process that has ended; whether the engine still made it, nobody can tell.
#[test]
fn an_answer_that_comes_a_life_too_late_is_not_believed() {
    let mut stage = Stage::serving(|spec| {
        bank(spec);
        spec.disk.kind = DiskKind::Kept;
    });
    stage.changes = Changes::Unanswered;
    stage.after(100);
    stage.used(2_000);
    stage.ends(1, 0);
    stage.after(2_000);
    assert_eq!(stage.asked(), [(100, 63)], "one at a time");
    stage.turn(Turn::Shared { failed: None });
    assert_eq!(stage.asked()[1..], [(2_100, 1_000)]);
    assert_eq!(stage.reasons(), [(ShareLevel::Burst, ShareWhy::Begin)], "nothing is told before it is so");
}

#[test]
fn cpu_is_withheld_a_moment_after_the_app_is_up_and_given_at_once_to_a_request() {
    let mut stage = Stage::new(serving);
    stage.after(3_000);
    assert_eq!(stage.asked(), [], "it boots with its share");
    stage.answers();
    stage.after(500);
    assert_eq!(stage.asked(), [(3_100, 1)]);
    stage.give(Input::FirstRequest);
    assert_eq!(stage.asked()[1..], [(3_500, 500)]);
    stage.after(60_000);
    stage.give(Input::LastRequest);
    stage.after(99);
    stage.give(Input::FirstRequest);
    stage.after(50);
    stage.give(Input::LastRequest);
    stage.after(99);
    assert_eq!(stage.asked().len(), 2, "visitors who follow one another change nothing");
    stage.after(1);
    assert_eq!(stage.asked()[2..], [(63_749, 1)]);
    let expected = [
        (ShareLevel::Guaranteed, ShareWhy::Begin),
        (ShareLevel::Withheld, ShareWhy::NoRequest),
        (ShareLevel::Guaranteed, ShareWhy::Request),
        (ShareLevel::Withheld, ShareWhy::NoRequest),
    ];
    assert_eq!(stage.reasons(), expected);
}

#[test]
fn a_visitor_who_waited_for_the_app_keeps_its_cpu() {
    let mut stage = Stage::new(serving);
    stage.give(Input::FirstRequest);
    stage.answers();
    stage.after(5_000);
    assert_eq!(stage.asked(), []);
}

#[test]
fn an_app_that_is_stopped_gets_its_cpu_before_the_signal() {
    let mut stage = Stage::serving(serving);
    stage.after(500);
    stage.give(Input::Finish);
    let position = |wanted: fn(&Effect) -> bool| stage.done.iter().rposition(|(_, effect)| wanted(effect));
    let share = position(|effect| matches!(effect, Effect::Share { share, .. } if share.get() == 500));
    let stop = position(|effect| matches!(effect, Effect::Stop(_)));
    assert!(share.is_some() && share < stop, "{share:?} {stop:?}");
    assert_eq!(stage.reasons().last(), Some(&(ShareLevel::Guaranteed, ShareWhy::Stop)));
}

#[test]
fn the_platforms_own_question_is_answered_with_cpu() {
    for answer in [Turn::Healthy, Turn::Unhealthy { reason: "status 500".into(), status: Some(500) }] {
        let mut stage = Stage::serving(serving);
        stage.after(1_000);
        stage.turn(Turn::Questioned);
        stage.after(300);
        stage.turn(answer);
        stage.after(1_000);
        assert_eq!(stage.asked(), [(100, 1), (1_000, 500), (1_400, 1)]);
        assert_eq!(stage.reasons()[2], (ShareLevel::Guaranteed, ShareWhy::Health));
    }
}

#[test]
fn a_request_finds_the_share_that_the_bank_allows() {
    let mut stage = Stage::serving(|spec| {
        bank(spec);
        serving(spec);
    });
    stage.after(1_000);
    stage.give(Input::FirstRequest);
    stage.after(100);
    stage.used(3_000);
    stage.give(Input::LastRequest);
    stage.after(1_000);
    stage.give(Input::FirstRequest);
    let shares: Vec<u32> = stage.asked().iter().map(|(_, share)| *share).collect();
    assert_eq!(shares, [1, 1_000, 63, 1, 63]);
    assert_eq!(stage.reasons().last(), Some(&(ShareLevel::Guaranteed, ShareWhy::Request)));
}

/// The engine is slow: its answers are given by hand.
#[test]
fn one_change_is_under_way_at_a_time_and_the_last_wish_counts() {
    let mut stage = Stage::serving(serving);
    stage.after(50);
    let mut step = |millis, input| {
        let effects = stage.lifecycle.step(Elapsed::from_millis(millis), input);
        let shares = effects.into_iter().filter_map(|effect| match effect {
            Effect::Share { share, .. } => Some(share.get()),
            _ => None,
        });
        shares.collect::<Vec<u32>>()
    };
    let done = || Input::Instance(InstanceId(1), Turn::Shared { failed: None });
    assert_eq!(step(100, Input::Tick), [1]);
    assert_eq!(step(110, Input::FirstRequest), [0; 0], "the first change is under way");
    assert_eq!(step(120, done()), [500], "then the one that is wanted now");
    assert_eq!(step(130, Input::LastRequest), [0; 0]);
    assert_eq!(step(140, Input::FirstRequest), [0; 0]);
    assert_eq!(step(150, done()), [0; 0], "what is wanted is in force");
}

#[test]
fn a_change_that_fails_is_told_once_and_tried_again() {
    let mut stage = Stage::serving(serving);
    stage.changes = Changes::Fail;
    stage.after(500);
    assert_eq!(stage.asked(), [(100, 1)]);
    stage.used(1);
    assert_eq!(stage.asked().len(), 1, "not at every sample");
    stage.after(600);
    stage.used(1);
    assert_eq!(stage.asked()[1..], [(1_100, 1)]);
    stage.changes = Changes::Made;
    stage.after(1_000);
    stage.used(1);
    assert_eq!(stage.asked()[2..], [(2_100, 1)]);
    let told = "the CPU share of instance #1 could not be changed to 0.001 CPU: the engine says no; \
                the app has another share than its plan says";
    assert_eq!(stage.notices(), [(0, told.to_owned())]);
    assert_eq!(
        stage.reasons(),
        [(ShareLevel::Guaranteed, ShareWhy::Begin), (ShareLevel::Withheld, ShareWhy::NoRequest)]
    );
    stage.give(Input::Finish);
    assert_eq!(stage.finish(), Some(crate::event::Finish::Completed));
}

#[test]
fn a_plan_with_one_share_never_changes_it_nor_speaks_of_it() {
    let mut stage = Stage::serving(|_| {});
    stage.give(Input::FirstRequest);
    stage.used(90_000);
    stage.give(Input::LastRequest);
    stage.turn(Turn::Questioned);
    stage.after(9_000);
    assert_eq!(stage.asked(), []);
    assert_eq!(stage.reasons(), []);
}
