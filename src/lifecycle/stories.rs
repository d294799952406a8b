//! What a platform does with an app, told as stories.

use super::stage::{ADDRESS, Stage};
use super::{Effect, Input, Operation, Turn};
use crate::event::{ExitCause, Finish, Gate, Hold, InstanceId, Kind, RequestId, State};
use crate::spec::{AtLimit, Cause, DiskKind, LineKind, RestartPolicy};
use crate::units::{Elapsed, Memory};
use State::{Asleep, Backoff, Draining, Gone, Serving, Starting, Stopping, Suspended};

const WAKE: Input = Input::WakeAsked(RequestId(1));

fn asleep() -> Stage {
    let mut stage = Stage::serving(|spec| spec.start.delay = Elapsed::from_secs(20));
    stage.pass(15);
    stage
}

fn exits(stage: &Stage) -> Vec<(u64, ExitCause)> {
    stage.find(|effect| match effect {
        Effect::Publish(Kind::Exited(exit)) => Some(exit.cause),
        _ => None,
    })
}

fn count(stage: &Stage, wanted: &Effect) -> usize {
    stage.done.iter().filter(|(_, effect)| effect == wanted).count()
}

#[test]
fn it_boots_without_the_platforms_delay_and_serves() {
    let stage = Stage::serving(|spec| spec.start.delay = Elapsed::from_secs(20));
    assert_eq!(stage.states(), [(0, Starting), (0, Serving)]);
    assert_eq!(stage.gates(), [(0, Gate::Hold(Hold::Booting)), (0, Gate::Open(ADDRESS))]);
    assert_eq!(stage.lines(), [(0, LineKind::Starting), (0, LineKind::Live)]);
}

#[test]
fn it_sleeps_when_nobody_came_and_makes_the_next_instance_ahead() {
    let mut stage = Stage::serving(|_| {});
    stage.pass(14);
    assert_eq!(stage.lifecycle.state(), Serving);
    stage.pass(1);
    assert_eq!(stage.states()[2..], [(15, Stopping), (15, Asleep)]);
    assert_eq!(stage.lifecycle.gate(), Gate::Hold(Hold::Asleep));
    assert_eq!(count(&stage, &Effect::Remove(InstanceId(1))), 1, "its disk is lost");
    assert_eq!(count(&stage, &Effect::Create(InstanceId(2))), 1);
    assert_eq!(stage.starts(), [(0, InstanceId(1))], "made, not started");
    assert_eq!(stage.lifecycle.next_deadline(), None);
}

#[test]
fn a_plan_that_keeps_the_disk_starts_the_same_instance_again() {
    let mut stage = Stage::serving(|spec| spec.disk.kind = DiskKind::Kept);
    stage.pass(15);
    stage.give(WAKE);
    assert_eq!(stage.starts(), [(0, InstanceId(1)), (15, InstanceId(1))]);
    stage.give(Input::Finish);
    assert_eq!(count(&stage, &Effect::Remove(InstanceId(1))), 1, "but the end of the run removes it");
}

#[test]
fn a_visitor_moves_the_sleep_and_one_who_stays_prevents_it() {
    let mut stage = Stage::serving(|_| {});
    stage.last_seen = Some(Elapsed::from_secs(10));
    stage.pass(24);
    assert_eq!(stage.lifecycle.state(), Serving);
    stage.last_seen = None;
    stage.pass(100);
    assert_eq!(stage.lifecycle.state(), Serving);
}

#[test]
fn a_wake_waits_for_the_platform_and_then_for_the_app() {
    let mut stage = asleep();
    stage.give(WAKE);
    assert_eq!(stage.lifecycle.gate(), Gate::Hold(Hold::Waking));
    stage.pass(20);
    assert_eq!(stage.starts(), [(0, InstanceId(1)), (35, InstanceId(2))]);
    assert_eq!(count(&stage, &Effect::Publish(Kind::PlatformReady)), 1);
    stage.answers();
    assert_eq!(stage.lifecycle.gate(), Gate::Open(ADDRESS));
    stage.pass(14);
    assert_eq!(stage.lifecycle.state(), Serving, "the idle clock begins when it is ready, not at the last visit");
}

