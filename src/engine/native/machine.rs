//! What this machine and this user can do.

use std::path::Path;

use super::group::Limiters;
use crate::engine::{Capabilities, Isolation, Machine, host, open_files};

/// The machine as found.
pub(super) fn machine(version: u8, limiters: Limiters, isolation: Isolation) -> Machine {
    let root = rustix::process::geteuid().is_root();
    Machine {
        engine: "native".to_owned(),
        engine_version: format!("{isolation}, cgroup v{version}"),
        memory: host::memory(),
        swap: host::swap(),
        cpus: std::thread::available_parallelism().map_or(1, |cpus| u32::try_from(cpus.get()).unwrap_or(u32::MAX)),
        platform: format!("linux/{}", host::architecture(std::env::consts::ARCH)),
        can: Capabilities {
            memory_limit: true,
            swap_limit: limiters.swap,
            cpu_quota: limiters.cpu,
            pids_limit: limiters.pids,
            cpuset: limiters.cpuset,
            fast_counters: true,
            cgroup_version: version,
            direct_address: true,
            disk_size: false,
            isolation,
            other_user: root,
            live_limits: true,
            // In this machine's network they cannot be told from everybody's; a network of its own has no way out.
            sent_packets: false,
            open_files_most: open_files::most(Path::new("/proc/self")),
        },
    }
}

/// Limits that cannot be enforced, in words.
pub(super) fn missing(can: &Capabilities) -> Vec<&'static str> {
    [
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
