//! The embedded engine: the contract of every engine at each of its levels, and what is peculiar to it.

use std::fs;
use std::path::PathBuf;

use emu::engine::native::Native;
use emu::engine::{Ended, Engine, EngineError, Happening, Instance, Network, Order};
use emu::event::Lost;
use emu::spec::{DiskKind, Image};
use emu::units::Elapsed;
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc::unbounded_channel;

use crate::contract::lab::{Lab, order};
use crate::support::{native, native_process, skip};

/// Limits only.
mod process {
    crate::contract::suite!(crate::support::native_process);
}

/// At the strongest level that works here.
mod strongest {
    crate::contract::suite!(crate::support::native);
}

/// A program of this machine instead of the built-in app.
fn program(command: &[&str], folder: &str) -> Order {
    let image = Image::Host { folder: folder.to_owned() };
    Order { image, command: command.iter().map(|word| (*word).to_owned()).collect(), ..order(&[]) }
}

/// The control groups on this machine whose name begins like this, wherever they are.
fn groups(run: &str) -> Vec<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("Linux");
    let points = mounts.lines().filter(|line| line.contains(" - cgroup")).filter_map(|line| line.split(' ').nth(4));
    let mut open: Vec<PathBuf> = points.map(PathBuf::from).collect();
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(run));
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let below = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path());
        let (ours, others): (Vec<_>, Vec<_>) = below.partition(named);
        found.extend(ours);
        open.extend(others);
    }
    found
}

/// Descriptors that this process holds, and its children.
fn held() -> (usize, usize) {
    let descriptors = fs::read_dir("/proc/self/fd").expect("Linux").count();
    let children = fs::read_to_string("/proc/thread-self/children").expect("Linux").split_whitespace().count();
    (descriptors, children)
}

async fn lives(engine: &Native, run: &str, count: u32) {
    for _ in 0..count {
        let lab = Lab::serve(engine, Order { run: run.to_owned(), ..order(&[]) }).await;
        assert_eq!(lab.instance.stop("SIGTERM".into(), Elapsed::from_secs(10)).await, Ok(true));
        lab.remove().await;
    }
}

#[tokio::test]
async fn root_has_apps_kept_apart() {
    let Some(engine) = native().await else { return };
    if let Some(reason) = engine.diagnosis().isolation.filter(|_| rustix::process::geteuid().is_root()) {
        skip("native", &reason);
    }
}

#[tokio::test]
async fn two_hundred_lives_leave_nothing() {
    let Some(engine) = native().await else { return };
    let run = format!("many-{}", std::process::id());
    // What is made once and kept, is made now.
    lives(&engine, &run, 1).await;
    let before = held();
    lives(&engine, &run, 200).await;
    let after = held();
    assert_eq!(after.1, before.1, "children");
    // Tests beside this one hold descriptors too, but not one for every life.
    assert!(after.0 < before.0 + 200, "descriptors: {} before, {} after", before.0, after.0);
    assert_eq!(groups(&run), Vec::<PathBuf>::new());
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("Linux");
    assert!(!mounts.contains(&run), "{mounts}");
    assert_eq!(engine.leftovers(), []);
}

#[tokio::test]
async fn an_app_on_the_loopback_alone_is_not_reached_in_this_machines_network_either() {
    let Some(engine) = native().await else { return };
    let wanted = Order { network: Network::Host, ..order(&["--listen", "127.0.0.1"]) };
    let lab = Lab::serve(&engine, wanted).await;
    let address = lab.address();
    assert_eq!((address.ip().to_string().as_str(), address.port()), ("127.0.0.2", lab.port));
    assert!(engine.dial(address).await.is_err());
    let found = lab.instance.listeners().await.expect("its own sockets");
    let found: Vec<_> = found.iter().map(|listener| listener.address.to_string()).collect();
    assert_eq!(found, [format!("127.0.0.1:{}", lab.port)]);
    lab.remove().await;
}

