//! With the kernel itself, where this machine and this user allow it.

use std::path::Path;
use std::process::Stdio;
use std::task::Poll;

use tokio::process::{Child, Command};

use super::*;
use crate::event::InstanceId;
use crate::units::{Elapsed, Memory, Millicores};

/// The place for groups, or a skip that is told. `EMU_TEST_REQUIRE=native` turns that into a failure.
fn nursery() -> Option<Nursery> {
    match Nursery::find() {
        Ok(nursery) => Some(nursery),
        Err(error) => {
            let required = std::env::var("EMU_TEST_REQUIRE").unwrap_or_default();
            assert!(!required.split(',').any(|word| word.trim() == "native"), "`native` is required, but {error}");
            println!("skipped: {error}");
            None
        }
    }
}

fn order() -> Order {
    Order {
        swap: Memory::from_mib(32),
        cpu: Millicores::new(250),
        pids: Some(40),
        ..Order::plain("test", InstanceId(0), 8000)
    }
}

/// A name of this test alone.
fn name(test: &str) -> String {
    format!("{test}.{}", std::process::id())
}

/// A shell that joins the group, then carries on with `then`.
fn inside(group: &Group, then: &str) -> Child {
    through(&group.doors(), then)
}

fn through(doors: &[PathBuf], then: &str) -> Child {
    let doors: Vec<String> = doors.iter().map(|door| format!("echo 0 > '{}'", door.display())).collect();
    let script = format!("{} && {then}", doors.join(" && "));
    let mut command = Command::new("sh");
    command.args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.kill_on_drop(true).spawn().expect("a shell")
}

/// Waits for the line with which a script says that it is ready.
async fn said(child: &mut Child) -> String {
    use tokio::io::AsyncBufReadExt;
    let mut line = String::new();
    let output = child.stdout.as_mut().expect("piped");
    tokio::io::BufReader::new(output).read_line(&mut line).await.expect("a line");
    line.trim().to_owned()
}

async fn clear(group: &Group) {
    group.empty().await.expect("emptied");
    group.remove().await.expect("removed");
}

fn exists(group: &Group) -> bool {
    group.set.paths().any(Path::exists)
}

#[tokio::test]
async fn a_group_has_the_limits_of_its_order() {
    let Some(nursery) = nursery() else { return };
    let group = nursery.make(&name("limits"), &order()).expect("made");
    let found = group.limits().expect("there");
    assert_eq!(found.memory, Some(64 << 20));
    let can = nursery.limiters();
    if can.swap {
        assert_eq!(found.swap, Some(if nursery.version() == 1 { 96 << 20 } else { 32 << 20 }));
    }
    assert_eq!((found.quota, found.period), (can.cpu.then_some(25_000), can.cpu.then_some(100_000)));
    assert_eq!(found.pids, can.pids.then_some(40));
    clear(&group).await;
}

#[tokio::test]
async fn limits_change_up_and_down_while_swap_stays() {
    let Some(nursery) = nursery() else { return };
    let group = nursery.make(&name("change"), &order()).expect("made");
    for mib in [256, 16, 64] {
        let cpu = Some((Millicores::new(u32::try_from(mib).expect("small")), Elapsed::from_millis(100)));
        group.change(Change { memory: Some(Memory::from_mib(mib)), cpu }).expect("changed");
        let found = group.limits().expect("there");
        assert_eq!(found.memory, Some(mib << 20));
        if nursery.limiters().swap {
            assert_eq!(found.swap, Some(if nursery.version() == 1 { (mib + 32) << 20 } else { 32 << 20 }));
        }
    }
    clear(&group).await;
    group.change(Change { memory: Some(Memory::from_mib(1)), cpu: None }).expect("nothing happens to what is gone");
}

#[tokio::test]
async fn a_process_joins_through_the_doors_and_is_pinned() {
    let Some(nursery) = nursery() else { return };
    let group = nursery.make(&name("join"), &Order { cpus: Some(1), ..order() }).expect("made");
    let tell = "while read key value; do [ $key = Cpus_allowed_list: ] && echo $value; done </proc/self/status";
    let mut child = inside(&group, &format!("{tell}; exec cat /dev/zero >/dev/null"));
    let cpus = said(&mut child).await;
    assert!(cpus == "0" || !nursery.limiters().cpuset, "may run on {cpus}");
    assert_eq!(group.processes(), [child.id().expect("runs")]);
    let proc_cgroup = std::fs::read_to_string(format!("/proc/{}/cgroup", child.id().expect("runs"))).expect("there");
    let mountinfo = std::fs::read_to_string("/proc/self/mountinfo").expect("there");
    assert_eq!(crate::engine::cgroup::locate(&proc_cgroup, &mountinfo), Some(group.place()));
    clear(&group).await;
    assert!(!child.wait().await.expect("ended").success());
}

