use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

macro_rules! fixture {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cgroup/", $path))
    };
}

fn v1_files() -> v1::Files<'static> {
    v1::Files {
        usage: fixture!("v1/memory.usage_in_bytes"),
        memory: fixture!("v1/memory.stat"),
        oom: fixture!("v1/memory.oom_control"),
        cpu: fixture!("v1/cpu.stat"),
        cpu_used: fixture!("v1/cpuacct.usage"),
        pids: fixture!("v1/pids.current"),
    }
}

fn v2_files() -> v2::Files<'static> {
    v2::Files {
        current: fixture!("v2/memory.current"),
        memory: fixture!("v2/memory.stat"),
        events: fixture!("v2/memory.events"),
        swap: fixture!("v2/memory.swap.current"),
        cpu: fixture!("v2/cpu.stat"),
        pids: fixture!("v2/pids.current"),
    }
}

fn expected() -> Counters {
    Counters {
        usage: Memory::from_bytes(23_089_152),
        need: Memory::from_bytes(23_089_152 - 1_544_192),
        shared: Some(Memory::from_mib(20)),
        swap: Memory::default(),
        cpu: Elapsed::from_micros(1_418_832),
        periods: 143,
        throttled_periods: 133,
        throttled: Elapsed::from_micros(10_276_315),
        pids: Some(1),
        oom_kills: Some(1),
        sent: None,
        open_files: None,
    }
}

#[test]
fn version_1_files_are_understood() {
    assert_eq!(v1::counters(v1_files()), Some(expected()));
}

#[test]
fn version_2_files_say_the_same_in_other_units() {
    assert_eq!(v2::counters(v2_files()), Some(expected()));
}

#[test]
fn attempts_at_a_kill_are_not_kills() {
    assert_eq!(v2::oom_kills("oom 7\noom_kill 0\n"), Some(0));
    assert_eq!(v1::oom_kills("oom_kill_disable 0\nunder_oom 1\noom_kill 0\n"), Some(0));
}

#[test]
fn an_old_kernel_does_not_tell_kills() {
    assert_eq!(v1::oom_kills("oom_kill_disable 0\nunder_oom 0\n"), None);
}

#[test]
fn a_group_that_is_gone_has_no_counters() {
    assert_eq!(v1::counters(v1::Files { usage: "", ..v1_files() }), None);
    assert_eq!(v2::counters(v2::Files { current: "", ..v2_files() }), None);
}

#[test]
fn a_version_1_group_is_found_controller_by_controller() {
    let place = locate(fixture!("v1/proc-cgroup"), fixture!("v1/mountinfo"));
    let folder = |name: &str| PathBuf::from(format!("/sys/fs/cgroup/{name}/docker/4a17c0ffee"));
    assert_eq!(
        place,
        Some(Place::V1 {
            memory: folder("memory"),
            cpu: Some(folder("cpu")),
            cpuacct: Some(folder("cpuacct")),
            pids: Some(folder("pids")),
        })
    );
}

#[test]
fn controllers_that_share_a_hierarchy_are_found() {
    let cgroup = "4:cpu,cpuacct:/docker/a\n3:memory:/docker/a\n";
    let mountinfo = "33 31 0:30 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
                     35 31 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n";
    let Some(Place::V1 { cpu, cpuacct, pids, .. }) = locate(cgroup, mountinfo) else { panic!("version 1") };
    assert_eq!(cpu, Some(PathBuf::from("/cg/cpu,cpuacct/docker/a")));
    assert_eq!(cpuacct, cpu);
    assert_eq!(pids, None);
}

#[test]
fn a_version_2_group_is_found() {
    let place = locate(fixture!("v2/proc-cgroup"), fixture!("v2/mountinfo"));
    assert_eq!(place, Some(Place::V2("/sys/fs/cgroup/system.slice/docker-4a17c0ffee.scope".into())));
}

#[test]
fn a_hybrid_machine_counts_memory_in_version_1() {
    let cgroup = "4:memory:/docker/a\n0::/docker/a\n";
    let place = locate(cgroup, fixture!("v1/mountinfo")).expect("found");
    assert_eq!(place.version(), 1);
}

#[test]
fn a_mount_of_a_part_of_the_tree_is_followed() {
    let mountinfo = "30 23 0:26 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    assert_eq!(locate("0::/box/inner\n", mountinfo), Some(Place::V2("/sys/fs/cgroup/inner".into())));
    assert_eq!(locate("0::/elsewhere\n", mountinfo), None);
    assert_eq!(locate("0::/../other\n", fixture!("v2/mountinfo")), None);
}

