//! Changing limits of an instance that runs.

use bollard::models::ContainerUpdateBody;

use super::core::Core;
use super::failure::{failed, is_absent, is_conflict};
use crate::engine::cgroup::Reader;
use crate::engine::phase::Phase;
use crate::engine::quota::quota;
use crate::engine::read_back::Asked;
use crate::engine::{Change, EngineError};
use crate::units::Memory;

/// Asks the engine, and compares with the kernel's own files where they are visible.
pub(super) async fn change(core: &Core, change: Change) -> Result<(), EngineError> {
    if *core.phase.borrow() != Phase::Running {
        return Ok(());
    }
    let (quota, period) = change.cpu.map(|(share, period)| quota(share, period)).unzip();
    let memory = change.memory.map(Memory::bytes);
    let with_swap = memory.map(|memory| memory.saturating_add(core.swap.bytes())).filter(|_| core.can.swap_limit);
    let signed = |number: Option<u64>| number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    let body = ContainerUpdateBody {
        cpu_quota: signed(quota),
        cpu_period: signed(period),
        memory: signed(memory),
        memory_swap: signed(with_swap),
        ..ContainerUpdateBody::default()
    };
    match core.client.update_container(&core.container, body).await {
        Ok(()) => {}
        // It ended in this very moment.
        Err(error) if is_absent(&error) || is_conflict(&error) => return Ok(()),
        Err(error) => return Err(failed("change the limits of the instance")(error)),
    }
    let reader = core.visible_pid().and_then(|pid| Reader::of_process(pid, &core.container));
    let Some(found) = reader.as_ref().and_then(Reader::limits) else { return Ok(()) };
    Asked { memory, with_swap, quota, period, pids: None }.is_in_force(found, core.can.cgroup_version)
}
