//! Control groups of emu's own: made, limited, read back, emptied and removed, through the kernel's files.
//!
//! Every group is `emu/<name>`: at the top of each hierarchy as root, or in what was delegated to an
//! ordinary user, beside emu's own group. `emu` itself stays, empty, until the machine is started anew.

mod empty;
mod files;
mod find;
mod make;
mod oom;
mod plan;
mod set;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;

pub(super) use self::oom::OomWatch;
pub(super) use self::settle::{Standing, standing};

use self::files::{failed, read, write};
use self::set::{Controller, Set, groups_in};
use crate::engine::cgroup::{Limits, Place, Reader};
use crate::engine::quota::cpuset;
use crate::engine::read_back::{Asked, same};
use crate::engine::{Change, EngineError, Order};

/// The group that holds all groups of emu's.
const NURSERY: &str = "emu";
/// emu's own group, in what was delegated to it.
const MAIN: &str = "emu-main";

/// Where groups of emu's can be made on this machine, and what they can limit.
#[derive(Debug, Clone)]
pub(super) struct Nursery {
    base: Set,
    limiters: Limiters,
}

/// What a group can limit here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each one is an independent fact about the machine")]
pub(super) struct Limiters {
    /// Memory together with swap.
    pub swap: bool,
    /// CPU quota and period.
    pub cpu: bool,
    /// Processes and threads.
    pub pids: bool,
    /// The CPUs it may run on.
    pub cpuset: bool,
}

/// One group.
#[derive(Debug, Clone)]
pub(super) struct Group {
    set: Set,
    limiters: Limiters,
}

impl Nursery {
    /// Finds the place. Nothing is made yet, but emu itself moves aside in a group that has no other
    /// process. Fails with what is missing: no memory controller, a mount that is read-only, no right to
    /// make groups, and says what would help.
    pub(super) fn find() -> Result<Self, EngineError> {
        let seen = find::Seen::now();
        let base = find::base(&seen).or_else(|_| {
            settle::settle(&seen);
            // Looked at anew in any case: another thread may have moved emu meanwhile.
            find::base(&find::Seen::now())
        })?;
        let limiters = find::limiters(&base);
        Ok(Self { base, limiters })
    }

    /// The version of the interface, 1 or 2.
    pub(super) fn version(&self) -> u8 {
        self.base.version
    }

    /// What can be limited besides memory.
    pub(super) fn limiters(&self) -> Limiters {
        self.limiters
    }

    /// Makes a group with the limits of an order, and reads them back.
    pub(super) fn make(&self, name: &str, order: &Order) -> Result<Group, EngineError> {
        let group = self.existing(name);
        if group.set.paths().any(std::path::Path::exists) {
            let reason = format!("`{name}` is there already");
            return Err(EngineError::Failed { doing: "make a control group".into(), reason });
        }
        let made = make::make(&self.base, &self.base.below(NURSERY), &group.set);
        let limited = made.and_then(|()| group.limit(order));
        if let Err(error) = limited {
            // What was made of it goes; the first error is the one to tell.
            let _ = make::remove_now(&group.set);
            return Err(error);
        }
        Ok(group)
    }

    /// The names of the groups that are there, whoever made them.
    pub(super) fn names(&self) -> Vec<String> {
        let folders = self.base.below(NURSERY);
        let groups = folders.paths().flat_map(groups_in);
        let name = |path: PathBuf| Some(path.file_name()?.to_str()?.to_owned());
        // A group that was removed in part is in some hierarchies only.
        groups.filter_map(name).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// A group that is there, by name.
    pub(super) fn existing(&self, name: &str) -> Group {
        Group { set: self.base.below(NURSERY).below(name), limiters: self.limiters }
    }
}

impl Group {
    /// Where its counters are.
    pub(super) fn place(&self) -> Place {
        self.set.place()
    }

    /// Files into which a process writes `0` to join.
    pub(super) fn doors(&self) -> Vec<PathBuf> {
        self.set.paths().map(|folder| folder.join("cgroup.procs")).collect()
    }

    /// Its folders, and where below `/sys/fs/cgroup` a process inside expects each: `memory`, or
    /// nothing in version 2, where one folder is all.
    pub(super) fn views(&self) -> Vec<(String, PathBuf)> {
        self.set.views()
    }

    /// Changes limits, and reads them back. Nothing happens to a group that is gone.
    pub(super) fn change(&self, change: Change) -> Result<(), EngineError> {
        let Some(now) = self.limits() else { return Ok(()) };
        let asked = plan::changed(change, now, self.limiters, self.set.version);
        self.write(&asked, now)?;
        self.is_in_force(&asked)
    }

    /// The processes in it and below it, as this machine numbers them.
    pub(super) fn processes(&self) -> Vec<u32> {
        empty::processes(&self.set).into_iter().collect()
    }

    /// Kills every process in it and below it, those that are being born meanwhile too. Returns when
    /// the group is empty. Fails after 10 s, naming who is left.
    pub(super) async fn empty(&self) -> Result<(), EngineError> {
        empty::empty(&self.set).await
    }

    /// Removes it with all groups below it. Removing what is gone succeeds; a group that the kernel
    /// has not let go of yet is waited for, up to 2 s.
    pub(super) async fn remove(&self) -> Result<(), EngineError> {
        make::remove(&self.set).await
    }

    /// Begins to listen for a lack of memory. `None` where the kernel does not tell.
    pub(super) fn watch_oom(&self) -> Option<OomWatch> {
        OomWatch::open(&self.place())
    }

    fn limit(&self, order: &Order) -> Result<(), EngineError> {
        let asked = plan::asked(order, self.limiters);
        let Some(now) = self.limits() else { return Err(self.uncounted()) };
        self.write(&asked, now)?;
        self.is_in_force(&asked)?;
        self.pin(order.cpus)
    }

    fn uncounted(&self) -> EngineError {
        let memory = self.set.of(Controller::Memory).map(|folder| folder.display().to_string()).unwrap_or_default();
        let reason = format!("the kernel counts no memory in `{memory}`");
        EngineError::Failed { doing: "make a control group".into(), reason }
    }

    fn write(&self, asked: &Asked, now: Limits) -> Result<(), EngineError> {
        for line in plan::lines(self.set.version, asked, now) {
            let Some(folder) = self.set.of(line.controller) else { continue };
            let file = folder.join(line.file);
            write(&file, &line.text)
                .map_err(|error| failed(&format!("set a limit to {}", line.text), &file, &error))?;
        }
        Ok(())
    }

    /// The first CPUs, where some are left out.
    fn pin(&self, cpus: Option<u32>) -> Result<(), EngineError> {
        let Some(folder) = self.set.of(Controller::Cpuset) else { return Ok(()) };
        // Version 1 copies the choice of the group above; in version 2 only what is in force tells.
        let there = ["cpuset.cpus.effective", "cpuset.cpus"].map(|name| plan::count(&read(&folder.join(name))));
        let there = there.into_iter().max().unwrap_or(0);
        let Some(wanted) = cpus.and_then(|cpus| cpuset(cpus, there)) else { return Ok(()) };
        let file = folder.join("cpuset.cpus");
        write(&file, &wanted).map_err(|error| failed("choose CPUs", &file, &error))?;
        same("CPUs in the kernel", Some(wanted), Some(read(&file)))
    }

    fn limits(&self) -> Option<Limits> {
        Reader::open(self.place())?.limits()
    }

    fn is_in_force(&self, asked: &Asked) -> Result<(), EngineError> {
        match self.limits() {
            Some(found) => asked.is_in_force(found, self.set.version),
            None => Ok(()),
        }
    }
}
