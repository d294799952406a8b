use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::Memory;

const COUNT: Kind = Kind::Integer { low: 1, high: 4_194_304 };
const PORT_NUMBER: Kind = Kind::Integer { low: 1, high: 65_535 };

/// `[limits]`
pub(super) const LIMITS: Family = Family {
    name: "limits",
    doc: "Limits on the kernel's countable things. `none` where the platform names none.",
    settings: &[
        optional("limits.pids", COUNT, "Processes and threads together."),
        optional("limits.open_files", COUNT, "Open files of one process."),
        optional("limits.shm", Kind::Memory, "Size of `/dev/shm`. Its contents count as memory."),
    ],
};

/// `[port]`
pub(super) const PORT: Family = Family {
    name: "port",
    doc: "Where the app must listen.",
    settings: &[
        optional("port.variable", Kind::Text, "The variable that carries the port; `none` when it is simply known."),
        setting("port.number", PORT_NUMBER, "The port inside the instance."),
        setting("port.bind", Kind::Text, "The address to bind, for advice."),
    ],
};

/// `[process]`
pub(super) const PROCESS: Family = Family {
    name: "process",
    doc: "What the process sees of its surroundings. `none` keeps what the image says.",
    settings: &[
        optional("process.user", Kind::Text, "User name or numeric id."),
        optional("process.hostname", Kind::Text, "Host name."),
        optional("process.home", Kind::Text, "`HOME`."),
        optional("process.workdir", Kind::Text, "Working directory."),
        setting("process.blocked_ports", Kind::List(&PORT_NUMBER), "Outbound ports that the platform blocks."),
    ],
};

/// `[environment]`
pub(super) const ENVIRONMENT: Family = Family {
    name: "environment",
    doc: "Variables the platform sets. `{port}`, `{host}`, `{app}` and `{instance}` are filled in.",
    settings: &[setting("environment.<name>", Kind::Text, "One variable.")],
};

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

impl LimitRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            pids: settings.read("limits.pids")?,
            open_files: settings.read("limits.open_files")?,
            shm: settings.read("limits.shm")?,
        })
    }
}

impl PortRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            variable: settings.read("port.variable")?,
            number: settings.read("port.number")?,
            bind: settings.read("port.bind")?,
        })
    }
}

impl ProcessRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            user: settings.read("process.user")?,
            hostname: settings.read("process.hostname")?,
            home: settings.read("process.home")?,
            workdir: settings.read("process.workdir")?,
            blocked_ports: settings.read("process.blocked_ports")?,
        })
    }
}
