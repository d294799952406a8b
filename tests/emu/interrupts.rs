//! Ctrl-C and worse, in every phase of a run: nothing is left, and the record can be read.

use rustix::process::Signal;

use crate::driver::emu;
use crate::live::Live;
use crate::support::docker_answers;

/// A plan that sleeps, on a whole core so that it boots at once.
const QUICK: &[&str] = &["mimic", "--profile", "render-free", "--set", "cpu.share=1"];

fn quick<'a>(more: &[&'a str], knobs: &[&'a str]) -> Vec<&'a str> {
    [QUICK, more, &["--"], knobs].concat()
}

#[tokio::test]
async fn an_interrupt_while_it_starts_leaves_nothing() {
    if !docker_answers() {
        return;
    }
    let mut run = Live::run(quick(&[], &["--boot-delay", "1h"]));
    run.line(&["app", "I am process 1"]).await;
    let past = run.interrupt().await;
    past.tells_in_order(&[&["starting", "(the run ends)"], &["gone"], &["interrupted"]]);
}

#[tokio::test]
async fn an_interrupt_while_it_serves_stops_it_as_its_host_would() {
    if !docker_answers() {
        return;
    }
    let mut run = Live::run(quick(&[], &[]));
    run.line(&["-> serving"]).await;
    let past = run.interrupt().await;
    past.tells_in_order(&[&["serving -> stopping", "(the run ends)"], &["received SIGTERM"], &["-> gone"]]);
    assert!(past.data.contains("interrupted"), "{}", past.data);
}

#[tokio::test]
async fn an_interrupt_while_it_sleeps_leaves_nothing() {
    if !docker_answers() {
        return;
    }
    let mut run = Live::run(quick(&["--warp", "900"], &[]));
    run.line(&["-> asleep"]).await;
    let past = run.interrupt().await;
    past.tells_in_order(&[&["interrupted"]]);
}

#[tokio::test]
async fn an_interrupt_during_a_back_off_leaves_nothing() {
    if !docker_answers() {
        return;
    }
    let mut run = Live::run(quick(&["--set", "restart.delay=4min"], &["--exit-after", "2s"]));
    run.line(&["-> backoff"]).await;
    let past = run.interrupt().await;
    past.tells_in_order(&[&["interrupted"]]);
}

#[tokio::test]
async fn a_second_interrupt_kills_what_does_not_stop() {
    if !docker_answers() {
        return;
    }
    let mut run = Live::run(quick(&[], &["--ignore-term"]));
    run.line(&["-> serving"]).await;
    run.signal(Signal::INT);
    run.line(&["received SIGTERM"]).await;
    let past = run.interrupt().await;
    past.tells_in_order(&[&["-> gone"], &["interrupted"]]);
}

#[tokio::test]
async fn a_killed_emu_leaves_a_readable_record_and_the_next_command_clears_the_rest() {
    if !docker_answers() {
        return;
    }
    // Its first batch is due a tenth of a second after its first event, and it serves two seconds
    // after that: by then the record has the run.
    let mut run = Live::run(quick(&["--name", "killed"], &["--boot-delay", "2s"]));
    run.line(&["-> serving"]).await;
    let home = run.home();
    let of_record = |words: &[&str]| emu(words.iter().copied()).env("EMU_HOME", &home).run();
    let shown = of_record(&["runs", "show", "killed"]).status(0);
    assert!(shown.stdout.contains(" long: still running\n"), "{}", shown.stdout);
    let kept = of_record(&["runs", "remove", "last"]).status(2);
    assert!(kept.stderr.contains("is still going\nhint: stop it first"), "{}", kept.stderr);
    let (process, _folder) = run.kill_hard().await;
    let shown = of_record(&["runs", "show", "killed"]).status(0);
    assert!(shown.stdout.contains(" long: cut off: "), "{}", shown.stdout);
    emu(["clean"]).run().status(0);
    assert_eq!(crate::live::containers_of(process).await, "", "containers are left behind");
}

#[tokio::test]
async fn cleaning_never_touches_a_run_that_lives() {
    if !docker_answers() {
        return;
    }
    let mut run = Live::run(quick(&[], &[]));
    let address = run.address().await;
    run.line(&["-> serving"]).await;
    emu(["clean"]).run().status(0);
    let answer = std::process::Command::new("curl").args(["-sf", &format!("{address}/health")]).output();
    assert!(answer.expect("curl is there").status.success(), "the neighbour was touched");
    run.interrupt().await;
}

#[tokio::test]
async fn a_record_that_cannot_be_written_does_not_cost_the_run() {
    if !docker_answers() {
        return;
    }
    // A file where a folder should be stands for every disk that refuses.
    let call = ["run"].into_iter().chain(quick(&[], &[]));
    let mut run = Live::of(emu(call).file("state", "not a folder"));
    run.line(&["-> serving"]).await;
    let past = run.interrupt().await;
    past.tells_in_order(&[&["record incomplete"]]);
    assert!(past.data.contains("States"), "{}", past.data);
}
