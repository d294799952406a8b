//! Running another program inside an instance.

use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures_util::StreamExt;

use super::core::Core;
use super::failure::failed;
use crate::engine::{EngineError, Executed};

/// Runs `command` beside the app, to its end.
pub(super) async fn exec(core: &Core, command: Vec<String>) -> Result<Executed, EngineError> {
    let doing = failed("run a program in the instance");
    let options = CreateExecOptions {
        cmd: Some(command),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        ..CreateExecOptions::default()
    };
    let made = core.client.create_exec(&core.container, options).await.map_err(&doing)?;
    let started = core.client.start_exec(&made.id, None::<StartExecOptions>).await.map_err(&doing)?;
    let mut output = String::new();
    if let StartExecResults::Attached { output: mut pieces, .. } = started {
        while let Some(Ok(piece)) = pieces.next().await {
            output.push_str(&String::from_utf8_lossy(piece.as_ref()));
        }
    }
    let ended = core.client.inspect_exec(&made.id).await.map_err(&doing)?;
    let status = ended.exit_code.and_then(|status| i32::try_from(status).ok());
    Ok(Executed { code: status.unwrap_or(-1), output })
}
