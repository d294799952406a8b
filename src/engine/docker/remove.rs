//! Removing an instance with its disk.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bollard::query_parameters::{InspectContainerOptions, RemoveContainerOptionsBuilder};

use super::core::Core;
use super::failure::{failed, is_absent, is_conflict};
use super::stop::kill;
use crate::engine::EngineError;

const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOOKS_MAX: u32 = 600;

/// Removes `core`'s container; its end is told first when it still runs.
pub(super) async fn remove(core: &Core) -> Result<(), EngineError> {
    core.removing.store(true, Ordering::Relaxed);
    // Removal by force kills as well. The end is told either way, so a failed kill is no failure here.
    let _ = kill(core).await;
    gone(&core.client, &core.container).await
}

/// Removes a container by force, with its volumes, and returns when it is gone.
pub(super) async fn gone(client: &bollard::Docker, container: &str) -> Result<(), EngineError> {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    match client.remove_container(container, Some(options)).await {
        Ok(()) => Ok(()),
        Err(error) if is_absent(&error) => Ok(()),
        // Somebody else is removing it.
        Err(error) if is_conflict(&error) => await_absence(client, container).await,
        Err(error) => Err(failed("remove the instance")(error)),
    }
}

async fn await_absence(client: &bollard::Docker, container: &str) -> Result<(), EngineError> {
    for _ in 0..LOOKS_MAX {
        match client.inspect_container(container, None::<InspectContainerOptions>).await {
            Err(error) if is_absent(&error) => return Ok(()),
            _ => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
    Err(EngineError::Failed { doing: "remove the instance".to_owned(), reason: "it is still there".to_owned() })
}
