//! What becomes of written files.

use emu::engine::{Engine, Instance, Order};
use emu::spec::DiskKind;
use emu::units::Elapsed;

use super::lab::{Lab, order};

pub async fn a_new_instance_has_a_new_disk(engine: &impl Engine) {
    for _ in 0..2 {
        let lab = Lab::serve(engine, order(&["--mark"])).await;
        let seen = lab.get("/see").await;
        assert!(seen.contains("\"earlier_lives\":0"), "{seen}");
        lab.remove().await;
    }
}

pub async fn the_same_instance_keeps_its_disk(engine: &impl Engine) {
    let kept = Order { disk: DiskKind::Kept, ..order(&["--mark"]) };
    let mut lab = Lab::serve(engine, kept).await;
    lab.instance.stop("SIGTERM".into(), Elapsed::from_secs(20)).await.expect("it stops");
    lab.ended().await;
    lab.start_again().await;
    let seen = lab.get("/see").await;
    assert!(seen.contains("\"earlier_lives\":1"), "{seen}");
    lab.remove().await;
}

pub async fn files_that_would_be_lost_are_listed(engine: &impl Engine) {
    let lab = Lab::serve(engine, order(&["--folder", "/tmp", "--write", "5MB"])).await;
    let lost = lab.instance.losses().await.expect("losses");
    let size: u64 = lost
        .iter()
        .filter(|file| file.path.starts_with("/tmp/"))
        .filter_map(|file| file.size)
        .map(emu::units::Memory::bytes)
        .sum();
    assert!(lost.iter().any(|file| file.path.starts_with("/tmp/")), "{lost:?}");
    assert!(lost.iter().all(|file| file.size.is_none()) || size >= 5_000_000, "{lost:?}");
    lab.remove().await;
}
