//! A second program in a running instance: it joins the surroundings of the main process.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::process::{Pid, PidfdFlags, fchdir, pidfd_open};
use rustix::thread::{CapabilitySet, ThreadNameSpaceType, move_into_thread_name_spaces};

use super::stage::{Stage, failed};
use super::user::Identity;
use super::{Word, user};

const SPACES: &[(&str, ThreadNameSpaceType)] = &[
    ("cgroup", ThreadNameSpaceType::CONTROL_GROUP),
    ("ipc", ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION),
    ("mnt", ThreadNameSpaceType::MOUNT),
    ("net", ThreadNameSpaceType::NETWORK),
    ("pid", ThreadNameSpaceType::PROCESS_ID),
    ("uts", ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME),
];

/// The process that is joined.
pub(super) struct Visit {
    process: OwnedFd,
    folder: OwnedFd,
    /// What it does not share with this process.
    spaces: ThreadNameSpaceType,
    host: Host,
}

/// Whose rights the process has.
#[derive(Debug, PartialEq, Eq)]
struct Host {
    uid: u32,
    gid: u32,
    groups: Vec<u32>,
    rights: CapabilitySet,
}

impl Visit {
    /// Finds the process. Children of this one are counted with it from now on.
    pub(super) fn to(pid: u32) -> Result<Self, Word> {
        let doing = || format!("find process {pid}");
        let number = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let number = number.ok_or_else(|| failed(doing(), "there is no such number"))?;
        let process = pidfd_open(number, PidfdFlags::empty()).stage(doing())?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = openat(CWD, format!("/proc/{pid}/cwd"), flags, Mode::empty()).stage(doing())?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).stage(doing())?;
        let host = host(&status).ok_or_else(|| failed(doing(), "its status cannot be understood"))?;
        let spaces = foreign(pid).stage(doing())?;
        let numbers = spaces & ThreadNameSpaceType::PROCESS_ID;
        if !numbers.is_empty() {
            move_into_thread_name_spaces(std::os::fd::AsFd::as_fd(&process), numbers).stage(doing())?;
        }
        Ok(Self { process, folder, spaces, host })
    }

    /// Joins it with everything else, and goes to its working directory.
    pub(super) fn enter(&self) -> Result<(), Word> {
        let spaces = self.spaces - ThreadNameSpaceType::PROCESS_ID;
        let process = std::os::fd::AsFd::as_fd(&self.process);
        if !spaces.is_empty() {
            move_into_thread_name_spaces(process, spaces).stage("join the instance")?;
        }
        fchdir(&self.folder).stage("enter the working directory of the instance")
    }

    /// Who it runs as, with the home folder that its own machine knows.
    pub(super) fn identity(&self, passwd: &str) -> Identity {
        let Host { uid, gid, groups, .. } = &self.host;
        Identity { uid: *uid, gid: *gid, groups: groups.clone(), home: user::home_of(*uid, passwd) }
    }

    /// What it may ever do.
    pub(super) fn rights(&self) -> CapabilitySet {
        self.host.rights
    }
}

fn foreign(pid: u32) -> io::Result<ThreadNameSpaceType> {
    let mut found = ThreadNameSpaceType::empty();
    for (name, kind) in SPACES {
        let its = fs::read_link(format!("/proc/{pid}/ns/{name}"));
        let ours = fs::read_link(format!("/proc/self/ns/{name}"));
        match (its, ours) {
            (Ok(its), Ok(ours)) if its != ours => found |= *kind,
            // An old kernel has not every kind.
            (Err(error), Ok(_)) => return Err(error),
            _ => {}
        }
    }
    Ok(found)
}

/// Reads a `/proc/<pid>/status`.
fn host(status: &str) -> Option<Host> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let effective = |name: &str| field(name)?.split_whitespace().nth(1)?.parse().ok();
    let rights = u64::from_str_radix(field("CapBnd")?.trim(), 16).ok()?;
    Some(Host {
        uid: effective("Uid")?,
        gid: effective("Gid")?,
        groups: field("Groups")?.split_whitespace().filter_map(|group| group.parse().ok()).collect(),
        rights: CapabilitySet::from_bits_retain(rights),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rights_of_a_process_are_read() {
        let status = "Name:\tUid: 7\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t44 29 \nCapEff:\t00\nCapBnd:\t0000000000000021\n";
        let rights = CapabilitySet::CHOWN | CapabilitySet::KILL;
        assert_eq!(host(status), Some(Host { uid: 2, gid: 6, groups: vec![44, 29], rights }));
        assert_eq!(host("Name:\ta\n"), None);
    }

    #[test]
    fn nothing_of_this_process_is_foreign_to_it() {
        assert_eq!(foreign(std::process::id()).ok(), Some(ThreadNameSpaceType::empty()));
    }
}
