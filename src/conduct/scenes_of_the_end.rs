//! How a run ends, whatever it was doing: nothing is left behind.

use super::Command;
use super::theatre::Theatre;
use crate::engine::EngineError;
use crate::engine::fake::{Act, Answer, Script};
use crate::event::{Finish, State};
use crate::spec::RestartPolicy;
use crate::units::Elapsed;

const fn secs(secs: u64) -> Elapsed {
    Elapsed::from_secs(secs)
}

/// Every operation takes its time, so that an interrupt can come in the middle of each.
fn slow() -> Script {
    let takes = || Answer::after(Elapsed::from_millis(700));
    Script {
        create: takes(),
        start: takes(),
        stop: takes(),
        kill: takes(),
        remove: takes(),
        heeds: Some(Elapsed::from_millis(700)),
        ..Script::serving(secs(2)).with(secs(40), Act::Exit(1))
    }
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_at_any_moment_leaves_nothing() {
    let mut met = std::collections::BTreeSet::new();
    for tenths in (0..400).step_by(3) {
        let mut theatre = Theatre::open(|_| slow(), |spec| spec.start.delay = secs(2));
        theatre.pass(100).await;
        theatre.pass(tenths * 100).await;
        if tenths > 200 {
            theatre.visitor(1);
            theatre.pass(tenths * 10).await;
        }
        met.insert(theatre.state());
        assert_eq!(theatre.ends(Command::Interrupt).await, Finish::Interrupted, "after {tenths} tenths");
    }
    let expected = [State::Asleep, State::Starting, State::Serving, State::Stopping];
    assert!(expected.iter().all(|state| met.contains(state)), "only met {met:?}");
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_in_the_back_off_and_after_suspension_leaves_nothing() {
    for (policy, state) in [(RestartPolicy::Always, State::Backoff), (RestartPolicy::Never, State::Suspended)] {
        let crash = || Script::serving(secs(1)).with(secs(3), Act::Exit(1));
        let mut theatre = Theatre::open(
            move |_| crash(),
            |spec| {
                spec.restart.policy = policy;
                spec.restart.delay = secs(50);
            },
        );
        theatre.at(10).await;
        assert_eq!(theatre.state(), state);
        assert_eq!(theatre.ends(Command::Interrupt).await, Finish::Interrupted);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_interrupt_waits_for_the_grace_and_the_second_kills() {
    let stubborn = || Script { heeds: None, ..Script::serving(secs(1)) };
    let mut patient = Theatre::open(move |_| stubborn(), |_| {});
    patient.at(5).await;
    patient.ends(Command::Interrupt).await;
    assert_eq!(patient.epoch.now().millis() / 1_000, 15, "a grace of 10 s");
    let told = "stopping the app as its host would: SIGTERM, then up to 10 s; Ctrl-C again kills it now";
    assert_eq!(patient.notices(), [told]);
    let mut hasty = Theatre::open(move |_| stubborn(), |_| {});
    hasty.at(5).await;
    hasty.command(Command::Interrupt);
    hasty.pass(1_000).await;
    assert_eq!(hasty.ends(Command::Interrupt).await, Finish::Interrupted);
    assert_eq!(hasty.epoch.now().millis() / 1_000, 6);
    assert_eq!(hasty.notices(), [told], "told once");
    assert_eq!(hasty.engine.calls(), ["create #1", "start #1", "stop #1 SIGTERM", "kill #1", "remove #1"]);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_hangs_does_not_hang_the_run() {
    let hanging = |script: fn(&mut Script) -> &mut Answer| {
        let mut play = Script::serving(secs(1));
        *script(&mut play) = Answer::after(Elapsed::MAX);
        Theatre::open(move |_| play.clone(), |_| {})
    };
    let mut create = hanging(|script| &mut script.create);
    let reason = "the engine could not create the instance: no answer in 1 min";
    assert_eq!(create.end().await, Finish::EngineFailed(reason.into()));
    let mut start = hanging(|script| &mut script.start);
    assert!(matches!(start.end().await, Finish::EngineFailed(_)));
    assert!(start.engine.left().is_empty());
    let mut stop = hanging(|script| &mut script.stop);
    stop.at(5).await;
    assert_eq!(stop.ends(Command::Finish).await, Finish::Completed);
    assert_eq!(stop.calls("kill"), 1);
    let mut remove = hanging(|script| &mut script.remove);
    remove.at(5).await;
    remove.command(Command::Finish);
    assert_eq!(remove.end().await, Finish::Completed);
    let told = "instance #1 was left behind: the engine could not remove the instance: no answer in 30 s; \
                `emu clean` removes it";
    assert_eq!(remove.notices(), [told]);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_cannot_be_run_is_the_apps_failure() {
    let error = EngineError::CannotRun { command: "strat".into(), reason: "not found".into() };
    let start = Answer { error: Some(error.clone()), ..Answer::default() };
    let mut theatre = Theatre::open(move |_| Script { start: start.clone(), ..Script::default() }, |_| {});
    assert_eq!(theatre.end().await, Finish::NeverServed(error.to_string()));
    assert_eq!(theatre.calls("start"), 1, "trying again is of no use");
    assert!(theatre.engine.left().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_without_a_door_and_without_commands_goes_on() {
    let theatre = Theatre::serving(|_| {});
    let Theatre { engine, epoch, .. } = theatre;
    tokio::time::sleep_until(epoch.instant(secs(20))).await;
    assert!(engine.calls().contains(&"create #2".to_owned()), "it sleeps although nobody holds its channels");
}
