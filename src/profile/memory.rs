use serde::{Deserialize, Serialize};

use crate::units::Memory;

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
    pub slow_check: crate::units::Elapsed,
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
