//! Limits on countable things.

use emu::engine::{Change, Engine, Instance, Order};
use emu::units::{Elapsed, Memory, Millicores};

use super::is_apart;
use super::lab::{Lab, order};

pub async fn limits_are_seen_from_inside(engine: &impl Engine) {
    let wanted = Order {
        cpu: Millicores::new(500),
        cpus: Some(1),
        pids: Some(40),
        open_files: Some(777),
        shm: Some(Memory::from_mib(12)),
        ..order(&[])
    };
    let mut lab = Lab::start(engine, wanted).await;
    let memory = lab.line("memory limit").await;
    assert!(memory.starts_with("memory limit 64 MiB,"), "{memory}");
    assert!(memory.contains("shm 12 MiB") || !is_apart(engine), "{memory}");
    let rest = lab.line("cores to use").await;
    let allowed = if engine.machine().can.cpuset { 1 } else { engine.machine().cpus };
    assert_eq!(rest, format!("cores to use 1, allowed {allowed}, limit 500m; processes 40, open files 777"));
    lab.remove().await;
}

pub async fn processes_are_limited(engine: &impl Engine) {
    let lab = Lab::serve(engine, Order { pids: Some(24), ..order(&[]) }).await;
    let answer = lab.get("/processes?count=60&for=5s").await;
    assert!(answer.contains("Resource temporarily unavailable"), "{answer}");
    lab.remove().await;
}

/// What an engine says it can allow, it can.
pub async fn the_most_open_files_can_be_had(engine: &impl Engine) {
    let Some(most) = engine.machine().can.open_files_most else { return };
    let mut lab = Lab::start(engine, Order { open_files: Some(most), ..order(&[]) }).await;
    let seen = lab.line("cores to use").await;
    assert!(seen.ends_with(&format!(", open files {most}")), "{seen}");
    lab.remove().await;
}

fn memory(mib: u64) -> Change {
    Change { cpu: None, memory: Some(Memory::from_mib(mib)) }
}

pub async fn a_larger_memory_limit_holds_at_once(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, Order { memory: Memory::from_mib(64), ..order(&[]) }).await;
    lab.instance.change(memory(160)).await.expect("it changes");
    let answer = lab.get("/memory/hold?size=100MiB").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let sample = lab.fresh_sample().await;
    assert!(sample.need >= Memory::from_mib(100) && matches!(sample.oom_kills, None | Some(0)), "{sample:?}");
    lab.remove().await;
}

pub async fn a_smaller_memory_limit_kills(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, Order { memory: Memory::from_mib(1_024), ..order(&["--leak", "10MB"]) }).await;
    lab.instance.change(memory(64)).await.expect("it changes");
    let ended = lab.ended().await;
    assert_eq!((ended.code, ended.engine_says_oom, ended.asked_for), (137, true, false), "{ended:?}");
    let need = lab.sample.as_ref().map(|sample| sample.need).expect("sampled");
    assert!(need <= Memory::from_mib(64), "{need}");
    lab.remove().await;
}

pub async fn a_change_after_the_end_is_none(engine: &impl Engine) {
    let mut lab = Lab::start(engine, order(&["--exit-after", "10ms"])).await;
    lab.ended().await;
    let both = Change { cpu: Some((Millicores::new(100), Elapsed::from_millis(100))), ..memory(32) };
    assert_eq!(lab.instance.change(both).await, Ok(()));
    lab.remove().await;
}
