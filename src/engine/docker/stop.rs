//! Ending an instance's process: asked politely, or killed.

use std::sync::atomic::Ordering;

use bollard::query_parameters::KillContainerOptionsBuilder;

use super::core::Core;
use super::failure::{failed, is_absent, is_conflict};
use crate::engine::EngineError;
use crate::engine::phase::Phase;
use crate::units::Elapsed;

/// After a kill, the engine has the rest of the work: unmounting, and telling.
const KILL_MAX: Elapsed = Elapsed::from_secs(30);

/// Sends `signal`, waits for `grace`, then kills. Returns whether the grace was enough.
pub(super) async fn stop(core: &Core, signal: &str, grace: Elapsed) -> Result<bool, EngineError> {
    if *core.phase.borrow() != Phase::Running {
        return Ok(true);
    }
    send(core, signal).await?;
    if core.ended_within(grace).await {
        return Ok(true);
    }
    kill(core).await?;
    Ok(false)
}

/// Kills, and waits until the end was told.
pub(super) async fn kill(core: &Core) -> Result<(), EngineError> {
    if *core.phase.borrow() != Phase::Running {
        return Ok(());
    }
    send(core, "SIGKILL").await?;
    if core.ended_within(KILL_MAX).await {
        return Ok(());
    }
    Err(EngineError::Failed {
        doing: "kill the instance".to_owned(),
        reason: format!("it still runs after {}", KILL_MAX.human()),
    })
}

/// The mark is set before the signal: the end may be told before the engine has answered.
async fn send(core: &Core, signal: &str) -> Result<(), EngineError> {
    core.asked_for.store(true, Ordering::Relaxed);
    let options = KillContainerOptionsBuilder::default().signal(signal).build();
    match core.client.kill_container(&core.container, Some(options)).await {
        Ok(()) => Ok(()),
        // It ended by itself in this very moment. Its end is on its way.
        Err(error) if is_absent(&error) || is_conflict(&error) => Ok(()),
        Err(error) => Err(failed(&format!("send {signal} to the instance"))(error)),
    }
}
