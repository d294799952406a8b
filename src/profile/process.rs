use serde::{Deserialize, Serialize};

use crate::units::Memory;

/// Limits on the kernel's countable things. `None` where the platform names none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRules {
    /// Processes and threads together.
    pub pids: Option<u32>,
    /// Open files of one process.
    pub open_files: Option<u32>,
    /// Size of `/dev/shm`. Its contents count as memory.
    pub shm: Option<Memory>,
}

/// Where the app must listen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortRules {
    /// The variable that carries the port; `None` when the port is simply known.
    pub variable: Option<String>,
    /// The port inside the instance.
    pub number: u16,
    /// The address to bind, for advice: `0.0.0.0`.
    pub bind: String,
}

/// What the process sees of its surroundings. `None` keeps what the image says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRules {
    /// User name or numeric id.
    pub user: Option<String>,
    /// Host name.
    pub hostname: Option<String>,
    /// `HOME`.
    pub home: Option<String>,
    /// Working directory.
    pub workdir: Option<String>,
    /// Outbound ports that the platform blocks. Told in the fidelity list.
    pub blocked_ports: Vec<u16>,
}
