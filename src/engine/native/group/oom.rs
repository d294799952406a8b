//! The kernel's own word that memory ran out in a group, independent of its counter of kills.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::event::{EventfdFlags, eventfd};

use super::files::write;
use crate::engine::cgroup::Place;

/// Hears when memory runs out in a group. It hears of the lack, a moment before the kill.
#[derive(Debug)]
pub(in crate::engine::native) enum OomWatch {
    /// Version 1: the kernel writes into it. It does so too when the group is removed.
    Bell { bell: OwnedFd, group: PathBuf },
    /// Version 2: a count of lacks, and what it was when it was last looked at.
    Count { events: File, before: u64 },
}

impl OomWatch {
    /// Begins to listen. `None` where the kernel does not tell.
    pub(super) fn open(place: &Place) -> Option<Self> {
        match place {
            Place::V1 { memory, .. } => bell(memory),
            Place::V2(folder) => {
                let events = File::open(folder.join("memory.events")).ok()?;
                let before = lacks(&events)?;
                Some(Self::Count { events, before })
            }
        }
    }

    /// Whether memory has run out since this was last asked.
    pub(in crate::engine::native) fn heard(&mut self) -> bool {
        match self {
            // Asked in this order: a group that is still there did not ring by going.
            Self::Bell { bell, group } => rang(bell) && group.is_dir(),
            Self::Count { events, before } => {
                let now = lacks(events).unwrap_or(*before);
                now > std::mem::replace(before, now)
            }
        }
    }
}

fn bell(memory: &Path) -> Option<OomWatch> {
    let bell = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC).ok()?;
    let told = File::open(memory.join("memory.oom_control")).ok()?;
    let text = format!("{} {}", bell.as_raw_fd(), told.as_raw_fd());
    write(&memory.join("cgroup.event_control"), &text).ok()?;
    Some(OomWatch::Bell { bell, group: memory.to_owned() })
}

/// Whether it rang since it was last asked.
fn rang(bell: &OwnedFd) -> bool {
    rustix::io::read(bell, &mut [0; 8]).is_ok()
}

/// The key `oom` of `memory.events`: times that memory ran out. `None` when the group is gone.
fn lacks(events: &File) -> Option<u64> {
    let mut space = [0; 1024];
    let length = events.read_at(&mut space, 0).ok()?;
    let text = std::str::from_utf8(space.get(..length)?).ok()?;
    text.lines().find_map(|line| line.strip_prefix("oom ")?.trim().parse().ok())
}

#[cfg(test)]
impl OomWatch {
    /// Waits for a bell to ring, whatever for. Version 2 has none to wait for.
    pub(super) fn wait_for_bell(&self) {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        let Self::Bell { bell, .. } = self else { return };
        let most = Timespec { tv_sec: 10, tv_nsec: 0 };
        let rang = poll(&mut [PollFd::new(bell, PollFlags::IN)], Some(&most)).expect("waited");
        assert_eq!(rang, 1, "the kernel rings when a group goes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_2_tells_a_lack_since_the_watch_began() {
        let folder = tempfile::tempdir().expect("a folder");
        let tell = |oom: u32| {
            let text = format!("low 0\nhigh 0\nmax 9\noom {oom}\noom_kill 7\noom_group_kill 0\n");
            std::fs::write(folder.path().join("memory.events"), text).expect("written");
        };
        assert!(OomWatch::open(&Place::V2(folder.path().to_owned())).is_none());
        tell(3);
        let mut watch = OomWatch::open(&Place::V2(folder.path().to_owned())).expect("there");
        assert!(!watch.heard(), "what was before does not count");
        tell(4);
        assert!(watch.heard());
        assert!(!watch.heard(), "told once");
    }
}
