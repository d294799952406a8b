//! Docker: the contract of every engine, and what is peculiar to it.

mod remote;

use bollard::query_parameters::{
    CreateImageOptionsBuilder, ImportImageOptions, InspectContainerOptions, KillContainerOptions,
    RemoveContainerOptionsBuilder, RemoveImageOptions,
};
use emu::engine::docker::{Docker, Surroundings};
use emu::engine::{Ended, Engine, EngineError, Happening, Instance, Order};
use emu::spec::Image;
use emu::units::Memory;
use futures_util::StreamExt;
use tokio::sync::mpsc::unbounded_channel;

use crate::contract::lab::{Lab, order};
use crate::support::docker;

crate::contract::suite!(crate::support::docker);

/// Somebody else who talks to the same engine.
fn outsider(docker: &Docker) -> bollard::Docker {
    let socket = docker.diagnosis().address;
    bollard::Docker::connect_with_unix(&socket, 60, &bollard::ClientVersion { major_version: 1, minor_version: 41 })
        .expect("the engine's socket")
}

fn name(order: &Order) -> String {
    format!("emu-{}-{}", order.run, order.instance.0)
}

#[tokio::test]
async fn a_kill_from_outside_has_no_witness() {
    let Some(docker) = docker().await else { return };
    let wanted = order(&[]);
    let name = name(&wanted);
    let mut lab = Lab::serve(&docker, wanted).await;
    outsider(&docker).kill_container(&name, None::<KillContainerOptions>).await.expect("killed");
    let ended = lab.ended().await;
    assert!(matches!(ended, Ended { code: 137, engine_says_oom: false, asked_for: false, .. }), "{ended:?}");
    // Not read at all, where the group was gone too soon.
    assert!(matches!(ended.kernel_oom_kills, None | Some(0)), "{ended:?}");
    lab.remove().await;
}

#[tokio::test]
async fn a_removal_from_outside_is_told_after_the_end() {
    let Some(docker) = docker().await else { return };
    let wanted = order(&[]);
    let name = name(&wanted);
    let mut lab = Lab::serve(&docker, wanted).await;
    let options = RemoveContainerOptionsBuilder::default().force(true).build();
    outsider(&docker).remove_container(&name, Some(options)).await.expect("removed");
    assert!(!lab.ended().await.asked_for);
    lab.until(|what| matches!(what, Happening::Vanished).then_some(())).await;
    lab.remove().await;
}

#[tokio::test]
async fn the_engine_is_told_never_to_restart_and_whose_container_it_is() {
    let Some(docker) = docker().await else { return };
    let wanted = order(&[]);
    let (name, run) = (name(&wanted), wanted.run.clone());
    let lab = Lab::start(&docker, wanted).await;
    let found = outsider(&docker).inspect_container(&name, None::<InspectContainerOptions>).await.expect("there");
    let config = found.host_config.expect("a configuration");
    assert_eq!(config.restart_policy.and_then(|policy| policy.name).map(|name| name.to_string()), Some("no".into()));
    assert_eq!((config.memory, config.memory_swap), (Some(64 << 20), Some(64 << 20)));
    let labels = found.config.and_then(|config| config.labels).expect("labels");
    assert_eq!(labels.get("emu.run"), Some(&run));
    assert!(labels.contains_key("emu") && labels.contains_key("emu.pid-start"), "{labels:?}");
    lab.remove().await;
}

#[tokio::test]
async fn a_living_emus_containers_are_not_swept() {
    let Some(docker) = docker().await else { return };
    let wanted = order(&[]);
    let name = name(&wanted);
    let lab = Lab::start(&docker, wanted).await;
    let swept = docker.sweep().await.expect("swept");
    assert!(swept.iter().all(|leftover| leftover.name != name), "{swept:?}");
    assert!(outsider(&docker).inspect_container(&name, None::<InspectContainerOptions>).await.is_ok());
    lab.remove().await;
}

#[tokio::test]
async fn what_a_dead_emu_left_is_swept() {
    let Some(docker) = docker().await else { return };
    let wanted = order(&[]);
    let name = name(&wanted);
    let lab = Lab::start(&docker, wanted).await;
    let outsider = outsider(&docker);
    let found = outsider.inspect_container(&name, None::<InspectContainerOptions>).await.expect("there");
    let config = found.config.expect("a configuration");
    let mut labels = config.labels.expect("labels");
    labels.insert("emu.pid-start".into(), "1".into());
    let left = bollard::models::ContainerCreateBody {
        image: config.image,
        labels: Some(labels),
        ..bollard::models::ContainerCreateBody::default()
    };
    let made = outsider.create_container(None, left).await.expect("made");
    docker.sweep().await.expect("swept");
    assert!(outsider.inspect_container(&made.id, None::<InspectContainerOptions>).await.is_err(), "it is gone");
    assert!(outsider.inspect_container(&name, None::<InspectContainerOptions>).await.is_ok(), "its like lives");
    lab.remove().await;
}