#[tokio::test]
async fn an_app_in_this_machines_network_is_reached_by_its_port() {
    let Some(engine) = native().await else { return };
    let lab = Lab::serve(&engine, Order { network: Network::Host, ..order(&[]) }).await;
    assert!(lab.get("/health").await.ends_with("ok"));
    lab.remove().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_before_anything_runs() {
    let Some(engine) = native().await else { return };
    let wanted = Order { network: Network::Host, ..order(&[]) };
    let _taken = std::net::TcpListener::bind(("127.0.0.1", wanted.port)).expect("free");
    let instance = engine.create(wanted, unbounded_channel().0).await.expect("made");
    let error = instance.start().await.expect_err("the port is taken");
    assert!(
        matches!(&error, EngineError::Lacking { found, .. } if found.contains("somebody listens there")),
        "{error}"
    );
    instance.remove().await.expect("removed");
}

#[tokio::test]
async fn somebody_else_on_the_port_is_not_taken_for_the_app() {
    let Some(engine) = native().await else { return };
    let wanted = Order { network: Network::Host, ..order(&["--no-listen"]) };
    let port = wanted.port;
    let lab = Lab::start(&engine, wanted).await;
    let _other = std::net::TcpListener::bind(("0.0.0.0", port)).expect("the app left it free");
    let refused = engine.dial(lab.address()).await.expect_err("nobody of ours listens");
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert_eq!(lab.instance.listeners().await, Ok(Vec::new()));
    lab.remove().await;
}

#[tokio::test]
async fn two_apps_may_have_the_same_port_in_networks_of_their_own() {
    let Some(engine) = native().await else { return };
    if !engine.machine().can.isolation.is_apart() {
        return;
    }
    let one = order(&[]);
    let port = one.port;
    let one = Lab::serve(&engine, Order { network: Network::Closed, ..one }).await;
    let other = Lab::serve(&engine, Order { network: Network::Closed, port, ..order_for(port) }).await;
    assert!(one.get("/health").await.ends_with("ok") && other.get("/health").await.ends_with("ok"));
    one.remove().await;
    assert!(other.get("/health").await.ends_with("ok"));
    other.remove().await;
}

/// An order whose app is told this port.
fn order_for(port: u16) -> Order {
    let mut wanted = order(&[]);
    wanted.environment.insert("PORT".into(), port.to_string());
    wanted
}

#[tokio::test]
async fn a_program_of_this_machine_runs_from_its_folder() {
    let Some(engine) = native().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("greeting"), "hello from the folder\n").expect("written");
    let wanted = program(&["sh", "-c", "cat greeting; echo kept > made; exit 5"], &folder.path().to_string_lossy());
    let mut lab = Lab::start(&engine, wanted).await;
    lab.line("hello from the folder").await;
    assert_eq!(lab.ended().await.code, 5);
    let lost = lab.instance.losses().await.expect("losses");
    if engine.machine().can.isolation.is_apart() {
        let made = folder.path().join("made");
        assert!(!made.exists(), "the folder itself is left alone");
        let expected =
            Lost { path: made.to_string_lossy().into_owned(), size: Some(emu::units::Memory::from_bytes(5)) };
        assert_eq!(lost, [expected]);
    }
    lab.remove().await;
}

#[tokio::test]
async fn programs_that_cannot_be_run_are_told_apart_from_an_engine_that_fails() {
    for engine in [native().await, native_process().await].into_iter().flatten() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("text"), "no program\n").expect("written");
        for (command, expected) in [
            ("no-such-program", "there is no `no-such-program` in `PATH`"),
            ("./text", "permission denied"),
            ("/", "permission denied"),
        ] {
            let wanted = program(&[command, "now"], &folder.path().to_string_lossy());
            let instance = engine.create(wanted, unbounded_channel().0).await.expect("made");
            let error = instance.start().await.expect_err("it cannot be run");
            let expected = EngineError::CannotRun { command: format!("{command} now"), reason: expected.to_owned() };
            assert_eq!(error, expected);
            instance.remove().await.expect("removed");
        }
    }
}

#[tokio::test]
async fn an_image_is_not_for_this_engine() {
    let Some(engine) = native().await else { return };
    let wanted = Order { image: Image::Named("web:3".into()), ..order(&[]) };
    let error = engine.create(wanted, unbounded_channel().0).await.expect_err("refused").to_string();
    assert_eq!(error, "the engine `native` runs programs of this machine, found the image `web:3`");
}

#[tokio::test]
async fn a_kill_from_outside_has_no_witness() {
    let Some(engine) = native().await else { return };
    let wanted = Order { run: format!("outside-{}", std::process::id()), ..order(&[]) };
    let run = wanted.run.clone();
    let mut lab = Lab::serve(&engine, wanted).await;
    let group = groups(&run).into_iter().next().expect("its group");
    let process = fs::read_to_string(group.join("cgroup.procs")).expect("its processes");
    let process = process.lines().next().and_then(|pid| Pid::from_raw(pid.parse().ok()?)).expect("one runs");
    kill_process(process, Signal::KILL).expect("killed");
    let ended = lab.ended().await;
    let expected = Ended { code: 137, engine_says_oom: false, kernel_oom_kills: Some(0), asked_for: false };
    assert_eq!(ended, expected);
    lab.remove().await;
}

#[tokio::test]
async fn a_child_that_went_its_own_way_ends_with_the_app() {
    for engine in [native().await, native_process().await].into_iter().flatten() {
        let run = format!("daemon-{}-{}", std::process::id(), engine.machine().can.isolation);
        let command =
            "(setsid sh -c 'echo away; exec cat /dev/zero > /dev/null' &) ; read line < /dev/null; echo over; exit 0";
        let wanted = Order { run: run.clone(), ..program(&["sh", "-c", command], "/") };
        let mut lab = Lab::start(&engine, wanted).await;
        assert_eq!(lab.ended().await.code, 0);
        for group in groups(&run) {
            assert_eq!(fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default(), "", "{}", group.display());
        }
        lab.remove().await;
    }
}

#[tokio::test]
async fn a_disk_that_is_kept_outlives_the_process_and_goes_with_the_instance() {
    let Some(engine) = native().await else { return };
    if !engine.machine().can.isolation.is_apart() {
        return;
    }
    let wanted = Order {
        disk: DiskKind::Kept,
        ..program(&["sh", "-c", "cat /root/.kept-by-emu; echo here > /root/.kept-by-emu"], "/")
    };
    let (sender, mut news) = unbounded_channel();
    let instance = engine.create(wanted, sender).await.expect("made");
    let mut lines = Vec::new();
    for _ in 0..2 {
        instance.start().await.expect("started");
        loop {
            match news.recv().await.expect("news").what {
                Happening::Log { line, .. } => lines.push(line),
                Happening::Ended(_) => break,
                _ => {}
            }
        }
    }
    assert_eq!(lines.last().map(String::as_str), Some("here"), "{lines:?}");
    instance.remove().await.expect("removed");
    assert!(!std::path::Path::new("/root/.kept-by-emu").exists());
}