#[test]
fn fifty_visitors_start_it_once() {
    let mut stage = asleep();
    for request in 0..50 {
        stage.give(Input::WakeAsked(RequestId(request)));
        stage.pass(1);
    }
    assert_eq!(stage.starts().len(), 2);
}

#[test]
fn a_visitor_who_comes_while_it_falls_asleep_is_not_forgotten() {
    let mut stage = Stage::serving(|spec| spec.start.delay = Elapsed::from_secs(20));
    stage.pass(14);
    stage.now = Elapsed::from_secs(15);
    let ask = stage.lifecycle.step(stage.now, Input::Tick);
    assert_eq!(ask, [Effect::ReadActivity]);
    let stop = stage.lifecycle.step(stage.now, Input::QuietSince(Elapsed::ZERO));
    assert!(stop.contains(&Effect::Stop(InstanceId(1))));
    stage.now = Elapsed::from_secs(18);
    stage.give(WAKE);
    assert_eq!(stage.lifecycle.gate(), Gate::Hold(Hold::Waking));
    stage.now = Elapsed::from_secs(25);
    stage.turn(Turn::Stopped { in_grace: true });
    assert_eq!(stage.lifecycle.state(), Starting);
    stage.pass(20);
    assert_eq!(stage.starts().last(), Some(&(38, InstanceId(2))), "the delay counts from the visit");
}

#[test]
fn the_memory_limit_turns_visitors_away_until_it_has_recovered() {
    let mut stage = Stage::serving(|_| {});
    stage.pass(5);
    stage.turn(Turn::Sampled { need: Memory::from_mib(511), cpu: Elapsed::ZERO, oom_kills: Some(0) });
    stage.turn(Turn::Sampled { need: Memory::from_mib(2), cpu: Elapsed::ZERO, oom_kills: Some(1) });
    stage.ends(137, 1);
    assert_eq!(exits(&stage), [(5, ExitCause::OutOfMemory)]);
    assert_eq!(stage.lifecycle.state(), Backoff);
    assert_eq!(stage.lifecycle.gate(), Gate::Refuse(Cause::Unreachable));
    stage.pass(1);
    stage.answers();
    assert_eq!(stage.lines()[2..], [(5, LineKind::MemoryExceeded), (6, LineKind::Starting), (6, LineKind::Recovered)]);
    let said = stage.done.iter().find_map(|(_, effect)| match effect {
        Effect::Line(line) if line.kind == LineKind::MemoryExceeded => line.values.get("memory_now").map(str::to_owned),
        _ => None,
    });
    assert_eq!(said.as_deref(), Some("511M"));
}

#[test]
fn a_crash_loop_keeps_the_pauses_of_the_plan() {
    let mut stage = Stage::serving(|_| {});
    for pause in [1, 2, 4, 8] {
        stage.ends(1, 0);
        stage.pass(pause);
        assert_eq!(stage.lifecycle.state(), Starting, "{pause} s after the crash");
        stage.answers();
        stage.pass(5);
    }
    let starts: Vec<u64> = stage.starts().iter().map(|(at, _)| *at).collect();
    assert_eq!(starts, [0, 1, 8, 17, 30], "not a moment earlier");
}

#[test]
fn a_plan_may_suspend_at_the_memory_limit_until_the_owner_acts() {
    let mut stage = Stage::serving(|spec| spec.memory.at_limit = AtLimit::Suspend);
    stage.ends(137, 1);
    stage.pass(1_000);
    stage.give(WAKE);
    assert_eq!(stage.lifecycle.state(), Suspended);
    assert_eq!(stage.lifecycle.gate(), Gate::Refuse(Cause::Suspended));
    stage.give(Input::Restart);
    stage.answers();
    assert_eq!(stage.lifecycle.state(), Serving);
}

#[test]
fn a_reboot_clears_memory_and_keeps_the_disk_where_the_plan_keeps_it() {
    for (kind, instances) in [(DiskKind::Kept, vec![1, 1]), (DiskKind::LostAtRestart, vec![1, 2])] {
        let mut stage = Stage::serving(|spec| spec.disk.kind = kind);
        stage.give(Input::Restart);
        stage.answers();
        assert_eq!(stage.lifecycle.state(), Serving);
        let started: Vec<u32> = stage.starts().into_iter().map(|(_, instance)| instance.0).collect();
        assert_eq!(started, instances, "{kind:?}");
    }
}