#[tokio::test]
async fn a_creation_that_nobody_waits_for_leaves_nothing_behind() {
    let Some(docker) = docker().await else { return };
    let wanted = order(&[]);
    let name = name(&wanted);
    let (sender, mut news) = unbounded_channel();
    {
        let mut creation = std::pin::pin!(docker.create(wanted, sender));
        tokio::select! {
            biased;
            _ = &mut creation => panic!("an engine takes longer than that"),
            () = std::future::ready(()) => {}
        }
    }
    // Closed when the unwanted instance is removed and its watch has ended.
    while news.recv().await.is_some() {}
    assert!(outsider(&docker).inspect_container(&name, None::<InspectContainerOptions>).await.is_err());
}

#[tokio::test]
async fn an_image_in_use_is_not_removed() {
    let Some(docker) = docker().await else { return };
    let wanted = order(&[]);
    let name = name(&wanted);
    let lab = Lab::serve(&docker, wanted).await;
    let found = outsider(&docker).inspect_container(&name, None::<InspectContainerOptions>).await.expect("there");
    let image = found.config.and_then(|config| config.image).expect("an image");
    // Images of other binaries are left alone: a neighbour's test may be about to use one.
    assert!(docker.images().await.expect("images").contains(&image));
    assert_eq!(docker.remove_image(&image).await, Ok(false));
    lab.remove().await;
}

#[tokio::test]
async fn an_image_that_is_not_there_is_named() {
    let Some(docker) = docker().await else { return };
    let absent = Order { image: Image::Named("no-such-image:ever".into()), ..order(&[]) };
    let error = docker.create(absent, unbounded_channel().0).await.expect_err("absent");
    assert_eq!(error, EngineError::ImageAbsent { image: "no-such-image:ever".into() });
}

#[tokio::test]
async fn a_command_that_cannot_be_run_is_named() {
    let Some(docker) = docker().await else { return };
    let image = empty_image(&docker).await;
    let wanted = Order { image: Image::Named(image.clone()), ..order(&["/no-such-command", "--now"]) };
    let instance = docker.create(wanted, unbounded_channel().0).await.expect("made");
    let error = instance.start().await.expect_err("cannot run");
    assert_eq!(error.to_string(), "`/no-such-command --now` cannot be run in the instance: no such file or directory");
    instance.remove().await.expect("removed");
    remove_image(&docker, &image).await;
}

#[tokio::test]
async fn an_image_for_another_processor_is_refused() {
    let Some(docker) = docker().await else { return };
    let image = foreign_image(&docker).await;
    let wanted = Order { image: Image::Named(image.clone()), ..order(&["/anything"]) };
    let error = docker.create(wanted, unbounded_channel().0).await.expect_err("refused");
    remove_image(&docker, &image).await;
    assert!(matches!(&error, EngineError::WrongArchitecture { found, .. } if found == "linux/s390x"), "{error}");
}

#[tokio::test]
async fn the_machine_is_told_as_the_engine_sees_it() {
    let Some(docker) = docker().await else { return };
    let machine = docker.machine();
    let info = outsider(&docker).info().await.expect("info");
    assert_eq!(Some(machine.memory.bytes()), info.mem_total.map(i64::unsigned_abs));
    assert!(machine.can.memory_limit && machine.memory > Memory::from_mib(256), "{machine:?}");
    let diagnosis = docker.diagnosis();
    assert!(diagnosis.address.starts_with("unix://") && diagnosis.api.starts_with("1."), "{diagnosis:?}");
}

#[tokio::test]
async fn an_address_without_an_engine_says_what_was_found() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let host = format!("tcp://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let surroundings = Surroundings { docker_host: Some(host.clone()), ..Surroundings::default() };
    let error = Docker::connect(&surroundings).await.expect_err("nobody is there");
    let expected = format!("no container engine answers at `{host}`: nobody listens there");
    assert_eq!(error.to_string(), expected);
}

/// An image with nothing in it but a file. Named after the test's process, so that two runs do not meet.
async fn empty_image(docker: &Docker) -> String {
    let tag = std::process::id().to_string();
    let options = CreateImageOptionsBuilder::default().from_src("-").repo("emu-test-empty").tag(&tag).build();
    let body = bollard::body_full(archive(&[("file", "")]).into());
    let outsider = outsider(docker);
    let mut steps = std::pin::pin!(outsider.create_image(Some(options), Some(body), None));
    while let Some(step) = steps.next().await {
        step.expect("imported");
    }
    format!("emu-test-empty:{tag}")
}

/// An image for a processor that nobody has under the desk.
async fn foreign_image(docker: &Docker) -> String {
    let image = format!("emu-test-foreign:{}", std::process::id());
    let config = r#"{"architecture":"s390x","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#;
    let manifest = format!(r#"[{{"Config":"config.json","RepoTags":["{image}"],"Layers":[]}}]"#);
    let body = bollard::body_full(archive(&[("config.json", config), ("manifest.json", &manifest)]).into());
    let outsider = outsider(docker);
    let mut steps = std::pin::pin!(outsider.import_image(ImportImageOptions::default(), body, None));
    while let Some(step) = steps.next().await {
        step.expect("loaded");
    }
    image
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut head = tar::Header::new_gnu();
        head.set_mode(0o644);
        head.set_size(text.len() as u64);
        archive.append_data(&mut head, name, text.as_bytes()).expect("packed");
    }
    archive.into_inner().expect("packed")
}

async fn remove_image(docker: &Docker, image: &str) {
    outsider(docker).remove_image(image, None::<RemoveImageOptions>, None).await.expect("the image is removed");
}
