//! Where groups can be made, or why not.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::files::read;
use super::set::{Controller, Folder, Set, groups_in};
use super::{Limiters, MAIN};
use crate::engine::EngineError;
use crate::engine::cgroup::{Hierarchy, Place, hierarchies, locate};

/// What is looked at.
pub(super) struct Seen {
    /// `/proc/self/mountinfo`.
    pub mountinfo: String,
    /// `/proc/self/cgroup`.
    pub own: String,
    /// Whether we are root.
    pub root: bool,
}

impl Seen {
    /// This very process, here.
    pub(super) fn now() -> Self {
        let text = |path| std::fs::read_to_string(path).unwrap_or_default();
        Self {
            mountinfo: text("/proc/self/mountinfo"),
            own: text("/proc/self/cgroup"),
            root: rustix::process::geteuid().is_root(),
        }
    }
}

/// The folders in which `emu` is made.
pub(super) fn base(seen: &Seen) -> Result<Set, EngineError> {
    let all = hierarchies(&seen.mountinfo);
    match mount_of(&all, Controller::Memory) {
        // Where version 1 has the memory controller, version 2 counts nothing.
        Some(memory) => v1(&all, memory, seen.root),
        None => v2(&all, seen),
    }
}

/// Version 1: a hierarchy that can be written is preferred to one that cannot.
pub(super) fn mount_of(all: &[Hierarchy], controller: Controller) -> Option<&Hierarchy> {
    let of = |one: &&Hierarchy| one.version == 1 && one.words.iter().any(|word| word == controller.name());
    all.iter().filter(of).min_by_key(|one| one.read_only)
}

fn v1(all: &[Hierarchy], memory: &Hierarchy, root: bool) -> Result<Set, EngineError> {
    if !root {
        return Err(old_and_not_root());
    }
    writable(memory)?;
    let mut folders: Vec<Folder> = Vec::new();
    for controller in Controller::ALL {
        let Some(mount) = mount_of(all, controller).filter(|mount| writable(mount).is_ok()) else { continue };
        match folders.iter_mut().find(|folder| folder.path == mount.point) {
            Some(folder) => folder.controllers.push(controller),
            None => folders.push(Folder { path: mount.point.clone(), controllers: vec![controller] }),
        }
    }
    Ok(Set { version: 1, folders })
}

fn v2(all: &[Hierarchy], seen: &Seen) -> Result<Set, EngineError> {
    let mount = all.iter().filter(|one| one.version == 2).min_by_key(|one| one.read_only).ok_or_else(no_mount)?;
    if mount.read_only {
        return Err(read_only(&mount.point));
    }
    let Some(Place::V2(own)) = locate(&seen.own, &seen.mountinfo) else { return Err(not_delegated(&mount.point)) };
    let path = ground(&mount.point, &own).ok_or_else(|| not_delegated(&own))?;
    let there = controllers(&path, "cgroup.controllers");
    if !there.contains(&Controller::Memory) {
        return Err(no_memory(&path.join("cgroup.controllers")));
    }
    let enabled = controllers(&path, "cgroup.subtree_control");
    // The topmost group of the machine alone may have processes beside groups; it has no such file.
    if path.join("cgroup.events").exists() && !enabled.contains(&Controller::Memory) {
        vacant(&path)?;
    }
    Ok(Set { version: 2, folders: vec![Folder { path, controllers: there }] })
}

/// Where `emu` may be made: at the top as root, or beside our own group in what was delegated to us.
fn ground(top: &Path, own: &Path) -> Option<PathBuf> {
    if is_ours(top) {
        return Some(top.to_owned());
    }
    let parent = own.parent().filter(|_| own.file_name().is_some_and(|name| name == MAIN))?;
    is_ours(parent).then(|| parent.to_owned())
}

/// Whether groups can be made below a group of version 2, and limited there.
pub(super) fn is_ours(group: &Path) -> bool {
    is_writable(group) && is_writable(&group.join("cgroup.subtree_control"))
}

/// The controllers that a file of a group names. CPU time is counted wherever there are groups at all.
pub(super) fn controllers(group: &Path, file: &str) -> Vec<Controller> {
    let text = read(&group.join(file));
    let named = |controller: &Controller| text.split_whitespace().any(|word| word == controller.name());
    Controller::ALL.into_iter().filter(named).collect()
}

