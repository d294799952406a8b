//! Where a process's control group is found in the file system.

use std::path::{Path, PathBuf};

/// The folders of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// One folder for each controller.
    V1 {
        /// Memory controller.
        memory: PathBuf,
        /// CPU share.
        cpu: Option<PathBuf>,
        /// CPU time.
        cpuacct: Option<PathBuf>,
        /// Processes and threads.
        pids: Option<PathBuf>,
    },
    /// One folder for all.
    V2(PathBuf),
}

impl Place {
    /// The version of the interface.
    pub const fn version(&self) -> u8 {
        match self {
            Self::V1 { .. } => 1,
            Self::V2(_) => 2,
        }
    }
}

/// A hierarchy of control groups, as it is mounted here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    /// The version of the interface.
    pub version: u8,
    /// Where its topmost visible group is.
    pub point: PathBuf,
    /// Version 1: the words of the mount, among them its controllers. Version 2 has a file for that.
    pub words: Vec<String>,
    /// Mounted read-only, as in most containers.
    pub read_only: bool,
}

/// Every hierarchy of a `/proc/self/mountinfo`.
pub fn hierarchies(mountinfo: &str) -> Vec<Hierarchy> {
    let hierarchy = |mount: Mount<'_>| {
        let version = match mount.kind {
            "cgroup" => 1,
            "cgroup2" => 2,
            _ => return None,
        };
        let words = mount.options.split(',').map(str::to_owned).collect();
        let read_only = mount.flags.split(',').any(|flag| flag == "ro");
        Some(Hierarchy { version, point: mount.point.into(), words, read_only })
    };
    mounts(mountinfo).filter_map(hierarchy).collect()
}

/// Finds a process's group from its `/proc/<pid>/cgroup` and our own `/proc/self/mountinfo`.
///
/// On a hybrid machine the memory controller decides: where version 1 has it, version 2 counts nothing.
pub fn locate(proc_cgroup: &str, mountinfo: &str) -> Option<Place> {
    let v1 = |controller: &str| v1_folder(controller, proc_cgroup, mountinfo);
    if let Some(memory) = v1("memory") {
        return Some(Place::V1 { memory, cpu: v1("cpu"), cpuacct: v1("cpuacct"), pids: v1("pids") });
    }
    let path = proc_cgroup.lines().find_map(|line| line.strip_prefix("0::"))?;
    mounts(mountinfo).find(|mount| mount.kind == "cgroup2").and_then(|mount| mount.folder(path)).map(Place::V2)
}

/// The lines of a `/proc/<pid>/cgroup` that speak of the group of the container called `id`.
///
/// A process that has ended is in the root group until it is reaped, and its number may have gone to
/// another process. Their groups have no limit and count the whole machine: nothing may be read there.
pub fn lines_of(id: &str, proc_cgroup: &str) -> String {
    let of_container = |line: &&str| {
        let path = line.splitn(3, ':').nth(2);
        !id.is_empty() && path.is_some_and(|path| path.split('/').any(|name| name.contains(id)))
    };
    proc_cgroup.lines().filter(of_container).flat_map(|line| [line, "\n"]).collect()
}

fn v1_folder(controller: &str, proc_cgroup: &str, mountinfo: &str) -> Option<PathBuf> {
    let path = proc_cgroup.lines().find_map(|line| {
        let (names, path) = line.split_once(':')?.1.split_once(':')?;
        names.split(',').any(|name| name == controller).then_some(path)
    })?;
    mounts(mountinfo)
        .filter(|mount| mount.kind == "cgroup")
        .find(|mount| mount.options.split(',').any(|name| name == controller))
        .and_then(|mount| mount.folder(path))
}

struct Mount<'a> {
    root: &'a str,
    point: &'a str,
    flags: &'a str,
    kind: &'a str,
    options: &'a str,
}

impl Mount<'_> {
    /// The folder of a group; nothing when the mount does not show it.
    fn folder(&self, path: &str) -> Option<PathBuf> {
        let below = Path::new(path).strip_prefix(self.root).ok()?;
        // A path that climbs out of our own namespace cannot be followed from here.
        if below.starts_with("..") {
            return None;
        }
        Some(Path::new(self.point).join(below))
    }
}

/// The mounts of a `mountinfo` file, as described in `proc_pid_mountinfo(5)`.
fn mounts(mountinfo: &str) -> impl Iterator<Item = Mount<'_>> {
    mountinfo.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let mut left = left.split(' ').skip(3);
        let mut right = right.split(' ');
        Some(Mount {
            root: left.next()?,
            point: left.next()?,
            flags: left.next()?,
            kind: right.next()?,
            options: right.nth(1)?,
        })
    })
}
