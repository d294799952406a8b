//! Limits on countable things.

use emu::engine::{Engine, Order};
use emu::units::{Memory, Millicores};

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
    assert!(memory.starts_with("memory limit 64 MiB,") && memory.contains("shm 12 MiB"), "{memory}");
    let rest = lab.line("cores to use").await;
    assert_eq!(rest, "cores to use 1, allowed 1, limit 500m; processes 40, open files 777");
    lab.remove().await;
}

pub async fn processes_are_limited(engine: &impl Engine) {
    let lab = Lab::serve(engine, Order { pids: Some(24), ..order(&[]) }).await;
    let answer = lab.get("/processes?count=60&for=5s").await;
    assert!(answer.contains("Resource temporarily unavailable"), "{answer}");
    lab.remove().await;
}
