use serde::{Deserialize, Serialize};

use crate::units::Memory;

/// What the machine can do, as found before the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The engine: `docker`, `native`.
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
    /// How far an instance is kept apart from this machine. Records from before it was told are of containers.
    #[serde(default)]
    pub isolation: Isolation,
    /// The app can run as another user.
    #[serde(default = "yes")]
    pub other_user: bool,
    /// Limits can be changed while the app runs.
    #[serde(default)]
    pub live_limits: bool,
    /// The most open files that a process can be allowed; `None` when only trying would tell.
    #[serde(default)]
    pub open_files_most: Option<u32>,
    /// Counts the packets that an app sends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sent_packets: bool,
}

fn yes() -> bool {
    true
}

/// How far an instance is kept apart from this machine. Later ones keep it further apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// Limits only: this machine's files, names and process numbers.
    Process,
    /// Own process numbers, names and mounts; this machine's files below a throw-away layer.
    Sandbox,
    /// A container of an image, with a network of its own.
    #[default]
    Container,
}

impl Isolation {
    /// Whether the instance has mounts, a host name and process numbers of its own, and a disk that
    /// goes with it.
    pub fn is_apart(self) -> bool {
        self > Self::Process
    }
}

impl std::fmt::Display for Isolation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Process => "process",
            Self::Sandbox => "sandbox",
            Self::Container => "container",
        })
    }
}

/// Whose network an app is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// One of its own, with a way out.
    #[default]
    Own,
    /// One of its own, without a way out.
    Closed,
    /// This machine's.
    Host,
}
