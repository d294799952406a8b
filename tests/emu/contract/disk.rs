//! What becomes of written files.

use emu::engine::{Engine, Instance, Order};
use emu::spec::{DiskKind, Secret, SecretFile};
use emu::units::Elapsed;

use super::is_apart;
use super::lab::{Lab, order};

pub async fn a_new_instance_has_a_new_disk(engine: &impl Engine) {
    if !is_apart(engine) {
        return;
    }
    for _ in 0..2 {
        let lab = Lab::serve(engine, order(&["--mark"])).await;
        let seen = lab.get("/see").await;
        assert!(seen.contains("\"earlier_lives\":0"), "{seen}");
        lab.remove().await;
    }
}

pub async fn the_same_instance_keeps_its_disk(engine: &impl Engine) {
    if !is_apart(engine) {
        return;
    }
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
    if !is_apart(engine) {
        return;
    }
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

/// The one program that is there on every engine reads its own kind of file, and repeats the name that it finds.
pub async fn a_secret_file_is_there_for_another_user_in_every_life_and_is_no_loss(engine: &impl Engine) {
    if !is_apart(engine) {
        return;
    }
    let file = |path: &str, content: &str| SecretFile {
        path: path.into(),
        from: "the test".into(),
        content: Secret::new(content),
    };
    let user = engine.machine().can.other_user.then(|| "nobody".to_owned());
    let mut wanted = Order { disk: DiskKind::Kept, workdir: Some("/srv/app".into()), user, ..order(&[]) };
    wanted.secrets.files = vec![file("/etc/secrets/a.toml", "of_the_folder = 1"), file(".b/c.toml", "beside_it = 1")];
    let mut lab = Lab::serve(engine, wanted).await;
    for life in 0..2 {
        for (path, found) in [("/etc/secrets/a.toml", "of_the_folder"), ("/srv/app/.b/c.toml", "beside_it")] {
            let command = ["/proc/1/exe", "profiles", "validate", path].map(str::to_owned).to_vec();
            let read = lab.instance.exec(command).await.expect("it runs");
            assert!(read.output.contains(found), "{path} in life {life}: {read:?}");
        }
        let lost = lab.instance.losses().await.expect("losses");
        assert!(!lost.iter().any(|file| file.path.contains(".toml")), "{lost:?}");
        lab.instance.stop("SIGTERM".into(), Elapsed::from_secs(20)).await.expect("it stops");
        lab.ended().await;
        lab.start_again().await;
    }
    lab.remove().await;
}
