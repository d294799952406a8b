//! Running another program beside the app, in its surroundings and its group.

use tokio::io::{AsyncRead, AsyncReadExt};

use super::core::Core;
use super::helper::{Helper, Refusal};
use super::start::assignment;
use crate::engine::{EngineError, Executed};

/// Runs `command` to its end.
pub(super) async fn exec(core: &Core, command: Vec<String>) -> Result<Executed, EngineError> {
    let Some(pid) = core.main_process() else { return Err(failed("the app does not run".to_owned())) };
    let words = command.join(" ");
    let mut assignment = assignment(core);
    assignment.command = command;
    assignment.enter = Some(pid);
    let spawned = Helper::spawn(&core.engine.program, &assignment).await;
    // The line is held until the end: it is the lifeline of what runs.
    let (mut helper, _line) = spawned.map_err(|error| failed(format!("the helper: {error}")))?;
    helper.started().await.map_err(|refusal| match refusal {
        Refusal::CannotRun(reason) => EngineError::CannotRun { command: words, reason },
        Refusal::Failed(reason) => failed(reason),
    })?;
    let (stdout, stderr) = helper.output();
    let (out, err, ended) = tokio::join!(read(stdout), read(stderr), helper.ended());
    helper.left().await;
    let status = ended.ok_or_else(|| failed("the helper ended without a word".to_owned()))?;
    Ok(Executed { code: status, output: String::from_utf8_lossy(&[out, err].concat()).into_owned() })
}

/// A stream to its end.
async fn read(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(mut stream) = stream {
        // What was read before an error is worth showing.
        let _ = stream.read_to_end(&mut text).await;
    }
    text
}

fn failed(reason: String) -> EngineError {
    EngineError::Failed { doing: "run a program in the instance".to_owned(), reason }
}