#[tokio::test]
async fn a_process_at_the_limit_is_killed_counted_and_heard() {
    let Some(nursery) = nursery() else { return };
    let group = nursery.make(&name("oom"), &Order { swap: Memory::default(), ..order() }).expect("made");
    let mut watch = group.watch_oom().expect("the kernel tells");
    assert!(!watch.heard());
    let mut child = inside(&group, "exec tail /dev/zero");
    let status = child.wait().await.expect("ended");
    assert!(!status.success(), "{status}");
    assert!(watch.heard());
    assert!(!watch.heard(), "told once");
    let kills = Reader::open(group.place()).and_then(|mut reader| reader.oom_kills());
    assert_eq!(kills, Some(1));
    clear(&group).await;
}

#[tokio::test]
async fn a_removal_and_a_kill_are_not_heard_as_a_lack_of_memory() {
    let Some(nursery) = nursery() else { return };
    let group = nursery.make(&name("quiet"), &order()).expect("made");
    let mut watch = group.watch_oom().expect("the kernel tells");
    let mut child = inside(&group, "echo in && exec cat /dev/zero >/dev/null");
    said(&mut child).await;
    group.empty().await.expect("emptied");
    assert!(!watch.heard());
    group.remove().await.expect("removed");
    watch.wait_for_bell();
    assert!(!watch.heard());
}

#[tokio::test]
async fn a_process_that_only_forks_is_ended_with_all_its_children() {
    let Some(nursery) = nursery() else { return };
    let group = nursery.make(&name("bomb"), &order()).expect("made");
    let births = || group.limits().and_then(|limits| limits.pids);
    // A shell that may not fork ends by itself: the one that reads is there whatever becomes of the others.
    let bomb = "while :; do (while :; do (sleep 9 &); done &); done & while :; do (:); done";
    let mut child = inside(&group, &format!("{{ (echo in; exec cat /dev/zero >/dev/null) & {bomb}; }}"));
    said(&mut child).await;
    let mut emptying = std::pin::pin!(group.empty());
    let begun = std::future::poll_fn(|context| Poll::Ready(emptying.as_mut().poll(context))).await;
    assert!(begun.is_pending(), "there was nobody to end");
    assert_eq!(births(), nursery.limiters().pids.then_some(0), "nobody is born meanwhile");
    emptying.await.expect("emptied");
    assert_eq!(group.processes(), Vec::<u32>::new());
    assert_eq!(births(), nursery.limiters().pids.then_some(40), "the group can be used again");
    clear(&group).await;
}

#[tokio::test]
async fn groups_that_an_app_made_below_go_with_theirs() {
    let Some(nursery) = nursery() else { return };
    let group = nursery.make(&name("below"), &order()).expect("made");
    for folder in group.set.paths() {
        std::fs::create_dir_all(folder.join("a/b")).expect("made");
    }
    let door = group.set.of(Controller::Memory).expect("memory").join("a/b/cgroup.procs");
    let mut child = through(&[door], "echo in && exec cat /dev/zero >/dev/null");
    said(&mut child).await;
    assert_eq!(group.processes(), [child.id().expect("runs")]);
    clear(&group).await;
    assert!(!exists(&group));
}

#[tokio::test]
async fn a_hundred_groups_made_and_removed_leave_nothing() {
    let Some(nursery) = nursery() else { return };
    let name = name("many");
    for _ in 0..100 {
        let group = nursery.make(&name, &order()).expect("made");
        assert!(nursery.names().contains(&name));
        group.remove().await.expect("removed");
        assert!(!exists(&group));
    }
    assert!(!nursery.names().contains(&name));
    nursery.existing(&name).remove().await.expect("removing what is gone succeeds");
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_and_left_alone() {
    let Some(nursery) = nursery() else { return };
    let name = name("taken");
    let group = nursery.make(&name, &order()).expect("made");
    let error = nursery.make(&name, &order()).expect_err("taken").to_string();
    assert!(error.contains("is there already"), "{error}");
    assert!(exists(&group));
    clear(&group).await;
}

#[tokio::test]
async fn a_group_that_could_not_be_limited_is_removed_again() {
    let Some(nursery) = nursery() else { return };
    let name = name("refused");
    // The kernel takes no more processes than there can be.
    let order = Order { pids: Some(u32::MAX), ..order() };
    let error = nursery.make(&name, &order).expect_err("refused").to_string();
    assert!(error.contains("pids.max"), "{error}");
    assert!(!exists(&nursery.existing(&name)));
}