/// What groups in a base can limit.
pub(super) fn limiters(base: &Set) -> Limiters {
    let has = |controller, file: &str| base.of(controller).is_some_and(|folder| folder.join(file).exists());
    let (swap, cpu) = match base.version {
        1 => (has(Controller::Memory, "memory.memsw.limit_in_bytes"), has(Controller::Cpu, "cpu.cfs_quota_us")),
        _ => (
            base.of(Controller::Memory).is_some_and(|folder| example(folder, "memory.max", "memory.swap.max")),
            base.of(Controller::Cpu).is_some_and(|folder| example(folder, "cpu.weight", "cpu.max")),
        ),
    };
    Limiters { swap, cpu, pids: base.of(Controller::Pids).is_some(), cpuset: base.of(Controller::Cpuset).is_some() }
}

/// Whether groups have a file, judged by those that are there. The topmost group has hardly any
/// files; where it is all alone, the kernel is taken to have what kernels have.
fn example(folder: &Path, always: &str, file: &str) -> bool {
    let groups = std::iter::once(folder.to_owned()).chain(groups_in(folder));
    groups.into_iter().find(|group| group.join(always).exists()).is_none_or(|group| group.join(file).exists())
}

/// A group with groups below it that are limited must not have processes of its own.
fn vacant(group: &Path) -> Result<(), EngineError> {
    let count = read(&group.join("cgroup.procs")).lines().count();
    if count == 0 {
        return Ok(());
    }
    Err(EngineError::Lacking {
        found: format!("the control group `{}` has processes of its own ({count})", group.display()),
        expected: "a group without processes, for only such a group can limit groups below it".into(),
        help: "start emu from a group of its own (`systemd-run --user --scope -p Delegate=yes -- emu …`), \
               in a container with `--cgroupns=host`, or use the engine `docker`"
            .into(),
    })
}

fn writable(mount: &Hierarchy) -> Result<(), EngineError> {
    if mount.read_only {
        return Err(read_only(&mount.point));
    }
    if !is_writable(&mount.point) {
        return Err(old_and_not_root());
    }
    Ok(())
}

fn is_writable(path: &Path) -> bool {
    access(path, Access::WRITE_OK).is_ok()
}

fn old_and_not_root() -> EngineError {
    EngineError::Lacking {
        found: "control groups of version 1, which only root may make".into(),
        expected: "root, or control groups of version 2".into(),
        help: "run emu as root, use the engine `docker`, or boot with control groups of version 2 and \
               systemd, where an ordinary user can limit too"
            .into(),
    }
}

fn read_only(point: &Path) -> EngineError {
    EngineError::Lacking {
        found: format!("`{}` is mounted read-only, as inside a container", point.display()),
        expected: "control groups that can be written".into(),
        help: "run emu outside of the container, or start the container with `--privileged --cgroupns=host`".into(),
    }
}

fn not_delegated(group: &Path) -> EngineError {
    EngineError::Lacking {
        found: format!("the control group `{}`, which is not this user's to divide", group.display()),
        expected: "a control group that was delegated to this user, or root".into(),
        help: "run `systemd-run --user --scope -p Delegate=yes -- emu …`, run emu as root, or use the engine `docker`"
            .into(),
    }
}

fn no_memory(file: &Path) -> EngineError {
    EngineError::Lacking {
        found: format!("no memory controller in `{}`", file.display()),
        expected: "the kernel's memory controller".into(),
        help: "delegate `memory` to this user's groups, or boot with `cgroup_enable=memory`; \
               `cat /sys/fs/cgroup/cgroup.controllers` tells what the kernel has"
            .into(),
    }
}

