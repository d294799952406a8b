//! Which sockets listen inside an instance.

use super::core::Core;
use super::exec::exec;
use crate::engine::EngineError;
use crate::engine::sockets::parse;
use crate::event::Listener;

const DOING: &str = "read the instance's sockets";

/// Read from the process's own view of the network; where that is not visible, by a command inside.
pub(super) async fn listeners(core: &Core) -> Result<Vec<Listener>, EngineError> {
    let text = match core.visible_pid() {
        Some(pid) => ["tcp", "tcp6"]
            .map(|table| std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default())
            .concat(),
        None => read_inside(core).await?,
    };
    Ok(parse(&text))
}

async fn read_inside(core: &Core) -> Result<String, EngineError> {
    let command = ["cat", "/proc/net/tcp", "/proc/net/tcp6"].map(str::to_owned);
    let text = exec(core, command.to_vec()).await?.output;
    // An image without the command answers with a complaint in place of the tables.
    if text.contains("local_address") {
        return Ok(text);
    }
    Err(EngineError::Failed { doing: DOING.to_owned(), reason: format!("`cat` inside said: {}", text.trim()) })
}
