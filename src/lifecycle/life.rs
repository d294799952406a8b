use std::net::SocketAddr;

use super::bank::Bank;
use super::health::Health;
use super::idle::Idle;
use super::memory::Watch;
use super::share::Demand;
use crate::event::{InstanceId, ShareLevel};
use crate::units::Elapsed;

/// One life of a process, from the moment it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Life {
    pub instance: InstanceId,
    pub address: SocketAddr,
    /// When it began.
    pub since: Elapsed,
    /// When it first answered.
    pub ready: Option<Elapsed>,
    pub boot: Boot,
    pub health: Health,
    pub memory: Watch,
    /// When the platform looks for visitors; `None` where it never does, or does not yet.
    pub idle: Option<Idle>,
    /// Its bank of unused CPU time, where the plan has one.
    pub bank: Option<Bank>,
    /// Whether somebody needs it to have CPU.
    pub demand: Demand,
    /// Whether the platform waits for the answer to its health question.
    pub asked: bool,
    /// The share that was told last.
    pub level: Option<ShareLevel>,
    /// Whether its end has been told.
    pub told: bool,
}

/// What was seen of an app that has not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Boot {
    /// It accepts connections.
    pub port_open: bool,
    /// emu has looked why it cannot be reached, before the boot limit.
    pub looked: bool,
    /// The last reason why it cannot be reached, or why it does not count as healthy.
    pub story: Option<String>,
}

impl Life {
    pub fn new(instance: InstanceId, address: SocketAddr, now: Elapsed) -> Self {
        Self {
            instance,
            address,
            since: now,
            ready: None,
            boot: Boot::default(),
            health: Health::default(),
            memory: Watch::default(),
            idle: None,
            bank: None,
            demand: Demand::default(),
            asked: false,
            level: None,
            told: false,
        }
    }

    /// How long it has been serving.
    pub fn served(&self, now: Elapsed) -> Elapsed {
        self.ready.map_or(Elapsed::ZERO, |ready| now.since(ready))
    }
}
