//! What happens in a run, on a paused clock, with a scripted engine.

use super::Command;
use super::theatre::Theatre;
use crate::engine::fake::{Act, Answer, App, Script};
use crate::event::{Event, ExitCause, Finish, Gate, Hold, InstanceId, Kind, Listener, Lost, State};
use crate::spec::{Cause, IdleSignal, LineKind};
use crate::units::{Elapsed, Memory};
use State::{Asleep, Backoff, Draining, Serving, Starting, Stopping};

const fn secs(secs: u64) -> Elapsed {
    Elapsed::from_secs(secs)
}

fn crashing_after(time: Elapsed) -> Script {
    Script::serving(Elapsed::ZERO).with(time, Act::Exit(1))
}

/// The first instance does this, the others serve.
fn first(script: Script) -> impl Fn(InstanceId) -> Script + Send + Sync {
    move |id| if id == InstanceId(1) { script.clone() } else { Script::serving(secs(1)) }
}

fn exits(theatre: &Theatre) -> Vec<ExitCause> {
    let exits = theatre.find(|kind| match kind {
        Kind::Exited(exit) => Some(exit.cause),
        _ => None,
    });
    exits.into_iter().map(|(_, cause)| cause).collect()
}

/// Whoever hears that the app serves may ask at once, and whoever hears that it does not is not let in.
#[tokio::test(start_paused = true)]
async fn the_gate_stands_as_it_must_when_a_state_is_told() {
    let mut theatre = Theatre::open(first(crashing_after(secs(5))), |spec| spec.restart.delay = secs(1));
    theatre.at(20).await;
    theatre.ends(Command::Finish).await;
    assert_eq!(theatre.told_open(), [Serving, Serving]);
}

#[tokio::test(start_paused = true)]
async fn it_boots_serves_and_finishes() {
    let mut theatre = Theatre::serving(|spec| {
        spec.lines.insert(LineKind::Live, "live on port {port} at {address}".into());
    });
    theatre.at(5).await;
    assert_eq!(theatre.state(), Serving);
    assert_eq!(theatre.ends(Command::Finish).await, Finish::Completed);
    let told: Vec<&str> = theatre.kinds().iter().map(name).collect();
    let expected = [
        "header",
        "listening",
        "gate",
        "state",
        "created",
        "started",
        "port",
        "ready",
        "state",
        "gate",
        "platform",
        "gate",
        "state",
        "exited",
        "removed",
        "state",
        "finished",
    ];
    assert_eq!(told, expected);
    assert_eq!(theatre.engine.calls(), ["create #1", "start #1", "stop #1 SIGTERM", "remove #1"]);
    let lines = theatre.find(|kind| match kind {
        Kind::Platform { line } => Some(line.clone()),
        _ => None,
    });
    assert_eq!(lines, [(1_000, "live on port 10000 at http://127.0.0.1:8080".to_owned())]);
}

fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Header(_) => "header",
        Kind::Listening { .. } => "listening",
        Kind::Gate(_) => "gate",
        Kind::State { .. } => "state",
        Kind::Created { .. } => "created",
        Kind::Started { .. } => "started",
        Kind::PortOpen { .. } => "port",
        Kind::Ready { .. } => "ready",
        Kind::Platform { .. } => "platform",
        Kind::Exited(_) => "exited",
        Kind::Removed { .. } => "removed",
        Kind::Finished(_) => "finished",
        _ => "other",
    }
}

#[tokio::test(start_paused = true)]
async fn events_are_numbered_without_gaps_and_time_never_goes_back() {
    let mut theatre = Theatre::serving(|_| {});
    theatre.at(40).await;
    theatre.ends(Command::Finish).await;
    let events: Vec<Event> = theatre.events();
    assert!(events.iter().zip(0..).all(|(event, seq)| event.seq == seq));
    assert!(events.is_sorted_by_key(|event| event.at));
}

