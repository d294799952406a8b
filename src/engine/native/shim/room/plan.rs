//! Which of this machine's mounts the app sees, and how.

use std::path::{Path, PathBuf};

use super::mounts::{Mount, visible};

/// File systems that can lie below a layer, so that they look writable and are not written.
const LAYERED: &[&str] = &[
    "9p", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "jfs", "nilfs2", "ntfs3", "overlay",
    "ramfs", "reiserfs", "tmpfs", "vfat", "virtiofs", "xfs", "zfs",
];

/// File systems that hold no files, but windows into the kernel, or files that are not for others.
const WINDOWS: &[&str] = &[
    "autofs",
    "binder",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fuse.gvfsd-fuse",
    "fuse.portal",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "nfsd",
    "nsfs",
    "proc",
    "pstore",
    "resctrl",
    "rootfs",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "sysfs",
    "tracefs",
];

/// The room has its own of these.
const OWN: &[&str] = &["/proc", "/sys", "/dev"];

/// Where other programs keep containers and their parts.
const STORES: &[&str] =
    &["buildkit", "containerd", "containers", "docker", "k3s", "kubelet", "lxc", "lxd", "netns", "overlay2", "podman"];

/// How a mount is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Below a layer that takes what is written.
    Layer,
    /// As it is, without the right to write.
    ReadOnly,
}

/// A mount to be made in the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// Where, on this machine and in the room.
    pub point: PathBuf,
    pub manner: Manner,
    /// Programs there do not change who runs them.
    pub nosuid: bool,
    /// Devices there are none.
    pub nodev: bool,
    /// Programs there are not run.
    pub noexec: bool,
}

/// The mounts to make, in their order; the first is the root. Nothing at or below `avoided` is shown, and
/// `is_folder` tells what a mount point is.
pub(super) fn plan(mountinfo: &str, avoided: &[&Path], is_folder: impl Fn(&Path) -> bool) -> Vec<Step> {
    let root = Step { point: "/".into(), manner: Manner::Layer, nosuid: false, nodev: false, noexec: false };
    let shown = |mount: &Mount| {
        mount.point != Path::new("/")
            && !WINDOWS.contains(&mount.kind.as_str())
            && !OWN.iter().any(|own| mount.point.starts_with(own))
            && !avoided.iter().any(|avoided| mount.point.starts_with(avoided))
            && !is_store(&mount.point)
    };
    let step = |mount: Mount| Step {
        manner: manner(&mount, &is_folder),
        nosuid: mount.has("nosuid"),
        nodev: mount.has("nodev"),
        noexec: mount.has("noexec"),
        point: mount.point,
    };
    [root].into_iter().chain(visible(mountinfo).into_iter().filter(shown).map(step)).collect()
}

fn manner(mount: &Mount, is_folder: impl Fn(&Path) -> bool) -> Manner {
    // A folder is asked for last: looking at a file system of the network may take long.
    let layered = !mount.is_read_only() && LAYERED.contains(&mount.kind.as_str()) && is_folder(&mount.point);
    if layered { Manner::Layer } else { Manner::ReadOnly }
}

fn is_store(point: &Path) -> bool {
    let kept = ["/var/lib", "/run", "/var/snap"].iter().any(|place| point.starts_with(place))
        || point.components().any(|part| part.as_os_str() == ".local");
    kept && point.components().any(|part| STORES.iter().any(|store| part.as_os_str() == *store))
}

#[cfg(test)]
mod tests;
