//! Running an instance's process, through the helper.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::core::Core;
use super::helper::{Helper, Refusal};
use super::life::{Life, Watch};
use super::shim::{Assignment, Room};
use super::{mimic, network};
use crate::engine::cgroup::Reader;
use crate::engine::phase::Phase;
use crate::engine::{EngineError, Network, Order};
use crate::spec::{DiskKind, Image};
use crate::units::Memory;

const DOING: &str = "start the instance";

/// `/dev/shm` where a plan names no size, as in a container.
const SHM_USUAL: u64 = 64 << 20;

/// Starts the process and the watch over its life.
pub(super) async fn start(core: Arc<Core>) -> Result<SocketAddr, EngineError> {
    if core.order.network == Network::Host {
        network::port_is_free(core.order.port)?;
    }
    if core.used.swap(true, Ordering::Relaxed) {
        renew_group(&core).await?;
    }
    core.asked_for.store(false, Ordering::Relaxed);
    let spawned = Helper::spawn(&core.engine.program, &assignment(&core)).await;
    let (mut helper, line) = spawned.map_err(|error| failed(format!("the helper: {error}")))?;
    let pid = match helper.started().await {
        Ok(pid) => pid,
        Err(refusal) => {
            // What it had begun to make goes with it.
            drop(line);
            helper.left().await;
            return Err(told(refusal, &core));
        }
    };
    core.pid.store(pid, Ordering::Relaxed);
    core.phase.send_replace(Phase::Running);
    *core.line.lock().await = Some(line);
    let group = core.group();
    let watch = Watch { helper, reader: Reader::open(group.place()), oom: group.watch_oom() };
    let opened = match core.order.network {
        Network::Host => {
            core.engine.doors.claim(core.address, group.clone());
            Ok(())
        }
        Network::Own | Network::Closed => core.engine.doors.open(core.address, pid),
    };
    tokio::spawn(Life::new(Arc::clone(&core), watch).run());
    // A process that has ended already has no network that one could enter.
    if let Err(error) = opened
        && std::fs::exists(format!("/proc/{pid}/ns/net")).unwrap_or(false)
    {
        let _ = group.empty().await;
        return Err(failed(format!("the way into its network: {error}")));
    }
    Ok(core.address)
}

/// Counters begin at zero with every life.
async fn renew_group(core: &Core) -> Result<(), EngineError> {
    let old = core.group();
    old.empty().await?;
    old.remove().await?;
    core.put_group(core.engine.nursery.make(&core.name, &core.order)?);
    Ok(())
}

fn failed(reason: String) -> EngineError {
    EngineError::Failed { doing: DOING.to_owned(), reason }
}

fn told(refusal: Refusal, core: &Core) -> EngineError {
    match refusal {
        Refusal::CannotRun(reason) => EngineError::CannotRun { command: command_in_words(core), reason },
        Refusal::Failed(reason) => failed(reason),
    }
}

fn command_in_words(core: &Core) -> String {
    match core.order.image {
        Image::Mimic => format!("mimic {}", core.order.command.join(" ")).trim_end().to_owned(),
        Image::Named(_) | Image::Host { .. } => core.order.command.join(" "),
    }
}

fn secret_files(order: &Order) -> Vec<(PathBuf, Vec<u8>)> {
    let files = order.secrets.files.iter();
    files.filter_map(|file| Some((PathBuf::from(&file.path), file.content.bytes()?.to_owned()))).collect()
}

/// What the helper shall do for this instance.
pub(super) fn assignment(core: &Core) -> Assignment {
    let order = &core.order;
    let group = core.group();
    let mut environment = core.engine.inherited.clone();
    environment.extend(order.variables());
    let (command, folder) = match &order.image {
        Image::Host { folder } => (order.command.clone(), Some(PathBuf::from(folder))),
        Image::Mimic | Image::Named(_) => (mimic(&order.command), None),
    };
    let apart = core.engine.machine.can.isolation.is_apart();
    Assignment {
        command,
        environment,
        folder,
        workdir: order.workdir.as_ref().map(PathBuf::from),
        user: order.user.clone(),
        open_files: order.open_files,
        doors: group.doors(),
        closed_network: order.network != Network::Host,
        room: apart.then(|| Room {
            scratch: core.scratch(),
            hostname: order.hostname.clone(),
            shm: Some(order.shm.map_or(SHM_USUAL, Memory::bytes)),
            tmp: (order.tmp_is_memory || order.disk == DiskKind::Memory).then(|| order.memory.bytes()),
            groups: group.views(),
            files: secret_files(order),
        }),
        enter: None,
    }
}
