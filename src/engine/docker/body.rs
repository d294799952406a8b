//! An order in the engine's words, and whether the engine took it.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, PortBinding, ResourcesUlimits, RestartPolicy, RestartPolicyNameEnum,
};

use super::machine::Reach;
use crate::engine::owner::Owner;
use crate::engine::quota::{cpuset, quota};
use crate::engine::read_back::same;
use crate::engine::{EngineError, Machine, Order};
use crate::spec::DiskKind;
use crate::units::Memory;

/// What the engine is asked for.
pub(super) fn body(
    order: &Order,
    image: String,
    machine: &Machine,
    reach: &Reach,
    owner: &Owner,
) -> ContainerCreateBody {
    let port = format!("{}/tcp", order.port);
    ContainerCreateBody {
        image: Some(image),
        cmd: (!order.command.is_empty()).then(|| order.command.clone()),
        env: Some(order.variables().iter().map(|(name, value)| format!("{name}={value}")).collect()),
        user: order.user.clone(),
        hostname: order.hostname.clone(),
        working_dir: order.workdir.clone(),
        labels: Some(owner.labels(&order.run, order.instance.0)),
        exposed_ports: matches!(reach, Reach::Published(_)).then(|| vec![port]),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        host_config: Some(host_config(order, machine, reach)),
        ..ContainerCreateBody::default()
    }
}

