//! The folders of a group: one for all controllers in version 2, one for each hierarchy in version 1.

use std::path::{Path, PathBuf};

use crate::engine::cgroup::Place;

/// What the kernel counts and limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Controller {
    /// Memory and swap.
    Memory,
    /// CPU share.
    Cpu,
    /// CPU time.
    CpuAcct,
    /// Processes and threads.
    Pids,
    /// Choice of CPUs.
    Cpuset,
}

impl Controller {
    /// All that emu uses.
    pub(super) const ALL: [Self; 5] = [Self::Memory, Self::Cpu, Self::CpuAcct, Self::Pids, Self::Cpuset];

    /// The kernel's word for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::CpuAcct => "cpuacct",
            Self::Pids => "pids",
            Self::Cpuset => "cpuset",
        }
    }
}

/// One folder, and what it controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Controllers that may share a hierarchy.
    pub controllers: Vec<Controller>,
}

/// The folders of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    /// The version of the interface.
    pub version: u8,
    /// Never twice the same; memory's is among them.
    pub folders: Vec<Folder>,
}

impl Set {
    /// The set of a group below this one.
    pub(super) fn below(&self, name: &str) -> Self {
        let below = |folder: &Folder| Folder { path: folder.path.join(name), controllers: folder.controllers.clone() };
        Self { version: self.version, folders: self.folders.iter().map(below).collect() }
    }

    /// Where a controller's files are.
    pub(super) fn of(&self, controller: Controller) -> Option<&Path> {
        let has = |folder: &&Folder| folder.controllers.contains(&controller);
        self.folders.iter().find(has).map(|folder| folder.path.as_path())
    }

    /// Where the counters are.
    pub(super) fn place(&self) -> Place {
        let of = |controller| self.of(controller).map(Path::to_owned);
        let memory = of(Controller::Memory).unwrap_or_default();
        match self.version {
            1 => Place::V1 {
                memory,
                cpu: of(Controller::Cpu),
                cpuacct: of(Controller::CpuAcct),
                pids: of(Controller::Pids),
            },
            _ => Place::V2(memory),
        }
    }

    /// The folders, each by the names it has below `/sys/fs/cgroup`.
    pub(super) fn views(&self) -> Vec<(String, PathBuf)> {
        let v1 = |folder: &Folder| {
            let path = folder.path.clone();
            folder.controllers.clone().into_iter().map(move |one| (one.name().to_owned(), path.clone()))
        };
        match self.version {
            1 => self.folders.iter().flat_map(v1).collect(),
            _ => self.paths().map(|path| (String::new(), path.to_owned())).collect(),
        }
    }

    /// All folders, the one of memory first.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|folder| folder.path.as_path())
    }
}

/// A folder with all groups below it, the deepest first.
pub(super) fn tree(top: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![top.to_owned()];
    while let Some(folder) = open.pop() {
        open.extend(groups_in(&folder));
        found.push(folder);
    }
    found.reverse();
    found
}

/// The groups directly in a folder.
pub(super) fn groups_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str, controllers: &[Controller]) -> Folder {
        Folder { path: path.into(), controllers: controllers.to_vec() }
    }

    #[test]
    fn each_controller_of_version_1_has_a_view_and_a_place() {
        let both = [Controller::Cpu, Controller::CpuAcct];
        let folders = vec![folder("/cg/memory", &[Controller::Memory]), folder("/cg/cpu,cpuacct", &both)];
        let set = Set { version: 1, folders }.below("emu").below("a");
        let views = set.views();
        let names: Vec<_> = views.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["memory", "cpu", "cpuacct"]);
        assert_eq!(views[1].1, views[2].1);
        let cpu = Some(PathBuf::from("/cg/cpu,cpuacct/emu/a"));
        let memory = PathBuf::from("/cg/memory/emu/a");
        assert_eq!(set.place(), Place::V1 { memory, cpu: cpu.clone(), cpuacct: cpu, pids: None });
    }

    #[test]
    fn version_2_has_one_view_without_a_name() {
        let folders = vec![folder("/cg", &Controller::ALL)];
        let set = Set { version: 2, folders }.below("emu").below("a");
        assert_eq!(set.views(), [(String::new(), PathBuf::from("/cg/emu/a"))]);
        assert_eq!(set.place(), Place::V2("/cg/emu/a".into()));
    }

    #[test]
    fn the_deepest_group_comes_first() {
        let top = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(top.path().join("a/b")).expect("made");
        assert_eq!(tree(top.path()), [top.path().join("a/b"), top.path().join("a"), top.path().to_owned()]);
        assert_eq!(tree(Path::new("/nowhere/at/all")), [PathBuf::from("/nowhere/at/all")]);
    }
}
