//! What all verbs of one instance share.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::machine::Reach;
use crate::engine::phase::Phase;
use crate::engine::{Capabilities, Happening, News};
use crate::event::InstanceId;
use crate::units::{Elapsed, Memory};

/// One container, as its verbs and its watchers see it.
#[derive(Debug)]
pub(super) struct Core {
    pub client: bollard::Docker,
    pub id: InstanceId,
    /// The engine's id.
    pub container: String,
    pub port: u16,
    pub reach: Reach,
    pub can: Capabilities,
    pub memory: Memory,
    pub swap: Memory,
    /// Files that emu itself put into it: no loss of the app's.
    pub own: Vec<String>,
    /// Command as the user would write it, for errors.
    pub command: String,
    pub phase: watch::Sender<Phase>,
    /// How many times the engine said "out of memory".
    pub ooms: watch::Sender<u64>,
    pub pid: AtomicU32,
    pub asked_for: AtomicBool,
    pub removing: AtomicBool,
    pub news: UnboundedSender<News>,
}

impl Core {
    /// Tells the conductor. A conductor that has left needs no news.
    pub(super) fn tell(&self, what: Happening) {
        let _ = self.news.send(News { instance: self.id, what });
    }

    /// The main process's number on this machine. `None` when it does not run, or is not ours to see.
    pub(super) fn visible_pid(&self) -> Option<u32> {
        Some(self.pid.load(Ordering::Relaxed)).filter(|pid| *pid > 0 && self.can.fast_counters)
    }

    /// A process in the network of its own that the container has, where both are so.
    pub(super) fn networked_pid(&self) -> Option<u32> {
        self.visible_pid().filter(|_| self.can.sent_packets)
    }

    /// Removed by somebody else, or out of reach for good. Told once.
    pub(super) fn vanished(&self) {
        if !self.removing.swap(true, Ordering::Relaxed) {
            self.tell(Happening::Vanished);
        }
    }

    /// Waits until the end was told. Returns whether that came within `patience`.
    pub(super) async fn ended_within(&self, patience: Elapsed) -> bool {
        let mut phase = self.phase.subscribe();
        let ended = phase.wait_for(|phase| *phase != Phase::Running);
        tokio::time::timeout(patience.duration(), ended).await.is_ok()
    }
}
