//! What all verbs of one instance share.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Mutex as AsyncMutex, watch};

use super::Native;
use super::group::Group;
use super::helper::Line;
use crate::engine::phase::Phase;
use crate::engine::{Happening, News, Order};
use crate::units::Elapsed;

/// One instance, as its verbs and its watch see it.
#[derive(Debug)]
pub(super) struct Core {
    pub engine: Native,
    pub order: Order,
    /// The name of its group and of its folder.
    pub name: String,
    /// Where its app is dialled.
    pub address: SocketAddr,
    /// Its control group: a fresh one for every life.
    pub group: Mutex<Group>,
    /// Whether the group has been lived in.
    pub used: AtomicBool,
    /// Where the helper of the current life hears us.
    pub line: AsyncMutex<Option<Line>>,
    pub phase: watch::Sender<Phase>,
    /// The app's main process; zero when none runs.
    pub pid: AtomicU32,
    pub asked_for: AtomicBool,
    pub removing: AtomicBool,
    pub news: UnboundedSender<News>,
}

/// One of the two streams of an app's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    Stdout,
    Stderr,
}

impl Core {
    /// Tells the conductor. A conductor that has left needs no news.
    pub(super) fn tell(&self, what: Happening) {
        let _ = self.news.send(News { instance: self.order.instance, what });
    }

    /// Tells lines of the app's log.
    pub(super) fn printed(&self, output: Output, lines: Vec<String>) {
        for line in lines {
            self.tell(Happening::Log { stderr: output == Output::Stderr, line });
        }
    }

    /// The group of now.
    pub(super) fn group(&self) -> Group {
        match self.group.lock() {
            Ok(group) => group.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    /// Sets the group of the next life.
    pub(super) fn put_group(&self, new: Group) {
        match self.group.lock() {
            Ok(mut group) => *group = new,
            Err(poisoned) => *poisoned.into_inner() = new,
        }
    }

    /// Where what the app writes is kept.
    pub(super) fn scratch(&self) -> PathBuf {
        self.engine.scratch.join(&self.name)
    }

    /// The main process. `None` when none runs.
    pub(super) fn main_process(&self) -> Option<u32> {
        Some(self.pid.load(Ordering::Relaxed)).filter(|pid| *pid > 0)
    }

    pub(super) fn runs(&self) -> bool {
        *self.phase.borrow() == Phase::Running
    }

    /// Waits until the end was told. Returns whether that came within `patience`.
    pub(super) async fn ended_within(&self, patience: Elapsed) -> bool {
        let mut phase = self.phase.subscribe();
        let ended = phase.wait_for(|phase| *phase != Phase::Running);
        tokio::time::timeout(patience.duration(), ended).await.is_ok()
    }
}
