//! `/proc` and `/sys` of the room, with the app's own group where it expects it.

use std::fs;
use std::path::Path;

use rustix::mount::{MountFlags, mount, mount_bind, mount_remount};

use super::Room;
use crate::engine::native::shim::Word;
use crate::engine::native::shim::stage::{Stage, named};

/// What is this machine's, not the app's, to change. As Docker has it.
const SWITCHES: &[&str] = &["bus", "fs", "irq", "sys", "sysrq-trigger"];

const PLAIN: MountFlags = MountFlags::NOSUID.union(MountFlags::NODEV).union(MountFlags::NOEXEC);

/// Mounts both. `/proc` is that of this process's own numbers.
pub(super) fn mount_system(room: &Room, site: &Path) -> Result<(), Word> {
    let proc = site.join("proc");
    mount("proc", &proc, "proc", PLAIN, None).stage("mount `/proc`")?;
    for switch in SWITCHES {
        // Not every kernel has every one.
        let _ = show(&proc.join(switch), &proc.join(switch));
    }
    let sys = site.join("sys");
    mount("sysfs", &sys, "sysfs", PLAIN | MountFlags::RDONLY, None).stage("mount `/sys`")?;
    groups(room, &sys.join("fs/cgroup"))
}

/// The app's own group: one folder for each controller, or one for all.
fn groups(room: &Room, place: &Path) -> Result<(), Word> {
    let doing = |group: &Path| format!("show the control group {}", named(group));
    if let Some((_, group)) = room.groups.iter().find(|(name, _)| name.is_empty()) {
        return show(group, place).stage(doing(group));
    }
    let Some((_, any)) = room.groups.first() else { return Ok(()) };
    mount("tmpfs", place, "tmpfs", PLAIN, Some(c"size=64k,mode=755")).stage(doing(any))?;
    for (name, group) in &room.groups {
        let target = place.join(name);
        fs::create_dir_all(&target).stage(doing(group))?;
        show(group, &target).stage(doing(group))?;
    }
    mount_remount(place, MountFlags::BIND | MountFlags::RDONLY | PLAIN, "").stage(doing(any))
}

/// Shows something at another place, not to be written.
fn show(what: &Path, target: &Path) -> rustix::io::Result<()> {
    mount_bind(what, target)?;
    mount_remount(target, MountFlags::BIND | MountFlags::RDONLY | PLAIN, "")
}