#[test]
fn mounts_tell_version_controllers_and_whether_they_can_be_written() {
    let found = hierarchies(fixture!("v1/mountinfo"));
    assert_eq!(found.len(), 10);
    let memory = found.iter().find(|one| one.words.iter().any(|word| word == "memory")).expect("memory");
    assert_eq!((memory.version, memory.read_only), (1, false));
    assert_eq!(memory.point, PathBuf::from("/sys/fs/cgroup/memory"));
    let inside = "30 23 0:26 / /sys/fs/cgroup ro,nosuid,relatime shared:9 - cgroup2 cgroup rw,nsdelegate\n";
    let [only] = &hierarchies(inside)[..] else { panic!("one hierarchy") };
    assert_eq!((only.version, only.read_only), (2, true));
}

#[test]
fn a_reader_reads_again_through_open_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("memory.current", "1000\n");
    write("memory.stat", "inactive_file 400\n");
    let mut reader = Reader::open(Place::V2(folder.path().to_owned())).expect("open");
    assert_eq!(reader.counters().map(|now| now.need.bytes()), Some(600));
    write("memory.current", "900\n");
    assert_eq!(reader.counters().map(|now| now.need.bytes()), Some(500));
    write("memory.max", "max\n");
    write("cpu.max", "10000 100000\n");
    let limits = reader.limits().expect("the group is there");
    assert_eq!((limits.memory, limits.quota, limits.period), (None, Some(10_000), Some(100_000)));
}

#[test]
fn swap_without_a_limit_is_told_apart_from_swap_that_is_not_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("memory.current", "1000\n");
    let reader = Reader::open(Place::V2(folder.path().to_owned())).expect("open");
    let swap = || reader.limits().expect("the group is there").swap;
    assert_eq!(swap(), None);
    write("memory.swap.max", "max\n");
    assert_eq!(swap(), Some(u64::MAX));
    write("memory.swap.max", "0\n");
    assert_eq!(swap(), Some(0));
}

#[test]
fn a_group_that_is_gone_tells_no_limits() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("memory.current"), "1000\n").expect("written");
    let reader = Reader::open(Place::V2(folder.path().to_owned())).expect("open");
    assert_eq!(reader.limits(), Some(Limits::default()));
    drop(folder);
    assert_eq!(reader.limits(), None, "gone is not the same as without limits");
}

#[test]
fn only_the_containers_own_group_is_looked_at() {
    let own = |id: &str, cgroup: &str| locate(&lines_of(id, cgroup), fixture!("v1/mountinfo"));
    let living = fixture!("v1/proc-cgroup");
    assert_eq!(own("4a17c0ffee", living), locate(living, fixture!("v1/mountinfo")));
    assert_eq!(own("0ddba11", living), None, "the number is another process's by now");
    assert_eq!(own("", living), None);
    let ended = living.replace("/docker/4a17c0ffee", "/");
    assert_eq!(own("4a17c0ffee", &ended), None, "the root group is nobody's");
    let ancestor = living.replace("/docker/4a17c0ffee", "/docker");
    assert_eq!(own("4a17c0ffee", &ancestor), None);
}

#[test]
fn a_group_named_by_the_service_manager_is_the_containers_own() {
    let own = |cgroup: &str| locate(&lines_of("4a17c0ffee", cgroup), fixture!("v2/mountinfo"));
    assert_eq!(own(fixture!("v2/proc-cgroup")), locate(fixture!("v2/proc-cgroup"), fixture!("v2/mountinfo")));
    assert_eq!(own("0::/\n"), None);
    assert_eq!(own("0::/system.slice\n"), None);
}

#[test]
fn a_group_without_its_memory_counter_is_not_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(Reader::open(Place::V2(folder.path().to_owned())).is_none());
}

proptest! {
    #[test]
    fn junk_never_panics_and_need_is_never_above_usage(texts in proptest::collection::vec(junk(), 6)) {
        let [usage, memory, oom, cpu, other, pids] = &texts[..] else { unreachable!("six texts") };
        let first = v1::counters(v1::Files { usage, memory, oom, cpu, cpu_used: other, pids });
        let second = v2::counters(v2::Files { current: usage, memory, events: oom, swap: other, cpu, pids });
        for counters in [first, second].into_iter().flatten() {
            prop_assert!(counters.need <= counters.usage);
        }
    }

    #[test]
    fn junk_paths_never_panic(cgroup in ".{0,80}", mountinfo in ".{0,80}") {
        let _ = locate(&lines_of("a", &cgroup), &mountinfo);
        let _ = hierarchies(&mountinfo);
    }
}

/// Text that looks like a counter file often enough to get past the first line.
fn junk() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u64>().prop_map(|number| format!("{number}\n")),
        any::<u64>().prop_map(|number| format!("inactive_file {number}\ntotal_inactive_file {number}\noom_kill x\n")),
        ".{0,60}",
    ]
}
