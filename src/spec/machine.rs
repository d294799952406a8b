use serde::{Deserialize, Serialize};

use crate::units::Memory;

/// What the machine can do, as found before the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The engine: `docker`.
    pub engine: String,
    /// Its version, and that of its API, as text.
    pub engine_version: String,
    /// Memory that the engine can give (of its virtual machine, where it runs in one).
    pub memory: Memory,
    /// Swap that the engine can give.
    pub swap: Memory,
    /// CPUs that the engine can give.
    pub cpus: u32,
    /// Operating system and architecture: `linux/amd64`.
    pub platform: String,
    /// What the engine can enforce.
    pub can: Capabilities,
}

/// What an engine can enforce and observe on this machine. Known before the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each one is an independent fact about the machine")]
pub struct Capabilities {
    /// Limits memory, and kills at the limit.
    pub memory_limit: bool,
    /// Limits memory and swap together.
    pub swap_limit: bool,
    /// CPU quota and period.
    pub cpu_quota: bool,
    /// Processes and threads.
    pub pids_limit: bool,
    /// Pins the app to some CPUs.
    pub cpuset: bool,
    /// Reads the counters of the control group directly, at 10 Hz or better.
    pub fast_counters: bool,
    /// The version of the control group interface, 1 or 2. 0 when it cannot be told.
    pub cgroup_version: u8,
    /// The instance's own address can be dialled from here.
    pub direct_address: bool,
    /// The disk's size can be limited.
    pub disk_size: bool,
}
