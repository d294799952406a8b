//! Looking into an instance: its sockets, and the files that go with it.

use super::core::Core;
use super::network;
use super::shim;
use crate::engine::{Network, sockets};
use crate::event::{Listener, Lost};
use crate::units::Memory;

/// Sockets that listen inside.
pub(super) fn listeners(core: &Core) -> Vec<Listener> {
    let Some(pid) = core.main_process() else { return Vec::new() };
    match core.order.network {
        Network::Host => network::listeners(&core.group()),
        Network::Own | Network::Closed => {
            let tables = ["tcp", "tcp6"].map(|table| std::fs::read_to_string(format!("/proc/{pid}/net/{table}")));
            sockets::parse(&tables.into_iter().flatten().collect::<String>())
        }
    }
}

/// Files that the app wrote. Without a layer of its own, nothing goes with it.
pub(super) fn losses(core: &Core) -> Vec<Lost> {
    if !core.engine.machine.can.isolation.is_apart() {
        return Vec::new();
    }
    let written = shim::written(&core.scratch());
    written.into_iter().map(|(path, size)| Lost { path, size: Some(Memory::from_bytes(size)) }).collect()
}
