//! What the plan takes from the app: files, ports, connections, memory.

mod blocked_port;
mod files_lost;
mod manifest;
mod memory;
mod upload;

pub(super) use blocked_port::CHECK as BLOCKED_PORT;
pub(super) use files_lost::CHECK as FILES_LOST;
pub(super) use manifest::CHECK as MANIFEST_KEY;
pub(super) use memory::CHECK as COMPOSE_LIMITS;
pub(super) use upload::CHECK as UPLOAD;
