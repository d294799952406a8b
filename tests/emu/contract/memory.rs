//! The limit, who was killed at it, and what counts as need.

use std::time::Duration;

use emu::engine::{Ended, Engine, Happening, Instance, Order};
use emu::event::SampleSource;
use emu::units::{Elapsed, Memory, Millicores};
use tokio::time::Instant;

use super::is_apart;
use super::lab::{Lab, order};

/// Whether the kernel's own counter can be read here.
fn kernel_visible(engine: &impl Engine) -> bool {
    engine.machine().can.fast_counters
}

fn killed_at_the_limit(engine: &impl Engine, ended: Ended) {
    assert!(ended.engine_says_oom && ended.code == 137 && !ended.asked_for, "{ended:?}");
    if kernel_visible(engine) {
        // A group may be gone before it is read; what was read must agree.
        assert_ne!(ended.kernel_oom_kills, Some(0), "{ended:?}");
    }
}

pub async fn the_limit_kills_and_both_witnesses_say_so(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&["--leak", "100MB"])).await;
    let ended = lab.ended().await;
    killed_at_the_limit(engine, ended);
    if kernel_visible(engine) {
        assert!(ended.kernel_oom_kills.is_some(), "the end of a life of some length is witnessed twice");
    }
    lab.remove().await;
}

pub async fn a_death_within_a_moment_is_still_told(engine: &impl Engine) {
    // Seen from afar there is the engine's own watch alone, which begins a moment after the process.
    let delay = if kernel_visible(engine) { "0s" } else { "1s" };
    let mut lab = Lab::start(engine, order(&["--boot-delay", delay, "--hold", "500MB"])).await;
    killed_at_the_limit(engine, lab.ended().await);
    lab.remove().await;
}

pub async fn a_tenth_above_the_limit_dies_without_swap(engine: &impl Engine) {
    let mut lab = Lab::start(engine, order(&["--hold", "71MiB"])).await;
    killed_at_the_limit(engine, lab.ended().await);
    lab.remove().await;
}

pub async fn the_kill_of_a_child_is_told_within_a_second(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&[])).await;
    lab.get("/memory/child?size=200MB").await;
    lab.line("signal: 9").await;
    let died = Instant::now();
    lab.until(|what| matches!(what, Happening::ChildOutOfMemory).then_some(())).await;
    assert!(died.elapsed() < Duration::from_secs(1), "told after {:?}", died.elapsed());
    assert!(lab.get("/health").await.ends_with("ok"), "the main process lives");
    lab.instance.stop("SIGTERM".into(), Elapsed::from_secs(20)).await.expect("it stops");
    let ended = lab.ended().await;
    assert_eq!((ended.code, ended.engine_says_oom), (0, false));
    lab.remove().await;
}

pub async fn a_kill_after_a_childs_death_is_not_out_of_memory(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&[])).await;
    lab.get("/memory/child?size=200MB").await;
    lab.until(|what| matches!(what, Happening::ChildOutOfMemory).then_some(())).await;
    lab.instance.kill().await.expect("killed");
    let ended = lab.ended().await;
    assert_eq!((ended.code, ended.engine_says_oom, ended.asked_for), (137, false, true));
    lab.remove().await;
}

pub async fn file_cache_is_no_need(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&["--write", "300MB"])).await;
    let sample = lab.fresh_sample().await;
    assert!(sample.usage > Memory::from_mib(40), "the cache is charged: {sample:?}");
    // Of the 64 MiB that the instance has; the pages of a debug build of mimic are among the need.
    assert!(sample.need < Memory::from_mib(28), "and is no need: {sample:?}");
    lab.remove().await;
}

pub async fn shared_memory_is_need_and_told_apart(engine: &impl Engine) {
    let wanted = Order { shm: Some(Memory::from_mib(48)), ..order(&["--shm", "40MiB"]) };
    let mut lab = Lab::serve(engine, wanted).await;
    let sample = lab.fresh_sample().await;
    assert!(sample.need >= Memory::from_mib(40), "{sample:?}");
    if sample.source != SampleSource::EngineStream {
        assert!(sample.shared >= Some(Memory::from_mib(40)), "{sample:?}");
    }
    lab.remove().await;
}

pub async fn files_in_a_tmp_of_memory_are_need(engine: &impl Engine) {
    if !is_apart(engine) {
        return;
    }
    let knobs = ["--folder", "/tmp", "--write", "30MiB"];
    let mut lab = Lab::serve(engine, Order { tmp_is_memory: true, ..order(&knobs) }).await;
    let sample = lab.fresh_sample().await;
    assert!(sample.need >= Memory::from_mib(30), "{sample:?}");
    lab.remove().await;
}

pub async fn a_known_amount_is_measured(engine: &impl Engine) {
    let large = Order { memory: Memory::from_mib(512), cpu: Millicores::new(2000), ..order(&[]) };
    let mut lab = Lab::serve(engine, large).await;
    lab.get("/health").await;
    let before = lab.fresh_sample().await.need.bytes();
    lab.get("/memory/hold?size=200MB").await;
    let after = lab.fresh_sample().await.need.bytes();
    let measured = after - before;
    let allowed = 200_000_000_u64 * 3 / 100;
    assert!(measured.abs_diff(200_000_000) <= allowed, "measured {measured}");
    lab.remove().await;
}