#[test]
fn a_suspended_app_is_given_up_when_the_run_ends() {
    let mut stage = Stage::serving(|spec| spec.restart.policy = RestartPolicy::Never);
    stage.turn(Turn::Ended { ended: super::stage::end(3, 0), last_words: Some("oh no".into()) });
    stage.give(Input::Finish);
    let story = "the app crashed with status 3; its last words: oh no".to_owned();
    assert_eq!(stage.finish(), Some(Finish::GivenUp(story)));
}

#[test]
fn killed_from_outside_it_restarts_but_the_run_proves_nothing() {
    let mut stage = Stage::serving(|_| {});
    stage.ends(137, 0);
    stage.pass(1);
    assert_eq!(stage.lifecycle.state(), Starting);
    stage.answers();
    stage.give(Input::Finish);
    let reason = "instance #1 was killed by somebody else than emu or its memory limit".to_owned();
    assert_eq!(stage.finish(), Some(Finish::Invalid(reason)));
}

#[test]
fn failing_checks_close_the_gate_and_then_restart_it() {
    let mut stage = Stage::serving(|spec| spec.sleep = None);
    stage.pass(9);
    stage.fails_its_check();
    stage.pass(1);
    stage.fails_its_check();
    stage.pass(14);
    assert_eq!(stage.lifecycle.state(), Serving, "the failure at 9 s was too early to count");
    stage.pass(1);
    assert_eq!(stage.states()[2..], [(25, Draining)]);
    assert_eq!(stage.lifecycle.gate(), Gate::Refuse(Cause::Unreachable));
    stage.pass(45);
    assert_eq!(stage.states()[3..], [(70, Stopping), (70, Backoff)]);
    stage.pass(1);
    assert_eq!(stage.lifecycle.state(), Starting);
}

#[test]
fn one_healthy_answer_lets_visitors_in_again() {
    let mut stage = Stage::serving(|spec| spec.sleep = None);
    stage.pass(20);
    stage.fails_its_check();
    stage.pass(20);
    assert_eq!(stage.lifecycle.state(), Draining);
    stage.turn(Turn::Healthy);
    assert_eq!((stage.lifecycle.state(), stage.lifecycle.gate()), (Serving, Gate::Open(ADDRESS)));
    stage.pass(1_000);
    assert_eq!(stage.lifecycle.state(), Serving);
}

#[test]
fn an_app_that_never_answers_is_looked_at_and_given_up_after_three_starts() {
    let mut stage = Stage::new(|_| {});
    stage.pass(1_000);
    assert_eq!(stage.notices()[0], (5, "the app cannot be reached yet: nothing listens on port 10000".into()));
    assert_eq!(stage.starts(), [(0, InstanceId(1)), (31, InstanceId(2)), (63, InstanceId(3))]);
    let story = "the app did not answer within 30 s of its start: nothing listens on port 10000 (3 starts in a row)";
    assert_eq!(stage.finish(), Some(Finish::NeverServed(story.into())));
    assert_eq!(stage.lifecycle.state(), Gone);
}

#[test]
fn an_open_port_with_a_failing_check_is_told_as_such() {
    let mut stage = Stage::new(|spec| spec.restart.policy = RestartPolicy::Never);
    stage.turn(Turn::PortOpen);
    stage.fails_its_check();
    stage.pass(30);
    let story = "the app did not answer within 30 s of its start: its health check fails: status 500";
    assert_eq!(stage.finish(), Some(Finish::NeverServed(story.into())));
}

#[test]
fn a_failed_wake_is_told_to_the_visitors_and_the_platform_goes_on_trying() {
    let mut stage = asleep();
    stage.give(WAKE);
    stage.pass(20);
    stage.ends(1, 0);
    assert_eq!(stage.lifecycle.gate(), Gate::Refuse(Cause::WakeFailed));
    for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
        stage.pass(pause);
        assert_eq!(stage.lifecycle.state(), Starting);
        stage.ends(1, 0);
    }
}

