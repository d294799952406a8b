//! Facts about the engine for a user who wonders why something does not work.

use super::Docker;
use crate::engine::Machine;

/// What is known about the engine in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Where it answers: `unix:///var/run/docker.sock`.
    pub address: String,
    /// Who named that place: `DOCKER_HOST`, ``context `name` ``, `usual sockets`.
    pub origin: String,
    /// The API spoken with it.
    pub api: String,
    /// What it can do.
    pub machine: Machine,
    /// Limits it cannot enforce, in words.
    pub missing: Vec<&'static str>,
    /// How instances are reached, in words.
    pub reach: String,
}

impl Docker {
    /// What is known about this engine.
    pub fn diagnosis(&self) -> Diagnosis {
        Diagnosis {
            address: self.line.address.to_string(),
            origin: self.line.origin.clone(),
            api: self.line.client.client_version().to_string(),
            machine: self.machine.clone(),
            missing: missing(&self.machine),
            reach: self.reach.in_words(),
        }
    }
}

fn missing(machine: &Machine) -> Vec<&'static str> {
    let can = &machine.can;
    [
        (can.memory_limit, "memory limit"),
        (can.swap_limit, "swap limit"),
        (can.cpu_quota, "CPU share"),
        (can.pids_limit, "process limit"),
        (can.cpuset, "choice of CPUs"),
        (can.disk_size, "disk size"),
    ]
    .into_iter()
    .filter_map(|(there, name)| (!there).then_some(name))
    .collect()
}