#[tokio::test(start_paused = true)]
async fn it_sleeps_on_time_after_the_last_byte() {
    let theatre = Theatre::serving(|_| {});
    theatre.at(10).await;
    theatre.meter.last_request.store(secs(9).micros(), std::sync::atomic::Ordering::Relaxed);
    theatre.at(60).await;
    let (at, _) = *theatre.states().iter().find(|(_, state)| *state == Asleep).expect("it sleeps");
    assert!((23_500..24_500).contains(&at), "15 s after the last byte at 9 s, but it slept at {at} ms");
    assert_eq!(*theatre.gate.borrow(), Gate::Hold(Hold::Asleep));
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_not_cut_by_sleep() {
    let theatre = Theatre::serving(|_| {});
    theatre.at(5).await;
    theatre.meter.open_requests.store(1, std::sync::atomic::Ordering::Relaxed);
    theatre.at(100).await;
    assert_eq!(theatre.state(), Serving);
}

#[tokio::test(start_paused = true)]
async fn emus_own_questions_do_not_keep_it_awake() {
    let theatre = Theatre::serving(|spec| spec.health.interval = Elapsed::from_millis(100));
    theatre.at(20).await;
    assert_eq!(theatre.state(), Asleep);
    let questions = theatre.engine.questions();
    theatre.at(60).await;
    assert_eq!(theatre.engine.questions(), questions, "and nobody asks an app that sleeps");
}

#[tokio::test(start_paused = true)]
async fn fifty_visitors_start_it_once_and_find_it_made() {
    let mut theatre = Theatre::open(
        |_| Script { create: Answer::after(secs(3)), ..Script::serving(secs(1)) },
        |spec| spec.start.delay = secs(2),
    );
    theatre.at(30).await;
    assert_eq!(theatre.state(), Asleep);
    (0..50).for_each(|number| theatre.visitor(number));
    theatre.pass(2_500).await;
    assert_eq!(theatre.starts(), [3_000, 32_000], "making it took no time of the wake");
    theatre.pass(1_000).await;
    assert!(matches!(*theatre.gate.borrow(), Gate::Open(_)));
    assert_eq!(theatre.calls("start"), 2);
    theatre.ends(Command::Finish).await;
}

#[tokio::test(start_paused = true)]
async fn a_wake_costs_little_more_than_the_app() {
    let theatre = Theatre::open(|_| Script::serving(Elapsed::from_millis(2_990)), |_| {});
    theatre.at(30).await;
    theatre.visitor(1);
    theatre.pass(3_140).await;
    assert_eq!(theatre.state(), Serving, "at most 150 ms on top of a boot of 2990 ms");
}

#[tokio::test(start_paused = true)]
async fn a_visitor_during_the_stop_is_served_afterwards() {
    let script = || Script { heeds: Some(secs(5)), ..Script::serving(secs(1)) };
    let theatre = Theatre::open(move |_| script(), |_| {});
    theatre.at(18).await;
    assert_eq!(theatre.state(), Stopping);
    theatre.visitor(1);
    theatre.pass(10).await;
    assert_eq!(*theatre.gate.borrow(), Gate::Hold(Hold::Waking));
    theatre.at(25).await;
    assert_eq!(theatre.state(), Serving);
    assert_eq!(theatre.starts().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_memory_limit_is_told_and_recovered_from() {
    let script =
        Script::serving(secs(1)).with(secs(4), Act::Need(Memory::from_mib(500))).with(secs(5), Act::OutOfMemory);
    let mut theatre = Theatre::open(first(script), |_| {});
    theatre.pass(5_010).await;
    assert_eq!(*theatre.gate.borrow(), Gate::Refuse(Cause::Unreachable));
    theatre.at(8).await;
    assert_eq!(exits(&theatre), [ExitCause::OutOfMemory]);
    assert_eq!(theatre.states()[2..], [(5_000, Backoff), (6_000, Starting), (7_000, Serving)]);
    let need = theatre.find(|kind| match kind {
        Kind::Exited(exit) => exit.need,
        _ => None,
    });
    assert_eq!(need, [(5_000, Memory::from_mib(500))]);
    assert_eq!(theatre.ends(Command::Finish).await, Finish::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_killed_child_is_told_while_the_app_lives() {
    let script = Script::serving(secs(1)).with(secs(5), Act::ChildOutOfMemory);
    let theatre = Theatre::open(first(script), |_| {});
    theatre.at(6).await;
    assert_eq!(theatre.find(|kind| matches!(kind, Kind::ChildOutOfMemory { .. }).then_some(())), [(5_000, ())]);
    assert_eq!(theatre.state(), Serving);
}

#[tokio::test(start_paused = true)]
async fn a_crash_loop_keeps_the_pauses_of_the_plan() {
    let theatre = Theatre::open(|_| crashing_after(secs(2)), |_| {});
    theatre.at(30).await;
    let gaps: Vec<u64> = theatre.starts().windows(2).map(|pair| pair[1] - pair[0] - 2_000).collect();
    assert_eq!(gaps.len(), 4);
    for (gap, expected) in gaps.iter().zip([1_000, 2_000, 4_000, 8_000]) {
        assert!(gap.abs_diff(expected) <= 100, "{gaps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn killed_from_outside_the_run_proves_nothing() {
    let mut theatre = Theatre::serving(|_| {});
    theatre.at(3).await;
    theatre.engine.kill_from_outside(InstanceId(1));
    theatre.at(8).await;
    assert_eq!(exits(&theatre), [ExitCause::KilledFromOutside]);
    assert_eq!(theatre.state(), Serving, "it is started again, as the platform would");
    assert!(matches!(theatre.ends(Command::Finish).await, Finish::Invalid(_)));
}

#[tokio::test(start_paused = true)]
async fn failing_checks_close_the_gate_and_then_restart_it() {
    let app = App { sick: vec![(secs(20), Elapsed::MAX)], ..App::default() };
    let script = Script { app, ..Script::serving(secs(1)) };
    let theatre = Theatre::open(first(script), |spec| spec.sleep = None);
    theatre.at(100).await;
    assert_eq!(
        theatre.states()[2..],
        [(35_000, Draining), (80_000, Stopping), (80_000, Backoff), (81_000, Starting), (82_000, Serving)]
    );
}

#[tokio::test(start_paused = true)]
async fn one_healthy_answer_opens_the_gate_again() {
    let app = App { sick: vec![(secs(20), secs(38))], ..App::default() };
    let script = Script { app, ..Script::serving(secs(1)) };
    let theatre = Theatre::open(first(script), |spec| spec.sleep = None);
    theatre.at(60).await;
    assert_eq!(theatre.states()[2..], [(35_000, Draining), (40_000, Serving)]);
    assert!(theatre.kinds().contains(&Kind::HealthRecovered { instance: InstanceId(1) }));
}

#[tokio::test(start_paused = true)]
async fn an_app_on_the_wrong_port_is_told_early_and_at_the_end() {
    let listeners = vec![Listener { address: "127.0.0.1:5000".parse().unwrap() }];
    let mut theatre = Theatre::open(move |_| Script { listeners: listeners.clone(), ..Script::mute() }, |_| {});
    theatre.at(6).await;
    let seen = "nothing listens on port 10000; the app listens on 127.0.0.1:5000";
    assert_eq!(theatre.notices(), [format!("the app cannot be reached yet: {seen}")]);
    let finish = theatre.end().await;
    let story = format!("the app did not answer within 30 s of its start: {seen} (3 starts in a row)");
    assert_eq!(finish, Finish::NeverServed(story));
    assert_eq!(theatre.calls("kill"), 3);
    assert!(theatre.engine.left().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_open_port_is_not_a_healthy_answer() {
    let app = App { port: secs(1), ready: secs(4), sick: Vec::new() };
    let theatre = Theatre::open(move |_| Script { app: app.clone(), ..Script::serving(secs(1)) }, |_| {});
    theatre.pass(3_900).await;
    assert_eq!(theatre.state(), Starting);
    assert_eq!(theatre.find(|kind| matches!(kind, Kind::PortOpen { .. }).then_some(())), [(1_000, ())]);
    theatre.pass(250).await;
    assert_eq!(theatre.state(), Serving, "at most 150 ms after its first healthy answer");
}

#[tokio::test(start_paused = true)]
async fn an_app_that_never_answers_well_is_given_up_with_the_reason() {
    let app = App { port: secs(1), ready: Elapsed::MAX, sick: Vec::new() };
    let mut theatre = Theatre::open(move |_| Script { app: app.clone(), ..Script::serving(secs(1)) }, |_| {});
    let story =
        "the app did not answer within 30 s of its start: its health check fails: status 500 (3 starts in a row)";
    assert_eq!(theatre.end().await, Finish::NeverServed(story.into()));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_ends_at_once_is_given_up_with_its_last_words() {
    let script = || {
        Script::mute()
            .with(Elapsed::from_millis(10), Act::Log("ModuleNotFoundError: No module named 'pandas'".into()))
            .with(Elapsed::from_millis(20), Act::Exit(1))
    };
    let mut theatre = Theatre::open(move |_| script(), |_| {});
    let Finish::NeverServed(story) = theatre.end().await else { panic!("it never served") };
    assert_eq!(
        story,
        "the app crashed with status 1 before it served; its last words: \
         ModuleNotFoundError: No module named 'pandas' (3 starts in a row)"
    );
    assert!(theatre.engine.left().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_with_the_disk_is_told() {
    let file = |path: &str, size: Option<u64>| Lost { path: path.into(), size: size.map(Memory::from_bytes) };
    let losses = vec![
        file("/app/data.db", Some(12_000)),
        file("/app/unknown", None),
        file("/app/upload.pdf", Some(100_000)),
        file("/app/__pycache__/main.cpython-312.pyc", Some(900)),
    ];
    let theatre = Theatre::open(move |_| Script { losses: losses.clone(), ..Script::serving(secs(1)) }, |_| {});
    theatre.at(20).await;
    let told = theatre.kinds().into_iter().find_map(|kind| match kind {
        Kind::Losses(losses) => Some(losses),
        _ => None,
    });
    let losses = told.expect("losses are told");
    assert_eq!((losses.instance, losses.count, losses.size), (InstanceId(1), 3, Memory::from_bytes(112_000)));
    let paths: Vec<_> = losses.largest.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["/app/upload.pdf", "/app/data.db", "/app/unknown"]);
}

#[tokio::test(start_paused = true)]
async fn a_mark_stands_in_the_record() {
    let theatre = Theatre::serving(|_| {});
    theatre.at(2).await;
    theatre.command(Command::Mark("before the change".into()));
    theatre.pass(1).await;
    assert_eq!(theatre.kinds().last(), Some(&Kind::Mark { text: "before the change".into() }));
}

#[tokio::test(start_paused = true)]
async fn the_user_puts_it_to_sleep_wakes_and_restarts_it() {
    let theatre = Theatre::serving(|_| {});
    for (command, state) in [(Command::Sleep, Asleep), (Command::Wake, Serving), (Command::Restart, Serving)] {
        theatre.pass(5_000).await;
        theatre.command(command);
        theatre.pass(2_000).await;
        assert_eq!(theatre.state(), state);
    }
    assert_eq!(theatre.starts().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_an_app_sends_keeps_it_awake_where_that_counts() {
    let slept = |counts: &'static [IdleSignal]| async move {
        let at = Elapsed::from_secs;
        let script = move |_| {
            let script = Script::serving(Elapsed::from_millis(100)).with(at(1), Act::Sent(3)).with(at(9), Act::Sent(4));
            // Nothing more was sent: the same count says nothing.
            script.with(at(12), Act::Sent(4))
        };
        let theatre = Theatre::open(script, |spec| {
            spec.sleep.as_mut().expect("the example sleeps").counts = counts.to_vec();
        });
        theatre.at(60).await;
        let (at, _) = *theatre.states().iter().find(|(_, state)| *state == Asleep).expect("it sleeps");
        at
    };
    let (counted, not) = (slept(&[IdleSignal::Outbound]).await, slept(&[IdleSignal::Request]).await);
    assert!((24_000..24_500).contains(&counted), "15 s after the packet at 9 s, but it slept at {counted} ms");
    assert!((15_000..15_500).contains(&not), "15 s after it was ready, but it slept at {not} ms");
}