fn no_mount() -> EngineError {
    EngineError::Lacking {
        found: "no control groups are mounted".into(),
        expected: "Linux with control groups below `/sys/fs/cgroup`".into(),
        help: "use the engine `docker`, or mount them: `mount -t cgroup2 none /sys/fs/cgroup`".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! fixture {
        ($path:literal) => {
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cgroup/", $path))
        };
    }

    fn seen(mountinfo: &str) -> Seen {
        Seen { mountinfo: mountinfo.to_owned(), own: "0::/scope/emu-main\n".to_owned(), root: true }
    }

    fn lacking(outcome: Result<Set, EngineError>) -> (String, String) {
        match outcome {
            Err(EngineError::Lacking { found, help, .. }) => (found, help),
            other => panic!("{other:?}"),
        }
    }

    /// A machine of version 2: its topmost group, and ours in a scope.
    fn machine() -> (tempfile::TempDir, Seen) {
        let top = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(top.path().join("scope/emu-main")).expect("made");
        let mountinfo = format!("30 23 0:26 / {} rw - cgroup2 cgroup2 rw\n", top.path().display());
        let seen = seen(&mountinfo);
        (top, seen)
    }

    fn put(folder: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            std::fs::write(folder.join(name), text).expect("written");
        }
    }

    #[test]
    fn an_ordinary_user_is_sent_from_version_1_to_version_2_docker_or_root() {
        let (found, help) = lacking(base(&Seen { root: false, ..seen(fixture!("v1/mountinfo")) }));
        assert!(found.contains("version 1"), "{found}");
        assert!(["root", "docker", "systemd"].iter().all(|word| help.contains(word)), "{help}");
    }

    #[test]
    fn groups_that_cannot_be_written_are_told_as_those_of_a_container() {
        let inside = fixture!("v1/mountinfo").replace("rw,relatime - cgroup ", "ro,relatime - cgroup ");
        assert!(lacking(base(&seen(&inside))).0.contains("`/sys/fs/cgroup/memory` is mounted read-only"));
        let inside = fixture!("v2/mountinfo").replace(" rw,nosuid", " ro,nosuid");
        assert!(lacking(base(&seen(&inside))).0.contains("`/sys/fs/cgroup` is mounted read-only"));
    }

    #[test]
    fn a_machine_without_control_groups_is_told_so() {
        assert!(lacking(base(&seen(""))).0.contains("no control groups are mounted"));
    }

    #[test]
    fn controllers_on_one_mount_have_one_folder() {
        let point = tempfile::tempdir().expect("a folder");
        let mount =
            |controllers: &str| format!("1 1 0:1 / {} rw - cgroup cgroup rw,{controllers}\n", point.path().display());
        let set = base(&seen(&mount("memory,cpu,cpuacct"))).expect("found");
        assert_eq!((set.version, set.folders.len()), (1, 1));
        assert_eq!(set.of(Controller::CpuAcct), set.of(Controller::Memory));
        assert_eq!(limiters(&set), Limiters { swap: false, cpu: false, pids: false, cpuset: false });
        put(point.path(), &[("memory.memsw.limit_in_bytes", ""), ("cpu.cfs_quota_us", "")]);
        assert_eq!(limiters(&set), Limiters { swap: true, cpu: true, pids: false, cpuset: false });
    }

    #[test]
    fn root_makes_groups_at_the_top() {
        let (top, seen) = machine();
        put(top.path(), &[("cgroup.controllers", "cpuset cpu io memory pids\n"), ("cgroup.subtree_control", "")]);
        put(top.path(), &[("cgroup.procs", "1\n2\n")]);
        let set = base(&seen).expect("processes at the very top are no hindrance");
        assert_eq!((set.version, set.of(Controller::Memory)), (2, Some(top.path())));
        assert_eq!(limiters(&set), Limiters { swap: true, cpu: true, pids: true, cpuset: true });
    }

    #[test]
    fn what_was_delegated_is_divided_beside_our_own_group() {
        let (top, seen) = machine();
        let scope = top.path().join("scope");
        put(&scope, &[("cgroup.controllers", "memory pids\n"), ("cgroup.subtree_control", "")]);
        put(&scope, &[("cgroup.events", ""), ("cgroup.procs", ""), ("memory.max", "max\n")]);
        let set = base(&seen).expect("found");
        assert_eq!(set.of(Controller::Memory), Some(scope.as_path()));
        assert_eq!(limiters(&set), Limiters { swap: false, cpu: false, pids: true, cpuset: false });
    }

    #[test]
    fn a_group_with_processes_of_its_own_cannot_be_divided() {
        let (top, seen) = machine();
        let scope = top.path().join("scope");
        put(&scope, &[("cgroup.controllers", "memory\n"), ("cgroup.subtree_control", "")]);
        put(&scope, &[("cgroup.events", ""), ("cgroup.procs", "11\n12\n")]);
        assert!(lacking(base(&seen)).0.contains("has processes of its own (2)"));
        put(&scope, &[("cgroup.subtree_control", "memory\n")]);
        base(&seen).expect("divided already");
    }

    #[test]
    fn a_group_that_is_not_ours_is_told_with_the_way_to_one() {
        let (_top, seen) = machine();
        let (found, help) = lacking(base(&seen));
        assert!(found.contains("scope/emu-main"), "{found}");
        assert!(help.contains("Delegate=yes"), "{help}");
    }

    #[test]
    fn a_kernel_without_the_memory_controller_is_told() {
        let (top, seen) = machine();
        put(top.path(), &[("cgroup.controllers", "cpu pids\n"), ("cgroup.subtree_control", "")]);
        assert!(lacking(base(&seen)).0.contains("no memory controller"));
    }
}
