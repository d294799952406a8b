//! The end: nothing of the app's is left alive, whatever it forked and however often.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, getpid, kill_process, wait};

/// Between two looks, when no child tells its end.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };

/// Looks before what does not die is left to whoever sweeps: some seconds.
const LOOKS: u32 = 1000;

/// The end of a child, as a shell tells it: its exit status, or 128 and the signal.
pub(super) fn code(status: WaitStatus) -> i32 {
    let signal = || status.terminating_signal().map(|signal| signal.saturating_add(128));
    status.exit_status().or_else(signal).unwrap_or(-1)
}

/// Takes the end of every child that has ended, adopted ones too. Returns how the one called `main` ended.
pub(super) fn reap(main: Pid) -> Option<i32> {
    let mut ended = None;
    while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
        if pid == main {
            ended = Some(code(status));
        }
    }
    ended
}

/// Kills everything that descends from this process or is in the group of `doors`, and waits until it is
/// gone. `signals` tells when a child ends. Says whether nothing is left.
pub(super) fn kill_all(doors: &[PathBuf], signals: impl AsFd) -> bool {
    for _ in 0..LOOKS {
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
        let left = left(doors);
        if left.is_empty() {
            return true;
        }
        for pid in left {
            let _ = kill_process(pid, Signal::KILL);
        }
        pause(signals.as_fd());
    }
    false
}

fn pause(signals: BorrowedFd<'_>) {
    let _ = poll(&mut [PollFd::new(&signals, PollFlags::IN)], Some(&LOOK));
    drain(signals);
}

/// Forgets which signals came: whoever ended is found by looking.
pub(super) fn drain(signals: BorrowedFd<'_>) {
    let mut forgotten = [0; 1024];
    while rustix::io::read(signals, &mut forgotten).is_ok_and(|count| count > 0) {}
}

fn left(doors: &[PathBuf]) -> HashSet<Pid> {
    let ours = getpid();
    let folders: BTreeSet<&Path> = doors.iter().filter_map(|door| door.parent()).collect();
    let members: HashSet<Pid> = folders.into_iter().flat_map(members).collect();
    // This process is never in the app's group. A group that holds it is not the app's.
    let members = if members.contains(&ours) { HashSet::new() } else { members };
    let offspring = descendants(ours.as_raw_pid(), &family()).into_iter().filter_map(Pid::from_raw);
    members.into_iter().chain(offspring).collect()
}

/// The processes of a group and of those below it.
fn members(folder: &Path) -> Vec<Pid> {
    let text = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    let mut found: Vec<Pid> = text.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?)).collect();
    found.extend(below(folder).iter().flat_map(|folder| members(folder)));
    found
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
}

/// Every process with its parent. Those that have ended and wait for their parent are left out.
fn family() -> Vec<(i32, i32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stat = |name: String| kin(&fs::read_to_string(format!("/proc/{}/stat", name.parse::<u32>().ok()?)).ok()?);
    entries.filter_map(|entry| stat(entry.file_name().into_string().ok()?)).collect()
}

/// Process and parent in a `/proc/<pid>/stat`. The name in brackets may hold anything.
fn kin(stat: &str) -> Option<(i32, i32)> {
    let (pid, rest) = stat.split_once(' ')?;
    let mut fields = rest.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    (!matches!(state, "Z" | "X")).then_some((pid.parse().ok()?, fields.next()?.parse().ok()?))
}

fn descendants(of: i32, family: &[(i32, i32)]) -> BTreeSet<i32> {
    let mut found = BTreeSet::new();
    let mut open = vec![of];
    while let Some(parent) = open.pop() {
        let children = family.iter().filter(|(pid, its)| *its == parent && *pid != of).map(|(pid, _)| *pid);
        open.extend(children.filter(|child| found.insert(*child)));
    }
    found
}

/// Removes what emu would have removed: the group, and what the app wrote. As far as that is possible.
pub(super) fn remove(doors: &[PathBuf], scratch: Option<&Path>, signals: impl AsFd) {
    let folders: BTreeSet<&Path> = doors.iter().filter_map(|door| door.parent()).collect();
    for folder in folders {
        for _ in 0..LOOKS {
            // The last process leaves its group a moment after its end is told.
            if remove_group(folder) {
                break;
            }
            pause(signals.as_fd());
        }
    }
    if let Some(scratch) = scratch {
        let _ = fs::remove_dir_all(scratch);
    }
}

fn remove_group(folder: &Path) -> bool {
    for inner in below(folder) {
        remove_group(&inner);
    }
    fs::remove_dir(folder).is_ok() || !folder.exists()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn descendants_are_found_at_every_depth_and_strangers_are_not() {
        let family = [(1, 0), (10, 1), (20, 10), (21, 10), (30, 20), (40, 1), (50, 40)];
        assert_eq!(descendants(10, &family), BTreeSet::from([20, 21, 30]));
        assert_eq!(descendants(50, &family), BTreeSet::new());
    }

    #[test]
    fn a_table_that_changed_while_it_was_read_ends_the_search_too() {
        assert_eq!(descendants(1, &[(2, 3), (3, 2), (2, 1), (1, 3)]), BTreeSet::from([2, 3]));
    }

    #[test]
    fn what_has_ended_is_not_alive() {
        assert_eq!(kin("7 (a) S (b) S 5 7 7 0"), Some((7, 5)));
        assert_eq!(kin("7 (a) Z 5 7 7 0"), None);
    }

    #[test]
    fn a_group_with_groups_below_it_is_read_and_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let group = folder.path().join("group");
        fs::create_dir_all(group.join("inner")).expect("made");
        fs::write(group.join("cgroup.procs"), "12\n").expect("written");
        fs::write(group.join("inner/cgroup.procs"), "13\n\nx\n").expect("written");
        let numbers: Vec<i32> = members(&group).into_iter().map(Pid::as_raw_pid).collect();
        assert_eq!(numbers, [12, 13]);
        assert!(!remove_group(&group), "a folder with files is no control group");
        fs::remove_file(group.join("cgroup.procs")).expect("removed");
        fs::remove_file(group.join("inner/cgroup.procs")).expect("removed");
        assert!(remove_group(&group) && !group.exists());
    }

    proptest! {
        #[test]
        fn junk_never_panics(stat in ".{0,100}") {
            let _ = kin(&stat);
        }
    }
}
