//! The embedded engine's place on systems other than Linux: control groups are Linux's, so there is
//! nothing to open.

#![expect(clippy::unused_async, reason = "the same as the engine's own, which waits")]

pub use super::embedded::{Diagnosis, Leftover, Surroundings};

use std::net::SocketAddr;

use tokio::sync::mpsc::UnboundedSender;

use super::{Change, Engine, EngineError, Executed, Instance, Machine, News, Order};
use crate::event::{InstanceId, Listener, Lost};
use crate::spec::Image;
use crate::units::Elapsed;

/// How an ordinary user gets control groups.
pub mod delegate {
    pub use super::super::embedded::{Situation, Step};

    use super::{EngineError, lacking};

    /// Says that there are none to get.
    pub fn step(_: &Situation) -> Result<Step, EngineError> {
        Err(lacking(std::env::consts::OS))
    }
}

/// The helper of the engine.
pub mod shim {
    /// Is the helper. There is nothing to help here.
    pub fn run() -> u8 {
        70
    }
}

/// The embedded engine. There is none here.
#[derive(Debug, Clone)]
pub enum Native {}

/// An instance of the embedded engine. There is none here.
#[derive(Debug, Clone)]
pub enum Process {}

impl Native {
    /// Says that there is none, and what there is.
    pub async fn open(_: &Surroundings) -> Result<Self, EngineError> {
        Err(lacking(std::env::consts::OS))
    }

    /// Of no engine.
    pub fn prepare(&self, _: &Image) -> Result<(), EngineError> {
        match *self {}
    }

    /// Of no engine.
    pub fn diagnosis(&self) -> Diagnosis {
        match *self {}
    }

    /// Of no engine.
    pub fn leftovers(&self) -> Vec<Leftover> {
        match *self {}
    }

    /// Of no engine.
    pub async fn sweep(&self) -> Result<Vec<Leftover>, EngineError> {
        match *self {}
    }

    /// Of no engine.
    pub async fn sweep_run(&self, _: &str) -> Result<u32, EngineError> {
        match *self {}
    }
}

fn lacking(system: &str) -> EngineError {
    EngineError::Lacking {
        found: format!("the embedded engine was asked to work on `{system}`"),
        expected: "Linux, whose control groups hold a plan's limits".to_owned(),
        help: "start Docker: `emu run IMAGE` runs there on this system".to_owned(),
    }
}

impl Engine for Native {
    type Instance = Process;

    fn machine(&self) -> &Machine {
        match *self {}
    }

    async fn create(&self, _: Order, _: UnboundedSender<News>) -> Result<Process, EngineError> {
        match *self {}
    }
}

impl Instance for Process {
    fn id(&self) -> InstanceId {
        match *self {}
    }

    async fn start(&self) -> Result<SocketAddr, EngineError> {
        match *self {}
    }

    async fn stop(&self, _: String, _: Elapsed) -> Result<bool, EngineError> {
        match *self {}
    }

    async fn kill(&self) -> Result<(), EngineError> {
        match *self {}
    }

    async fn change(&self, _: Change) -> Result<(), EngineError> {
        match *self {}
    }

    async fn exec(&self, _: Vec<String>) -> Result<Executed, EngineError> {
        match *self {}
    }

    async fn listeners(&self) -> Result<Vec<Listener>, EngineError> {
        match *self {}
    }

    async fn losses(&self) -> Result<Vec<Lost>, EngineError> {
        match *self {}
    }

    async fn remove(&self) -> Result<(), EngineError> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_system_is_sent_to_docker() {
        let error = Native::open(&Surroundings::default()).await.expect_err("nothing to open");
        let EngineError::Lacking { expected, help, .. } = error else { panic!("{error}") };
        assert!(expected.starts_with("Linux") && help.contains("Docker"), "{expected}; {help}");
    }
}