#[test]
fn the_timetable_restarts_it_without_a_pause() {
    let mut stage = Stage::serving(|spec| {
        spec.restart.scheduled = Some(Elapsed::from_secs(100));
        spec.sleep = None;
    });
    stage.pass(100);
    assert_eq!(stage.starts(), [(0, InstanceId(1)), (100, InstanceId(2))]);
    assert_eq!(stage.lifecycle.gate(), Gate::Hold(Hold::Waking));
}

#[test]
fn the_slow_zone_writes_its_line_as_often_as_the_platform_looks() {
    let mut stage = Stage::serving(|spec| {
        spec.memory.at_limit = AtLimit::SlowThenKill;
        spec.memory.slow_check = Elapsed::from_secs(20);
        spec.sleep = None;
    });
    for _ in 0..41 {
        stage.turn(Turn::Sampled { need: Memory::from_mib(768), cpu: Elapsed::ZERO, oom_kills: None });
        stage.pass(1);
    }
    let slow = [(0, LineKind::MemorySlow), (20, LineKind::MemorySlow), (40, LineKind::MemorySlow)];
    assert_eq!(stage.lines()[2..], slow);
}

#[test]
fn a_process_that_ends_before_the_engine_says_it_runs_is_a_crash() {
    let (mut stage, _) = Stage::silent(|_| {});
    let first = InstanceId(1);
    stage.lifecycle.step(stage.now, Input::Instance(first, Turn::Created));
    stage.ends(2, 0);
    stage.turn(Turn::Started(ADDRESS));
    assert_eq!(stage.lifecycle.state(), Backoff);
    assert_eq!(exits(&stage), [(0, ExitCause::Crashed)]);
}

#[test]
fn an_end_that_is_told_late_is_still_told() {
    let mut stage = Stage::serving(|_| {});
    let stop = stage.lifecycle.step(stage.now, Input::Sleep);
    assert!(stop.contains(&Effect::Stop(InstanceId(1))));
    let first = |turn| Input::Instance(InstanceId(1), turn);
    stage.give(first(Turn::Stopped { in_grace: true }));
    assert_eq!(stage.lifecycle.state(), Asleep);
    let ended = crate::event::Ended { asked_for: true, ..super::stage::end(143, 0) };
    stage.give(first(Turn::Ended { ended, last_words: None }));
    assert_eq!(exits(&stage), [(0, ExitCause::Stopped)]);
}

#[test]
fn every_end_is_told_once() {
    let mut stage = Stage::serving(|spec| spec.disk.kind = DiskKind::Kept);
    stage.lifecycle.step(stage.now, Input::Sleep);
    stage.ends(143, 0);
    stage.ends(143, 0);
    stage.turn(Turn::Stopped { in_grace: true });
    stage.ends(143, 0);
    assert_eq!(exits(&stage), [(0, ExitCause::Stopped)]);
}

#[test]
fn an_end_that_was_never_told_does_not_hide_the_next_one() {
    let mut stage = Stage::serving(|spec| spec.disk.kind = DiskKind::Kept);
    stage.lifecycle.step(stage.now, Input::Sleep);
    stage.turn(Turn::Stopped { in_grace: true });
    stage.give(WAKE);
    stage.answers();
    stage.ends(1, 0);
    assert_eq!(stage.lifecycle.state(), Backoff);
}

#[test]
fn the_next_instance_that_could_not_be_made_ahead_is_made_by_the_wake() {
    let mut stage = Stage::serving(|_| {});
    stage.broken = vec![Operation::Create];
    stage.pass(1_000);
    assert_eq!((stage.lifecycle.state(), stage.lifecycle.instances), (Asleep, 2), "tried once");
    stage.broken.clear();
    stage.give(WAKE);
    assert_eq!(stage.starts().last(), Some(&(1_000, InstanceId(3))));
}

