//! The first moments of a life, while the engine has not yet answered that it started.
//!
//! A process may be killed for want of memory before the engine's own watch over the group begins.
//! Then the engine never tells, and the group is gone when the start returns. The kernel's counter,
//! read in between, is the only witness.

use std::future::Future;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::engine::cgroup::{Place, Reader, locate};

/// A group outlives its main process by some 30 ms.
const LOOK: Duration = Duration::from_millis(5);

/// What was seen before the start returned.
#[derive(Debug, Default)]
pub(super) struct Early {
    /// The group's files, if they were found.
    pub reader: Option<Reader>,
    /// Kills so far.
    pub kills: Option<u64>,
}

/// Waits for `started` and watches the group of `container` meanwhile, where it would be.
pub(super) async fn watched<T>(container: &str, visible: bool, started: impl Future<Output = T>) -> (T, Early) {
    let places = if visible { places(container) } else { Vec::new() };
    let mut early = Early::default();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut started = std::pin::pin!(started);
    loop {
        tokio::select! {
            answer = &mut started => return (answer, early),
            _ = looks.tick(), if !places.is_empty() => early.look(&places),
        }
    }
}

impl Early {
    fn look(&mut self, places: &[Place]) {
        if self.reader.is_none() {
            self.reader = places.iter().cloned().find_map(Reader::open);
        }
        let kills = self.reader.as_mut().and_then(Reader::oom_kills);
        self.kills = kills.or(self.kills);
    }
}

/// Where engines put the group of a container, unless they were told otherwise.
fn places(container: &str) -> Vec<Place> {
    let mountinfo = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    [
        format!("/docker/{container}"),
        format!("/system.slice/docker-{container}.scope"),
        format!("/machine.slice/libpod-{container}.scope"),
    ]
    .iter()
    .flat_map(|path| {
        [format!("1:memory:{path}\n2:cpu:{path}\n3:cpuacct:{path}\n4:pids:{path}\n"), format!("0::{path}\n")]
    })
    .filter_map(|groups| locate(&groups, &mountinfo))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_count_read_is_kept_when_the_group_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = [Place::V2(folder.path().join("group"))];
        let mut early = Early::default();
        early.look(&place);
        assert_eq!(early.kills, None);
        std::fs::create_dir(folder.path().join("group")).expect("made");
        std::fs::write(folder.path().join("group/memory.current"), "1\n").expect("written");
        std::fs::write(folder.path().join("group/memory.events"), "oom_kill 1\n").expect("written");
        early.look(&place);
        assert_eq!(early.kills, Some(1));
        std::fs::write(folder.path().join("group/memory.events"), "").expect("written");
        early.look(&place);
        assert_eq!(early.kills, Some(1));
    }

    #[tokio::test]
    async fn where_nothing_is_visible_the_start_is_just_waited_for() {
        let (answer, early) = watched("c1", false, async { 7 }).await;
        assert_eq!((answer, early.kills), (7, None));
    }
}
