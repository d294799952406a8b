//! An ordinary user's place among the control groups of version 2, and how emu settles there.

use std::path::{Path, PathBuf};

use super::MAIN;
use super::files::{make_folder, read, write};
use super::find::{Seen, is_ours, mount_of};
use super::set::Controller;
use crate::engine::cgroup::{Place, hierarchies, locate};

/// What emu may do with the group that it was started in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine::native) enum Standing {
    /// Root, or settled already, or on a machine where no delegation helps.
    Settled,
    /// The group is this user's, and emu is its only process.
    Alone {
        /// The service manager says that it keeps its hands off.
        delegated: bool,
    },
    /// The group is somebody else's, or has other processes too.
    Foreign,
}

/// What this very process may do.
pub(in crate::engine::native) fn standing() -> Standing {
    let seen = Seen::now();
    match own_group(&seen) {
        Some(own) if !seen.root => of_user(&own, std::process::id()),
        _ => Standing::Settled,
    }
}

fn of_user(own: &Path, pid: u32) -> Standing {
    if is_main(own) && own.parent().is_some_and(is_ours) {
        return Standing::Settled;
    }
    if is_ours(own) && is_alone(own, pid) {
        Standing::Alone { delegated: is_delegated(own) }
    } else {
        Standing::Foreign
    }
}

/// Moves emu into a group of its own within its group, when it is the only process there: groups
/// beside it can then be limited.
pub(super) fn settle(seen: &Seen) {
    if let Some(own) = own_group(seen).filter(|own| !is_main(own) && is_ours(own)) {
        move_aside(&own, std::process::id());
    }
}

/// Returns whether it moved.
fn move_aside(own: &Path, pid: u32) -> bool {
    // The topmost group of the machine has no such file; there nobody stands in the way.
    if !own.join("cgroup.events").exists() || !is_alone(own, pid) {
        return false;
    }
    let main = own.join(MAIN);
    make_folder(&main).and_then(|()| write(&main.join("cgroup.procs"), "0")).is_ok()
}

/// Our group, where version 2 counts memory.
fn own_group(seen: &Seen) -> Option<PathBuf> {
    if mount_of(&hierarchies(&seen.mountinfo), Controller::Memory).is_some() {
        return None;
    }
    match locate(&seen.own, &seen.mountinfo)? {
        Place::V2(own) => Some(own),
        Place::V1 { .. } => None,
    }
}

fn is_main(own: &Path) -> bool {
    own.file_name().is_some_and(|name| name == MAIN)
}

fn is_alone(own: &Path, pid: u32) -> bool {
    read(&own.join("cgroup.procs")) == pid.to_string()
}

/// systemd marks what it has delegated.
fn is_delegated(own: &Path) -> bool {
    let mut value = [0_u8; 1];
    rustix::fs::getxattr(own, "user.delegate", &mut value).is_ok_and(|length| value.get(..length) == Some(b"1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A group with these processes in it.
    fn group(name: &str, processes: &str) -> (tempfile::TempDir, PathBuf) {
        let top = tempfile::tempdir().expect("a folder");
        let own = top.path().join(name);
        std::fs::create_dir(&own).expect("made");
        for folder in [top.path(), &own] {
            std::fs::write(folder.join("cgroup.subtree_control"), "").expect("written");
            std::fs::write(folder.join("cgroup.events"), "").expect("written");
        }
        std::fs::write(own.join("cgroup.procs"), processes).expect("written");
        (top, own)
    }

    #[test]
    fn a_group_of_our_own_with_nobody_else_is_enough() {
        let (_top, own) = group("app.scope", "7\n");
        assert_eq!(of_user(&own, 7), Standing::Alone { delegated: false });
        assert_eq!(of_user(&own, 8), Standing::Foreign);
    }

    #[test]
    fn a_group_with_others_in_it_is_not_ours_to_divide() {
        let (_top, own) = group("session-3.scope", "7\n9\n");
        assert_eq!(of_user(&own, 7), Standing::Foreign);
        assert!(!move_aside(&own, 7) && !own.join(MAIN).exists());
    }

    #[test]
    fn who_stands_aside_already_has_settled() {
        let (_top, own) = group(MAIN, "7\n8\n");
        assert_eq!(of_user(&own, 7), Standing::Settled);
    }

    #[test]
    fn whoever_is_alone_can_move_aside() {
        let (_top, own) = group("app.scope", "7\n");
        std::fs::create_dir(own.join(MAIN)).expect("made");
        let door = own.join(MAIN).join("cgroup.procs");
        std::fs::write(&door, "").expect("written");
        assert!(move_aside(&own, 7));
        assert_eq!(read(&door), "0");
    }

    #[test]
    fn nobody_moves_at_the_top_of_the_machine() {
        let (_top, own) = group("top", "7\n");
        std::fs::remove_file(own.join("cgroup.events")).expect("removed");
        assert!(!move_aside(&own, 7));
    }
}