#[test]
fn an_engine_that_fails_at_once_ends_the_run() {
    let (mut stage, effects) = Stage::silent(|_| {});
    assert!(effects.contains(&Effect::Create(InstanceId(1))));
    let failed = |fault| Turn::Failed { operation: Operation::Create, fault, reason: "no".into() };
    let mut other = stage.clone();
    stage.turn(failed(super::Fault::Engine));
    assert_eq!(stage.finish(), Some(Finish::EngineFailed("no".into())));
    other.turn(failed(super::Fault::App));
    assert_eq!(other.finish(), Some(Finish::NeverServed("no".into())));
}

#[test]
fn an_engine_that_fails_later_gets_three_tries() {
    let mut stage = asleep();
    stage.broken = vec![Operation::Start];
    stage.give(WAKE);
    stage.pass(1_000);
    assert_eq!(stage.starts().len(), 4);
    assert_eq!(stage.finish(), Some(Finish::EngineFailed("Start failed".into())));
}

#[test]
fn what_cannot_be_removed_is_told() {
    let mut stage = Stage::serving(|_| {});
    stage.broken = vec![Operation::Remove];
    stage.give(Input::Finish);
    assert_eq!(stage.finish(), Some(Finish::Completed));
    let text = "instance #1 was left behind: Remove failed; `emu clean` removes it";
    assert_eq!(stage.notices(), [(0, text.to_owned())]);
}

#[test]
fn an_engine_that_cannot_stop_is_told_to_kill() {
    let mut stage = Stage::serving(|_| {});
    stage.broken = vec![Operation::Stop];
    stage.give(Input::Finish);
    assert_eq!(count(&stage, &Effect::Kill(InstanceId(1))), 1);
    assert_eq!(stage.lifecycle.state(), Gone);
}

#[test]
fn the_second_interrupt_kills() {
    let mut stage = Stage::serving(|_| {});
    let first = stage.lifecycle.step(stage.now, Input::Interrupt);
    assert!(first.contains(&Effect::Stop(InstanceId(1))));
    stage.give(Input::Interrupt);
    assert_eq!(count(&stage, &Effect::Kill(InstanceId(1))), 1);
    assert_eq!(stage.finish(), Some(Finish::Interrupted));
}

#[test]
fn the_first_interrupt_tells_what_is_waited_for() {
    let mut stage = Stage::serving(|_| {});
    let first = stage.lifecycle.step(stage.now, Input::Interrupt);
    let told = "stopping the app as its host would: SIGTERM, then up to 10 s; Ctrl-C again kills it now";
    let notices = |effects: &[Effect]| {
        let all = effects.iter().filter(|effect| matches!(effect, Effect::Publish(Kind::Notice { .. })));
        all.cloned().collect::<Vec<_>>()
    };
    assert_eq!(notices(&first), [Effect::Publish(Kind::Notice { text: told.into() })]);
    assert_eq!(notices(&stage.lifecycle.step(stage.now, Input::Interrupt)), [], "the second has nothing to tell");
    let mut sleeper = asleep();
    sleeper.give(Input::Interrupt);
    assert_eq!(sleeper.notices(), [], "nothing runs, nothing is waited for");
}

#[test]
fn a_start_that_failed_is_why_the_app_never_served() {
    let mut stage = Stage::new(|_| {});
    stage.turn(Turn::Ended { ended: super::stage::end(2, 0), last_words: Some("no such knob".into()) });
    stage.pass(2);
    assert_eq!(stage.lifecycle.state(), Starting);
    let mut other = stage.clone();
    stage.give(Input::Finish);
    let story = "the app crashed with status 2 before it served; its last words: no such knob";
    assert_eq!(stage.finish(), Some(Finish::NeverServed(story.into())));
    other.ends(0, 0);
    other.give(Input::Finish);
    let story = "the app ended with status 0 before it served (2 starts in a row)";
    assert_eq!(other.finish(), Some(Finish::NeverServed(story.into())), "the last failure is told");
}

#[test]
fn a_run_that_ends_before_the_app_served_says_so() {
    let mut stage = Stage::new(|_| {});
    stage.pass(6);
    stage.give(Input::Finish);
    let story = "the run was over before the app served: nothing listens on port 10000";
    assert_eq!(stage.finish(), Some(Finish::NeverServed(story.into())));
}
