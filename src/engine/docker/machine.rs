//! What the engine and the machine under it can do.

use std::path::Path;

use bollard::models::{SystemInfo, SystemInfoCgroupVersionEnum};

use super::connect::Line;
use super::failure::{failed, is_absent};
use super::place::Address;
use crate::engine::host;
use crate::engine::open_files;
use crate::engine::{Capabilities, EngineError, Isolation, Machine};
use crate::units::Memory;

/// How an instance's port is reached from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// At the instance's own address.
    Direct,
    /// At a port of the engine's host, which is dialled by this name. It changes at every start.
    Published(String),
    /// The instance shares our network: there is no bridge.
    Shared,
}

impl Reach {
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Direct => "at their own addresses".to_owned(),
            Self::Published(dial) => format!("at published ports of {dial}"),
            Self::Shared => "in this machine's own network".to_owned(),
        }
    }
}

/// The machine as found, and how its instances are reached.
pub(super) async fn machine(line: &Line) -> Result<(Machine, Reach), EngineError> {
    let info = line.client.info().await.map_err(failed("tell about itself"))?;
    let local = is_local(line, &info);
    let reach = reach(line, &info, local).await;
    let version = info.server_version.clone().unwrap_or_else(|| "of unknown version".to_owned());
    let machine = Machine {
        engine: "docker".to_owned(),
        engine_version: format!("{version}, API {}", line.client.client_version()),
        memory: Memory::from_bytes(info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)),
        swap: if local { host::swap() } else { Memory::default() },
        cpus: info.ncpu.and_then(|cpus| u32::try_from(cpus).ok()).unwrap_or(1),
        platform: format!("{}/{}", info.os_type.as_deref().unwrap_or("linux"), architecture(&info)),
        can: Capabilities {
            open_files_most: line.greeting.process.filter(|_| local).and_then(open_files_most),
            ..capabilities(&info, local, &reach)
        },
    };
    Ok((machine, reach))
}

fn capabilities(info: &SystemInfo, local: bool, reach: &Reach) -> Capabilities {
    let yes = |answer: Option<bool>| answer.unwrap_or(false);
    Capabilities {
        memory_limit: yes(info.memory_limit),
        swap_limit: yes(info.swap_limit),
        cpu_quota: yes(info.cpu_cfs_quota) && yes(info.cpu_cfs_period),
        pids_limit: yes(info.pids_limit),
        cpuset: yes(info.cpu_set),
        fast_counters: local,
        cgroup_version: cgroup_version(info),
        direct_address: matches!(reach, Reach::Direct | Reach::Shared),
        // Only some storage drivers on some file systems can; an order cannot ask for it.
        disk_size: false,
        isolation: Isolation::Container,
        other_user: true,
        live_limits: true,
        // Without a network of its own, its packets cannot be told from everybody's.
        sent_packets: !matches!(reach, Reach::Shared),
        open_files_most: None,
    }
}

/// What the engine can allow an app. `listener` is the process behind its socket: where the system's
/// own first process holds that for it, the engine is the process of its name.
fn open_files_most(listener: u32) -> Option<u32> {
    let folder = |pid: u32| Path::new("/proc").join(pid.to_string());
    let named = |process: &Path, name: &str| {
        std::fs::read_to_string(process.join("comm")).is_ok_and(|found| found.trim() == name)
    };
    if listener > 1 {
        return open_files::most(&folder(listener));
    }
    let processes = std::fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.path());
    open_files::most(&processes.into_iter().find(|process| named(process, "dockerd"))?)
}

/// An engine too old to tell knows version 1 only.
fn cgroup_version(info: &SystemInfo) -> u8 {
    match info.cgroup_version {
        Some(SystemInfoCgroupVersionEnum::_2) => 2,
        Some(SystemInfoCgroupVersionEnum::_1) | None => 1,
        Some(_) => 0,
    }
}

/// The image format's name of the engine's processor.
pub(super) fn architecture(info: &SystemInfo) -> &str {
    host::architecture(info.architecture.as_deref().unwrap_or("unknown"))
}

/// Whether the engine's processes are this machine's, numbered as we see them. A virtual machine
/// may offer its socket here, and has another kernel or another name.
fn is_local(line: &Line, info: &SystemInfo) -> bool {
    let here = rustix::system::uname();
    let same_kernel = info.kernel_version.as_deref() == here.release().to_str().ok();
    let same_name = info.name.as_deref() == here.nodename().to_str().ok();
    cfg!(target_os = "linux") && line.greeting.process.is_some() && same_kernel && same_name
}

async fn reach(line: &Line, info: &SystemInfo, local: bool) -> Reach {
    let dial = match &line.address {
        Address::Unix(_) => "127.0.0.1".to_owned(),
        Address::Tcp(host) => host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name).to_owned(),
    };
    // An engine without privileges keeps its bridge in a network of its own.
    let rootless = info.security_options.iter().flatten().any(|option| option.contains("rootless"));
    if !local || rootless {
        return Reach::Published(dial);
    }
    match line.client.inspect_network("bridge", None).await {
        Err(error) if is_absent(&error) => Reach::Shared,
        _ => Reach::Direct,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_omits_an_ability_is_not_said_to_have_it() {
        let info = SystemInfo { memory_limit: Some(true), ..SystemInfo::default() };
        let can = capabilities(&info, false, &Reach::Published("127.0.0.1".into()));
        assert!(can.memory_limit && !can.swap_limit && !can.pids_limit && !can.direct_address && !can.fast_counters);
    }
}
