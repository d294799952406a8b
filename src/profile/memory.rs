use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::named::named;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::{Elapsed, Memory};

/// `[memory]`
pub(super) const FAMILY: Family = Family {
    name: "memory",
    doc: "How much memory the app gets, and what happens when it wants more.",
    settings: &[
        setting("memory.limit", Kind::Memory, "What the plan sells, and what the app is told."),
        setting("memory.swap", Kind::Memory, "Swap on top of the limit. With a slow zone: the swap that fills it."),
        setting("memory.at_limit", Kind::OneOf(AtLimit::NAMES), "What the platform does at the limit."),
        optional("memory.kill_at", Kind::Memory, "Where the process is killed when that is above the limit."),
        setting(
            "memory.slow_check",
            Kind::Elapsed,
            "How often the platform looks at the slow zone. `0 s` without one.",
        ),
        setting("memory.tmp_is_memory", Kind::Flag, "Whether files in `/tmp` count as memory."),
    ],
};

/// How much memory the app gets, and what happens when it wants more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryRules {
    /// What the plan sells, and what the app is told.
    pub limit: Memory,
    /// Swap on top of the limit. Zero on most platforms.
    pub swap: Memory,
    /// What the platform does at the limit.
    pub at_limit: AtLimit,
    /// Where the process is killed: equal to `limit`, or above it where there is a slow zone.
    pub kill_at: Memory,
    /// How often the platform itself looks at the slow zone. Zero where there is none.
    pub slow_check: Elapsed,
    /// Whether files in `/tmp` count as memory.
    pub tmp_is_memory: bool,
}

/// What the platform does with an app that wants more memory than the plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AtLimit {
    /// The kernel kills the process and the platform starts it again.
    KillAndRestart,
    /// Between `limit` and `kill_at` the app is slow (swap); at `kill_at` it is killed and started again.
    SlowThenKill,
    /// The app is stopped and stays so until its owner reboots it.
    Suspend,
}

named!(AtLimit { KillAndRestart = "kill-and-restart", SlowThenKill = "slow-then-kill", Suspend = "suspend" });

impl MemoryRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        let limit = settings.read("memory.limit")?;
        Ok(Self {
            limit,
            swap: settings.read("memory.swap")?,
            at_limit: settings.read("memory.at_limit")?,
            kill_at: settings.read::<Option<Memory>>("memory.kill_at")?.unwrap_or(limit),
            slow_check: settings.read("memory.slow_check")?,
            tmp_is_memory: settings.read("memory.tmp_is_memory")?,
        })
    }

    /// The memory limit of the container. With a slow zone, swap is the upper part of `kill_at`, so that
    /// memory and swap together end where the platform kills.
    pub fn enforced(&self) -> Memory {
        match self.at_limit {
            AtLimit::SlowThenKill => Memory::from_bytes(self.kill_at.bytes().saturating_sub(self.swap.bytes())),
            AtLimit::KillAndRestart | AtLimit::Suspend => self.limit,
        }
    }
}