fn host_config(order: &Order, machine: &Machine, reach: &Reach) -> HostConfig {
    let can = &machine.can;
    let (quota, period) = quota(order.cpu, order.cpu_period);
    let in_memory = order.tmp_is_memory || order.disk == DiskKind::Memory;
    HostConfig {
        memory: can.memory_limit.then(|| signed(order.memory.bytes())),
        // Left out, the engine would grant the same amount again as swap.
        memory_swap: can.swap_limit.then(|| signed(order.memory.bytes().saturating_add(order.swap.bytes()))),
        cpu_quota: can.cpu_quota.then(|| signed(quota)),
        cpu_period: can.cpu_quota.then(|| signed(period)),
        cpuset_cpus: order.cpus.filter(|_| can.cpuset).and_then(|cpus| cpuset(cpus, machine.cpus)),
        pids_limit: order.pids.filter(|_| can.pids_limit).map(i64::from),
        ulimits: order.open_files.map(|files| vec![open_files(files)]),
        shm_size: order.shm.map(|size| signed(size.bytes())),
        tmpfs: in_memory.then(|| HashMap::from([("/tmp".to_owned(), tmpfs(order.memory))])),
        port_bindings: published(order.port, reach),
        network_mode: matches!(reach, Reach::Shared).then(|| "host".to_owned()),
        // The engine's own restarts have pauses of their own; restarts follow the plan.
        restart_policy: Some(RestartPolicy { name: Some(RestartPolicyNameEnum::NO), maximum_retry_count: None }),
        init: Some(false),
        ..HostConfig::default()
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn open_files(files: u32) -> ResourcesUlimits {
    let limit = Some(i64::from(files));
    ResourcesUlimits { name: Some("nofile".to_owned()), soft: limit, hard: limit }
}

/// Without `exec` the engine forbids running programs from it, which a platform's `/tmp` allows.
fn tmpfs(size: Memory) -> String {
    format!("rw,exec,nosuid,nodev,mode=1777,size={}", size.bytes())
}

fn published(port: u16, reach: &Reach) -> Option<HashMap<String, Option<Vec<PortBinding>>>> {
    let Reach::Published(dial) = reach else { return None };
    let loopback = dial == "127.0.0.1" || dial == "localhost" || dial == "[::1]";
    let host_ip = if loopback { "127.0.0.1" } else { "0.0.0.0" };
    let binding = PortBinding { host_ip: Some(host_ip.to_owned()), host_port: Some("0".to_owned()) };
    Some(HashMap::from([(format!("{port}/tcp"), Some(vec![binding]))]))
}

/// Compares what was asked with what the engine says it took. An engine drops what it cannot do
/// with no more than a warning.
pub(super) fn taken(asked: &HostConfig, found: &HostConfig) -> Result<(), EngineError> {
    same("memory limit", asked.memory, found.memory)?;
    same("memory and swap limit", asked.memory_swap, found.memory_swap)?;
    same("CPU quota", asked.cpu_quota, found.cpu_quota)?;
    same("CPU period", asked.cpu_period, found.cpu_period)?;
    same("process limit", asked.pids_limit, found.pids_limit)?;
    same("size of /dev/shm", asked.shm_size, found.shm_size)?;
    same("CPUs", asked.cpuset_cpus.as_ref(), found.cpuset_cpus.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Capabilities, Isolation};
    use crate::event::InstanceId;
    use crate::spec::Image;
    use crate::units::Millicores;

    fn machine() -> Machine {
        Machine {
            engine: "docker".into(),
            engine_version: "1".into(),
            memory: Memory::from_mib(8192),
            swap: Memory::default(),
            cpus: 4,
            platform: "linux/amd64".into(),
            can: Capabilities {
                memory_limit: true,
                swap_limit: true,
                cpu_quota: true,
                pids_limit: true,
                cpuset: true,
                fast_counters: true,
                cgroup_version: 2,
                direct_address: true,
                disk_size: false,
                isolation: Isolation::Container,
                other_user: true,
                live_limits: true,
                sent_packets: true,
                open_files_most: None,
            },
        }
    }

    fn order() -> Order {
        Order {
            image: Image::Named("app".into()),
            memory: Memory::from_mib(512),
            cpu: Millicores::new(100),
            pids: Some(64),
            open_files: Some(1024),
            ..Order::plain("r1", InstanceId(2), 8000)
        }
    }

    fn asked(order: &Order, machine: &Machine, reach: &Reach) -> HostConfig {
        body(order, "app".into(), machine, reach, &Owner::ours()).host_config.expect("a host config")
    }

    #[test]
    fn swap_is_none_unless_the_order_has_it() {
        let config = asked(&order(), &machine(), &Reach::Direct);
        assert_eq!((config.memory, config.memory_swap), (Some(512 << 20), Some(512 << 20)));
        let config = asked(&Order { swap: Memory::from_mib(256), ..order() }, &machine(), &Reach::Direct);
        assert_eq!(config.memory_swap, Some(768 << 20));
    }

    #[test]
    fn what_the_engine_cannot_do_is_not_asked() {
        let mut machine = machine();
        machine.can.swap_limit = false;
        machine.can.pids_limit = false;
        let config = asked(&order(), &machine, &Reach::Direct);
        assert_eq!((config.memory_swap, config.pids_limit), (None, None));
    }

    #[test]
    fn the_share_is_a_quota_over_the_plans_own_period() {
        let config = asked(&order(), &machine(), &Reach::Direct);
        assert_eq!((config.cpu_quota, config.cpu_period, config.nano_cpus), (Some(10_000), Some(100_000), None));
    }

    #[test]
    fn a_port_is_published_only_where_the_address_cannot_be_dialled() {
        assert_eq!(asked(&order(), &machine(), &Reach::Direct).port_bindings, None);
        let bindings = asked(&order(), &machine(), &Reach::Published("127.0.0.1".into())).port_bindings;
        let binding = bindings.and_then(|mut all| all.remove("8000/tcp")).flatten().expect("published");
        assert_eq!(binding.first().and_then(|first| first.host_ip.as_deref()), Some("127.0.0.1"));
    }

    #[test]
    fn memory_for_tmp_has_a_size_and_may_hold_programs() {
        let config = asked(&Order { tmp_is_memory: true, ..order() }, &machine(), &Reach::Direct);
        let options = config.tmpfs.and_then(|mut all| all.remove("/tmp")).expect("a tmpfs");
        assert_eq!(options, "rw,exec,nosuid,nodev,mode=1777,size=536870912");
    }

    #[test]
    fn the_engine_never_restarts_by_itself() {
        let policy = asked(&order(), &machine(), &Reach::Direct).restart_policy.expect("a policy");
        assert_eq!(policy.name, Some(RestartPolicyNameEnum::NO));
    }

    #[test]
    fn a_limit_that_was_dropped_is_told() {
        let config = asked(&order(), &machine(), &Reach::Direct);
        assert_eq!(taken(&config, &config), Ok(()));
        let found = HostConfig { memory_swap: Some(-1), ..config.clone() };
        let error = taken(&config, &found).expect_err("swap is not limited").to_string();
        assert_eq!(error, "memory and swap limit: asked for 536870912, but -1 is in force");
    }
}
